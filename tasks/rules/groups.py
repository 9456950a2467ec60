"""Groups of 1C as settings name them: «Глажение/Утюги» is the group and everything below it."""

from collections.abc import Sequence

import polars as pl

SLASH = "/"


def is_within(groups: Sequence[str]) -> pl.Expr:
    """Rows whose ``group_path`` is one of the groups or below it; none where it has no group."""
    path = pl.col("group_path")
    below = [(path == group) | path.str.starts_with(group + SLASH) for group in map(_trimmed, groups)]
    return pl.any_horizontal(pl.lit(False), *below).fill_null(False)


def nearest(groups: Sequence[str]) -> pl.Expr:
    """The place in ``groups`` of the longest one that holds the row's ``group_path``; null where none does."""
    places = sorted(range(len(groups)), key=lambda place: len(_trimmed(groups[place])), reverse=True)
    return pl.coalesce(*(pl.when(is_within([groups[place]])).then(pl.lit(place, pl.Int64)) for place in places), pl.lit(None, pl.Int64))


def _trimmed(group: str) -> str:
    return group.strip(f" {SLASH}")
