"""Incidents of Utyug itself and of its talk with other systems, in words."""

from adapters.notify.words import Explained, explained

LOOK = "Откройте запуск по ссылке: в его журнале сказано, на чём он остановился. Если повторяется — передайте ссылку интегратору."
LOOK_EN = "Open the run by the link: its log says where it stopped. If it repeats, give the link to your integrator."
SAFE = "Ничего не потеряно: всё принятое лежит в базе Utyug и будет обработано следующим запуском."
SAFE_EN = "Nothing is lost: all that was received is in Utyug's database and the next run will process it."

MACHINERY: dict[str, Explained] = {
    "run_failed": explained(
        ("запуск завершился ошибкой", "Обмен этого вида пока не выполнен, данные на каналах могут отставать.", SAFE, LOOK),
        ("a run failed", "This exchange is not done yet, the channels may lag behind.", SAFE_EN, LOOK_EN),
    ),
    "run_crashed": explained(
        ("запуск оборвался", "Процесс обмена был прерван, данные на каналах могут отставать.", SAFE, LOOK),
        ("a run was cut off", "The process was interrupted, the channels may lag behind.", SAFE_EN, LOOK_EN),
    ),
    "run_timed_out": explained(
        ("запуск не уложился во время", "Обмен шёл дольше допустимого и был остановлен.", SAFE, LOOK),
        ("a run took too long", "The exchange ran longer than allowed and was stopped.", SAFE_EN, LOOK_EN),
    ),
    "carrier_pushes_off": explained(
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
    "dead_letters": explained(
        (
            "не удалось передать другой системе",
            "CRM, 1С, площадка или перевозчик о названном не знает.",
            "Попытки прекращены, ничего не потеряно; новое изменение того же попробует само.",
            "Исправьте причину, названную выше, и запустите поток deliver с requeue=true.",
        ),
        (
            "another system could not be told",
            "A CRM, 1C, a channel or a carrier does not know what is named.",
            "Trying has ended, nothing is lost; a new change of the same tries by itself.",
            "Remove the cause named above and run the flow deliver with requeue=true.",
        ),
    ),
    "crm_restored": explained(
        (
            "CRM восстановлена из старой копии",
            "Заказов и покупателей последних дней в ней могло не быть.",
            "Utyug передаёт их заново, без дублей.",
            "Проверьте в CRM задачи и комментарии этих дней: их Utyug не хранит.",
        ),
        (
            "the CRM was set back to an old copy",
            "Orders and buyers of the last days may have been missing there.",
            "Utyug tells them again, without doubles.",
            "Look at the CRM's tasks and remarks of these days: Utyug does not keep them.",
        ),
    ),
    "silent": explained(
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
    "process_died": explained(
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
    "route_broken": explained(
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
