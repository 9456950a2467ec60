"""Shipments given to their carrier: claimed, asked about, marked before they leave, settled by what became of them.

A carrier may have taken what nobody heard of: from the mark on a shipment is only asked for again, with the very words that were sent, and
its carrier finds it by our number (`adapters.capabilities.Carrier.put_shipment`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select

from adapters.hub.order_rows import OrderRow
from adapters.hub.outbox import Answer, Claimed, Owed, claim, owe, settle
from adapters.hub.shipment_goods import UnitGoods, read_shipped_goods, unit_of
from adapters.hub.shipment_planning import AGAIN, BOOK, CALL_OFF, ask
from adapters.hub.shipment_rows import PackageRow, ShipmentRow, change, load_shipments, lock_book, put_boxes, shipped_pieces
from adapters.hub.shipment_tells import lock_orders, read_orders, tell, tell_onec
from adapters.hub.tables.shipments import marking_code, package
from tasks.rules.carrier import Booked, CalledOff, CarrierShipment
from tasks.rules.destinations import destination, point_of
from tasks.rules.packing import ToPack, packed
from tasks.rules.parcels import Boxed, BoxLine, ToCarry
from tasks.rules.sales import ChannelOrders
from tasks.rules.shipments import UNTOLD
from tasks.rules.shipping_rules import Ships

SENT = TypeAdapter(CarrierShipment)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToBook:
    """A shipment that is ours to give to its carrier for a while.

    Args:
        claimed: the debt.
        shipment: as it is; none where there is none of the number any more.
        carry: what is known of it; none where nothing is to be done.
        sent: what the carrier was told before; it is told the very same.
        sent_ago: how long before now.
    """

    claimed: Claimed
    shipment: ShipmentRow | None
    carry: ToCarry | None = None
    sent: CarrierShipment | None = None
    sent_ago: timedelta = timedelta(0)

    @property
    def is_moot(self) -> bool:
        """Nothing is to be told any more."""
        return self.carry is None and self.sent is None


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before a shipment is told of; ``sentence`` where it says more than the reason's own."""

    reason: str
    sentence: str | None = None


Outcome = Booked | tuple[Question, ...]


