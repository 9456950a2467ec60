"""The first schema: inbox, catalogue, counts, ledger, listings, sale, quarantine, journal, incidents, cursors, runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

AT = sa.DateTime(timezone=True)
"""An instant: UTC, microseconds."""

PART_COMPRESSION = """
do $$ begin
  if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter table feed_part alter column body set compression lz4;
  else
    alter table feed_part alter column body set storage external;
  end if;
end $$
"""
"""lz4 where the server has it; else nothing, because pglz is slower than the whole upload."""


def upgrade() -> None:
    """Create every table."""
    _create_inbox()
    _create_catalogue()
    _create_ledger()
    _create_listings()
    _create_sale()
    _create_journal()


def _create_inbox() -> None:
    op.create_table(
        "exchange_session",
        sa.Column("session_ref", sa.Text(), nullable=False, comment="the cookie's value"),
        sa.Column("source", sa.Text(), nullable=False, comment="the 1C base, by its name in settings"),
        sa.Column("exchange", sa.Text(), nullable=False, comment="catalog | sale"),
        sa.Column("began_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("agreed_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("session_ref", name="pk_exchange_session"),
    )
    op.create_table(
        "feed",
        sa.Column("feed_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("session_ref", sa.Text(), nullable=True),
        sa.Column("session_began_at", AT, nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False, comment="catalog | sale | folder"),
        sa.Column("name", sa.Text(), nullable=False, comment="the file's name as 1C gave it"),
        sa.Column("kind", sa.Text(), nullable=False, comment="xml | archive | picture"),
        sa.Column("archive_id", sa.BigInteger(), nullable=True, comment="the archive it was unpacked from"),
        sa.Column("state", sa.Text(), nullable=False, comment="receiving | waiting | held | recorded | refused | dismissed"),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("parts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("formed_at", sa.DateTime(), nullable=True),
        sa.Column("is_changes_only", sa.Boolean(), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), server_default="false", nullable=False, comment="a person let it past the gate"),
        sa.Column(
            "stumbles", sa.Integer(), server_default="0", nullable=False, comment="how often a run failed on it for no fault of the file"
        ),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("moved_at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=True),
        sa.Column("posted_at", AT, nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True, comment="the answer 1C's user sees: why refused or held, or what was loaded"),
        sa.Column("outcome", JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["archive_id"], ["feed.feed_id"], name="fk_feed_archive_id_feed"),
        sa.ForeignKeyConstraint(["session_ref"], ["exchange_session.session_ref"], name="fk_feed_session_ref_exchange_session"),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed"),
    )
    op.create_index("ix_feed_session", "feed", ["session_ref", "name"], unique=False)
    op.create_index("ix_feed_sha256", "feed", ["sha256"], unique=False)
    op.create_index("ix_feed_state", "feed", ["state", "feed_id"], unique=False)
    op.create_index(
        "ix_feed_unposted", "feed", ["feed_id"], unique=False, postgresql_where=sa.text("state = 'recorded' and posted_at is null")
    )
    op.create_table(
        "feed_part",
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.feed_id"], name="fk_feed_part_feed_id_feed", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "n", name="pk_feed_part"),
    )
    op.create_table(
        "picture",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False, comment="as Товар/Картинка names it"),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False, comment="its bytes are the feed's parts"),
        sa.Column("received_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.feed_id"], name="fk_picture_feed_id_feed"),
        sa.PrimaryKeyConstraint("source", "path", name="pk_picture"),
    )
    op.execute(PART_COMPRESSION)


def _create_catalogue() -> None:
    op.create_table(
        "bundle_recipe",
        sa.Column("recipe_row_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("bundle_ref", sa.Text(), nullable=False),
        sa.Column("component_ref", sa.Text(), nullable=False),
        sa.Column("pcs", sa.Integer(), nullable=False),
        sa.Column("promotion", sa.Text(), server_default="", nullable=False, comment="empty: the everyday recipe"),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("feed_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("recipe_row_id", name="pk_bundle_recipe"),
        sa.UniqueConstraint("source", "bundle_ref", "component_ref", "promotion", name="uq_bundle_recipe_source"),
    )
    op.create_table(
        "export_series",
        sa.Column("series_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False, comment="product | item"),
        sa.Column("catalog_ref", sa.Text(), server_default="", nullable=False, comment="one base may export several catalogues"),
        sa.Column("state", sa.Text(), nullable=False, comment="open | complete | held | broken"),
        sa.Column("kinds", JSONB(), nullable=False),
        sa.Column("first_feed_id", sa.BigInteger(), nullable=False),
        sa.Column("formed_at", sa.DateTime(), nullable=True),
        sa.Column("began_at", AT, nullable=False),
        sa.Column("moved_at", AT, nullable=False),
        sa.Column("closed_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("series_id", name="pk_export_series"),
    )
    op.create_index(
        "uq_export_series_open",
        "export_series",
        ["source", "entity", "catalog_ref"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "item",
        sa.Column("item_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("item_ref", sa.Text(), nullable=False, comment="Предложение/Ид: product or product#characteristic"),
        sa.Column("product_ref", sa.Text(), nullable=False),
        sa.Column("characteristic_ref", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("characteristics", JSONB(), nullable=True),
        sa.Column("catalog_ref", sa.Text(), server_default="", nullable=False, comment="the catalogue whose full export lists it"),
        sa.Column("is_deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_absent", sa.Boolean(), server_default="false", nullable=False, comment="missing from a complete export"),
        sa.Column(
            "is_umbrella", sa.Boolean(), server_default="false", nullable=False, comment="the total row of a product with characteristics"
        ),
        sa.Column("is_bundle", sa.Boolean(), server_default="false", nullable=False, comment="has a recipe: no account of its own"),
        sa.Column("formed_at", sa.DateTime(), nullable=True),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_item"),
        sa.UniqueConstraint("source", "item_ref", name="uq_item_source"),
    )
    op.create_index("ix_item_article", "item", ["article"], unique=False, postgresql_where=sa.text("article is not null"))
    op.create_index("ix_item_product", "item", ["source", "product_ref"], unique=False)
    op.create_table(
        "price",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("price_type_ref", sa.Text(), nullable=False),
        sa.Column("price_kopecks", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("formed_at", sa.DateTime(), nullable=True),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "price_type_ref", name="pk_price"),
    )
    op.create_table(
        "price_type",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("price_type_ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("is_vat_included", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("source", "price_type_ref", name="pk_price_type"),
    )
    op.create_table(
        "product",
        sa.Column("product_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("product_ref", sa.Text(), nullable=False, comment="Товар/Ид"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False, comment="goods | service"),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("unit_name", sa.Text(), nullable=True),
        sa.Column("vat", sa.Text(), nullable=True, comment="percent without sign, none = without VAT"),
        sa.Column("weight_g", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("group_refs", JSONB(), nullable=True),
        sa.Column("pictures", JSONB(), nullable=True),
        sa.Column("properties", JSONB(), nullable=True),
        sa.Column("requisites", JSONB(), nullable=True),
        sa.Column("catalog_ref", sa.Text(), server_default="", nullable=False, comment="the catalogue whose full export lists it"),
        sa.Column("is_deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_absent", sa.Boolean(), server_default="false", nullable=False, comment="missing from a complete export"),
        sa.Column("formed_at", sa.DateTime(), nullable=True),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("product_id", name="pk_product"),
        sa.UniqueConstraint("source", "product_ref", name="uq_product_source"),
    )
    op.create_table(
        "product_group",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("group_ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_ref", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "group_ref", name="pk_product_group"),
    )
    op.create_table(
        "property",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("property_ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value_type", sa.Text(), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("source", "property_ref", name="pk_property"),
    )
    op.create_table(
        "property_value",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("property_ref", sa.Text(), nullable=False),
        sa.Column("value_ref", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "property_ref", "value_ref", name="pk_property_value"),
    )
    op.create_table(
        "series_member",
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False, comment="product_id or item_id, by the series' entity"),
        sa.PrimaryKeyConstraint("series_id", "card_id", name="pk_series_member"),
    )
    op.create_table(
        "stock_count",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="1C warehouse id; empty where the file names none"),
        sa.Column("pcs", sa.BigInteger(), nullable=False, comment="1C's free figure; may be negative"),
        sa.Column("formed_at", sa.DateTime(), nullable=True),
        sa.Column("session_began_at", AT, nullable=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False, comment="who wrote it last; the ledger has the row when that feed is posted"),
        sa.PrimaryKeyConstraint("item_id", "place", name="pk_stock_count"),
    )
    op.create_index("ix_stock_count_feed", "stock_count", ["feed_id"], unique=False)
    op.create_table(
        "warehouse",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("warehouse_ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "warehouse_ref", name="pk_warehouse"),
    )


def _create_ledger() -> None:
    op.create_table(
        "ledger_balance",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False, comment="pool | exposure:… | hold:… | sold:… | safety"),
        sa.Column("pcs", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("account = 'pool' or pcs >= 0", name="ck_ledger_balance_only_the_pool_may_be_negative"),
        sa.PrimaryKeyConstraint("item_id", "place", "account", name="pk_ledger_balance"),
    )
    op.create_index(
        "ix_ledger_balance_promised", "ledger_balance", ["item_id", "place"], unique=False, postgresql_where=sa.text("account <> 'pool'")
    )
    op.create_table(
        "ledger_entry",
        sa.Column("verb", sa.Text(), nullable=False, comment="take | give_back | sell"),
        sa.Column("reference", sa.Text(), nullable=False, comment="the caller's own key: the same key is the same act"),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("verb", "reference", name="pk_ledger_entry"),
    )
    op.create_table(
        "ledger_movement",
        sa.Column("movement_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("from_account", sa.Text(), nullable=False, comment="onec: from outside the ledger"),
        sa.Column("to_account", sa.Text(), nullable=False),
        sa.Column("pcs", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False, comment="what caused it: feed:17, order:…, a caller's own key"),
        sa.PrimaryKeyConstraint("movement_id", name="pk_ledger_movement"),
    )
    op.create_index("ix_ledger_movement_item", "ledger_movement", ["item_id", "movement_id"], unique=False)
    op.create_index(
        "ix_ledger_movement_reference", "ledger_movement", ["reference"], unique=False, postgresql_where=sa.text("reason <> 'count'")
    )
    op.create_table(
        "shortfall",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("pcs", sa.BigInteger(), nullable=False, comment="promised and not there"),
        sa.Column("since_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "place", name="pk_shortfall"),
    )
    op.create_table(
        "sold_line",
        sa.Column("line_ref", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="the place its pieces were taken from"),
        sa.Column("source", sa.Text(), nullable=False, comment="the 1C base that the order goes to"),
        sa.Column("order_number", sa.Text(), nullable=False, comment="as 1C knows it"),
        sa.Column("pcs", sa.BigInteger(), nullable=False),
        sa.Column("returns_to", sa.Text(), nullable=True, comment="a told channel's exposure account; null for an asking channel"),
        sa.Column("sold_at", AT, nullable=False),
        sa.Column("handed_over_at", AT, nullable=True),
        sa.Column("reserved_pcs", sa.BigInteger(), server_default="0", nullable=False, comment="by 1C's newest report"),
        sa.Column("left_pcs", sa.BigInteger(), server_default="0", nullable=False, comment="1C's figure shows them"),
        sa.Column("left_feed_id", sa.BigInteger(), nullable=True, comment="the count they left sold at"),
        sa.Column("report_formed_at", sa.DateTime(), nullable=True),
        sa.Column("report_received_at", AT, nullable=True),
        sa.Column("is_given_up", sa.Boolean(), server_default="false", nullable=False, comment="1C cancelled, deleted or dropped the line"),
        sa.Column("cancelled_at", AT, nullable=True),
        sa.Column("released_at", AT, nullable=True),
        sa.CheckConstraint("left_pcs between 0 and pcs and reserved_pcs between 0 and pcs", name="ck_sold_line_parts_of_the_line"),
        sa.PrimaryKeyConstraint("line_ref", "item_id", "place", name="pk_sold_line"),
    )
    op.create_index("ix_sold_line_item", "sold_line", ["item_id", "place"], unique=False)
    op.create_index("ix_sold_line_order", "sold_line", ["source", "order_number"], unique=False)


def _create_listings() -> None:
    op.create_table(
        "listing",
        sa.Column("listing_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_sku", sa.Text(), nullable=False),
        sa.Column("refs", JSONB(), nullable=False),
        sa.Column("accepted_pcs", sa.BigInteger(), nullable=True, comment="the last figure the channel took from us"),
        sa.Column("accepted_at", AT, nullable=True),
        sa.Column("shown_pcs", sa.BigInteger(), nullable=True, comment="the last figure read back"),
        sa.Column("shown_at", AT, nullable=True),
        sa.Column("refused_pcs", sa.BigInteger(), nullable=True, comment="the figure the channel last refused; null once it took one"),
        sa.Column("refused_at", AT, nullable=True),
        sa.Column("matched_at", AT, nullable=False),
        sa.Column("lost_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.item_id"], name="fk_listing_item_id_item"),
        sa.PrimaryKeyConstraint("listing_id", name="pk_listing"),
        sa.UniqueConstraint("channel", "item_id", name="uq_listing_channel"),
    )
    op.create_index("uq_listing_channel_sku", "listing", ["channel", "channel_sku"], unique=True)
    op.create_table(
        "listing_search",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_sku", sa.Text(), nullable=False, comment="the code that was looked for"),
        sa.Column("searched_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.item_id"], name="fk_listing_search_item_id_item"),
        sa.PrimaryKeyConstraint("channel", "item_id", name="pk_listing_search"),
    )


def _create_sale() -> None:
    op.create_table(
        "onec_outgoing",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts the changes of the document"),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("offered_session", sa.Text(), nullable=True, comment="the last session whose query returned it"),
        sa.Column("offered_version", sa.Integer(), nullable=True),
        sa.Column("offered_times", sa.Integer(), server_default="0", nullable=False, comment="of this version"),
        sa.Column("acknowledged_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("acknowledged_at", AT, nullable=True),
        sa.Column("enqueued_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("source", "order_number", name="pk_onec_outgoing"),
    )
    op.create_index(
        "ix_onec_outgoing_pending", "onec_outgoing", ["source"], unique=False, postgresql_where=sa.text("acknowledged_version < version")
    )
    op.create_index("ix_onec_outgoing_session", "onec_outgoing", ["offered_session"], unique=False)
    op.create_table(
        "onec_outgoing_key",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="the event that changed the document; the same event twice is one change"),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_onec_outgoing_key"),
    )
    op.create_table(
        "onec_report",
        sa.Column("report_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False, comment="the site's number; of a shipment or payment, its order's"),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="the document's own number; an order's is order_number"),
        sa.Column("onec_ref", sa.Text(), nullable=True),
        sa.Column("onec_number", sa.Text(), nullable=True),
        sa.Column("onec_stamp", sa.DateTime(), nullable=True),
        sa.Column("placed_stamp", sa.DateTime(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("sum_kopecks", sa.BigInteger(), nullable=True),
        sa.Column("is_posted", sa.Boolean(), nullable=True, comment="null: the file does not say"),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("is_marked_deleted", sa.Boolean(), nullable=False),
        sa.Column("is_paid", sa.Boolean(), nullable=False),
        sa.Column("paid_number", sa.Text(), nullable=True),
        sa.Column("paid_stamp", sa.DateTime(), nullable=True),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("shipped_number", sa.Text(), nullable=True),
        sa.Column("shipped_stamp", sa.DateTime(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("status_ref", sa.Text(), nullable=True),
        sa.Column("tracking", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("requisites", JSONB(), nullable=True),
        sa.Column("lines", JSONB(), nullable=True, comment="null: no report has listed them yet"),
        sa.Column("buyers", sa.Integer(), nullable=False, comment="counted; who they are is not kept"),
        sa.Column("formed_at", sa.DateTime(), nullable=True),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("session_ref", sa.Text(), nullable=True),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_onec_report"),
    )
    op.create_index("uq_onec_report_document", "onec_report", ["source", "order_number", "operation", "number"], unique=True)


def _create_journal() -> None:
    op.create_table(
        "cursor",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("value", JSONB(), nullable=False),
        sa.Column("moved_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("system", "entity", name="pk_cursor"),
    )
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="run_failed | run_crashed | feed_held | quarantine_grown | shortfall …"),
        sa.Column("cause", sa.Text(), nullable=False, comment="one message per cause: the same cause is the same row"),
        sa.Column("sentence", sa.Text(), nullable=False, comment="what happened"),
        sa.Column("meaning", sa.Text(), nullable=True, comment="what it means for the shop, and what Utyug did"),
        sa.Column("advice", sa.Text(), nullable=True, comment="what the reader should do"),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("told_times", sa.Integer(), server_default="0", nullable=False, comment="count the last message named"),
        sa.Column("first_at", AT, nullable=False),
        sa.Column("last_at", AT, nullable=False),
        sa.Column("told_at", AT, nullable=True),
        sa.Column("recovered_at", AT, nullable=True),
        sa.Column("recovery_told_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("incident_id", name="pk_incident"),
    )
    op.create_index("uq_incident_live", "incident", ["kind", "cause"], unique=True, postgresql_where=sa.text("recovered_at is null"))
    op.create_table(
        "journal",
        sa.Column("journal_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="what it is about: feed:17, item:…, channel:site"),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("detail", JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("journal_id", name="pk_journal"),
    )
    op.create_index("ix_journal_subject", "journal", ["subject", "at"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="1C base or channel"),
        sa.Column("entity", sa.Text(), nullable=False, comment="product | offer | price | count | barcode | recipe | order | listing …"),
        sa.Column("key", sa.Text(), nullable=False, comment="what identifies the row in its system"),
        sa.Column("reason", sa.Text(), nullable=False, comment="code of the check that failed"),
        sa.Column("sentence", sa.Text(), nullable=False, comment="for the manager: what, so what, what now"),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=True),
        sa.Column("row", sa.BigInteger(), nullable=True, comment="ordinal of the element in its file"),
        sa.Column("state", sa.Text(), nullable=False, comment="open | resolved | dismissed"),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_seen_at", AT, nullable=False),
        sa.Column("last_seen_at", AT, nullable=False),
        sa.Column("closed_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("quarantine_id", name="pk_quarantine"),
    )
    op.create_index(
        "uq_quarantine_open", "quarantine", ["source", "entity", "key", "reason"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "sync_run",
        sa.Column("run_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("flow_run_ref", sa.Text(), nullable=True, comment="Prefect's id of the run"),
        sa.Column("state", sa.Text(), nullable=False, comment="running | completed | failed"),
        sa.Column("began_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("rows_in", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("detail", JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name="pk_sync_run"),
        sa.UniqueConstraint("flow_run_ref", name="uq_sync_run_flow_run_ref"),
    )
