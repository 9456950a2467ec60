"""Orders to the carrier's room: parcels move and come back, pushes go astray, and the books themselves."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.cdek.answers import stamp
from deployments.world.cdek.books import Books, Order, Status
from deployments.world.cdek.room import opened
from deployments.world.cdek.settling import announce, announce_status, enter, give_back, hasten, send_back, turn_round
from deployments.world.cdek.statuses import FINAL, IN_PART, REFUSED
from deployments.world.push_control import add_push_control
from deployments.world.room import make_control

control = make_control()
add_push_control(control, "/webhooks")


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Moved(Ordered):
    """Where an order comes; any code, known or not. ``is_deleted`` takes the newest such status back instead.

    ``ago_s``: it happened then and is told only now. ``kept``: what the recipient kept, by ware_key, where it was not all: the rest goes
    back as an order of its own, everything where it is empty.
    """

    code: Annotated[str, Field(min_length=1)]
    city_code: int | None = None
    reason_code: int | None = None
    is_deleted: bool = False
    ago_s: Annotated[float, Field(ge=0)] = 0.0
    kept: dict[str, int] | None = None


class Refused(Ordered):
    """Nobody takes it; by default because the recipient does not want it."""

    reason_code: int = REFUSED


class Kept(Ordered):
    """What the recipient kept, by ware_key: something of it, and not all."""

    kept: dict[str, Annotated[int, Field(ge=0)]]


class SentBack(Ordered):
    """By which tariff a client sends back what he had."""

    tariff_code: int = 136


class CameBack(Ordered):
    """Where what goes back comes; by default the shop has it again."""

    code: Annotated[str, Field(min_length=1)] = "DELIVERED"
    reason_code: int | None = None


class Trouble(Ordered):
    """A problem of delivery."""

    code: Annotated[str, Field(min_length=1)]


@control.put("/orders/{uuid}/status")
async def move(request: Request, uuid: str, moved: Moved) -> None:
    """A parcel comes somewhere, or it is found out that it did not."""
    room, books, now = opened(request)
    order = _order(books, uuid)
    if not moved.is_deleted:
        at = now - timedelta(seconds=moved.ago_s)
        enter(order, Status(code=moved.code, at=at, city_code=moved.city_code, reason_code=moved.reason_code), books, room.knobs)
        if moved.kept is not None:
            send_back(order, moved.kept, books, room.knobs, now)
    else:
        standing = [one for one in order.statuses if one.code == moved.code and not one.is_deleted]
        if not standing:
            raise HTTPException(409, f"{uuid} is not {moved.code}")
        standing[-1].is_deleted = True
        announce_status(order, standing[-1], books, room.knobs, now)


@control.post("/orders/{uuid}/refused")
async def refuse(request: Request, uuid: str, refused: Refused) -> str:
    """It is not delivered and goes back; the uuid of what goes back."""
    room, books, now = opened(request)
    return turn_round(_under_way(books, uuid), refused.reason_code, books, room.knobs, now).uuid


@control.post("/orders/{uuid}/delivered_in_part")
async def deliver_in_part(request: Request, uuid: str, said: Kept) -> str:
    """The recipient keeps some of it; the uuid of the rest, which goes back."""
    room, books, now = opened(request)
    order, sent = _under_way(books, uuid), Counter[str]()
    for item in (item for package in order.said.packages for item in package.items):
        sent[item.ware_key] += item.amount
    if not Counter(said.kept) <= sent or not 0 < sum(said.kept.values()) < sent.total():
        raise HTTPException(409, f"of {dict(sent)} nobody keeps {said.kept}")
    enter(order, Status(code="DELIVERED", at=now, reason_code=IN_PART), books, room.knobs)
    return send_back(order, said.kept, books, room.knobs, now).uuid


@control.post("/orders/{uuid}/sent_back")
async def send_back_all(request: Request, uuid: str, said: SentBack) -> str:
    """The client brings what he had to an office; the uuid of what goes back."""
    room, books, now = opened(request)
    order = _order(books, uuid)
    if order.code != "DELIVERED":
        raise HTTPException(409, f"{uuid} is not delivered")
    back = give_back(order, said.tariff_code, books, room.knobs, now)
    hasten(back, books, room.knobs, now)
    enter(back, Status(code="RECEIVED_AT_SHIPMENT_WAREHOUSE", at=now), books, room.knobs)
    return back.uuid


@control.post("/orders/{uuid}/came_back")
async def come_back(request: Request, uuid: str, came: CameBack) -> list[str]:
    """Everything that goes back of this order comes somewhere; the uuids of it."""
    room, books, now = opened(request)
    related = (books.orders.get(other["uuid"]) for other in _order(books, uuid).related)
    backs = [other for other in related if other is not None and other.kind != "straight" and other.code not in FINAL]
    if not backs:
        raise HTTPException(409, f"nothing goes back of {uuid}")
    for back in backs:
        hasten(back, books, room.knobs, now)
        enter(back, Status(code=came.code, at=now, reason_code=came.reason_code), books, room.knobs)
    return [back.uuid for back in backs]


@control.post("/orders/{uuid}/problems")
async def trouble(request: Request, uuid: str, problem: Trouble) -> None:
    """The recipient does not answer, the address is wrong …: codes of the vendor's appendix 3."""
    _, books, now = opened(request)
    order = _order(books, uuid)
    order.problems.append({"code": problem.code, "create_date": stamp(now)})
    announce("DELIV_PROBLEM", order.uuid, {"cdek_number": order.cdek_number, "code": problem.code}, books, now)


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The room's own truth."""
    _, books, _ = opened(request)
    return {
        "orders": {
            order.uuid: {
                "number": order.said.number,
                "cdek_number": order.cdek_number,
                "kind": order.kind,
                "state": order.code,
                "pcs": sum(item.amount for package in order.said.packages for item in package.items),
                "is_refusal_charged": order.is_refusal_charged,
                "related": order.related,
                "statuses": [{**asdict(status), "at": stamp(status.at)} for status in order.statuses],
            }
            for order in books.orders.values()
        },
        "subscriptions": [asdict(one) for one in books.post.subscriptions.values()],
        "intakes": {intake.uuid: {"order": intake.order_ref, "is_there": intake.is_there} for intake in books.intakes.values()},
    }


def _under_way(books: Books, uuid: str) -> Order:
    order = _order(books, uuid)
    if order.code in FINAL or not order.cdek_number:
        raise HTTPException(409, f"{uuid} is {order.code}")
    return order


def _order(books: Books, uuid: str) -> Order:
    if uuid not in books.orders:
        raise HTTPException(404, f"{uuid} is no order")
    return books.orders[uuid]
