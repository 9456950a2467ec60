"""A shipment as its carrier is told it, out of what the hub knows of its order and goods."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tasks.rules.carrier import Address, CarrierShipment, Parcel, ParcelItem
from tasks.rules.destinations import Destination


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxLine:
    """Units of a line in a box.

    Args:
        price_kopecks: of one unit; None: the channel did not tell.
        weight_g: of one unit; None: nobody knows.
        vat: as 1C has it: a per cent, or ``none``.
        marks: codes of these units.
    """

    line_ref: str
    sku: str
    name: str
    pcs: int
    price_kopecks: int | None
    weight_g: int | None
    vat: str | None = None
    marks: tuple[str, ...] = ()


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

    @property
    def marks_missing(self) -> int:
        """How many codes it still waits for."""
        entered = {code for box in self.boxes for line in box.lines for code in line.marks}
        return max(0, sum(self.marks_wanted.values()) - len(entered))


def lacking_goods(shipment: ToCarry) -> list[str]:
    """Codes of `validation.reasons` for what of its goods a person has to tell."""
    lines = [line for box in shipment.boxes for line in box.lines]
    found = {
        "shipment_needs_marks": shipment.marks_missing > 0,
        "shipment_weight_is_known": any(box.weight_g is None for box in shipment.boxes),
        "shipment_price_is_known": any(line.price_kopecks is None for line in lines),
    }
    return [reason for reason, is_so in found.items() if is_so]


def as_carried(shipment: ToCarry, to: str | Address, *, to_locker: bool = False) -> CarrierShipment:
    """What the carrier is told; everything it needs is known.

    Args:
        shipment: it.
        to: a point, or a door in a town that the carrier knows.
        to_locker: the point is a locker.
    """
    return CarrierShipment(
        ref=shipment.number,
        recipient=shipment.destination.person,
        to=to,
        to_locker=to_locker,
        parcels=tuple(_parcel(box, collects=shipment.collects) for box in shipment.boxes),
        tariff=shipment.tariff,
        delivery_kopecks=shipment.delivery_kopecks if shipment.collects else 0,
        comment=shipment.destination.comment,
    )


def _parcel(box: Boxed, *, collects: bool) -> Parcel:
    length, width, height = box.sides_mm or (None, None, None)
    return Parcel(
        number=str(box.package_no),
        weight_g=box.weight_g or 0,
        items=tuple(_item(line, collects=collects) for line in box.lines),
        length_mm=length,
        width_mm=width,
        height_mm=height,
    )


def _item(line: BoxLine, *, collects: bool) -> ParcelItem:
    price = line.price_kopecks or 0
    return ParcelItem(
        sku=line.sku,
        name=line.name,
        pcs=line.pcs,
        cost_kopecks=price,
        weight_g=line.weight_g or 0,
        collect_kopecks=price if collects else 0,
        vat_percent=int(line.vat) if line.vat is not None and line.vat.isdigit() else None,
        marks=line.marks,
    )
