"""The only thing that reads time.

The shop's clock and the stand-in world's clock are the same two numbers, epoch and speed: at real instant ``t`` both show
``epoch + (t - epoch) * speed``. A real shop runs at speed 1, where the epoch does not matter.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """Instants are UTC with microseconds; ``speed`` is shop seconds per real second."""

    epoch_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    speed: float = 1.0

    def now(self) -> datetime:
        """The shop's instant."""
        real = datetime.now(UTC)
        return real if self.speed == 1.0 else self.epoch_at + (real - self.epoch_at) * self.speed

    def sleep_until(self, instant: datetime) -> None:
        """Block until the shop's clock shows ``instant``."""
        while (left := (instant - self.now()) / timedelta(seconds=1)) > 0:
            time.sleep(left / self.speed)


def elapsed_s() -> float:
    """Real seconds since some instant of the past, the same one for the life of the process: for how long something has lain unused."""
    return time.monotonic()
