"""What comes back: physical returns and their lines, and what each source tells of them.

One return of flesh and blood may be told by a channel, by the carrier and by a manager's workbook: each has its own telling, and all of
them are of the same line. No foreign key to ``sale_line``: a line whose pieces all go on in splits is deleted.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

goods_return = Table(
    "goods_return",
    METADATA,
    id_column("return_id"),
    Column("order_id", BigInteger, ForeignKey("sale_order.order_id"), nullable=False),
    at_column("opened_at"),
    at_column("documented_at", nullable=True),
    Column("paper_no", Integer, comment="the accountant's workbook that it stands in; null: none"),
    Index("ix_goods_return_order", "order_id"),
    Index("ix_goods_return_paper", "paper_no", postgresql_where=text("paper_no is not null")),
)
"""``return_id`` is the number that people see. ``documented_at``: 1C is owed a document of it, so that it changes no more."""

return_line = Table(
    "return_line",
    METADATA,
    id_column("return_line_id"),
    Column("return_id", BigInteger, ForeignKey("goods_return.return_id"), nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("line_ref", Text, nullable=False, comment="of sale_line"),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False, comment="units of the order's line"),
    Column("state", Text, nullable=False, comment="announced | coming | ready | gone | received"),
    Column("condition", Text, nullable=False, comment="sellable | defect | unknown"),
    Column("decision", Text, nullable=False, comment="restock | write_off | to_supplier | ask"),
    Column("reason", Text, comment="why it came back, in the words of whoever told"),
    at_column("received_at", nullable=True),
    at_column("booked_at", nullable=True),
    Index("ix_return_line_return", "return_id"),
    Index("ix_return_line_order", "order_id", "line_ref"),
    Index("ix_return_line_rests", "state", postgresql_where=text("booked_at is null")),
)
"""Pieces of one order line that share their fate. ``booked_at``: 1C's document of them is posted, so its next count has them."""

return_telling = Table(
    "return_telling",
    METADATA,
    Column("source", Text, primary_key=True, comment="a channel's name | cdek | workbook"),
    Column("return_ref", Text, primary_key=True, comment="the source's own key"),
    Column("order_id", BigInteger, ForeignKey("sale_order.order_id"), primary_key=True),
    Column("line_ref", Text, primary_key=True),
    Column("group_ref", Text, nullable=False, comment="the return that this is a part of"),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False),
    Column("state", Text, nullable=False),
    Column("status", Text, nullable=False, comment="the source's own word"),
    Column("condition", Text, nullable=False),
    Column("decision", Text),
    Column("reason", Text),
    at_column("reported_at", nullable=True),
    at_column("changed_at", nullable=True),
    at_column("received_at", nullable=True),
    json_column("payload"),
    at_column("first_seen_at"),
    at_column("last_seen_at"),
    Index("ix_return_telling_line", "order_id", "line_ref"),
    Index("ix_return_telling_group", "source", "group_ref"),
)

return_teller = Table(
    "return_teller",
    METADATA,
    Column("return_line_id", BigInteger, ForeignKey("return_line.return_line_id", ondelete="CASCADE"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("return_ref", Text, nullable=False),
    Index("ix_return_teller_ref", "source", "return_ref"),
)
"""Who tells of a line: of each source at most one telling, and of all of the line's pieces."""

returned_line = Table(
    "returned_line",
    METADATA,
    Column("order_id", BigInteger, ForeignKey("sale_order.order_id"), primary_key=True),
    Column("line_ref", Text, primary_key=True),
    Column("sold_pcs", BigInteger, nullable=False, comment="sold and not cancelled, when pieces of it last came back"),
    Column("returned_pcs", BigInteger, nullable=False),
    CheckConstraint("returned_pcs between 0 and sold_pcs", name="no_more_than_sold"),
)
"""What all returns of an order line come to, whoever tells of them."""
