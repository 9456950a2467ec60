"""``utyug returns``: the managers' workbook of returns, what is on its way back, and what rests where."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.hub.opening import open_hub
from adapters.hub.return_views import ReturnViews
from adapters.hub.returns import Returns
from adapters.settings import read_settings
from adapters.workbook.returns_form import write_form
from deployments.plainly import said_plainly

returns = typer.Typer(help="Возвраты: книга для менеджеров, что возвращается и что где лежит.", no_args_is_help=True)
ACCOUNTS = {
    "coming": "в пути",
    "sellable": "годен, ждёт остатка из 1С",
    "defect": "брак",
    "unknown": "не осмотрен",
    "to_supplier": "поставщику",
    "written_off": "к списанию",
}
STATES = {"announced": "заявлен", "coming": "в пути", "ready": "ждёт, пока его заберут", "received": "у нас, ждёт решения"}
SOURCES = {"workbook": "книга возвратов"}


@returns.command("form")
def form(
    path: Annotated[
        Path | None, typer.Argument(metavar="ФАЙЛ", help="Куда записать; без него в папку возвратов, в «бланки», под именем с датой.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=365, metavar="ДНЕЙ", help="За сколько дней взять отгруженные заказы.")] = None,
) -> None:
    """Записать новую книгу возвратов: недавние отгруженные заказы, списки и проверки."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            now = hub.clock.now()
            today = settings.today(now)
            lines = ReturnViews(hub).returnable(now - timedelta(days=days or settings.returns.form_days))
            target = path or settings.returns_folder() / "бланки" / f"Возвраты {today:%Y-%m-%d}.xlsx"
            write_form(target, lines, form_ref=secrets.token_hex(3), at=now, today=today)
    waiting = lines["awaited_pcs"].drop_nulls().len()
    typer.echo(f"Книга записана: {target}")
    typer.echo(f"Товаров в отгруженных заказах: {lines.height}, из них ждут осмотра: {waiting}.")
    typer.echo(f"Заполненную книгу закройте и положите в папку {settings.returns_folder()}.")


@returns.command("list")
def show() -> None:
    """Показать возвраты, которые в пути или ждут решения, сначала давние."""
    with said_plainly(), open_hub(read_settings()) as hub:
        rows = ReturnViews(hub).awaited().to_dicts()
    if not rows:
        typer.echo("Ничего не возвращается и не ждёт решения.")
        return
    table = Table("Возврат", "Площадка", "Заказ", "Артикул", title=f"Возвраты в пути и без решения: {len(rows)}")
    table.add_column("Шт.", justify="right")
    table.add_column("Где")
    table.add_column("Кто сообщил")
    for row in rows:
        told_by = ", ".join(SOURCES.get(one, one) for one in row["told_by"].split(", "))
        named = (escape(row[name] or "") for name in ("channel", "order_name", "channel_sku"))
        table.add_row(str(row["return_id"]), *named, str(row["pcs"]), STATES[row["state"]], escape(told_by))
    Console().print(table)


@returns.command("rest")
def rest() -> None:
    """Показать, сколько возвращённого где лежит: всё это вне остатка 1С."""
    with said_plainly(), open_hub(read_settings()) as hub:
        rows = ReturnViews(hub).resting().to_dicts()
    if not rows:
        typer.echo("Возвращённого товара вне остатка 1С нет.")
        return
    table = Table("Артикул", "Где", title="Возвращено и не в остатке 1С")
    table.add_column("Штук", justify="right")
    for row in rows:
        table.add_row(escape(row["article"]), ACCOUNTS[row["account"]], str(row["pcs"]))
    Console().print(table)


@returns.command("booked")
def booked(numbers: Annotated[list[int], typer.Argument(help="Номера возвратов из книги для бухгалтера.")]) -> None:
    """Отметить возвраты, которые бухгалтер провёл в 1С: годное теперь придёт с её остатком. Документы из OData отмечаются сами."""
    with said_plainly(), open_hub(read_settings()) as hub:
        lines = Returns(hub).note_booked(numbers)
        typer.echo(f"Отмечено строк: {lines}." if lines else "Отмечать нечего: таких возвратов нет, или они уже отмечены.")
