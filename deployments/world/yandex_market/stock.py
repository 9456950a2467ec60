"""Stock in both ways: of warehouses by the cabinet (no groups), and of a shop where warehouses are grouped."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from deployments.world.yandex_market.books import Books, Warehouse
from deployments.world.yandex_market.pools import Count
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import Market, MarketRoute, room_of
from deployments.world.yandex_market.shapes import Flag, Id, Moment, Page, Sent, Sku, Unlike, as_moment, ok, read_page

router = APIRouter(route_class=MarketRoute)

RETURNS_WAREHOUSE = 300
OLDEST = timedelta(days=1)

Pcs = Annotated[int, Field(strict=True, ge=0, le=2_000_000_000)]


class SkuItem(Sent):
    """``UpdateStockOnWarehouseItemDTO``."""

    sku: Sku
    partner_warehouse_id: Id
    count: Pcs
    updated_at: Moment | None = None


class SkuItems(Sent):
    """``UpdateStocksOnWarehousesRequest``."""

    sku_items: Annotated[list[SkuItem], Field(min_length=1, max_length=2000)]


class StockItem(Sent):
    """``UpdateStockItemDTO``."""

    count: Pcs
    updated_at: Moment | None = None


class SkuStock(Sent):
    """``UpdateStockDTO``."""

    sku: Sku
    items: Annotated[list[StockItem], Field(min_length=1, max_length=1)]


class Skus(Sent):
    """``UpdateStocksRequest``."""

    skus: Annotated[list[SkuStock], Field(min_length=1, max_length=2000)]


class AskedStock(Sent):
    """``GetStocksOnPartnerWarehousesRequest``."""

    partner_warehouse_id: Id
    archived: Flag | None = None
    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=500), Unlike] | None = None


class AskedCampaignStock(Sent):
    """``GetWarehouseStocksRequest``."""

    stocks_warehouse_id: Id | None = None
    has_stocks: Flag | None = None
    with_turnover: Flag = False
    archived: Flag | None = None
    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=500), Unlike] | None = None


@router.post("/v3/businesses/{business_id}/offers/stocks/update", operation_id="updateStocksOnPartnerWarehouses")
async def update_stock(request: Request, sent: SkuItems) -> dict[str, Any]:
    """Counts by SKU and warehouse, in a cabinet without groups."""
    room = room_of(request)
    _refuse_groups(room.books)
    rows = [(row.partner_warehouse_id, row.sku, row.count, row.updated_at) for row in sent.sku_items]
    for number in {number for number, _, _, _ in rows}:
        _warehouse(room.books, number)
    _tell(room, rows)
    return ok()


@router.put("/v2/campaigns/{campaign_id}/offers/stocks", operation_id="updateStocks")
async def update_campaign_stock(request: Request, campaign_id: int, sent: Skus) -> dict[str, Any]:
    """Counts by SKU for the shop's warehouse, and so for every warehouse of its group."""
    room = room_of(request)
    _refuse_no_groups(room.books)
    number = room.books.warehouse_of(campaign_id).id
    _tell(room, [(number, row.sku, row.items[0].count, row.items[0].updated_at) for row in sent.skus])
    return ok()


@router.post("/v3/businesses/{business_id}/offers/stocks", operation_id="getStocksOnPartnerWarehouses")
async def read_stock(request: Request, asked: AskedStock) -> dict[str, Any]:
    """What a warehouse shows: the offers named, all at once, or a page."""
    room = room_of(request)
    _refuse_groups(room.books)
    warehouse = _warehouse(room.books, asked.partner_warehouse_id)
    skus, paging = _asked(room, warehouse, asked.offer_ids, read_page(request, default=50, most=100, is_truncated=True))
    skus = [] if asked.archived and asked.offer_ids is None else skus
    return ok(result={"partnerWarehouseId": warehouse.id, "offers": [_told(room, warehouse, sku) for sku in skus], "paging": paging})


