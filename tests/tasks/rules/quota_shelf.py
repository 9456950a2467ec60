"""A shelf and the listings that want its pieces, for the tests of quotas."""

from typing import Any

import polars as pl

from tasks.rules.quota_rules import DAY_S, QuotaRules
from tasks.rules.quotas import allocate
from tests.tasks.rules.shelf import frame
from validation.assortment import RecipeInForce
from validation.quotas import ListingToFill, SupplyKept

LISTING: dict[str, Any] = {
    "channel": "wb",
    "warehouse_ref": "",
    "shelf_ref": "main",
    "item_id": 1,
    "exposure_pcs": 0,
    "shown_pcs": None,
    "rate_per_day": 1.0,
    "worth": 1.0,
    "cap_pcs": None,
    "is_asking": False,
    "is_frozen": False,
    "mirror_buffer_pcs": None,
}
BY_HAND = QuotaRules(pool_share=0, moves_within_s=DAY_S)
"""Nothing kept, pieces move once a day: at a rate of 1 pieces are worth 1, 1/3, 1/5 …, at 3 they are worth 3, 9/7, 9/11 …"""
Recipes = dict[int, dict[int, int]]


def supply(pieces: dict[int, int], pool: dict[int, int] | None = None, shelf_ref: str = "main") -> pl.DataFrame:
    """`SupplyKept`; all of it in the pool where not said otherwise."""
    free = pool or {}
    return frame(
        SupplyKept,
        [{"item_id": item, "shelf_ref": shelf_ref, "sellable_pcs": pcs, "pool_pcs": free.get(item, pcs)} for item, pcs in pieces.items()],
    )


def listings(*rows: dict[str, Any]) -> pl.DataFrame:
    """`ListingToFill`; listings without a number are numbered from 1."""
    return frame(ListingToFill, [LISTING | {"listing_id": number} | row for number, row in enumerate(rows, 1)])


def recipes(bundles: Recipes) -> pl.DataFrame:
    """`RecipeInForce`."""
    return frame(
        RecipeInForce,
        [
            {"bundle_id": bundle, "component_id": part, "pcs": pcs, "promotion": ""}
            for bundle, parts in bundles.items()
            for part, pcs in parts.items()
        ],
    )


def quotas(
    pieces: dict[int, int],
    *rows: dict[str, Any],
    rules: QuotaRules = BY_HAND,
    bundles: Recipes | None = None,
    pool: dict[int, int] | None = None,
) -> pl.DataFrame:
    """`QuotaSet` of a shelf."""
    return allocate(supply(pieces, pool), listings(*rows), recipes(bundles or {}), rules)


def targets(pieces: dict[int, int], *rows: dict[str, Any], **told: Any) -> list[int]:
    """What each listing may sell, in the order of their numbers."""
    return quotas(pieces, *rows, **told)["target_pcs"].to_list()


def ruled(pieces: dict[int, int], *rows: dict[str, Any], **told: Any) -> list[str]:
    """What set the quota of each."""
    return quotas(pieces, *rows, **told)["rule"].to_list()
