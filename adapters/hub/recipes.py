"""What bundles are made of: a bundle's recipe is restated as a whole, or not at all."""

from sqlalchemy import text

from adapters.hub.loading import Load
from validation.reasons import sentence_of

REFUSE_UNKNOWN_COMPONENTS = """
insert into incoming_refused (entity, key, reason, sentence, row, payload)
select 'recipe', bundle_ref || '|' || component_ref, 'component_is_known', :sentence, row, to_jsonb(r) - 'row'
from incoming_recipe r
where not exists (select from item i where i.source = :source and i.item_ref = r.component_ref)
  and not exists (
    select from product p where p.source = :source and p.product_ref in (r.component_ref, split_part(r.component_ref, '#', 1))
  )
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
    load.connection.execute(text(REFUSE_UNKNOWN_COMPONENTS), load.names | {"sentence": sentence_of("component_is_known")})
    load.count(DROP_INCOMPLETE)
    load.changed["recipes"] += load.count(DROP_GONE) + load.count(CHANGE)
    load.inserted["recipes"] += load.count(ADD)
    load.changed["offers"] += load.count(MARK_BUNDLES)
