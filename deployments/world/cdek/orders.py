"""Orders: made, read, changed, removed. Every answer of 202 is a promise to look, and no more (`reference/services.md` §1, Orders)."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from deployments.world.cdek import order_checks
from deployments.world.cdek.answers import error, read, refused, told, uuid_of
from deployments.world.cdek.books import Action, Ask, Books, Order, Status, request_rows
from deployments.world.cdek.order_bodies import ChangeSaid, OrderSaid
from deployments.world.cdek.order_shown import shown
from deployments.world.cdek.room import CdekRoom, accepted, opened
from deployments.world.cdek.statuses import CHANGEABLE
from deployments.world.room import RoomRoute

router = APIRouter(prefix="/v2/orders", route_class=RoomRoute)

KEPT_FOR = timedelta(days=365)
OLD_REVERSE = "REVERSE"


@router.post("")
async def create(request: Request) -> Response:
    """An order with a uuid of its own each time, a number that was used before notwithstanding."""
    room, books, now = opened(request)
    said = await read(request, OrderSaid, "CREATE", now)
    found = order_checks.at_once(said, books.directory, room.knobs)
    if found:
        raise refused("CREATE", now, found)
    order = Order(uuid=books.next_ref("order"), said=said, created_at=now, kind="client_return" if said.is_client_return else "straight")
    order.statuses.append(Status(code="ACCEPTED", at=now))
    books.keep(order)
    ask = books.ask("create", "CREATE", order.uuid, at=now, due_at=now + room.knobs.settling)
    if any(service.code == OLD_REVERSE for service in said.services):
        ask.warnings.append({"code": "v2_bad_request", "message": "Услуга REVERSE устарела, используйте has_reverse_order"})
    order.asks.append(ask)
    return _promised(room, order, ask, now)


@router.get("")
async def find(request: Request) -> Response:
    """By the shop's number or by CDEK's."""
    room, books, now = opened(request)
    im_number, cdek_number = request.query_params.get("im_number"), request.query_params.get("cdek_number")
    if im_number:
        orders = [order for order in books.numbered(im_number) if _is_readable(room, order, now)]
        if not orders:
            raise refused("GET", now, [error("v2_entity_not_found_im_number", im_number)])
        return told(shown(orders[0], books, room.knobs, now))
    if not cdek_number:
        raise refused("GET", now, [error("v2_order_number_empty")])
    order = books.orders.get(books.by_cdek_number.get(cdek_number, ""))
    if order is None or not _is_readable(room, order, now):
        raise refused("GET", now, [error("v2_order_not_found", cdek_number)])
    return told(shown(order, books, room.knobs, now))


@router.get("/{uuid}")
async def by_uuid(request: Request, uuid: str) -> Response:
    """By its uuid, removed and incorrect ones too."""
    room, books, now = opened(request)
    return told(shown(readable(room, books, uuid, "GET", now), books, room.knobs, now))


@router.patch("")
async def change(request: Request) -> Response:
    """Only until CDEK has the parcel; a package that is there is named by its id."""
    room, books, now = opened(request)
    said = await read(request, ChangeSaid, "UPDATE", now)
    number = str(said.cdek_number) if said.cdek_number is not None else None
    ref = said.uuid or books.by_cdek_number.get(number or "")
    if not said.uuid and number is None:
        raise refused("UPDATE", now, [error("v2_order_number_empty")])
    if ref is None:
        raise refused("UPDATE", now, [error("v2_order_not_found", number or "")])
    order = readable(room, books, ref, "UPDATE", now)
    if order.code not in CHANGEABLE:
        raise refused("UPDATE", now, [error("v2_update_forbidden")])
    changes = _changes(said)
    _check_change(room, books, order, changes, now)
    ask = _asked(books, order, "change", "UPDATE", at=now, within=room.knobs.settling)
    ask.changes = changes
    return _promised(room, order, ask, now)


@router.delete("/{uuid}")
async def remove(request: Request, uuid: str) -> Response:
    """Only while it is «Создан», and for a long time it stays that."""
    room, books, now = opened(request)
    order = readable(room, books, uuid, "DELETE", now)
    if order.code != "CREATED":
        raise refused("DELETE", now, [error("v2_update_forbidden")])
    ask = _asked(books, order, "remove", "DELETE", at=now, within=timedelta(seconds=room.knobs.removing_s))
    return _promised(room, order, ask, now)


@router.post("/{uuid}/refusal")
async def refuse(request: Request, uuid: str) -> Response:
    """The recipient does not take it: it goes back, and on a new order that is charged."""
    room, books, now = opened(request)
    order = readable(room, books, uuid, "CREATE", now)
    if order.code in ("DELIVERED", "NOT_DELIVERED") or not order.is_there:
        raise refused("CREATE", now, [error("v2_entity_invalid")])
    ask = _asked(books, order, "refuse", "CREATE", at=now, within=room.knobs.settling)
    return _promised(room, order, ask, now)


def readable(room: CdekRoom, books: Books, ref: str, kind: str, now: datetime) -> Order:
    """An order by its uuid.

    Raises:
        Refusal: 400, it is no uuid or there is no such order.
    """
    uuid = uuid_of(ref, kind, now)
    order = books.orders.get(uuid)
    if order is None or not _is_readable(room, order, now):
        raise refused(kind, now, [error("v2_entity_not_found", uuid)])
    return order


def _is_readable(room: CdekRoom, order: Order, now: datetime) -> bool:
    """Not at once, and not for ever."""
    return timedelta(seconds=room.knobs.findable_s) <= now - order.created_at < KEPT_FOR


def _asked(books: Books, order: Order, action: Action, kind: str, *, at: datetime, within: timedelta) -> Ask:
    """Something more is asked of an order; the same thing is not asked twice at once."""
    if any(ask.action == action and ask.outcome is None for ask in order.asks):
        raise refused(kind, at, [error("v2_similar_request_still_processed")])
    ask = books.ask(action, kind, order.uuid, at=at, due_at=at + within)
    order.asks.append(ask)
    return ask


def _changes(said: ChangeSaid) -> dict[str, Any]:
    """What is to be otherwise; a new point puts the address away, and an address the point."""
    changes = {name: getattr(said, name) for name in said.model_fields_set & set(OrderSaid.model_fields)}
    for one, other in (("shipment_point", "from_location"), ("delivery_point", "to_location")):
        for given, instead in ((one, other), (other, one)):
            if changes.get(given) is not None:
                changes.setdefault(instead, None)
    return changes


def _check_change(room: CdekRoom, books: Books, order: Order, changes: dict[str, Any], now: datetime) -> None:
    known = {package.number for package in order.said.packages}
    packages = changes.get("packages") or ()
    if any(package.number in known and not package.package_id for package in packages):
        raise refused("UPDATE", now, [error("v2_package_id_is_empty")])
    found = order_checks.at_once(order.said.model_copy(update=changes), books.directory, room.knobs)
    if found:
        raise refused("UPDATE", now, found)


def _promised(room: CdekRoom, order: Order, ask: Ask, now: datetime) -> Response:
    return accepted(order.uuid, request_rows([ask], now, room.knobs.waiting_as))
