"""What a site's codes mean today: an item, or a bundle by the recipe in force."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from adapters.hub.assortment import RECIPE, RECIPES
from adapters.hub.driver import Driver
from tasks.rules.bundles import DEEPEST, in_force
from tasks.rules.checkout import Asked, Recipe

MEANT = """
    select v.channel, v.sku, l.item_id,
        i.is_deleted or i.is_absent or i.is_umbrella or coalesce(p.is_deleted or p.is_absent, false) as is_gone,
        i.is_bundle or exists (select from told_recipe t where t.bundle_id = i.item_id) as is_bundle
    from unnest(%s::text[], %s::text[]) as v (channel, sku)
    left join listing l on l.channel = v.channel and l.channel_sku = v.sku and l.lost_at is null
    left join item i on i.item_id = l.item_id
    left join product p on p.source = i.source and p.product_ref = i.product_ref
"""
RECIPES_OF = f"select * from ({RECIPES.partition('order by')[0]}) r where r.bundle_id = any (%s::bigint[])"  # noqa: S608 - of constants

UNKNOWN = "Товара с таким артикулом на этом сайте Utyug не знает."
GONE = "Товар снят с продажи в 1С."
NO_RECIPE = "Состав комплекта на сегодня не задан или задан дважды."


class Meant(NamedTuple):
    """What a code of a channel means: an item or bundle, its recipe, or why it is not sold."""

    item_id: int | None
    recipe: Recipe
    promotion: str
    why_not: str | None

    def asked(self, sku: str, pcs: int) -> Asked:
        """A line of so many pieces of it."""
        return Asked(sku=sku, pcs=pcs, item_id=self.item_id, recipe=self.recipe, promotion=self.promotion, why_not=self.why_not)


def meant(raw: Driver, wanted: Iterable[tuple[str, str]], today: date) -> dict[tuple[str, str], Meant]:
    """What these codes mean, by channel and code.

    Args:
        raw: the transaction's connection.
        wanted: channels and codes.
        today: the shop's day.
    """
    pairs = sorted(set(wanted))
    rows = raw.execute(MEANT, ([channel for channel, _ in pairs], [sku for _, sku in pairs])).fetchall()
    bundle_ids = {item_id for _, _, item_id, is_gone, is_bundle in rows if is_bundle and not is_gone}
    recipes = recipes_of(raw, bundle_ids, today)
    found = {}
    for channel, sku, item_id, is_gone, is_bundle in rows:
        found[channel, sku] = _meant(item_id, recipes, is_gone=is_gone, is_bundle=is_bundle)
    return found


def recipes_of(raw: Driver, bundle_ids: Collection[int], today: date) -> dict[int, tuple[Recipe, str]]:
    """Recipe and promotion of each of these bundles, today; one that has none in force, or two, is left out."""
    told: set[tuple[Any, ...]] = set()
    wanted, deep = set(bundle_ids), 0
    while wanted and deep <= DEEPEST:
        rows = raw.execute(RECIPES_OF, (sorted(wanted),)).fetchall()
        wanted = {row[1] for row in rows} - {row[0] for row in told}
        told.update(rows)
        deep += 1
    return _in_force(frozenset(told), today) if told else {}


def _meant(item_id: int | None, recipes: dict[int, tuple[Recipe, str]], *, is_gone: bool, is_bundle: bool) -> Meant:
    if item_id is None:
        return Meant(None, (), "", UNKNOWN)
    if is_gone:
        return Meant(item_id, (), "", GONE)
    if not is_bundle:
        return Meant(item_id, ((item_id, 1),), "", None)
    recipe, promotion = recipes.get(item_id, ((), ""))
    return Meant(item_id, recipe, promotion, None if recipe else NO_RECIPE)


@lru_cache(maxsize=1024)
def _in_force(told: frozenset[tuple[Any, ...]], today: date) -> dict[int, tuple[Recipe, str]]:
    recipes = pl.DataFrame(sorted(told, key=repr), schema=RECIPE, orient="row")
    named = recipes.select(item_id="bundle_id", item_ref=pl.col("bundle_id").cast(pl.String)).unique()
    found: dict[int, tuple[Recipe, str]] = {}
    for bundle_id, component_id, pcs, promotion in in_force(recipes, named, today).passed.sort("bundle_id", "component_id").iter_rows():
        before, _ = found.get(bundle_id, ((), ""))
        found[bundle_id] = ((*before, (component_id, pcs)), promotion)
    return found
