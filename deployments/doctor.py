"""``utyug doctor``: every credential, right, limit, host, clock and warehouse, and in a sentence what to do about it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select, text

from adapters.capabilities import Finding
from adapters.channel_settings import ChannelSettings, WooCommerceSettings
from adapters.channels import open_channel
from adapters.clock import Clock
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import price_type, warehouse
from adapters.settings import Settings

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
}
CLOCKS_DIFFER_S = 30.0

Told = list[tuple[str, Finding]]


def examine(hub: Hub, settings: Settings) -> Told:
    """Everything found, the hub first, then channel by channel."""
    told = [("Utyug", finding) for finding in (*_hub(hub), *_messages(settings))]
    with ThreadPoolExecutor(max_workers=8) as pool:
        examined = pool.map(lambda named: (named[0], _channel(hub, named[1])), settings.channels.items())
    return told + [(name, finding) for name, findings in examined for finding in findings]


def show(told: Told, console: Console) -> bool:
    """Print what was found; whether nothing is wrong."""
    table = Table("Где", "Что", "Состояние", "Подробности", title="Осмотр")
    for where, finding in told:
        advice = f"\n[bold]Что сделать:[/] {escape(finding.advice)}" if finding.advice else ""
        table.add_row(where, SUBJECTS.get(finding.subject, finding.subject), MARKS[finding.level], escape(finding.sentence) + advice)
    console.print(table)
    return all(finding.level != "fault" for _, finding in told)


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
        yield Finding(subject="messages", level="good", sentence=f"О бедах узнают: {', '.join(settings.messages.routes)}.")
        return
    yield Finding(
        subject="messages",
        level="warning",
        sentence="Сообщать о бедах некому: ни один маршрут не задан.",
        advice="Заведите [messages.routes.owner] в utyug.toml и задайте UTYUG_MESSAGES__ROUTES__OWNER__URLS.",
    )


def _channel(hub: Hub, settings: ChannelSettings) -> list[Finding]:
    try:
        with open_channel(settings, hub=hub) as shop:
            found = shop.examine()
    except SyncError as error:
        found = [Finding(subject="host", level="fault", sentence=error.sentence, advice="Проверьте адрес и доступ в настройках.")]
    return [*found, *_places(hub, settings), *_prices(hub, settings)]


def _places(hub: Hub, settings: ChannelSettings) -> Iterator[Finding]:
    """1C's warehouses that the settings name, against those that 1C has sent."""
    wanted = {place for places in settings.places_of.values() for place in places or []}
    with hub.engine.begin() as connection:
        known = set(connection.execute(select(warehouse.c.warehouse_ref)).scalars())
    if lacking := sorted(wanted - known):
        section = "places" if isinstance(settings, WooCommerceSettings) else "warehouses"
        yield Finding(
            subject="warehouse",
            level="warning" if not known else "fault",
            sentence=f"Складов 1С {', '.join(lacking)} в базе нет: остатки с них не возьмутся.",
            advice=f"Сверьте Ид складов в разделе {section} с выгрузкой 1С или дождитесь первой выгрузки.",
        )


def _prices(hub: Hub, settings: ChannelSettings) -> Iterator[Finding]:
    """Price types that the rules name, against those that 1C has sent."""
    if settings.prices is None:
        return
    with hub.engine.begin() as connection:
        known = set(connection.execute(select(price_type.c.name)).scalars())
    if lacking := [name for name in settings.prices.price_types if name not in known]:
        yield Finding(
            subject="prices",
            level="warning" if not known else "fault",
            sentence=f"Вида цены «{'», «'.join(lacking)}» 1С не присылала: цены по нему не посчитать.",
            advice="Сверьте имя вида цены с 1С или отметьте его в настройках обмена.",
        )
