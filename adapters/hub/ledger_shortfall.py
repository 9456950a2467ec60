"""Promised pieces that do not exist: the item is frozen, a person hears of it, and hears again when it is over."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.journal import write
from adapters.hub.ledger_rows import as_line
from adapters.hub.tables.catalog import item
from adapters.hub.tables.ledger import ledger_balance, shortfall, sold_line
from tasks.rules.ledger import POOL, shortfall_pcs
from tasks.rules.ledger_draw import Shelf

KIND = "shortfall"
NAMED = 5


class Judged(NamedTuple):
    """A place after a count: whose it is, and how many promised pieces it lacks."""

    shelf: Shelf
    source: str
    shortfall_pcs: int


def freeze(connection: Connection, at: datetime, judged: Iterable[Judged]) -> None:
    """Remember which places are short, free those that no longer are, and tell a person what is new."""
    known = {(row.item_id, row.place): row.pcs for row in connection.execute(select(shortfall))}
    is_news: dict[str, bool] = {}
    for (item_id, place), source, pcs in judged:
        before = known.get((item_id, place), 0)
        is_news[source] = is_news.get(source, False) or pcs > before
        if pcs > before:
            sentence = f"Обещано на {pcs} шт. больше, чем есть по 1С: товар снят с продажи на всех площадках."
            write(connection, at, KIND, f"item:{item_id}", sentence, {"place": place, "pcs": pcs})
        if pcs:
            put = upsert(shortfall).values(item_id=item_id, place=place, pcs=pcs, since_at=at)
            connection.execute(put.on_conflict_do_update(index_elements=["item_id", "place"], set_={"pcs": pcs}))
        elif before:
            connection.execute(delete(shortfall).where(shortfall.c.item_id == item_id, shortfall.c.place == place))
    for source in sorted(is_news):
        _tell(connection, at, source, is_news=is_news[source])


def judge_again(connection: Connection, at: datetime, shelves: Collection[Shelf]) -> None:
    """Lift or lessen the freeze of places where pieces came back; only a count can impose one. The items are locked."""
    f, s, b = shortfall.c, sold_line.c, ledger_balance.c
    frozen = connection.execute(
        select(f.item_id, f.place, item.c.source).join(item, item.c.item_id == f.item_id).where(tuple_(f.item_id, f.place).in_(shelves))
    ).all()
    for item_id, place, _ in frozen:
        rows = connection.execute(select(sold_line).where(s.item_id == item_id, s.place == place))
        pool = connection.scalars(select(b.pcs).where(b.item_id == item_id, b.place == place, b.account == POOL)).one()
        missing = shortfall_pcs(pool, [as_line(row) for row in rows])
        same = (f.item_id == item_id, f.place == place)
        connection.execute(update(shortfall).where(*same).values(pcs=missing) if missing else delete(shortfall).where(*same))
    for source in sorted({row.source for row in frozen}):
        _tell(connection, at, source, is_news=False)


def _tell(connection: Connection, at: datetime, source: str, *, is_news: bool) -> None:
    short = connection.execute(
        select(item.c.article, item.c.name, item.c.item_ref, shortfall.c.pcs)
        .join(item, item.c.item_id == shortfall.c.item_id)
        .where(item.c.source == source)
        .order_by(shortfall.c.pcs.desc(), item.c.item_id)
    ).all()
    if not short:
        recover_incident(connection, at, kind=KIND, cause=f"source:{source}")
    elif is_news:
        named = "; ".join(f"{row.name or row.article or row.item_ref}, {row.pcs} шт." for row in short[:NAMED])
        others = " и другие" if len(short) > NAMED else ""
        report_incident(
            connection,
            at,
            kind=KIND,
            cause=f"source:{source}",
            sentence=f"Обещано больше, чем есть по 1С «{source}» (позиций: {len(short)}): {named}{others}.",
            meaning="Кому-то из покупателей товара не хватит. Эти товары сняты с продажи, пока остаток не сойдётся.",
            advice="Пересчитайте товар на складе. Если его нет, отмените один из заказов или докупите.",
        )
