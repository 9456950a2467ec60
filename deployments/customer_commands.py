"""`utyug customers find | merge | split`: buyers put right by a person, from the command line."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.hub.customer_cards import CustomerCards
from adapters.hub.opening import open_hub
from adapters.settings import read_settings
from deployments.plainly import said_plainly

customers = typer.Typer(help="Покупатели: найти, объединить двух, разделить одного.", no_args_is_help=True)
SHOWN = 10
"""Orders of a buyer in the table; the rest is counted."""

Ref = Annotated[str, typer.Argument(help="Покупатель, как он назван в списке: b12.")]


@customers.command("find")
def find(word: Annotated[str, typer.Argument(help="Телефон, почта, номер заказа или b12.")]) -> None:
    """Показать, кого знают по этому телефону, почте или заказу. Имена и телефоны видны не целиком."""
    with said_plainly(), open_hub(read_settings()) as hub:
        found = CustomerCards(hub).find(word)
    table = Table("Покупатель", "Кто", "Почта", "Уровень", "Заказы", title=f"Найдено: {len(found)}")
    for one in found:
        rest = len(one.orders) - SHOWN
        orders = ", ".join(one.orders[:SHOWN]) + (f" и ещё {rest}" if rest > 0 else "")
        table.add_row(one.ref, escape(one.who), escape(", ".join(one.emails)), one.tier or "", escape(orders))
    Console().print(table)


@customers.command("merge")
def merge(keep: Ref, other: Ref) -> None:
    """Это один человек: заказы, имена и контакты второго переходят к первому. Правила их больше не разделят."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            came = CustomerCards(hub, crms=settings.crm).merge(keep, other)
    typer.echo(f"{other} объединён с {keep}: заказов перешло {came}. Карточки в CRM объедините там: чужих карточек Utyug не удаляет.")


@customers.command("split")
def split(ref: Ref, orders: Annotated[list[str], typer.Argument(help="Номера заказов другого человека, наши или площадки.")]) -> None:
    """Это разные люди: названные заказы уходят новому покупателю. Правила их больше не объединят."""
    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            cards = CustomerCards(hub, crms=settings.crm)
            new = cards.split(ref, set(orders), rules=settings.customers, real=settings.channels_with_real_contacts())
    typer.echo(f"Из {ref} выделен {new}: заказов у него {len(set(orders))}.")
