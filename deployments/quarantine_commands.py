"""`utyug quarantine list | retry | dismiss`: the desk of refused rows, from the command line."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.hub.opening import open_hub
from adapters.hub.quarantine import Quarantine
from adapters.hub.retries import Retries
from adapters.settings import read_settings
from deployments.plainly import said_plainly

quarantine = typer.Typer(help="Строки, которые не приняты: посмотреть, проверить снова, отклонить.", no_args_is_help=True)

Ids = Annotated[list[int] | None, typer.Argument(help="Номера строк; без них выбирают --reason, --entity, --source.")]
Reason = Annotated[str | None, typer.Option(help="Код причины.")]
Entity = Annotated[str | None, typer.Option(help="product, offer, price, count, barcode …")]
Source = Annotated[str | None, typer.Option(help="База 1С или площадка.")]


@quarantine.command("list")
def list_rows(reason: Reason = None, entity: Entity = None, source: Source = None, limit: int = 200) -> None:
    """Показать, что не принято и почему."""
    with said_plainly(), open_hub(read_settings()) as hub:
        rows = Quarantine(hub).list(source=source, entity=entity, reason=reason, limit=limit + 1).to_dicts()
    more = f" (показаны первые {limit}, есть ещё: добавьте --limit)" if len(rows) > limit else ""
    rows = rows[:limit]
    table = Table("№", "Что", "Ключ", "Раз", "Почему", title=f"Карантин: строк {len(rows)}{more}")
    for row in rows:
        why = escape(f"{row['sentence']} ({row['reason']})")
        table.add_row(str(row["quarantine_id"]), row["entity"], escape(row["key"]), str(row["times"]), why)
    Console().print(table)


@quarantine.command()
def retry(ids: Ids = None, reason: Reason = None, entity: Entity = None, source: Source = None) -> None:
    """Проверить строки снова; прошедшие загрузятся и уйдут из карантина."""
    with said_plainly(), open_hub(read_settings()) as hub:
        feeds = Retries(hub).enqueue(ids=ids or None, reason=reason, entity=entity, source=source)
    if feeds:
        typer.echo(f"Поставлено в очередь лент: {len(feeds)} ({', '.join(map(str, feeds))}); их загрузит поток catalog.")
    else:
        typer.echo("Проверять нечего: эти строки уйдут сами, когда 1С пришлёт их исправленными.")


@quarantine.command()
def dismiss(ids: Ids = None, reason: Reason = None, entity: Entity = None, source: Source = None) -> None:
    """Отклонить строки: исправлять их не нужно."""
    if not any((ids, reason, entity, source)):
        typer.echo("Скажите, какие строки отклонить: номера, --reason, --entity или --source.", err=True)
        raise typer.Exit(2)
    with said_plainly(), open_hub(read_settings()) as hub:
        rows = Quarantine(hub).dismiss(ids=ids or None, reason=reason, entity=entity, source=source)
    typer.echo(f"Отклонено строк: {rows}.")
