"""What the guarantee stands on: four bounds of a told channel (DESIGN §4), set in settings, measured, and alarmed when they break."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import Field

from validation.part import Part

VISIBLE, EFFECTIVE, STALE, RESTORED = BOUNDS = ("visible", "effective", "stale", "restored")


class Bounds(Part):
    """Longest times, in seconds of the shop's clock.

    The defaults of each kind of channel lie above what the vendors document (`reference/marketplaces.md`) and what is commonly seen; what
    a shop measures is in its reports.
    """

    visible_s: float = Field(ge=0, description="L: an order is in the list")
    effective_s: float = Field(ge=0, description="T: a write takes effect, or never will")
    stale_s: float = Field(ge=0, description="S: what is read back may be so old")
    restored_s: float = Field(ge=0, description="R: a cancelled piece may return to sale by itself")

    @property
    def visible(self) -> timedelta:
        """L."""
        return timedelta(seconds=self.visible_s)

    @property
    def effective(self) -> timedelta:
        """T."""
        return timedelta(seconds=self.effective_s)

    @property
    def stale(self) -> timedelta:
        """S."""
        return timedelta(seconds=self.stale_s)

    @property
    def restored(self) -> timedelta:
        """R."""
        return timedelta(seconds=self.restored_s)


def took_s(began_at: datetime, ended_at: datetime) -> float:
    """A measured time; clocks that differ make none of less than nothing."""
    return max(0.0, (ended_at - began_at) / timedelta(seconds=1))


def hidden(seen_after_s: Iterable[float], polled_at: datetime, now: datetime) -> list[float]:
    """How long orders were provably not in the list: from being placed until the poll before the one that found them.

    What they waited for us since is not their channel's lag. Those placed after that poll prove nothing.

    Args:
        seen_after_s: of each order found now, how long after it was placed.
        polled_at: when the poll before began.
        now: when they were found.
    """
    since_s = took_s(polled_at, now)
    return [one - since_s for one in seen_after_s if one > since_s]
