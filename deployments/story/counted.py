"""1C's part of an hour: the goods, their sets and their counts, sent once before the doors open, by the same files a real 1C sends."""

import tempfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

from prefect.logging import disable_run_logger

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.ledger import Ledger
from adapters.settings import Settings
from deployments.sample import goods as sample
from deployments.sample.catalog_file import write_catalog, write_classifier
from deployments.sample.markup import Markup, commerce_information
from deployments.sample.offers_file import write_package
from deployments.story.goods import Good, Shelf
from tasks.catalog import take_in

SOURCE, GROUP, RETAIL, WAREHOUSE = "main", "Утюги", "Розничная", "Склад"


def tell_counts(hub: Hub, settings: Settings, shelf: Shelf) -> None:
    """The hub knows the goods and has their pieces in its ledger."""
    shop = _shop(shelf)
    for name, body in (("import0_1.xml", _cards(shop, hub.clock.now())), ("offers0_1.xml", _offers(shop, hub.clock.now()))):
        feed_id = Inbox(hub).begin(source=SOURCE, exchange="catalog", name=name, kind="xml")
        Inbox(hub).append(feed_id, BytesIO(body))
        Inbox(hub).complete(feed_id)
        with disable_run_logger():
            taken = take_in.fn(hub, settings, Inbox(hub).feed(feed_id), dry_run=False)
        if taken.state != "recorded" or taken.refused:
            raise AssertionError(f"1C's own file is not taken: {taken.sentence} {taken.refused}")
    Ledger(hub).post_counts()


def _shop(shelf: Shelf) -> sample.Shop:
    return sample.Shop(
        catalog_ref="catalog",
        owner_ref="owner",
        groups=(sample.Group(ref=GROUP, name=GROUP),),
        properties=(),
        price_types=((RETAIL, RETAIL),),
        warehouses=((WAREHOUSE, WAREHOUSE),),
        products=tuple(_product(good) for good in shelf.goods.values()),
        offers=tuple(_offer(good, shelf) for good in shelf.goods.values()),
    )


def _product(good: Good) -> sample.Product:
    parts = good.parts.items() if good.is_set else ()
    components = tuple(sample.Component(ref=thing, name=thing, pcs=str(pcs)) for thing, pcs in parts)
    kind = "Набор" if good.is_set else "Товар"
    return sample.Product(ref=good.sku, article=good.sku, name=good.name, group_ref=GROUP, kind=kind, components=components)


def _offer(good: Good, shelf: Shelf) -> sample.Offer:
    prices = (sample.Price(type_ref=RETAIL, amount=f"{good.roubles}.00"),)
    if good.is_set:
        return sample.Offer(ref=good.sku, name=good.name, article=good.sku, prices=prices)
    pcs = str(shelf.pcs[good.sku])
    return sample.Offer(ref=good.sku, name=good.name, article=good.sku, prices=prices, total=pcs, places=((WAREHOUSE, pcs),))


def _cards(shop: sample.Shop, at: datetime) -> bytes:
    markup = Markup()
    with commerce_information(markup, at):
        write_classifier(markup, shop, is_full=True)
        write_catalog(markup, shop, shop.products, is_changes_only=False)
    return _saved(markup)


def _offers(shop: sample.Shop, at: datetime) -> bytes:
    markup = Markup()
    with commerce_information(markup, at):
        write_classifier(markup, shop, is_full=False)
        write_package(markup, shop, shop.offers, is_first=True, is_changes_only=False)
    return _saved(markup)


def _saved(markup: Markup) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return markup.save(Path(folder) / "file.xml").read_bytes()
