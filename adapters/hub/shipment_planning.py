"""One order's shipments planned: what may leave leaves, what is no longer sold is called off, what waits says why. One transaction.

Locks are taken as everybody here takes them: the book of shipments, the order with its lines, shipments, the outbox, questions.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from sqlalchemy import ARRAY, Connection, Text, bindparam, exists, select, text, update

from adapters.hub import journal
from adapters.hub.channel_refusals import settle_rows
from adapters.hub.order_rows import OrderRow, load_orders
from adapters.hub.outbox import Owed, owe
from adapters.hub.shipment_goods import UnitGoods, expected_units, read_shipped_goods, unit_of
from adapters.hub.shipment_rows import (
    Overshipped,
    PackageRow,
    ShipmentRow,
    add_shipment,
    change,
    load_shipments,
    lock_book,
    notify,
)
from adapters.hub.tables.orders import sale_line, sale_order
from adapters.hub.tables.shipments import shipment, shipment_line
from tasks.rules.destinations import Destination, as_told, destination, point_of
from tasks.rules.packing import Packed, ToPack, packed
from tasks.rules.shipments import (
    LEFT,
    PENDING,
    REACHING,
    SETTLED,
    UNTOLD,
    Due,
    WaitingLine,
    WaitingOrder,
    due,
    given_up,
    number_of,
    unwanted,
)
from tasks.rules.shipping_rules import Ships
from validation.quarantine import NONE_REFUSED, refuse

ENTITY = "shipment"
"""What these questions are in the quarantine; their key is our number of the shipment."""
BOOK, CALL_OFF, PART = "shipment", "call_off", "ship_part"
"""What carriers are owed of a shipment, and channels of a part of an order."""
COURIER = "courier"
"""A carrier is asked for a courier, once for a day."""
KINDS = (BOOK, CALL_OFF, PART, COURIER)
AGAIN = timedelta(minutes=10)
"""What a question was asked about is looked at again so often: the answer may have come by another book."""

CANDIDATES = text("""
    select o.order_id from sale_order o
    where o.channel = :channel and o.number is not null and (
        (o.state = any (:states) and exists (
            select from sale_line s where s.order_id = o.order_id and s.pcs - s.cancelled_pcs > coalesce((
                select sum(l.pcs) from shipment_line l join shipment h using (shipment_id)
                where l.order_id = s.order_id and l.line_ref = s.line_ref and h.state <> 'cancelled' and not h.is_unwanted
            ), 0)
        ))
        or exists (
            select from shipment h join shipment_line l using (shipment_id)
            left join sale_line s on s.order_id = l.order_id and s.line_ref = l.line_ref
            where h.order_id = o.order_id and h.state <> 'cancelled' and not h.is_unwanted
            group by l.line_ref, s.pcs, s.cancelled_pcs
            having sum(l.pcs) > coalesce(s.pcs - s.cancelled_pcs, 0) and bool_or(h.settled_at is null)
        )
    )
    order by o.ship_by_at nulls last, o.order_id
""").bindparams(bindparam("states", type_=ARRAY(Text)))

FOLLOW = text("""
    update shipment h set
        state = case o.state when 'shipped' then 'handed' else o.state end,
        handed_at = coalesce(h.handed_at, :now),
        settled_at = case when o.state = 'shipped' then null else cast(:now as timestamptz) end
    from sale_order o
    where o.order_id = h.order_id and h.target = 'channel:' || o.channel and o.channel = :channel and h.settled_at is null
        and not h.is_unwanted and o.state in ('shipped', 'delivered', 'returned')
        and h.state <> case o.state when 'shipped' then 'handed' else o.state end
    returning h.number
""")
"""What a channel carries itself is where the channel says its order is."""

ASKED = text("""
    select key from quarantine
    where source = :channel and entity = 'order' and state = 'open' and reason <> all (:passing)
        and (key = :order_ref or key like :lines)
