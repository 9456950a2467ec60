"""Roubles of a site and whole kopecks, without floats.

A site does not check a price, it strips what it does not understand: «1 490,50» becomes 149050, «abc» nothing
(`reference/services.md` §3). So only digits, a point and two digits leave, and what a site shows is read or is no price.
"""

import re

import polars as pl

AMOUNT = r"^(\d{1,14})(?:\.(\d{0,2})0*)?$"


def roubles(kopecks: pl.Expr) -> pl.Expr:
    """1299.05 for 129905."""
    return pl.format("{}.{}", kopecks // 100, (kopecks % 100).cast(pl.String).str.zfill(2))


def kopecks(text: pl.Expr) -> pl.Expr:
    """129905 for 1299.05; null for what is no amount or has a fraction of a kopeck."""
    whole, fraction = text.str.extract(AMOUNT, 1), text.str.extract(AMOUNT, 2)
    return whole.cast(pl.Int64) * 100 + fraction.fill_null("").str.pad_end(2, "0").cast(pl.Int64, strict=False)


def kopecks_of(text: str) -> int | None:
    """The same of one amount."""
    found = re.match(AMOUNT, text)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None
