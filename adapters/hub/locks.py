"""Advisory locks: one recorder per 1C base, so that catalogue, series and quarantine of a source change one at a time; others by name."""

from sqlalchemy import Connection, text

RECORDING = 0x5574

TRY_LOCK = text("select pg_try_advisory_lock(hashtextextended(:key, 0))")
LOCK = text("select pg_advisory_lock(hashtextextended(:key, 0))")
UNLOCK = text("select pg_advisory_unlock(hashtextextended(:key, 0))")
"""By name, held by the connection until it lets go or ends."""


def lock_source(connection: Connection, source: str) -> None:
    """Wait until nobody else records this source; held until the transaction ends."""
    connection.execute(text("select pg_advisory_xact_lock(:recording, hashtext(:source))"), {"recording": RECORDING, "source": source})
