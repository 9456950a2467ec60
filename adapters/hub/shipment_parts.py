"""Parts of orders told to the channels that sold them, and the tracking numbers of what a carrier brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from adapters.hub.order_rows import OrderRow
from adapters.hub.outbox import Answer, Claimed, claim, settle
from adapters.hub.shipment_planning import PART, ask
from adapters.hub.shipment_rows import ShipmentRow, change, load_shipments, lock_book
from adapters.hub.shipment_tells import read_orders
from tasks.rules.parts import PartShipped, PartTold


@dataclass(kw_only=True, slots=True)
class Parts:
    """A transaction that gives parts to whoever tells their channel, or writes down what became of them.

    Args:
        carriers: target → how people call who carries.
        may_remove: the shop consents to irreversible removals on this channel.
    """

    connection: Connection
    at: datetime
    channel: str
    carriers: Mapping[str, str]
    may_remove: bool = False

    @property
    def target(self) -> str:
        """As the outbox names it."""
        return f"channel:{self.channel}"

    def claim(self, *, most: int) -> tuple[list[Claimed], dict[str, PartShipped]]:
        """Debts that are due, and the parts they are of; one whose shipment is not there any more has none."""
        lock_book(self.connection)
        claimed = claim(self.connection, self.at, self.target, [PART], most=most)
        found = load_shipments(self.connection, numbers=[one.subject for one in claimed])
        orders = read_orders(self.connection, {one.order_id for one in found.values()})
        every = load_shipments(self.connection, order_ids=orders)
        return claimed, {one.number: self._part(one, orders[one.order_id], list(every.values())) for one in found.values()}

    def settle(self, claimed: Sequence[Claimed], told: Mapping[str, PartTold], stopped: Mapping[str, Answer]) -> int:
        """Write down what became of them; returns how many the channel has taken."""
        lock_book(self.connection)
        found = load_shipments(self.connection, numbers=[one.subject for one in claimed])
        orders = read_orders(self.connection, {one.order_id for one in found.values()})
        answers = [stopped.get(one.subject) or _answer(one, told.get(one.subject)) for one in claimed]
        ours = settle(self.connection, self.at, self.target, claimed, answers).outbox_ids
        taken = 0
        for one in claimed:
            row, said = found.get(one.subject), told.get(one.subject)
            if row is None or said is None or one.outbox_id not in ours:
                continue
            if said.outcome == "refused":
                ask(self.connection, self.at, row, orders[row.order_id].channel, [("shipment_part_is_refused", said.sentence)])
            elif said.outcome in {"accepted", "already"}:
                self._taken(row, orders[row.order_id], said)
                taken += 1
        return taken

    def _taken(self, row: ShipmentRow, order: OrderRow, said: PartTold) -> None:
        if row.target != self.target:
            return
        change(self.connection, row.shipment_id, version="planned", state="booked", booked_at=self.at)
        change(self.connection, row.shipment_id, carrier_ref=said.channel_ref or row.carrier_ref, sentence=None)
        ask(self.connection, self.at, row, order.channel, [])

    def _part(self, one: ShipmentRow, order: OrderRow, every: Sequence[ShipmentRow]) -> PartShipped:
        """A tracking number of what is no longer wanted is told as none."""
        siblings = [other for other in every if other.order_id == one.order_id]
        shipped: dict[str, int] = {}
        for other in siblings:
            for ref, pcs in other.pcs.items() if other.counts else ():
                shipped[ref] = shipped.get(ref, 0) + pcs
        rest = {ref: line.live_pcs - shipped.get(ref, 0) for ref, line in order.lines.items()}
        return PartShipped(
            number=one.number,
            order_ref=order.order_ref,
            boxes=tuple(box.pcs for box in one.packages),
            rest_pcs={ref: pcs for ref, pcs in sorted(rest.items()) if pcs > 0},
            tracking=one.tracking if one.state != "cancelled" else None,
            carrier=self.carriers.get(one.target, ""),
            may_remove=self.may_remove,
            known_refs=frozenset(other.carrier_ref for other in siblings if other.number != one.number and other.carrier_ref),
        )


def _answer(one: Claimed, said: PartTold | None) -> Answer:
    """A part that is not there any more is told nobody."""
    if said is None:
        return Answer(outbox_id=one.outbox_id, outcome="accepted")
    if said.outcome in {"later", "unknown"}:
        return Answer(outbox_id=one.outbox_id, outcome="later" if said.outcome == "later" else "unknown", sentence=said.sentence)
    return Answer(outbox_id=one.outbox_id, outcome="accepted", foreign_ref=said.channel_ref)
