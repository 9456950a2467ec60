"""What a full export that is over means for cards: which are missing from it, and what it has confirmed."""

# ruff: noqa: S608 - every name put into a statement here is a table or a column of ours

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.counting import mark_umbrellas
from adapters.hub.findings import restate_findings
from adapters.hub.tables.journal import cursor

CARDS = {"product": ("product", "product_id", "product_ref"), "item": ("item", "item_id", "item_ref")}
"""A card's table, key and name in 1C, by entity of the series."""

LOST = """
select name from feed f
where f.source = :source and f.exchange <> 'sale' and f.kind <> 'picture' and f.feed_id > :first_feed_id
  and f.state in ('refused', 'held', 'dismissed')
  and not exists (
    select from feed l where l.source = f.source and l.name = f.name and l.feed_id > f.feed_id and l.state = 'recorded'
  )
order by f.feed_id
"""

CONFIRM = {"product": "product t", "offer": "item t", "price": "price t", "count": "stock_count t"}
"""The rows of each kind that an export states."""


def lost_files(connection: Connection, series: Row[Any]) -> list[str]:
    """Files of the export that were not taken and did not come again under the same name."""
    return list(connection.execute(text(LOST), dict(series._mapping)).scalars())


def live_and_missing(connection: Connection, series: Row[Any], *, until: datetime) -> tuple[int, int]:
    """Cards alive in the export's catalogue, and those of them that it does not have."""
    table, key, _ = CARDS[series.entity]
    counted = text(f"""
        select count(*) as live, count(*) filter (where m.card_id is null) as missing
        from {table} t left join series_member m on m.series_id = :series_id and m.card_id = t.{key}
        where {_IS_LIVE}
    """)
    row = connection.execute(counted, _names(series, until)).one()
    return row.live, row.missing


def examples_of(connection: Connection, series: Row[Any], *, until: datetime) -> tuple[str, ...]:
    """Names of some that are missing."""
    table, key, ref = CARDS[series.entity]
    named = text(f"select coalesce(name, {ref}) from {table} t where {_IS_LIVE} and {_is_missing(key)} order by {ref} limit 3")
    return tuple(connection.execute(named, _names(series, until)).scalars())


def mark_absent(connection: Connection, series: Row[Any], *, now: datetime, until: datetime) -> int:
    """Take the missing cards off sale; their counts stay as they are."""
    table, key, _ = CARDS[series.entity]
    marked = text(f"update {table} t set is_absent = true, changed_at = :now where {_IS_LIVE} and {_is_missing(key)}")
    missing = connection.execute(marked, _names(series, until) | {"now": now}).rowcount
    if missing:
        mark_umbrellas(connection, series.source)
        restate_findings(connection, source=series.source, feed_id=None, now=now)
    return missing


def keep_baseline(connection: Connection, series: Row[Any], *, now: datetime) -> None:
    """Remember when the export was formed: what was formed before it has nothing to add to the kinds of rows it held."""
    if series.formed_at is None:
        return
    for kind in series.kinds:
        moved = {"value": series.formed_at.isoformat(), "moved_at": now}
        placed = insert(cursor).values(system=series.source, entity=baseline_of(kind, series.catalog_ref), **moved)
        connection.execute(placed.on_conflict_do_update(index_elements=["system", "entity"], set_=moved))


def baseline_of(kind: str, catalog_ref: str) -> str:
    """The cursor that keeps the stamp of the newest complete export of a kind of rows."""
    return f"full_export:{kind}:{catalog_ref}"


def confirm_members(connection: Connection, series: Row[Any]) -> None:
    """Give the rows of an export that will be no baseline its stamp one by one: what it said of them stays said."""
    if series.formed_at is None:
        return
    for kind in series.kinds:
        key = "product_id" if kind == "product" else "item_id"
        connection.execute(
            text(f"""
            update {CONFIRM[kind]} set formed_at = :formed_at from series_member m
            where m.series_id = :series_id and t.{key} = m.card_id and t.formed_at < :formed_at
            """),
            dict(series._mapping),
        )


_IS_LIVE = """
t.source = :source and t.catalog_ref = :catalog_ref and not t.is_deleted and not t.is_absent and t.changed_at <= :until
"""


def _is_missing(key: str) -> str:
    return f"not exists (select from series_member m where m.series_id = :series_id and m.card_id = t.{key})"


def _names(series: Row[Any], until: datetime) -> dict[str, Any]:
    return {"source": series.source, "catalog_ref": series.catalog_ref, "series_id": series.series_id, "until": until}
