"""Goods of 1C as an exchange would leave them in the hub, one by one: variants, bundles and groups with them."""

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import bundle_recipe, item, price, price_type, product, product_group, stock_count
from adapters.hub.tables.inbox import feed
from tests.flows.cabinets import CARD, GROUP, RETAIL, SOURCE


def sell(
    hub: Hub,
    article: str,
    *,
    ref: str | None = None,
    kopecks: int | None = 100_000,
    pcs: int = 5,
    group: str = GROUP,
    name: str | None = None,
    **item_says: Any,
) -> int:
    """A good with its price and count; ``ref`` with a number sign is a variant of the product before it."""
    item_ref = ref or article
    now = hub.clock.now()
    owner = {"source": SOURCE, "product_ref": item_ref.partition("#")[0], "feed_id": 1, "changed_at": now}
    with hub.engine.begin() as connection:
        connection.execute(upsert(product_group).values(source=SOURCE, group_ref=group, name=group).on_conflict_do_nothing())
        connection.execute(upsert(price_type).values(source=SOURCE, price_type_ref=RETAIL, name=RETAIL).on_conflict_do_nothing())
        says = CARD | {"group_refs": [group], "name": name or f"Утюг {article}"}
        connection.execute(upsert(product).values(**owner, **says).on_conflict_do_nothing())
        put = insert(item).values(**owner, item_ref=item_ref, article=article, **item_says).returning(item.c.item_id)
        item_id: int = connection.execute(put).scalar_one()
    count(hub, item_id, pcs)
    if kopecks is not None:
        ask(hub, item_id, kopecks)
    return item_id


def count(hub: Hub, item_id: int, pcs: int) -> None:
    """1C counts it anew."""
    now = hub.clock.now()
    instants = dict.fromkeys(("session_began_at", "received_at", "moved_at", "recorded_at"), now)
    with hub.engine.begin() as connection:
        told = insert(feed).values(source=SOURCE, exchange="catalog", name="offers.xml", kind="xml", state="recorded", **instants)
        feed_id = connection.execute(told.returning(feed.c.feed_id)).scalar_one()
        connection.execute(insert(stock_count).values(item_id=item_id, place="", pcs=pcs, session_began_at=now, feed_id=feed_id))


def ask(hub: Hub, item_id: int, kopecks: int) -> None:
    """1C asks another price."""
    stamps = {"currency": "RUB", "feed_id": 1, "changed_at": hub.clock.now()}
    asked = upsert(price).values(item_id=item_id, price_type_ref=RETAIL, price_kopecks=kopecks, **stamps)
    renewed = {"price_kopecks": asked.excluded.price_kopecks}
    with hub.engine.begin() as connection:
        connection.execute(asked.on_conflict_do_update(index_elements=["item_id", "price_type_ref"], set_=renewed))


def make_of(hub: Hub, bundle: int, part: int, pcs: int) -> None:
    """1C's recipe: the bundle is so many pieces of the part."""
    with hub.engine.begin() as connection:
        refs = [connection.execute(select(item.c.item_ref).where(item.c.item_id == one)).scalar_one() for one in (bundle, part)]
        connection.execute(update(item).where(item.c.item_id == bundle).values(is_bundle=True))
        connection.execute(insert(bundle_recipe).values(source=SOURCE, bundle_ref=refs[0], component_ref=refs[1], pcs=pcs))


def rename(hub: Hub, item_ref: str, name: str) -> None:
    """1C names the product anew."""
    with hub.engine.begin() as connection:
        connection.execute(update(product).where(product.c.product_ref == item_ref).values(name=name))
