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
    at_column("matched_at"),
    UniqueConstraint("channel", "item_id"),
    Index("uq_listing_channel_sku", "channel", "channel_sku", unique=True),
)
