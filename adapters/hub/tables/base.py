"""The one metadata of the hub, and the few column kinds everything shares."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column(name: str) -> Column[int]:
    """A key the database counts up itself."""
    return Column(name, BigInteger, Identity(always=True), primary_key=True)


def at_column(name: str, *, nullable: bool = False) -> Column[datetime]:
    """An instant: UTC, microseconds."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def stamp_column(name: str = "formed_at") -> Column[datetime]:
    """A stamp of a 1C clock: local, without zone; comparable only with stamps of the same base."""
    return Column(name, DateTime(timezone=False), nullable=True)


def json_column(name: str, *, nullable: bool = True) -> Column[Any]:
    """Structured detail that is shown or kept, never joined on."""
    return Column(name, JSONB, nullable=nullable)
