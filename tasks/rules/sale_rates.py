"""How fast a listing sells: what it sold itself, what its item sells, and how its channel sells in general, each as far as it is known."""

from datetime import datetime

import polars as pl

from tasks.rules.quota_rules import DAY_S, QuotaRules
from validation.quotas import ListingRate, ListingSold

HEAT_PCS = 1.0
"""Sales that an item must have lately beyond its usual ones to say as much of its heat as the whole shop says."""


def rates(sales: pl.DataFrame, listings: pl.DataFrame, now: datetime, rules: QuotaRules) -> pl.DataFrame:
    """Pieces per day of every listing; steady sales of a shop that knows its goods give their own rate.

    A sale weighs less by a factor of *e* for every ``memory_s`` that passed since. An item sells what all its listings sold. Its channels'
    shares of that are those it was seen to have, to which `QuotaRules.habit_pcs` sales are added that fall as sales of the shop fall to its
    channels: one sale of one item says little about the channel, thousands of all items say much. In a rush an item sells as many times
    its usual rate as it, and the whole shop, did within the time in which pieces are moved.

    Args:
        sales: `ListingSold`, as far back as a few times ``memory_s``; those stamped later than now weigh as those of now.
        listings: ``listing_id, item_id, channel``.
        now: the shop's instant.
        rules: the section ``quotas``.

    Returns:
        `ListingRate`, one row per listing.
    """
    age_s = (pl.lit(now) - pl.col("sold_at")).dt.total_microseconds().clip(0) / 1e6
    weighed = {"sold_pcs": _weighed(age_s, rules.memory_s), "lately_pcs": _weighed(age_s, rules.moves_within_s)}
    sold = ListingSold.validate(sales).sort("listing_id", "sold_at", "pcs").group_by("listing_id", maintain_order=True).agg(**weighed)
    known = listings.sort("listing_id").join(sold, on="listing_id", how="left", maintain_order="left")
    known = known.with_columns(pl.col("sold_pcs", "lately_pcs").fill_null(0.0))
    usual = known.with_columns(
        item_pcs=pl.col("sold_pcs").sum().over("item_id"),
        item_lately_pcs=pl.col("lately_pcs").sum().over("item_id"),
        usual=pl.col("sold_pcs").mean().over("channel") + rules.prior_pcs,
    )
    habit_pcs = rules.habit_pcs * pl.col("usual") / pl.col("usual").sum().over("item_id")
    share = (pl.col("sold_pcs") + habit_pcs) / (pl.col("item_pcs") + rules.habit_pcs)
    item_rate = (pl.col("item_pcs") + rules.prior_pcs * pl.len().over("item_id")) * (DAY_S / rules.memory_s)
    rate = share * item_rate * _heat(rules)
    return ListingRate.validate(usual.select("listing_id", rate_per_day=rate))


def _weighed(age_s: pl.Expr, memory_s: float) -> pl.Expr:
    return (pl.col("pcs") * (-age_s / memory_s).exp()).sum()


def _heat(rules: QuotaRules) -> pl.Expr:
    """How many times its usual rate an item sells now: lately beside what is usual; so far as that says little, the whole shop's."""
    part = rules.moves_within_s / rules.memory_s
    of_shop = (pl.col("lately_pcs").sum() + HEAT_PCS) / (pl.col("sold_pcs").sum() * part + HEAT_PCS)
    return (pl.col("item_lately_pcs") + HEAT_PCS * of_shop) / (pl.col("item_pcs") * part + HEAT_PCS)
