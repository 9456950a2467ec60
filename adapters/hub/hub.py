"""The hub: Utyug's only memory. One method of one of its books is one transaction; connections never leave this room."""

from types import TracebackType
from typing import Self

from sqlalchemy import Engine, create_engine

from adapters.clock import Clock


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
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"application_name": "utyug"},
        )
        self.clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
