"""The Wildberries room, furnished."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI

from deployments.world.clock import WorldClock
from deployments.world.room import furnish
from deployments.world.slowness import Slowness
from deployments.world.wildberries import cards, catalog, directories, general, orders, papers, prices, returns, stock, supplies
from deployments.world.wildberries.books import Books
from deployments.world.wildberries.control import control
from deployments.world.wildberries.room import Cabinet, Habits
from deployments.world.wildberries.shelves import Warehouse
from deployments.world.wildberries.tokens import SELLER_REF

WAREHOUSE_ID = 658434


def furnish_wildberries(
    world: FastAPI,
    *,
    clock: WorldClock,
    seller_ref: str = SELLER_REF,
    warehouses: Iterable[Warehouse] | None = None,
    habits: Habits | None = None,
) -> Cabinet:
    """Opens the cabinet of ``seller_ref`` at ``/wildberries``.

    Args:
        world: where the room is opened.
        clock: the world's clock.
        seller_ref: any token of `make_token` for this seller enters, until it expires or is revoked.
        warehouses: the seller's; by default one for small goods.
        habits: what the vendor leaves open.
    """
    given = [Warehouse(warehouse_id=WAREHOUSE_ID, name="Склад на Утюжной")] if warehouses is None else list(warehouses)
    habits = habits or Habits()
    slowness = Slowness(order_visible_s=habits.visible_s, restores=habits.is_restocked)
    books = Books(warehouses={warehouse.warehouse_id: warehouse for warehouse in given}, slowness=slowness)
    room = Cabinet(clock=clock, books=books, habits=habits, seller_ref=seller_ref)
    router = APIRouter()
    for part in (general, directories, catalog, cards, prices, stock, orders, supplies, papers, returns):
        router.routes.extend(part.router.routes)
    router.routes.extend(general.rest.routes)
    furnish(world, "wildberries", room, router, control, supplies.control, papers.control, returns.control)
    return room
