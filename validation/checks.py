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


def has_check_digit(digits: pl.Expr) -> pl.Expr:
    """Whether a barcode's last digit is right. GS1 mod 10: weights 3 and 1 from the right, the check digit itself weighing 1."""
    padded = digits.str.zfill(14)
    weighed = pl.sum_horizontal(
        padded.str.slice(place, 1).cast(pl.Int32, strict=False) * (3 if place % 2 == 0 else 1) for place in range(14)
    )
    return (digits.str.contains(r"^\d+$") & (weighed % 10 == 0)).fill_null(False)
