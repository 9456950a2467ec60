"""Frames of returns: what a source tells of goods that come back, and a row of a manager's workbook.

A return is told by whoever sees it: the channel, the carrier, a manager. All tell the same pieces, each by a key of its own.
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from validation.catalog import Strict

STATES = ("announced", "coming", "ready", "gone", "received", "cancelled")
"""``ready``: waits to be fetched by us; ``gone``: lost, disposed of, or kept by the channel; ``cancelled``: nothing comes back."""
CONDITIONS = ("sellable", "defect", "unknown")
DECISIONS = ("restock", "write_off", "to_supplier", "ask")
WORKBOOK = "workbook"
"""The source that is a manager: what a person has looked at goes before what anybody else supposes."""

MOST_PCS = 10_000
"""Of one row: nobody sends more back at once."""
Instant = Annotated[pl.Datetime, "us", "UTC"]


class ReturnReceived(Strict):
    """Pieces of one order line that a source tells of, one row per return and line.

    ``return_ref`` is the source's own key; where the source tells pieces of one return apart, each has a key of its own and ``group_ref``
    is the return. A report is of whole returns: pieces that it told of before and no longer names are not coming.

    ``channel`` null: ``order_ref`` is the order as people call it, by our number or by the channel's. ``line_ref`` is the channel's key of
    the line where the source knows it; else ``sku`` names the goods, by the channel's code or our article; neither: the order has but one
    line. ``pcs`` are units of the order's line, a bundle being one. ``decision`` null: nobody has decided. ``changed_at``: the source's
    instant of this state, where it has one. ``payload`` is JSON without the buyer.
    """

    return_ref: str
    group_ref: str = pa.Field(nullable=True)
    channel: str = pa.Field(nullable=True)
    order_ref: str
    line_ref: str = pa.Field(nullable=True)
    sku: str = pa.Field(nullable=True)
    pcs: int = pa.Field(gt=0)
    state: str = pa.Field(isin=STATES)
    status: str
    condition: str = pa.Field(isin=CONDITIONS)
    decision: str = pa.Field(nullable=True, isin=DECISIONS)
    reason: str = pa.Field(nullable=True)
    reported_at: Instant = pa.Field(nullable=True)
    changed_at: Instant = pa.Field(nullable=True)
    received_at: Instant = pa.Field(nullable=True)
    payload: str = pa.Field(nullable=True)


class ReturnWritten(Strict):
    """A row of the workbook as it stands there, all text; ``row`` is the number that Excel shows beside it."""

    row: int
    key: str = pa.Field(nullable=True)
    order: str = pa.Field(nullable=True)
    sku: str = pa.Field(nullable=True)
    pcs: str = pa.Field(nullable=True)
    condition: str = pa.Field(nullable=True)
    decision: str = pa.Field(nullable=True)
    reason: str = pa.Field(nullable=True)
    day: str = pa.Field(nullable=True)


class ReturnRow(Strict):
    """A row of the workbook that says all it must; ``key`` is its own, from the form or made of what it says."""

    row: int
    key: str
    order: str
    sku: str
    pcs: int = pa.Field(ge=1, le=MOST_PCS)
    condition: str = pa.Field(isin=CONDITIONS)
    decision: str = pa.Field(nullable=True, isin=DECISIONS)
    reason: str = pa.Field(nullable=True)
    received_on: pl.Date = pa.Field(nullable=True)


class CellRefused(Strict):
    """What is wrong with a cell of the workbook, one row per cell and fault; ``column`` is its name here."""

    row: int
    column: str
    reason: str
    sentence: str
