"""``utyug returns``: the managers' workbook of returns, and what rests where."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.hub.opening import open_hub
from adapters.hub.return_views import ReturnViews
from adapters.hub.returns import Returns
from adapters.settings import read_settings
from adapters.workbook.returns_form import write_form
from deployments.plainly import said_plainly

returns = typer.Typer(help="Возвраты: книга для менеджеров и что где лежит.", no_args_is_help=True)
ACCOUNTS = {
    "coming": "в пути",
    "sellable": "годен, ждёт остатка из 1С",
    "defect": "брак",
    "unknown": "не осмотрен",
    "to_supplier": "поставщику",
    "written_off": "к списанию",
}


@returns.command("form")
def form(
    path: Annotated[Path | None, typer.Argument(help="Куда записать; без него в папку возвратов под именем с датой.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=365, help="За сколько дней взять отгруженные заказы.")] = None,
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
        typer.echo(f"{target}: строк {lines.height}. Заполненную книгу положите в папку {settings.returns_folder()}.")


@returns.command("rest")
def rest() -> None:
    """Показать, сколько возвращённого где лежит: всё это вне остатка 1С."""
    with said_plainly(), open_hub(read_settings()) as hub:
        table = Table("Артикул", "Где", "Штук")
        for row in ReturnViews(hub).resting().to_dicts():
            table.add_row(row["article"], ACCOUNTS[row["account"]], str(row["pcs"]))
        Console().print(table)


@returns.command("booked")
def booked(numbers: Annotated[list[int], typer.Argument(help="Номера возвратов из книги для бухгалтера.")]) -> None:
    """Отметить возвраты, которые бухгалтер провёл в 1С: годное теперь придёт с её остатком. Документы из OData отмечаются сами."""
    with said_plainly(), open_hub(read_settings()) as hub:
        lines = Returns(hub).note_booked(numbers)
        typer.echo(f"Отмечено строк: {lines}." if lines else "Отмечать нечего: таких возвратов нет, или они уже отмечены.")
