"""How many rows of a file would be loaded and how many refused, without a hub: `utyug inspect` and dry runs.

What only the hub can tell (an offer whose card another file brings, a component that nobody knows) is not counted here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

import polars as pl

from validation.quarantine import Judged

REPEATED = "is_not_repeated"


class Tally(NamedTuple):
    """Rows: ``loaded`` by kind, ``refused`` by reason."""

    loaded: Counter[str]
    refused: Counter[str]

    @classmethod
    def nothing(cls) -> Self:
        """No rows at all."""
        return cls(Counter(), Counter())

    def plus(self, other: "Tally") -> "Tally":
        """Both files together."""
        return Tally(self.loaded + other.loaded, self.refused + other.refused)


class Repeats(NamedTuple):
    """Rows of one kind that stand in the file more than once: ``folded`` into an equal one, or ``differing`` and all refused."""

    folded: int
    differing: int


def tally(portions: Iterable[tuple[str, Judged]], keys: Mapping[str, tuple[str, ...]]) -> Tally:
    """Count a whole file; what is kept of each row is a few numbers, so that the largest export fits into memory.

    Args:
        portions: kind and judgement, as `tasks.rules.intake.judged` gives them.
        keys: the columns that identify a row, for each kind that is looked through for repeated rows.
    """
    counted = Tally.nothing()
    marked: dict[str, list[pl.DataFrame]] = {}
    for kind, (passed, refused) in portions:
        counted.loaded[kind] += passed.height
        counted.refused.update(refused["reason"].to_list())
        if kind in keys:
            marked.setdefault(kind, []).append(fingerprints(passed, keys[kind]))
    for kind, frames in marked.items():
        repeats = count_repeats(pl.concat(frames))
        counted.loaded[kind] -= repeats.folded + repeats.differing
        if repeats.differing:
            counted.refused[REPEATED] += repeats.differing
    return counted


def fingerprints(passed: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """One number for a row's key and one for each thing it says, null where it says nothing; a row without a key is left out."""
    told = pl.exclude("row", *key)
    return passed.filter(pl.all_horizontal(pl.col(key).is_not_null())).select(
        pl.struct(key).hash().alias("key"), pl.when(told.is_not_null()).then(told.hash())
    )


def count_repeats(marked: pl.DataFrame) -> Repeats:
    """Rows are equal where neither contradicts what the other says, exactly as the hub sees it (`adapters.hub.repeats`)."""
    is_differing = pl.any_horizontal(pl.lit(value=False), pl.exclude("key").drop_nulls().n_unique() > 1)
    groups = marked.group_by("key").agg(pl.len().alias("rows"), is_differing.alias("is_differing")).filter(pl.col("rows") > 1)
    return Repeats(
        folded=int(groups.filter(~pl.col("is_differing")).select((pl.col("rows") - 1).sum()).item()),
        differing=int(groups.filter("is_differing")["rows"].sum()),
    )
