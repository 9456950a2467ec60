"""Prices and counts from incoming rows: resolved and compared once, then written where they are news."""

from sqlalchemy import Connection, text

from adapters.hub.loading import Load

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
select k.item_id, n.price_type_ref, n.price_kopecks, coalesce(n.currency, t.currency, 'RUB'), o.price_kopecks, o.currency
from incoming_price n join incoming_known k using (item_ref)
left join price o on o.item_id = k.item_id and o.price_type_ref = n.price_type_ref
left join price_type t on t.source = :source and t.price_type_ref = n.price_type_ref
where n.price_kopecks is not null and (cast(:formed_at as timestamp) is null or o.formed_at is null or o.formed_at <= :formed_at)
"""

RESOLVE_COUNTS = """
insert into incoming_item_count
select k.item_id, n.place, case when k.is_total then 0 else n.pcs end, n.is_whole, o.pcs
from incoming_count n join incoming_known k using (item_ref)
left join stock_count o on o.item_id = k.item_id and o.place = n.place
where n.pcs is not null and (cast(:formed_at as timestamp) is null or o.formed_at is null or o.formed_at <= :formed_at)
"""

EMPTY_UNLISTED_PLACES = """
with whole as (
  select item_id, count(before_pcs) as listed from incoming_item_count group by item_id having bool_or(is_whole)
), fuller as (
  select item_id from stock_count join whole using (item_id) group by item_id, listed having count(*) > listed
), refused as (
  select k.item_id, substr(r.key, length(k.item_ref) + 2) as place
  from incoming_refused r join incoming_known k on k.item_ref = split_part(r.key, '|', 1)
  where r.entity = 'count' and r.reason <> 'total_differs'
)
insert into incoming_item_count
select c.item_id, c.place, 0, true, c.pcs
from stock_count c join fuller using (item_id)
where not exists (select from incoming_item_count n where n.item_id = c.item_id and n.place = c.place)
  and not exists (select from refused r where r.item_id = c.item_id and r.place = c.place)
  and (cast(:formed_at as timestamp) is null or c.formed_at is null or c.formed_at <= :formed_at)
"""

CHANGE_PRICES = """
update price o
set price_kopecks = n.price_kopecks, currency = n.currency, feed_id = :feed_id, changed_at = :now,
  formed_at = coalesce(:formed_at, o.formed_at)
from incoming_item_price n
where o.item_id = n.item_id and o.price_type_ref = n.price_type_ref
  and (n.price_kopecks <> n.before_kopecks or n.currency <> n.before_currency)
"""

STAMP_PRICES = """
update price o set formed_at = :formed_at
from incoming_item_price n
where o.item_id = n.item_id and o.price_type_ref = n.price_type_ref and o.formed_at is distinct from :formed_at
"""

ADD_PRICES = """
insert into price (item_id, price_type_ref, price_kopecks, currency, feed_id, changed_at, formed_at)
select item_id, price_type_ref, price_kopecks, currency, :feed_id, :now, :formed_at
from incoming_item_price where before_kopecks is null
order by item_id, price_type_ref
"""

CHANGE_COUNTS = """
update stock_count o
set pcs = n.pcs, formed_at = :formed_at, session_began_at = :session_began_at, feed_id = :feed_id
from incoming_item_count n
where o.item_id = n.item_id and o.place = n.place
  and (
    n.pcs <> n.before_pcs
    or o.item_id in (
      select item_id from ledger_balance where account like 'sold:%' and pcs > 0
      union all
      select item_id from sold_line where cancelled_at is null and left_pcs < pcs
      union all
      select item_id from sold_line where cancelled_at is not null and released_at is null
    )
  )
"""
"""The ledger lets go of sold and cancelled pieces by the stamp of a count: there the same figure in a newer file is news."""

STAMP_COUNTS = """
update stock_count o set formed_at = :formed_at
from incoming_item_count n
where o.item_id = n.item_id and o.place = n.place and o.formed_at is distinct from :formed_at
"""

ADD_COUNTS = """
insert into stock_count (item_id, place, pcs, formed_at, session_began_at, feed_id)
select item_id, place, pcs, :formed_at, :session_began_at, :feed_id
from incoming_item_count where before_pcs is null
order by item_id, place
"""

ZERO_TOTALS = """
update stock_count c
set pcs = 0, formed_at = :formed_at, session_began_at = :session_began_at, feed_id = :feed_id
from item i
where i.item_id = c.item_id and i.source = :source and (i.is_umbrella or i.is_bundle) and c.pcs <> 0
"""


def mark_umbrellas(connection: Connection, source: str) -> int:
    """An item without a characteristic beside live ones with it is their total row, or a stale leftover: never in addition."""
    return connection.execute(text(MARK_UMBRELLAS), {"source": source}).rowcount


def resolve(load: Load) -> None:
    """Find the items of prices and counts and what the hub holds of them, once; leave out what it knows newer.

    An umbrella's and a bundle's own figure counts as nothing. Places that a whole count does not list are empty, unless their figure
    was refused.
    """
    load.count(MARK_TOTALS)
    load.dropped["price"] += _resolved(load, "incoming_price", "price_kopecks", RESOLVE_PRICES)
    load.dropped["count"] += _resolved(load, "incoming_count", "pcs", RESOLVE_COUNTS)
    load.count(EMPTY_UNLISTED_PLACES)
    load.connection.execute(text("analyze incoming_item_price, incoming_item_count"))


def merge_prices(load: Load) -> None:
    """A price that a file does not state stays as it is."""
    load.changed["prices"] += load.count(CHANGE_PRICES)
    if load.keeps_stamps:
        load.count(STAMP_PRICES)
    load.inserted["prices"] += load.count(ADD_PRICES)
    load.refresh("price", load.inserted["prices"])


def merge_counts(load: Load) -> None:
    """What differs becomes this feed's, for the ledger to post with it.

    A count's stamp is that of its own file always, even where it has none: an older one left standing could let sold pieces go that
    must stay.
    """
    load.changed["counts"] += load.count(CHANGE_COUNTS)
    if load.keeps_stamps:
        load.count(STAMP_COUNTS)
    load.inserted["counts"] += load.count(ADD_COUNTS)
    load.refresh("stock_count", load.inserted["counts"])


def zero_totals(load: Load) -> None:
    """What was counted as an item's own before it turned out to be a total, or a bundle, is not there."""
    load.changed["counts"] += load.count(ZERO_TOTALS)


def _resolved(load: Load, rows: str, figure: str, statement: str) -> int:
    """Resolve, and say how many rows were left out as older."""
    taken = load.count(statement)
    if not load.has_newer:
        return 0
    stated = load.connection.execute(text(f"select count(*) from {rows} where {figure} is not null"))  # noqa: S608 - ours
    return int(stated.scalar_one()) - taken
