"""Frames of stock: what 1C counted, what a channel is to show, what it answered.

Stages: `StockCounted → StockOffered → StockSent`. Pieces are whole; a place is a 1C warehouse id, empty where the file names none.
Source: `reference/commerceml.md` §2.2.
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from validation.catalog import Strict
from validation.checks import is_true, is_within
from validation.listings import OUTCOMES


class StockCounted(Strict):
    """1C's free figure, one row per (item, place); ``key`` is ``item_ref|place``; may be negative.

    ``is_whole``: the file states all places of this item, so a place it does not list holds nothing. Never guessed: true only where
    the stated total equals the sum of the listed places, or a total is stated and no place is listed.
    """

    row: int
    item_ref: str = pa.Field(nullable=True)
    place: str
    pcs: int = pa.Field(nullable=True)
    is_whole: bool

    @pa.check("item_ref", ignore_na=False)
    @classmethod
    def has_ref(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a reference nothing can be linked."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("pcs")
    @classmethod
    def count_is_sane(cls, data: PolarsData) -> pl.LazyFrame:
        """Either way, a hundred million pieces is a slip."""
        return is_within(data, -100_000_000, 100_000_000)


class StockOffered(Strict):
    """What a channel is to show, one row per listing and warehouse of the channel; ``warehouse_ref`` empty where it has only one.

    ``is_alone``: it was in a batch that was refused whole without a word about which row was bad, so it goes in a batch of its own.
    """

    listing_id: int
    warehouse_ref: str
    item_ref: str
    channel_sku: str
    refs: str
    pcs: int = pa.Field(ge=0)
    is_alone: bool


class StockDiffering(StockOffered):
    """What a channel is to show and does not, one row per listing and warehouse, in the order of sending.

    ``shown_pcs`` null: the channel does not manage its stock, so it sells without limit, or it has no figure for it yet.
    """

    shown_pcs: int = pa.Field(nullable=True)


class StockShown(Strict):
    """What a channel shows, one row per listing and warehouse read.

    ``pcs`` null where it does not manage stock at all or was never told; ``reserved_pcs`` is what it keeps for orders beside that, null
    where it does not say.
    """

    listing_id: int
    warehouse_ref: str
    pcs: int = pa.Field(nullable=True)
    reserved_pcs: int = pa.Field(nullable=True)


class StockKept(Strict):
    """What the hub remembers of a figure, one row per listing and warehouse.

    ``sent_pcs`` is the last that left and when, ``is_open``: nobody knows yet what became of it. ``refused_pcs`` is the last that was
    refused, null where the channel took one since.
    """

    listing_id: int
    warehouse_ref: str
    sent_pcs: int = pa.Field(nullable=True)
    sent_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(nullable=True)
    is_open: bool
    refused_pcs: int = pa.Field(nullable=True)
    refused_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(nullable=True)
    refused_reason: str = pa.Field(nullable=True)


class StockSent(Strict):
    """What became of a write, one row per listing and warehouse sent; ``reason`` and ``sentence`` null where accepted.

    ``pending``: taken by the channel, which needs a while until it shows it.
    """

    listing_id: int
    warehouse_ref: str
    pcs: int
    outcome: str = pa.Field(isin=OUTCOMES)
    reason: str = pa.Field(nullable=True)
    sentence: str = pa.Field(nullable=True)
