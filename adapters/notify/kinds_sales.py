"""Incidents of what is sold, leaves and comes back, in words."""

from adapters.notify.words import Explained, explained

SALES: dict[str, Explained] = {
    "shortfall": explained(
        (
            "обещано больше, чем есть",
            "По 1С товара меньше, чем уже продано и отложено: часть заказов может быть нечем собрать.",
            "Продажа этих товаров приостановлена.",
            "Проверьте остаток на складе и в 1С; если товара нет — свяжитесь с покупателем первыми.",
        ),
        (
            "more is promised than there is",
            "1C counts less than is sold and reserved: some orders may not be filled.",
            "These goods are no longer offered.",
            "Check the shelf and 1C; if the goods are missing, call the customer first.",
        ),
    ),
    "oversell": explained(
        (
            "товар продан лишний раз",
            "Площадка продала больше, чем ей отведено, и кому-то из покупателей товара не достанется.",
            "Новых продаж этого товара Utyug не допускает; заказов сам не отменяет.",
            "Пересчитайте товар на складе; если его нет, отмените заказ, который дешевле всего, или докупите.",
        ),
        (
            "an item was sold once too often",
            "A channel sold more than it was given, and some buyer will not get his piece.",
            "The item is not sold any further; Utyug cancels no order by itself.",
            "Count the shelf; if the goods are missing, cancel the order that costs least, or buy more.",
        ),
    ),
    "sold_beyond_quota": explained(
        (
            "площадка продала сверх отведённого",
            "В этот раз свободного остатка хватило, в другой может не хватить.",
            "Заказы приняты, остаток на других площадках уменьшен.",
            "Не правьте остатки в кабинете и выключите другие программы, которые их шлют.",
        ),
        (
            "a channel sold more than it was given",
            "This time free stock covered it, another time it may not.",
            "The orders are taken, stock on the other channels is lowered.",
            "Do not edit stock in the cabinet, and switch off other programs that send it.",
        ),
    ),
    "bound_breached": explained(
        (
            "площадка медленнее, чем рассчитано",
            "Пока так, обещание «ни одна штука не продана дважды» для неё не гарантировано.",
            "Замер записан; квоты считаются по прежним настройкам.",
            "Если повторяется, увеличьте названный предел в bounds этой площадки.",
        ),
        (
            "a channel is slower than it was reckoned with",
            "While it is so, “no piece is sold twice” is not guaranteed for it.",
            "The measure is kept; quotas go by the settings as they are.",
            "If it repeats, raise the bound named in the settings of this channel.",
        ),
    ),
    "cabinet_edited": explained(
        (
            "остаток правили в кабинете",
            "Площадка могла продать больше, чем ей отведено.",
            "Эти товары на площадке остановлены и подключаются заново.",
            "Не меняйте остатки в кабинете и выключите другие программы, которые их шлют.",
        ),
        (
            "stock was edited in the cabinet",
            "The channel may have sold more than it was given.",
            "These goods are stopped there and connected anew.",
            "Do not edit stock in the cabinet, and switch off other programs that send it.",
        ),
    ),
    "hold_without_order": explained(
        (
            "корзина подтверждена, а заказа нет",
            "Покупатель мог начать оплату, а заказ до Utyug не дошёл.",
            "Товар этой корзины снова в продаже.",
            "Найдите эту оплату на сайте и в платёжной системе: верните деньги или оформите заказ вручную.",
        ),
        (
            "a cart was committed and its order never came",
            "A buyer may have begun to pay, and the order did not reach Utyug.",
            "The goods of the cart are on sale again.",
            "Find the payment on the site and at the bank: refund it or place the order by hand.",
        ),
    ),
    "ship_by_near": explained(
        (
            "скоро срок отгрузки",
            "Заказы ещё не отправлены, а за опоздание площадка берёт штраф и опускает магазин в выдаче.",
            "Заказы перечислены, самые срочные первыми; этикетки и лист сборки готовятся сами.",
            "Соберите и сдайте названные заказы. Если товара нет, отмените заказ на площадке до срока.",
        ),
        (
            "the time to ship is near",
            "These orders have not left, and channels fine a shop that is late.",
            "The orders are listed, the most urgent first; labels and the picking list are made by themselves.",
            "Pack and hand over the orders named. Where the goods are missing, cancel on the channel before the time.",
        ),
    ),
    "ship_by_missed": explained(
        (
            "срок отгрузки прошёл",
            "Покупатели ждут дольше обещанного, площадка может отменить эти заказы сама.",
            "Заказы остаются в сборке; сам Utyug их не отменяет.",
            "Отправьте названные заказы сегодня или отмените их и напишите покупателям первыми.",
        ),
        (
            "the time to ship is over",
            "Buyers wait longer than promised, and the channel may cancel these orders by itself.",
            "The orders are still to be packed; Utyug cancels none by itself.",
            "Send the orders named today, or cancel them and write to the buyers first.",
        ),
    ),
    "returns_wrong": explained(
        (
            "в книге возвратов есть ошибки",
            "Возвраты из этих строк не записаны: в 1С и на сайт о них не сообщено.",
            "Остальные строки приняты; ошибки вписаны красным в копию книги.",
            "Исправьте красные ячейки в копии и положите её в папку возвратов: принятое второй раз не запишется.",
        ),
        (
            "a workbook of returns has mistakes",
            "The returns in these rows are not recorded: neither 1C nor the site was told.",
            "The other rows are taken; the mistakes stand in a copy, in red.",
            "Correct the red cells in the copy and put it into the folder of returns: what was taken is not taken twice.",
        ),
    ),
    "returns_unread": explained(
        (
            "книгу возвратов прочитать нельзя",
            "Ни одна её строка не принята.",
            "Книга отложена в папку «не прочитано» вместе с причиной.",
            "Исправьте книгу и положите её снова; новую делает команда utyug returns form.",
        ),
        (
            "a workbook of returns cannot be read",
            "None of its rows is taken.",
            "It lies in a folder of its own with the reason beside it.",
            "Correct it and put it back; the command utyug returns form makes a new one.",
        ),
    ),
}
