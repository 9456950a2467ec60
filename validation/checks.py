"""Expressions that the models' checks are made of. A null is never a pass by accident: `is_true` reads it as false."""

import polars as pl
from pandera.polars import PolarsData


def is_true(data: PolarsData, claim: pl.Expr) -> pl.LazyFrame:
    """Rows where the claim holds."""
    return data.lazyframe.select(claim.fill_null(False))


def is_short(data: PolarsData, characters: int) -> pl.LazyFrame:
    """Text of at most so many characters."""
    return is_true(data, pl.col(data.key).str.len_chars() <= characters)


def is_within(data: PolarsData, low: int, high: int) -> pl.LazyFrame:
    """A number between two, both included."""
    return is_true(data, pl.col(data.key).is_between(low, high))