@dataclass(kw_only=True, slots=True)
class Booking:
    """A transaction that gives shipments of a carrier to whoever tells it, or writes down what became of them.

    Args:
        ships: channel → how its orders leave.
        orders: channel → how its orders are taken.
    """

    connection: Connection
    at: datetime
    target: str
    ships: Mapping[str, Ships]
    orders: Mapping[str, ChannelOrders]

    def claim(self, *, most: int) -> list[ToBook]:
        """Shipments that the carrier is owed, for us alone until they are settled."""
        lock_book(self.connection)
        claimed = claim(self.connection, self.at, self.target, [BOOK], most=most)
        found = load_shipments(self.connection, numbers=[one.subject for one in claimed])
        orders = read_orders(self.connection, {one.order_id for one in found.values()})
        shipped = shipped_pieces(self.connection, orders)
        return [self._to_book(one, found.get(one.subject), orders, shipped) for one in claimed]

    def mark(self, number: str, sent: CarrierShipment) -> bool:
        """A shipment is about to leave, with these words; False where it was called off meanwhile."""
        lock_book(self.connection)
        one = load_shipments(self.connection, numbers=[number])[number]
        if one.state not in UNTOLD or one.is_unwanted:
            return False
        words = SENT.dump_python(sent, mode="json")
        return change(
            self.connection, one.shipment_id, state="booking", sent=words, asked_at=self.at, sentence=None, tariff=sent.tariff, ask_at=None
        )

    def note_ref(self, number: str, carrier_ref: str) -> None:
        """The carrier's key of a shipment that is being booked; one that is known already stays."""
        lock_book(self.connection)
        one = load_shipments(self.connection, numbers=[number])[number]
        if one.carrier_ref is None:
            change(self.connection, one.shipment_id, version="booking", carrier_ref=carrier_ref)

    def settle(self, claimed: Sequence[ToBook], outcomes: Mapping[str, Outcome], stopped: Mapping[str, Answer]) -> int:
        """Write down what became of claimed shipments; returns how many the carrier has now.

        Args:
            claimed: all of them.
            outcomes: by our number: the carrier's word, or what a person is asked.
            stopped: by our number: an answer for the outbox alone, of those that the carrier did not come to.
        """
        lock_book(self.connection)
        found = load_shipments(self.connection, numbers=[one.claimed.subject for one in claimed])
        locked = lock_orders(self.connection, {one.order_id for one in found.values()})
        answers = [self._answer(one.claimed, found.get(one.claimed.subject), outcomes.get(one.claimed.subject), stopped) for one in claimed]
        ours = settle(self.connection, self.at, self.target, [one.claimed for one in claimed], answers).outbox_ids
        booked = 0
        for one in claimed:
            row, outcome = found.get(one.claimed.subject), outcomes.get(one.claimed.subject)
            if row is None or outcome is None or one.claimed.outbox_id not in ours:
                continue
            order = locked.orders[row.order_id]
            if not isinstance(outcome, Booked):
                self._asked(row, order, outcome)
            elif self._booked(row, order, outcome):
                booked += 1
                tell_onec(self.connection, self.at, order, self.orders[order.channel], locked.papers)
        return booked

    def _answer(self, claimed: Claimed, row: ShipmentRow | None, outcome: Outcome | None, stopped: Mapping[str, Answer]) -> Answer:
        if claimed.subject in stopped:
            return stopped[claimed.subject]
        if outcome is None and row is not None and not row.is_unwanted and row.state in UNTOLD:
            return Answer(outbox_id=claimed.outbox_id, outcome="later", sentence="Заказ изменился: отправление собирается заново.")
        if isinstance(outcome, Booked) and outcome.state == "pending":
            sentence = "Перевозчик ещё не сказал, принял ли отправление."
            return Answer(outbox_id=claimed.outbox_id, outcome="unknown", foreign_ref=outcome.carrier_ref, sentence=sentence)
        ref = outcome.carrier_ref if isinstance(outcome, Booked) else None
        return Answer(outbox_id=claimed.outbox_id, outcome="accepted", foreign_ref=ref)

    def _booked(self, row: ShipmentRow, order: OrderRow, said: Booked) -> bool:
        """Whether the carrier has it, as of now."""
        if row.state != "booking":
            return False
        if said.state == "pending":
            change(self.connection, row.shipment_id, version="booking", carrier_ref=said.carrier_ref or row.carrier_ref)
            return False
        if said.state == "refused":
            self._asked(row, order, [Question("shipment_is_refused", said.sentence)], is_told=True)
            return False
        values: dict[str, Any] = {"carrier_ref": said.carrier_ref or row.carrier_ref, "tracking": said.tracking or row.tracking}
        change(self.connection, row.shipment_id, state="booked", booked_at=self.at, track_at=self.at, sentence=None, **values)
        row.state, row.carrier_ref, row.tracking = "booked", values["carrier_ref"], values["tracking"]
        ask(self.connection, self.at, row, order.channel, [])
        tell(self.connection, self.at, row, order, self.orders[order.channel], is_tracking_news=row.tracking is not None)
        if row.is_unwanted:
            owe(self.connection, self.at, [Owed(target=self.target, kind=CALL_OFF, subject=row.number)])
        return True

    def _asked(self, row: ShipmentRow, order: OrderRow, questions: Sequence[Question], *, is_told: bool = False) -> None:
        """What a carrier refused is put again when a person has corrected it; what it never heard of, when the answer is there."""
        if row.is_unwanted:
            change(self.connection, row.shipment_id, state="cancelled", settled_at=self.at, ask_at=None)
            return
        told = [(question.reason, question.sentence) for question in questions]
        ask(self.connection, self.at, row, order.channel, told)
        sentence = next((question.sentence for question in questions if question.sentence), None)
        ask_at = None if is_told else self.at + AGAIN
        ref = {"carrier_ref": None, "sent": None} if is_told else {}
        change(self.connection, row.shipment_id, state="asked", sentence=sentence, ask_at=ask_at, **ref)

    def _to_book(
        self, claimed: Claimed, row: ShipmentRow | None, orders: Mapping[int, OrderRow], shipped: Mapping[tuple[int, str], int]
    ) -> ToBook:
        if row is None or row.state not in UNTOLD | {"booking"} or (row.is_unwanted and row.state in UNTOLD):
            return ToBook(claimed=claimed, shipment=row)
        if row.state == "booking":
            return ToBook(claimed=claimed, shipment=row, sent=SENT.validate_python(row.sent), sent_ago=self.at - (row.asked_at or self.at))
        order = orders[row.order_id]
        live = {ref: line.live_pcs for ref, line in order.lines.items()}
        if any(shipped.get((order.order_id, ref), 0) > live.get(ref, 0) for ref in row.pcs):
            return ToBook(claimed=claimed, shipment=row)
        return ToBook(claimed=claimed, shipment=row, carry=self._carry(row, order))

    def _carry(self, row: ShipmentRow, order: OrderRow) -> ToCarry:
        ships = self.ships[order.channel]
        items = {item_id for line in order.lines.values() for item_id, _ in line.recipe or ()}
        goods = read_shipped_goods(self.connection, items, ships.shop)
        units = {ref: unit_of(order, line, goods) for ref, line in order.lines.items()}
        if any(box.weight_g is None for box in row.packages):
            self._pack_again(row, ships, units)
        terms, m = order.terms or {}, marking_code.c
        is_paid = "paid_at" in terms
        entered: dict[str, list[str]] = {}
        for code in self.connection.execute(select(m.line_ref, m.code).where(m.shipment_id == row.shipment_id).order_by(m.code)):
            entered.setdefault(code.line_ref, []).append(code.code)
        to = destination(order.buyer, point_ref=point_of(order.payload, ships.own.point_fields), corrected=row.corrected)
        return ToCarry(
            number=row.number,
            order_number=order.number or "",
            channel=order.channel,
            destination=to,
            boxes=tuple(_boxed(box, order, units, entered) for box in row.packages),
            collects=ships.own.collects and not is_paid,
            delivery_kopecks=terms.get("delivery_kopecks", 0) if row.part == 1 else 0,
            tariff=row.tariff,
            marks_wanted={ref: units[ref].marks * pcs for ref, pcs in row.pcs.items() if units[ref].marks},
            latin=ships.latin,
            invoiced_on=row.planned_at.astimezone(ZoneInfo(ships.time_zone)).date(),
        )

    def _pack_again(self, row: ShipmentRow, ships: Ships, units: Mapping[str, UnitGoods]) -> None:
        """Weights that were not known when it was planned may be known by now."""
        lines = [ToPack(line_ref=ref, pcs=pcs, weight_g=units[ref].weight_g, sides_mm=units[ref].sides_mm) for ref, pcs in row.pcs.items()]
        boxes = [
            PackageRow(package_no=number, weight_g=box.weight_g, sides_mm=box.sides_mm, pcs=box.pcs)
            for number, box in enumerate(packed(lines, ships.shop), 1)
        ]
        self.connection.execute(delete(package).where(package.c.shipment_id == row.shipment_id))
        put_boxes(self.connection, row.shipment_id, row.order_id, boxes, is_counted=True)
        row.packages = boxes


