"""The world's clock: the hub's own two numbers, epoch and speed, so that both show the same instant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar


@dataclass(frozen=True, kw_only=True, slots=True)
class WorldClock:
    """At real instant ``t`` it shows ``epoch + (t - epoch) * speed``."""

    moves_by_itself: ClassVar[bool] = True
    """Where it does not, nobody waits for an instant: what is due happens when the control says so."""

    epoch_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    speed: float = 1.0

    def now(self) -> datetime:
        """The world's instant."""
        real = datetime.now(UTC)
        return real if self.speed == 1.0 else self.epoch_at + (real - self.epoch_at) * self.speed


class HandClock(WorldClock):
    """Stands still at ``epoch_at`` until it is moved from outside; it never goes back."""

    moves_by_itself: ClassVar[bool] = False
    _moved_to: datetime | None = None

    def now(self) -> datetime:
        """Where it was moved to."""
        return self._moved_to or self.epoch_at

    def move_to(self, at: datetime) -> None:
        """On to an instant; one that has passed changes nothing."""
        object.__setattr__(self, "_moved_to", max(at, self.now()))

    def pass_(self, seconds: float) -> None:
        """On by so much."""
        self.move_to(self.now() + timedelta(seconds=seconds))
