"""The stand-in world: every outside system over HTTP in one process, one room each, mounted by path.

``/woocommerce/…`` is the site; orders to a room go to ``/_control/<room>/…``: goods to put on its shelves, buyers, faults.
"""

from collections.abc import Iterable

from fastapi import FastAPI

from deployments.world.clock import WorldClock
from deployments.world.woocommerce.make import furnish_woocommerce
from deployments.world.woocommerce.shelves import NewProduct


def make_world(
    *,
    site_key: str,
    site_secret: str,
    clock: WorldClock | None = None,
    products: Iterable[NewProduct] = (),
    seed: int = 0,
    seeded_products: int = 0,
) -> FastAPI:
    """The world with the site's shelves filled.

    Args:
        site_key: the site's consumer key.
        site_secret: the site's consumer secret.
        clock: the hub's two numbers; real time by default.
        products: goods of the site.
        seed: of the made-up goods beside them.
        seeded_products: how many made-up products.
    """
    world = FastAPI(title="Utyug's stand-in world", openapi_url=None)
    furnish_woocommerce(
        world,
        clock=clock or WorldClock(),
        key=site_key,
        secret=site_secret,
        products=products,
        seed=seed,
        seeded_products=seeded_products,
    )
    return world
