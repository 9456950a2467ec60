"""The hub's schema, brought to the newest version under a lock, so that several processes may start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, text

MIGRATION_LOCK = 0x5574_7975_6701


def migrate(url: str) -> None:
    """Apply the migrations that are missing; one process does it, the others wait for it.

    The lock ends with the connection, which no pool keeps: a migration that fails leaves nobody waiting.

    Args:
        url: SQLAlchemy URL of the hub.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()
