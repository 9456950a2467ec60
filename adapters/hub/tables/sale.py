"""Orders on their way to 1C, and what 1C reports back of them."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column, stamp_column

onec_outgoing = Table(
    "onec_outgoing",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("order_number", Text, primary_key=True),
    Column("version", Integer, nullable=False, comment="counts the changes of the document"),
    json_column("document", nullable=False),
    Column("offered_session", Text, comment="the last session whose query returned it"),
    Column("offered_version", Integer),
    Column("offered_times", Integer, nullable=False, server_default="0", comment="of this version"),
    Column("acknowledged_version", Integer, nullable=False, server_default="0"),
    at_column("acknowledged_at", nullable=True),
    at_column("enqueued_at"),
    Index("ix_onec_outgoing_pending", "source", postgresql_where=text("acknowledged_version < version")),
    Index("ix_onec_outgoing_session", "offered_session"),
)

onec_outgoing_key = Table(
    "onec_outgoing_key",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True, comment="the event that changed the document; the same event twice is one change"),
    Column("order_number", Text, nullable=False),
)

onec_report = Table(
    "onec_report",
    METADATA,
    id_column("report_id"),
    Column("source", Text, nullable=False),
    Column("order_number", Text, nullable=False, comment="the site's number; of a shipment or payment, its order's"),
    Column("operation", Text, nullable=False),
    Column("number", Text, nullable=False, comment="the document's own number; an order's is order_number"),
    Column("onec_ref", Text),
    Column("onec_number", Text),
    Column("onec_stamp", DateTime(timezone=False)),
    Column("placed_stamp", DateTime(timezone=False)),
    Column("currency", Text),
    Column("sum_kopecks", BigInteger),
    Column("is_posted", Boolean, comment="null: the file does not say"),
    Column("is_cancelled", Boolean, nullable=False),
    Column("is_marked_deleted", Boolean, nullable=False),
    Column("is_paid", Boolean, nullable=False),
    Column("paid_number", Text),
    Column("paid_stamp", DateTime(timezone=False)),
    Column("is_shipped", Boolean, nullable=False),
    Column("shipped_number", Text),
    Column("shipped_stamp", DateTime(timezone=False)),
    Column("status", Text),
    Column("status_ref", Text),
    Column("tracking", Text),
    Column("place", Text),
    Column("requisites", JSONB(none_as_null=True)),
    Column("lines", JSONB(none_as_null=True), comment="null: no report has listed them yet"),
    Column("buyers", Integer, nullable=False, comment="counted; who they are is not kept"),
    stamp_column(),
    at_column("received_at"),
    Column("session_ref", Text),
    Column("feed_id", BigInteger, nullable=False),
    Index("uq_onec_report_document", "source", "order_number", "operation", "number", unique=True),
)
