"""What is printed for tasks and supplies, and the handing over of a supply. The pictures are the smallest that are pictures."""

import base64
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from deployments.world.room import RoomRoute, make_control
from deployments.world.wildberries.answers import Said, heard, market_refusal
from deployments.world.wildberries.orders import BAD_BODY, BAD_PARAMETER
from deployments.world.wildberries.room import cabinet_of
from deployments.world.wildberries.supplies import found

router = APIRouter(prefix="/marketplace-api/api/v3", route_class=RoomRoute)
control = make_control()

TYPES = ("svg", "zplv", "zplh", "png")
SIZES = (("58", "40"), ("40", "30"))
PRINTED = frozenset({"confirm", "complete"})
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
NO_ORDERS = ("SupplyHasZeroOrders", "Поставка не содержит заказов")
NO_DECLARATION = ("CustomsDeclarationIsRequired", "Customs declaration is required")
NOT_CLOSED = ("SupplyNotClosed", "Поставка не передана в доставку")


class TasksSaid(Said):
    """Tasks by their ids."""

    task_ids: list[int] = Field(alias="orders", min_length=1, max_length=100)


@router.post("/orders/stickers")
async def stickers(request: Request) -> Response:
    """Stickers of the tasks that are being assembled or have left; the others are left out. One without its declaration refuses all."""
    kind = _type(request)
    if (request.query_params.get("width", ""), request.query_params.get("height", "")) not in SIZES:
        raise market_refusal(400, *BAD_PARAMETER)
    said = await heard(request, TasksSaid, market_refusal(400, *BAD_BODY))
    tasks = cabinet_of(request).ripe().tasks.tasks
    shown = [tasks[task_id] for task_id in dict.fromkeys(said.task_ids) if task_id in tasks and tasks[task_id].state in PRINTED]
    if any(task.lacks_declaration for task in shown):
        raise market_refusal(409, *NO_DECLARATION)
    return JSONResponse({"stickers": [_sticker(task.task_id, kind) for task in shown]})


@router.patch("/supplies/{supply_ref}/deliver")
async def deliver(request: Request, supply_ref: str) -> Response:
    """The supply is handed over with whatever is in it, and takes nothing more."""
    room = cabinet_of(request)
    one = found(room, supply_ref)
    if not one.task_ids:
        raise market_refusal(409, *NO_ORDERS)
    if one.closed_at is None:
        one.closed_at = room.clock.now()
        for task_id in one.task_ids:
            room.books.tasks.tasks[task_id].supplier_status = "complete"
    return Response(status_code=204)


@router.get("/supplies/{supply_ref}/barcode")
async def code(request: Request, supply_ref: str) -> Response:
    """A supply's code for the gate, once it is handed over."""
    kind = _type(request)
    one = found(cabinet_of(request), supply_ref)
    if one.closed_at is None:
        raise market_refusal(409, *NOT_CLOSED)
    return JSONResponse({"barcode": one.supply_ref, "file": _file(kind)})


@control.put("/tasks/{task_id}/declaration")
async def declare(request: Request, task_id: int, is_lacking: bool) -> None:
    """The goods of a task need a customs declaration that it does not have, or no longer."""
    task = cabinet_of(request).ripe().tasks.tasks.get(task_id)
    if task is None:
        raise HTTPException(404, f"no task {task_id}")
    task.lacks_declaration = is_lacking


def _type(request: Request) -> str:
    kind = request.query_params.get("type", "")
    if kind not in TYPES:
        raise market_refusal(400, *BAD_PARAMETER)
    return kind


def _sticker(task_id: int, kind: str) -> dict[str, Any]:
    parts = {"partA": f"{task_id // 10_000}", "partB": f"{task_id % 10_000}"}
    return {"orderId": task_id, **parts, "barcode": f"*{task_id}", "file": _file(kind)}


def _file(kind: str) -> str:
    content = {"png": PNG, "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}.get(kind, b"^XA^XZ")
    return base64.b64encode(content).decode()
