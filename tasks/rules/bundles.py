"""Bundles: which recipe is in force today, and how many bundles the free parts make."""

from datetime import date

import polars as pl

from validation.assortment import RecipeInForce
from validation.quarantine import Judged, refuse

DEEPEST = 8
"""Bundles in bundles beyond this go round in a circle."""


def in_force(recipes: pl.DataFrame, items: pl.DataFrame, today: date) -> Judged:
    """The recipe each bundle is sold under today: a promotion's before the everyday one.

    Args:
        recipes: `RecipeKept`.
        items: ``item_id, item_ref`` of the bundles, for the quarantine.
        today: the shop's day.

    Returns:
        `RecipeInForce`, bundles inside bundles resolved into their parts. Refused, one row per bundle: two promotions (or two everyday
        recipes) on one day, of which none is taken; and bundles that contain themselves.
    """
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= today)
    valid = recipes.filter(begun, pl.col("valid_to").is_null() | (pl.col("valid_to") >= today))
    counted = valid.with_columns(
        versions=pl.struct("promotion", "valid_from", "valid_to").n_unique().over("bundle_id", _is_promotion()),
    )
    doubled = counted.filter(pl.col("versions") > 1)
    single = counted.filter(pl.col("versions") == 1)
    promoted = single.filter(_is_promotion())
    everyday = single.filter(~_is_promotion()).join(promoted, on="bundle_id", how="anti")
    resolved, circular = _resolved(pl.concat([promoted, everyday]).select(*RecipeInForce.to_schema().columns))
    refused = pl.concat([_faulty(doubled, "recipes_overlap"), _faulty(circular, "recipe_is_not_its_own_part")])
    named = refused.join(items.select("item_ref", bundle_id="item_id"), on="bundle_id", how="left", maintain_order="left")
    told = refuse(named.with_columns(row=pl.lit(None, pl.Int64)), entity="recipe", key=pl.col("item_ref"))
    return Judged(RecipeInForce.validate(resolved), told)


def bundle_pcs(free: pl.DataFrame, recipes: pl.DataFrame) -> pl.DataFrame:
    """How many bundles the free parts make.

    Args:
        free: ``item_id, pcs``, one row per item that was ever counted; may be negative.
        recipes: `RecipeInForce`.

    Returns:
        ``item_id, pcs`` of bundles. One with a part that was never counted is left out: unknown is not zero.
    """
    parts = recipes.join(free.select("item_id", free="pcs"), left_on="component_id", right_on="item_id", how="left")
    made = parts.group_by("bundle_id").agg((pl.col("free").clip(0) // pl.col("pcs")).min(), is_known=pl.col("free").is_not_null().all())
    return made.filter("is_known").select(item_id="bundle_id", pcs="free").sort("item_id")


def _is_promotion() -> pl.Expr:
    return pl.col("promotion") != ""


def _faulty(parts: pl.DataFrame, reason: str) -> pl.DataFrame:
    promotions = pl.col("promotion").filter(_is_promotion()).unique().sort().str.join(", ")
    return parts.group_by("bundle_id").agg(promotions=promotions).sort("bundle_id").with_columns(reason=pl.lit(reason))


def _resolved(recipes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Recipes whose parts are no bundles, and those that contain themselves."""
    inner = recipes.select(component_id="bundle_id", part_id="component_id", part_pcs="pcs")
    for _ in range(DEEPEST):
        nested = recipes.join(inner, on="component_id")
        if nested.is_empty():
            break
        opened = nested.select("bundle_id", component_id="part_id", pcs=pl.col("pcs") * pl.col("part_pcs"), promotion="promotion")
        flat = pl.concat([recipes.join(inner, on="component_id", how="anti"), opened])
        recipes = flat.group_by("bundle_id", "component_id", "promotion").agg(pl.col("pcs").sum()).select(recipes.columns)
    circular = recipes.join(inner, on="component_id", how="semi")
    sound = recipes.join(circular, on="bundle_id", how="anti").select("bundle_id", "component_id", "pcs", "promotion")
    return sound.sort("bundle_id", "component_id"), circular
