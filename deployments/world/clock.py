"""The world's clock: the hub's own two numbers, epoch and speed, so that both show the same instant."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WorldClock:
    """At real instant ``t`` it shows ``epoch + (t - epoch) * speed``."""

    epoch_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    speed: float = 1.0

    def now(self) -> datetime:
        """The world's instant."""
        real = datetime.now(UTC)
        return real if self.speed == 1.0 else self.epoch_at + (real - self.epoch_at) * self.speed
