"""Assembly tasks: one is one piece."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from deployments.world.room import RoomRoute
from deployments.world.wildberries.answers import Said, heard, market_refusal, second, whole
from deployments.world.wildberries.room import cabinet_of
from deployments.world.wildberries.task_books import KEPT_FOR, Task

router = APIRouter(prefix="/marketplace-api/api/v3", route_class=RoomRoute)

SPAN_MOST = timedelta(days=30)
ROUBLE = 643
LAST_SECOND = 253_402_300_799

BAD_PARAMETER = ("IncorrectParameter", "Передан некорректный параметр")
BAD_BODY = ("IncorrectRequestBody", "Некорректное тело запроса")


class TasksSaid(Said):
    """Which tasks."""

    task_ids: list[int] = Field(alias="orders", min_length=1, max_length=1000)


@router.get("/orders/new")
async def new_tasks(request: Request) -> Response:
    """Every task that waits for the seller, without pages and without acknowledgement."""
    room = cabinet_of(request)
    waiting = [task for task in room.ripe().tasks.seen(room.clock.now()) if task.is_new]
    return JSONResponse({"orders": [_shown_new(task) for task in waiting]})


@router.get("/orders")
async def tasks(request: Request) -> Response:
    """Tasks made in a span of at most 30 days, without their states; the next page begins after ``next``, 0 when there is none left."""
    room = cabinet_of(request)
    wrong, now = market_refusal(400, *BAD_PARAMETER), room.clock.now()
    limit, after = whole(request, "limit", wrong, least=1, most=1000), whole(request, "next", wrong)
    to = _instant(whole(request, "dateTo", wrong, default=int(now.timestamp()) + 1, most=LAST_SECOND))
    since = _instant(whole(request, "dateFrom", wrong, default=int((now - SPAN_MOST).timestamp()), most=LAST_SECOND))
    if to - since > SPAN_MOST + timedelta(seconds=1) or to < since:
        raise wrong
    seen = room.ripe().tasks.seen(now)
    made = (task for task in seen if task.task_id > after and since <= task.created_at <= to and now - task.created_at <= KEPT_FOR)
    page = list(islice(made, limit))
    return JSONResponse({"next": page[-1].task_id if page else 0, "orders": [_shown(task) for task in page]})


@router.post("/orders/status")
async def states(request: Request) -> Response:
    """States of the asked tasks; those that are not there are left out."""
    said = await heard(request, TasksSaid, market_refusal(400, *BAD_BODY))
    room = cabinet_of(request)
    seen = {task.task_id: task for task in room.ripe().tasks.seen(room.clock.now())}
    return JSONResponse({"orders": [_state(seen[task_id]) for task_id in dict.fromkeys(said.task_ids) if task_id in seen]})


@router.patch("/orders/{task_id}/cancel")
async def cancel(request: Request, task_id: str) -> Response:
    """The seller takes a task back, until Wildberries has the piece."""
    if not task_id.isdecimal():
        raise market_refusal(400, *BAD_PARAMETER)
    room = cabinet_of(request)
    books = room.ripe()
    task = books.tasks.tasks.get(int(task_id))
    if task is None or task.visible_at > room.clock.now():
        raise market_refusal(404, "NotFound", "Не найдено")
    if not task.is_cancellable:
        raise market_refusal(409, "StatusMismatch", "Несоответствие статусов, проверьте их правильность")
    task.cancel_by_seller()
    books.supplies.forget(task)
    books.put_back(task, room.clock.now())
    return Response(status_code=204)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _state(task: Task) -> dict[str, Any]:
    return {
        "id": task.task_id,
        "isCancellable": task.is_cancellable,
        "supplierStatus": task.supplier_status,
        "wbStatus": task.wb_status,
    }


def _shown(task: Task) -> dict[str, Any]:
    return {
        "address": None,
        "scanPrice": None,
        "deliveryType": "fbs",
        "orderUid": task.order_uid,
        "article": task.article,
        "colorCode": "",
        "rid": task.rid,
        "createdAt": second(task.created_at),
        "offices": ["Москва"],
        "skus": task.skus,
        "id": task.task_id,
        "warehouseId": task.warehouse_id,
        "officeId": task.office_id,
        "nmId": task.nm_id,
        "chrtId": task.chrt_id,
        "price": task.price_kopecks,
        "convertedPrice": task.price_kopecks,
        "currencyCode": ROUBLE,
        "convertedCurrencyCode": ROUBLE,
        "cargoType": task.cargo_type,
        "crossBorderType": 0,
        "comment": task.comment,
        "isZeroOrder": False,
        "options": {"isB2B": False},
        **({"supplyId": task.supply_ref} if task.supply_ref else {}),
    }


def _shown_new(task: Task) -> dict[str, Any]:
    return {
        **_shown(task),
        "salePrice": task.price_kopecks,
        "finalPrice": task.price_kopecks,
        "convertedFinalPrice": task.price_kopecks,
        "requiredMeta": [],
        "optionalMeta": [],
        "isPickupPointShipmentAllowed": True,
    }
