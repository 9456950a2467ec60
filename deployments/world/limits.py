"""The vendors' limits as they count them themselves."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(kw_only=True)
class TokenBucket:
    """``burst`` calls at once, then one per ``interval_s``; a call may cost more than one."""

    interval_s: float
    burst: int
    _tokens: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._tokens = float(self.burst)

    def take(self, now: datetime, cost: float = 1.0) -> float:
        """0 where the call may pass and is counted, else seconds until it may."""
        self._refill(now)
        if self._tokens >= 1.0 - 1e-9:
            self._tokens -= cost
            return 0.0
        return (1.0 - self._tokens) * self.interval_s

    def charge(self, cost: float) -> None:
        """A penalty for a call that has passed; the bucket may go below zero."""
        self._tokens -= cost

    @property
    def remaining(self) -> int:
        """Calls that may pass at once."""
        return max(0, int(self._tokens))

    def _refill(self, now: datetime) -> None:
        if self._at is not None:
            self._tokens = min(self.burst, self._tokens + (now - self._at) / timedelta(seconds=self.interval_s))
        self._at = now


@dataclass(kw_only=True)
class SlidingWindow:
    """At most ``count`` in any ``seconds``; a call may carry several of what is counted."""

    count: int
    seconds: float
    _taken: deque[tuple[datetime, int]] = field(init=False, default_factory=deque)

    def take(self, now: datetime, amount: int = 1) -> float:
        """0 where it may pass and is counted, else seconds until it may."""
        self._forget(now)
        if self.used + amount <= self.count:
            self._taken.append((now, amount))
            return 0.0
        over = self.used + amount - self.count
        for at, counted in self._taken:
            over -= counted
            if over <= 0:
                return self.seconds - (now - at) / timedelta(seconds=1)
        return self.seconds

    @property
    def used(self) -> int:
        """What the window holds, as of the last call."""
        return sum(amount for _, amount in self._taken)

    def _forget(self, now: datetime) -> None:
        while self._taken and now - self._taken[0][0] >= timedelta(seconds=self.seconds):
            self._taken.popleft()
