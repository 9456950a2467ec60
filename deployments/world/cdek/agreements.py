"""Agreements with a recipient: when and where the parcel is awaited."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from deployments.world.cdek.answers import Errors, Said, error, read, refused, told, uuid_of
from deployments.world.cdek.books import Agreement, Books, Order, request_rows
from deployments.world.cdek.directory import Location
from deployments.world.cdek.intakes import Day, Hour, named_order
from deployments.world.cdek.order_bodies import OrderSaid
from deployments.world.cdek.room import accepted, opened
from deployments.world.cdek.tariffs import TO_LOCKER, mode_of
from deployments.world.room import RoomRoute

router = APIRouter(prefix="/v2/delivery", route_class=RoomRoute)


class AgreementSaid(Said):
    """For an order: a day, hours, and another place in the same city."""

    cdek_number: str | int | None = None
    order_uuid: str | None = None
    date: Day
    time_from: Hour
    time_to: Hour
    comment: str | None = None
    delivery_point: str | None = None
    to_location: Location | None = None


@router.post("")
async def agree(request: Request) -> Response:
    """The city stays; a locker awaits nobody."""
    room, books, now = opened(request)
    said = await read(request, AgreementSaid, "CREATE", now)
    order = named_order(books, said.order_uuid, said.cdek_number, now)
    if order is None:
        raise refused("CREATE", now, [error("v2_order_number_empty")])
    found = _wrong(said, order, books, now)
    if found:
        raise refused("CREATE", now, found)
    uuid = books.next_ref("agreement")
    ask = books.ask("agree", "CREATE", uuid, at=now, due_at=now + room.knobs.settling)
    body = said.model_dump(mode="json", exclude_none=True)
    books.agreements[uuid] = Agreement(uuid=uuid, body=body, order_ref=order.uuid, ask=ask)
    return accepted(uuid, request_rows([ask], now, room.knobs.waiting_as))


@router.get("/{uuid}")
async def read_agreement(request: Request, uuid: str) -> Response:
    """How it stands."""
    room, books, now = opened(request)
    agreed = books.agreements.get(uuid_of(uuid, "GET", now))
    if agreed is None:
        raise refused("GET", now, [error("v2_entity_not_found", uuid)])
    entity = {"uuid": agreed.uuid, **agreed.body, "order_uuid": agreed.order_ref, "statuses": []}
    return told({"entity": entity, "requests": request_rows([agreed.ask], now, room.knobs.waiting_as)})


def _wrong(said: AgreementSaid, order: Order, books: Books, now: datetime) -> Errors:
    if mode_of(order.said.tariff_code) in TO_LOCKER:
        return [error("v2_impossible_register_date")]
    if said.time_from >= said.time_to or said.date < now.date():
        return [error("v2_wrong_interval")]
    if said.to_location and said.delivery_point:
        return [error("v2_delivery_address_multivalued")]
    return [error("v2_city_can_not_be_changed")] if _city(said, books) not in (None, _city(order.said, books)) else []


def _city(said: AgreementSaid | OrderSaid, books: Books) -> int | None:
    if said.delivery_point:
        point = books.directory.points.get(said.delivery_point)
        return point.city_code if point else 0
    city = books.directory.recognised(said.to_location) if said.to_location else None
    return city.code if city else None
