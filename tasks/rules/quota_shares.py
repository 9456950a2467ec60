"""Sharing what is scarce among all that claim it, by the value of each next piece.

The first piece of a listing is worth its gain per day (rate × worth). The next is worth less by how likely the ones before it are sold
before pieces can be moved again: slow goods are spread over the channels one by one, fast ones are shared in proportion to their gain.
These are the divisors of an apportionment, so nobody's share falls when there is more to share, or when he alone sells faster. A piece
that a listing shows already counts for more there, by `QuotaRules.stay_factor`: moving it costs minutes without sales.

Bundles claim all of their parts. Each shelf is shared by itself, a bundle takes what its scarcest part allows, and what it leaves on the
other shelves is shared again. A value is the same at every part, so each pass settles at least the highest claim there is.
"""

import polars as pl

PASSES = 12
"""What a dozen passes did not share stays in the pool until the next run."""
HALVINGS = 8
"""Of the interval, in logarithms, in which the value of the last piece given lies, until shelves that are close enough are set aside."""
ROUNDS = 6
"""Of halvings: to a hundred-billionth of the first interval."""
WANTS = ["gain", "ease", "stay", "held_pcs"]


def pieces_worth(level: pl.Expr) -> pl.Expr:
    """How many pieces a listing would get if each had to be worth at least so much."""
    stayed = pl.min_horizontal(_pieces(pl.col("gain") * pl.col("stay"), level), pl.col("held_pcs").cast(pl.Float64))
    return pl.max_horizontal(_pieces(pl.col("gain"), level), stayed)


def piece_worth(number: pl.Expr) -> pl.Expr:
    """What the piece of a listing with this number, from 1, is worth."""
    gain = pl.when(number <= pl.col("held_pcs")).then(pl.col("gain") * pl.col("stay")).otherwise("gain")
    return gain / (1 + (number - 1) / pl.col("ease"))


