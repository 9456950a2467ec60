"""What the shop sells, as the rules for channels read it: items with all that a card is made of, prices, recipes."""

from collections.abc import Mapping

import polars as pl
from sqlalchemy import delete, text

from adapters.hub.copying import copy_frame
from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import told_recipe
from validation.assortment import ItemKept, PriceKept, RecipeKept

IS_SOLD = """
    not (i.is_deleted or i.is_absent or i.is_umbrella) and p.kind = 'goods' and not (p.is_deleted or p.is_absent)
"""

GROUP_PATHS = """
path as (
    select source, group_ref, name as path from product_group where parent_ref is null
    union all
    select g.source, g.group_ref, path.path || '/' || g.name
    from product_group g join path on path.source = g.source and path.group_ref = g.parent_ref
)
"""

ITEMS = f"""
with recursive {GROUP_PATHS}, named as (
    select p.product_id, jsonb_object_agg(coalesce(n.name, told.key), coalesce(to_jsonb(v.value), told.value)) as properties
    from product p
    cross join lateral jsonb_each(coalesce(p.requisites, '{{}}') || coalesce(p.properties, '{{}}')) told
    left join property n on n.source = p.source and n.property_ref = told.key
    left join property_value v on v.source = p.source and v.property_ref = told.key and v.value_ref = told.value #>> '{{}}'
    group by p.product_id
)
select i.item_id, i.item_ref, i.product_ref, nullif(trim(i.article), '') as article, nullif(trim(p.article), '') as product_article,
    i.name, p.name as product_name, i.barcode, p.barcode as product_barcode, p.vat, p.weight_g, p.description, path.path as group_path,
    coalesce(p.pictures, '[]')::text as pictures, coalesce(named.properties, '{{}}')::text as properties,
    coalesce(i.characteristics, '{{}}')::text as characteristics,
    i.is_bundle or exists (select from told_recipe t where t.bundle_id = i.item_id) as is_bundle
from item i
join product p on p.source = i.source and p.product_ref = i.product_ref
left join path on path.source = p.source and path.group_ref = p.group_refs ->> 0
left join named on named.product_id = p.product_id
where {IS_SOLD}
order by i.item_id
"""  # noqa: S608 - put together of constants of this module

PRICES = f"""
select price.item_id, t.name as price_type, price.price_kopecks, price.currency
from price
join item i on i.item_id = price.item_id
join product p on p.source = i.source and p.product_ref = i.product_ref
join price_type t on t.source = i.source and t.price_type_ref = price.price_type_ref
where {IS_SOLD}
order by price.item_id, t.name
"""  # noqa: S608

RECIPES = """
select bundle_id, component_id, pcs, promotion, valid_from, valid_to from told_recipe
union all
select b.item_id, c.item_id, r.pcs, r.promotion, r.valid_from, r.valid_to
from bundle_recipe r
join item b on b.source = r.source and b.item_ref = r.bundle_ref
join item c on c.source = r.source and c.item_ref = r.component_ref
where not exists (select from told_recipe t where t.bundle_id = b.item_id and t.promotion = r.promotion)
order by bundle_id, promotion, component_id
"""

Columns = Mapping[str, pl.DataType | type[pl.DataType]]
ITEM: Columns = {
    "item_id": pl.Int64,
    "item_ref": pl.String,
    "product_ref": pl.String,
    "article": pl.String,
    "product_article": pl.String,
    "name": pl.String,
    "product_name": pl.String,
    "barcode": pl.String,
    "product_barcode": pl.String,
    "vat": pl.String,
    "weight_g": pl.Int64,
    "description": pl.String,
    "group_path": pl.String,
    "pictures": pl.String,
    "properties": pl.String,
    "characteristics": pl.String,
    "is_bundle": pl.Boolean,
}
PRICE: Columns = {"item_id": pl.Int64, "price_type": pl.String, "price_kopecks": pl.Int64, "currency": pl.String}
RECIPE: Columns = {
    "bundle_id": pl.Int64,
    "component_id": pl.Int64,
    "pcs": pl.Int64,
    "promotion": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}


class Assortment:
    """Everything in 1C's export that is sold by the piece."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def items(self) -> pl.DataFrame:
        """`ItemKept`: goods in 1C's export, no services, nothing deleted or absent."""
        return ItemKept.validate(self._read(ITEMS, ITEM))

    def prices(self) -> pl.DataFrame:
        """`PriceKept` of those goods, in every price type."""
        return PriceKept.validate(self._read(PRICES, PRICE))

    def recipes(self) -> pl.DataFrame:
        """`RecipeKept`: 1C's own, and those told outside it, which go before 1C's under the same promotion."""
        return RecipeKept.validate(self._read(RECIPES, RECIPE))

    def bundles(self) -> pl.DataFrame:
        """``item_id, item_ref`` of every item that has a recipe."""
        named = "select item_id, item_ref from item where item_id in (select bundle_id from ({}) recipe) order by item_id"
        return self._read(named.format(RECIPES.partition("order by")[0]), {"item_id": pl.Int64, "item_ref": pl.String})

    def tell_recipes(self, recipes: pl.DataFrame) -> None:
        """Recipes told outside 1C become these and no others.

        Args:
            recipes: `RecipeKept`.
        """
        with self._hub.engine.begin() as connection:
            connection.execute(delete(told_recipe))
            copy_frame(connection, told_recipe, recipes)

    def _read(self, query: str, schema: Columns) -> pl.DataFrame:
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(text(query)).all(), schema=schema, orient="row")
