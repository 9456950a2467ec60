"""How fast a listing sells: a mean that forgets."""

from datetime import datetime

import polars as pl

from tasks.rules.quota_rules import DAY_S
from validation.quotas import ListingRate, ListingSold


def rates(sales: pl.DataFrame, now: datetime, memory_s: float) -> pl.DataFrame:
    """Pieces per day, each sale weighing less by a factor of *e* for every ``memory_s`` that passed since.

    Steady sales give their own rate; sales stamped later than now weigh as those of now.

    Args:
        sales: `ListingSold`, as far back as a few times ``memory_s``.
        now: the shop's instant.
        memory_s: the time constant.

    Returns:
        `ListingRate`.
    """
    age_s = (pl.lit(now) - pl.col("sold_at")).dt.total_microseconds().clip(0) / 1e6
    weighed = pl.col("pcs") * (-age_s / memory_s).exp()
    sold = ListingSold.validate(sales).sort("listing_id", "sold_at", "pcs")
    summed = sold.group_by("listing_id", maintain_order=True).agg(rate_per_day=weighed.sum() * (DAY_S / memory_s))
    return ListingRate.validate(summed)
