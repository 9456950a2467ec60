"""Yandex Market's room, furnished."""

from collections.abc import Mapping, Sequence

import httpx
from fastapi import APIRouter, FastAPI

from deployments.world.clock import WorldClock
from deployments.world.room import furnish
from deployments.world.slowness import Slowness
from deployments.world.yandex_market import boxes, cabinet, catalog, elsewhere, orders, prices, returns, stock
from deployments.world.yandex_market.books import Books, Campaign, Lags, Warehouse
from deployments.world.yandex_market.control import control
from deployments.world.yandex_market.oddities import oddities
from deployments.world.yandex_market.room import Market

BUSINESS = 1_001

SEPARATE = (
    Warehouse(id=3_001, name="Основной", campaign_id=2_001),
    Warehouse(id=3_002, name="Дальний", campaign_id=2_002),
)
GROUPED = (
    Warehouse(id=3_001, name="Основной", campaign_id=2_001, group_id=4_001),
    Warehouse(id=3_002, name="Дальний", campaign_id=2_002, group_id=4_001),
)


def furnish_yandex_market(
    world: FastAPI,
    *,
    clock: WorldClock,
    api_key: str,
    other_keys: Mapping[str, tuple[str, ...]] | None = None,
    business_id: int = BUSINESS,
    warehouses: Sequence[Warehouse] = SEPARATE,
    only_default_price: bool = True,
    lags: Lags | None = None,
    quarantine_factor: float = 3.0,
    answer_takes_s: float = 0.0,
    name: str = "yandex_market",
    outside: httpx.AsyncBaseTransport | None = None,
) -> Market:
    """Open one cabinet of the Market in the world.

    Args:
        world: where to.
        clock: the world's.
        api_key: a key that may do everything.
        other_keys: keys with other scopes (``ALL_METHODS_READ_ONLY``, ``PRICING`` …).
        business_id: the cabinet's id.
        warehouses: the seller's warehouses, one per shop; ``GROUPED`` ones have one stock, and stock is told another way.
        only_default_price: whether a shop may have no prices of its own.
        lags: how long the Market takes.
        quarantine_factor: how many times a price must change to be held.
        answer_takes_s: how long an answer takes, so that parallel calls meet each other.
        name: of the room, where a world has several cabinets.
        outside: where notifications go, instead of the network.
    """
    lags = lags or Lags()
    campaigns = {warehouse.campaign_id: Campaign(id=warehouse.campaign_id, name=f"Магазин {warehouse.name}") for warehouse in warehouses}
    room = Market(
        clock=clock,
        books=Books(
            business_id=business_id,
            campaigns=campaigns,
            warehouses={warehouse.id: warehouse for warehouse in warehouses},
            slowness=Slowness(order_visible_s=lags.orders.total_seconds(), stock_shown_s=lags.stock.total_seconds()),
        ),
        keys={api_key: ("ALL_METHODS",), **(other_keys or {})},
        only_default_price=only_default_price,
        lags=lags,
        quarantine_factor=quarantine_factor,
        answer_takes_s=answer_takes_s,
        outside=outside,
    )
    router = APIRouter()
    for part in (cabinet, catalog, prices, stock, orders, boxes, returns, elsewhere):
        router.routes.extend(part.router.routes)
    furnish(world, name, room, router, control, oddities, returns.control)
    return room
