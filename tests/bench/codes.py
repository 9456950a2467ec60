"""Codes for a million listings against one pass over the same frame: all of them new, a thousand new, none new."""

from typing import Any

import polars as pl

from tasks.rules.codes import code_rules, issue_codes
from tasks.rules.formats import OZON
from tests.bench.measure import Result, alone, run_step
from tests.bench.million import ONE_PASS, ROWS, goods, one_pass, seconds_of

NEW = 1000


def bench() -> Result:
    """Ratio of seconds, every code new; beside it the later runs, where few are or none."""
    told = alone(__name__, "measured")
    floor = told["floor_seconds"]
    return Result(
        name="codes",
        ratio=round(told["first_seconds"] / floor, 2),
        floor=ONE_PASS,
        aim="all new <= 6, nothing new <= 1",
        figures={
            "listings": ROWS,
            "floor_seconds": round(floor, 3),
            "all_new_seconds": round(told["first_seconds"], 3),
            "thousand_new_ratio": round(told["few_seconds"] / floor, 2),
            "nothing_new_ratio": round(told["again_seconds"] / floor, 2),
            "suffixed": told["suffixed"],
            "peak_mb": round(told["peak_mb"]),
        },
    )


def measured() -> dict[str, Any]:
    """All in one process, over one frame."""
    wanted = goods().select("item_id", "item_ref", "article", "product_article")
    nothing = pl.DataFrame(schema={"item_id": pl.Int64, "code": pl.String})
    rules = code_rules(OZON)
    issued = issue_codes(wanted, nothing, rules)
    return {
        "floor_seconds": seconds_of(lambda: one_pass(wanted)),
        "first_seconds": seconds_of(lambda: issue_codes(wanted, nothing, rules)),
        "few_seconds": seconds_of(lambda: issue_codes(wanted, issued.head(ROWS - NEW), rules)),
        "again_seconds": seconds_of(lambda: issue_codes(wanted, issued, rules)),
        "suffixed": issued.filter(pl.col("code").str.contains(r"^УТ-\d+-[A-Z2-7]+$")).height,
    }


if __name__ == "__main__":
    run_step({"measured": measured})
