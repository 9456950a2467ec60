"""What bundles are made of: a bundle's recipe is restated as a whole, or not at all."""

# ruff: noqa: S608 - the statements put together here are constants of this module

from sqlalchemy import text

from adapters.hub.loading import Load
from validation.reasons import sentence_of

IS_KNOWN = """(
    exists (select from item i where i.source = :source and i.item_ref = {part})
    or exists (select from product p where p.source = :source and p.product_ref in ({part}, split_part({part}, '#', 1)))
)"""

RETAKE = f"""
insert into incoming_recipe (bundle_ref, component_ref, pcs)
select distinct part.bundle_ref, part.component_ref, part.pcs
from quarantine q
cross join lateral jsonb_to_recordset(q.payload -> 'recipe') as part (bundle_ref text, component_ref text, pcs bigint)
where q.source = :source and q.state = 'open' and q.reason = 'component_is_known'
  and not exists (select from incoming_recipe r where r.bundle_ref = part.bundle_ref)
  and not exists (
    select from quarantine o
    where o.source = :source and o.state = 'open' and o.entity = 'recipe' and o.reason <> 'component_is_known'
      and o.payload ->> 'bundle_ref' = part.bundle_ref
  )
  and not exists (
    select from jsonb_to_recordset(q.payload -> 'recipe') as lacking (component_ref text)
    where not {IS_KNOWN.format(part="lacking.component_ref")}
  )
"""
"""A recipe that waited for a part is taken when the part has come: 1C does not send the bundle's card again for that."""

REFUSE_UNKNOWN_COMPONENTS = f"""
insert into incoming_refused (entity, key, reason, sentence, row, payload)
select 'recipe', bundle_ref || '|' || component_ref, 'component_is_known', :sentence, row,
  to_jsonb(r) - 'row' || jsonb_build_object('recipe', (
    select jsonb_agg(to_jsonb(w) - 'row' order by w.component_ref) from incoming_recipe w where w.bundle_ref = r.bundle_ref
  ))
from incoming_recipe r
where not {IS_KNOWN.format(part="r.component_ref")}
"""

DROP_INCOMPLETE = """
delete from incoming_recipe
where bundle_ref in (select payload ->> 'bundle_ref' from incoming_refused where entity = 'recipe')
"""

DROP_GONE = """
delete from bundle_recipe b
where b.source = :source and b.promotion = ''
  and b.bundle_ref in (select bundle_ref from incoming_recipe)
  and not exists (select from incoming_recipe r where r.bundle_ref = b.bundle_ref and r.component_ref = b.component_ref)
"""

CHANGE = """
update bundle_recipe b set pcs = r.pcs, feed_id = :feed_id
from incoming_recipe r
where b.source = :source and b.promotion = '' and b.bundle_ref = r.bundle_ref and b.component_ref = r.component_ref
  and b.pcs <> r.pcs
"""

ADD = """
insert into bundle_recipe (source, bundle_ref, component_ref, pcs, feed_id)
select :source, bundle_ref, component_ref, pcs, :feed_id from incoming_recipe r
where not exists (
  select from bundle_recipe b
  where b.source = :source and b.promotion = '' and b.bundle_ref = r.bundle_ref and b.component_ref = r.component_ref
)
order by bundle_ref, component_ref
"""

MARK_BUNDLES = """
update item set is_bundle = true, feed_id = :feed_id, changed_at = :now
where source = :source and not is_bundle and item_ref in (select bundle_ref from incoming_recipe)
"""


def merge_recipes(load: Load) -> None:
    """Take the recipes whose every component passed and is known; a recipe lacking a part would sell what is not there.

    Cards come before offers, so a variant is known by its card already.
    """
    load.count(RETAKE)
    load.connection.execute(text(REFUSE_UNKNOWN_COMPONENTS), load.names | {"sentence": sentence_of("component_is_known")})
    load.count(DROP_INCOMPLETE)
    load.changed["recipes"] += load.count(DROP_GONE) + load.count(CHANGE)
    load.inserted["recipes"] += load.count(ADD)
    load.changed["offers"] += load.count(MARK_BUNDLES)
