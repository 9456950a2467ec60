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
    """What a full export is of: the rows that name its cards, where the cards are, what shows that a file lists them, their keys."""

    name: str
    named: str
    table: str
    key: str
    ref: str
    is_listed: str
    keys: str


PRODUCT = Entity(
    "product",
    "incoming_card",
    "product",
    "product_id",
    "product_ref",
    "select exists (select from incoming_product)",
    "select product_id from product join incoming_card using (product_ref) where source = :source",
)
ITEM = Entity(
    "item",
    "incoming_item",
    "item",
    "item_id",
    "item_ref",
    "select exists (select from incoming_offer where name is not null)",
    "select item_id from incoming_known",
)
SUPERSEDED = {
    "product": ("incoming_product", "incoming_recipe", "incoming_barcode where owner = 'product'"),
    "offer": ("incoming_offer", "incoming_barcode where owner = 'item'"),
    "price": ("incoming_price",),
    "count": ("incoming_count",),
}
"""What goes with each kind of rows that a newer full export has replaced."""


class Part(NamedTuple):
    """A feed's part in an open full export."""

    series_id: int
    entity: Entity


def name_cards(load: Load) -> None:
    """List the products that the feed names, once; a known one whose row was refused is in the file all the same, and not absent."""
    load.count("""
        insert into incoming_card
        select product_ref from incoming_product
        union
        select p.product_ref from product p join incoming_refused r on r.entity = 'product' and r.key = p.product_ref
        where p.source = :source
    """)


def find_parts(load: Load, decide: Decide) -> list[Part]:
    """The full exports that the feed is a part of: it begins one, or brings cards that an open one does not have yet.

    A file that says it is complete begins a new export, unless it repeats nothing of the one that is open: then it is another part
    of the same (УНФ writes goods and services apart). A list of changes that comes meanwhile and names nothing new is no part: it
    must not keep the export open for ever. Nor is a file that was formed before the export began.
    """
    parts = []
    for entity in (PRODUCT, ITEM):
        series_id = _open_series(load, entity)
        if series_id is not None and _is_older_than(load, series_id):
            continue
        is_listed = bool(load.connection.execute(text(entity.is_listed)).scalar_one())
        if load.is_changes_only is False and is_listed:
            if series_id is not None and _has_common(load, series_id, entity):
                close_series(load.connection, series_id, now=load.now, decide=decide, is_cut_short=True)
                series_id = None
            series_id = series_id if series_id is not None else _begin(load, entity)
        elif load.is_changes_only is False and series_id is not None and entity is ITEM:
            _add_kinds(load, series_id)
        if series_id is not None and _brings_new(load, series_id, entity):
            parts.append(Part(series_id, entity))
    return parts


def join_parts(load: Load, parts: list[Part]) -> None:
    """Add the feed's cards, which have their keys now, to the exports it is a part of."""
    for series_id, entity in parts:
        joined = text(f"""
            insert into series_member (series_id, card_id)
            select :series_id, card_id from ({entity.keys}) keyed (card_id) order by card_id on conflict do nothing
        """)
        load.connection.execute(joined, {"series_id": series_id, "source": load.source})
        moved = update(export_series).where(export_series.c.series_id == series_id)
        load.connection.execute(moved.values(moved_at=load.now))


def drop_superseded(load: Load) -> None:
    """Take out what a newer full export has replaced: whole kinds once it is over, its cards while it is open."""
    if load.formed_at is None or not load.has_newer:
        return
    for kind, (rows, *besides) in SUPERSEDED.items():
        if _is_replaced(load, kind):
            load.dropped[kind] += load.count(f"delete from {rows}")
            for beside in besides:
                load.count(f"delete from {beside}")
            load.count(f"delete from incoming_refused where entity = '{kind}'")
            continue
        entity = PRODUCT if kind == "product" else ITEM
        load.dropped[kind] += load.count(f"""
            delete from incoming_{kind} n
            using {entity.table} t join series_member m on m.card_id = t.{entity.key} join export_series s using (series_id)
            where t.source = :source and t.{entity.ref} = n.{entity.ref}
              and s.source = :source and s.entity = '{entity.name}' and s.state = 'open' and s.formed_at > :formed_at
              and jsonb_exists(s.kinds, '{kind}')
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
        kinds=["product"] if entity is PRODUCT else _item_kinds(load),
        first_feed_id=load.feed.feed_id,
        formed_at=load.formed_at,
        began_at=load.now,
        moved_at=load.now,
    )
    return int(load.connection.execute(begun.returning(export_series.c.series_id)).scalar_one())


def _item_kinds(load: Load) -> list[str]:
    return ["offer", *(kind for kind in ("price", "count") if kind in load.kinds)]


def _add_kinds(load: Load, series_id: int) -> None:
    """A complete file of prices or counts beside the offers restates those of the same export."""
    known = select(export_series.c.kinds).where(export_series.c.series_id == series_id)
    kinds = sorted({*load.connection.execute(known).scalar_one(), *_item_kinds(load)})
    load.connection.execute(update(export_series).where(export_series.c.series_id == series_id).values(kinds=kinds))


def _has_common(load: Load, series_id: int, entity: Entity) -> bool:
    common = f"""
        select exists (
          select from series_member m join {entity.table} t on t.{entity.key} = m.card_id
          join {entity.named} named on named.{entity.ref} = t.{entity.ref}
          where m.series_id = :series_id
        )
    """
    return bool(load.connection.execute(text(common), {"series_id": series_id}).scalar_one())


def _brings_new(load: Load, series_id: int, entity: Entity) -> bool:
    fresh = f"""
        select exists (
          select from {entity.named} named
          left join {entity.table} t on t.source = :source and t.{entity.ref} = named.{entity.ref}
          left join series_member m on m.series_id = :series_id and m.card_id = t.{entity.key}
          where m.card_id is null
        )
    """
    return bool(load.connection.execute(text(fresh), {"series_id": series_id, "source": load.source}).scalar_one())


def _is_older_than(load: Load, series_id: int) -> bool:
    begun = select(export_series.c.formed_at).where(export_series.c.series_id == series_id)
    formed_at = load.connection.execute(begun).scalar_one()
    return formed_at is not None and load.formed_at is not None and load.formed_at < formed_at


def _is_replaced(load: Load, kind: str) -> bool:
    entity = baseline_of(kind, load.catalog_ref)
    kept = select(cursor.c.value).where(cursor.c.system == load.source, cursor.c.entity == entity)
    stamp = load.connection.execute(kept).scalar()
    return stamp is not None and load.formed_at is not None and load.formed_at < datetime.fromisoformat(stamp)
