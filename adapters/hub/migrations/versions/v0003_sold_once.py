"""Orders of the channels, reservations at checkout, the offer protocol, receipts to come, and what the bounds were measured to be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

AT = sa.DateTime(timezone=True)
"""An instant: UTC, microseconds."""


def upgrade() -> None:
    """Create the tables."""
    _create_orders()
    _create_receipts()
    _create_offers()
    _create_watch()
    _create_unexplained()


def _create_orders() -> None:
    op.create_table(
        "sale_order",
        sa.Column("order_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("order_ref", sa.Text(), nullable=False, comment="the channel's own key of what is handled as one"),
        sa.Column(
            "number", sa.Text(), nullable=True, comment="as 1C and people know it: short, digits only; null for what never goes there"
        ),
        sa.Column("basket_ref", sa.Text(), nullable=True, comment="joins what the buyer placed together"),
        sa.Column("parent_ref", sa.Text(), nullable=True, comment="the order a split came from"),
        sa.Column("warehouse_ref", sa.Text(), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="unpaid | new | confirmed | shipped | delivered | cancelled | returned | other"
        ),
        sa.Column("status", sa.Text(), nullable=False, comment="the channel's own word"),
        sa.Column(
            "is_by_channel", sa.Boolean(), nullable=False, comment="shipped from the channel's own warehouse: never touches the ledger"
        ),
        sa.Column("is_prior", sa.Boolean(), nullable=False, comment="was there before Utyug: never touches the ledger"),
        sa.Column("hold_id", sa.Text(), nullable=True, comment="the reservation it was paid by"),
        sa.Column("placed_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=True),
        sa.Column("ship_by_at", AT, nullable=True),
        sa.Column("buyer", postgresql.JSONB(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False, comment="JSON, the whole order as last received"),
        sa.Column("heard_by", sa.Text(), nullable=False, comment="poll | push: what the order was first learned by"),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("cancelled_at", AT, nullable=True),
        sa.Column("told_digest", sa.BigInteger(), nullable=True, comment="of the report folded in last: the same again is no news"),
        sa.PrimaryKeyConstraint("order_id", name="pk_sale_order"),
        sa.UniqueConstraint("channel", "order_ref", name="uq_sale_order_channel"),
    )
    op.create_index(
        "ix_sale_order_open",
        "sale_order",
        ["channel", "placed_at"],
        unique=False,
        postgresql_where=sa.text("state in ('unpaid', 'new', 'confirmed', 'other')"),
    )
    op.create_index("ix_sale_order_parent", "sale_order", ["channel", "parent_ref"], postgresql_where=sa.text("parent_ref is not null"))
    op.create_index("uq_sale_order_number", "sale_order", ["number"], unique=True)
    op.create_table(
        "sale_line",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_ref", sa.Text(), nullable=False),
        sa.Column("channel_sku", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=True, comment="null: no card of ours, or it is not known which"),
        sa.Column("item_id", sa.BigInteger(), nullable=True, comment="an item or a bundle"),
        sa.Column("state", sa.Text(), nullable=False, comment="sold | unknown | apart (never touches the ledger) | backordered"),
        sa.Column("pcs", sa.BigInteger(), nullable=False, comment="as first seen, less what a split took"),
        sa.Column("cancelled_pcs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("price_kopecks", sa.BigInteger(), nullable=True),
        sa.Column("recipe", postgresql.JSONB(), nullable=True),
        sa.Column("promotion", sa.Text(), nullable=True, comment="the recipe's; empty for the everyday one"),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.order_id"], name="fk_sale_line_order_id_sale_order"),
        sa.CheckConstraint("pcs > 0", name=op.f("ck_sale_line_positive")),
        sa.CheckConstraint("cancelled_pcs >= 0", name=op.f("ck_sale_line_no_debt")),
        sa.PrimaryKeyConstraint("order_id", "line_ref", name="pk_sale_line"),
    )
    op.create_index("ix_sale_line_item", "sale_line", ["item_id"], unique=False)
    op.create_index("ix_sale_line_listing", "sale_line", ["listing_id", "order_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="the caller's own: the same key is the same cart"),
        sa.Column("state", sa.Text(), nullable=False, comment="held | committed | ordered | released | expired | reconciled"),
        sa.Column("order_ref", sa.Text(), nullable=True, comment="the order that it was committed for"),
        sa.Column("cart", postgresql.JSONB(), nullable=False),
        sa.Column("held_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("committed_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("hold_id", name="pk_hold"),
        sa.UniqueConstraint("channel", "key", name="uq_hold_channel"),
    )
    op.create_index("ix_hold_live", "hold", ["expires_at"], unique=False, postgresql_where=sa.text("state in ('held', 'committed')"))
    op.create_index("ix_hold_order", "hold", ["channel", "order_ref"], unique=False)


def _create_receipts() -> None:
    op.create_table(
        "receipt",
        sa.Column("receipt_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("pcs", sa.BigInteger(), nullable=False, comment="so many may be promised of it"),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("closed_at", AT, nullable=True),
        sa.CheckConstraint("pcs > 0", name=op.f("ck_receipt_positive")),
        sa.PrimaryKeyConstraint("receipt_id", name="pk_receipt"),
    )
    op.create_index("ix_receipt_open", "receipt", ["item_id", "expected_on"], unique=False, postgresql_where=sa.text("closed_at is null"))
    op.create_table(
        "backorder",
        sa.Column("backorder_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False, comment="who the pieces are for: hold:…, sold:…"),
        sa.Column("pcs", sa.BigInteger(), nullable=False),
        sa.Column("served_pcs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("ordered_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.CheckConstraint("served_pcs between 0 and pcs", name=op.f("ck_backorder_parts_of_the_line")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.receipt_id"], name="fk_backorder_receipt_id_receipt"),
        sa.CheckConstraint("pcs > 0", name=op.f("ck_backorder_positive")),
        sa.PrimaryKeyConstraint("backorder_id", name="pk_backorder"),
    )
    op.create_index("ix_backorder_account", "backorder", ["account"], unique=False)
    op.create_index(
        "ix_backorder_waiting", "backorder", ["item_id", "backorder_id"], unique=False, postgresql_where=sa.text("ended_at is null")
    )


def _create_offers() -> None:
    op.create_table(
        "offer",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_ref", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("phase", sa.Text(), nullable=False, comment="new | connecting | adopted | open"),
        sa.Column("recipe", postgresql.JSONB(), nullable=False),
        sa.Column("promotion", sa.Text(), server_default="", nullable=False),
        sa.Column("write_pcs", sa.BigInteger(), nullable=True, comment="the unsettled write; null: none"),
        sa.Column("leave_by_at", AT, nullable=True),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("alive_until_at", AT, nullable=True),
        sa.Column(
            "exposed_before",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="exposure before the write, and cancellations since",
        ),
        sa.Column("read_began_at", AT, nullable=True),
        sa.Column("read_ended_at", AT, nullable=True),
        sa.Column("read_pcs", sa.BigInteger(), nullable=True, comment="what the read-back showed that settling goes by"),
        sa.Column(
            "read_reserved_pcs", sa.BigInteger(), nullable=True, comment="kept there for orders, known and unknown, in the same snapshot"
        ),
        sa.Column("target_pcs", sa.BigInteger(), nullable=True, comment="what the allocation wants"),
        sa.Column("target_rule", sa.Text(), nullable=True),
        sa.Column("target_at", AT, nullable=True),
        sa.Column("moved_at", AT, nullable=True),
        sa.Column("frozen_for", sa.Text(), nullable=True, comment="why nothing but 0 may be written: edited; null: nothing"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.listing_id"], name="fk_offer_listing_id_listing", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing_id", "warehouse_ref", name="pk_offer"),
    )
    op.create_index("ix_offer_connecting", "offer", ["listing_id"], unique=False, postgresql_where=sa.text("phase = 'connecting'"))
    op.create_index("ix_offer_unsettled", "offer", ["listing_id"], unique=False, postgresql_where=sa.text("write_pcs is not null"))
    op.create_table(
        "withdrawal",
        sa.Column("withdrawal_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_ref", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "pcs", sa.BigInteger(), nullable=False, comment="of the listing, cancelled; the channel may put them back on sale by itself"
        ),
        sa.Column("learned_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("withdrawal_id", name="pk_withdrawal"),
    )
    op.create_index("ix_withdrawal_listing", "withdrawal", ["listing_id", "warehouse_ref", "learned_at"], unique=False)
    op.create_index(
        "ix_ledger_balance_account",
        "ledger_balance",
        ["account"],
        unique=False,
        postgresql_ops={"account": "text_pattern_ops"},
        postgresql_where=sa.text("account <> 'pool'"),
    )
    op.create_index(
        "ix_ledger_movement_given",
        "ledger_movement",
        ["from_account", "at"],
        unique=False,
        postgresql_where=sa.text("from_account like 'exposure:%'"),
    )


def _create_watch() -> None:
    op.create_table(
        "channel_watch",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("connected_at", AT, nullable=False),
        sa.Column("poll_began_at", AT, nullable=True),
        sa.Column("poll_ended_at", AT, nullable=True),
        sa.Column("polled_since", AT, nullable=True),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_watch"),
    )
    op.create_table(
        "bound_measure",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("bound", sa.Text(), nullable=False, comment="visible | effective | stale | restored"),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("worst_s", sa.Double(), nullable=False),
        sa.Column("sum_s", sa.Double(), nullable=False),
        sa.Column("breaches", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("channel", "bound", "on_day", name="pk_bound_measure"),
    )
    op.create_table(
        "push",
        sa.Column("push_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("order_ref", sa.Text(), nullable=True, comment="what it is about, where it says so"),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the body: the same push again is the same row"),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("handled_at", AT, nullable=True),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("push_id", name="pk_push"),
    )
    op.create_index("ix_push_waiting", "push", ["channel", "push_id"], unique=False, postgresql_where=sa.text("handled_at is null"))
    op.create_index("uq_push_digest", "push", ["channel", "digest"], unique=True)


def _create_unexplained() -> None:
    op.create_table(
        "unexplained",
        sa.Column("unexplained_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_sku", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_ref", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("pcs", sa.BigInteger(), nullable=False, comment="beyond the exposure, and not explained yet"),
        sa.Column("per_unit", sa.BigInteger(), nullable=False, comment="pieces of the item in one of the listing"),
        sa.Column("sold_at", AT, nullable=False),
        sa.CheckConstraint("pcs > 0", name=op.f("ck_unexplained_positive")),
        sa.PrimaryKeyConstraint("unexplained_id", name="pk_unexplained"),
    )
    op.create_index("ix_unexplained_channel", "unexplained", ["channel", "sold_at"], unique=False)
    op.create_index("ix_unexplained_item", "unexplained", ["item_id"], unique=False)
