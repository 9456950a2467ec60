"""The unit ledger: every piece that 1C says is free is in exactly one account of its item and place.

No foreign key to ``item``: a first import posts millions of rows, and no item is ever deleted.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Table, Text, text

from adapters.hub.tables.base import METADATA, at_column, id_column, stamp_column

ledger_balance = Table(
    "ledger_balance",
    METADATA,
    Column("item_id", BigInteger, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("account", Text, primary_key=True, comment="pool | exposure:… | hold:… | sold:… | safety"),
    Column("pcs", BigInteger, nullable=False),
    CheckConstraint("account = 'pool' or pcs >= 0", name="only_the_pool_may_be_negative"),
    Index("ix_ledger_balance_promised", "item_id", "place", postgresql_where=text("account <> 'pool'")),
    Index(
        "ix_ledger_balance_account", "account", postgresql_ops={"account": "text_pattern_ops"}, postgresql_where=text("account <> 'pool'")
    ),
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
    Column("reference", Text, nullable=False, comment="what caused it: feed:17, order:…, a caller's own key"),
    Index("ix_ledger_movement_item", "item_id", "movement_id"),
    Index("ix_ledger_movement_given", "from_account", "at", postgresql_where=text("from_account like 'exposure:%'")),
    Index("ix_ledger_movement_reference", "reference", postgresql_where=text("reason <> 'count'")),
)

ledger_entry = Table(
    "ledger_entry",
    METADATA,
    Column("verb", Text, primary_key=True, comment="take | give_back | sell"),
    Column("reference", Text, primary_key=True, comment="the caller's own key: the same key is the same act"),
    at_column("at"),
)

sold_line = Table(
    "sold_line",
    METADATA,
    Column("line_ref", Text, primary_key=True),
    Column("item_id", BigInteger, primary_key=True),
    Column("place", Text, primary_key=True, comment="the place its pieces were taken from"),
    Column("source", Text, nullable=False, comment="the 1C base that the order goes to"),
    Column("order_number", Text, nullable=False, comment="as 1C knows it"),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False),
    Column("returns_to", Text, comment="a told channel's exposure account; null for an asking channel"),
    at_column("sold_at"),
    at_column("handed_over_at", nullable=True),
    Column("reserved_pcs", BigInteger, nullable=False, server_default="0", comment="by 1C's newest report"),
    Column("left_pcs", BigInteger, nullable=False, server_default="0", comment="1C's figure shows them"),
    Column("left_feed_id", BigInteger, comment="the count they left sold at"),
    stamp_column("report_formed_at"),
    at_column("report_received_at", nullable=True),
    Column("is_given_up", Boolean, nullable=False, server_default="false", comment="1C cancelled, deleted or dropped the line"),
    at_column("cancelled_at", nullable=True),
    at_column("released_at", nullable=True),
    CheckConstraint("left_pcs between 0 and pcs and reserved_pcs between 0 and pcs", name="parts_of_the_line"),
    Index("ix_sold_line_order", "source", "order_number"),
    Index("ix_sold_line_item", "item_id", "place"),
)

shortfall = Table(
    "shortfall",
    METADATA,
    Column("item_id", BigInteger, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False, comment="promised and not there"),
    at_column("since_at"),
)