""").bindparams(bindparam("passing", type_=ARRAY(Text)))
PASSING = ("order_price_is_positive", "order_price_is_known", "buyer_phone_is_read", "order_is_refused_by_onec")
"""Questions that hold up no parcel by themselves: where a carrier needs the answer, it is asked for with the shipment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What planning an order came to.

    Args:
        number: of the shipment planned; none where nothing may leave.
        reason: why nothing may, or why a rest waits.
        called_off: numbers of shipments that are no longer wanted.
    """

    number: str | None = None
    reason: str | None = None
    called_off: tuple[str, ...] = ()


@dataclass(kw_only=True, slots=True)
class Planning:
    """A transaction that plans an order of a channel."""

    connection: Connection
    at: datetime
    ships: Ships

    def candidates(self) -> list[int]:
        """Orders that may have something to plan, the earliest to leave first."""
        return list(self.connection.scalars(CANDIDATES, {"channel": self.ships.channel, "states": list(self.ships.own.states)}))

    def follow(self) -> list[str]:
        """Shipments that the channel carries itself, brought to where it says they are."""
        lock_book(self.connection)
        return list(self.connection.scalars(FOLLOW, {"channel": self.ships.channel, "now": self.at}))

    def plan(self, order_id: int) -> Planned:
        """Plan what may leave and call off what is no longer sold. Again with nothing new it changes nothing.

        Raises:
            Overshipped: more would leave than is sold; nothing is done.
        """
        lock_book(self.connection)
        order = self._locked(order_id)
        if order is None:
            return Planned()
        self._move_with_splits(order)
        parts = list(load_shipments(self.connection, order_ids=[order_id]).values())
        off = self._call_off(order, parts)
        waiting = self._waiting(order, parts)
        found = due(waiting, states=self.ships.own.states, parts=self.ships.own.parts)
        number = self._add(order, parts, found) if found.pcs else None
        return Planned(number=number, reason=found.reason, called_off=off)

    def _locked(self, order_id: int) -> OrderRow | None:
        o = sale_order.c
        row = self.connection.execute(select(o.channel, o.order_ref).where(o.order_id == order_id).with_for_update()).first()
        if row is None:
            return None
        self.connection.execute(select(sale_line.c.line_ref).where(sale_line.c.order_id == order_id).with_for_update()).all()
        return load_orders(self.connection, row.channel, [row.order_ref])[row.order_ref]

    def _move_with_splits(self, order: OrderRow) -> None:
        """A part that the channel made an order of its own belongs to that order as soon as it is known.

        It is known by the number that the channel gave it, or by its pieces where that answer was lost.
        """
        o = sale_order.c
        is_child = (o.order_id == order.order_id) if order.parent_ref else (o.parent_ref == order.order_ref)
        children = self.connection.scalars(
            select(o.order_ref).where(o.channel == order.channel, is_child, ~exists().where(shipment.c.order_id == o.order_id))
        ).all()
        if not children:
            return
        parent_ref = order.parent_ref or order.order_ref
        family = load_orders(self.connection, order.channel, [parent_ref, *children])
        parent = family.pop(parent_ref, None)
        parts = list(load_shipments(self.connection, order_ids=[parent.order_id]).values()) if parent is not None else []
        own = [one for one in parts if one.target == f"channel:{order.channel}" and one.settled_at is None]
        for child in sorted(family.values(), key=lambda child: child.order_id):
            found = next((one for one in own if one.carrier_ref == child.order_ref), None) or next(
                (one for one in own if one.carrier_ref is None and one.pcs == _live(child)), None
            )
            if found is not None:
                own.remove(found)
                self._move(found, child)

    def _move(self, one: ShipmentRow, child: OrderRow) -> None:
        change(self.connection, one.shipment_id, order_id=child.order_id, part=1, carrier_ref=child.order_ref)
        lines = update(shipment_line).where(shipment_line.c.shipment_id == one.shipment_id)
        self.connection.execute(lines.values(order_id=child.order_id))

    def _call_off(self, order: OrderRow, parts: Sequence[ShipmentRow]) -> tuple[str, ...]:
        """What was planned beyond what is sold now; the newest part goes first, and what nobody was told of before the rest."""
        stoppable = sorted((one for one in parts if one.counts and one.settled_at is None), key=_stopping)
        excess = unwanted(self._lines(order, parts))
        chosen = set(given_up(excess, [(one.shipment_id, one.pcs) for one in stoppable])) if excess else set()
        off = [one for one in parts if one.shipment_id in chosen]
        for one in off:
            self._stop(one)
        return tuple(one.number for one in off)

    def _stop(self, one: ShipmentRow) -> None:
        is_untold = one.state in UNTOLD or not one.target.startswith("carrier:")
        if is_untold:
            change(self.connection, one.shipment_id, state="cancelled", is_unwanted=True, settled_at=self.at, ask_at=None)
            one.state = "cancelled"
        else:
            change(self.connection, one.shipment_id, is_unwanted=True)
            owe(self.connection, self.at, [Owed(target=one.target, kind=CALL_OFF, subject=one.number)])
        one.is_unwanted = True
        settle_rows(self.connection, self.at, self.ships.channel, entity=ENTITY, keys=[one.number], refused=NONE_REFUSED)
        said = f"Отправление {one.number} больше не нужно: его штуки в заказе отменены."
        done = "Перевозчику о нём не сообщали." if is_untold else "Перевозчика просят его отменить."
        journal.write(self.connection, self.at, "shipment_called_off", f"shipment:{one.number}", f"{said} {done}")
        notify(self.connection)

    def _lines(self, order: OrderRow, parts: Sequence[ShipmentRow]) -> tuple[WaitingLine, ...]:
        shipped, going = Counter[str](), Counter[str]()
        for one in parts:
            if one.counts or one.state in REACHING:
                (shipped if one.counts else going).update(one.pcs)
        expected = expected_units(self.connection, order)
        refs = sorted({*order.lines, *shipped})
        asked = {key.partition("|")[2] for key in self._asked(order) if "|" in key}
        return tuple(
            WaitingLine(
                line_ref=ref,
                state=order.lines[ref].state if ref in order.lines else "sold",
                live_pcs=order.lines[ref].live_pcs if ref in order.lines and order.state != "cancelled" else 0,
                shipped_pcs=shipped[ref],
                going_pcs=going[ref],
                expected_pcs=expected.get(ref, 0),
                is_asked=ref in asked,
            )
            for ref in refs
        )

    def _asked(self, order: OrderRow) -> Sequence[str]:
        told = {"channel": order.channel, "order_ref": order.order_ref, "lines": f"{_escaped(order.order_ref)}|%"}
        return self.connection.scalars(ASKED, {**told, "passing": list(PASSING)}).all()

    def _waiting(self, order: OrderRow, parts: Sequence[ShipmentRow]) -> WaitingOrder:
        return WaitingOrder(
            state=order.state,
            lines=self._lines(order, parts),
            is_by_channel=order.is_apart,
            is_asked=order.order_ref in self._asked(order),
        )

    def _add(self, order: OrderRow, parts: Sequence[ShipmentRow], found: Due) -> str:
        part = self._next_part(order, parts)
        number = number_of(order.number or "", part)
        units = self._units(order)
        boxes = packed([_to_pack(ref, pcs, units[ref]) for ref, pcs in sorted(found.pcs.items())], self.ships.shop)
        to = destination(order.buyer, point_ref=point_of(order.payload, self.ships.own.point_fields))
        is_carried = self.ships.own.carrier is not None
        values = {
            "order_id": order.order_id,
            "part": part,
            "number": number,
            "target": self.ships.target,
            "state": "planned",
            "address": as_told(to) if is_carried else None,
            "tariff": self.ships.own.tariff,
            "planned_at": self.at,
        }
        add_shipment(self.connection, values, [_row(box_no, box) for box_no, box in enumerate(boxes, 1)])
        if is_carried:
            self._remark(number, to)
        self._owe(number, is_part=part > 1 or found.reason is not None)
        if not is_carried and any(units[ref].marks for ref in found.pcs):
            self._ask_for_marks(number)
        notify(self.connection)
        return number

    def _remark(self, number: str, to: Destination) -> None:
        """What of an address or a name had better be looked at, although it holds nothing up."""
        said = [question.sentence for question in to.questions if not question.stops]
        if said:
            journal.write(self.connection, self.at, "shipment_remarks", f"shipment:{number}", f"Отправление {number}: {' '.join(said)}")

    def _next_part(self, order: OrderRow, parts: Sequence[ShipmentRow]) -> int:
        """A part that went on with a split keeps the number that it was given under this order."""
        h = shipment.c
        numbers = self.connection.scalars(select(h.number).where(h.number.startswith(f"{order.number}-", autoescape=True)))
        given = (int(number.rpartition("-")[2]) for number in numbers)
        return 1 + max((*(one.part for one in parts), *given), default=0)

    def _ask_for_marks(self, number: str) -> None:
        """A carrier is told of no shipment that lacks codes; what a channel fetches can only be said to lack them."""
        (one,) = load_shipments(self.connection, numbers=[number]).values()
        ask(self.connection, self.at, one, self.ships.channel, [("shipment_needs_marks", None)])

    def _owe(self, number: str, *, is_part: bool) -> None:
        """A carrier is told of every shipment, a channel only of parts: what leaves whole it hears of by the news of its order."""
        if self.ships.own.carrier is not None:
            owe(self.connection, self.at, [Owed(target=self.ships.target, kind=BOOK, subject=number)])
        elif is_part:
            owe(self.connection, self.at, [Owed(target=self.ships.target, kind=PART, subject=number)])

    def _units(self, order: OrderRow) -> dict[str, UnitGoods]:
        items = {item_id for line in order.lines.values() for item_id, _ in line.recipe or ()}
        goods = read_shipped_goods(self.connection, items, self.ships.shop)
        return {ref: unit_of(order, line, goods) for ref, line in order.lines.items()}


def ask(connection: Connection, at: datetime, one: ShipmentRow, channel: str, questions: Sequence[tuple[str, str | None]]) -> None:
    """Have a person asked before anybody is told: a row of the quarantine for each question, those answered since closed.

    Args:
        connection: the transaction.
        at: now.
        one: the shipment.
        channel: its order's.
        questions: reason, and the sentence where it says more than the reason's own.
    """
    rows = pl.DataFrame(
        {"number": [one.number] * len(questions), "reason": [reason for reason, _ in questions], "row": [None] * len(questions)},
        schema={"number": pl.String, "reason": pl.String, "row": pl.Int64},
    )
    refused = refuse(rows, entity=ENTITY, key=pl.col("number"))
    said = {reason: sentence for reason, sentence in questions if sentence}
    if said:
        refused = refused.with_columns(sentence=pl.col("reason").replace_strict(said, default=pl.col("sentence")))
    settle_rows(connection, at, channel, entity=ENTITY, keys=[one.number], refused=refused)


def _live(order: OrderRow) -> dict[str, int]:
    return {ref: line.live_pcs for ref, line in order.lines.items() if line.live_pcs}


def _to_pack(line_ref: str, pcs: int, unit: UnitGoods) -> ToPack:
    return ToPack(line_ref=line_ref, pcs=pcs, weight_g=unit.weight_g, sides_mm=unit.sides_mm)


def _row(package_no: int, box: Packed) -> PackageRow:
    return PackageRow(package_no=package_no, weight_g=box.weight_g, sides_mm=box.sides_mm, pcs=box.pcs)


def _stopping(one: ShipmentRow) -> tuple[bool, bool, int]:
    return one.state in LEFT | SETTLED, one.state in PENDING - UNTOLD, -one.part


def _escaped(text_of: str) -> str:
    return text_of.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


__all__ = ["Overshipped", "Planned", "Planning", "ask"]
