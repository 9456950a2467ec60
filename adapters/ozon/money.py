"""Kopecks and Ozon's roubles: text with a point and two digits on the way there, a JSON number or text on the way back."""

from decimal import Decimal

import polars as pl


def roubles(kopecks: pl.Expr) -> pl.Expr:
    """1299.05 for 129905."""
    return pl.format("{}.{}", kopecks // 100, (kopecks % 100).cast(pl.String).str.zfill(2))


def kopecks(amount: Decimal) -> int:
    """129905 for 1299.05; a fraction of a kopeck goes to the nearest."""
    return int((amount * 100).to_integral_value())
