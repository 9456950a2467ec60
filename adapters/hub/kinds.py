"""The kinds of portions a feed is made of, and how their rows are told apart."""

from typing import NamedTuple

from sqlalchemy import Table

from adapters.hub.tables import incoming


class Kind(NamedTuple):
    """One kind of portion: what is counted, its name in outcomes, its table and what identifies a row."""

    entity: str
    plural: str
    table: Table
    key: tuple[str, ...]


KINDS = {
    kind.entity: kind
    for kind in (
        Kind("product", "products", incoming.product, ("product_ref",)),
        Kind("offer", "offers", incoming.offer, ("item_ref",)),
        Kind("price", "prices", incoming.price, ("item_ref", "price_type_ref")),
        Kind("count", "counts", incoming.count, ("item_ref", "place")),
        Kind("barcode", "barcodes", incoming.barcode, ("owner", "ref")),
        Kind("recipe", "recipes", incoming.recipe, ("bundle_ref", "component_ref")),
        Kind("group", "groups", incoming.group, ("group_ref",)),
        Kind("price_type", "price_types", incoming.price_type, ("price_type_ref",)),
        Kind("warehouse", "warehouses", incoming.warehouse, ("warehouse_ref",)),
        Kind("property", "properties", incoming.property_name, ("property_ref",)),
        Kind("property_value", "property_values", incoming.property_value, ("property_ref", "value_ref")),
    )
}
DOCUMENTS = {"document": "documents", "line": "lines"}
PLURALS = {kind.entity: kind.plural for kind in KINDS.values()} | DOCUMENTS
