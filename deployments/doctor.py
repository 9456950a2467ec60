"""``utyug doctor``: every credential, right, limit, host, clock and warehouse, and in a sentence what to do about it."""

from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from tempfile import NamedTemporaryFile

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from sqlalchemy import select, text

from adapters.capabilities import Finding
from adapters.carriers import open_carrier
from adapters.channel_settings import ChannelSettings, WildberriesSettings, WooCommerceSettings
from adapters.channels import open_channel
from adapters.clock import Clock
from adapters.crm_settings import CrmSettings
from adapters.crms import open_crm
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import price_type, warehouse
from adapters.label_files import FOLDER
from adapters.onec.odata.opening import open_odata
from adapters.onec.odata.settings import OdataSettings
from adapters.settings import Settings
from adapters.wildberries.tokens import read_token

MARKS = {"good": "[green]хорошо[/]", "warning": "[yellow]внимание[/]", "fault": "[red]плохо[/]"}
SUBJECTS = {
    "credential": "доступ",
    "right": "права",
    "limits": "лимиты",
    "host": "адрес",
    "clock": "часы",
    "warehouse": "склад",
    "cabinet": "кабинет",
    "hub": "база",
    "messages": "сообщения",
    "prices": "цены",
    "pushes": "уведомления",
    "folder": "папка",
    "carrier": "перевозчик",
}
CLOCKS_DIFFER_S = 30.0
FIRST_EXPORT = "1С ещё ничего не прислала: выгрузите из неё товары и повторите осмотр."

Told = list[tuple[str, Finding]]


def examine(hub: Hub, settings: Settings) -> Told:
    """Everything found, the hub first, then channel by channel, then the CRMs, 1C where it is asked by OData, and the carriers."""
    told = [("Utyug", finding) for finding in (*_hub(hub), *_messages(settings), *_folders(settings))]
    with ThreadPoolExecutor(max_workers=8) as pool:
        channels = [(name, pool.submit(_channel, hub, channel, settings.carriers)) for name, channel in settings.channels.items()]
        crms = [(f"crm:{name}", pool.submit(_crm, hub, crm)) for name, crm in settings.crm.items()]
        bases = [(f"odata:{name}", pool.submit(_odata, hub, base)) for name, base in settings.onec.by_odata.items()]
        carriers = [(f"carrier:{name}", pool.submit(_carrier, hub, settings, name)) for name in settings.carriers]
        examined = (*channels, *crms, *bases, *carriers)
        return told + [(name, finding) for name, found in examined for finding in found.result()]


def show(told: Told, console: Console) -> bool:
    """Print what was found; whether nothing is wrong."""
    table = Table("Где", "Что", "Состояние", Column("Подробности", overflow="fold"), title="Осмотр")
    for number, (where, finding) in enumerate(told):
        if number and told[number - 1][0] != where:
            table.add_section()
        advice = f"\n[bold]Что сделать:[/] {escape(finding.advice)}" if finding.advice else ""
        table.add_row(where, SUBJECTS.get(finding.subject, finding.subject), MARKS[finding.level], escape(finding.sentence) + advice)
    console.print(table)
    counted = Counter(finding.level for _, finding in told)
    console.print(f"Плохо: {counted['fault']}, внимание: {counted['warning']}, хорошо: {counted['good']}.")
    return not counted["fault"]


def _hub(hub: Hub) -> Iterator[Finding]:
    with hub.engine.begin() as connection:
        there, version = connection.execute(text("select clock_timestamp(), current_setting('server_version')")).one()
    yield Finding(subject="hub", level="good", sentence=f"База отвечает, PostgreSQL {version}.")
    apart_s = abs((there - Clock().now()).total_seconds())
    if apart_s > CLOCKS_DIFFER_S:
        yield Finding(
            subject="clock",
            level="warning",
            sentence=f"Часы базы и этой машины расходятся на {apart_s:.0f} с.",
            advice="Включите на обеих машинах синхронизацию времени (NTP).",
        )


def _messages(settings: Settings) -> Iterator[Finding]:
    if settings.messages.routes:
        yield Finding(
            subject="messages", level="good", sentence=f"Сообщения о бедах идут по маршрутам: {', '.join(settings.messages.routes)}."
        )
        return
    yield Finding(
        subject="messages",
        level="warning",
        sentence="Сообщать о бедах некому: ни один маршрут не задан.",
        advice="Заведите [messages.routes.owner] в utyug.toml и задайте UTYUG_MESSAGES__ROUTES__OWNER__URLS.",
    )


def _folders(settings: Settings) -> Iterator[Finding]:
    """Where managers put workbooks, and where packers find labels: made where they are missing, and written to."""
    folders = {"Папка для книг возвратов": settings.returns_folder(), "Папка этикеток": settings.var_dir / FOLDER}
    for what, path in folders.items():
        try:
            path.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path, prefix="."):
                pass
        except OSError as error:
            sentence = f"{what} {path} недоступна для записи: {error.strerror}."
            advice = "Дайте пользователю, под которым работает Утюг, право писать в неё, или назовите другую: returns.folder, var_dir."
            yield Finding(subject="folder", level="fault", sentence=sentence, advice=advice)
        else:
            yield Finding(subject="folder", level="good", sentence=f"{what} {path} готова.")


