"""The hub: Utyug's only memory. One method of one of its books is one transaction; connections never leave this room."""

from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from adapters.clock import Clock, elapsed_s

FRESH_S = 1.0
"""A connection that was in use so lately is not asked whether its server still lives: no server dies and is back in less."""
RETURNED = "returned_s"


class Hub:
    """The hub's books over one pool of connections.

    Args:
        url: SQLAlchemy URL, ``postgresql+psycopg://…``.
        clock: the shop's clock; every instant in the hub comes from it.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        self.engine: Engine = create_engine(
            url,
            pool_size=5,
            max_overflow=15,
            hide_parameters=True,
            connect_args={"application_name": "utyug"},
        )
        self.clock = clock
        _ask_those_that_lay(self.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _ask_those_that_lay(engine: Engine) -> None:
    """What SQLAlchemy's ``pool_pre_ping`` does before every transaction, a round trip each, for connections that lay unused only."""

    def returned(driver: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001 - the event's own shape
        entry.info[RETURNED] = elapsed_s()

    def taken(driver: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:  # noqa: ARG001
        returned_s = entry.info.get(RETURNED)
        if returned_s is not None and elapsed_s() - returned_s >= FRESH_S and not _lives(engine, driver):
            raise InvalidatePoolError

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)


def _lives(engine: Engine, driver: DBAPIConnection) -> bool:
    try:
        return engine.dialect.do_ping(driver)
    except psycopg.Error:
        return False
