"""Frames of listings: what is found on a channel, what the hub knows of it, what a card is to say, what became of saying it.

Stages of a card: `CardWanted → CardSent`. A listing is an item or a bundle on one channel, known there by its ``channel_sku``; ``refs``
are the channel's own ids as JSON text, in the adapter's words and nobody else's.
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from validation.catalog import Strict

OUTCOMES = ("accepted", "refused", "pending", "unknown", "unsent")
"""What became of a write: ``pending`` the vendor decides later, ``unknown`` not answered (look before repeating), ``unsent`` never left."""


class ListingFound(Strict):
    """A card found on a channel, one row per channel code."""

    channel_sku: str
    refs: str


class ListingKept(Strict):
    """A listing the hub knows, one row per listing of the channel.

    ``is_live``: its item is still in 1C's export.
    """

    listing_id: int
    item_id: int
    item_ref: str
    channel_sku: str
    refs: str
    is_live: bool


class CardWanted(Strict):
    """What a card is to say, one row per item; legal for its channel: codes, texts, figures and links are ready to be sent.

    ``refs`` null: there is no such card yet. ``group_sku``: code that the variants of one product share, null where it has none.
    JSON texts: ``category`` object of the channel's own ids from the mapping table, ``attributes`` list of
    ``{"id": int, "values": [str]}`` likewise, ``characteristics`` object name → value of what tells the variants apart,
    ``barcodes`` and ``pictures`` (absolute URLs) lists of texts. ``vat``: percent without sign, ``none`` for no VAT.
    ``content_hash`` is of everything but ``refs`` and the price.
    """

    item_id: int
    channel_sku: str
    refs: str = pa.Field(nullable=True)
    group_sku: str = pa.Field(nullable=True)
    title: str
    description: str = pa.Field(nullable=True)
    brand: str = pa.Field(nullable=True)
    category: str = pa.Field(nullable=True)
    attributes: str
    characteristics: str
    vat: str = pa.Field(nullable=True)
    barcodes: str
    weight_g: int = pa.Field(nullable=True)
    length_mm: int = pa.Field(nullable=True)
    width_mm: int = pa.Field(nullable=True)
    height_mm: int = pa.Field(nullable=True)
    pictures: str
    price_kopecks: int = pa.Field(nullable=True)
    content_hash: str


class CardSent(Strict):
    """What became of a card, one row per card sent or asked about.

    ``task_ref``: what a pending card is asked about by. ``reason`` and ``sentence`` null where accepted or pending; the sentence of a
    refusal ends with the vendor's own words.
    """

    item_id: int
    channel_sku: str
    outcome: str = pa.Field(isin=OUTCOMES)
    task_ref: str = pa.Field(nullable=True)
    reason: str = pa.Field(nullable=True)
    sentence: str = pa.Field(nullable=True)


class CardKept(Strict):
    """A code of an item on a channel with what its card was told, one row per item that has either.

    ``refs`` null: there is no card. ``is_ours``: we made it. Hashes are `CardWanted.content_hash`: what was sent last, what the card says
    as far as the channel told us, what it last refused. ``task_ref``: the fate of what was sent is not known yet.
    """

    item_id: int
    channel_sku: str
    refs: str = pa.Field(nullable=True)
    is_ours: bool
    sent_hash: str = pa.Field(nullable=True)
    accepted_hash: str = pa.Field(nullable=True)
    refused_hash: str = pa.Field(nullable=True)
    refused_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(nullable=True)
    task_ref: str = pa.Field(nullable=True)


class CardPending(Strict):
    """A card whose fate the vendor has not told yet, one row per card."""

    item_id: int
    channel_sku: str
    task_ref: str
    sent_at: Annotated[pl.Datetime, "us", "UTC"]


class WarehouseFound(Strict):
    """A place a channel sells from, one row per place; ``is_open``: it takes figures of stock now, ``note`` says why not."""

    warehouse_ref: str
    name: str
    is_open: bool
    note: str = pa.Field(nullable=True)
