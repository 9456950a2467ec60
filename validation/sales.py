"""Frames of orders from channels: `OrderReceived`.

Money is whole kopecks per piece, instants are UTC.
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from validation.catalog import Strict

STATES = ("unpaid", "new", "confirmed", "shipped", "delivered", "cancelled", "returned", "other")
"""``unpaid``: reserved but not paid for; ``new``: sold, nobody has confirmed it; ``other``: a status of the vendor's we do not know."""


class OrderReceived(Strict):
    """An order as a channel tells it, one row per line.

    ``order_ref`` is the channel's key of what is handled as one: Wildberries' assembly task (one piece), Ozon's posting, Yandex
    Market's and WooCommerce's order. ``basket_ref`` joins those that the buyer placed together; ``parent_ref`` is the posting that a
    split came from. ``status`` is the vendor's own word, ``state`` ours for it. ``is_by_channel``: the channel ships it from a warehouse
    of its own. ``buyer``, ``terms`` and ``payload`` are JSON: what is known of the buyer; ``delivery_kopecks, delivery_method,
    payment_method, payment_number, paid_at`` as far as told; and the whole order as received.
    """

    order_ref: str
    line_ref: str
    basket_ref: str = pa.Field(nullable=True)
    parent_ref: str = pa.Field(nullable=True)
    channel_sku: str
    pcs: int = pa.Field(gt=0)
    price_kopecks: int = pa.Field(nullable=True, ge=0)
    warehouse_ref: str
    status: str
    state: str = pa.Field(isin=STATES)
    placed_at: Annotated[pl.Datetime, "us", "UTC"]
    changed_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(nullable=True)
    ship_by_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(nullable=True)
    is_by_channel: bool
    buyer: str = pa.Field(nullable=True)
    terms: str = pa.Field(nullable=True)
    payload: str
