"""Orders to Ozon's room about what is late and odd: pushes, lags, reservations that nobody has paid for, postings split or cut down."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.ozon import sales
from deployments.world.ozon.control import card_of, opened, posting_of, selling
from deployments.world.ozon.orders import NOT_CANCELLABLE
from deployments.world.push_control import add_push_control
from deployments.world.room import ControlRoute
from deployments.world.slowness import add_lags_control

oddities = APIRouter(route_class=ControlRoute)
add_push_control(oddities)
add_lags_control(oddities)

Pcs = Annotated[int, Field(ge=1)]


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class PushTo(Ordered):
    """Where pushes go and how late; an empty address is none."""

    url: str
    delay_s: Annotated[float, Field(ge=0)] = 0.0


class Wanted(Ordered):
    """Pieces that a company reserves, from the warehouse named or the first that shows enough."""

    sku: str
    pcs: Pcs
    warehouse_ref: str | None = None


class Cut(Ordered):
    """Pieces of an order that are cancelled."""

    sku: str
    pcs: Pcs


class Parts(Ordered):
    """How many pieces go into each part."""

    parts: Annotated[list[Pcs], Field(min_length=1)]


@oddities.put("/push")
async def connect(request: Request, to: PushTo) -> None:
    """As if typed into the cabinet: a ping goes there first."""
    room, now = opened(request)
    room.books.mail.connect(to.url, to.delay_s, now)


@oddities.post("/reservations")
async def reserve(request: Request, wanted: Wanted) -> dict[str, str]:
    """A company reserves what is shown; 409 where less is."""
    room, now = opened(request)
    card = card_of(room, wanted.sku)
    at = selling(room, card, wanted.pcs, wanted.warehouse_ref, now)
    return {"reservation_ref": sales.reserve(room.books, card, at, wanted.pcs, now).ref}


@oddities.post("/reservations/{ref}/pay")
async def pay(request: Request, ref: str) -> dict[str, str]:
    """The reservation is paid for and becomes a posting."""
    room, now = opened(request)
    _check(room.books.reservations, ref)
    return {"order_ref": sales.pay(room.books, ref, now).posting_number}


@oddities.delete("/reservations/{ref}")
async def abandon(request: Request, ref: str) -> None:
    """It is not, and its pieces are on sale again."""
    room, now = opened(request)
    _check(room.books.reservations, ref)
    sales.abandon(room.books, ref, now)


@oddities.post("/orders/{order_ref}/split")
async def split(request: Request, order_ref: str, parts: Parts) -> list[str]:
    """Ozon divides a posting; the numbers of the new ones. Where nothing would be left of it, the first part is it."""
    room, now = opened(request)
    one = posting_of(room, order_ref)
    if sum(parts.parts) > one.pcs or parts.parts == [one.pcs] or one.status in NOT_CANCELLABLE:
        raise HTTPException(409, f"{order_ref} is {one.status} and has {one.pcs}")
    return [child.posting_number for child in sales.split(room.books, one, parts.parts, now)]


@oddities.put("/orders/{order_ref}/assembly")
async def spoil_assembly(request: Request, order_ref: str, fails: Annotated[int, Query(ge=0)] = 1) -> None:
    """Assembling the posting will fail so many times."""
    posting_of(opened(request)[0], order_ref).assembly_fails = fails


@oddities.delete("/orders/{order_ref}/lines")
async def cut(request: Request, order_ref: str, line: Cut) -> None:
    """The buyer cancels some pieces; with the last of them the posting."""
    room, now = opened(request)
    one = posting_of(room, order_ref)
    if one.offer_id != line.sku or line.pcs > one.pcs or one.status in NOT_CANCELLABLE:
        raise HTTPException(409, f"{order_ref} is {one.status} and has {one.pcs} of {one.offer_id}")
    sales.take_out(room.books, one, line.pcs, reason_id=0, by="client", now=now)


def _check(known: dict[str, Any], ref: str) -> None:
    if ref not in known:
        raise HTTPException(404, f"{ref} is no reservation")
