"""The crossed-out price: shown only where it is higher than the price and as far from it as the channel wants it."""

import polars as pl

from tasks.rules.formats import OldPrice

WHOLE_PERCENTS = range(1, 100)


def old_kopecks(rule: OldPrice) -> pl.Expr:
    """``old_kopecks`` as the channel may be told it beside ``price_kopecks``, null where it may not.

    A channel that computes the price from a whole percent itself is told the highest crossed-out price, up to ours, that gives our
    price exactly.
    """
    old = _exact(rule) if rule.is_whole_percent else pl.col("old_kopecks") // rule.unit_kopecks * rule.unit_kopecks
    return pl.when(_is_far_enough(old, rule)).then(old)


def _is_far_enough(old: pl.Expr, rule: OldPrice) -> pl.Expr:
    price = pl.col("price_kopecks")
    least, most = rule.percent
    claims = [old > price, (old - price) * 100 >= old * least, (old - price) * 100 <= old * most]
    above = 0
    for up_to, kopecks, percent in rule.gaps:
        is_elsewhere = (price <= above) | (price > up_to)
        claims.append(is_elsewhere | ((old - price >= kopecks) & ((old - price) * 100 >= price * percent)))
        above = up_to
    return pl.all_horizontal(claims)


def _exact(rule: OldPrice) -> pl.Expr:
    """The highest price up to ``old_kopecks`` that some whole percent lowers to ``price_kopecks``."""
    return pl.max_horizontal(_lowered(100 - percent, rule.unit_kopecks) for percent in WHOLE_PERCENTS)


def _lowered(left_percent: int, unit_kopecks: int) -> pl.Expr:
    hundredfold = pl.col("price_kopecks") * 100
    old = hundredfold // left_percent
    is_exact = (hundredfold % left_percent == 0) & (old % unit_kopecks == 0) & (old <= pl.col("old_kopecks"))
    return pl.when(is_exact).then(old)
