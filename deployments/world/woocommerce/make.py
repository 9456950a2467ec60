"""The site's room is furnished."""

from collections.abc import Iterable

import httpx
from fastapi import APIRouter, FastAPI

from deployments.world.clock import WorldClock
from deployments.world.oauth import Doorkeeper
from deployments.world.room import furnish
from deployments.world.woocommerce import order_writing, orders, refunding, remarks, settings, webhooks
from deployments.world.woocommerce import products as products_of_site
from deployments.world.woocommerce.books import Books
from deployments.world.woocommerce.control import control
from deployments.world.woocommerce.oddities import oddities
from deployments.world.woocommerce.room import WooCommerceRoom
from deployments.world.woocommerce.shelves import NewProduct, made_up, put


def furnish_woocommerce(
    world: FastAPI,
    *,
    clock: WorldClock,
    key: str,
    secret: str,
    products: Iterable[NewProduct] = (),
    seed: int = 0,
    seeded_products: int = 0,
    outside: httpx.AsyncBaseTransport | None = None,
) -> WooCommerceRoom:
    """A WooCommerce site at ``/woocommerce``, its control at ``/_control/woocommerce``.

    Args:
        world: where to.
        clock: the world's.
        key: the site's consumer key.
        secret: the site's consumer secret.
        products: goods of the site.
        seed: of the made-up goods beside them.
        seeded_products: how many made-up products.
        outside: where webhooks and questions go, instead of the network.
    """
    books = Books()
    put(books, made_up(seed=seed, products=seeded_products), clock.now())
    put(books, products, clock.now())
    room = WooCommerceRoom(clock=clock, books=books, doorkeeper=Doorkeeper(key=key, secret=secret, clock=clock), outside=outside)
    router = APIRouter()
    for part in (products_of_site, orders, order_writing, refunding, remarks, webhooks, settings):
        router.routes.extend(part.router.routes)
    furnish(world, "woocommerce", room, router, control, oddities)
    return room
