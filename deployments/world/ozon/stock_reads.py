"""Stock is read back: by product and warehouse, by warehouse, by product; and the warehouses themselves.

A read-back may be of the past (the cabinet's slowness): free and reserved pieces are of the same instant, whatever has happened since.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.ozon.asking import INVALID, Asked, Codes, IdText, TextIds, cursor_of, position_of, read, refused, stamp, told
from deployments.world.ozon.books import Card
from deployments.world.ozon.listing import ByIds, by_ids, chosen, page_after
from deployments.world.ozon.room import OzonRoom
from deployments.world.ozon.shelves import Figures, Warehouse
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)

OPENED = "2025-03-11T11:57:51.811Z"


class GetProductInfoStocksByWarehouseFbsRequestV2(Asked):
    """Products by one kind of id."""

    limit: Annotated[int, Field(ge=1, le=1000)]
    cursor: str = ""
    offer_id: Codes | None = None
    sku: TextIds | None = None


class GetProductInfoWarehouseStocksRequest(Asked):
    """A warehouse."""

    warehouse_id: int
    limit: Annotated[int, Field(ge=1, le=1000)]
    cursor: str = ""


class WithQuant(Asked):
    """Economy goods, which this cabinet has none of."""

    created: bool = False
    exists: bool = False


class StocksFilter(ByIds):
    """Which products."""

    with_quant: WithQuant = WithQuant()


class GetProductInfoStocksRequest(Asked):
    """A page of products."""

    filter: StocksFilter
    limit: Annotated[int, Field(ge=1, le=1000)]
    cursor: str = ""


class WarehouseListRequest(Asked):
    """A page of warehouses."""

    limit: Annotated[int, Field(ge=1, le=200)]
    cursor: str = ""
    warehouse_ids: Annotated[tuple[IdText, ...], Field(max_length=200)] = ()


@router.post("/v2/product/info/stocks-by-warehouse/fbs")
async def by_warehouse(request: Request) -> Response:
    """Rows of a product at a warehouse where it was ever put."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetProductInfoStocksByWarehouseFbsRequestV2)
    if (asked.offer_id is None) == (asked.sku is None):
        raise refused(INVALID, "Request validation error: exactly one of sku and offer_id must be set")
    now = room.now()
    as_of = room.books.slowness.read_as_of(now)
    cards = {card.product_id: card for card in by_ids(room.books, asked.offer_id or (), (), asked.sku or (), now)}
    rows = [
        {**_row(card, at, shelf.as_of(as_of), is_ready=card.is_ready(now)), "warehouse_name": room.books.warehouses[at].name}
        for _, card in sorted(cards.items())
        for at, shelf in sorted(card.shelves.items())
    ]
    start = position_of(asked.cursor)
    end = start + asked.limit
    has_next = len(rows) > end
    return told({"products": rows[start:end], "has_next": has_next, "cursor": cursor_of(end) if has_next else ""})


@router.post("/v1/product/info/warehouse/stocks")
async def of_warehouse(request: Request) -> Response:
    """All products of a warehouse, page by page; an empty cursor is the end."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetProductInfoWarehouseStocksRequest)
    if asked.warehouse_id not in room.books.warehouses:
        raise refused(INVALID, "warehouse is not found")
    now = room.now()
    found = [card for card in room.books.cards.values() if asked.warehouse_id in card.shelves]
    page, cursor = page_after(found, asked.cursor, asked.limit)
    as_of = room.books.slowness.read_as_of(now)
    rows = [(card, card.shelves[asked.warehouse_id]) for card in page]
    stocks = [
        {**_row(card, asked.warehouse_id, shelf.as_of(as_of), is_ready=card.is_ready(now)), "updated_at": stamp(shelf.updated_at)}
        for card, shelf in rows
    ]
    return told({"stocks": stocks, "has_next": bool(cursor), "cursor": cursor})


@router.post("/v4/product/info/stocks")
async def of_products(request: Request) -> Response:
    """Products with what lies at all warehouses together."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetProductInfoStocksRequest)
    now = room.now()
    found = chosen(room.books, asked.filter, now)
    page, cursor = page_after(found, asked.cursor, asked.limit)
    as_of = room.books.slowness.read_as_of(now)
    items = [
        {"offer_id": card.offer_id, "product_id": card.product_id, "stocks": [_sum(card, as_of)] if card.is_ready(now) else []}
        for card in page
    ]
    return told({"items": items, "total": len(found), "cursor": cursor})


@router.post("/v2/warehouse/list")
async def warehouse_list(request: Request) -> Response:
    """The seller's own warehouses."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, WarehouseListRequest)
    wanted = set(asked.warehouse_ids) or set(room.books.warehouses)
    position = position_of(asked.cursor)
    found = [one for key, one in sorted(room.books.warehouses.items()) if key in wanted and key > position]
    page = found[: asked.limit]
    has_next = len(found) > len(page)
    cursor = cursor_of(page[-1].warehouse_id) if has_next else ""
    return told({"warehouses": [_warehouse(one) for one in page], "has_next": has_next, "cursor": cursor})


def _row(card: Card, warehouse_id: int, shelf: Figures, *, is_ready: bool) -> dict[str, Any]:
    return {
        "sku": card.sku if is_ready else 0,
        "product_id": card.product_id,
        "offer_id": card.offer_id,
        "warehouse_id": warehouse_id,
        "present": shelf.present_pcs,
        "reserved": shelf.reserved_pcs,
        "free_stock": shelf.free_pcs,
    }


def _sum(card: Card, as_of: datetime) -> dict[str, Any]:
    shelves = [shelf.as_of(as_of) for shelf in card.shelves.values()]
    return {
        "type": "fbs",
        "present": sum(shelf.present_pcs for shelf in shelves),
        "reserved": sum(shelf.reserved_pcs for shelf in shelves),
        "shipment_type": "SHIPMENT_TYPE_GENERAL",
        "sku": card.sku,
        "warehouse_ids": sorted(card.shelves),
    }


def _warehouse(one: Warehouse) -> dict[str, Any]:
    return {
        "warehouse_id": one.warehouse_id,
        "name": one.name,
        "status": one.status,
        "warehouse_type": "FBS",
        "address_info": {"address": "Россия, Москва, Складская улица, 1", "latitude": 55.75, "longitude": 37.61, "utc": "UTC+03:00"},
        "carriage_label_type": "BIG",
        "courier_comment": "",
        "courier_phones": [],
        "created_at": OPENED,
        "updated_at": OPENED,
        "cut_in_time": 1380,
        "first_mile": {
            "type": "DROP_OFF",
            "dropoff_point_id": "1020002075314000",
            "first_mile_is_changing": False,
            "timeslot_from": "09:00",
            "timeslot_id": 287231,
            "timeslot_to": "21:00",
        },
        **{f"has_{name}": False for name in ("entrusted_acceptance", "postings_limit")},
        **{f"is_{name}": False for name in ("auto_assembly", "comfort", "express", "rfbs", "waybill_enabled")},
        "is_kgt": one.is_kgt,
        "min_postings_limit": 0,
        "postings_limit": -1,
        "pause_at": None,
        "phone": "",
        "sla_cut_in": 1440,
        "timetable": {"timetable_from": OPENED, "timetable_to": OPENED, "working_hours": [{"time_from": OPENED, "time_to": OPENED}]},
        "with_item_list": False,
        "working_days": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
    }
