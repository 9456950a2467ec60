"""From which places a cart is taken: the whole cart or nothing, every shortage named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Shelf: TypeAlias = tuple[int, str]
"""An item at a place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Pieces of an item; ``place`` None draws on any place, in the caller's order."""

    item_id: int
    pcs: int
    place: str | None = None
    line_ref: str = ""

    def __post_init__(self) -> None:
        """Nothing and less than nothing cannot be wanted."""
        if self.pcs < 1:
            raise ValueError(f"{self.pcs} pieces of item {self.item_id} cannot be wanted")


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """Pieces taken at one place, for one wanted line."""

    item_id: int
    place: str
    pcs: int
    line_ref: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortage:
    """What a wanted line lacks; ``free_pcs`` is what there was for it."""

    item_id: int
    place: str | None
    wanted_pcs: int
    free_pcs: int


def shelves_at(shelves: Iterable[Shelf], places: Sequence[str] | None) -> list[Shelf]:
    """An item's shelves at these places, in their order; at all of them, by name, for None."""
    known = sorted(shelves)
    return known if places is None else [shelf for place in places for shelf in known if shelf[1] == place]


def free_at(pools: Mapping[Shelf, int], here: Iterable[Shelf]) -> dict[Shelf, int]:
    """What may be given of one item at some of its places.

    A place may owe pieces while another has some: whoever was sold them where they were not gets them from there. So nobody is given more
    than all places of the item hold together.

    Args:
        pools: what every place of the item has; below zero: it owes.
        here: where to draw, in this order.
    """
    left = max(0, sum(pools.values()))
    free: dict[Shelf, int] = {}
    for shelf in here:
        free[shelf] = min(left, max(0, pools[shelf]))
        left -= free[shelf]
    return free


def free_of(pools: Mapping[Shelf, int], places: Sequence[str] | None) -> dict[Shelf, int]:
    """`free_at` these places for every item among the pools; at all of them for None."""
    items: dict[int, dict[Shelf, int]] = {}
    for shelf, pcs in pools.items():
        items.setdefault(shelf[0], {})[shelf] = pcs
    return {shelf: pcs for shelves in items.values() for shelf, pcs in free_at(shelves, shelves_at(shelves, places)).items()}


def draw(wanted: Sequence[Wanted], free: Mapping[Shelf, int], places: Sequence[str] | None = None) -> list[Drawn] | list[Shortage]:
    """Places for everything wanted, or every shortage.

    Lines that name their place are served first, so that the others do not empty it for them.

    Args:
        wanted: the cart.
        free: pieces by item and place, of an account or of the pool (`free_at`); fewer than none are none.
        places: the only places to draw on, in this order; all of them, by name, if None.
    """
    left = {shelf: max(0, pcs) for shelf, pcs in free.items()}
    order = sorted({place for _, place in left}) if places is None else list(places)
    drawn: list[Drawn] = []
    shortages: list[Shortage] = []
    for line in sorted(wanted, key=lambda line: line.place is None):
        allowed = order if line.place is None else [line.place] if places is None or line.place in places else []
        missing = line.pcs
        for place in allowed:
            taken = min(missing, left.get((line.item_id, place), 0))
            if taken:
                left[line.item_id, place] -= taken
                missing -= taken
                drawn.append(Drawn(item_id=line.item_id, place=place, pcs=taken, line_ref=line.line_ref))
        if missing:
            shortages.append(Shortage(item_id=line.item_id, place=line.place, wanted_pcs=line.pcs, free_pcs=line.pcs - missing))
    return shortages or drawn
