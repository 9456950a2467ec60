"""``utyug shipment``: what is on its way, and what people tell before a carrier is told."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.errors import Misconfigured
from adapters.hub.courier_calls import CourierCalls, when
from adapters.hub.hub import Hub
from adapters.hub.marks import Marks
from adapters.hub.opening import open_hub
from adapters.hub.shipment_tells import STATES
from adapters.hub.shipment_views import ShipmentViews
from adapters.hub.shipments import Shipments
from adapters.settings import Settings, read_settings
from deployments.plainly import said_plainly
from tasks.rules.destinations import CORRECTABLE

shipment = typer.Typer(help="Отправления: что в пути, чего не хватает, коды маркировки.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="Номер отправления, как 100001-1.")]


@shipment.command("list")
def show(word: Annotated[str | None, typer.Argument(help="Номер заказа, отправления или трек.")] = None) -> None:
    """Показать отправления, сначала те, что ещё не вручены."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            views = ShipmentViews(hub, {name: settings.ships_of(name) for name in settings.channels})
            table = Table("Номер", "Канал", "Заказ", "Кто везёт", "Штук", "Состояние", "Трек", "Что мешает")
            for row in views.shown(word).to_dicts():
                who, state = row["target"].partition(":")[2], STATES[row["state"]]
                waits = row["tracking"] or "", row["sentence"] or ""
                table.add_row(row["number"], row["channel"], row["order_ref"], who, str(row["pcs"]), state, *waits)
            Console().print(table)


@shipment.command("fix")
def fix(
    number: Number,
    told: Annotated[list[str], typer.Argument(help=f"Что исправить: имя=значение; имена: {', '.join(CORRECTABLE)}.")],
    tariff: Annotated[str | None, typer.Option(help="Код тарифа перевозчика.")] = None,
) -> None:
    """Исправить адрес, получателя или тариф: отправление уйдёт со следующим запуском."""
    with said_plainly():
        pairs = [one.partition("=") for one in told]
        if odd := sorted(name for name, mark, _ in pairs if not mark or name not in CORRECTABLE):
            raise Misconfigured(f"Так не исправить: {', '.join(odd)}. Пишите имя=значение; имена: {', '.join(CORRECTABLE)}.")
        settings = read_settings()
        with open_hub(settings) as hub:
            is_done = _book(hub, settings).correct(number, {name: value for name, _, value in pairs}, tariff=tariff)
        typer.echo("Исправлено." if is_done else f"Отправления {number} нет, или оно уже у перевозчика.")


@shipment.command("codes")
def codes(
    number: Number,
    line: Annotated[str, typer.Argument(help="Строка заказа, как в why.")],
    scanned: Annotated[list[str], typer.Argument(help="Коды «Честный ЗНАК», как их ввёл сканер.")],
) -> None:
    """Внести коды маркировки: отправление, которое их ждало, уйдёт со следующим запуском."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            entered = Marks(hub, {name: settings.ships_of(name) for name in settings.channels}).enter(number, line, scanned)
        typer.echo(f"Внесено кодов: {entered.taken}.")
        for sentence in entered.refused:
            typer.echo(sentence)


@shipment.command("turn-back")
def turn_back(number: Number) -> None:
    """Согласиться оплатить возврат посылки, которая уехала, хотя заказ отменён."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            is_done = _book(hub, settings).turn_back(number)
        typer.echo("Перевозчика попросят её вернуть." if is_done else f"Отправления {number} нет, или возвращать его не нужно.")


@shipment.command("call-courier")
def call_courier(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="День, как 2026-11-24.")],
    since: Annotated[datetime, typer.Option(formats=["%H:%M"], help="С какого часа его ждать, по часам магазина.")],
    until: Annotated[datetime, typer.Option(formats=["%H:%M"], help="До какого часа.")],
    carrier: Annotated[str | None, typer.Option(help="Перевозчик, если их несколько.")] = None,
) -> None:
    """Вызвать курьера за готовыми посылками: раз в день; повторный вызов на тот же день второго не приведёт."""
    with said_plainly():
        settings = read_settings()
        name = _carrier_name(settings, carrier)
        on, starts_at, ends_at = day.date(), since.time(), until.time()
        if starts_at >= ends_at:
            raise Misconfigured(f"Часы перепутаны: с {starts_at:%H:%M} до {ends_at:%H:%M}.")
        with open_hub(settings) as hub:
            if on < settings.today(hub.clock.now()):
                raise Misconfigured(f"День {on:%d.%m.%Y} уже прошёл.")
            calls = CourierCalls(hub, f"carrier:{name}")
            ready = calls.ready()
            before = calls.stands(on)
            if ready.parcels == 0 and before is None:
                raise Misconfigured("Готовых посылок нет: перевозчик ещё ничего не оформил, забирать нечего.")
            before = calls.call(on, starts_at, ends_at)
        if before is None:
            told = f"готово мест: {ready.parcels}, {ready.weight_g / 1000:.1f} кг"
            typer.echo(f"Курьер будет вызван на {when(on, starts_at, ends_at)}: {told}. Перевозчика спросит следующий запуск shipments.")
        else:
            done = "уже вызван" if before.state == "called" else "уже вызывается"
            typer.echo(f"Курьер {done} на {when(on, before.starts_at, before.ends_at)}.")


def _carrier_name(settings: Settings, told: str | None) -> str:
    names = sorted(settings.carriers)
    if told in settings.carriers:
        return str(told)
    if told is None and len(names) == 1:
        return names[0]
    raise Misconfigured(f"Назовите перевозчика из настроек: {', '.join(names) or 'в carriers пусто'}.")


def _book(hub: Hub, settings: Settings) -> Shipments:
    """Prefect, which the tasks load, takes longer than the command."""
    from tasks.shipments import shipments_of

    return shipments_of(hub, settings)
