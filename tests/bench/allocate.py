"""Quotas of ten thousand, a hundred thousand and a million listings on four channels, a tenth of them bundles that share parts."""

import math
import resource
from typing import Any

import polars as pl

from tasks.rules.quota_rules import QuotaRules
from tasks.rules.quotas import allocate
from tests.bench.measure import Result, alone, run_step
from tests.bench.million import seconds_of
from validation.assortment import RecipeInForce

SIZES = (10_000, 100_000, 1_000_000)
CHANNELS = ("site", "wb", "ozon", "ym")
Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def bench() -> Result:
    """Ratio of seconds for a million; the growth of seconds from ten thousand to a million as an exponent of the listings."""
    told = {size: alone(__name__, "measured", str(size)) for size in SIZES}
    largest = told[SIZES[-1]]
    return Result(
        name="allocate",
        ratio=round(largest["allocate_seconds"] / largest["floor_seconds"], 2),
        floor="a million listings sorted by channel and number, their rates summed by item",
        aim="growth exponent from 10 000 to 1 000 000 listings <= 1.1",
        figures={
            "growth_exponent": _growth(told, SIZES[0], SIZES[-1]),
            "growth_exponent_from_100_000": _growth(told, SIZES[1], SIZES[-1]),
            "channels": len(CHANNELS),
            "listings": {str(size): _figures(one) for size, one in told.items()},
        },
    )


def measured(size: str) -> dict[str, Any]:
    """Seconds of the allocation and of the floor over the same frames, and what memory it took on top of them."""
    supply, listings, recipes = shop(int(size) // len(CHANNELS))
    before_mb = _peak_mb()
    seconds = seconds_of(lambda: allocate(supply, listings, recipes, QuotaRules()))
    grown_mb = _peak_mb() - before_mb
    rules = allocate(supply, listings, recipes, QuotaRules())["rule"].value_counts(sort=True)
    return {
        "allocate_seconds": seconds,
        "floor_seconds": seconds_of(lambda: _floor(listings)),
        "grown_mb": grown_mb,
        "rules": dict(rules.iter_rows()),
    }


def _growth(told: dict[int, dict[str, Any]], small: int, large: int) -> float:
    slower = told[large]["allocate_seconds"] / told[small]["allocate_seconds"]
    return round(math.log(slower) / math.log(large / small), 2)


def _figures(told: dict[str, Any]) -> dict[str, Any]:
    rounded = {name: round(told[name], 3) for name in ("allocate_seconds", "floor_seconds")}
    whole = {name: round(told[name]) for name in ("grown_mb", "peak_mb")}
    return rounded | whole | {"rules": told["rules"]}


def shop(goods: int) -> Frames:
    """`SupplyKept`, `ListingToFill` and `RecipeInForce`: every tenth of the goods is a bundle of two parts, most of which it shares.

    From none to two hundred pieces of an item, a fifth of them shown on each told channel; from none to ten sold a day on a channel.
    """
    items = pl.select(item_id=pl.int_range(goods)).with_columns(sellable_pcs=pl.col("item_id") * 7919 % 1009 % 200)
    shown = pl.when(pl.col("item_id") % 10 == 0).then(0).otherwise(pl.col("sellable_pcs") // 5)
    supply = items.select("item_id", shelf_ref=pl.lit("main"), sellable_pcs="sellable_pcs", pool_pcs=pl.col("sellable_pcs") - 3 * shown)
    channels = pl.DataFrame({"channel": CHANNELS}).with_row_index("place").with_columns(is_asking=pl.col("channel") == "site")
    sold = items.join(channels, how="cross").with_columns(listing_id=pl.col("item_id") * len(CHANNELS) + pl.col("place").cast(pl.Int64))
    told = pl.when("is_asking").then(0).otherwise(shown).cast(pl.Int64)
    listings = sold.select(
        "listing_id",
        "channel",
        warehouse_ref=pl.lit(""),
        shelf_ref=pl.lit("main"),
        item_id="item_id",
        exposure_pcs=told,
        shown_pcs=told,
        rate_per_day=pl.col("listing_id") * 7907 % 1013 / 100 + 0.01,
        worth=pl.lit(1.0),
        cap_pcs=pl.lit(None, pl.Int64),
        is_asking="is_asking",
        is_frozen=pl.lit(value=False),
        mirror_buffer_pcs=pl.lit(None, pl.Int64),
    )
    return supply.filter(pl.col("item_id") % 10 != 0), listings, _recipes(items, goods)


def _recipes(items: pl.DataFrame, goods: int) -> pl.DataFrame:
    tens = goods // 10
    parts = [
        items.filter(pl.col("item_id") % 10 == 0).select(
            bundle_id="item_id",
            component_id=(pl.col("item_id") // 10 * step // 2 % tens) * 10 + pcs,
            pcs=pl.lit(pcs, pl.Int64),
            promotion=pl.lit(""),
        )
        for step, pcs in ((3, 1), (1, 2))
    ]
    return RecipeInForce.validate(pl.concat(parts))


def _floor(listings: pl.DataFrame) -> pl.DataFrame:
    return listings.sort("channel", "listing_id").group_by("item_id").agg(pl.col("rate_per_day").sum())


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    run_step({"measured": measured})
