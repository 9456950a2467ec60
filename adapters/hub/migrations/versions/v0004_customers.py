"""Buyers over all channels: who they are, what they are known by, which orders are theirs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

AT = sa.DateTime(timezone=True)
"""An instant: UTC, microseconds."""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", postgresql.JSONB(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=True, comment="code of what his purchases earn by the settings; null: nothing"),
        sa.Column("founded_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_customer"),
    )
    op.create_table(
        "customer_contact",
        sa.Column("kind", sa.Text(), nullable=False, comment="phone | email"),
        sa.Column(
            "value", sa.Text(), nullable=False, comment="a phone in E.164, with ;ext= where it has an extension; an email in lower case"
        ),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("told_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name="fk_customer_contact_customer_id_customer"),
        sa.PrimaryKeyConstraint("kind", "value", "customer_id", name="pk_customer_contact"),
    )
    op.create_index("ix_customer_contact_customer", "customer_contact", ["customer_id"], unique=False)
    op.create_table(
        "customer_order",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True, comment="null: the order does not tell who bought"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it is his: tasks.rules.customers"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name="fk_customer_order_customer_id_customer"),
        sa.ForeignKeyConstraint(["order_id"], ["sale_order.order_id"], name="fk_customer_order_order_id_sale_order"),
        sa.PrimaryKeyConstraint("order_id", name="pk_customer_order"),
    )
    op.create_index("ix_customer_order_customer", "customer_order", ["customer_id"], unique=False)
