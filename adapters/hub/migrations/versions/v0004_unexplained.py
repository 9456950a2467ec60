"""What a channel sold beyond its quota, and a cancellation that is not listed yet may explain."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
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
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pcs > 0", name=op.f("ck_unexplained_positive")),
        sa.PrimaryKeyConstraint("unexplained_id", name="pk_unexplained"),
    )
    op.create_index("ix_unexplained_channel", "unexplained", ["channel", "sold_at"], unique=False)
    op.create_index("ix_unexplained_item", "unexplained", ["item_id"], unique=False)
