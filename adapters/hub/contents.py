"""How much is in the hub."""

from sqlalchemy import exists, func, select

from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import item, price, product, stock_count


def contents(hub: Hub) -> dict[str, int]:
    """Rows by kind: ``products``, ``offers`` (of a product that 1C has described), ``prices`` and ``counts`` of those offers."""
    described = exists().where(product.c.source == item.c.source, product.c.product_ref == item.c.product_ref)
    counted = {
        "products": select(func.count()).select_from(product),
        "offers": select(func.count()).select_from(item).where(described),
        "prices": select(func.count()).select_from(price.join(item, item.c.item_id == price.c.item_id)).where(described),
        "counts": select(func.count()).select_from(stock_count.join(item, item.c.item_id == stock_count.c.item_id)).where(described),
    }
    with hub.engine.begin() as connection:
        return {kind: int(connection.execute(query).scalar_one()) for kind, query in counted.items()}
