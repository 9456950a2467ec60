"""What a carrier is told of a shipment and what it tells back: the words between the hub and any carrier, none of a vendor's own.

Our reference of a shipment («номер отправления») is its external key there, so that whatever is sent twice is one. It is short
(`REF_MOST`), since people read it from labels, and never given to another shipment. ``carrier_ref`` is the carrier's own key of a thing of
its own, ``tracking`` the number that buyers follow it by.

Nothing here is transliterated: names and addresses are as they are to be sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

REF_MOST = 32
"""Characters of our reference of a shipment; CDEK's older text allows no more (`reference/services.md` §1)."""

PointKind = Literal["office", "locker"]
"""«ПВЗ», «постамат»."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CityAsked:
    """A town as a buyer or a channel wrote it; what is not known is empty.

    Args:
        name: without «г.».
        country: ISO 3166-1, two letters.
        fias: its key in the state's register of addresses.
    """

    name: str
    region: str = ""
    postcode: str = ""
    country: str = "RU"
    fias: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """A row of the carrier's directory.

    Args:
        city_ref: the carrier's key; naming it leaves no room for a misunderstanding.
        district: «район», where two towns of one region share a name.
    """

    city_ref: str
    name: str
    region: str = ""
    district: str = ""
    country: str = "RU"

    @property
    def title(self) -> str:
        """As a person tells it from its namesakes."""
        return ", ".join(part for part in (self.name, self.district, self.region, self.country if self.country != "RU" else "") if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class CityFound:
    """Which town is meant.

    Args:
        state: found (``city`` is it); ambiguous (a person chooses one of ``candidates``); unknown (``candidates`` are the nearest names).
        sentence: what to do where it was not found, for a manager.
    """

    state: Literal["found", "ambiguous", "unknown"]
    city: City | None = None
    candidates: tuple[City, ...] = ()
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A place of the carrier's where parcels are given out.

    Args:
        hands_out: gives parcels to buyers.
        takes_in: takes parcels from senders.
        takes_money: lets a buyer pay for what he gets.
        weight_max_g: of a whole shipment; none for any.
        cells_mm: of a locker: the sizes of its cells, sides from the longest; empty where the carrier does not tell.
    """

    point_ref: str
    kind: PointKind
    city_ref: str
    name: str
    address: str
    hands_out: bool
    takes_in: bool
    takes_money: bool
    weight_max_g: int | None = None
    cells_mm: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PointFound:
    """Whether a point may be named in a shipment.

    Args:
        state: found; unsuited (it is there, but will not do for these parcels); unknown (there is no such point, or not any more).
        candidates: points of the same town that will do, for a person to choose from.
        sentence: what is wrong, for a manager.
    """

    state: Literal["found", "unsuited", "unknown"]
    point: Point | None = None
    candidates: tuple[Point, ...] = ()
    sentence: str | None = None


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
            exists (the same, but it had been there before this call); refused (it will not be taken as it is).
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


TrackState = Literal[
    "registered", "accepted", "in_transit", "ready", "delivered", "not_delivered", "returned", "lost", "cancelled", "refused", "other"
]
"""Where a shipment is: told of and not handed over | with the carrier at the sender's | on its way, a courier's round included | waits at
a point or in a locker | the buyer has it | the buyer has not and will not, it comes back | the shop has it again | nobody will ever
have it | called off before it left | the carrier never took it | a status that nobody here knows: shown, never guessed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackEvent:
    """Something that happened to a shipment.

    Args:
        at: when, by the carrier's clock.
        code: the carrier's own word.
        state: ours for it; other where the word is not known.
        title: the carrier's sentence for people.
        reason: the carrier's code of why it was not delivered, or only in part; none elsewhere.
    """

    at: datetime
    code: str
    state: TrackState
    title: str = ""
    city: str = ""
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackLine:
    """Pieces of one thing in a parcel and what the buyer kept of them.

    Args:
        delivered_pcs: none where the carrier does not say, or it has not come to that.
        direct_tracking: of a parcel that comes back: the number of the shipment in which it was sold; none where that is not told.
    """

    parcel: str
    sku: str
    pcs: int
    delivered_pcs: int | None = None
    direct_tracking: str | None = None


ShipmentKind = Literal["direct", "return", "client_return"]
"""To the buyer | what he did not take, on its way back | what he had and sends back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Another shipment of the same goods. ``kind`` is that other's; ``tracking`` may come later."""

    kind: ShipmentKind
    carrier_ref: str
    tracking: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """A shipment as its carrier shows it now.

    Args:
        kind: never apply what happens to one that goes back to the sale: that one is «delivered» when the shop has it.
        ref: ours; a return has none, or the one of the shipment it comes back from.
        state: of the newest event that tells one; ``returned`` and ``lost`` of a direct one count what became of it on its way back.
        events: in the order of their time; those that the carrier took back are not among them.
        is_partial: delivered, but not all of it: the rest comes back as a shipment of its own.
        lines: what is in it, as far as the carrier tells.
        related: its returns, or what it comes back from.
        planned_on: when it should be there.
    """

    carrier_ref: str
    kind: ShipmentKind
    state: TrackState
    ref: str | None = None
    tracking: str | None = None
    events: tuple[TrackEvent, ...] = ()
    is_partial: bool = False
    lines: tuple[TrackLine, ...] = ()
    related: tuple[Related, ...] = ()
    planned_on: date | None = None

    @property
    def is_final(self) -> bool:
        """Nothing more will happen to it; one that was not delivered, or in part, still comes back."""
        return self.state in FINAL and not self.is_partial


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint:
    """Which shipment a push speaks of. Nothing else of it is believed: pushes are not signed, and the truth is fetched.

    Args:
        kind: what the carrier calls it.
        carrier_ref: of the shipment; none for a push about something else.
    """

    kind: str
    carrier_ref: str | None = None


FINAL: frozenset[TrackState] = frozenset({"delivered", "returned", "lost", "cancelled", "refused"})


def unsuited(point: Point, parcels: Sequence[Parcel], *, collects: bool) -> str | None:
    """Why a point will not do for these parcels, in a sentence; none where it will.

    Args:
        point: it.
        parcels: of one shipment.
        collects: the buyer pays there.
    """
    weight_g = sum(parcel.weight_g for parcel in parcels)
    if not point.hands_out:
        return f"Пункт {point.point_ref} не выдаёт посылки."
    if collects and not point.takes_money:
        return f"В пункте {point.point_ref} нельзя оплатить заказ при получении."
    if point.weight_max_g is not None and weight_g > point.weight_max_g:
        return f"Посылка весит {_kg(weight_g)}, а пункт {point.point_ref} принимает до {_kg(point.weight_max_g)}."
    if point.kind != "locker":
        return None
    if len(parcels) > 1:
        return f"В постамат {point.point_ref} можно положить только одно место, а в отправлении их {len(parcels)}."
    sides = parcels[0].sides_mm if parcels else None
    if sides and point.cells_mm and not _fits(sides, point.cells_mm):
        return f"Коробка {' × '.join(f'{side / 10:g}' for side in sides)} см не помещается ни в одну ячейку постамата {point.point_ref}."
    return None


def _fits(sides: tuple[int, int, int], cells: Iterable[tuple[int, int, int]]) -> bool:
    return any(all(side <= room for side, room in zip(sides, cell, strict=True)) for cell in cells)


def _kg(weight_g: int) -> str:
    return f"{weight_g / 1000:g} кг".replace(".", ",")
