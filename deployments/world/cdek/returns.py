"""What goes back: a client's return of a delivered order, and whether an order may have a reverse one."""

from fastapi import APIRouter, Request, Response

from deployments.world.cdek import order_checks
from deployments.world.cdek.answers import Said, error, read, refused
from deployments.world.cdek.books import request_rows
from deployments.world.cdek.order_bodies import OrderSaid
from deployments.world.cdek.orders import readable
from deployments.world.cdek.room import accepted, opened
from deployments.world.cdek.settling import give_back
from deployments.world.cdek.tariffs import TARIFFS
from deployments.world.room import Refusal, RoomRoute

router = APIRouter(prefix="/v2", route_class=RoomRoute)


class ReturnSaid(Said):
    """By which tariff it goes back."""

    tariff_code: int


@router.post("/orders/{uuid}/clientReturn")
async def return_(request: Request, uuid: str) -> Response:
    """A new order, with its own uuid and later its own number."""
    room, books, now = opened(request)
    kind = "CREATE_CLIENT_RETURN"
    said = await read(request, ReturnSaid, kind, now)
    order = readable(room, books, uuid, kind, now)
    if said.tariff_code not in TARIFFS:
        raise refused(kind, now, [error("v2_invalid_format", "tariff_code")])
    if order.code != "DELIVERED":
        raise refused(kind, now, [error("v2_entity_invalid")])
    back = give_back(order, said.tariff_code, books, room.knobs, now)
    return accepted(back.uuid, request_rows(back.asks, now, room.knobs.waiting_as), back.related)


@router.post("/reverse/availability")
async def is_reversible(request: Request) -> Response:
    """Nothing, where an order like this may have a reverse one; else an ``error`` at the top, as newer methods have it."""
    room, books, now = opened(request)
    said = await read(request, OrderSaid, "GET", now)
    found = order_checks.at_once(said, books.directory, room.knobs) or order_checks.reverse(said)
    if found:
        raise Refusal(400, {"error": found[0]})
    return Response(status_code=200)
