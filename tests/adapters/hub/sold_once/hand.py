"""A clock that the test moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.clock import Clock

MORNING = datetime(2026, 3, 2, 6, 0, 0, tzinfo=UTC)
BLINK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class HandClock(Clock):
    """It stands still, but for a blink at every look: no two things happen at the same instant."""

    hand: list[datetime] = field(default_factory=lambda: [MORNING])

    def now(self) -> datetime:
        self.hand[0] += BLINK
        return self.hand[0]

    def sleep_until(self, instant: datetime) -> None:
        self.hand[0] = max(self.hand[0], instant)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.hand[0] += timedelta(seconds=seconds)