@router.post("/v2/campaigns/{campaign_id}/offers/stocks", operation_id="getStocks")
async def read_campaign_stock(request: Request, campaign_id: int, asked: AskedCampaignStock | None = None) -> dict[str, Any]:
    """What the shop's warehouse shows, and beside it the Market's warehouse of returns where something lies there."""
    room, asked = room_of(request), asked or AskedCampaignStock()
    _refuse_no_groups(room.books)
    warehouse = room.books.warehouse_of(campaign_id)
    skus, paging = _asked(room, warehouse, asked.offer_ids, read_page(request, default=50, most=100, is_truncated=True))
    skus = [] if asked.archived and asked.offer_ids is None else skus
    told = [{"warehouseId": warehouse.id, "offers": [_told(room, warehouse, sku) for sku in skus]}]
    returned = [_returned_told(sku, room.books.returned[sku]) for sku in skus if sku in room.books.returned]
    if returned:
        told.append({"warehouseId": RETURNS_WAREHOUSE, "offers": returned})
    if asked.stocks_warehouse_id is not None:
        told = [row for row in told if row["warehouseId"] == asked.stocks_warehouse_id]
    request.state.cost = len(skus)
    return ok(result={"warehouses": told, "paging": paging})


def _refuse_groups(books: Books) -> None:
    if books.has_groups:
        raise refuse(400, "Method is not available for a business with warehouse groups")


def _refuse_no_groups(books: Books) -> None:
    if not books.has_groups:
        raise refuse(400, "Method is available only for a business with warehouse groups")


def _warehouse(books: Books, number: int) -> Warehouse:
    if number not in books.warehouses:
        raise refuse(404, f"Failed to find [WAREHOUSE] with id [{number}]")
    return books.warehouses[number]


def _tell(room: Market, rows: list[tuple[int, str, int, datetime | None]]) -> None:
    """Take counts that are all good, or refuse the request; a SKU that is not in the catalogue is passed over in silence."""
    now, books = room.clock.now(), room.books
    seen = set()
    for index, (number, sku, _, updated_at) in enumerate(rows):
        if (number, sku) in seen:
            raise refuse(400, f"Duplicate shop-sku {sku} for warehouse {number}")
        seen.add((number, sku))
        if updated_at is not None and updated_at > now:
            raise refuse(400, f"Stock for {sku} should not be in the future")
        if updated_at is not None and now - updated_at > OLDEST:
            raise refuse(400, f"Stock for {sku} should not be older than a day")
        if room.faults.take_item(sku) is not None:
            raise refuse(400, f"Illegal input at row {index}")
    for number, sku, pcs, updated_at in rows:
        if books.offer(sku, now) is not None:
            pool = books.pool_of(books.warehouses[number])
            books.pile(pool, sku, now).tell(Count(pcs=pcs, updated_at=updated_at or now), seen_at=books.slowness.shown_at(now))


def _asked(room: Market, warehouse: Warehouse, named: list[str] | None, page: Page) -> tuple[list[str], dict[str, str]]:
    """SKUs to tell of: those named that the catalogue knows, or a page of those with a count."""
    now, books = room.clock.now(), room.books
    if named is not None:
        return [sku for sku in named if books.offer(sku, now) is not None], {}
    pool = books.pool_of(warehouse)
    return page.take(books.shelves.get(pool, {}), lambda sku: books.stock(pool, sku, now) is not None)


def _told(room: Market, warehouse: Warehouse, sku: str) -> dict[str, Any]:
    """Available, frozen by orders, and both together, of one instant, which may have passed."""
    now, books = room.clock.now(), room.books
    figures = books.pile(books.pool_of(warehouse), sku, now).as_of(books.slowness.read_as_of(now), now)
    count, frozen = figures.count, figures.frozen_pcs
    if count is None:
        return {"offerId": sku, "stocks": []}
    stocks = [{"type": "AVAILABLE", "count": count.pcs}, {"type": "FIT", "count": count.pcs + frozen}]
    if frozen:
        stocks.append({"type": "FREEZE", "count": frozen})
    return {"offerId": sku, "stocks": stocks, "updatedAt": as_moment(count.updated_at)}


def _returned_told(sku: str, pcs: int) -> dict[str, Any]:
    return {"offerId": sku, "stocks": [{"type": "FIT", "count": pcs}, {"type": "AVAILABLE", "count": pcs}]}
