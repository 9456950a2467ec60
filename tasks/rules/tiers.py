"""What a buyer's purchases earn: the section ``tiers`` of the settings, and the rule that reads it."""

from datetime import datetime
from decimal import Decimal

import polars as pl
from pydantic import Field, model_validator

from validation.customers import PurchaseMade, TierEarned
from validation.part import Part


class Tier(Part):
    """What is earned by so many roubles, or so many orders, or both, within so many days."""

    code: str = Field(min_length=1, max_length=100, description="не меняется: под ним уровень знает CRM")
    title: str = Field(min_length=1, max_length=100, description="как его называют покупателю")
    from_roubles: Decimal | None = Field(default=None, gt=0, le=10**9, decimal_places=2, description="куплено на столько или больше")
    from_orders: int | None = Field(default=None, ge=1, description="и столько заказов или больше")
    within_days: int | None = Field(default=None, ge=1, le=36_500, description="за столько дней, сегодняшний первый; без него за всё время")

    @model_validator(mode="after")
    def _is_earned(self) -> "Tier":
        if self.from_roubles is None and self.from_orders is None:
            raise ValueError(f"у уровня «{self.title}» нужно задать from_roubles, from_orders или оба")
        return self


class TierRules(Part):
    """The tiers, from the lowest to the highest."""

    levels: list[Tier] = Field(default_factory=list, description="от низшего к высшему: из заслуженных действует последний")

    @model_validator(mode="after")
    def _codes_differ(self) -> "TierRules":
        codes = [tier.code for tier in self.levels]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"код уровня стоит дважды: {', '.join(twice)}")
        return self

    def find(self, code: str | None) -> Tier | None:
        """The tier of this code; none where the settings no longer have it."""
        return next((tier for tier in self.levels if tier.code == code), None)


def tier_of(purchases: pl.DataFrame, now: datetime, rules: TierRules) -> pl.DataFrame:
    """The highest tier that each buyer has earned.

    A purchase of today is one day old, so that one of 1 March counts within 7 days up to and including 7 March; days are the shop's.

    Args:
        purchases: `PurchaseMade`; only what was delivered and not returned.
        now: in the shop's time zone.
        rules: the tiers.

    Returns:
        `TierEarned`, one row for each buyer of the purchases.

    Raises:
        ValueError: ``now`` is in no zone by name.
    """
    zone = getattr(now.tzinfo, "key", None)
    if zone is None:
        raise ValueError("now must be in the shop's zone")
    day = pl.col("paid_at").dt.convert_time_zone(zone).dt.date()
    aged = PurchaseMade.validate(purchases).with_columns(age_days=(pl.lit(now.date()) - day).dt.total_days() + 1)
    earned = aged.group_by("customer_id").agg(_is_earned(tier).alias(f"earned_{place}") for place, tier in enumerate(rules.levels))
    codes = [pl.when(pl.col(f"earned_{place}")).then(pl.lit(tier.code)) for place, tier in enumerate(rules.levels)]
    highest = pl.coalesce(*reversed(codes), pl.lit(None, pl.String))
    return TierEarned.validate(earned.select("customer_id", tier=highest).sort("customer_id"))


def _is_earned(tier: Tier) -> pl.Expr:
    """Whether the purchases of one buyer are enough."""
    kopecks = pl.col("kopecks")
    counted = kopecks if tier.within_days is None else kopecks.filter(pl.col("age_days") <= tier.within_days)
    claims = []
    if tier.from_roubles is not None:
        claims.append(counted.sum() >= int(tier.from_roubles * 100))
    if tier.from_orders is not None:
        claims.append(counted.len() >= tier.from_orders)
    return pl.all_horizontal(claims)
