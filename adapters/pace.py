"""The pace at which an account may be called: its vendor's limits, kept before they are broken.

A limit is a constant of the adapter with the vendor's page beside it. Whoever calls takes a turn and waits for it; several processes
that use one account share its turns through the hub (`adapters.hub.pace`), a lone one may keep them to itself.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

from adapters.clock import Clock
from adapters.errors import RateLimited
from tasks.rules.pace import Turn, turn


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """One limit of one account.

    Args:
        name: the vendor's group of methods; calls of one account under one name share the limit.
        interval_s: seconds that one call is worth.
        burst: calls that may leave at once. Keep one below the vendor's where it allows several: a call that travels slower than the
            next one brings them together.
        refusal_cost: how many calls an answer 4XX counts for.
        parallel: calls that may be under way at once; none for any number.
    """

    name: str
    interval_s: float = 0.0
    burst: int = 1
    refusal_cost: int = 1
    parallel: int | None = None

    @classmethod
    def per_window(cls, name: str, count: int, seconds: float, *, burst: int = 1) -> Self:
        """At most ``count`` in any ``seconds``, of which ``burst`` may leave at once, however the vendor lays his windows."""
        return cls(name=name, interval_s=seconds / max(1, count - burst), burst=burst)


class Pace(Protocol):
    """The turns of one account. ``limits`` maps a limit to what the call counts for there: 1, or the rows it carries."""

    def turn(self, limits: Mapping[Limit, int]) -> AbstractContextManager[None]:
        """Wait until a call may leave; the block is the call.

        Raises:
            RateLimited: the turn is further away than anybody should wait for.
        """
        ...

    def charge(self, limit: Limit, cost: int) -> None:
        """A call has cost more than its turn."""
        ...

    def pause(self, limit: Limit, until: datetime) -> None:
        """The vendor asked for silence until then."""
        ...


LONGEST_WAIT_S = 90.0
"""A turn further away than this is the next run's."""


def not_too_far(leave_at: datetime, now: datetime, *, system: str) -> None:
    """Raises `RateLimited` for a turn that nobody should wait for; it is not taken then."""
    wait_s = (leave_at - now) / timedelta(seconds=1)
    if wait_s > LONGEST_WAIT_S:
        sentence = f"{system}: площадка просит подождать ещё {wait_s:.0f} с. Остальное уйдёт в следующий раз."
        raise RateLimited(sentence, system=system, retry_after_s=wait_s)


def slowest_first(limits: Iterable[Limit]) -> list[Limit]:
    """The order in which a call takes its turns: each is booked when the one before it has come, or it would be booked too early."""
    return sorted((limit for limit in limits if limit.interval_s > 0), key=lambda limit: -limit.interval_s)


class LocalPace:
    """The turns of one account within one process.

    Args:
        system: the account's name in sentences.
        clock: the shop's clock.
    """

    def __init__(self, system: str, *, clock: Clock) -> None:
        self._system = system
        self._clock = clock
        self._lock = threading.Lock()
        self._booked: dict[str, datetime] = {}
        self._slots: dict[str, threading.BoundedSemaphore] = {}

    @contextmanager
    def turn(self, limits: Mapping[Limit, int]) -> Iterator[None]:
        """`Pace.turn`."""
        with ExitStack() as held:
            for limit in limits:
                if limit.parallel is not None:
                    held.enter_context(self._slots_of(limit, limit.parallel))
            for limit in slowest_first(limits):
                self._clock.sleep_until(self._book(limit, limits[limit]))
            yield

    def charge(self, limit: Limit, cost: int) -> None:
        """`Pace.charge`."""
        with self._lock:
            self._booked[limit.name] = self._turn(limit, cost).booked_until

    def pause(self, limit: Limit, until: datetime) -> None:
        """`Pace.pause`."""
        with self._lock:
            full_at = until + timedelta(seconds=limit.interval_s) * (limit.burst - 1)
            self._booked[limit.name] = max(self._booked.get(limit.name, full_at), full_at)

    def _book(self, limit: Limit, cost: int) -> datetime:
        with self._lock:
            taken = self._turn(limit, cost)
            not_too_far(taken.leave_at, self._clock.now(), system=self._system)
            self._booked[limit.name] = taken.booked_until
        return taken.leave_at

    def _turn(self, limit: Limit, cost: int) -> Turn:
        return turn(self._booked.get(limit.name), self._clock.now(), interval_s=limit.interval_s, burst=limit.burst, cost=cost)

    def _slots_of(self, limit: Limit, parallel: int) -> threading.BoundedSemaphore:
        with self._lock:
            return self._slots.setdefault(limit.name, threading.BoundedSemaphore(parallel))
