"""The first schema: inbox, catalogue, counts, ledger, listings, quarantine, journal, incidents, cursors, runs."""

from alembic import op

from adapters.hub.tables.all import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table (written out in full when the foundation is finished)."""
    METADATA.create_all(op.get_bind())
