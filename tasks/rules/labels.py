"""What is stuck on parcels: the words between the hub and whoever prints it."""

from dataclasses import dataclass
from typing import Literal

LabelKind = Literal["label", "waybill", "barcode", "supply"]
"""A channel's label for an order | the carrier's papers | the carrier's label for each box | a channel's code for a whole supply."""
Format = Literal["pdf", "png", "svg", "zplv", "zplh"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelAsked:
    """A label that packers need.

    Args:
        subject: our number of the shipment, or the channel's key of a supply.
        order_ref: the channel's key of the order; empty for a supply.
        form_ref: what an earlier answer said to ask by.
    """

    subject: str
    order_ref: str
    kind: LabelKind = "label"
    form_ref: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelMade:
    """How far a label is.

    Args:
        state: ready (``content`` is it); pending (being made: ask again by ``form_ref``); not_yet (the order has not come so far);
            refused.
        sentence: why there is none, for a manager.
    """

    subject: str
    state: Literal["ready", "pending", "not_yet", "refused"]
    kind: LabelKind = "label"
    content: bytes | None = None
    format: Format = "pdf"
    form_ref: str | None = None
    sentence: str | None = None
