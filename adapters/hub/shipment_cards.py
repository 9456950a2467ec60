"""One shipment for a person: what its order tells, beside what its carrier is told, and what is asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.hub.hub import Hub
from adapters.hub.order_rows import OrderRow
from adapters.hub.shipment_booking import SENT
from adapters.hub.shipment_rows import ShipmentRow, load_shipments
from adapters.hub.shipment_tells import read_orders
from tasks.rules.carrier import Address, CarrierShipment
from tasks.rules.destinations import destination, in_script, point_of
from tasks.rules.questions import Question, once
from tasks.rules.shipping_rules import Ships


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """One thing as it was told and as it is written.

    Args:
        title: what it is, for people.
        original: as the order tells it.
        written: as the carrier was told it, or will be.
    """

    title: str
    original: str
    written: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A shipment on a page.

    Args:
        is_sent: ``lines`` are what the carrier was told; else what it will be told.
        corrected: parts that a person put right, by the names of a `Destination`.
        questions: what is open, and what had better be looked at.
    """

    number: str
    state: str
    is_sent: bool
    lines: tuple[Beside, ...]
    corrected: tuple[str, ...]
    questions: tuple[Question, ...]


def shipment_card(hub: Hub, ships: Mapping[str, Ships], number: str) -> Card | None:
    """A shipment by our number; none where there is no such shipment.

    Args:
        hub: the hub.
        ships: channel → how its orders leave.
        number: as 100001-1.
    """
    with hub.engine.begin() as connection:
        one = load_shipments(connection, numbers=[number]).get(number)
        if one is None:
            return None
        order = read_orders(connection, {one.order_id})[one.order_id]
    return _card(one, order, ships[order.channel])


def _card(one: ShipmentRow, order: OrderRow, ships: Ships) -> Card:
    to = destination(order.buyer, point_ref=point_of(order.payload, ships.own.point_fields), corrected=one.corrected)
    written, of_script = in_script(to, ships.latin)
    sent: CarrierShipment | None = SENT.validate_python(one.sent) if one.sent is not None else None
    door = sent.to if sent is not None and isinstance(sent.to, Address) else written.at_door("")
    told = order.buyer or {}
    who = told.get("recipient") or told.get("name") or {}
    place = told.get("address") or {}
    point = sent.to if sent is not None and isinstance(sent.to, str) else to.point_ref
    lines = [
        Beside(title="Получатель", original=who.get("full", ""), written=sent.recipient.name if sent is not None else written.name),
        Beside(title="Город", original=place.get("town", "") or place.get("city", ""), written=door.city),
        Beside(title="Адрес", original=place.get("text", ""), written=point or door.line),
        *_goods(sent),
    ]
    return Card(
        number=one.number,
        state=one.state,
        is_sent=sent is not None,
        lines=tuple(lines),
        corrected=tuple(sorted(one.corrected or {})),
        questions=() if sent is not None else once((*to.questions, *of_script)),
    )


def _goods(sent: CarrierShipment | None) -> Sequence[Beside]:
    items = [item for parcel in sent.parcels for item in parcel.items] if sent is not None else []
    return [Beside(title=f"Товар {item.sku}", original=item.name, written=item.latin_name or item.name) for item in items]
