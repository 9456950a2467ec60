"""One recorder per 1C base: catalogue, series and quarantine of a source change one at a time."""

from sqlalchemy import Connection, text

RECORDING = 0x5574


def lock_source(connection: Connection, source: str) -> None:
    """Wait until nobody else records this source; held until the transaction ends."""
    connection.execute(text("select pg_advisory_xact_lock(:recording, hashtext(:source))"), {"recording": RECORDING, "source": source})
