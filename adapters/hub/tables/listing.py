"""What is sold where: codes, cards, and the figures and prices that a channel last took from us, refused and showed."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint, func

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

listing = Table(
    "listing",
    METADATA,
    id_column("listing_id"),
    Column("channel", Text, nullable=False),
    Column("item_id", BigInteger, ForeignKey("item.item_id"), nullable=False),
    Column("channel_sku", Text, nullable=False),
    json_column("refs", nullable=False),
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

listing_stock = Table(
    "listing_stock",
    METADATA,
    Column("listing_id", BigInteger, ForeignKey("listing.listing_id", ondelete="CASCADE"), primary_key=True),
    Column("warehouse_ref", Text, primary_key=True, comment="the channel's own warehouse; empty where it has only one"),
    Column("sent_pcs", BigInteger, comment="the last figure that left, whatever came of it"),
    at_column("sent_at", nullable=True),
    Column("accepted_pcs", BigInteger, comment="the last figure the channel took from us"),
    at_column("accepted_at", nullable=True),
    Column("shown_pcs", BigInteger, comment="the last figure read back"),
    Column("reserved_pcs", BigInteger, comment="read back with it: kept for the channel's own orders"),
    at_column("shown_at", nullable=True),
    Column("refused_pcs", BigInteger, comment="the figure the channel last refused; null once it took one"),
    at_column("refused_at", nullable=True),
    Column("refused_reason", Text),
)

listing_price = Table(
    "listing_price",
    METADATA,
    Column("listing_id", BigInteger, ForeignKey("listing.listing_id", ondelete="CASCADE"), primary_key=True),
    Column("campaign_ref", Text, primary_key=True, comment="region or campaign of the channel; empty for the whole account"),
    Column("accepted_kopecks", BigInteger, comment="the last price the channel took from us"),
    at_column("accepted_at", nullable=True),
    Column("shown_kopecks", BigInteger, comment="the last price read back"),
    at_column("shown_at", nullable=True),
    Column("refused_kopecks", BigInteger, comment="the price the channel last refused; null once it took one"),
    at_column("refused_at", nullable=True),
)

card = Table(
    "card",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("item_id", BigInteger, ForeignKey("item.item_id"), primary_key=True),
    Column("channel_sku", Text, nullable=False, comment="the code issued to the item on this channel, for ever"),
    at_column("issued_at"),
    Column("sent_hash", Text, comment="what the card was last told, whatever came of it"),
    at_column("sent_at", nullable=True),
    Column("task_ref", Text, comment="what the channel is asked about the outcome by; null once it is known"),
    Column("accepted_hash", Text, comment="what the card says as far as the channel told us"),
    at_column("accepted_at", nullable=True),
    Column("refused_hash", Text, comment="what the channel last refused; null once it took one"),
    at_column("refused_at", nullable=True),
    Column("is_ours", Boolean, nullable=False, server_default="false", comment="we made the card; one found ready is not written over"),
)
Index("uq_card_channel_sku", card.c.channel, func.lower(card.c.channel_sku), unique=True)

pace = Table(
    "pace",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True, comment="the vendor's group of methods"),
    at_column("booked_until"),
    prefixes=["UNLOGGED"],
)
"""Not logged: every call writes here, and what a crash of the server loses of it is over in seconds."""
