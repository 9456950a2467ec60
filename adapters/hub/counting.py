"""Prices and counts from incoming rows, and which figures are totals and therefore no counts."""

from sqlalchemy import ColumnElement, CompoundSelect, Connection, and_, select, text, union

from adapters.hub.loading import Load, Merge, drop_older, merge
from adapters.hub.tables import catalog, incoming, ledger

MARK_UMBRELLAS = """
update item set is_umbrella = found.is_umbrella
from (
  select i.item_id, varied.product_ref is not null as is_umbrella
  from item i left join (
    select distinct product_ref from item
    where source = :source and characteristic_ref is not null and not is_deleted and not is_absent
  ) varied using (product_ref)
  where i.source = :source and i.characteristic_ref is null
) found
where item.item_id = found.item_id and item.is_umbrella <> found.is_umbrella
"""

MARK_TOTALS = """
update incoming_known set is_total = i.is_umbrella or i.is_bundle
from item i where i.item_id = incoming_known.item_id and (i.is_umbrella or i.is_bundle)
"""

RESOLVE_PRICES = """
insert into incoming_item_price
select k.item_id, p.price_type_ref, p.price_kopecks, coalesce(p.currency, t.currency, 'RUB')
from incoming_price p join incoming_known k using (item_ref)
left join price_type t on t.source = :source and t.price_type_ref = p.price_type_ref
where p.price_kopecks is not null
"""

RESOLVE_COUNTS = """
insert into incoming_item_count
select k.item_id, c.place, case when k.is_total then 0 else c.pcs end, c.is_whole
from incoming_count c join incoming_known k using (item_ref)
where c.pcs is not null
"""

EMPTY_UNLISTED_PLACES = """
insert into incoming_item_count
select c.item_id, c.place, 0, true
from stock_count c
where c.item_id in (select item_id from incoming_item_count where is_whole)
  and not exists (select from incoming_item_count n where n.item_id = c.item_id and n.place = c.place)
  and not exists (
    select from incoming_refused r join incoming_known k on r.key = k.item_ref || '|' || c.place
    where r.entity = 'count' and r.reason <> 'total_differs' and k.item_id = c.item_id
  )
"""

ZERO_TOTALS = """
update stock_count c
set pcs = 0, is_posted = false, formed_at = :formed_at, session_began_at = :session_began_at, feed_id = :feed_id
from item i
where i.item_id = c.item_id and i.source = :source and (i.is_umbrella or i.is_bundle) and c.pcs <> 0
"""


def mark_umbrellas(connection: Connection, source: str) -> int:
    """An item without a characteristic beside live ones with it is their total row, or a stale leftover: never in addition."""
    return connection.execute(text(MARK_UMBRELLAS), {"source": source}).rowcount


def resolve(load: Load) -> None:
    """Find the items of prices and counts, once; drop what the hub knows newer."""
    load.count(MARK_TOTALS)
    load.count(RESOLVE_PRICES)
    load.count(RESOLVE_COUNTS)
    load.connection.execute(text("analyze incoming_item_price, incoming_item_count"))
    drop_older(load, "prices", incoming.item_price, catalog.price, _same_price())
    drop_older(load, "counts", incoming.item_count, catalog.stock_count, _same_place())
    load.count(EMPTY_UNLISTED_PLACES)


def merge_prices(load: Load) -> None:
    """A price that a file does not state stays as it is."""
    rows = incoming.item_price
    merge(
        load,
        Merge(
            entity="prices",
            target=catalog.price,
            rows=rows,
            match=_same_price(),
            key={"item_id": rows.c.item_id, "price_type_ref": rows.c.price_type_ref},
            values={"price_kopecks": rows.c.price_kopecks, "currency": rows.c.currency},
            written=load.stamp,
        ),
    )


def merge_counts(load: Load) -> None:
    """A figure that differs is written for the ledger to post; so is every figure of an item that waits for a count.

    The ledger lets go of sold and cancelled pieces by the stamp of a count, so there the same figure in a newer file is news. A
    count's stamp is that of its own file always, even where it has none: an older one left standing could let pieces go that must
    stay.
    """
    rows, target = incoming.item_count, catalog.stock_count
    merge(
        load,
        Merge(
            entity="counts",
            target=target,
            rows=rows,
            match=_same_place(),
            key={"item_id": rows.c.item_id, "place": rows.c.place},
            values={"pcs": rows.c.pcs},
            written={
                "formed_at": load.formed_at,
                "session_began_at": load.feed.session_began_at,
                "feed_id": load.feed.feed_id,
                "is_posted": False,
            },
            also_where=target.c.item_id.in_(_waiting_ids()),
        ),
    )


def zero_totals(load: Load) -> None:
    """What was counted as an item's own before it turned out to be a total, or a bundle, is not there."""
    names = load.names | {"session_began_at": load.feed.session_began_at}
    load.changed["counts"] += load.connection.execute(text(ZERO_TOTALS), names).rowcount


def _same_price() -> ColumnElement[bool]:
    rows, target = incoming.item_price, catalog.price
    return and_(target.c.item_id == rows.c.item_id, target.c.price_type_ref == rows.c.price_type_ref)


def _same_place() -> ColumnElement[bool]:
    rows, target = incoming.item_count, catalog.stock_count
    return and_(target.c.item_id == rows.c.item_id, target.c.place == rows.c.place)


def _waiting_ids() -> CompoundSelect[int]:
    """Items with pieces in ``sold``, or with cancelled ones that 1C has not released yet."""
    balance, line = ledger.ledger_balance.c, ledger.sold_line.c
    is_sold = line.cancelled_at.is_(None) & (line.left_pcs < line.pcs)
    is_unreleased = line.cancelled_at.is_not(None) & line.released_at.is_(None)
    return union(
        select(balance.item_id).where(balance.account.like("sold:%"), balance.pcs > 0),
        select(line.item_id).where(is_sold | is_unreleased),
    )
