"""The quarantine's side of recording a feed: what it refused goes in, what it brought right comes out."""

# ruff: noqa: S608 - the statements put together here are constants of this module

import polars as pl
from sqlalchemy import text

from adapters.hub.loading import Load

KEYS = {
    "product": "select product_ref from incoming_product",
    "offer": "select item_ref from incoming_offer",
    "price": "select k.item_ref || '|' || p.price_type_ref from incoming_item_price p join incoming_known k using (item_id)",
    "count": "select k.item_ref || '|' || c.place from incoming_item_count c join incoming_known k using (item_id)"
    " union all select k.item_ref || '|total' from incoming_item_count c join incoming_known k using (item_id)"
    " union all select q.key from quarantine q join incoming_count c on c.item_ref = split_part(q.key, '|', 1)"
    " where q.source = :source and q.state = 'open' and q.entity = 'count' and c.is_whole",
    "barcode": "select ref from incoming_barcode",
    "group": "select group_ref from incoming_group",
    "price_type": "select price_type_ref from incoming_price_type",
    "warehouse": "select warehouse_ref from incoming_warehouse",
    "property": "select property_ref from incoming_property",
    "property_value": "select property_ref || '|' || value_ref from incoming_property_value",
}
"""What each entity's rows that passed are known by in the quarantine. A figure that states an item as a whole rights it at every place."""

RESOLVE = """
update quarantine q set state = 'resolved', closed_at = :now
where q.source = :source and q.state = 'open' and q.entity = :entity and q.reason <> all(:standing)
  and q.key in ({seen} union all select key from incoming_refused where entity = :entity)
  and not exists (
    select from incoming_refused r where r.entity = q.entity and r.key = q.key and r.reason = q.reason
  )
"""

RESOLVE_RECIPES = """
update quarantine q set state = 'resolved', closed_at = :now
where q.source = :source and q.state = 'open' and q.entity = 'recipe'
  and q.payload ->> 'bundle_ref' in (select bundle_ref from incoming_recipe)
"""

RESOLVE_NAMED = """
update quarantine q set state = 'resolved', closed_at = :now
where q.source = :source and q.state = 'open' and q.entity = :entity and q.key = any(:keys)
  and not exists (
    select from incoming_refused r where r.entity = q.entity and r.key = q.key and r.reason = q.reason
  )
"""

LATEST = """
select distinct on (entity, key, reason) entity, key, reason, sentence, row, payload
from incoming_refused order by entity, key, reason, row desc nulls last
"""

COUNT_DISMISSED = f"""
update quarantine q set times = q.times + 1, last_seen_at = :now, feed_id = :feed_id, row = r.row
from ({LATEST}) r
where q.source = :source and q.state = 'dismissed'
  and (q.entity, q.key, q.reason) = (r.entity, r.key, r.reason) and q.payload = r.payload
"""

PUT_IN = f"""
insert into quarantine
  (source, entity, key, reason, sentence, payload, feed_id, row, state, first_seen_at, last_seen_at)
select :source, entity, key, reason, sentence, payload, :feed_id, row, 'open', :now, :now
from ({LATEST}) r
where not exists (
  select from quarantine q
  where q.source = :source and q.state = 'dismissed'
    and (q.entity, q.key, q.reason) = (r.entity, r.key, r.reason) and q.payload = r.payload
)
on conflict (source, entity, key, reason) where state = 'open' do update
set times = quarantine.times + 1, last_seen_at = excluded.last_seen_at, sentence = excluded.sentence,
  payload = excluded.payload, feed_id = excluded.feed_id, row = excluded.row
"""

STANDING = ["product_is_unknown"]
"""Reasons that hang on other rows of the hub, so that passing the judgement says nothing about them."""


def write_refusals(load: Load) -> dict[str, int]:
    """Put refused rows in, take righted ones out; returns refused rows by reason.

    A row refused for another reason than before leaves under the old one. A dismissed row that comes again unchanged stays dismissed.
    """
    _resolve(load)
    load.count(COUNT_DISMISSED)
    load.count(PUT_IN)
    counted = text("select reason, count(*) as rows from incoming_refused group by reason order by reason")
    return {row.reason: row.rows for row in load.connection.execute(counted)}


def resolve_documents(load: Load, documents: pl.DataFrame, lines: pl.DataFrame) -> None:
    """Documents and lines that passed take what was wrong with them out of the quarantine; they travel as frames, not in tables."""
    line_keys = lines.select(pl.format("{}|{}", pl.col("number").fill_null(""), pl.col("line_no"))).to_series()
    for entity, keys in (("document", documents["number"]), ("line", line_keys)):
        load.connection.execute(text(RESOLVE_NAMED), load.names | {"entity": entity, "keys": keys.drop_nulls().to_list()})


def _resolve(load: Load) -> None:
    open_entities = text("select distinct entity from quarantine where source = :source and state = 'open'")
    for entity in load.connection.execute(open_entities, load.names).scalars().all():
        if entity in KEYS:
            statement = text(RESOLVE.format(seen=KEYS[entity]))
            load.connection.execute(statement, load.names | {"entity": entity, "standing": STANDING})
    load.count(RESOLVE_RECIPES)
