"""What a report of an order changes in what the hub knows of it, whatever was lost, repeated, late or reordered before.

Pieces of a line as first seen (``pcs``), those of them cancelled, and the order's state are folded so that every order of arrival ends
the same:

- Yandex Market and WooCommerce say when an order changed: the later instant decides, and an earlier report only adds what the order had
  in it at first. Only there can an order be un-cancelled or grow: a site's manager does that by hand, and it comes with a later instant.
- Wildberries and Ozon do not: there a state only goes forward and pieces only become fewer, which is all that those two can do to an
  order. Cancelled is for ever.
- A cancellation of what was shipped before is a return: the pieces are not on the shelf, whatever the channel calls it (a buyer who
  declines at the pick-up point, a parcel that a carrier lost). The order is ``returned``, no piece moves, and what comes back is counted
  by 1C. Pieces that a report after shipping lacks are returned likewise. A report that tells of the shipping later ends the same.
- A full refund on a site is a return too: the site does not say whether the goods had left.

Ozon splits a posting: the child takes its pieces over from the parent, which goes on with what is left. A parent first heard of together
with its child, or after it, tells what is left already; one heard of before it may, until a poll had to show the child
(`adapters.hub.order_folding`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

CANCELLED, RETURNED, OTHER = "cancelled", "returned", "other"
RANKS = {"unpaid": 0, "new": 1, "confirmed": 2, OTHER: 3, "shipped": 4, "delivered": 5, CANCELLED: 6, RETURNED: 7}
"""How far an order has come."""

SHIPPED = frozenset({"shipped", "delivered", RETURNED})
OPEN = frozenset({"unpaid", "new", "confirmed", OTHER})
FIRM = (OPEN - {"unpaid"}) | SHIPPED
"""Sold for certain, and not over before it began: 1C is to know of such an order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """Of a line: what it had at first, less what splits took over, and how many of these are cancelled."""

    pcs: int
    cancelled_pcs: int = 0

    @property
    def live_pcs(self) -> int:
        """Sold and not cancelled."""
        return self.pcs - self.cancelled_pcs


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An order as the hub has it.

    Args:
        state: ours.
        changed_at: the channel's instant of the newest report; None where it tells none.
        lines: by ``line_ref``.
        split_pcs: pieces by ``line_ref`` that went on in orders split from it.
    """

    state: str
    changed_at: datetime | None
    lines: Mapping[str, Pieces]
    split_pcs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An order as a channel reports it; pieces by ``line_ref``."""

    state: str
    changed_at: datetime | None
    lines: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class LineChange:
    """What a report does to a line: first pieces are sold, then pieces are cancelled. ``after`` None: nothing of the line is left."""

    line_ref: str
    after: Pieces | None
    sold_pcs: int = 0
    cancelled_pcs: int = 0

    @property
    def is_none(self) -> bool:
        """Nothing moves."""
        return not (self.sold_pcs or self.cancelled_pcs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a report does to an order.

    Args:
        state: after it.
        changed_at: the newest instant known.
        is_newest: no report known is newer, so what else it tells (status, buyer, date) is taken.
        lines: every line of the order, by ``line_ref``.
    """

    state: str
    changed_at: datetime | None
    is_newest: bool
    lines: tuple[LineChange, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenOver:
    """What a child takes of its parent's line: ``moved_pcs`` go from sold to sold, the rest of the child is a sale of its own."""

    after: Pieces | None
    moved_pcs: int


def change(known: Known | None, told: Told) -> Change:
    """The fold of one report.

    Args:
        known: None where the order was never heard of.
        told: the report.
    """
    if known is None:
        cancels = told.state == CANCELLED
        first = (LineChange(line_ref=ref, after=_pieces(pcs, 0 if cancels else pcs), sold_pcs=pcs, cancelled_pcs=pcs if cancels else 0)
                 for ref, pcs in sorted(told.lines.items()))  # fmt: skip
        return Change(state=told.state, changed_at=told.changed_at, is_newest=True, lines=tuple(first))
    order = _order(known, told)
    state = _state(known, told, order)
    refs = sorted(known.lines.keys() | told.lines.keys())
    return Change(
        state=state,
        changed_at=max((at for at in (known.changed_at, told.changed_at) if at is not None), default=None),
        is_newest=order >= 0,
        lines=tuple(_line_change(known, told, ref, state, order) for ref in refs),
    )


def take_over(line: Pieces, pcs: int) -> TakenOver:
    """What a split takes of a line of its parent, which was known before the split was heard of.

    Pieces that the parent lacks already were taken for cancelled and are on sale again, as far as the hub knows: the child's are sold
    anew then.
    """
    taken_for_cancelled = min(line.cancelled_pcs, pcs)
    moved = min(line.live_pcs, pcs - taken_for_cancelled)
    left = line.pcs - taken_for_cancelled - moved
    after = replace(line, pcs=left, cancelled_pcs=line.cancelled_pcs - taken_for_cancelled) if left else None
    return TakenOver(after=after, moved_pcs=moved)


def _order(known: Known, told: Told) -> int:
    """Whether the report is newer (1), older (-1) or neither (0): by the channel's instants, else by how far the order has come."""
    if known.changed_at is not None and told.changed_at is not None:
        return (told.changed_at > known.changed_at) - (told.changed_at < known.changed_at)
    return (RANKS[told.state] > RANKS[known.state]) - (RANKS[told.state] < RANKS[known.state])


def _is_dated(known: Known, told: Told) -> bool:
    return known.changed_at is not None and told.changed_at is not None


def _state(known: Known, told: Told, order: int) -> str:
    """The newer one's, but what was shipped is not cancelled any more, and a word that we do not know takes no shipping back."""
    if order == 0 or not _is_dated(known, told):
        return _joined(known.state, told.state)
    earlier, later = (known.state, told.state) if order > 0 else (told.state, known.state)
    if later == CANCELLED and earlier in SHIPPED:
        return RETURNED
    return earlier if order > 0 and later == OTHER and earlier in SHIPPED else later


def _joined(one: str, other: str) -> str:
    """The state that two reports without instants lead to, in whatever order they came."""
    if CANCELLED in {one, other} and {one, other} & SHIPPED:
        return RETURNED
    return max(one, other, key=lambda state: RANKS[state])


def _line_change(known: Known, told: Told, line_ref: str, state: str, order: int) -> LineChange:
    before = known.lines.get(line_ref, Pieces(pcs=0))
    stated = told.lines.get(line_ref, 0)
    split_pcs = known.split_pcs.get(line_ref, 0)
    most = max(before.pcs + split_pcs, stated)
    least = before.live_pcs if before.cancelled_pcs else before.pcs + split_pcs
    pcs = most - split_pcs
    live = 0 if state == CANCELLED else min(pcs, _live(known, told, state, order, least=least, stated=stated))
    raised, fell = pcs - before.pcs, (pcs - live) - before.cancelled_pcs
    return LineChange(line_ref=line_ref, after=_pieces(pcs, live), sold_pcs=raised + max(0, -fell), cancelled_pcs=max(0, fell))


def _live(known: Known, told: Told, state: str, order: int, *, least: int, stated: int) -> int:
    """Pieces that are sold, in an order that is not cancelled in the end.

    Before shipping the newer report says it, or the lesser one where nobody knows which is newer. What was shipped is what the first
    report after shipping had, which is the one that has most.
    """
    if told.state == CANCELLED:
        return least
    if told.state in SHIPPED and known.state in SHIPPED:
        return max(least, stated)
    if known.state in SHIPPED:
        return least if state in SHIPPED else stated
    if told.state in SHIPPED:
        return least if known.state != CANCELLED and _is_dated(known, told) and order < 0 else stated
    if not _is_dated(known, told):
        return min(least, stated)
    return max(least, stated) if order == 0 else stated if order > 0 else least


def _pieces(pcs: int, live: int) -> Pieces | None:
    return Pieces(pcs=pcs, cancelled_pcs=pcs - live) if pcs else None
