"""What leaves: shipments of orders, their lines and boxes, where their carriers say they are, labels, and codes of «Честный ЗНАК»."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

shipment = Table(
    "shipment",
    METADATA,
    id_column("shipment_id"),
    Column("order_id", BigInteger, ForeignKey("sale_order.order_id"), nullable=False),
    Column("part", Integer, nullable=False, comment="of its order, from 1; one that was given up keeps its number"),
    Column("number", Text, nullable=False, comment="ours, the carrier's external key of it"),
    Column("target", Text, nullable=False, comment="carrier:<name> | channel:<name>: who carries it"),
    Column("state", Text, nullable=False, comment="planned | asked | booking | booked | handed | on_way | …"),
    Column("is_unwanted", Boolean, nullable=False, server_default="false", comment="its order is cancelled, or lacks its pieces now"),
    Column("turns_back", Boolean, nullable=False, server_default="false", comment="a person consents to pay for its way back"),
    Column("carrier_ref", Text, comment="the carrier's own key"),
    Column("tracking", Text, comment="what the buyer follows it by"),
    Column("tariff", Text),
    json_column("corrected"),
    json_column("address"),
    json_column("sent"),
    Column("sentence", Text, comment="why it waits, for a manager"),
    at_column("planned_at"),
    at_column("ask_at", nullable=True),
    at_column("asked_at", nullable=True),
    at_column("booked_at", nullable=True),
    at_column("handed_at", nullable=True),
    at_column("settled_at", nullable=True),
    at_column("track_at", nullable=True),
    at_column("tracked_at", nullable=True),
    UniqueConstraint("order_id", "part"),
    Index("uq_shipment_number", "number", unique=True),
    Index("ix_shipment_carrier", "target", "carrier_ref"),
    Index("ix_shipment_open", "target", "state", postgresql_where=text("settled_at is null")),
)
"""``address``: as the order tells it. ``corrected``: what a person put in its place. ``sent``: what the carrier was told, whole.

``ask_at``: when what a question is about is looked at again; ``asked_at``: when the carrier was first given it; ``track_at``: when it is
due to be asked where it is; ``tracked_at``: when the reading began that its state is of; ``settled_at``: nothing more happens to it.
"""

package = Table(
    "package",
    METADATA,
    Column("shipment_id", BigInteger, ForeignKey("shipment.shipment_id", ondelete="CASCADE"), primary_key=True),
    Column("package_no", Integer, primary_key=True, autoincrement=False),
    Column("weight_g", BigInteger, CheckConstraint("weight_g > 0", name="heavy"), comment="null: nobody knows yet"),
    Column("length_mm", BigInteger),
    Column("width_mm", BigInteger),
    Column("height_mm", BigInteger),
    Column("channel_ref", Text, comment="the channel's own key of the box"),
)

shipment_line = Table(
    "shipment_line",
    METADATA,
    Column("shipment_id", BigInteger, primary_key=True, autoincrement=False),
    Column("package_no", Integer, primary_key=True, autoincrement=False),
    Column("line_ref", Text, primary_key=True, comment="of the order"),
    Column("order_id", BigInteger, nullable=False),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False),
    ForeignKeyConstraint(["shipment_id", "package_no"], ["package.shipment_id", "package.package_no"], ondelete="CASCADE"),
    Index("ix_shipment_line_order", "order_id", "line_ref"),
)
"""No foreign key to ``sale_line``: a split may take a whole line away from its order. Pieces are units of the line, bundles too."""

track_event = Table(
    "track_event",
    METADATA,
    Column("shipment_id", BigInteger, ForeignKey("shipment.shipment_id", ondelete="CASCADE"), primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("code", Text, primary_key=True, comment="the carrier's own word"),
    Column("state", Text, nullable=False, comment="ours for it"),
    Column("title", Text, nullable=False, server_default=""),
    Column("city", Text, nullable=False, server_default=""),
    Column("reason", Text),
    at_column("heard_at"),
    at_column("withdrawn_at", nullable=True),
)
"""``withdrawn_at``: since when the carrier no longer tells of it."""


shipment_label = Table(
    "shipment_label",
    METADATA,
    Column("subject", Text, primary_key=True, comment="a shipment's number, or a channel's own key of a supply"),
    Column("kind", Text, primary_key=True, comment="label | waybill | barcode | supply"),
    Column("channel", Text, nullable=False, comment="whose order it is for, or who takes the supply"),
    Column("form_ref", Text, comment="asked for and not made yet"),
    Column("path", Text, comment="below var_dir; null while it is being made"),
    Column("digest", Text, comment="SHA-256 of the file"),
    Column("sentence", Text, comment="why there is none, for a manager"),
    at_column("due_at"),
    at_column("fetched_at", nullable=True),
    Index("ix_shipment_label_due", "due_at", postgresql_where=text("path is null")),
)

marking_code = Table(
    "marking_code",
    METADATA,
    Column("code", Text, primary_key=True, comment="whole, with its separators: one piece in the world"),
    Column("shipment_id", BigInteger, ForeignKey("shipment.shipment_id"), nullable=False),
    Column("line_ref", Text, nullable=False),
    Column("item_id", BigInteger, nullable=False),
    at_column("entered_at"),
    Index("ix_marking_code_shipment", "shipment_id"),
)
