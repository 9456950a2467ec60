"""What of an order may leave now, what waits and why, and where a shipment is.

A line's pieces are shipped, cancelled or waiting, and never two of these: ``shipped + waiting + cancelled = ordered``. Shipped are those
of shipments that are under way or done; one that is called off gives its pieces back to the waiting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tasks.rules.carrier_tracks import TrackState

State = Literal[
    "planned", "asked", "booking", "booked", "handed", "on_way", "arrived", "delivered", "coming_back", "returned", "lost", "cancelled"
]
"""Nobody was told | a person is asked before anybody is told | the carrier was perhaps told | it has it in its books | it has the parcel |
it carries it | the parcel waits for the buyer | the buyer has it | he has not and will not | the shop has it again | nobody will ever have
it | nothing leaves."""

UNTOLD = frozenset({"planned", "asked"})
"""Nobody outside knows of it, so that it may simply be given up."""
PENDING = UNTOLD | {"booking", "booked"}
"""The parcel is in the shop."""
UNDER_WAY = frozenset({"handed", "on_way", "arrived", "coming_back"})
SETTLED = frozenset({"delivered", "returned", "lost", "cancelled"})
LEFT = UNDER_WAY | (SETTLED - {"cancelled"})
"""The parcel was in the carrier's hands."""
REACHING = (PENDING - UNTOLD) | {"handed", "on_way", "arrived", "delivered"}
"""The buyer has it, or may get it yet, also where it is not wanted any more."""

OF_TRACK: Mapping[TrackState, State] = {
    "registered": "booked",
    "accepted": "handed",
    "in_transit": "on_way",
    "ready": "arrived",
    "delivered": "delivered",
    "not_delivered": "coming_back",
    "returned": "returned",
    "lost": "lost",
    "cancelled": "cancelled",
    "refused": "asked",
}
"""Where a shipment is, by where its carrier says it is; ``other`` changes nothing, ``refused`` asks a person."""

MOST_PARTS = 99


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingLine:
    """A line of an order before shipping, in units of the line.

    Args:
        state: of ``sale_line``: sold | unknown | apart | backordered.
        live_pcs: sold and not cancelled.
        shipped_pcs: of them in shipments.
        going_pcs: in shipments that are not wanted any more and may reach the buyer all the same.
        expected_pcs: of them still to come with a receipt.
        is_asked: a question about the line is open.
    """

    line_ref: str
    state: str
    live_pcs: int
    shipped_pcs: int = 0
    going_pcs: int = 0
    expected_pcs: int = 0
    is_asked: bool = False

    @property
    def left_pcs(self) -> int:
        """To be shipped: what is called off leaves anew only when nobody can get it any more."""
        return max(0, self.live_pcs - self.shipped_pcs - self.going_pcs)

    @property
    def there_pcs(self) -> int:
        """Of these, how many lie on the shelf."""
        return max(0, self.left_pcs - self.expected_pcs)


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingOrder:
    """An order before shipping; ``is_asked``: a question about the whole order is open."""

    state: str
    lines: tuple[WaitingLine, ...]
    is_by_channel: bool = False
    is_asked: bool = False


Reason = Literal["channel_ships", "not_yet", "over", "asked", "backordered", "shipped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What may leave now; ``reason`` why nothing may, or why a rest has to wait; none where everything leaves.

    ``pcs``: units by line; empty where nothing may leave.
    """

    pcs: Mapping[str, int]
    reason: Reason | None = None


def due(order: WaitingOrder, *, states: Iterable[str], parts: bool) -> Due:
    """What of an order may leave.

    Args:
        order: as it is.
        states: on the channel, in which an order is ready.
        parts: what is there leaves, whatever the rest waits for; else all leaves together.
    """
    blocked = _blocked(order, states)
    if blocked is not None:
        return Due(pcs={}, reason=blocked)
    there = {line.line_ref: line.there_pcs for line in order.lines if line.there_pcs}
    waits = any(line.left_pcs > line.there_pcs for line in order.lines)
    if waits:
        return Due(pcs=there if parts else {}, reason="backordered")
    return Due(pcs=there)


def unwanted(lines: Iterable[WaitingLine]) -> dict[str, int]:
    """By how many pieces more was shipped of each line than is left of it: a cancellation came after the plan."""
    return {line.line_ref: line.shipped_pcs - line.live_pcs for line in lines if line.shipped_pcs > line.live_pcs}


def given_up(excess: Mapping[str, int], shipments: Sequence[tuple[int, Mapping[str, int]]]) -> list[int]:
    """Ids of the shipments to be called off for the excess, the first named going first; never one that has none of it.

    Args:
        excess: pieces by line.
        shipments: id and pieces by line of each that may still be called off.
    """
    left, chosen = dict(excess), []
    for shipment_id, pcs in shipments:
        if any(left.get(ref, 0) > 0 for ref in pcs):
            chosen.append(shipment_id)
            for ref, count in pcs.items():
                left[ref] = left.get(ref, 0) - count
    return chosen


def number_of(order_number: str, part: int) -> str:
    """Our number of a shipment: the order's, and which part of it this is."""
    return f"{order_number}-{part}"


def tracked(state: State, told: TrackState) -> State:
    """Where a shipment is after its carrier's newest reading; what is settled stays so, but for a delivery that was taken back."""
    if state in SETTLED - {"delivered"}:
        return state
    after = OF_TRACK.get(told, state)
    if after == "asked" and state not in PENDING:
        return state
    return after


def folded(shipments: Iterable[str]) -> Literal["shipped", "delivered"] | None:
    """What has happened to an order whose every piece is in one of these shipments: all left, all delivered; None: neither."""
    states = [state for state in shipments if state != "cancelled"]
    if not states:
        return None
    if all(state == "delivered" for state in states):
        return "delivered"
    return "shipped" if all(state in LEFT for state in states) else None


def ship_by(told_at: datetime | None, placed_at: datetime, within: timedelta | None) -> datetime | None:
    """By when an order has to leave: the channel's own word, else so long after it was placed."""
    if told_at is not None:
        return told_at
    return placed_at + within if within is not None else None


def alarm(ship_by_at: datetime | None, now: datetime, near: timedelta) -> Literal["near", "missed"] | None:
    """Whether the time by which something has to leave is near, or over."""
    if ship_by_at is None or ship_by_at > now + near:
        return None
    return "near" if ship_by_at > now else "missed"


def _blocked(order: WaitingOrder, states: Iterable[str]) -> Reason | None:
    if order.is_by_channel:
        return "channel_ships"
    if order.state in {"unpaid", "other"} or order.state not in {*states, "cancelled", "returned", "shipped", "delivered"}:
        return "not_yet"
    if order.state not in states:
        return "over"
    if order.is_asked or any(line.left_pcs and (line.is_asked or line.state == "unknown") for line in order.lines):
        return "asked"
    return None if any(line.left_pcs for line in order.lines) else "shipped"
