"""A seller's warehouse of Wildberries: what it shows, and what it showed. Nothing tells what orders have reserved."""

from dataclasses import dataclass, field
from datetime import datetime

from deployments.world.slowness import Past


@dataclass(kw_only=True)
class Warehouse:
    """A warehouse of the seller's. ``stock`` is read by anybody and changed here only."""

    warehouse_id: int
    name: str
    office_id: int = 15
    cargo_type: int = 1
    delivery_type: int = 1
    is_deleting: bool = False
    is_processing: bool = False
    is_blocked: bool = False
    stock: dict[int, int] = field(default_factory=dict)
    past: dict[int, Past[int | None]] = field(default_factory=dict)

    def put(self, chrt_id: int, pcs: int, at: datetime) -> None:
        """A figure, absolute."""
        self.stock[chrt_id] = pcs
        self._note(chrt_id, at)

    def move(self, chrt_id: int, pcs: int, at: datetime) -> None:
        """So many more, or fewer; a size that is not there stays so."""
        if chrt_id in self.stock:
            self.put(chrt_id, self.stock[chrt_id] + pcs, at)

    def forget(self, chrt_id: int, at: datetime) -> None:
        """The row is gone until it is written again."""
        self.stock.pop(chrt_id, None)
        self._note(chrt_id, at)

    def as_of(self, chrt_id: int, at: datetime) -> int | None:
        """The figure of an instant; none where there was no row."""
        return self.past[chrt_id].as_of(at) if chrt_id in self.past else None

    def _note(self, chrt_id: int, at: datetime) -> None:
        self.past.setdefault(chrt_id, Past()).note(self.stock.get(chrt_id), at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is to happen to a row: another figure, or so many more."""

    warehouse_id: int
    chrt_id: int
    pcs: int
    is_absolute: bool
