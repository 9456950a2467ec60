"""How often an event is told again before a person has to look at it (DESIGN §5)."""

from collections.abc import Sequence
from datetime import timedelta

FIRST = timedelta(seconds=15)
LONGEST = timedelta(hours=1)
ATTEMPTS_AT_MOST = 20
"""With the pauses below: about half a day."""
UNKNOWN_WAITS = timedelta(seconds=60)
"""What nobody can tell of is looked up no sooner: the other side may still be at it, and a call of Bitrix24 lasts up to a minute, after
which its lists take a while to show what it made."""


def pause(attempts: int, *, is_unknown: bool) -> timedelta:
    """How long to wait after so many attempts in a row that did not come through.

    It doubles each time. Nothing is added by chance: targets keep a pace of their own, so that what waits together does not rush together.
    """
    waits: timedelta = min(LONGEST, FIRST * (1 << min(attempts - 1, 20)))
    return max(waits, UNKNOWN_WAITS) if is_unknown else waits


def is_dead(attempts: int) -> bool:
    """Whether so many attempts were enough."""
    return attempts >= ATTEMPTS_AT_MOST


def named(subjects: Sequence[str], *, most: int = 5) -> str:
    """The first few of them for a message."""
    rest = len(subjects) - most
    return ", ".join(subjects[:most]) + (f" и ещё {rest}" if rest > 0 else "")
