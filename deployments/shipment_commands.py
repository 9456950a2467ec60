"""``utyug shipment``: what is on its way, its labels, the picking list, and what people tell before a carrier is told."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.errors import Misconfigured
from adapters.hub.courier_calls import CourierCalls, when
from adapters.hub.hub import Hub
from adapters.hub.labels import Labels
from adapters.hub.opening import open_hub
from adapters.hub.shipment_cards import shipment_card
from adapters.hub.shipment_tells import STATES
from adapters.hub.shipment_views import ShipmentViews
from adapters.hub.shipments import Shipments
from adapters.settings import Settings, read_settings
from adapters.workbook.picking import write_picking
from deployments.code_commands import codes
from deployments.plainly import said_plainly
from tasks.rules.buyers import read_phone

shipment = typer.Typer(help="Отправления: что в пути, чего не хватает, этикетки, лист сборки, коды маркировки.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(metavar="НОМЕР", help="Номер отправления, как 100001-1.")]
WORDS = {
    "имя": "name", "телефон": "phone", "добавочный": "extension", "почта": "email", "компания": "company", "инн": "inn",
    "примечание": "comment", "страна": "country", "регион": "region", "город": "city", "индекс": "postcode", "адрес": "line",
    "пункт": "point_ref", "серия_паспорта": "passport_series", "номер_паспорта": "passport_number",
    "паспорт_выдан": "passport_issued_on", "кем_выдан": "passport_issued_by", "дата_рождения": "born_on",
}  # fmt: skip
"""What a person may correct, by the word for it; the hub's own names do as well."""
NOT_THERE = "Отправления {} нет, или оно уже у перевозчика: номер смотрите в utyug shipment list."


@shipment.command("list")
def show(
    word: Annotated[
        str | None, typer.Argument(metavar="СЛОВО", help="Номер заказа, наш или площадки, номер отправления или трек; без него все.")
    ] = None,
) -> None:
    """Показать отправления, сначала те, что ещё не вручены."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            rows = _views(hub, settings).shown(word).to_dicts()
    if not rows:
        typer.echo(f"По слову «{word}» отправлений нет." if word else "Отправлений ещё нет: их заводит поток shipments.")
        return
    table = Table(title=f"Отправления: {len(rows)}", expand=True, show_lines=True)
    for title in ("Номер", "Площадка, заказ", "Везёт, трек"):
        table.add_column(title, overflow="fold")
    table.add_column("Шт.", justify="right")
    table.add_column("Состояние", ratio=1, overflow="fold")
    for row in rows:
        who = row["target"].partition(":")[2]
        unwanted = "заказ отменён или уменьшен" if row["is_unwanted"] else None
        stands = [f"[bold]{STATES[row['state']]}[/bold]", unwanted, escape(row["sentence"]) if row["sentence"] else None]
        table.add_row(
            row["number"],
            escape(f"{row['channel']}\n{row['order_ref']}"),
            escape("\n".join(filter(None, (who, row["tracking"])))),
            str(row["pcs"]),
            "\n".join(filter(None, stands)),
        )
    Console().print(table)


@shipment.command("labels")
def labels(
    number: Annotated[str, typer.Argument(metavar="НОМЕР", help="Номер отправления, как 100001-1, или поставки, как WB-GI-1.")],
) -> None:
    """Показать, где лежат этикетки и накладные отправления."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            kept = Labels(hub).of(number)
    if not kept:
        typer.echo(f"Для {number} этикеток пока нет: они появятся, когда их даст площадка или перевозчик.")
        raise typer.Exit(1)
    for one in kept:
        typer.echo(str((settings.var_dir / one.path).resolve()))


@shipment.command("picking")
def picking(
    path: Annotated[
        Path | None, typer.Argument(metavar="ФАЙЛ", help="Куда записать; без него туда, где его пишет поток: var/picking.xlsx.")
    ] = None,
) -> None:
    """Записать свежий лист сборки: что взять с полок, сначала то, что уезжает раньше."""
    with said_plainly():
        settings = read_settings()
        target = path or settings.var_dir / "picking.xlsx"
        with open_hub(settings) as hub:
            picks = _views(hub, settings).to_pick()
            write_picking(target, picks, at=hub.clock.now(), zone=ZoneInfo(settings.time_zone))
    shipments = len({one.shipment for one in picks})
    typer.echo(f"{target}: отправлений {shipments}, штук {sum(one.pcs for one in picks)}. Печатается на А4.")


