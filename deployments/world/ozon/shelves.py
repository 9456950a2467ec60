"""Warehouses, and a product at one of them: what is free, what is reserved, and what both were."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from deployments.world.slowness import Past


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Of one instant."""

    free_pcs: int = 0
    reserved_pcs: int = 0

    @property
    def present_pcs(self) -> int:
        """All that lies there."""
        return self.free_pcs + self.reserved_pcs


@dataclass(kw_only=True)
class Shelf:
    """What the seller writes is ``free_pcs``: what buyers reserved lies beside it."""

    free_pcs: int = 0
    reserved_pcs: int = 0
    updated_at: datetime
    written_at: datetime | None = None
    past: Past[Figures] = field(default_factory=Past)

    @property
    def present_pcs(self) -> int:
        """All that lies there."""
        return self.free_pcs + self.reserved_pcs

    def put(self, free_pcs: int, now: datetime, *, known_since: datetime | None = None) -> None:
        """The free figure, absolute; what is reserved stays."""
        self.free_pcs, self.updated_at = free_pcs, now
        self._note(known_since or now)

    def move(self, now: datetime, *, free_pcs: int = 0, reserved_pcs: int = 0) -> None:
        """So many more, or fewer."""
        self.free_pcs += free_pcs
        self.reserved_pcs += reserved_pcs
        self.updated_at = now
        self._note(now)

    def as_of(self, at: datetime) -> Figures:
        """Both figures as they were at one instant."""
        return self.past.as_of(at) or Figures()

    def _note(self, at: datetime) -> None:
        self.past.note(Figures(free_pcs=self.free_pcs, reserved_pcs=self.reserved_pcs), at)


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """A seller's warehouse (FBS)."""

    warehouse_id: int
    name: str
    is_kgt: bool = False
    status: str = "created"
    max_weight_g: int = 300_000

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self
