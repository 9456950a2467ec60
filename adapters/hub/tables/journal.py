"""What went wrong, what was decided, who must hear of it, and what every run did."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text, UniqueConstraint, text

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

IS_OPEN = text("state = 'open'")
"""As ``ON CONFLICT`` has to say it: a parameter in its place is not recognised once PostgreSQL plans the statement for any value."""

quarantine = Table(
    "quarantine",
    METADATA,
    id_column("quarantine_id"),
    Column("source", Text, nullable=False, comment="1C base or channel"),
    Column("entity", Text, nullable=False, comment="product | offer | price | count | barcode | recipe | order | listing …"),
    Column("key", Text, nullable=False, comment="what identifies the row in its system"),
    Column("reason", Text, nullable=False, comment="code of the check that failed"),
    Column("sentence", Text, nullable=False, comment="for the manager: what, so what, what now"),
    json_column("payload", nullable=False),
    Column("feed_id", BigInteger),
    Column("row", BigInteger, comment="ordinal of the element in its file"),
    Column("state", Text, nullable=False, comment="open | resolved | dismissed"),
    Column("times", Integer, nullable=False, server_default="1"),
    at_column("first_seen_at"),
    at_column("last_seen_at"),
    at_column("closed_at", nullable=True),
    Index(
        "uq_quarantine_open",
        "source",
        "entity",
        "key",
        "reason",
        unique=True,
        postgresql_where=IS_OPEN,
    ),
)

journal = Table(
    "journal",
    METADATA,
    id_column("journal_id"),
    at_column("at"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="what it is about: feed:17, item:…, channel:site"),
    Column("sentence", Text, nullable=False),
    json_column("detail"),
    Index("ix_journal_subject", "subject", "at"),
)

incident = Table(
    "incident",
    METADATA,
    id_column("incident_id"),
    Column("kind", Text, nullable=False, comment="run_failed | run_crashed | feed_held | quarantine_grown | shortfall …"),
    Column("cause", Text, nullable=False, comment="one message per cause: the same cause is the same row"),
    Column("sentence", Text, nullable=False, comment="what happened"),
    Column("meaning", Text, comment="what it means for the shop, and what Utyug did"),
    Column("advice", Text, comment="what the reader should do"),
    Column("link", Text),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("told_times", Integer, nullable=False, server_default="0", comment="count the last message named"),
    at_column("first_at"),
    at_column("last_at"),
    at_column("told_at", nullable=True),
    at_column("recovered_at", nullable=True),
    at_column("recovery_told_at", nullable=True),
    Index("uq_incident_live", "kind", "cause", unique=True, postgresql_where=text("recovered_at is null")),
)

cursor = Table(
    "cursor",
    METADATA,
    Column("system", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    json_column("value", nullable=False),
    at_column("moved_at"),
)

sync_run = Table(
    "sync_run",
    METADATA,
    id_column("run_id"),
    Column("flow", Text, nullable=False),
    Column("channel", Text),
    Column("flow_run_ref", Text, comment="Prefect's id of the run"),
    Column("state", Text, nullable=False, comment="running | completed | failed"),
    at_column("began_at"),
    at_column("ended_at", nullable=True),
    Column("seconds", Double),
    Column("rows_in", BigInteger, nullable=False, server_default="0"),
    Column("refused", BigInteger, nullable=False, server_default="0"),
    Column("changed", BigInteger, nullable=False, server_default="0"),
    Column("accepted", BigInteger, nullable=False, server_default="0"),
    json_column("detail"),
    UniqueConstraint("flow_run_ref"),
)
