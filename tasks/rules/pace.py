"""When a call may leave, so that a vendor's limit is never broken: a token bucket kept as one instant (GCRA)."""

from datetime import datetime, timedelta
from typing import NamedTuple


class Turn(NamedTuple):
    """``leave_at``: when the call may go; ``booked_until``: the bucket after it."""

    leave_at: datetime
    booked_until: datetime


def turn(booked_until: datetime | None, now: datetime, *, interval_s: float, burst: int, cost: int) -> Turn:
    """The next turn of a limit that lets ``burst`` calls through at once and then one per ``interval_s``.

    Args:
        booked_until: the bucket is full again at this instant; none where nobody called yet.
        now: the shop's instant.
        interval_s: seconds that one call is worth.
        burst: calls that a full bucket lets through at once.
        cost: how many calls this one counts for; more than ``burst`` waits for the bucket to be full.
    """
    taken = max(booked_until or now, now) + timedelta(seconds=interval_s) * cost
    return Turn(max(now, taken - allowance(interval_s=interval_s, burst=burst, cost=cost)), taken)


def allowance(*, interval_s: float, burst: int, cost: int) -> timedelta:
    """How far the bucket may be booked when a call leaves."""
    return timedelta(seconds=interval_s) * max(burst, cost)
