"""The offer protocol (DESIGN §4): what each listing of a told channel may sell, and how far each of its writes has come.

What it may sell is in the ledger: the account ``exposure:<channel>:<listing>:<warehouse>`` of each of its parts.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

offer = Table(
    "offer",
    METADATA,
    Column("listing_id", BigInteger, ForeignKey("listing.listing_id", ondelete="CASCADE"), primary_key=True),
    Column("warehouse_ref", Text, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("phase", Text, nullable=False, comment="new | connecting | adopted | open"),
    json_column("recipe", nullable=False),
    Column("promotion", Text, nullable=False, server_default=""),
    Column("write_pcs", BigInteger, comment="the unsettled write; null: none"),
    at_column("leave_by_at", nullable=True),
    at_column("sent_at", nullable=True),
    at_column("alive_until_at", nullable=True),
    Column("exposed_before", BigInteger, nullable=False, server_default="0", comment="exposure before the write, and cancellations since"),
    at_column("read_began_at", nullable=True),
    at_column("read_ended_at", nullable=True),
    Column("read_pcs", BigInteger, comment="what the read-back showed that settling goes by"),
    Column("read_reserved_pcs", BigInteger, comment="kept there for orders, known and unknown, in the same snapshot"),
    Column("target_pcs", BigInteger, comment="what the allocation wants"),
    Column("target_rule", Text),
    at_column("target_at", nullable=True),
    at_column("moved_at", nullable=True),
    Column("frozen_for", Text, comment="why nothing but 0 may be written: edited; null: nothing"),
    Index("ix_offer_connecting", "listing_id", postgresql_where=text("phase = 'connecting'")),
    Index("ix_offer_unsettled", "listing_id", postgresql_where=text("write_pcs is not null")),
)
"""``recipe``: list of [item_id, pieces], what the exposure stands under; it changes only while the exposure is 0.

``alive_until_at``: the last positive write may take effect until then. ``moved_at``: when the figure was last changed, for the dwell."""

withdrawal = Table(
    "withdrawal",
    METADATA,
    id_column("withdrawal_id"),
    Column("listing_id", BigInteger, nullable=False),
    Column("warehouse_ref", Text, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("pcs", BigInteger, nullable=False, comment="of the listing, cancelled; the channel may put them back on sale by itself"),
    at_column("learned_at"),
    Index("ix_withdrawal_listing", "listing_id", "warehouse_ref", "learned_at"),
)

unexplained = Table(
    "unexplained",
    METADATA,
    id_column("unexplained_id"),
    Column("channel", Text, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("channel_sku", Text, nullable=False),
    Column("listing_id", BigInteger, nullable=False),
    Column("warehouse_ref", Text, nullable=False),
    Column("item_id", BigInteger, nullable=False),
    Column(
        "pcs", BigInteger, CheckConstraint("pcs > 0", name="positive"), nullable=False, comment="beyond the exposure, and not explained yet"
    ),
    Column("per_unit", BigInteger, nullable=False, comment="pieces of the item in one of the listing"),
    Column("is_connecting", Boolean, nullable=False, server_default="false", comment="judged when the listing's exposure is known"),
    at_column("sold_at"),
    Index("ix_unexplained_channel", "channel", "sold_at"),
    Index("ix_unexplained_item", "item_id"),
)
"""Sales beyond an exposure that a cancellation which is not listed yet may explain; one that it explains, and one that is told, leaves."""

channel_watch = Table(
    "channel_watch",
    METADATA,
    Column("channel", Text, primary_key=True),
    at_column("connected_at"),
    at_column("poll_began_at", nullable=True),
    at_column("poll_ended_at", nullable=True),
    at_column("polled_since", nullable=True),
)
"""The last complete poll of orders, all statuses, whose every order is recorded."""

bound_measure = Table(
    "bound_measure",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("bound", Text, primary_key=True, comment="visible | effective | stale | restored"),
    Column("on_day", Date, primary_key=True),
    Column("samples", Integer, nullable=False),
    Column("worst_s", Double, nullable=False),
    Column("sum_s", Double, nullable=False),
    Column("breaches", Integer, nullable=False, server_default="0"),
)

push = Table(
    "push",
    METADATA,
    id_column("push_id"),
    Column("channel", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("order_ref", Text, comment="what it is about, where it says so"),
    Column("digest", LargeBinary, nullable=False, comment="of the body: the same push again is the same row"),
    at_column("received_at"),
    Column("times", Integer, nullable=False, server_default="1"),
    at_column("handled_at", nullable=True),
    Column("is_signed", Boolean, nullable=False),
    Index("uq_push_digest", "channel", "digest", unique=True),
    Index("ix_push_waiting", "channel", "push_id", postgresql_where=text("handled_at is null")),
)
"""Hints that something happened on a channel; the body is not kept: the truth is fetched."""