def share_out(wanting: pl.DataFrame, claims: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """Give every listing what it is due.

    Args:
        wanting: ``row, gain, ease, stay, held_pcs, wish_pcs``, one row per listing; a lower ``row`` goes first where all else is equal.
        claims: ``row, shelf, qty``, one row per listing and part: each of its pieces takes so many off the shelf.
        left: ``shelf, left_pcs``; of one that owes pieces nothing is given.

    Returns:
        ``row, given_pcs``, ordered by row. On no shelf more than was left is given.
    """
    given = wanting.select("row", given_pcs=pl.lit(0, pl.Int64)).sort("row")
    reach = claims
    for _ in range(PASSES):
        limits = _limits(wanting, given, reach, left)
        if limits.is_empty():
            break
        reach = reach.join(limits, on="row", how="semi")
        raised = _raised(limits, reach, left)
        left = _taken(left, raised.join(claims, on="row"))
        given = given.join(raised, on="row", how="left", maintain_order="left").select("row", pl.col("given_pcs") + _raise())
    return given


def _pieces(gain: pl.Expr, level: pl.Expr) -> pl.Expr:
    return pl.when(gain >= level).then((1 + pl.col("ease") * (gain / level - 1)).floor()).otherwise(0.0)


def _raise() -> pl.Expr:
    return pl.col("raise_pcs").fill_null(0)


def _limits(wanting: pl.DataFrame, given: pl.DataFrame, claims: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """Listings that want more and could be given more if they were alone, with how many in all: ``limit_pcs``."""
    there = claims.join(left, on="shelf").group_by("row").agg(more_pcs=(pl.col("left_pcs") // pl.col("qty")).min())
    known = wanting.join(there, on="row").join(given, on="row")
    limit = pl.min_horizontal("wish_pcs", pl.col("given_pcs") + pl.col("more_pcs"))
    limited = known.with_columns(limit_pcs=limit).filter(pl.col("limit_pcs") > pl.col("given_pcs"))
    return limited.select("row", *WANTS, "given_pcs", "limit_pcs")


def _raised(limits: pl.DataFrame, claims: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """How many more each listing gets, the least that any of its shelves gives: ``row, raise_pcs``."""
    asked = claims.join(limits, on="row").join(left, on="shelf")
    asked = asked.with_columns(asked_pcs=(pl.col("qty") * (pl.col("limit_pcs") - pl.col("given_pcs"))).sum().over("shelf"))
    is_contested = pl.col("asked_pcs") > pl.col("left_pcs")
    plenty = asked.filter(~is_contested).select("row", due_pcs=pl.col("limit_pcs"), given_pcs="given_pcs")
    contested = _last_ones(_levelled(asked.filter(is_contested))).select("row", "due_pcs", "given_pcs")
    due = pl.concat([plenty, contested]).group_by("row").agg(raise_pcs=pl.col("due_pcs").min() - pl.col("given_pcs").first())
    return due.filter(pl.col("raise_pcs") > 0)


def _levelled(asked: pl.DataFrame) -> pl.DataFrame:
    """Every shelf shared at a value so low that at most one more piece each could be given, and not to all: with ``due_pcs``."""
    rough = asked.with_columns(
        low=(piece_worth(pl.col("limit_pcs")) * 0.999).min().over("shelf"),
        high=(pl.col("gain") * pl.col("stay") * 1.001).max().over("shelf"),
    )
    level = []
    for _ in range(ROUNDS):
        for _ in range(HALVINGS):
            rough = _halved(rough)
        is_rough = (_due(pl.col("low")) - _due(pl.col("high")) > 1).any().over("shelf")
        told = rough.with_columns(is_rough=is_rough, due_pcs=_due(pl.col("high")))
        level.append(told.filter(~pl.col("is_rough")))
        rough = told.filter("is_rough")
        if rough.is_empty():
            break
    return pl.concat([*level, rough])


def _halved(bounds: pl.DataFrame) -> pl.DataFrame:
    middle = (pl.col("low") * pl.col("high")).sqrt()
    tried = bounds.with_columns(middle=middle, is_too_low=_took(middle).sum().over("shelf") > pl.col("left_pcs"))
    low, high = pl.when("is_too_low").then("middle").otherwise("low"), pl.when("is_too_low").then("high").otherwise("middle")
    return tried.with_columns(low=low, high=high).select(bounds.columns)


def _due(level: pl.Expr) -> pl.Expr:
    return pieces_worth(level).clip(pl.col("given_pcs"), pl.col("limit_pcs")).cast(pl.Int64)


def _took(level: pl.Expr) -> pl.Expr:
    return pl.col("qty") * (_due(level) - pl.col("given_pcs"))


def _last_ones(levelled: pl.DataFrame) -> pl.DataFrame:
    """What the level left over goes one by one to whom it is worth most."""
    following = levelled.with_columns(
        over_pcs=pl.col("left_pcs") - (pl.col("qty") * (pl.col("due_pcs") - pl.col("given_pcs"))).sum().over("shelf"),
        worth=piece_worth(pl.col("due_pcs") + 1),
    )
    is_next = (pl.col("due_pcs") < pl.col("limit_pcs")) & (pl.col("over_pcs") > 0)
    queue = following.filter(is_next).sort("shelf", "worth", "row", descending=[False, True, False])
    fits = pl.col("qty").cum_sum().over("shelf") <= pl.col("over_pcs")
    one_more = queue.filter(fits).select("row", "shelf", more_pcs=pl.lit(1, pl.Int64))
    topped = following.join(one_more, on=["row", "shelf"], how="left")
    return topped.with_columns(pl.col("due_pcs") + pl.col("more_pcs").fill_null(0))


def _taken(left: pl.DataFrame, raised: pl.DataFrame) -> pl.DataFrame:
    took = raised.group_by("shelf").agg(took_pcs=(pl.col("qty") * pl.col("raise_pcs")).sum())
    return left.join(took, on="shelf", how="left", maintain_order="left").select(
        "shelf", pl.col("left_pcs") - pl.col("took_pcs").fill_null(0)
    )
