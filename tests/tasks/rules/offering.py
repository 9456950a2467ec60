"""Offers for the tests of the offer protocol, and any that may be."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tasks.rules.bounds import Bounds
from tasks.rules.offer import Offer, Reading, Stride, Wish, Withdrawn, Write, leave, left, settled_pcs, write

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
VISIBLE, EFFECTIVE, STALE, RESTORED = 30, 60, 10, 600
BOUNDS = Bounds(visible_s=VISIBLE, effective_s=EFFECTIVE, stale_s=STALE, restored_s=RESTORED)
STRIDE = Stride()


def at(seconds: float) -> datetime:
    """So many seconds from now."""
    return NOW + seconds * SECOND


def reading(shown_pcs: int, began_s: float = 0, *, reserved_pcs: int = 0, took_s: float = 1) -> Reading:
    """A read-back begun so many seconds from now."""
    return Reading(began_at=at(began_s), ended_at=at(began_s + took_s), shown_pcs=shown_pcs, reserved_pcs=reserved_pcs)


def written(pcs: int, *, exposed_pcs: int = 0) -> Offer:
    """A positive figure that was set aside now and left at once."""
    return leave(write(Offer(exposed_pcs=exposed_pcs), pcs, NOW, BOUNDS), NOW, BOUNDS)


def over(pcs: int, *, exposed_pcs: int = 0) -> Offer:
    """The same, its call over; it is dead at `EFFECTIVE`."""
    return left(written(pcs, exposed_pcs=exposed_pcs), NOW, BOUNDS)


def settled(offer: Offer, *, poll_s: float, known_open_pcs: int = 0) -> int | None:
    """What the listing may still sell, once a poll begun so many seconds from now is recorded."""
    return settled_pcs(offer, poll_began_at=at(poll_s), known_open_pcs=known_open_pcs, bounds=BOUNDS)


instants = st.integers(-1_000, 1_000).map(at)
pieces = st.integers(0, 20)
readings = st.builds(reading, pieces, st.integers(-1_000, 1_000), reserved_pcs=pieces)
writes = st.builds(Write, pcs=pieces, made_at=instants, leave_by_at=instants, sent_at=st.none() | instants)
withdrawals = st.lists(st.builds(Withdrawn, pcs=st.integers(1, 5), learned_at=instants), max_size=3).map(tuple)
offers = st.builds(
    Offer,
    exposed_pcs=pieces,
    write=st.none() | writes,
    alive_until_at=st.none() | instants,
    exposed_before_pcs=pieces,
    reading=st.none() | readings,
    withdrawn=withdrawals,
    is_connecting=st.booleans(),
)
settled_offers = st.builds(Offer, exposed_pcs=pieces, withdrawn=withdrawals)
wishes = st.builds(
    Wish, target_pcs=st.integers(-1, 20), pool_pcs=st.integers(-5, 30), shown_pcs=st.none() | pieces, moves_at=st.none() | instants
)
