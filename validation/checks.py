"""Expressions that the models' checks are made of. A null is never a pass by accident: `is_true` reads it as false."""

import polars as pl
from pandera.polars import PolarsData


def is_true(data: PolarsData, claim: pl.Expr) -> pl.LazyFrame:
    """Rows where the claim holds."""
    return data.lazyframe.select(claim.fill_null(False))


def holds_where_given(data: PolarsData, claim: pl.Expr) -> pl.LazyFrame:
    """Rows where the column is null, which means "not in this file", or where the claim holds."""
    return is_true(data, pl.col(data.key).is_null() | claim)


def is_short(data: PolarsData, characters: int) -> pl.LazyFrame:
    """Text, where given, of at most so many characters."""
    return holds_where_given(data, pl.col(data.key).str.len_chars() <= characters)


def is_within(data: PolarsData, low: int, high: int) -> pl.LazyFrame:
    """A number, where given, between two, both included."""
    return holds_where_given(data, pl.col(data.key).is_between(low, high))
