"""From which places a cart is taken: the whole cart or nothing, every shortage named."""

from collections.abc import Mapping, Sequence
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


def draw(wanted: Sequence[Wanted], free: Mapping[Shelf, int], places: Sequence[str] | None = None) -> list[Drawn] | list[Shortage]:
    """Places for everything wanted, or every shortage.

    Lines that name their place are served first, so that the others do not empty it for them.

    Args:
        wanted: the cart.
        free: pieces by item and place; fewer than none are none.
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
