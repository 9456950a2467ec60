"""What is sold where, under which code, and what that channel last took from us and shows."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

listing = Table(
    "listing",
    METADATA,
    id_column("listing_id"),
    Column("channel", Text, nullable=False),
    Column("item_id", BigInteger, ForeignKey("item.item_id"), nullable=False),
    Column("channel_sku", Text, nullable=False),
    json_column("refs", nullable=False),
    Column("accepted_pcs", BigInteger, comment="the last figure the channel took from us"),
    at_column("accepted_at", nullable=True),
    Column("shown_pcs", BigInteger, comment="the last figure read back"),
    at_column("shown_at", nullable=True),
    Column("refused_pcs", BigInteger, comment="the figure the channel last refused; null once it took one"),
    at_column("refused_at", nullable=True),
    at_column("matched_at"),
    at_column("lost_at", nullable=True),
    UniqueConstraint("channel", "item_id"),
    Index("uq_listing_channel_sku", "channel", "channel_sku", unique=True),
)

listing_search = Table(
    "listing_search",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("item_id", BigInteger, ForeignKey("item.item_id"), primary_key=True),
    Column("channel_sku", Text, nullable=False, comment="the code that was looked for"),
    at_column("searched_at"),
)
