"""Stock of the Market: what a pool shows of an offer, what orders have frozen there, and what both were."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from deployments.world.slowness import EVER, Past

T = TypeVar("T")


@dataclass(kw_only=True)
class Lagged(Generic[T]):
    """A value that is seen some time after it was accepted. Values are replaced and never changed, so that a copy shares them."""

    shown: T | None = None
    coming: list[tuple[datetime, T]] = field(default_factory=list)

    def copied(self) -> "Lagged[T]":
        """The same value, to be changed by itself."""
        return Lagged(shown=self.shown, coming=list(self.coming))

    def accept(self, value: T, *, seen_at: datetime) -> None:
        """Keep a value that is to be seen later; an older one that was to be seen after it never is."""
        self.coming = [*((at, older) for at, older in self.coming if at < seen_at), (seen_at, value)]

    def put(self, value: T) -> None:
        """As if typed into the cabinet: seen at once, instead of all that was coming."""
        self.coming.clear()
        self.shown = value

    def seen(self, now: datetime) -> T | None:
        """What the Market shows at this instant."""
        while self.coming and self.coming[0][0] <= now:
            self.shown = self.coming.pop(0)[1]
        return self.shown

    @property
    def latest(self) -> T | None:
        """What was accepted last, seen or not."""
        return self.coming[-1][1] if self.coming else self.shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """Pieces available to order, and the moment at which that was true."""

    pcs: int
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Of one instant."""

    count: Count | None
    frozen_pcs: int


@dataclass(kw_only=True)
class Pile:
    """An offer in a pool. Whoever looks says ``now``: what has come to be shown by then is noted with its own instant."""

    count: Lagged[Count] = field(default_factory=Lagged)
    frozen_pcs: int = 0
    past: Past[Figures] = field(default_factory=Past)

    def copied(self) -> "Pile":
        """The same, to be changed by itself."""
        return Pile(count=self.count.copied(), frozen_pcs=self.frozen_pcs, past=Past(rows=self.past.rows.copy()))

    def forget(self) -> None:
        """The card has left; what is frozen stays so."""
        self.count, self.past = Lagged(), Past()

    def tell(self, count: Count, *, seen_at: datetime) -> None:
        """The seller's own number; one that was true before the kept one changes nothing."""
        kept = self.count.latest
        if kept is None or kept.updated_at <= count.updated_at:
            self.count.accept(count, seen_at=seen_at)

    def put(self, count: Count, now: datetime, *, is_old: bool = False) -> None:
        """As if typed into the cabinet, or as if it had always been there."""
        self.count.put(count)
        self._note(EVER if is_old else now)

    def seen(self, now: datetime) -> Count | None:
        """What is shown."""
        for at, _ in list(self.count.coming):
            if at <= now:
                self.count.seen(at)
                self._note(at)
        return self.count.shown

    def move(self, now: datetime, *, shown_pcs: int = 0, frozen_pcs: int = 0) -> None:
        """So many more, or fewer; a number that was never told is not made up."""
        count = self.seen(now)
        if count is not None:
            self.count.shown = Count(pcs=count.pcs + shown_pcs, updated_at=count.updated_at)
        self.frozen_pcs += frozen_pcs
        self._note(now)

    def as_of(self, at: datetime, now: datetime) -> Figures:
        """Both figures as they were at one instant."""
        self.seen(now)
        return self.past.as_of(at) or Figures(count=None, frozen_pcs=0)

    def _note(self, at: datetime) -> None:
        self.past.note(Figures(count=self.count.shown, frozen_pcs=self.frozen_pcs), at)
