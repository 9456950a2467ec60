"""Cards, figures per warehouse, prices per campaign, recipes told outside 1C, and the pace of accounts that several processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

AT = sa.DateTime(timezone=True)
"""An instant: UTC, microseconds."""

KEEP_FIGURES = """
insert into listing_stock (
  listing_id, warehouse_ref, accepted_pcs, accepted_at, shown_pcs, shown_at, refused_pcs, refused_at
)
select listing_id, '', accepted_pcs, accepted_at, shown_pcs, shown_at, refused_pcs, refused_at from listing
"""


def upgrade() -> None:
    """Create the tables; figures known so far are of the channel's only warehouse."""
    _create_stock()
    _create_price()
    _create_card()
    op.create_table(
        "told_recipe",
        sa.Column("told_recipe_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("component_id", sa.BigInteger(), nullable=False),
        sa.Column("pcs", sa.Integer(), nullable=False),
        sa.Column("promotion", sa.Text(), server_default="", nullable=False, comment="empty: the everyday recipe, before 1C's own"),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("pcs > 0", name="ck_told_recipe_positive"),
        sa.PrimaryKeyConstraint("told_recipe_id", name="pk_told_recipe"),
    )
    op.create_table(
        "pace",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="the vendor's group of methods"),
        sa.Column("booked_until", AT, nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="pk_pace"),
        prefixes=["UNLOGGED"],
    )


def _create_stock() -> None:
    op.create_table(
        "listing_stock",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_ref", sa.Text(), nullable=False, comment="the channel's own warehouse; empty where it has only one"),
        sa.Column("sent_pcs", sa.BigInteger(), nullable=True, comment="the last figure that left, whatever came of it"),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("accepted_pcs", sa.BigInteger(), nullable=True, comment="the last figure the channel took from us"),
        sa.Column("accepted_at", AT, nullable=True),
        sa.Column("shown_pcs", sa.BigInteger(), nullable=True, comment="the last figure read back"),
        sa.Column("reserved_pcs", sa.BigInteger(), nullable=True, comment="read back with it: kept for the channel's own orders"),
        sa.Column("shown_at", AT, nullable=True),
        sa.Column("refused_pcs", sa.BigInteger(), nullable=True, comment="the figure the channel last refused; null once it took one"),
        sa.Column("refused_at", AT, nullable=True),
        sa.Column("refused_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.listing_id"], name="fk_listing_stock_listing_id_listing", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing_id", "warehouse_ref", name="pk_listing_stock"),
    )
    op.execute(KEEP_FIGURES)
    for name in ("accepted_pcs", "accepted_at", "shown_pcs", "shown_at", "refused_pcs", "refused_at"):
        op.drop_column("listing", name)


def _create_price() -> None:
    op.create_table(
        "listing_price",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_ref", sa.Text(), nullable=False, comment="region or campaign of the channel; empty for the whole account"),
        sa.Column("accepted_kopecks", sa.BigInteger(), nullable=True, comment="the last price the channel took from us"),
        sa.Column("accepted_at", AT, nullable=True),
        sa.Column("shown_kopecks", sa.BigInteger(), nullable=True, comment="the last price read back"),
        sa.Column("shown_at", AT, nullable=True),
        sa.Column("refused_kopecks", sa.BigInteger(), nullable=True, comment="the price the channel last refused; null once it took one"),
        sa.Column("refused_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.listing_id"], name="fk_listing_price_listing_id_listing", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing_id", "campaign_ref", name="pk_listing_price"),
    )


def _create_card() -> None:
    op.create_table(
        "card",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_sku", sa.Text(), nullable=False, comment="the code issued to the item on this channel, for ever"),
        sa.Column("issued_at", AT, nullable=False),
        sa.Column("sent_hash", sa.Text(), nullable=True, comment="what the card was last told, whatever came of it"),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("task_ref", sa.Text(), nullable=True, comment="what the channel is asked about the outcome by; null once it is known"),
        sa.Column("accepted_hash", sa.Text(), nullable=True, comment="what the card says as far as the channel told us"),
        sa.Column("accepted_at", AT, nullable=True),
        sa.Column("refused_hash", sa.Text(), nullable=True, comment="what the channel last refused; null once it took one"),
        sa.Column("refused_at", AT, nullable=True),
        sa.Column(
            "is_ours", sa.Boolean(), server_default="false", nullable=False, comment="we made the card; one found ready is not written over"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.item_id"], name="fk_card_item_id_item"),
        sa.PrimaryKeyConstraint("channel", "item_id", name="pk_card"),
    )
    op.create_index("uq_card_channel_sku", "card", ["channel", sa.text("lower(channel_sku)")], unique=True)
