"""The turns of an account that several processes share: instants in the hub, and locks for calls under way."""

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.tables.listing import pace
from adapters.pace import Limit, not_too_far
from tasks.rules.pace import Turn, turn


class HubPace:
    """`adapters.pace.Pace` through the hub.

    Args:
        hub: the hub.
        account: whose limits they are: the vendor and the seller.
        system: the account's name in sentences.
    """

    def __init__(self, hub: Hub, account: str, *, system: str) -> None:
        self._hub = hub
        self._account = account
        self._system = system
        self._begun: set[str] = set()

    @contextmanager
    def turn(self, limits: Mapping[Limit, int]) -> Iterator[None]:
        """`Pace.turn`."""
        with ExitStack() as held:
            for limit in limits:
                if limit.parallel is not None:
                    held.enter_context(self._slot(limit, limit.parallel))
            left = {limit: cost for limit, cost in limits.items() if limit.interval_s > 0}
            while left:
                limit, leave_at = self._book_farthest(left)
                self._hub.clock.sleep_until(leave_at)
                del left[limit]
            yield

    def charge(self, limit: Limit, cost: int) -> None:
        """`Pace.charge`."""
        self._begin([limit])
        with self._hub.engine.begin() as connection:
            booked = self._booked(connection, {limit.name})
            self._leave(connection, limit.name, self._turn(booked[limit.name], limit, cost).booked_until)

    def pause(self, limit: Limit, until: datetime) -> None:
        """`Pace.pause`."""
        self._begin([limit])
        full_at = until + timedelta(seconds=limit.interval_s) * (limit.burst - 1)
        with self._hub.engine.begin() as connection:
            booked = self._booked(connection, {limit.name})
            self._leave(connection, limit.name, max(booked[limit.name], full_at))

    def _book_farthest(self, limits: Mapping[Limit, int]) -> tuple[Limit, datetime]:
        """Book the turn that is furthest away; the others are booked when it has come, or they would be booked too early."""
        self._begin(limits)
        with self._hub.engine.begin() as connection:
            booked = self._booked(connection, {limit.name for limit in limits})
            turns = {limit: self._turn(booked[limit.name], limit, cost) for limit, cost in limits.items()}
            limit, taken = max(turns.items(), key=lambda each: each[1].leave_at)
            not_too_far(taken.leave_at, self._hub.clock.now(), system=self._system)
            self._leave(connection, limit.name, taken.booked_until)
        return limit, taken.leave_at

    def _turn(self, booked: datetime, limit: Limit, cost: int) -> Turn:
        return turn(booked, self._hub.clock.now(), interval_s=limit.interval_s, burst=limit.burst, cost=cost)

    def _booked(self, connection: Connection, names: set[str]) -> dict[str, datetime]:
        """How far each limit is booked; nobody else changes them until the transaction ends."""
        # Every call waits for this transaction; what a crash of the server would lose of it is over in seconds.
        connection.execute(text("set local synchronous_commit = off"))
        own = (pace.c.account == self._account, pace.c.name.in_(names))
        locked = select(pace.c.name, pace.c.booked_until).where(*own).order_by(pace.c.name).with_for_update()
        return {row.name: row.booked_until for row in connection.execute(locked)}

    def _begin(self, limits: Iterable[Limit]) -> None:
        """Make sure that each limit has its row, before anybody holds a lock on another."""
        new = sorted({limit.name for limit in limits} - self._begun)
        if not new:
            return
        fresh = [{"account": self._account, "name": name, "booked_until": self._hub.clock.now()} for name in new]
        with self._hub.engine.begin() as connection:
            connection.execute(insert(pace).values(fresh).on_conflict_do_nothing())
        self._begun.update(new)

    def _leave(self, connection: Connection, name: str, booked_until: datetime) -> None:
        own = (pace.c.account == self._account, pace.c.name == name)
        connection.execute(pace.update().where(*own).values(booked_until=booked_until))

    @contextmanager
    def _slot(self, limit: Limit, parallel: int) -> Iterator[None]:
        """One of the calls that may be under way at once; a process that dies gives its slots back."""
        keys = [func.hashtextextended(f"pace:{self._account}:{limit.name}:{number}", 0) for number in range(parallel)]
        with self._hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            free = (key for key in keys if connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one())
            key = next(free, None)
            if key is None:
                key = random.choice(keys)  # noqa: S311 - any of them
                connection.execute(select(func.pg_advisory_lock(key)))
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(key)))
