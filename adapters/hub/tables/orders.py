"""Orders as their channels tell them, what of them is reserved at checkout, and pieces promised of a receipt that is still to come."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, UniqueConstraint, text

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

sale_order = Table(
    "sale_order",
    METADATA,
    id_column("order_id"),
    Column("channel", Text, nullable=False),
    Column("order_ref", Text, nullable=False, comment="the channel's own key of what is handled as one"),
    Column("number", Text, comment="as 1C and people know it: short, digits only; null for what never goes there"),
    Column("basket_ref", Text, comment="joins what the buyer placed together"),
    Column("parent_ref", Text, comment="the order a split came from"),
    Column("warehouse_ref", Text, nullable=False),
    Column("state", Text, nullable=False, comment="unpaid | new | confirmed | shipped | delivered | cancelled | returned | other"),
    Column("status", Text, nullable=False, comment="the channel's own word"),
    Column("is_by_channel", Boolean, nullable=False, comment="shipped from the channel's own warehouse: never touches the ledger"),
    Column("is_prior", Boolean, nullable=False, comment="was there before Utyug: never touches the ledger"),
    Column("hold_id", Text, comment="the reservation it was paid by"),
    at_column("placed_at"),
    at_column("changed_at", nullable=True),
    at_column("ship_by_at", nullable=True),
    json_column("buyer"),
    json_column("terms"),
    Column("payload", Text, nullable=False, comment="JSON, the whole order as last received"),
    Column("heard_by", Text, nullable=False, comment="poll | push: what the order was first learned by"),
    at_column("seen_at"),
    at_column("recorded_at"),
    at_column("cancelled_at", nullable=True),
    Column("told_digest", BigInteger, comment="of the report folded in last: the same again is no news"),
    UniqueConstraint("channel", "order_ref"),
    Index("uq_sale_order_number", "number", unique=True),
    Index("ix_sale_order_parent", "channel", "parent_ref", postgresql_where=text("parent_ref is not null")),
    Index("ix_sale_order_open", "channel", "placed_at", postgresql_where=text("state in ('unpaid', 'new', 'confirmed', 'other')")),
)

sale_line = Table(
    "sale_line",
    METADATA,
    Column("order_id", BigInteger, ForeignKey("sale_order.order_id"), primary_key=True),
    Column("line_ref", Text, primary_key=True),
    Column("channel_sku", Text, nullable=False),
    Column("listing_id", BigInteger, comment="null: no card of ours, or it is not known which"),
    Column("item_id", BigInteger, comment="an item or a bundle"),
    Column("state", Text, nullable=False, comment="sold | unknown | apart (never touches the ledger) | backordered"),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False, comment="as first seen, less what a split took"),
    Column("cancelled_pcs", BigInteger, CheckConstraint("cancelled_pcs >= 0", name="no_debt"), nullable=False, server_default="0"),
    Column("price_kopecks", BigInteger),
    json_column("recipe"),
    Column("promotion", Text, comment="the recipe's; empty for the everyday one"),
    Index("ix_sale_line_listing", "listing_id", "order_id"),
    Index("ix_sale_line_item", "item_id"),
)
"""``recipe``: list of [item_id, pieces per bundle], what the line was sold under; an item alone is its own recipe of one piece."""

hold = Table(
    "hold",
    METADATA,
    Column("hold_id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False, comment="the caller's own: the same key is the same cart"),
    Column("state", Text, nullable=False, comment="held | committed | ordered | released | expired | reconciled"),
    Column("order_ref", Text, comment="the order that it was committed for"),
    json_column("cart", nullable=False),
    at_column("held_at"),
    at_column("expires_at"),
    at_column("committed_at", nullable=True),
    at_column("ended_at", nullable=True),
    UniqueConstraint("channel", "key"),
    Index("ix_hold_live", "expires_at", postgresql_where=text("state in ('held', 'committed')")),
    Index("ix_hold_order", "channel", "order_ref"),
)
"""``cart``: list of {sku, item_id, pcs, recipe, backordered_pcs, promised_on}. ``reconciled``: committed, and its order never came."""

receipt = Table(
    "receipt",
    METADATA,
    id_column("receipt_id"),
    Column("item_id", BigInteger, nullable=False),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False, comment="so many may be promised of it"),
    Column("expected_on", Date, nullable=False),
    Column("note", Text),
    at_column("opened_at"),
    at_column("closed_at", nullable=True),
    Index("ix_receipt_open", "item_id", "expected_on", postgresql_where=text("closed_at is null")),
)

backorder = Table(
    "backorder",
    METADATA,
    id_column("backorder_id"),
    Column("receipt_id", BigInteger, ForeignKey("receipt.receipt_id"), nullable=False),
    Column("item_id", BigInteger, nullable=False),
    Column("account", Text, nullable=False, comment="who the pieces are for: hold:…, sold:…"),
    Column("pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False),
    Column("served_pcs", BigInteger, nullable=False, server_default="0"),
    Column("promised_on", Date, nullable=False),
    at_column("ordered_at"),
    at_column("ended_at", nullable=True),
    CheckConstraint("served_pcs between 0 and pcs", name="parts_of_the_line"),
    Index("ix_backorder_waiting", "item_id", "backorder_id", postgresql_where=text("ended_at is null")),
    Index("ix_backorder_account", "account"),
)
