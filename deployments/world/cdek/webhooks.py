"""Subscriptions: where CDEK pushes what happens."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.cdek.answers import Said, error, read, refused, stamp, told, uuid_of
from deployments.world.cdek.books import Books
from deployments.world.cdek.pushes import TYPES, Subscription
from deployments.world.cdek.room import opened
from deployments.world.room import RoomRoute

router = APIRouter(prefix="/v2/webhooks", route_class=RoomRoute)


class SubscriptionSaid(Said):
    """Events of a type, to an address."""

    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    type: str


@router.post("")
async def subscribe(request: Request) -> Response:
    """At most two active ones."""
    room, books, now = opened(request)
    said = await read(request, SubscriptionSaid, "CREATE", now)
    if said.type not in TYPES:
        raise refused("CREATE", now, [error("v2_webhook_type_incorrect")])
    if sum(one.is_active for one in books.post.subscriptions.values()) >= room.knobs.subscriptions_most:
        raise refused("CREATE", now, [error("v2_bad_request", "webhooks")])
    uuid = books.next_ref("webhook")
    books.post.subscriptions[uuid] = Subscription(uuid=uuid, url=said.url, type=said.type)
    room.postman.begin()
    return told({"entity": {"uuid": uuid}, "requests": [_row("CREATE", now)]})


@router.get("")
async def subscriptions(request: Request) -> Response:
    """Those that are on; one that was switched off is just not there."""
    _, books, _ = opened(request)
    return told([_shown(one) for one in books.post.subscriptions.values() if one.is_active])


@router.get("/{uuid}")
async def subscription(request: Request, uuid: str) -> Response:
    """One of them."""
    _, books, now = opened(request)
    return told({"entity": _shown(_found(books, uuid, "GET", now)), "requests": [_row("GET", now)]})


@router.delete("/{uuid}")
async def unsubscribe(request: Request, uuid: str) -> Response:
    """Nothing more comes."""
    _, books, now = opened(request)
    found = _found(books, uuid, "DELETE", now)
    books.post.unsubscribe(found.uuid)
    return told({"entity": {"uuid": found.uuid}, "requests": [_row("DELETE", now)]})


def _found(books: Books, uuid: str, kind: str, now: datetime) -> Subscription:
    found = books.post.subscriptions.get(uuid_of(uuid, kind, now))
    if found is None or not found.is_active:
        raise refused(kind, now, [error("v2_entity_not_found", uuid)])
    return found


def _shown(one: Subscription) -> dict[str, str]:
    return {"uuid": one.uuid, "url": one.url, "type": one.type}


def _row(kind: str, now: datetime) -> dict[str, object]:
    return {"type": kind, "date_time": stamp(now), "state": "SUCCESSFUL", "errors": [], "warnings": []}
