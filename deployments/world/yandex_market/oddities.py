"""Orders to the Market's room about what is late and odd: notifications, lags, orders that nobody has paid for, orders cut down."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.push_control import add_push_control
from deployments.world.room import ControlRoute
from deployments.world.slowness import add_lags_control
from deployments.world.yandex_market.books import FINAL
from deployments.world.yandex_market.control import Bought, order_of, sold
from deployments.world.yandex_market.order_books import Order
from deployments.world.yandex_market.room import Market, room_of

oddities = APIRouter(route_class=ControlRoute)
add_push_control(oddities)
add_lags_control(oddities)

Pcs = Annotated[int, Field(ge=1)]


class PushTo(BaseModel):
    """Where notifications go, to ``<url>/notification``, and how late; an empty address is none."""

    model_config = ConfigDict(extra="forbid")

    url: str
    delay_s: Annotated[float, Field(ge=0)] = 0.0


class Wanted(BaseModel):
    """Pieces that a company orders and is to pay for."""

    model_config = ConfigDict(extra="forbid")

    sku: str
    pcs: Pcs
    warehouse_ref: str | None = None


class Cut(BaseModel):
    """Pieces of an order that are cancelled."""

    model_config = ConfigDict(extra="forbid")

    sku: str
    pcs: Pcs


@oddities.put("/push")
async def connect(request: Request, to: PushTo) -> None:
    """As if typed into the cabinet: a ping goes there first."""
    room = room_of(request)
    room.books.mail.connect(to.url.rstrip("/"), to.delay_s, room.clock.now())


@oddities.post("/reservations")
async def reserve(request: Request, wanted: Wanted) -> dict[str, str]:
    """An order that waits for a company's money: the Market shows it as UNPAID and freezes its pieces; 409 where less is shown."""
    bought = Bought(sku=wanted.sku, pcs=wanted.pcs, warehouse_ref=wanted.warehouse_ref, buyer={"type": "BUSINESS"})
    order, _ = sold(room_of(request), bought, "UNPAID", "AWAIT_PAYMENT")
    return {"reservation_ref": str(order.id)}


@oddities.post("/reservations/{ref}/pay")
async def pay(request: Request, ref: int) -> dict[str, str]:
    """It is paid for and to be assembled; the order is the same."""
    room = room_of(request)
    room.books.change(_unpaid(room, ref), status="PROCESSING", substatus="STARTED", now=room.clock.now())
    return {"order_ref": str(ref)}


@oddities.delete("/reservations/{ref}")
async def abandon(request: Request, ref: int) -> None:
    """It is not, and its pieces are on sale again."""
    room = room_of(request)
    room.books.change(_unpaid(room, ref), status="CANCELLED", substatus="USER_NOT_PAID", now=room.clock.now())


@oddities.delete("/orders/{order_ref}/lines")
async def cut(request: Request, order_ref: int, line: Cut) -> None:
    """The buyer does not want some pieces; with the last of them the order is cancelled."""
    room = room_of(request)
    order = order_of(room, order_ref)
    if order.status in FINAL or order.sku != line.sku or line.pcs > order.pcs:
        raise HTTPException(409, f"{order_ref} is {order.status} and has {order.pcs} of {order.sku}")
    if line.pcs == order.pcs:
        room.books.change(order, status="CANCELLED", substatus="USER_CHANGED_MIND", now=room.clock.now())
    else:
        room.books.cut(order, line.pcs, room.clock.now())


def _unpaid(room: Market, ref: int) -> Order:
    order = order_of(room, ref)
    if order.status != "UNPAID":
        raise HTTPException(409, f"{ref} is {order.status}")
    return order
