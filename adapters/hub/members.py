"""How a feed being recorded belongs to a full export, and what an export that is over says about older files."""

# ruff: noqa: S608 - every name put into a statement here is a table or a column of ours

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, text, update

from adapters.hub.absence import baseline_of
from adapters.hub.loading import Load
from adapters.hub.series import Decide, close_series
from adapters.hub.tables.catalog import export_series
from adapters.hub.tables.journal import cursor


class Entity(NamedTuple):
    """What a full export is of: its rows, how they are named, and what shows that a file lists it at all."""

    name: str
    kind: str
    refs: str
    is_listed: str


ENTITIES = (
    Entity(
        "product",
        "product",
        "select product_ref from incoming_product",
        "select exists (select from incoming_product)",
    ),
    Entity(
        "item",
        "offer",
        "select item_ref from incoming_item",
        "select exists (select from incoming_offer where name is not null)",
    ),
)
SUPERSEDED = {
    "product": ("incoming_product", "incoming_recipe", "incoming_barcode where owner = 'product'"),
    "offer": ("incoming_offer", "incoming_barcode where owner = 'item'"),
    "price": ("incoming_price",),
    "count": ("incoming_count",),
}
"""What goes with each kind of rows that a newer full export has replaced."""

REFS = {"product": "product_ref", "offer": "item_ref", "price": "item_ref", "count": "item_ref"}


def join_series(load: Load, decide: Decide) -> bool:
    """Add the feed's rows to the open full exports of its source, opening one if the feed begins it; was there any?

    A file that says it is complete begins a new export, unless it repeats nothing of the one that is open: then it is another part
    of the same (УНФ writes goods and services apart). Refused rows are in the export all the same: they are not absent.
    """
    is_part = False
    for entity in ENTITIES:
        refs = f"{entity.refs} union select key from incoming_refused where entity = '{entity.kind}' and key <> ''"
        series_id = _open_series(load, entity)
        is_listed = load.connection.execute(text(entity.is_listed)).scalar_one()
        if load.is_changes_only is False and is_listed:
            if series_id is not None and _repeats(load, series_id, refs):
                close_series(load.connection, series_id, now=load.now, decide=decide, is_cut_short=True)
                series_id = None
            series_id = series_id if series_id is not None else _begin(load, entity)
        elif load.is_changes_only is False and series_id is not None and entity.name == "item":
            _add_kinds(load, series_id)
        if series_id is not None and not _is_older_than(load, series_id):
            is_part = _add_members(load, series_id, refs) or is_part
    return is_part


def drop_superseded(load: Load) -> None:
    """Take out what a newer full export has replaced: whole kinds once it is over, its members while it is open."""
    if load.formed_at is None or not load.has_newer:
        return
    for kind, tables in SUPERSEDED.items():
        if _is_replaced(load, kind):
            load.dropped[kind] += sum(load.count(f"delete from {table}") for table in tables)
            load.count(f"delete from incoming_refused where entity = '{kind}'")
            continue
        load.dropped[kind] += load.count(f"""
            delete from incoming_{kind} n using series_member m join export_series s using (series_id)
            where s.source = :source and s.state = 'open' and s.formed_at > :formed_at and s.kinds ? '{kind}'
              and m.ref = n.{REFS[kind]}
        """)


def _open_series(load: Load, entity: Entity) -> int | None:
    s = export_series.c
    same = (s.source == load.source, s.entity == entity.name, s.catalog_ref == load.catalog_ref, s.state == "open")
    return load.connection.execute(select(s.series_id).where(*same)).scalar()


def _begin(load: Load, entity: Entity) -> int:
    begun = insert(export_series).values(
        source=load.source,
        entity=entity.name,
        catalog_ref=load.catalog_ref,
        state="open",
        kinds=["product"] if entity.name == "product" else _item_kinds(load),
        first_feed_id=load.feed.feed_id,
        formed_at=load.formed_at,
        began_at=load.now,
        moved_at=load.now,
    )
    return int(load.connection.execute(begun.returning(export_series.c.series_id)).scalar_one())


def _item_kinds(load: Load) -> list[str]:
    filled = "select exists (select from incoming_{})"
    held = [kind for kind in ("price", "count") if load.connection.execute(text(filled.format(kind))).scalar_one()]
    return ["offer", *held]


def _add_kinds(load: Load, series_id: int) -> None:
    """A complete file of prices or counts beside the offers restates those of the same export."""
    known = select(export_series.c.kinds).where(export_series.c.series_id == series_id)
    kinds = sorted({*load.connection.execute(known).scalar_one(), *_item_kinds(load)})
    load.connection.execute(update(export_series).where(export_series.c.series_id == series_id).values(kinds=kinds))


def _repeats(load: Load, series_id: int, refs: str) -> bool:
    shared = f"select exists (select from series_member where series_id = :series_id and ref in ({refs}))"
    return bool(load.connection.execute(text(shared), {"series_id": series_id}).scalar_one())


def _is_older_than(load: Load, series_id: int) -> bool:
    formed_at = load.connection.execute(select(export_series.c.formed_at).where(export_series.c.series_id == series_id)).scalar_one()
    return formed_at is not None and load.formed_at is not None and load.formed_at < formed_at


def _add_members(load: Load, series_id: int, refs: str) -> bool:
    """Only rows that were not in it yet are movement: a later list of changes must not keep the export open for ever."""
    added = load.connection.execute(
        text(f"insert into series_member (series_id, ref) select :series_id, ref from ({refs}) named (ref) on conflict do nothing"),
        {"series_id": series_id},
    ).rowcount
    if added:
        moved = update(export_series).where(export_series.c.series_id == series_id)
        load.connection.execute(moved.values(moved_at=load.now))
    return bool(added)


def _is_replaced(load: Load, kind: str) -> bool:
    entity = baseline_of(kind, load.catalog_ref)
    kept = select(cursor.c.value).where(cursor.c.system == load.source, cursor.c.entity == entity)
    stamp = load.connection.execute(kept).scalar()
    return stamp is not None and load.formed_at is not None and load.formed_at < datetime.fromisoformat(stamp)