@shipment.command("show")
def show_one(number: Number) -> None:
    """Показать, что сказано в заказе и что сказано перевозчику: имя, адрес, товары; и что осталось спросить."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            card = shipment_card(hub, {name: settings.ships_of(name) for name in settings.channels}, number)
        if card is None:
            raise Misconfigured(f"Отправления {number} нет.")
        table = Table("", "В заказе", "Передано перевозчику" if card.is_sent else "Будет передано перевозчику")
        for line in card.lines:
            table.add_row(line.title, line.original, line.written)
        Console().print(f"Отправление {card.number}: {STATES[card.state]}.")
        Console().print(table)
        if card.corrected:
            Console().print(f"Исправлено человеком: {', '.join(card.corrected)}.")
        for question in card.questions:
            Console().print(f"{'Держит отправление' if question.stops else 'Проверьте'}: {question.sentence}")


@shipment.command("fix")
def fix(
    number: Number,
    told: Annotated[
        list[str] | None, typer.Argument(metavar="ИМЯ=ЗНАЧЕНИЕ", help=f"Что исправить: имя=значение; имена: {', '.join(WORDS)}.")
    ] = None,
    tariff: Annotated[str | None, typer.Option(metavar="КОД", help="Код тарифа перевозчика.")] = None,
) -> None:
    """Исправить адрес, получателя или тариф: отправление уйдёт со следующим запуском.

    Например: utyug shipment fix 100001-1 город=Калуга "адрес=ул. Мира, 2, кв. 5" "телефон=8 916 123-45-67"
    """
    with said_plainly():
        parts = _corrected(told or [])
        if not parts and tariff is None:
            raise Misconfigured("Скажите, что исправить: например, город=Калуга, или --tariff 137.")
        settings = read_settings()
        with open_hub(settings) as hub:
            is_done = _book(hub, settings).correct(number, parts, tariff=tariff)
    _say("Исправлено." if is_done else NOT_THERE.format(number), is_done=is_done)


shipment.command("codes")(codes)


@shipment.command("turn-back")
def turn_back(number: Number) -> None:
    """Согласиться оплатить возврат посылки, которая уехала, хотя заказ отменён."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            is_done = _book(hub, settings).turn_back(number)
    not_done = f"Отправления {number} нет, или возвращать его не нужно: заказ не отменён, посылка не у перевозчика или уже вручена."
    _say("Перевозчика попросят её вернуть." if is_done else not_done, is_done=is_done)


def _corrected(told: list[str]) -> dict[str, str]:
    """Parts of a destination by the hub's names; a phone as carriers take it.

    Raises:
        Misconfigured: a word is none of ours, or the phone is none.
    """
    pairs = [(name.strip().casefold(), mark, value.strip()) for name, mark, value in (one.partition("=") for one in told)]
    known = WORDS | {name: name for name in WORDS.values()}
    if odd := sorted(name for name, mark, _ in pairs if not mark or name not in known):
        raise Misconfigured(f"Так не исправить: {', '.join(odd)}. Пишите имя=значение; имена: {', '.join(WORDS)}.")
    parts = {known[name]: value for name, _, value in pairs}
    if "phone" in parts:
        phone = read_phone(parts["phone"])
        if phone.e164 is None:
            raise Misconfigured("Телефон не читается. Впишите его с кодом города или оператора, например 8 916 123-45-67.")
        parts |= {"phone": phone.e164} | ({"extension": phone.extension} if phone.extension else {})
    return parts


def _say(sentence: str, *, is_done: bool) -> None:
    """Code 1 where nothing was done, so that a script hears of it too."""
    typer.echo(sentence, err=not is_done)
    if not is_done:
        raise typer.Exit(1)


def _views(hub: Hub, settings: Settings) -> ShipmentViews:
    return ShipmentViews(hub, {name: settings.ships_of(name) for name in settings.channels})


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
