"""What a channel can do, one small Protocol per capability. Flows know these and no adapter."""

from contextlib import AbstractContextManager
from typing import Protocol

import polars as pl

from validation.quarantine import Judged


class SellsCatalog(Protocol):
    """Has a catalogue of its own, in which our codes may be found."""

    def find_listings(self, skus: list[str]) -> Judged:
        """`ListingFound` for the codes found, `RowRefused` for those that cannot be asked or sold by; the rest is not there."""
        ...


class SellsStock(Protocol):
    """Shows a figure of stock and takes an absolute one."""

    def read_stock(self, listings: pl.DataFrame) -> pl.DataFrame:
        """`StockShown` for those of ``listings`` (``listing_id, channel_sku, refs``) that are still there."""
        ...

    def send_stock(self, offered: pl.DataFrame) -> pl.DataFrame:
        """`StockSent`, one row per row of `StockOffered`: which were accepted, which refused and why, which nobody knows of."""
        ...


class Channel(SellsCatalog, SellsStock, AbstractContextManager["Channel"], Protocol):
    """A channel that is told its stock."""

    def ping(self) -> None:
        """Returns where address, keys and rights are good; raises a `SyncError` that says what is not."""
        ...
