"""Orders to the carrier's room: parcels move, pushes go astray, and the books themselves."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.cdek.answers import stamp
from deployments.world.cdek.books import Books, Order, Status
from deployments.world.cdek.pushes import Mischief
from deployments.world.cdek.room import opened
from deployments.world.cdek.settling import announce, announce_status, enter
from deployments.world.room import make_control

control = make_control()


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Moved(Ordered):
    """Where an order comes; any code, known or not. ``is_deleted`` takes the newest such status back instead."""

    code: Annotated[str, Field(min_length=1)]
    city_code: int | None = None
    reason_code: int | None = None
    is_deleted: bool = False


class Trouble(Ordered):
    """A problem of delivery."""

    code: Annotated[str, Field(min_length=1)]


class MischiefOrdered(Ordered):
    """What goes wrong with the next pushes: lost, sent twice, or ``times`` of them in reverse."""

    kind: Literal["lose", "repeat", "reorder"]
    times: Annotated[int, Field(ge=1)] = 1


@control.put("/orders/{uuid}/status")
async def move(request: Request, uuid: str, moved: Moved) -> None:
    """A parcel comes somewhere, or it is found out that it did not."""
    room, books, now = opened(request)
    order = _order(books, uuid)
    if not moved.is_deleted:
        enter(order, Status(code=moved.code, at=now, city_code=moved.city_code, reason_code=moved.reason_code), books, room.knobs)
    else:
        standing = [one for one in order.statuses if one.code == moved.code and not one.is_deleted]
        if not standing:
            raise HTTPException(409, f"{uuid} is not {moved.code}")
        standing[-1].is_deleted = True
        announce_status(order, standing[-1], books, room.knobs, now)
    room.postman.wake()


@control.post("/orders/{uuid}/problems")
async def trouble(request: Request, uuid: str, problem: Trouble) -> None:
    """The recipient does not answer, the address is wrong …: codes of the vendor's appendix 3."""
    room, books, now = opened(request)
    order = _order(books, uuid)
    order.problems.append({"code": problem.code, "create_date": stamp(now)})
    announce("DELIV_PROBLEM", order.uuid, {"cdek_number": order.cdek_number, "code": problem.code}, books, now)
    room.postman.wake()


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
                "statuses": [{**asdict(status), "at": stamp(status.at)} for status in order.statuses],
            }
            for order in books.orders.values()
        },
        "subscriptions": [asdict(one) for one in books.post.subscriptions.values()],
        "intakes": {intake.uuid: {"order": intake.order_ref, "is_there": intake.is_there} for intake in books.intakes.values()},
    }


@control.post("/webhooks/mischief")
async def order_mischief(request: Request, ordered: MischiefOrdered) -> None:
    """For pushes to come, first ordered first done."""
    _, books, _ = opened(request)
    books.post.mischief.append(Mischief(kind=ordered.kind, times=ordered.times))


@control.get("/webhooks/pushes")
async def read_pushes(request: Request) -> list[dict[str, Any]]:
    """What was to be pushed and what came of it, oldest first."""
    _, books, _ = opened(request)
    return [
        {"url": push.url, "tries": push.tries, "outcome": push.outcome, "next_at": stamp(push.next_at), "body": push.body}
        for push in books.post.log
    ]


@control.post("/webhooks/deliver")
async def deliver(request: Request) -> int:
    """Try what is due now, without waiting for the postman; how many tries there were."""
    room, _, _ = opened(request)
    return await room.postman.deliver()


def _order(books: Books, uuid: str) -> Order:
    if uuid not in books.orders:
        raise HTTPException(404, f"{uuid} is no order")
    return books.orders[uuid]