@dataclass(kw_only=True, slots=True)
class CallingOff:
    """A transaction that takes shipments of a carrier back; a shipment that is still being booked waits until it is."""

    connection: Connection
    at: datetime
    target: str
    orders: Mapping[str, ChannelOrders]

    def claim(self, *, most: int) -> tuple[list[Claimed], dict[str, ShipmentRow]]:
        """What the carrier is to be asked to take back."""
        lock_book(self.connection)
        claimed = claim(self.connection, self.at, self.target, [CALL_OFF], most=most)
        return claimed, load_shipments(self.connection, numbers=[one.subject for one in claimed])

    def settle(self, claimed: Sequence[Claimed], outcomes: Mapping[str, CalledOff], stopped: Mapping[str, Answer]) -> int:
        """Write down what became of them; returns how many will not leave, or turn round."""
        lock_book(self.connection)
        found = load_shipments(self.connection, numbers=[one.subject for one in claimed])
        locked = lock_orders(self.connection, {one.order_id for one in found.values()})
        answers = [stopped.get(one.subject) or _called_off(one, outcomes.get(one.subject)) for one in claimed]
        ours = settle(self.connection, self.at, self.target, claimed, answers).outbox_ids
        off = 0
        for one in claimed:
            row, said = found.get(one.subject), outcomes.get(one.subject)
            if row is None or said is None or one.outbox_id not in ours or row.settled_at is not None:
                continue
            order = locked.orders[row.order_id]
            if said.state in {"left", "refused"}:
                ask(self.connection, self.at, row, order.channel, [("shipment_has_left", said.sentence)])
            elif said.state in {"cancelled", "coming_back"}:
                self._stopped(row, order, said)
                tell_onec(self.connection, self.at, order, self.orders[order.channel], locked.papers)
                off += 1
        return off

    def _stopped(self, row: ShipmentRow, order: OrderRow, said: CalledOff) -> None:
        is_over = said.state == "cancelled"
        state = "cancelled" if is_over else "coming_back"
        change(self.connection, row.shipment_id, state=state, settled_at=self.at if is_over else None)
        row.state = state
        ask(self.connection, self.at, row, order.channel, [])
        tell(self.connection, self.at, row, order, self.orders[order.channel], is_tracking_news=is_over and row.tracking is not None)


def _called_off(one: Claimed, said: CalledOff | None) -> Answer:
    if said is None:
        return Answer(outbox_id=one.outbox_id, outcome="later", sentence="Отправление ещё оформляется: отменить можно после этого.")
    if said.state == "pending":
        return Answer(outbox_id=one.outbox_id, outcome="unknown", sentence="Перевозчик ещё не сказал, отменил ли отправление.")
    return Answer(outbox_id=one.outbox_id, outcome="accepted")


def _boxed(box: PackageRow, order: OrderRow, units: Mapping[str, UnitGoods], entered: dict[str, list[str]]) -> Boxed:
    lines = []
    for ref, pcs in sorted(box.pcs.items()):
        line, unit = order.lines[ref], units[ref]
        codes = entered.get(ref, [])
        marks, entered[ref] = tuple(codes[: unit.marks * pcs]), codes[unit.marks * pcs :]
        lines.append(
            BoxLine(
                line_ref=ref,
                sku=line.channel_sku,
                name=unit.name or line.channel_sku,
                pcs=pcs,
                price_kopecks=line.price_kopecks,
                weight_g=unit.weight_g,
                vat=unit.vat,
                marks=marks,
                brand=unit.brand,
                origin=unit.origin,
            )
        )
    return Boxed(package_no=box.package_no, weight_g=box.weight_g, sides_mm=box.sides_mm, lines=tuple(lines))
