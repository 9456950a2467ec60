"""``utyug receipt``: goods that are expected, so that buyers may order them before they are counted."""

from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.errors import Misconfigured
from adapters.hub.backorders import Receipts
from adapters.hub.offer_views import OfferViews
from adapters.hub.opening import open_hub
from adapters.settings import read_settings
from deployments.plainly import said_plainly

receipt = typer.Typer(help="Ожидаемые поступления: по ним сайт принимает предзаказы.", no_args_is_help=True)


@receipt.command("add")
def add(
    sku: Annotated[str, typer.Argument(help="Артикул, штрихкод или Ид из 1С.")],
    pcs: Annotated[int, typer.Argument(min=1, help="Сколько штук можно обещать.")],
    on: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d", "%d.%m.%Y"], help="День, который назовут покупателю.")],
    note: Annotated[str | None, typer.Option(help="Заметка для себя.")] = None,
) -> None:
    """Объявить поступление: до стольких штук сверх остатка можно заказать, обещанный день видит покупатель."""
    with said_plainly(), open_hub(read_settings()) as hub:
        items = OfferViews(hub).items(sku)
        if items.height != 1:
            found = "не найден" if items.is_empty() else f"есть у нескольких товаров ({items.height}): назовите Ид"
            raise Misconfigured(f"Товар {sku} {found}.")
        number = Receipts(hub).open(items["item_ref"][0], pcs=pcs, expected_on=on.date(), note=note)
        if number is None:
            raise Misconfigured(f"{sku} — комплект или общая карточка вариантов: объявите поступление его частей.")
        typer.echo(f"Поступление {number}: {sku}, {pcs} шт., {on:%d.%m.%Y}.")


@receipt.command("list")
def show() -> None:
    """Показать открытые поступления и сколько по ним ещё можно обещать."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            today: date = settings.today(hub.clock.now())
            table = Table("Номер", "Артикул", "Штук", "Можно обещать", "День", "Заметка")
            for one in Receipts(hub).list(today):
                day = f"{one.expected_on:%d.%m.%Y}"
                table.add_row(str(one.receipt_id), one.article or one.item_ref, str(one.pcs), str(one.free_pcs), day, one.note or "")
            Console().print(table)


@receipt.command("close")
def close(number: Annotated[int, typer.Argument(help="Номер поступления.")]) -> None:
    """Больше ничего по нему не обещать; уже обещанное остаётся."""
    with said_plainly(), open_hub(read_settings()) as hub:
        typer.echo("Закрыто." if Receipts(hub).close(number) else f"Поступления {number} нет или оно уже закрыто.")
