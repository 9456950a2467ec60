"""Files of 1C for tests, put into the inbox, and what the hub holds afterwards, comparable between hubs."""

import io
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Table, select
from sqlalchemy.engine import make_url

from adapters.clock import Clock
from adapters.hub.feeds import Feed
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.tables.all import METADATA
from adapters.hub.tables.catalog import item, product
from adapters.onec.names import kind_of

SOURCE = "main"
NOON = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - a stamp of 1C has no zone
ITEMS = 30
PASSING = {"feed", "feed_part", "exchange_session", "export_series", "series_member", "cursor", "sync_run", "journal", "incident"}
"""Tables that tell of the work itself, not of the shop."""
OURS = {"at", "times", "reference"}
"""Columns that do, beside keys that are counted up and instants."""


def export(
    refs: Iterable[str],
    *,
    pcs: int | str = 5,
    price: str = "100.00",
    vat: str = "20",
    minutes: int = 0,
    is_changes_only: bool = True,
) -> bytes:
    """A whole file: a card, an offer, a price and a count for each reference."""
    refs = list(refs)
    changes = str(is_changes_only).lower()
    cards = "".join(
        f"<Товар><Ид>{ref}</Ид><Артикул>А-{ref}</Артикул><Наименование>Утюг {ref}</Наименование>"
        f"<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>{vat}</Ставка></СтавкаНалога></СтавкиНалогов></Товар>"
        for ref in refs
    )
    offers = "".join(
        f"<Предложение><Ид>{ref}</Ид><Наименование>Утюг {ref}</Наименование><Цены><Цена><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу>"
        f"<ИдТипаЦены>retail</ИдТипаЦены><Валюта>RUB</Валюта></Цена></Цены><Количество>{pcs}</Количество></Предложение>"
        for ref in refs
    )
    stamp = (NOON + timedelta(minutes=minutes)).isoformat()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="{stamp}">'
        f'<Каталог СодержитТолькоИзменения="{changes}"><Ид>catalog</Ид><Товары>{cards}</Товары></Каталог>'
        f'<ПакетПредложений СодержитТолькоИзменения="{changes}"><Ид>catalog#</Ид><ИдКаталога>catalog</ИдКаталога>'
        f"<Предложения>{offers}</Предложения></ПакетПредложений></КоммерческаяИнформация>"
    ).encode()


def many(count: int = ITEMS) -> list[str]:
    """References, more than the gate lets pass by the way."""
    return [f"iron-{number:03}" for number in range(count)]


def put(hub: Hub, body: bytes, *, name: str = "import0_1.xml", source: str = SOURCE) -> Feed:
    """One file that waits in the inbox, brought by a session of its own."""
    return _put(Inbox(hub), Inbox(hub).open_session(source=source, exchange="catalog"), name, body, source)


def put_files(hub: Hub, paths: Iterable[Path], *, root: Path, source: str = SOURCE) -> list[Feed]:
    """Files that wait in the inbox, brought by one session under their names below ``root``."""
    inbox = Inbox(hub)
    session_ref = inbox.open_session(source=source, exchange="catalog")
    return [_put(inbox, session_ref, path.relative_to(root).as_posix(), path.read_bytes(), source) for path in paths]


def shop(hub: Hub) -> dict[str, list[str]]:
    """What the hub knows of the shop, by table: no numbers and instants of its own, no traces of which file brought it."""
    with hub.engine.begin() as connection:
        named = {"item_id": {row.item_id: row.item_ref for row in connection.execute(select(item))}}
        if "product_id" in product.c:
            named["product_id"] = {row.product_id: row.product_ref for row in connection.execute(select(product))}
    return {
        name: sorted(repr(_plain(row, named)) for row in rows) for name, rows in everything(hub).items() if name not in PASSING and rows
    }


def everything(hub: Hub) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with hub.engine.begin() as connection:
        return {table.name: [dict(row) for row in connection.execute(_whole(table)).mappings()] for table in METADATA.sorted_tables}


@contextmanager
def one_more_hub(server_url: str, template: str) -> Iterator[Hub]:
    """Another empty hub on the same server, to compare with."""
    name = f"other_{secrets.token_hex(6)}"
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f'create database "{name}" template "{template}"'.encode())
        with Hub(make_url(server_url).set(database=name).render_as_string(hide_password=False), clock=Clock()) as opened:
            yield opened
        admin.execute(f'drop database "{name}" with (force)'.encode())


def _whole(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


def _plain(row: dict[str, Any], named: dict[str, dict[int, str]]) -> dict[str, Any]:
    kept = {}
    for column, value in row.items():
        if column in named:
            kept[column] = named[column].get(value, value)
        elif column != "formed_at" and (column in OURS or column.endswith(("_at", "_id"))):
            continue
        else:
            kept[column] = value
    return kept


def _put(inbox: Inbox, session_ref: str, name: str, body: bytes, source: str) -> Feed:
    feed_id = inbox.begin(source=source, exchange="catalog", name=name, kind=kind_of(name, body[:4]), session_ref=session_ref)
    inbox.append(feed_id, io.BytesIO(body))
    return inbox.complete(feed_id)
