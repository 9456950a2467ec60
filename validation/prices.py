"""Frames of prices on channels: `PriceOffered → PriceDiffering → PriceSent`, compared with `PriceShown`.

A price is whole kopecks per piece. ``campaign_ref`` is the region or campaign whose price it is, empty for the whole account.
``old_kopecks`` is the price shown crossed out, null for none.
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from validation.catalog import Strict
from validation.listings import OUTCOMES


class PriceOffered(Strict):
    """What a channel is to ask for, one row per listing and campaign."""

    listing_id: int
    campaign_ref: str
    item_ref: str
    channel_sku: str
    refs: str
    price_kopecks: int = pa.Field(gt=0)
    old_kopecks: int = pa.Field(nullable=True)


class PriceDiffering(PriceOffered):
    """What a channel is to ask for and does not, one row per listing and campaign; ``shown_kopecks`` null: it shows no price."""

    shown_kopecks: int = pa.Field(nullable=True)


class PriceShown(Strict):
    """What a channel asks for, one row per listing and campaign read; ``price_kopecks`` null where it has no price."""

    listing_id: int
    campaign_ref: str
    price_kopecks: int = pa.Field(nullable=True)


class PriceRemembered(Strict):
    """What a channel said of prices, one row per listing and campaign that was ever sent or read.

    ``accepted_kopecks``: the last it took, shown or not. ``refused_kopecks``: the last it refused; null where it took one since.
    """

    listing_id: int
    campaign_ref: str
    accepted_kopecks: int = pa.Field(nullable=True)
    accepted_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(nullable=True)
    refused_kopecks: int = pa.Field(nullable=True)
    refused_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(nullable=True)


class PriceSent(Strict):
    """What became of a price, one row per listing and campaign sent; ``reason`` and ``sentence`` null where accepted."""

    listing_id: int
    campaign_ref: str
    price_kopecks: int
    outcome: str = pa.Field(isin=OUTCOMES)
    reason: str = pa.Field(nullable=True)
    sentence: str = pa.Field(nullable=True)
