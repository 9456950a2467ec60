"""What goes with parcels: papers to be printed, and a courier who fetches them."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from tasks.rules.carrier import Address

FormKind = Literal["waybill", "barcode"]
"""«Накладная» for the carrier's papers, a label for each parcel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """Something to be printed.

    Args:
        form_ref: the carrier's key of it.
        state: pending; ready (``pdf`` is it); gone (it was kept for an hour: ask anew); refused.
    """

    form_ref: str
    state: Literal["pending", "ready", "gone", "refused"]
    pdf: bytes | None = None
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pickup:
    """A courier is to come for parcels.

    Args:
        carrier_ref: for one shipment; none: for whatever lies at ``address``.
        address: where to come; none: where the shipment leaves from.
        starts_at: the shop's local time, as ``ends_at``, ``lunch_starts_at`` and ``lunch_ends_at``.
        weight_g: of all together, without a shipment; its sides likewise.
        name: what it is, in a word.
    """

    on: date
    starts_at: time
    ends_at: time
    carrier_ref: str | None = None
    address: Address | None = None
    lunch_starts_at: time | None = None
    lunch_ends_at: time | None = None
    name: str = ""
    weight_g: int | None = None
    comment: str = ""
    needs_call: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PickupSaid:
    """How far the carrier is with a courier.

    Args:
        state: pending; agreed; exists (one comes on that day to that place, or for that shipment, already); refused; cancelled.
        pickup_ref: the carrier's key; none where it refused, or where another one exists.
    """

    state: Literal["pending", "agreed", "exists", "refused", "cancelled"]
    pickup_ref: str | None = None
    sentence: str | None = None
