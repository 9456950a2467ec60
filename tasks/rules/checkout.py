"""What a cart gets at checkout: all of it or nothing, every shortage named; what is lacking may be promised of a receipt to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from tasks.rules.ledger_draw import Drawn, Shelf, Shortage, Wanted, draw

Recipe: TypeAlias = tuple[tuple[int, int], ...]
"""Item and pieces of it in one piece of what is sold; an item alone is its own recipe of one piece."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A line of a cart as the shop understands it.

    Args:
        sku: the site's code.
        pcs: how many are wanted.
        item_id: an item or a bundle; None where there is no such thing.
        recipe: what one piece of it is made of; empty where it cannot be sold.
        promotion: the recipe's; empty for the everyday one.
        why_not: why it cannot be sold at all.
    """

    sku: str
    pcs: int
    item_id: int | None = None
    recipe: Recipe = ()
    promotion: str = ""
    why_not: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is one item and no bundle."""
        return self.recipe == ((self.item_id, 1),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A receipt that is still to come: so many pieces may yet be promised of it."""

    receipt_id: int
    item_id: int
    free_pcs: int
    expected_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """Pieces promised of a receipt."""

    receipt_id: int
    item_id: int
    pcs: int
    promised_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Short:
    """A line that cannot be had as it was wanted, and how much of it there is."""

    sku: str
    wanted_pcs: int
    free_pcs: int
    why_not: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Got:
    """What one line got: pieces from shelves, the rest promised."""

    line: Asked
    drawn: tuple[Drawn, ...]
    promised: tuple[Promised, ...] = ()

    @property
    def backordered_pcs(self) -> int:
        """Of the line, so many are promised of a receipt."""
        return sum(part.pcs for part in self.promised)

    @property
    def promised_on(self) -> date | None:
        """The day by which all of the line is there."""
        return max((part.promised_on for part in self.promised), default=None)


def serve_cart(
    cart: Sequence[Asked],
    free: Mapping[Shelf, int],
    expected: Sequence[Expected] = (),
    *,
    places: Sequence[str] | None = None,
) -> list[Got] | list[Short]:
    """Pieces for a whole cart, or every line that is short.

    Bundles come first: what is left lacking of a plain item may be promised, a part of a bundle may not.

    Args:
        cart: its lines.
        free: pieces by item and place.
        expected: receipts that the buyer may wait for; none where he does not want to.
        places: the only places to draw on, in this order; all of them, by name, if None.
    """
    left = {shelf: pcs for shelf, pcs in free.items() if pcs > 0 and (places is None or shelf[1] in places)}
    waiting = sorted(expected, key=lambda one: (one.expected_on, one.receipt_id))
    got: list[Got] = []
    short: list[Short] = []
    for line in sorted(cart, key=lambda line: line.is_plain):
        part = _serve_line(line, left, waiting, places)
        if isinstance(part, Short):
            short.append(part)
            continue
        got.append(part)
        for drawn in part.drawn:
            left[drawn.item_id, drawn.place] -= drawn.pcs
    order = {line.sku: number for number, line in enumerate(cart)}
    return sorted(short, key=lambda one: order[one.sku]) or sorted(got, key=lambda one: order[one.line.sku])


def free_pcs(recipe: Recipe, free: Mapping[Shelf, int]) -> int:
    """How many pieces the free pieces of its parts make."""
    have = dict.fromkeys((item_id for item_id, _ in recipe), 0)
    for (item_id, _), pcs in free.items():
        if item_id in have:
            have[item_id] += max(0, pcs)
    return min((have[item_id] // pcs for item_id, pcs in recipe), default=0)


def still_promised(
    receipts: Sequence[Expected], *, waiting_pcs: Mapping[int, int], gained_pcs: Mapping[int, int], today: date
) -> list[Expected]:
    """How much of each receipt may yet be promised; those of which nothing may are left out.

    What 1C counted more of the item since the receipt was announced is taken for its arrival, of the earliest first: those pieces are on
    the shelf and are not promised a second time. Of a day that is over nothing is promised.

    Args:
        receipts: ``free_pcs`` is the whole receipt.
        waiting_pcs: by receipt, pieces promised of it and not served yet.
        gained_pcs: by receipt, what the counts brought of its item since it was announced.
        today: the shop's day.
    """
    arrived: dict[int, int] = {}
    left = []
    for one in sorted(receipts, key=lambda one: (one.expected_on, one.receipt_id)):
        came = min(one.free_pcs, max(0, gained_pcs.get(one.receipt_id, 0) - arrived.get(one.item_id, 0)))
        arrived[one.item_id] = arrived.get(one.item_id, 0) + came
        free = one.free_pcs - came - waiting_pcs.get(one.receipt_id, 0)
        if free > 0 and one.expected_on >= today:
            left.append(Expected(receipt_id=one.receipt_id, item_id=one.item_id, free_pcs=free, expected_on=one.expected_on))
    return left


def _serve_line(line: Asked, left: Mapping[Shelf, int], expected: Sequence[Expected], places: Sequence[str] | None) -> Got | Short:
    if not line.recipe:
        return Short(sku=line.sku, wanted_pcs=line.pcs, free_pcs=0, why_not=line.why_not)
    drawn = draw([Wanted(item_id=item_id, pcs=pcs * line.pcs) for item_id, pcs in line.recipe], left, places)
    taken = [part for part in drawn if isinstance(part, Drawn)]
    if len(taken) == len(drawn):
        return Got(line=line, drawn=tuple(taken))
    there = free_pcs(line.recipe, left)
    promised = _promise(line, line.pcs - there, expected) if line.is_plain else ()
    if sum(part.pcs for part in promised) < line.pcs - there:
        return Short(sku=line.sku, wanted_pcs=line.pcs, free_pcs=there, why_not=line.why_not)
    some = draw([Wanted(item_id=item_id, pcs=pcs * there) for item_id, pcs in line.recipe], left, places) if there else []
    return Got(line=line, drawn=tuple(part for part in some if not isinstance(part, Shortage)), promised=promised)


def _promise(line: Asked, pcs: int, expected: Sequence[Expected]) -> tuple[Promised, ...]:
    promised = []
    for one in expected:
        if one.item_id == line.item_id and pcs > 0:
            part = min(pcs, one.free_pcs)
            promised.append(Promised(receipt_id=one.receipt_id, item_id=one.item_id, pcs=part, promised_on=one.expected_on))
            pcs -= part
    return tuple(promised)
