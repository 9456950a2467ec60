"""The unit ledger: every piece that 1C says is free is in exactly one account."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text

from adapters.hub.tables.base import METADATA, at_column, id_column

ledger_balance = Table(
    "ledger_balance",
    METADATA,
    Column("item_id", BigInteger, ForeignKey("item.item_id"), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("account", Text, primary_key=True, comment="pool | exposure:… | hold:… | sold:… | safety"),
    Column("pcs", BigInteger, nullable=False),
    CheckConstraint("account = 'pool' or pcs >= 0", name="only_the_pool_may_be_negative"),
)

ledger_movement = Table(
    "ledger_movement",
    METADATA,
    id_column("movement_id"),
    at_column("at"),
    Column("item_id", BigInteger, nullable=False),
    Column("place", Text, nullable=False),
    Column("from_account", Text, nullable=False, comment="onec: from outside the ledger"),
    Column("to_account", Text, nullable=False),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Index("ix_ledger_movement_item", "item_id", "place", "movement_id"),
)
