"""What a feed would do to the shop, measured while it is being recorded, for the gate to decide."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text

from adapters.hub.loading import Load
from tasks.rules.gate import FeedShape, PriceJump, Shrinkage

LATELY = timedelta(hours=1)
JUMPS_SHOWN = 1000

ZEROED = """
with after as (
  select item_id, place, pcs from incoming_item_count
  where item_id in (select item_id from incoming_item_count where pcs < before_pcs)
  union all
  select c.item_id, c.place, c.pcs from stock_count c
  where c.item_id in (select item_id from incoming_item_count where pcs < before_pcs)
    and not exists (select from incoming_item_count n where n.item_id = c.item_id and n.place = c.place)
), before as (
  select c.item_id from stock_count c join item i using (item_id)
  where c.item_id in (select item_id from incoming_item_count where pcs < before_pcs) and not i.is_umbrella and not i.is_bundle
  group by c.item_id having sum(c.pcs) > 0
), zeroed as (
  select item_id from before join after using (item_id) group by item_id having sum(after.pcs) <= 0
)
select count(*) as zeroed, (array_agg(coalesce(i.name, p.name, i.item_ref) order by i.item_ref))[1:3] as examples
from zeroed join item i using (item_id) left join product p on p.source = i.source and p.product_ref = i.product_ref
"""

IN_STOCK = """
select count(*) as in_shop, count(*) filter (where item_id in (select item_id from incoming_item_count)) as named
from (
  select c.item_id from stock_count c join item i using (item_id)
  where i.source = :source and not i.is_umbrella and not i.is_bundle group by c.item_id having sum(c.pcs) > 0
) stocked
"""

COMPARED_PRICES = "select count(*) from incoming_item_price where currency = before_currency"

JUMPS = """
select coalesce(i.name, p.name, i.item_ref) as name, coalesce(t.name, n.price_type_ref) as price_type,
  n.before_kopecks, n.price_kopecks as after_kopecks
from incoming_item_price n
join item i using (item_id)
left join product p on p.source = i.source and p.product_ref = i.product_ref
left join price_type t on t.source = i.source and t.price_type_ref = n.price_type_ref
where n.currency = n.before_currency and n.price_kopecks <> n.before_kopecks
order by greatest(n.price_kopecks, n.before_kopecks)::numeric / least(n.price_kopecks, n.before_kopecks) desc, i.item_ref
limit :shown
"""

DELETED = {
    "product": """
select (select count(*) from product where source = :source and not is_deleted and not is_absent) as before,
  count(*) as missing, (array_agg(h.name order by h.product_ref))[1:3] as examples
from incoming_product n join product h on h.source = :source and h.product_ref = n.product_ref
where n.is_deleted and not h.is_deleted and not h.is_absent
""",
    "item": """
select (select count(*) from item where source = :source and not is_deleted and not is_absent) as before,
  count(*) as missing, (array_agg(coalesce(h.name, h.item_ref) order by h.item_ref))[1:3] as examples
from incoming_offer n join item h on h.source = :source and h.item_ref = n.item_ref
where n.is_deleted and not h.is_deleted and not h.is_absent
""",
}

EARLIER = """
select coalesce(sum((outcome -> 'gate' ->> 'zeroed')::bigint), 0) as zeroed,
  coalesce(sum((outcome -> 'gate' ->> 'product')::bigint), 0) as product,
  coalesce(sum((outcome -> 'gate' ->> 'item')::bigint), 0) as item
from feed
where source = :source and state = 'recorded' and not is_accepted and recorded_at > greatest(
  :since, (select max(recorded_at) from feed where source = :source and state = 'recorded' and is_accepted)
)
"""
"""What files took in the last hour; not counting what a person has let past the gate, nor anything before that."""


def measure_deletions(load: Load) -> tuple[Shrinkage, ...]:
    """Cards that the feed marks as deleted; to be measured before they are merged."""
    lately = _lately(load)
    found = []
    for entity, statement in DELETED.items():
        row = load.connection.execute(text(statement), load.names).one()
        found.append(
            Shrinkage(
                entity=entity,
                before=row.before,
                missing=row.missing,
                missing_lately=int(getattr(lately, entity)),
                examples=tuple(row.examples or ()),
            )
        )
    return tuple(found)


def measure(load: Load, *, shrinkages: tuple[Shrinkage, ...], is_full: bool) -> FeedShape:
    """The shape of a feed whose items are known and whose prices and counts are compared and not merged yet."""
    zeroed = load.connection.execute(text(ZEROED)).one()
    stocked = load.connection.execute(text(IN_STOCK), load.names).one() if zeroed.zeroed else None
    compared = int(load.connection.execute(text(COMPARED_PRICES)).scalar_one())
    jumps = load.connection.execute(text(JUMPS), {"shown": JUMPS_SHOWN}) if compared else ()
    found = tuple(PriceJump(**row._mapping) for row in jumps)
    return FeedShape(
        is_full=is_full,
        items_in_stock=stocked.in_shop if stocked else 0,
        items_counted_in_stock=stocked.named if stocked else 0,
        items_zeroed=zeroed.zeroed,
        items_zeroed_lately=int(_lately(load).zeroed),
        zeroed_examples=tuple(zeroed.examples or ()),
        prices_compared=compared,
        price_jumps=found,
        has_more_jumps=len(found) == JUMPS_SHOWN,
        shrinkages=shrinkages,
    )


def remembered(shape: FeedShape) -> dict[str, int]:
    """What later feeds must add to their own (`EARLIER`)."""
    return {"zeroed": shape.items_zeroed} | {shrinkage.entity: shrinkage.missing for shrinkage in shape.shrinkages}


def _lately(load: Load) -> Row[Any]:
    return load.connection.execute(text(EARLIER), load.names | {"since": load.now - LATELY}).one()
