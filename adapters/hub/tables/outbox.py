"""What other systems are to be told, until they have taken it."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, text

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

outbox = Table(
    "outbox",
    METADATA,
    id_column("outbox_id"),
    Column("target", Text, nullable=False, comment="crm:<name> | channel:<name> | onec:<base>"),
    Column("kind", Text, nullable=False, comment="what is told: order | customer | confirm | ready | cancel …"),
    Column("subject", Text, nullable=False, comment="of what: our key of it"),
    Column("version", BigInteger, nullable=False, server_default="1", comment="counts what happened to it"),
    Column("told_version", BigInteger, nullable=False, server_default="0", comment="the newest that the target has taken"),
    Column("is_dead", Boolean, nullable=False, server_default="false", comment="waits for a person, or for the next change"),
    Column("attempts", Integer, nullable=False, server_default="0", comment="in a row that did not come through"),
    Column("is_unknown", Boolean, nullable=False, server_default="false", comment="nobody can tell what became of the last attempt"),
    Column("sentence", Text, comment="why the last attempt did not come through"),
    Column("foreign_ref", Text, comment="what the target calls it"),
    json_column("detail"),
    at_column("enqueued_at"),
    at_column("due_at"),
    at_column("claimed_until", nullable=True),
    Column("claim_ref", Text, comment="who is telling it now"),
    at_column("told_at", nullable=True),
    UniqueConstraint("target", "kind", "subject"),
    Index("ix_outbox_due", "target", "due_at", postgresql_where=text("told_version < version and not is_dead")),
    Index("ix_outbox_dead", "target", postgresql_where=text("is_dead")),
    Index("ix_outbox_subject", "subject"),
)
"""One row per target, kind and subject: what is told is always the newest, so that nothing is created after it was changed."""
