"""A shipment as its carrier is told it, out of what the hub knows of its order and goods, and what a person is asked before.

Abroad customs want more: whose passport, what the goods are in a foreign language, whose brand, from which country (`tasks.rules.customs`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tasks.rules.carrier import Address, CarrierShipment, Parcel, ParcelItem
from tasks.rules.customs import goods_question, papers_question
from tasks.rules.destinations import Destination, in_script
from tasks.rules.latin import LatinRules, to_latin
from tasks.rules.questions import Question, once


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxLine:
    """Units of a line in a box.

    Args:
        price_kopecks: of one unit; None: the channel did not tell.
        weight_g: of one unit; None: nobody knows.
        vat: as 1C has it: a per cent, or ``none``.
        marks: codes of these units.
        brand: whose make it is; empty where nobody said, as ``origin``: the country, ISO, two letters.
    """

    line_ref: str
    sku: str
    name: str
    pcs: int
    price_kopecks: int | None
    weight_g: int | None
    vat: str | None = None
    marks: tuple[str, ...] = ()
    brand: str = ""
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Boxed:
    """A box with its lines."""

    package_no: int
    weight_g: int | None
    sides_mm: tuple[int, int, int] | None
    lines: tuple[BoxLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToCarry:
    """A shipment before its carrier is told.

    Args:
        number: ours.
        destination: as the order and people tell it.
        collects: the buyer pays when he gets it.
        delivery_kopecks: of the carriage, in the first part of an order only.
        marks_wanted: codes that are needed, by line.
        latin: which routes are written in Latin.
        invoiced_on: the day of the invoice that goes with it abroad, in the shop's time.
    """

    number: str
    order_number: str
    channel: str
    destination: Destination
    boxes: tuple[Boxed, ...]
    collects: bool = False
    delivery_kopecks: int = 0
    tariff: str | None = None
    marks_wanted: Mapping[str, int] = field(default_factory=dict)
    latin: LatinRules = field(default_factory=LatinRules)
    invoiced_on: date | None = None

    @property
    def written(self) -> Destination:
        """Its destination as the route writes it."""
        return in_script(self.destination, self.latin)[0]

    @property
    def lines(self) -> tuple[BoxLine, ...]:
        """Of all boxes."""
        return tuple(line for box in self.boxes for line in box.lines)

    @property
    def marks_missing(self) -> int:
        """How many codes it still waits for."""
        entered = {code for box in self.boxes for line in box.lines for code in line.marks}
        return max(0, sum(self.marks_wanted.values()) - len(entered))


def questions(shipment: ToCarry) -> tuple[Question, ...]:
    """What a person has to tell of it, and what he had better look at, before the carrier is asked anything."""
    to = shipment.destination
    _, of_script = in_script(to, shipment.latin)
    is_latin = shipment.latin.script(to.country) == "latin"
    of_place = [one for one in to.questions if not (is_latin and one.code == "address_is_in_cyrillic")]
    of_customs = (papers_question(to), goods_question(shipment.lines)) if to.is_abroad else ()
    return once([*of_place, *of_script, *(one for one in of_customs if one is not None), *_about_goods(shipment)])


def _about_goods(shipment: ToCarry) -> Iterator[Question]:
    if shipment.marks_missing > 0:
        yield Question(
            code="shipment_needs_marks", part="goods", more=f"Отправление {shipment.number}: не хватает {shipment.marks_missing}."
        )
    is_weighed = None not in {box.weight_g for box in shipment.boxes}
    if not is_weighed or (shipment.destination.is_abroad and None in {line.weight_g for line in shipment.lines}):
        yield Question(code="shipment_weight_is_known", part="goods")
    if any(line.price_kopecks is None for line in shipment.lines):
        yield Question(code="shipment_price_is_known", part="goods")


def as_carried(shipment: ToCarry, to: str | Address, *, to_locker: bool = False) -> CarrierShipment:
    """What the carrier is told; everything it needs is known.

    Args:
        shipment: it.
        to: a point, or a door in a town that the carrier knows, as the route writes it.
        to_locker: the point is a locker.
    """
    written, is_abroad = shipment.written, shipment.destination.is_abroad
    return CarrierShipment(
        ref=shipment.number,
        recipient=written.person,
        to=to,
        to_locker=to_locker,
        parcels=tuple(_parcel(box, shipment, is_abroad=is_abroad) for box in shipment.boxes),
        tariff=shipment.tariff,
        delivery_kopecks=shipment.delivery_kopecks if shipment.collects else 0,
        comment=written.comment,
        invoiced_on=shipment.invoiced_on if is_abroad else None,
    )


def _parcel(box: Boxed, shipment: ToCarry, *, is_abroad: bool) -> Parcel:
    length, width, height = box.sides_mm or (None, None, None)
    return Parcel(
        number=str(box.package_no),
        weight_g=box.weight_g or 0,
        items=tuple(_item(line, shipment, is_abroad=is_abroad) for line in box.lines),
        length_mm=length,
        width_mm=width,
        height_mm=height,
    )


def _item(line: BoxLine, shipment: ToCarry, *, is_abroad: bool) -> ParcelItem:
    """A piece; abroad its name stands in Latin beside the one that the shop gave it."""
    price = line.price_kopecks or 0
    return ParcelItem(
        sku=line.sku,
        name=line.name,
        pcs=line.pcs,
        cost_kopecks=price,
        weight_g=line.weight_g or 0,
        collect_kopecks=price if shipment.collects else 0,
        vat_percent=int(line.vat) if line.vat is not None and line.vat.isdigit() else None,
        marks=line.marks,
        latin_name=to_latin(line.name, shipment.latin.standard).text if is_abroad else "",
        brand=to_latin(line.brand, shipment.latin.standard).text if is_abroad else "",
        origin=line.origin if is_abroad else "",
        gross_weight_g=line.weight_g if is_abroad else None,
    )
