"""Ozon's room is furnished."""

from collections.abc import Iterable
from datetime import timedelta

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from deployments.world.clock import WorldClock
from deployments.world.ozon import access, catalog, categories, gone, listing, orders, parting, prices, returns, stock, stock_reads
from deployments.world.ozon.books import FIRST_WAREHOUSE, Books
from deployments.world.ozon.control import control
from deployments.world.ozon.oddities import oddities
from deployments.world.ozon.room import Key, Knobs, OzonRoom
from deployments.world.ozon.shelves import Warehouse
from deployments.world.ozon.telling import OzonMail
from deployments.world.room import furnish
from deployments.world.slowness import Slowness

KEY_LIVES = timedelta(days=183)
MAIN, BULKY, CLOSED = FIRST_WAREHOUSE, FIRST_WAREHOUSE + 1000, FIRST_WAREHOUSE + 2000
WAREHOUSES = (
    Warehouse(warehouse_id=MAIN, name="Основной склад"),
    Warehouse(warehouse_id=BULKY, name="Крупный товар", is_kgt=True),
    Warehouse(warehouse_id=CLOSED, name="Старый склад", status="disabled"),
)


def furnish_ozon(
    world: FastAPI,
    *,
    clock: WorldClock,
    client_id: str,
    api_key: str,
    knobs: Knobs | None = None,
    warehouses: Iterable[Warehouse] = WAREHOUSES,
    outside: httpx.AsyncBaseTransport | None = None,
) -> OzonRoom:
    """An Ozon cabinet at ``/ozon``, its control at ``/_control/ozon``.

    Args:
        world: where to.
        clock: the world's.
        client_id: the cabinet.
        api_key: a key of the cabinet that opens every method and lives six months, as the vendor's do.
        knobs: what Ozon leaves open or sets for each cabinet.
        warehouses: the seller's own.
        outside: where pushes go, instead of the network.
    """
    knobs = knobs or Knobs()
    books = Books(
        moderation=timedelta(seconds=knobs.moderation_s),
        warehouses={one.warehouse_id: one for one in warehouses},
        mail=OzonMail(seller_id=int(client_id)),
        slowness=Slowness(order_visible_s=knobs.order_visible_s),
    )
    router = APIRouter()
    parts = [part.router for part in (access, categories, catalog, listing, prices, stock, stock_reads, orders, parting, returns)]
    for part in parts:
        router.routes.extend(part.routes)
    methods = [route.path for part in parts for route in part.routes if isinstance(route, APIRoute)]
    key = Key(expires_at=clock.now() + KEY_LIVES, roles={"Admin": methods})
    router.routes.extend(gone.router.routes)
    room = OzonRoom(
        clock=clock, books=books, client_id=client_id, keys={api_key: key}, knobs=knobs, methods=frozenset(methods), outside=outside
    )
    furnish(world, "ozon", room, router, control, oddities, returns.control)
    return room
