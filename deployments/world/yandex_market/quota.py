"""A resource limit as the Market counts it: an amount per whole minute or hour, as ``X-RateLimit-Resource-Until`` tells."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(kw_only=True)
class Quota:
    """``amount`` per ``period_s``, counted anew when a minute or an hour of the clock begins."""

    amount: int
    period_s: int
    _used: int = field(init=False, default=0)
    _period: int = field(init=False, default=-1)

    def has_room_for(self, cost: int, now: datetime) -> bool:
        """Whether so much may still pass in this period."""
        self._turn(now)
        return self._used + cost <= self.amount

    def spend(self, cost: int, now: datetime) -> None:
        """Count what has passed."""
        self._turn(now)
        self._used += cost

    def headers(self, now: datetime) -> dict[str, str]:
        """What the Market tells with every answer."""
        self._turn(now)
        until = datetime.fromtimestamp((self._period + 1) * self.period_s, UTC)
        return {
            "X-RateLimit-Resource-Limit": str(self.amount),
            "X-RateLimit-Resource-Remaining": str(max(0, self.amount - self._used)),
            "X-RateLimit-Resource-Until": as_http_date(until),
        }

    def _turn(self, now: datetime) -> None:
        period = int(now.timestamp()) // self.period_s
        if period != self._period:
            self._period, self._used = period, 0


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def as_http_date(at: datetime) -> str:
    """An instant as RFC 822 writes it, in no locale's language."""
    return f"{_DAYS[at.weekday()]}, {at:%d} {_MONTHS[at.month - 1]} {at:%Y %H:%M:%S} GMT"
