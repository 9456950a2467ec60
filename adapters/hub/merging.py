"""The catalogue's own tables from incoming rows: products, items, and the dictionaries beside them."""

# ruff: noqa: S608 - every name put into a statement here is a table or a column of ours

from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, and_, false, func, literal, select, text

from adapters.hub.kinds import PLURALS
from adapters.hub.loading import Load, Merge, drop_older, merge
from adapters.hub.tables import catalog, incoming
from adapters.onec.rows import KIND as ROWS

DICTIONARIES: tuple[tuple[str, Table, Table, tuple[str, ...]], ...] = (
    ("group", incoming.group, catalog.product_group, ("group_ref",)),
    ("price_type", incoming.price_type, catalog.price_type, ("price_type_ref",)),
    ("warehouse", incoming.warehouse, catalog.warehouse, ("warehouse_ref",)),
    ("property", incoming.property_name, catalog.property_name, ("property_ref",)),
    ("property_value", incoming.property_value, catalog.property_value, ("property_ref", "value_ref")),
)


NAMED_BESIDE = (
    "incoming_price",
    "incoming_count",
    "(select ref as item_ref from incoming_barcode where owner = 'item')",
    "(select i.item_ref from item i join incoming_refused r on r.key = i.item_ref where i.source = :source and r.entity = 'offer')",
)
"""Items beside the offers; one whose offer was refused is in the file all the same, if it is known."""


def merge_dictionaries(load: Load) -> None:
    """Groups, price types, warehouses, properties and their values."""
    for kind, rows, target, key in DICTIONARIES:
        if kind not in load.kinds:
            continue
        told = [column.name for column in rows.columns if column.name not in (*key, "row")]
        merge(
            load,
            Merge(
                entity=PLURALS[kind],
                target=target,
                rows=rows,
                match=and_(target.c.source == load.source, *(target.c[name] == rows.c[name] for name in key)),
                key={"source": literal(load.source)} | {name: rows.c[name] for name in key},
                values={name: rows.c[name] for name in told},
                keeps=True,
            ),
        )


def merge_products(load: Load) -> None:
    """A card is restated: what it no longer says is gone, its barcode too. A deleted card without a name keeps the old one."""
    product, target = incoming.product, catalog.product
    drop_older(load, "products", product, target, and_(target.c.source == load.source, target.c.product_ref == product.c.product_ref))
    card = _with_barcode(product, owner="product", ref="product_ref")
    told = [column.name for column in card.columns if column.name not in ("row", "product_ref", "name")]
    merge(
        load,
        Merge(
            entity="products",
            target=target,
            rows=card,
            match=and_(target.c.source == load.source, target.c.product_ref == card.c.product_ref),
            key={"source": literal(load.source), "product_ref": card.c.product_ref},
            values={name: card.c[name] for name in told}
            | {
                "name": func.coalesce(card.c.name, card.c.product_ref),
                "catalog_ref": literal(load.catalog_ref),
                "is_absent": false(),
            },
            restated={"name": func.coalesce(card.c.name, target.c.name)} | _catalog(load, target) | _kept_barcode(load, card, target),
            written=load.stamp,
        ),
    )


def _kept_barcode(load: Load, card: Subquery, target: Table) -> dict[str, ColumnElement[Any]]:
    """A card that is tried again from the quarantine comes without the barcode, which was judged by itself."""
    return {"barcode": func.coalesce(card.c.barcode, target.c.barcode)} if load.feed.kind == ROWS else {}


def name_items(load: Load) -> None:
    """List every item that the feed names, once: most stand among the offers, few only among prices or counts."""
    load.connection.execute(text("insert into incoming_item select item_ref from incoming_offer"))
    load.connection.execute(text("analyze incoming_item"))
    for named in NAMED_BESIDE:
        load.count(f"""
            insert into incoming_item
            select distinct item_ref from {named} as named
            where not exists (select from incoming_item i where i.item_ref = named.item_ref)
        """)


def merge_items(load: Load) -> None:
    """What an offer does not say stays as it is; an item that only a price or a count names gets a row to hang them on."""
    offer, target = incoming.offer, catalog.item
    drop_older(load, "offers", offer, target, and_(target.c.source == load.source, target.c.item_ref == offer.c.item_ref))
    listed = _with_barcode(offer, owner="item", ref="item_ref")
    told = [column.name for column in listed.columns if column.name not in ("row", "item_ref", "product_ref")]
    recipe = catalog.bundle_recipe
    merge(
        load,
        Merge(
            entity="offers",
            target=target,
            rows=listed,
            match=and_(target.c.source == load.source, target.c.item_ref == listed.c.item_ref),
            key={"source": literal(load.source), "item_ref": listed.c.item_ref},
            values={name: listed.c[name] for name in told}
            | {
                "product_ref": func.coalesce(listed.c.product_ref, func.split_part(listed.c.item_ref, "#", 1)),
                "catalog_ref": literal(load.catalog_ref),
                "is_absent": false(),
                "is_bundle": listed.c.item_ref.in_(select(recipe.c.bundle_ref).where(recipe.c.source == load.source)),
            },
            restated={"is_bundle": target.c.is_bundle} | _catalog(load, target),
            keeps=True,
            written=load.stamp,
        ),
    )
    load.inserted["offers"] += load.count(ADD_STUBS)
    load.changed["offers"] += load.count(FIND_AGAIN)
    load.changed["offers"] += load.count(FORGET_REFUSED_BARCODES)
    load.count(KNOW_ITEMS)
    load.connection.execute(text("analyze incoming_known"))


ADD_STUBS = """
insert into item (source, item_ref, product_ref, characteristic_ref, is_bundle, feed_id, changed_at)
select :source, item_ref, split_part(item_ref, '#', 1), nullif(split_part(item_ref, '#', 2), ''),
  item_ref in (select bundle_ref from bundle_recipe where source = :source), :feed_id, :now
from incoming_item named
where not exists (select from item i where i.source = :source and i.item_ref = named.item_ref)
order by item_ref
"""

FIND_AGAIN = """
update item set is_absent = false, feed_id = :feed_id, changed_at = :now
from incoming_item named
where item.source = :source and item.item_ref = named.item_ref and item.is_absent
"""

FORGET_REFUSED_BARCODES = """
update item set barcode = null, feed_id = :feed_id, changed_at = :now
from incoming_refused r
where r.entity = 'barcode' and r.payload ->> 'owner' = 'item'
  and item.source = :source and item.item_ref = r.key and item.barcode is not null
  and not exists (select from incoming_barcode b where b.owner = 'item' and b.ref = r.key)
"""

KNOW_ITEMS = """
insert into incoming_known (item_ref, item_id)
select i.item_ref, i.item_id from item i join incoming_item named on i.source = :source and i.item_ref = named.item_ref
"""


def _with_barcode(listed: Table, *, owner: str, ref: str) -> Subquery:
    barcode = incoming.barcode
    joined = listed.outerjoin(barcode, and_(barcode.c.owner == owner, barcode.c.ref == listed.c[ref]))
    return select(listed, barcode.c.barcode).select_from(joined).subquery("listed")


def _catalog(load: Load, target: Table) -> dict[str, ColumnElement[str]]:
    """A file that does not name its catalogue leaves the row where it is."""
    return {"catalog_ref": literal(load.catalog_ref) if load.catalog_ref else target.c.catalog_ref}
