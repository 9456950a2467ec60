"""Returns: what came back, who tells of it, and how much of each order line it may be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

AT = sa.DateTime(timezone=True)
"""An instant: UTC, microseconds."""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "goods_return",
        sa.Column("return_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("documented_at", AT, nullable=True),
        sa.Column("paper_no", sa.Integer(), nullable=True, comment="the accountant's workbook that it stands in; null: none"),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.order_id"], name="fk_goods_return_order_id_sale_order"),
        sa.PrimaryKeyConstraint("return_id", name="pk_goods_return"),
    )
    op.create_index("ix_goods_return_order", "goods_return", ["order_id"], unique=False)
    op.create_index("ix_goods_return_paper", "goods_return", ["paper_no"], unique=False, postgresql_where=sa.text("paper_no is not null"))
    op.create_table(
        "return_line",
        sa.Column("return_line_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_ref", sa.Text(), nullable=False, comment="of sale_line"),
        sa.Column("pcs", sa.BigInteger(), nullable=False, comment="units of the order's line"),
        sa.Column("state", sa.Text(), nullable=False, comment="announced | coming | ready | gone | received"),
        sa.Column("condition", sa.Text(), nullable=False, comment="sellable | defect | unknown"),
        sa.Column("decision", sa.Text(), nullable=False, comment="restock | write_off | to_supplier | ask"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it came back, in the words of whoever told"),
        sa.Column("received_at", AT, nullable=True),
        sa.Column("booked_at", AT, nullable=True),
        sa.CheckConstraint("pcs > 0", name="positive"),
        sa.ForeignKeyConstraint(["return_id"], ["goods_return.return_id"], name="fk_return_line_return_id_goods_return"),
        sa.PrimaryKeyConstraint("return_line_id", name="pk_return_line"),
    )
    op.create_index("ix_return_line_order", "return_line", ["order_id", "line_ref"], unique=False)
    op.create_index("ix_return_line_rests", "return_line", ["state"], unique=False, postgresql_where=sa.text("booked_at is null"))
    op.create_index("ix_return_line_return", "return_line", ["return_id"], unique=False)
    op.create_table(
        "return_telling",
        sa.Column("source", sa.Text(), nullable=False, comment="a channel's name | cdek | workbook"),
        sa.Column("return_ref", sa.Text(), nullable=False, comment="the source's own key"),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_ref", sa.Text(), nullable=False),
        sa.Column("group_ref", sa.Text(), nullable=False, comment="the return that this is a part of"),
        sa.Column("pcs", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="the source's own word"),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reported_at", AT, nullable=True),
        sa.Column("changed_at", AT, nullable=True),
        sa.Column("received_at", AT, nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=True),
        sa.Column("first_seen_at", AT, nullable=False),
        sa.Column("last_seen_at", AT, nullable=False),
        sa.CheckConstraint("pcs > 0", name="positive"),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.order_id"], name="fk_return_telling_order_id_sale_order"),
        sa.PrimaryKeyConstraint("source", "return_ref", "order_id", "line_ref", name="pk_return_telling"),
    )
    op.create_index("ix_return_telling_group", "return_telling", ["source", "group_ref"], unique=False)
    op.create_index("ix_return_telling_line", "return_telling", ["order_id", "line_ref"], unique=False)
    op.create_table(
        "return_teller",
        sa.Column("return_line_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("return_ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_line_id"], ["return_line.return_line_id"], name="fk_return_teller_return_line_id_return_line", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("return_line_id", "source", name="pk_return_teller"),
    )
    op.create_index("ix_return_teller_ref", "return_teller", ["source", "return_ref"], unique=False)
    op.create_table(
        "returned_line",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_ref", sa.Text(), nullable=False),
        sa.Column("sold_pcs", sa.BigInteger(), nullable=False, comment="sold and not cancelled, when pieces of it last came back"),
        sa.Column("returned_pcs", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("returned_pcs between 0 and sold_pcs", name="no_more_than_sold"),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.order_id"], name="fk_returned_line_order_id_sale_order"),
        sa.PrimaryKeyConstraint("order_id", "line_ref", name="pk_returned_line"),
    )
