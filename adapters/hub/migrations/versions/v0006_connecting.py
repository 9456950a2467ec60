"""Sales of a listing that is being connected wait until its exposure is known."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the mark."""
    op.add_column(
        "unexplained",
        sa.Column(
            "is_connecting", sa.Boolean(), server_default="false", nullable=False, comment="judged when the listing's exposure is known"
        ),
    )
