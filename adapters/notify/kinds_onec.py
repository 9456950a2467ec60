"""Incidents of the exchange with 1C, in words."""

from adapters.notify.words import Explained, explained

ONEC: dict[str, Explained] = {
    "feed_held": explained(
        (
            "выгрузка из 1С задержана до решения человека",
            "Она слишком сильно меняет остатки, цены или состав каталога, чтобы принять её без проверки.",
            "Товары, цены и остатки остались прежними, выгрузка сохранена целиком.",
            "Проверьте названные товары в 1С. Если всё верно — запустите поток catalog с параметром accept и номером выгрузки; "
            "если нет — исправьте в 1С и выгрузите заново.",
        ),
        (
            "a feed from 1C is held until a person decides",
            "It changes stock, prices or the catalogue too much to be applied unseen.",
            "Products, prices and stock stay as they were, the feed is kept whole.",
            "Look at the named goods in 1C. If all is right, run the flow catalog with accept and the number of the feed; "
            "if not, correct it in 1C and export again.",
        ),
    ),
    "feed_refused": explained(
        (
            "выгрузку из 1С прочитать нельзя",
            "Её товары, цены и остатки в Utyug не попали.",
            "Прежние данные не изменены, файл сохранён.",
            "Выгрузите из 1С ещё раз; если повторится — передайте файл интегратору.",
        ),
        (
            "a feed from 1C cannot be read",
            "Its goods, prices and stock did not get into Utyug.",
            "Former data are unchanged, the file is kept.",
            "Export from 1C again; if it repeats, give the file to your integrator.",
        ),
    ),
    "catalog_shrunk": explained(
        (
            "полная выгрузка из 1С слишком мала",
            "В ней нет многих товаров, которые были раньше: похоже на ошибку отбора.",
            "Ничего не снято с продажи; то, что в выгрузке есть, загружено.",
            "Проверьте отбор товаров в настройке обмена 1С и выгрузите всё снова. Если товаров правда больше нет — utyug accept --absent.",
        ),
        (
            "a full export from 1C is too small",
            "Many goods that were there before are missing: it looks like a mistake of selection.",
            "Nothing is taken off sale; what the export has is loaded.",
            "Check the selection in 1C's exchange and export all again. If the goods are gone indeed, utyug accept --absent.",
        ),
    ),
    "recipes_unread": explained(
        (
            "книга с составами комплектов не читается",
            "Новые составы и сроки акций из неё пока не действуют.",
            "Комплекты продаются по тем составам, что были прочитаны раньше.",
            "Исправьте книгу, как сказано выше: Utyug прочитает её сам при следующем запуске.",
        ),
        (
            "the workbook with recipes cannot be read",
            "New recipes and periods of promotions in it are not in force yet.",
            "Bundles are sold by the recipes read before.",
            "Correct the workbook: Utyug reads it by itself on the next run.",
        ),
    ),
    "quarantine_grown": explained(
        (
            "в карантине прибавилось строк",
            "Эти товары, цены или остатки не обновляются, пока их не исправят.",
            "Остальные строки загружены, отложенные сохранены с причинами.",
            "Посмотрите список: utyug quarantine list. Исправленное в 1С уйдёт из карантина со следующей выгрузкой.",
        ),
        (
            "the quarantine has grown",
            "These goods, prices or counts are not updated until they are corrected.",
            "All other rows are loaded, these are kept with their reasons.",
            "See utyug quarantine list. What is corrected in 1C leaves the quarantine with the next export.",
        ),
    ),
    "report_missing": explained(
        (
            "1С давно не сообщает о заказах",
            "Их товар остаётся вычтенным из остатка: на площадках его меньше, чем на складе.",
            "Заказы ждут; лишнего Utyug не продаёт.",
            "Проверьте, что обмен заказами в 1С выгружает изменённые заказы и что названные заказы проведены и отгружены.",
        ),
        (
            "1C has been silent about orders",
            "Their goods stay deducted: the channels show less than is on the shelf.",
            "The orders wait; nothing is sold twice.",
            "See that 1C's exchange of orders exports changed ones, and that the orders named are posted and shipped.",
        ),
    ),
    "order_unreserved": explained(
        (
            "1С сняла резерв с живого заказа",
            "Эти штуки снова могут продать в 1С, хотя заказ не отменён.",
            "Utyug считает их проданными и другим площадкам не отдаёт.",
            "Проведите или отгрузите заказ в 1С, а если он отменён — отмените его там, где он куплен.",
        ),
        (
            "1C released a live order",
            "Somebody in 1C may sell these pieces again, although the order is not cancelled.",
            "Utyug keeps them as sold and offers them nowhere.",
            "Post or ship the order in 1C, or cancel it where it was bought.",
        ),
    ),
    "order_differs": explained(
        (
            "заказ в 1С не такой, как продан",
            "Покупатель может получить не то или не столько.",
            "Резерв под проданное сохраняется; сам Utyug ничего не отменяет, если это не разрешено в настройках.",
            "Сверьте названные строки: исправьте документ в 1С или отмените лишнее там, где заказ куплен.",
        ),
        (
            "an order in 1C is not as it was sold",
            "The buyer may get other goods, or fewer.",
            "What was sold stays reserved; nothing is cancelled unless the settings allow it.",
            "Compare the lines named: correct the document in 1C, or cancel the rest where it was bought.",
        ),
    ),
    "onec_differs": explained(
        (
            "регистры 1С и Utyug расходятся",
            "Остатки или цены на площадках могут быть не те, что в 1С.",
            "Площадки остаются при числах из обмена; меньший остаток учитывается сразу, если это включено в настройках.",
            "Выполните в 1С полный обмен с сайтом. Если расхождение осталось — сверьте склады и виды цен в настройке обмена.",
        ),
        (
            "1C's registers and Utyug differ",
            "Stock or prices on the channels may not be those of 1C.",
            "The channels keep the figures of the exchange; a smaller balance counts at once where the settings say so.",
            "Run a full exchange in 1C. If they still differ, compare warehouses and price types of the exchange.",
        ),
    ),
}
