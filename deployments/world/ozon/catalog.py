"""Goods are created and changed by tasks of import; limits on how many."""

from datetime import UTC, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator

from deployments.world.ozon.asking import NOT_FOUND, Asked, read, refused, stamp, told
from deployments.world.ozon.books import Item
from deployments.world.ozon.imports import ImportItem, ImportProductsRequest, as_content, as_prices, error, judge
from deployments.world.ozon.room import OzonRoom, day_ends_at
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)


class GetImportProductsInfoRequest(Asked):
    """A task; the specification's own example writes its number as a string."""

    task_id: Annotated[int, BeforeValidator(lambda given: int(given) if isinstance(given, str) and given.isdigit() else given)]


@router.post("/v3/product/import")
async def import_products(request: Request) -> Response:
    """Take up to 100 whole products; what came of them is told by the task."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, ImportProductsRequest)
    asked.check()
    now = room.now()
    codes = {item.offer_id for item in asked.items}
    new = sum(room.books.offered(code) is None for code in codes)
    room.spend_items(new=new, old=len(codes) - new)
    items = [_item(room, one) for one in asked.items if one.vat is not None]
    task = room.books.enqueue(items, now + timedelta(seconds=room.knobs.import_s))
    return told({"result": {"task_id": task.task_id}})


@router.post("/v1/product/import/info")
async def import_info(request: Request) -> Response:
    """How each product of a task fares. One sent without VAT is not among them («result: items: 0»)."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetImportProductsInfoRequest)
    room.now()
    task = room.books.tasks.get(asked.task_id)
    if task is None:
        raise refused(NOT_FOUND, "task is not found")
    return told({"result": {"items": [_shown(item) for item in task.items], "total": len(task.items)}})


@router.post("/v4/product/info/limit")
async def upload_quota(request: Request) -> Response:
    """How many products may be created and changed today, in a minute, and at all."""
    room: OzonRoom = request.app.state.room
    now = room.now()
    today, reset_at = now.astimezone(UTC).date(), stamp(day_ends_at(now))
    books, knobs = room.books, room.knobs
    return told(
        {
            "daily_create": {"limit": knobs.daily_create, "reset_at": reset_at, "usage": books.created_on[today]},
            "daily_update": {"limit": knobs.daily_update, "reset_at": reset_at, "usage": books.updated_on[today]},
            "operation_limits": {"limit": knobs.items_per_minute, "limit_type": "RATE_LIMIT_PER_MINUTE"},
            "total": {"limit": knobs.total, "usage": len(books.cards)},
        }
    )


def _item(room: OzonRoom, one: ImportItem) -> Item:
    errors = judge(one)
    if room.faults.take_item(one.offer_id):
        errors.append(error("SPU_already_exists", "Товар с такими характеристиками уже существует."))
    if not errors and room.books.offered(one.offer_id) is None and 0 <= room.knobs.total <= len(room.books.cards):
        errors.append(error("item_limit_exceeded", "Превышен лимит на ассортимент."))
    return Item(offer_id=one.offer_id, content=as_content(one), prices=as_prices(one), errors=errors)


def _shown(item: Item) -> dict[str, Any]:
    is_over = item.status != "pending"
    return {
        "offer_id": item.offer_id,
        "product_id": item.product_id,
        "status": item.status,
        "errors": item.errors if is_over else [],
    }
