"""Frames of buyers' purchases: `PurchaseMade → TierEarned`. Who they are is not in them."""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from validation.catalog import Strict


class PurchaseMade(Strict):
    """What a buyer bought at once, delivered and not returned: one row per purchase, however many parcels it went in."""

    customer_id: int
    paid_at: Annotated[pl.Datetime, "us", "UTC"]
    kopecks: int = pa.Field(ge=0)


class TierEarned(Strict):
    """The tier of a buyer, one row per buyer; null where nothing is earned."""

    customer_id: int = pa.Field(unique=True)
    tier: str = pa.Field(nullable=True)
