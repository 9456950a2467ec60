"""Intakes: a courier comes for parcels."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.cdek.answers import Said, error, read, refused, stamp, told, uuid_of
from deployments.world.cdek.books import Books, Intake, Order, Status, request_rows
from deployments.world.cdek.directory import Location
from deployments.world.cdek.order_bodies import Contact
from deployments.world.cdek.room import CdekRoom, accepted, opened
from deployments.world.room import RoomRoute

router = APIRouter(prefix="/v2/intakes", route_class=RoomRoute)

HOURS = r"^([01]\d|2[0-3]):[0-5]\d$"
NAMES = {"ACCEPTED": "Принят", "CREATED": "Создан", "REMOVED": "Удален"}
DAYS_AHEAD = 14

Day = date
Hour = Annotated[str, Field(pattern=re.compile(HOURS))]


class IntakeSaid(Said):
    """For an order, or from an address."""

    cdek_number: str | int | None = None
    order_uuid: str | None = None
    intake_date: date
    intake_time_from: Hour
    intake_time_to: Hour
    lunch_time_from: Hour | None = None
    lunch_time_to: Hour | None = None
    name: str | None = None
    weight: int | None = None
    length: int | None = None
    width: int | None = None
    height: int | None = None
    comment: str | None = None
    sender: Contact | None = None
    from_location: Location | None = None
    need_call: bool = False


class DaysSaid(Said):
    """Where a courier would come, and until when to look."""

    from_location: Location
    date: Day | None = None


@router.post("")
async def ask_courier(request: Request) -> Response:
    """One for an order, one for a day and an address."""
    room, books, now = opened(request)
    said = await read(request, IntakeSaid, "CREATE", now)
    order = named_order(books, said.order_uuid, said.cdek_number, now)
    if order is None and said.from_location is None:
        raise refused("CREATE", now, [error("v2_field_is_empty", "from_location")])
    if said.intake_time_from >= said.intake_time_to:
        raise refused("CREATE", now, [error("v2_wrong_interval")])
    place = _place(said, order)
    _check_free(books, order, place, now)
    uuid = books.next_ref("intake")
    ask = books.ask("intake", "CREATE", uuid, at=now, due_at=now + room.knobs.settling)
    body = said.model_dump(mode="json", exclude_none=True)
    intake = Intake(uuid=uuid, body=body, order_ref=order.uuid if order else None, place=place, asks=[ask])
    intake.statuses.append(Status(code="ACCEPTED", at=now))
    books.intakes[uuid] = intake
    return accepted(uuid, request_rows([ask], now, room.knobs.waiting_as))


@router.post("/availableDays")
async def days(request: Request) -> Response:
    """Days on which a courier comes: not on Sundays."""
    _, books, now = opened(request)
    said = await read(request, DaysSaid, "GET", now)
    if books.directory.recognised(said.from_location) is None:
        raise refused("GET", now, [error("v2_sender_location_not_recognized")])
    until = said.date or now.date() + timedelta(days=DAYS_AHEAD)
    ahead = (now.date() + timedelta(days=day) for day in range((until - now.date()).days + 1))
    return told({"date": [day.isoformat() for day in ahead if day.isoweekday() < 7], "all_days": False, "errors": [], "warnings": []})


@router.get("/{uuid}")
async def read_intake(request: Request, uuid: str) -> Response:
    """How it stands."""
    room, books, now = opened(request)
    return told(_shown(_intake(books, uuid, "GET", now), room, now))


@router.delete("/{uuid}")
async def take_back(request: Request, uuid: str) -> Response:
    """Nobody need come."""
    room, books, now = opened(request)
    intake = _intake(books, uuid, "DELETE", now)
    if any(ask.action == "drop_intake" for ask in intake.asks):
        raise refused("DELETE", now, [error("v2_similar_request_still_processed")])
    ask = books.ask("drop_intake", "DELETE", intake.uuid, at=now, due_at=now + room.knobs.settling)
    intake.asks.append(ask)
    return accepted(intake.uuid, request_rows([ask], now, room.knobs.waiting_as))


def named_order(books: Books, uuid: str | None, cdek_number: str | int | None, now: datetime) -> Order | None:
    """The order that a body names; none where it names none.

    Raises:
        Refusal: 400, there is no such order.
    """
    if uuid is None and cdek_number is None:
        return None
    order = books.orders.get(uuid or books.by_cdek_number.get(str(cdek_number), ""))
    if order is None or not order.is_there:
        raise refused("CREATE", now, [error("v2_entity_not_found" if uuid else "v2_order_not_found")])
    return order


def _check_free(books: Books, order: Order | None, place: tuple[str, str], now: datetime) -> None:
    standing = [intake for intake in books.intakes.values() if intake.is_there]
    if order and any(intake.order_ref == order.uuid for intake in standing):
        raise refused("CREATE", now, [error("v2_intake_exists_by_order")])
    if any(intake.place == place for intake in standing):
        raise refused("CREATE", now, [error("v2_intake_exists_by_date_address")])


def _place(said: IntakeSaid, order: Order | None) -> tuple[str, str]:
    location = said.from_location or (order and order.said.from_location)
    return said.intake_date.isoformat(), location.model_dump_json() if location else (order.said.shipment_point or "") if order else ""


def _intake(books: Books, uuid: str, kind: str, now: datetime) -> Intake:
    intake = books.intakes.get(uuid_of(uuid, kind, now))
    if intake is None:
        raise refused(kind, now, [error("v2_entity_not_found", uuid)])
    return intake


def _shown(intake: Intake, room: CdekRoom, now: datetime) -> dict[str, Any]:
    statuses = [{"code": one.code, "name": NAMES[one.code], "date_time": stamp(one.at)} for one in intake.statuses]
    entity = {"uuid": intake.uuid, **intake.body, "statuses": statuses}
    return {"entity": entity, "requests": request_rows(intake.asks, now, room.knobs.waiting_as)}
