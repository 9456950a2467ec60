"""What other systems are to be told, until they have taken it; how an order is delivered and paid for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

AT = sa.DateTime(timezone=True)
"""An instant: UTC, microseconds."""


def upgrade() -> None:
    """Create the table, and the column."""
    op.add_column("sale_order", sa.Column("terms", postgresql.JSONB(), nullable=True))
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("target", sa.Text(), nullable=False, comment="crm:<name> | channel:<name> | onec:<base>"),
        sa.Column("kind", sa.Text(), nullable=False, comment="what is told: order | customer | confirm | ready | cancel …"),
        sa.Column("subject", sa.Text(), nullable=False, comment="of what: our key of it"),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False, comment="counts what happened to it"),
        sa.Column("told_version", sa.BigInteger(), server_default="0", nullable=False, comment="the newest that the target has taken"),
        sa.Column("is_dead", sa.Boolean(), server_default="false", nullable=False, comment="waits for a person, or for the next change"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="in a row that did not come through"),
        sa.Column(
            "is_unknown", sa.Boolean(), server_default="false", nullable=False, comment="nobody can tell what became of the last attempt"
        ),
        sa.Column("sentence", sa.Text(), nullable=True, comment="why the last attempt did not come through"),
        sa.Column("foreign_ref", sa.Text(), nullable=True, comment="what the target calls it"),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
        sa.Column("enqueued_at", AT, nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("claimed_until", AT, nullable=True),
        sa.Column("claim_ref", sa.Text(), nullable=True, comment="who is telling it now"),
        sa.Column("told_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox"),
        sa.UniqueConstraint("target", "kind", "subject", name="uq_outbox_target"),
    )
    op.create_index("ix_outbox_dead", "outbox", ["target"], unique=False, postgresql_where=sa.text("is_dead"))
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["target", "due_at"],
        unique=False,
        postgresql_where=sa.text("told_version < version and not is_dead"),
    )
    op.create_index("ix_outbox_subject", "outbox", ["subject"], unique=False)
