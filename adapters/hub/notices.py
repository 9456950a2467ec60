"""Hearing what changed in the hub: one LISTEN connection for the whole process, any number of waiters.

A notice is a hint to look, never the truth: notices sent while the connection was down are lost, so everybody is woken when it
comes back, and every waiter looks before it waits again.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

LOG = logging.getLogger("utyug.hub")
RECONNECT_S = 0.5
KEEPALIVE: dict[str, Any] = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 5}


class Ear:
    """One waiter's attention: what it is about, whether something was heard since it last looked, whether its time is up."""

    def __init__(self) -> None:
        self.is_over = False
        self._about: set[str] = set()
        self._heard = asyncio.Event()

    def listen_for(self, payload: object) -> bool:
        """Attend to one more payload; true where that is new, and then the hub must be looked at after this, not before."""
        is_new = str(payload) not in self._about
        self._about.add(str(payload))
        return is_new

    async def heard(self) -> None:
        """Wait until something was heard since the last time, or the time is up."""
        await self._heard.wait()
        self._heard.clear()

    def wake(self, payload: str | None) -> None:
        """Called with a payload that came, or with nothing where anything may have been missed."""
        if payload is None or payload in self._about:
            self._heard.set()

    def end(self) -> None:
        """The time is up."""
        self.is_over = True
        self._heard.set()


class Notices:
    """The process's LISTEN connection; an async context manager that keeps it alive through restarts of the server.

    Args:
        url: the hub's (`hub.engine.url`).
        channel: the NOTIFY channel.
    """

    def __init__(self, url: URL, *, channel: str = "feed") -> None:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._dsn = make_conninfo(dsn, application_name="utyug-notices", **KEEPALIVE)
        self._channel = channel
        self._ears: set[Ear] = set()
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_listening(), name="notices")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for ear in self._ears:
            ear.end()

    @property
    def is_listening(self) -> bool:
        """Whether the hub's server is there; what `/health` says."""
        return self._listening.is_set()

    @contextmanager
    def attend(self, *, at_most_s: float) -> Iterator[Ear]:
        """An ear for as long as the block lasts, whose time is up after ``at_most_s`` real seconds."""
        ear = Ear()
        self._ears.add(ear)
        timer = asyncio.get_running_loop().call_later(at_most_s, ear.end)
        try:
            yield ear
        finally:
            timer.cancel()
            self._ears.discard(ear)

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                LOG.warning("hub does not answer, listening again in %s s: %s", RECONNECT_S, type(error).__name__)
            finally:
                self._listening.clear()
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self) -> None:
        async with await AsyncConnection.connect(self._dsn, autocommit=True) as connection:
            await connection.execute(sql.SQL("listen {}").format(sql.Identifier(self._channel)))
            self._listening.set()
            self._tell(None)
            async for notice in connection.notifies():
                self._tell(notice.payload)

    def _tell(self, payload: str | None) -> None:
        for ear in tuple(self._ears):
            ear.wake(payload)
