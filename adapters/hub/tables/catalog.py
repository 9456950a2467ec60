"""What 1C sells: products, items, prices, recipes, and its latest count of every item.

Prices and counts point at items without a foreign key: they arrive in millions, are written only by joining with ``item``, and no
item is ever deleted, so the check would cost more than the rest of the import and could never fail.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column, stamp_column

product = Table(
    "product",
    METADATA,
    id_column("product_id"),
    Column("source", Text, nullable=False),
    Column("product_ref", Text, nullable=False, comment="Товар/Ид"),
    Column("name", Text, nullable=False),
    Column("article", Text),
    Column("barcode", Text),
    Column("kind", Text, nullable=False, comment="goods | service"),
    Column("unit_code", Text),
    Column("unit_name", Text),
    Column("vat", Text, comment="percent without sign, none = without VAT"),
    Column("weight_g", BigInteger),
    Column("description", Text),
    json_column("group_refs"),
    json_column("pictures"),
    json_column("properties"),
    json_column("requisites"),
    Column("catalog_ref", Text, nullable=False, server_default="", comment="the catalogue whose full export lists it"),
    Column("is_deleted", Boolean, nullable=False, server_default="false"),
    Column("is_absent", Boolean, nullable=False, server_default="false", comment="missing from a complete export"),
    stamp_column(),
    Column("feed_id", BigInteger, nullable=False),
    at_column("changed_at"),
    UniqueConstraint("source", "product_ref"),
)

item = Table(
    "item",
    METADATA,
    id_column("item_id"),
    Column("source", Text, nullable=False),
    Column("item_ref", Text, nullable=False, comment="Предложение/Ид: product or product#characteristic"),
    Column("product_ref", Text, nullable=False),
    Column("characteristic_ref", Text),
    Column("name", Text),
    Column("article", Text),
    Column("barcode", Text),
    json_column("characteristics"),
    Column("catalog_ref", Text, nullable=False, server_default="", comment="the catalogue whose full export lists it"),
    Column("is_deleted", Boolean, nullable=False, server_default="false"),
    Column("is_absent", Boolean, nullable=False, server_default="false", comment="missing from a complete export"),
    Column("is_umbrella", Boolean, nullable=False, server_default="false", comment="the total row of a product with characteristics"),
    Column("is_bundle", Boolean, nullable=False, server_default="false", comment="has a recipe: no account of its own"),
    stamp_column(),
    Column("feed_id", BigInteger, nullable=False),
    at_column("changed_at"),
    UniqueConstraint("source", "item_ref"),
    Index("ix_item_product", "source", "product_ref"),
    Index("ix_item_article", "article", postgresql_where=text("article is not null")),
)

price_type = Table(
    "price_type",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("price_type_ref", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("currency", Text),
    Column("is_vat_included", Boolean),
)

price = Table(
    "price",
    METADATA,
    Column("item_id", BigInteger, primary_key=True),
    Column("price_type_ref", Text, primary_key=True),
    Column("price_kopecks", BigInteger, CheckConstraint("price_kopecks > 0", name="positive"), nullable=False),
    Column("currency", Text, nullable=False),
    stamp_column(),
    Column("feed_id", BigInteger, nullable=False),
    at_column("changed_at"),
)

warehouse = Table(
    "warehouse",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("warehouse_ref", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

product_group = Table(
    "product_group",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("group_ref", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent_ref", Text),
)

property_name = Table(
    "property",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("property_ref", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("value_type", Text),
    Column("is_hidden", Boolean, nullable=False, server_default="false"),
)

property_value = Table(
    "property_value",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("property_ref", Text, primary_key=True),
    Column("value_ref", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

bundle_recipe = Table(
    "bundle_recipe",
    METADATA,
    id_column("recipe_row_id"),
    Column("source", Text, nullable=False),
    Column("bundle_ref", Text, nullable=False),
    Column("component_ref", Text, nullable=False),
    Column("pcs", Integer, CheckConstraint("pcs > 0", name="positive"), nullable=False),
    Column("promotion", Text, nullable=False, server_default="", comment="empty: the everyday recipe"),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("feed_id", BigInteger),
    UniqueConstraint("source", "bundle_ref", "component_ref", "promotion"),
)

told_recipe = Table(
    "told_recipe",
    METADATA,
    id_column("told_recipe_id"),
    Column("bundle_id", BigInteger, nullable=False),
    Column("component_id", BigInteger, nullable=False),
    Column("pcs", Integer, CheckConstraint("pcs > 0", name="positive"), nullable=False),
    Column("promotion", Text, nullable=False, server_default="", comment="empty: the everyday recipe, before 1C's own"),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

stock_count = Table(
    "stock_count",
    METADATA,
    Column("item_id", BigInteger, primary_key=True),
    Column("place", Text, primary_key=True, comment="1C warehouse id; empty where the file names none"),
    Column("pcs", BigInteger, nullable=False, comment="1C's free figure; may be negative"),
    stamp_column(),
    at_column("session_began_at"),
    Column("feed_id", BigInteger, nullable=False, comment="who wrote it last; the ledger has the row when that feed is posted"),
    Index("ix_stock_count_feed", "feed_id"),
)

export_series = Table(
    "export_series",
    METADATA,
    id_column("series_id"),
    Column("source", Text, nullable=False),
    Column("entity", Text, nullable=False, comment="product | item"),
    Column("catalog_ref", Text, nullable=False, server_default="", comment="one base may export several catalogues"),
    Column("state", Text, nullable=False, comment="open | complete | held | broken"),
    json_column("kinds", nullable=False),
    Column("first_feed_id", BigInteger, nullable=False),
    stamp_column(),
    at_column("began_at"),
    at_column("moved_at"),
    at_column("closed_at", nullable=True),
    Index("uq_export_series_open", "source", "entity", "catalog_ref", unique=True, postgresql_where=text("state = 'open'")),
)

series_member = Table(
    "series_member",
    METADATA,
    Column("series_id", BigInteger, primary_key=True),
    Column("card_id", BigInteger, primary_key=True, comment="product_id or item_id, by the series' entity"),
)
