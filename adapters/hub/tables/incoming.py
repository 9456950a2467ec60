"""The rows of one feed on their way in: temporary tables without indexes, gone with the transaction."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

INCOMING = MetaData()


def _incoming(name: str, *columns: Column[Any]) -> Table:
    return Table(f"incoming_{name}", INCOMING, *columns, prefixes=["temporary"], postgresql_on_commit="drop")


def _row() -> Column[int]:
    return Column("row", BigInteger)


product = _incoming(
    "product",
    _row(),
    Column("product_ref", Text),
    Column("name", Text),
    Column("article", Text),
    Column("kind", Text),
    Column("unit_code", Text),
    Column("unit_name", Text),
    Column("vat", Text),
    Column("weight_g", BigInteger),
    Column("description", Text),
    Column("group_refs", JSONB),
    Column("pictures", JSONB),
    Column("properties", JSONB),
    Column("requisites", JSONB),
    Column("is_deleted", Boolean),
)
offer = _incoming(
    "offer",
    _row(),
    Column("item_ref", Text),
    Column("product_ref", Text),
    Column("characteristic_ref", Text),
    Column("name", Text),
    Column("article", Text),
    Column("characteristics", JSONB),
    Column("is_deleted", Boolean),
)
price = _incoming(
    "price",
    _row(),
    Column("item_ref", Text),
    Column("price_type_ref", Text),
    Column("price_kopecks", BigInteger),
    Column("currency", Text),
)
count = _incoming(
    "count",
    _row(),
    Column("item_ref", Text),
    Column("place", Text),
    Column("pcs", BigInteger),
    Column("is_whole", Boolean),
)
barcode = _incoming("barcode", _row(), Column("owner", Text), Column("ref", Text), Column("barcode", Text))
recipe = _incoming("recipe", _row(), Column("bundle_ref", Text), Column("component_ref", Text), Column("pcs", BigInteger))
group = _incoming("group", _row(), Column("group_ref", Text), Column("name", Text), Column("parent_ref", Text))
price_type = _incoming(
    "price_type",
    _row(),
    Column("price_type_ref", Text),
    Column("name", Text),
    Column("currency", Text),
    Column("is_vat_included", Boolean),
)
warehouse = _incoming("warehouse", _row(), Column("warehouse_ref", Text), Column("name", Text))
property_name = _incoming(
    "property",
    _row(),
    Column("property_ref", Text),
    Column("name", Text),
    Column("value_type", Text),
    Column("is_hidden", Boolean),
)
property_value = _incoming("property_value", _row(), Column("property_ref", Text), Column("value_ref", Text), Column("value", Text))
refused = _incoming(
    "refused",
    Column("entity", Text),
    Column("key", Text),
    Column("reason", Text),
    Column("sentence", Text),
    _row(),
    Column("payload", JSONB),
)

item = _incoming("item", Column("item_ref", Text))
"""Every item that the feed names, once, refused ones included if they are known."""

known = _incoming(
    "known",
    Column("item_ref", Text),
    Column("item_id", BigInteger),
    Column("is_total", Boolean, comment="an umbrella or a bundle: its own figure is not a count"),
)
"""The same with the hub's key."""

card = _incoming("card", Column("product_ref", Text))
"""Every product, likewise."""

item_price = _incoming(
    "item_price",
    Column("item_id", BigInteger),
    Column("price_type_ref", Text),
    Column("price_kopecks", BigInteger),
    Column("currency", Text),
    Column("before_kopecks", BigInteger, comment="null where there was no price"),
    Column("before_currency", Text),
)
item_count = _incoming(
    "item_count",
    Column("item_id", BigInteger),
    Column("place", Text),
    Column("pcs", BigInteger),
    Column("is_whole", Boolean),
    Column("before_pcs", BigInteger, comment="null where there was no count"),
)