def _channel(hub: Hub, settings: ChannelSettings, carriers: Collection[str]) -> list[Finding]:
    try:
        with open_channel(settings, hub=hub) as shop:
            found = shop.examine()
    except SyncError as error:
        found = [Finding(subject="host", level="fault", sentence=error.sentence, advice="Проверьте адрес и доступ в настройках.")]
    return [*_environment(settings), *found, *_carried(settings, carriers), *_places(hub, settings), *_prices(hub, settings)]


def _crm(hub: Hub, settings: CrmSettings) -> list[Finding]:
    with open_crm(settings, hub=hub) as crm:
        return crm.examine()


def _odata(hub: Hub, settings: OdataSettings) -> list[Finding]:
    with open_odata(settings, hub=hub) as onec:
        return onec.examine()


def _carrier(hub: Hub, settings: Settings, name: str) -> list[Finding]:
    """The contract itself, whether it can push to us, and whether anybody ships by it."""
    told = settings.carriers[name]
    with open_carrier(told, hub=hub) as carrier:
        found = carrier.examine()
    if told.push_secret is not None and settings.gateway.public_url is None:
        sentence = "Секрет для уведомлений перевозчика задан, а внешнего адреса шлюза нет: сообщать о посылках ему некуда."
        found.append(Finding(subject="pushes", level="warning", sentence=sentence, advice="Впишите gateway.public_url в utyug.toml."))
    if not any(channel.shipping.carrier == name for channel in settings.channels.values()):
        sentence = "Этим перевозчиком не отправляет ни одна площадка: посылки ему не уйдут."
        advice = f'Впишите carrier = "{name}" в раздел shipping той площадки, чьи заказы он везёт.'
        found.append(Finding(subject="carrier", level="warning", sentence=sentence, advice=advice))
    return found


def _carried(settings: ChannelSettings, carriers: Collection[str]) -> Iterator[Finding]:
    """A carrier that the channel names and the settings have not."""
    name = settings.shipping.carrier
    if name is not None and name not in carriers:
        sentence = f"Заказы площадки везёт перевозчик {name}, а в настройках такого нет: отправления остановятся."
        advice = f"Заведите раздел [carriers.{name}] в utyug.toml или исправьте shipping.carrier этой площадки."
        yield Finding(subject="carrier", level="fault", sentence=sentence, advice=advice)


def _environment(settings: ChannelSettings) -> Iterator[Finding]:
    """A token of Wildberries' sandbox opens nothing real, and the other way round."""
    if not isinstance(settings, WildberriesSettings) or (said := read_token(settings.token)) is None:
        return
    if said.t and settings.environment == "production":
        yield Finding(
            subject="credential",
            level="fault",
            sentence="Токен тестовый: он открывает только песочницу Wildberries, а в настройках боевой кабинет.",
            advice='Создайте в кабинете персональный токен или поставьте environment = "sandbox", если это проба.',
        )
    if not said.t and settings.environment == "sandbox":
        yield Finding(
            subject="credential",
            level="fault",
            sentence="Токен боевой, а в настройках песочница Wildberries: она его не примет.",
            advice='Создайте тестовый токен или уберите environment = "sandbox", чтобы продавать по-настоящему.',
        )


def _places(hub: Hub, settings: ChannelSettings) -> Iterator[Finding]:
    """1C's warehouses that the settings name, against those that 1C has sent."""
    wanted = {place for places in settings.places_of.values() for place in places or []}
    with hub.engine.begin() as connection:
        known = {row.warehouse_ref: row.name for row in connection.execute(select(warehouse))}
    if lacking := sorted(wanted - known.keys()):
        section = "places" if isinstance(settings, WooCommerceSettings) else "warehouses"
        there = ", ".join(f"{ref} ({name})" for ref, name in sorted(known.items()))
        yield Finding(
            subject="warehouse",
            level="fault" if known else "warning",
            sentence=f"В выгрузке 1С нет складов «{'», «'.join(lacking)}»: остатки с них на площадку не попадут.",
            advice=f"Исправьте раздел {section} в utyug.toml; 1С прислала склады: {there}." if known else FIRST_EXPORT,
        )


def _prices(hub: Hub, settings: ChannelSettings) -> Iterator[Finding]:
    """Price types that the rules name, against those that 1C has sent."""
    if settings.prices is None:
        return
    with hub.engine.begin() as connection:
        known = sorted(set(connection.execute(select(price_type.c.name)).scalars()))
    if lacking := [name for name in settings.prices.price_types if name not in known]:
        there = "», «".join(known)
        yield Finding(
            subject="prices",
            level="fault" if known else "warning",
            sentence=f"В выгрузке 1С нет вида цены «{'», «'.join(lacking)}»: цены по нему не посчитать.",
            advice=f"Отметьте его в настройках обмена 1С или исправьте price_type; 1С прислала: «{there}»." if known else FIRST_EXPORT,
        )
