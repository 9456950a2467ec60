"""The driver under a transaction, for the few places where its own speed counts: checkout."""

from typing import Any, TypeAlias, cast

import psycopg
from sqlalchemy import Connection

Driver: TypeAlias = psycopg.Connection[tuple[Any, ...]]


def driver_of(connection: Connection) -> Driver:
    """The driver's own connection; what it executes is part of the same transaction."""
    return cast("Driver", connection.connection.driver_connection)
