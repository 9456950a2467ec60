"""What leaves: shipments, their boxes and lines, where they are, labels, codes of «Честный ЗНАК»."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

AT = sa.DateTime(timezone=True)
"""An instant: UTC, microseconds."""


def upgrade() -> None:
    """Create the tables."""
    _shipments()
    _contents()
    op.create_table(
        "track_event",
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="the carrier's own word"),
        sa.Column("state", sa.Text(), nullable=False, comment="ours for it"),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("heard_at", AT, nullable=False),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.shipment_id"], name="fk_track_event_shipment_id_shipment", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shipment_id", "at", "code", name="pk_track_event"),
    )
    op.create_table(
        "shipment_label",
        sa.Column("subject", sa.Text(), nullable=False, comment="a shipment's number, or a channel's own key of a supply"),
        sa.Column("kind", sa.Text(), nullable=False, comment="label | waybill | barcode | supply"),
        sa.Column("channel", sa.Text(), nullable=False, comment="whose order it is for, or who takes the supply"),
        sa.Column("form_ref", sa.Text(), nullable=True, comment="asked for and not made yet"),
        sa.Column("path", sa.Text(), nullable=True, comment="below var_dir; null while it is being made"),
        sa.Column("digest", sa.Text(), nullable=True, comment="SHA-256 of the file"),
        sa.Column("sentence", sa.Text(), nullable=True, comment="why there is none, for a manager"),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("fetched_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("subject", "kind", name="pk_shipment_label"),
    )
    op.create_index("ix_shipment_label_due", "shipment_label", ["due_at"], unique=False, postgresql_where=sa.text("path is null"))
    op.create_table(
        "marking_code",
        sa.Column("code", sa.Text(), nullable=False, comment="whole, with its separators: one piece in the world"),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("line_ref", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.shipment_id"], name="fk_marking_code_shipment_id_shipment"),
        sa.PrimaryKeyConstraint("code", name="pk_marking_code"),
    )
    op.create_index("ix_marking_code_shipment", "marking_code", ["shipment_id"], unique=False)


def _shipments() -> None:
    op.create_table(
        "shipment",
        sa.Column("shipment_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False, comment="of its order, from 1; one that was given up keeps its number"),
        sa.Column("number", sa.Text(), nullable=False, comment="ours, the carrier's external key of it"),
        sa.Column("target", sa.Text(), nullable=False, comment="carrier:<name> | channel:<name>: who carries it"),
        sa.Column("state", sa.Text(), nullable=False, comment="planned | asked | booking | booked | handed | on_way | …"),
        sa.Column(
            "is_unwanted",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="its order is cancelled, or lacks its pieces now",
        ),
        sa.Column("turns_back", sa.Boolean(), server_default="false", nullable=False, comment="a person consents to pay for its way back"),
        sa.Column("carrier_ref", sa.Text(), nullable=True, comment="the carrier's own key"),
        sa.Column("tracking", sa.Text(), nullable=True, comment="what the buyer follows it by"),
        sa.Column("tariff", sa.Text(), nullable=True),
        sa.Column("corrected", postgresql.JSONB(), nullable=True),
        sa.Column("address", postgresql.JSONB(), nullable=True),
        sa.Column("sent", postgresql.JSONB(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True, comment="why it waits, for a manager"),
        sa.Column("planned_at", AT, nullable=False),
        sa.Column("ask_at", AT, nullable=True),
        sa.Column("asked_at", AT, nullable=True),
        sa.Column("booked_at", AT, nullable=True),
        sa.Column("handed_at", AT, nullable=True),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("track_at", AT, nullable=True),
        sa.Column("tracked_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.order_id"], name="fk_shipment_order_id_sale_order"),
        sa.PrimaryKeyConstraint("shipment_id", name="pk_shipment"),
        sa.UniqueConstraint("order_id", "part", name="uq_shipment_order_id"),
    )
    op.create_index("uq_shipment_number", "shipment", ["number"], unique=True)
    op.create_index("ix_shipment_carrier", "shipment", ["target", "carrier_ref"], unique=False)
    op.create_index("ix_shipment_open", "shipment", ["target", "state"], unique=False, postgresql_where=sa.text("settled_at is null"))


def _contents() -> None:
    op.create_table(
        "package",
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("package_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=True, comment="null: nobody knows yet"),
        sa.Column("length_mm", sa.BigInteger(), nullable=True),
        sa.Column("width_mm", sa.BigInteger(), nullable=True),
        sa.Column("height_mm", sa.BigInteger(), nullable=True),
        sa.Column("channel_ref", sa.Text(), nullable=True, comment="the channel's own key of the box"),
        sa.CheckConstraint("weight_g > 0", name="ck_package_heavy"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.shipment_id"], name="fk_package_shipment_id_shipment", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shipment_id", "package_no", name="pk_package"),
    )
    op.create_table(
        "shipment_line",
        sa.Column("shipment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("package_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_ref", sa.Text(), nullable=False, comment="of the order"),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("pcs", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("pcs > 0", name="ck_shipment_line_positive"),
        sa.ForeignKeyConstraint(
            ["shipment_id", "package_no"],
            ["package.shipment_id", "package.package_no"],
            name="fk_shipment_line_shipment_id_package",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shipment_id", "package_no", "line_ref", name="pk_shipment_line"),
    )
    op.create_index("ix_shipment_line_order", "shipment_line", ["order_id", "line_ref"], unique=False)
