"""Prices of a million listings against one pass over the same frame: by a plain rule, and by one that uses everything."""

from datetime import date
from typing import Any

import polars as pl

from tasks.rules.formats import OZON
from tasks.rules.price_rules import PriceRules
from tasks.rules.prices import prices
from tests.bench.measure import Result, alone, run_step
from tests.bench.million import ONE_PASS, ROWS, goods, one_pass, seconds_of
from validation.assortment import RecipeInForce

TYPES = {"Розничная": 100, "Закупочная": 64, "Старая": 120}
PLAIN: dict[str, Any] = {"price_type": "Розничная"}
RICH: dict[str, Any] = PLAIN | {
    "markup_percent": "7.5",
    "rounding": {"unit_kopecks": 1000, "ending_kopecks": 900, "to": "up"},
    "floor": {"price_type": "Закупочная", "percent": 110},
    "old_price_type": "Старая",
    "promotions": [
        {"name": "Март", "percent": 15, "groups": [f"Глажение/Утюги/Группа {number}" for number in range(10)]},
        {"name": "Распродажа", "percent": 30, "groups": ["Глажение/Утюги/Группа 100"]},
    ],
}


def bench() -> Result:
    """Ratio of seconds by the rule that uses everything, the explanation of each price included."""
    told = alone(__name__, "measured")
    floor = told["floor_seconds"]
    return Result(
        name="prices",
        ratio=round(told["rich_seconds"] / floor, 2),
        floor=ONE_PASS,
        aim="everything <= 10, plain <= 3",
        figures={
            "listings": ROWS,
            "prices_kept": ROWS * len(TYPES),
            "floor_seconds": round(floor, 3),
            "plain_ratio": round(told["plain_seconds"] / floor, 2),
            "everything_seconds": round(told["rich_seconds"], 3),
            "peak_mb": round(told["peak_mb"]),
        },
    )


def measured() -> dict[str, Any]:
    """All in one process, over one frame of goods; their prices, three times as many rows, come on top."""
    shelf = goods()
    base = (pl.col("item_id") * 7919 % 1_000_000 + 10_000).alias("price_kopecks")
    kept = pl.concat(
        shelf.select("item_id", price_type=pl.lit(name), price_kopecks=base * share // 100, currency=pl.lit("RUB"))
        for name, share in TYPES.items()
    )
    no_recipes = RecipeInForce.validate(
        pl.DataFrame(schema={"bundle_id": pl.Int64, "component_id": pl.Int64, "pcs": pl.Int64, "promotion": pl.String})
    )

    def made(rules: dict[str, Any]) -> None:
        prices(shelf, kept, no_recipes, rules=PriceRules.model_validate(rules), channel=OZON, today=date(2026, 3, 8))

    return {
        "floor_seconds": seconds_of(lambda: one_pass(shelf)),
        "plain_seconds": seconds_of(lambda: made(PLAIN)),
        "rich_seconds": seconds_of(lambda: made(RICH)),
    }


if __name__ == "__main__":
    run_step({"measured": measured})
