"""Waiting for the hub's notices in a process of its own: the sender's and the dispatcher's ear.

A notice is a hint to look, never the truth: whoever waits looks at the hub after every wait, heard or not.
"""

from types import TracebackType
from typing import Self

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo

from adapters.errors import Unavailable
from adapters.hub.hub import Hub

KEEPALIVE = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 5}


class Listener:
    """One LISTEN connection, reopened after the server was away.

    Args:
        hub: whose notices.
        channels: their names: ``incident``, ``feed``, ``stock`` …
    """

    def __init__(self, hub: Hub, *channels: str) -> None:
        url = hub.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._dsn = make_conninfo(url, application_name="utyug-listener", **KEEPALIVE)
        self._channels = channels
        self._connection: Connection[tuple[object, ...]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def wait(self, timeout_s: float) -> set[str]:
        """The channels something was heard on, at the latest after ``timeout_s``.

        The first wait after the server was away returns all channels at once: anything may have been missed.

        Raises:
            Unavailable: the hub's server does not answer.
        """
        try:
            if self._connection is None:
                self._connection = self._listening()
                return set(self._channels)
            first = [note.channel for note in self._connection.notifies(timeout=timeout_s, stop_after=1)]
            return {*first, *(note.channel for note in self._connection.notifies(timeout=0))}
        except psycopg.OperationalError as error:
            self.close()
            raise Unavailable("База Utyug не отвечает.", system="hub") from error

    def _listening(self) -> Connection[tuple[object, ...]]:
        connection = psycopg.connect(self._dsn, autocommit=True)
        for channel in self._channels:
            connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
        return connection
