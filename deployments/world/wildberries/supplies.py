"""Supplies: made, listed, filled with tasks. The vendor does not say in what order it lists them; here the oldest is first."""

from itertools import islice
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from deployments.world.room import ControlRoute, RoomRoute
from deployments.world.wildberries.answers import Said, heard, market_refusal, second, whole
from deployments.world.wildberries.orders import BAD_BODY, BAD_PARAMETER
from deployments.world.wildberries.room import Cabinet, cabinet_of
from deployments.world.wildberries.supply_books import Supply
from deployments.world.wildberries.task_books import Task

router = APIRouter(prefix="/marketplace-api/api", route_class=RoomRoute)
control = APIRouter(route_class=ControlRoute)

NOT_FOUND = ("NotFound", "Не найдено")
NOT_ADDED = (
    "FailedToAddSupplyOrder",
    "Не удалось закрепить сборочное задание за поставкой. Убедитесь, что сборочное задание и поставка удовлетворяют всем необходимым "
    "требованиям.",
)


class SupplySaid(Said):
    """A supply to make."""

    name: str = Field(min_length=1, max_length=128)


class AddedSaid(Said):
    """Tasks for a supply."""

    task_ids: list[int] = Field(alias="orders", min_length=1, max_length=100)


@router.post("/v3/supplies")
async def make(request: Request) -> Response:
    """A new supply; the same name twice makes two."""
    said = await heard(request, SupplySaid, market_refusal(400, *BAD_BODY))
    room = cabinet_of(request)
    return JSONResponse({"id": room.ripe().supplies.make(said.name, room.clock.now()).supply_ref}, status_code=201)


@router.get("/v3/supplies")
async def supplies(request: Request) -> Response:
    """All of them; the next page begins after ``next``, 0 when there is none left."""
    wrong = market_refusal(400, *BAD_PARAMETER)
    limit, after = whole(request, "limit", wrong, least=1, most=1000), whole(request, "next", wrong)
    following = [one for one in cabinet_of(request).ripe().supplies.supplies.values() if one.number > after]
    page = list(islice(following, limit))
    return JSONResponse({"next": page[-1].number if len(following) > limit else 0, "supplies": [_shown(one) for one in page]})


@router.get("/v3/supplies/{supply_ref}")
async def supply(request: Request, supply_ref: str) -> Response:
    """One of them."""
    return JSONResponse(_shown(found(cabinet_of(request), supply_ref)))


@router.get("/marketplace/v3/supplies/{supply_ref}/order-ids")
async def tasks_of(request: Request, supply_ref: str) -> Response:
    """Ids of the tasks in it."""
    return JSONResponse({"orderIds": found(cabinet_of(request), supply_ref).task_ids})


@router.patch("/marketplace/v3/supplies/{supply_ref}/orders")
async def add(request: Request, supply_ref: str) -> Response:
    """Tasks enter the supply, all or none."""
    said = await heard(request, AddedSaid, market_refusal(400, *BAD_BODY))
    room = cabinet_of(request)
    into = found(room, supply_ref)
    tasks = [_task(room, task_id) for task_id in dict.fromkeys(said.task_ids)]
    if not into.takes(tasks):
        raise market_refusal(409, *NOT_ADDED)
    room.books.supplies.put(into, tasks)
    return Response(status_code=204)


@control.get("/supplies")
async def read_supplies(request: Request) -> dict[str, dict[str, Any]]:
    """What is in each, by id."""
    book = cabinet_of(request).ripe().supplies
    return {ref: {"name": one.name, "is_open": one.closed_at is None, "task_ids": one.task_ids} for ref, one in book.supplies.items()}


@control.put("/supplies/{supply_ref}/closed")
async def close(request: Request, supply_ref: str) -> None:
    """The supply is handed over, and its tasks with it."""
    room = cabinet_of(request)
    one = room.ripe().supplies.supplies.get(supply_ref)
    if one is None:
        raise HTTPException(404, f"no supply {supply_ref}")
    one.closed_at = room.clock.now()
    for task_id in one.task_ids:
        room.books.tasks.tasks[task_id].supplier_status = "complete"


def found(room: Cabinet, supply_ref: str) -> Supply:
    """A supply by its id; 404 where there is none."""
    one = room.ripe().supplies.supplies.get(supply_ref)
    if one is None:
        raise market_refusal(404, *NOT_FOUND)
    return one


def _task(room: Cabinet, task_id: int) -> Task:
    task = room.books.tasks.tasks.get(task_id)
    if task is None or task.visible_at > room.clock.now():
        raise market_refusal(404, *NOT_FOUND)
    return task


def _shown(one: Supply) -> dict[str, Any]:
    is_empty = not one.task_ids
    return {
        "id": one.supply_ref,
        "name": one.name,
        "done": one.closed_at is not None,
        "createdAt": second(one.created_at),
        "closedAt": second(one.closed_at) if one.closed_at else None,
        "scanDt": None,
        "cargoType": one.cargo_type,
        "crossBorderType": None if is_empty else 0,
        "destinationOfficeId": None,
        "isB2b": None if is_empty else False,
        "isPickupPointShipmentAllowed": True,
        "recommendedWhId": 0,
    }
