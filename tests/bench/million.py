"""A million listings, and one pass of polars over a frame: every text lower-cased, every number raised by one."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import polars as pl

ROWS = 1_000_000
ROUNDS = 3
ONE_PASS = "one polars pass over the same frame: every text lower-cased, every number raised by one"


def goods(rows: int = ROWS) -> pl.DataFrame:
    """Columns of `ItemKept` that codes and prices read: four items to a product, every twentieth product's under its article.

    One article in seventeen has a slash; references are as long as 1C's.
    """
    number = pl.int_range(rows).alias("item_id")
    product = pl.col("item_id") // 4
    item, parent = (pl.format("bd72d8f9-55bc-11d9-848a-{}", one.cast(pl.String).str.zfill(12)) for one in (pl.col("item_id"), product))
    is_slashed, is_shared = pl.col("item_id") % 17 == 0, product % 20 == 0
    own = pl.when(is_slashed).then(pl.format("КР-{}/2", "item_id")).otherwise(pl.format("УТ-{}-БЕЛ-{}", product, pl.col("item_id") % 4))
    return pl.select(number).with_columns(
        item_ref=pl.format("{}#{}", parent, item),
        article=pl.when(~is_shared).then(own),
        product_article=pl.format("УТ-{}", product),
        group_path=pl.format("Глажение/Утюги/Группа {}", product % 300),
    )


def one_pass(frame: pl.DataFrame) -> pl.DataFrame:
    """Every text lower-cased, every number raised by one."""
    return frame.with_columns(pl.col(pl.String).str.to_lowercase(), pl.col(pl.Int64) + 1)


def seconds_of(work: Callable[[], Any]) -> float:
    """The median of a few rounds."""
    return median(_timed(work) for _ in range(ROUNDS))


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
