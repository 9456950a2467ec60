"""The kinds of incidents a person may hear of, each explained once in both languages."""

from adapters.notify.kinds_machinery import MACHINERY
from adapters.notify.kinds_onec import ONEC
from adapters.notify.kinds_sales import SALES
from adapters.notify.words import Explained, explained

KINDS: dict[str, Explained] = MACHINERY | ONEC | SALES

<<<<<<< HEAD
ANY = explained(
=======
@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One kind in one language."""

    title: str
    meaning: str
    done: str
    advice: str


def _kind(ru: tuple[str, str, str, str], en: tuple[str, str, str, str]) -> dict[str, Words]:
    return {
        language: Words(title=title, meaning=meaning, done=done, advice=advice)
        for language, (title, meaning, done, advice) in (("ru", ru), ("en", en))
    }


_LOOK = "Откройте запуск по ссылке: в его журнале сказано, на чём он остановился. Если повторяется — передайте ссылку интегратору."
_LOOK_EN = "Open the run by the link: its log says where it stopped. If it repeats, give the link to your integrator."
_SAFE = "Ничего не потеряно: всё принятое лежит в базе Utyug и будет обработано следующим запуском."
_SAFE_EN = "Nothing is lost: all that was received is in Utyug's database and the next run will process it."

KINDS: dict[str, dict[str, Words]] = {
    "run_failed": _kind(
        ("запуск завершился ошибкой", "Обмен этого вида пока не выполнен, данные на каналах могут отставать.", _SAFE, _LOOK),
        ("a run failed", "This exchange is not done yet, the channels may lag behind.", _SAFE_EN, _LOOK_EN),
    ),
    "run_crashed": _kind(
        ("запуск оборвался", "Процесс обмена был прерван, данные на каналах могут отставать.", _SAFE, _LOOK),
        ("a run was cut off", "The process was interrupted, the channels may lag behind.", _SAFE_EN, _LOOK_EN),
    ),
    "run_timed_out": _kind(
        ("запуск не уложился во время", "Обмен шёл дольше допустимого и был остановлен.", _SAFE, _LOOK),
        ("a run took too long", "The exchange ran longer than allowed and was stopped.", _SAFE_EN, _LOOK_EN),
    ),
    "feed_held": _kind(
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
    "feed_refused": _kind(
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
    "recipes_unread": _kind(
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
    "returns_wrong": _kind(
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
    "returns_unread": _kind(
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
    "carrier_pushes_off": _kind(
        (
            "перевозчик не сообщает о посылках сам",
            "О доставке и отказах Utyug узнаёт опросом, то есть позже.",
            "Посылки оформляются и отслеживаются как прежде.",
            "Удалите лишние подписки на уведомления в личном кабинете перевозчика и проверьте gateway.public_url.",
        ),
        (
            "a carrier does not push what happens to parcels",
            "Utyug learns of deliveries and refusals by polling, that is later.",
            "Parcels are booked and followed as before.",
            "Remove other subscriptions in the carrier's cabinet and check gateway.public_url.",
        ),
    ),
    "quarantine_grown": _kind(
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
    "shortfall": _kind(
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
    "hold_without_order": _kind(
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
    "oversell": _kind(
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
    "sold_beyond_quota": _kind(
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
    "ship_by_near": _kind(
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
    "ship_by_missed": _kind(
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
    "silent": _kind(
        (
            "часть Utyug не отвечает",
            "Пока она молчит, обмен с 1С или каналами может стоять.",
            "Utyug запускает её заново, пока не ответит.",
            "Если сообщение «Прошло» не придёт за несколько минут — выполните utyug up на сервере или позовите интегратора.",
        ),
        (
            "a part of Utyug does not answer",
            "While it is silent, the exchange with 1C or the channels may stand still.",
            "Utyug starts it again until it answers.",
            "If no message that it is over comes within minutes, run utyug up on the server or call your integrator.",
        ),
    ),
    "process_died": _kind(
        (
            "процесс Utyug неожиданно завершился",
            "Обмен мог прерваться на несколько секунд.",
            "Процесс запущен заново; принятое не потеряно.",
            "Если повторяется — передайте интегратору журнал, названный в сообщении.",
        ),
        (
            "a process of Utyug ended unexpectedly",
            "The exchange may have paused for some seconds.",
            "The process was started again; nothing received is lost.",
            "If it repeats, give your integrator the log named in the message.",
        ),
    ),
    "route_broken": _kind(
        (
            "сообщения не доходят по одному из адресов",
            "О следующей неполадке могут не узнать вовремя.",
            "Сообщения отправляются по запасному адресу.",
            "Проверьте настройку messages.routes и доступность почты или Telegram с сервера.",
        ),
        (
            "messages do not get through to one address",
            "The next trouble may not be heard of in time.",
            "Messages go to the next address.",
            "Check messages.routes in the settings, and that the server reaches mail or Telegram.",
        ),
    ),
}

ANY = _kind(
>>>>>>> k-kill6
    (
        "требуется внимание",
        "Обмен может работать не полностью.",
        "Событие записано в журнал.",
        "Прочитайте, что случилось; если непонятно — перешлите это сообщение интегратору.",
    ),
    (
        "attention is needed",
        "The exchange may not work in full.",
        "The event is in the journal.",
        "Read what happened; if it is unclear, forward this message to your integrator.",
    ),
)
