"""What became of orders after they were sold, as a CRM is told it: what left, where it is, what came back."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from adapters.hub.order_rows import OrderRow
from adapters.hub.return_rows import BatchRow, load_returns
from adapters.hub.shipment_rows import ShipmentRow, load_shipments
from adapters.hub.shipment_tells import STATES
from tasks.rules.crm import LineState
from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS
from tasks.rules.shipments import LEFT, folded

CONDITIONS = {condition: word for word, condition in CONDITION_WORDS.items()}
DECISIONS = {decision: word for word, decision in DECISION_WORDS.items()}
COMING = {"announced": "вернут", "coming": "едет назад", "ready": "ждёт, когда заберут", "gone": "не вернётся"}
SOLD = frozenset({"new", "confirmed", "shipped", "delivered"})
"""States that parcels and returns may know better than the channel: a site calls an order completed when its parcel has only left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What parcels and returns say of an order.

    Args:
        state: shipped, delivered or returned, where they say so of all of it.
        lines: the same of lines, by ``line_ref``.
        sentences: one per parcel and return.
    """

    state: LineState | None = None
    lines: Mapping[str, LineState] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()

    def of(self, state: str) -> str:
        """The order's state, given the channel's word."""
        return self.state if self.state is not None and state in SOLD else state


def ways_of(connection: Connection, orders: Collection[OrderRow]) -> dict[int, Way]:
    """Of each order, by its id."""
    order_ids = [order.order_id for order in orders]
    parcels: dict[int, list[ShipmentRow]] = {}
    for one in load_shipments(connection, order_ids=order_ids).values():
        if one.counts:
            parcels.setdefault(one.order_id, []).append(one)
    batches: dict[int, list[tuple[str, BatchRow]]] = {}
    for (order_id, line_ref), rows in load_returns(connection, order_ids).batches.items():
        batches.setdefault(order_id, []).extend((line_ref, row) for row in rows)
    return {order.order_id: _way(order, parcels.get(order.order_id, []), batches.get(order.order_id, [])) for order in orders}


def _way(order: OrderRow, parcels: Sequence[ShipmentRow], batches: Sequence[tuple[str, BatchRow]]) -> Way:
    live = {ref: line.live_pcs for ref, line in order.lines.items() if line.live_pcs}
    returned = Counter[str]()
    for ref, row in batches:
        returned[ref] += row.batch.pcs if row.fate.state == "received" else 0
    left, delivered = _pieces(parcels, LEFT), _pieces(parcels, {"delivered"})
    steps: tuple[tuple[LineState, Counter[str]], ...] = (("returned", returned), ("delivered", delivered), ("shipped", left))
    lines = {ref: state for ref, pcs in live.items() if (state := next((name for name, of in steps if of[ref] >= pcs), None)) is not None}
    told = (*map(_of_parcel, parcels), *_of_returns(row for _, row in batches))
    return Way(state=_whole(live, returned, parcels), lines=lines, sentences=told)


def _whole(live: Mapping[str, int], returned: Mapping[str, int], parcels: Sequence[ShipmentRow]) -> LineState | None:
    """What is true of every piece. Parcels that a channel carries itself are where it says its order is, and say nothing more."""
    if live and all(returned.get(ref, 0) >= pcs for ref, pcs in live.items()):
        return "returned"
    packed = _pieces(parcels, {one.state for one in parcels})
    is_ours = all(one.target.startswith("carrier:") for one in parcels)
    is_whole = bool(live) and all(packed[ref] >= pcs for ref, pcs in live.items())
    return folded(one.state for one in parcels) if is_ours and is_whole else None


def _pieces(parcels: Iterable[ShipmentRow], states: Collection[str]) -> Counter[str]:
    """Units by line in parcels of these states."""
    found = Counter[str]()
    for one in parcels:
        if one.state in states:
            found.update(one.pcs)
    return found


def _of_parcel(one: ShipmentRow) -> str:
    kind, _, name = one.target.partition(":")
    who = name if kind == "carrier" else "забирает площадка"
    tracking = f", трек {one.tracking}" if one.tracking else ""
    return f"Отправление {one.number}: {sum(one.pcs.values())} шт., {who}{tracking}, {STATES[one.state]}"


def _of_returns(rows: Iterable[BatchRow]) -> list[str]:
    told = Counter[tuple[int, str]]()
    for row in rows:
        fate = row.fate
        words = f"{CONDITIONS[fate.condition]}, {DECISIONS[fate.decision]}" if fate.state == "received" else COMING[fate.state]
        told[row.batch.return_id, words] += row.batch.pcs
    return [f"Возврат № {return_id}: {pcs} шт., {words}" for (return_id, words), pcs in sorted(told.items())]
