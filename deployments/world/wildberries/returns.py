"""Goods that Wildberries gives back to the seller: the report of them, and orders to send them on their way.

The report's days are those on which a return was ordered; its times name no zone and are Moscow's.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from deployments.world.room import RoomRoute, make_control
from deployments.world.wildberries.answers import report_refusal
from deployments.world.wildberries.room import Cabinet, cabinet_of
from deployments.world.wildberries.task_books import Task

router = APIRouter(prefix="/seller-analytics-api/api/v1/analytics", route_class=RoomRoute)
control = make_control()

MOSCOW = timezone(timedelta(hours=3))
MOST_DAYS = 31
Where = Literal["coming", "ready", "received", "gone"]
WORDS: dict[Where, str] = {"coming": "В пути в пвз", "ready": "Готов к выдаче", "received": "Выдано", "gone": "Срок хранения истек"}


@dataclass(kw_only=True)
class GoodsReturn:
    """A piece on its way back."""

    srid: str
    task_id: int
    task: Task
    ordered_at: datetime
    reason: str
    where: Where = "coming"
    ready_at: datetime | None = None
    completed_at: datetime | None = None


class Sent(BaseModel):
    """What becomes of a piece."""

    model_config = ConfigDict(extra="forbid")

    where: Where = "coming"
    reason: str = "Отказ при получении"


@router.get("/goods-return")
async def goods_return(request: Request) -> Response:
    """The report of a span of at most 31 days, of at least one."""
    room = cabinet_of(request)
    since, until = (_day(request, name, room) for name in ("dateFrom", "dateTo"))
    if until <= since:
        raise report_refusal("dateTo should be greater dateFrom", room.clock.now())
    if (until - since).days > MOST_DAYS:
        raise report_refusal(f"difference between dateFrom and dateTo should be less or equal {MOST_DAYS} days", room.clock.now())
    found = [one for one in room.books.returns.values() if since <= one.ordered_at.astimezone(MOSCOW).date() <= until]
    return JSONResponse({"report": [_shown(one) for one in found]})


@control.put("/orders/{order_ref}/tasks/{task_id}/return")
async def send_back(request: Request, order_ref: str, task_id: int, sent: Sent) -> str:
    """A piece goes back to the seller, or comes further on its way; its key."""
    room = cabinet_of(request)
    task = next((one for one in room.ripe().tasks.basket(order_ref) if one.task_id == task_id), None)
    if task is None:
        raise HTTPException(404, f"no task {task_id} in {order_ref}")
    now = room.clock.now()
    one: GoodsReturn = room.books.returns.setdefault(
        task_id, GoodsReturn(srid=f"{task.rid}.ret", task_id=task_id, task=task, ordered_at=now, reason=sent.reason)
    )
    one.where = sent.where
    one.ready_at = one.ready_at or (now if sent.where in {"ready", "received"} else None)
    one.completed_at = now if sent.where == "received" else None
    return one.srid


def _day(request: Request, name: str, room: Cabinet) -> date:
    given = request.query_params.get(name)
    if given is None:
        raise report_refusal(f'parameter "{name}" in query has an error: value is required but missing', room.clock.now())
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise report_refusal(f"can't parse {name}", room.clock.now()) from None


def _shown(one: GoodsReturn) -> dict[str, Any]:
    return {
        "barcode": one.task.skus[0] if one.task.skus else "",
        "brand": "Без марки",
        "completedDt": _stamp(one.completed_at),
        "dstOfficeAddress": "Москва Утюжная 1",
        "dstOfficeId": one.task.office_id,
        "expiredDt": None,
        "isStatusActive": int(one.where in {"coming", "ready"}),
        "nmId": one.task.nm_id,
        "orderDt": one.ordered_at.astimezone(MOSCOW).date().isoformat(),
        "orderId": one.task_id,
        "readyToReturnDt": _stamp(one.ready_at),
        "reason": one.reason,
        "returnType": "Возврат по отказу покупателя",
        "shkId": 23_000_000_000 + one.task_id,
        "srid": one.srid,
        "status": WORDS[one.where],
        "stickerId": str(33_000_000_000 + one.task_id),
        "subjectName": "Утюги",
        "techSize": "0",
    }


def _stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).astimezone(MOSCOW).strftime("%Y-%m-%dT%H:%M:%S") if at else None
