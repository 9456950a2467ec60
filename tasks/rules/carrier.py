"""What a carrier is told of a shipment and what it tells back: the words between the hub and any carrier, none of a vendor's own.

Our reference of a shipment («номер отправления») is its external key there, so that whatever is sent twice is one. It is short
(`REF_MOST`), since people read it from labels, and never given to another shipment. ``carrier_ref`` is the carrier's own key of a thing of
its own, ``tracking`` the number that buyers follow it by.

Nothing here is transliterated: names and addresses are as they are to be sent.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

REF_MOST = 32
"""Characters of our reference of a shipment; CDEK's older text allows no more (`reference/services.md` §1)."""
LABEL_MOST = 20
"""Characters of an item's code there, by the older text (the same section)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelItem:
    """Pieces of one thing in a parcel; money and weight are of one piece.

    Args:
        sku: the code on the label and in the carrier's papers.
        pcs: in this parcel; never none.
        cost_kopecks: declared value.
        collect_kopecks: what the buyer has still to pay for it; 0 for what is paid.
        vat_percent: of what is collected; none for «без НДС».
        marks: codes of «Честный ЗНАК», one per piece, whole with their separators; empty for goods that need none.
        latin_name: abroad only, as are ``brand``, ``origin`` (ISO, two letters) and ``gross_weight_g``.
    """

    sku: str
    name: str
    pcs: int
    cost_kopecks: int
    weight_g: int
    collect_kopecks: int = 0
    vat_percent: int | None = None
    marks: tuple[str, ...] = ()
    latin_name: str = ""
    brand: str = ""
    origin: str = ""
    gross_weight_g: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A box («место»).

    Args:
        number: within its shipment, stable.
        weight_g: of the whole box.
        length_mm: none where nobody measured; all three sides or none.
    """

    number: str
    weight_g: int
    items: tuple[ParcelItem, ...]
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None

    @property
    def sides_mm(self) -> tuple[int, int, int] | None:
        """From the longest; none where it was not measured."""
        if self.length_mm is None or self.width_mm is None or self.height_mm is None:
            return None
        longest, middle, shortest = sorted((self.length_mm, self.width_mm, self.height_mm), reverse=True)
        return longest, middle, shortest


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A door.

    Args:
        city_ref: the carrier's key of the town, found before (`CityFound`).
        line: street, house, flat, as the courier reads them.
    """

    city_ref: str
    line: str
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = "RU"


@dataclass(frozen=True, kw_only=True, slots=True)
class Passport:
    """What customs ask of somebody who gets a parcel from abroad."""

    series: str
    number: str
    issued_on: date
    issued_by: str
    born_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who gets a parcel.

    Args:
        phone: E.164.
        extension: its digits.
        company: a company's name, where it is one.
        inn: its tax number, or a person's where customs ask for it.
    """

    name: str
    phone: str
    extension: str = ""
    email: str = ""
    company: str = ""
    inn: str = ""
    passport: Passport | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CarrierShipment:
    """What one waybill carries, whole.

    Args:
        ref: ours, stable for ever, at most `REF_MOST` characters.
        tariff: the carrier's code; none: the one in settings for such a route.
        to: where it goes: the ``point_ref`` of a point, or a door.
        to_locker: the point is a locker.
        parcels: at least one.
        delivery_kopecks: what the buyer has still to pay for the carriage.
        delivery_vat_percent: of that; none for «без НДС».
        comment: for the courier.
        invoiced_on: abroad only: the day of the invoice.
    """

    ref: str
    recipient: Person
    to: str | Address
    parcels: tuple[Parcel, ...]
    to_locker: bool = False
    tariff: str | None = None
    delivery_kopecks: int = 0
    delivery_vat_percent: int | None = None
    comment: str = ""
    invoiced_on: date | None = None

    @property
    def weight_g(self) -> int:
        """Of all parcels."""
        return sum(parcel.weight_g for parcel in self.parcels)

    @property
    def cost_kopecks(self) -> int:
        """Declared value of everything."""
        return sum(item.pcs * item.cost_kopecks for parcel in self.parcels for item in parcel.items)

    @property
    def collect_kopecks(self) -> int:
        """What the buyer has still to pay, the carriage included."""
        return self.delivery_kopecks + sum(item.pcs * item.collect_kopecks for parcel in self.parcels for item in parcel.items)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """What a shipment would cost.

    Args:
        tariff: the carrier's code.
        state: available; refused (not this way, or not for such parcels).
        price_kopecks: for the shop, insurance included.
        days_min: calendar days until it is there; none where the carrier does not say.
        sentence: why not, for a manager.
    """

    tariff: str
    state: Literal["available", "refused"]
    price_kopecks: int | None = None
    days_min: int | None = None
    days_max: int | None = None
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """How far the carrier is with a shipment that it was given.

    Args:
        ref: ours.
        state: pending (sent, or perhaps sent: ask again, that never makes a second one); accepted (it has a tracking number now);
            exists (it is there under our reference, although this call had not known its ``carrier_ref``); refused (it will not be taken
            as it is).
        carrier_ref: the carrier's key, as soon as it is known: keep it at once, also of a pending one.
        tracking: the number that buyers follow it by.
        codes: the carrier's own codes of why it was refused.
        sentence: why it was refused, for a manager; without personal data.
    """

    ref: str
    state: Literal["pending", "accepted", "exists", "refused"]
    carrier_ref: str | None = None
    tracking: str | None = None
    codes: tuple[str, ...] = ()
    sentence: str | None = None

    @property
    def is_settled(self) -> bool:
        """Nothing more comes of asking."""
        return self.state != "pending"


@dataclass(frozen=True, kw_only=True, slots=True)
class CalledOff:
    """What became of a wish to take a shipment back.

    Args:
        state: pending (asked, ask again); cancelled (nothing will leave); coming_back (it had left, and turns round); left (it has left,
            and turning it round costs money: only with consent); refused (too late for anything).
        sentence: for a manager, where it is not simply so.
    """

    carrier_ref: str
    state: Literal["pending", "cancelled", "coming_back", "left", "refused"]
    sentence: str | None = None


def label_code(sku: str) -> str:
    """An item's code as a carrier takes it and tells it back: the code itself, or its beginning with a digest where it is too long."""
    if len(sku) <= LABEL_MOST:
        return sku
    digest = hashlib.sha256(sku.encode()).hexdigest()[:6]
    return f"{sku[: LABEL_MOST - len(digest) - 1]}~{digest}"
