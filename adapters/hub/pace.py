"""The turns of an account that several processes share: instants in the hub, and locks for calls under way."""

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.locks import LOCK, TRY_LOCK, UNLOCK
from adapters.hub.tables.listing import pace
from adapters.pace import LONGEST_WAIT_S, Limit, not_too_far, slowest_first
from tasks.rules.pace import allowance

NO_TIME, EVER = timedelta(0), datetime.max.replace(tzinfo=UTC)

MOVE = text("""
    update pace set booked_until = greatest(booked_until, :since) + :worth
    where account = :account and name = :name and booked_until <= :latest
    returning booked_until
""")
"""Every call waits for it: text, which costs nothing to build."""


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

    @contextmanager
    def turn(self, limits: Mapping[Limit, int]) -> Iterator[None]:
        """`Pace.turn`."""
        with ExitStack() as held:
            for limit in limits:
                if limit.parallel is not None:
                    held.enter_context(self._slot(limit, limit.parallel))
            for limit in slowest_first(limits):
                self._hub.clock.sleep_until(self._book(limit, limits[limit]))
            yield

    def charge(self, limit: Limit, cost: int) -> None:
        """`Pace.charge`."""
        self._move(limit, self._hub.clock.now(), worth=timedelta(seconds=limit.interval_s) * cost)

    def pause(self, limit: Limit, until: datetime) -> None:
        """`Pace.pause`."""
        full_at = until + timedelta(seconds=limit.interval_s) * (limit.burst - 1)
        self._move(limit, full_at)

    def _book(self, limit: Limit, cost: int) -> datetime:
        """Book a turn by `tasks.rules.pace.turn`, in one statement: every call waits for it."""
        now = self._hub.clock.now()
        allowed = allowance(interval_s=limit.interval_s, burst=limit.burst, cost=cost)
        worth = timedelta(seconds=limit.interval_s) * cost
        latest = now + timedelta(seconds=LONGEST_WAIT_S) + allowed - worth
        taken = self._move(limit, now, worth=worth, latest=latest)
        if taken is None:
            taken = self._booked_until(limit) + worth
        leave_at = max(now, taken - allowed)
        not_too_far(leave_at, now, system=self._system)
        return leave_at

    def _move(self, limit: Limit, since: datetime, *, worth: timedelta = NO_TIME, latest: datetime = EVER) -> datetime | None:
        """Book a limit so much further, from then at least; how far it is booked now, none where it was booked beyond the latest."""
        told = {"account": self._account, "name": limit.name, "since": since, "worth": worth, "latest": latest}
        with self._hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            moved: datetime | None = connection.execute(MOVE, told).scalar()
            if moved is None and self._is_new(connection, limit):
                moved = connection.execute(MOVE, told).scalar()
        return moved

    def _is_new(self, connection: Connection, limit: Limit) -> bool:
        """Whether the limit had no row and has one now: nobody called yet, or the server has crashed and forgotten."""
        fresh = {"account": self._account, "name": limit.name, "booked_until": self._hub.clock.now()}
        put = insert(pace).values(fresh).on_conflict_do_nothing().returning(pace.c.name)
        return connection.execute(put).scalar() is not None

    def _booked_until(self, limit: Limit) -> datetime:
        with self._hub.engine.begin() as connection:
            booked: datetime = connection.execute(select(pace.c.booked_until).where(*self._of(limit))).scalar_one()
        return booked

    def _of(self, limit: Limit) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return pace.c.account == self._account, pace.c.name == limit.name

    @contextmanager
    def _slot(self, limit: Limit, parallel: int) -> Iterator[None]:
        """One of the calls that may be under way at once; a process that dies gives its slots back."""
        keys = [{"key": f"pace:{self._account}:{limit.name}:{number}"} for number in range(parallel)]
        with self._hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            free = (key for key in keys if connection.execute(TRY_LOCK, key).scalar_one())
            key = next(free, None)
            if key is None:
                key = random.choice(keys)  # noqa: S311 - any of them
                connection.execute(LOCK, key)
            try:
                yield
            finally:
                connection.execute(UNLOCK, key)
