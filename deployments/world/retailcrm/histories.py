"""The history of changes, read after the last record already known."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from deployments.world.retailcrm.asking import BAD_PARAMETERS, STAMP, FormRoute, asked, by_field, page_of, refused, told
from deployments.world.retailcrm.history import Kind, Record
from deployments.world.retailcrm.room import CrmRoom, api_key_of, room_of, sites_of
from deployments.world.retailcrm.telling import record_told, stamp

router = APIRouter(route_class=FormRoute)


@router.get("/api/v5/orders/history")
async def read_orders(request: Request) -> Response:
    """Changes of orders."""
    return _history(request, "orders", "order")


@router.get("/api/v5/customers/history")
async def read_customers(request: Request) -> Response:
    """Changes of customers."""
    return _history(request, "customers", "customer")


@router.get("/api/v5/orders/packs/history")
async def read_packs(request: Request) -> Response:
    """Changes of packed goods."""
    return _history(request, "packs", "pack")


def _history(request: Request, kind: Kind, subject_name: str) -> Response:
    room, since = room_of(request), by_field(request, "sinceId")
    if since and "page" in asked(request):
        raise refused(400, BAD_PARAMETERS, {"page": "The parameter is not used together with filter[sinceId]."})
    if since and not since[0].isdigit():
        raise refused(400, BAD_PARAMETERS, {"filter[sinceId]": "This value is not valid."})
    first_at, last_at = _edge(request, room, "startDate"), _edge(request, room, "endDate")
    records = [
        one
        for one in room.books.journals[kind].since(int(since[0]) if since else 0)
        if _is_open(request, one)
        and _is_about(request, one, subject_name)
        and (first_at is None or one.at >= first_at)
        and (last_at is None or one.at <= last_at)
    ]
    rows, pagination = page_of(request, records)
    history = [record_told(one, subject_name, api_key_of(request), room.zone) for one in rows]
    return told({"generatedAt": stamp(room.now(), room.zone), "history": history, "pagination": pagination})


def _is_open(request: Request, record: Record) -> bool:
    site = record.subject.get("site")
    return site is None or site in sites_of(request)


def _is_about(request: Request, record: Record, subject_name: str) -> bool:
    """Of the one asked for, if any: ``filter[orderId]``, ``filter[customerExternalId]`` and the like of the vendor's own clients."""
    said = {f"{subject_name}Id": record.subject.get("id"), f"{subject_name}ExternalId": record.subject.get("externalId")}
    return all(str(value) in by_field(request, name) for name, value in said.items() if by_field(request, name))


def _edge(request: Request, room: CrmRoom, name: str) -> datetime | None:
    given = by_field(request, name)
    if not given:
        return None
    try:
        return datetime.strptime(given[0], STAMP).replace(tzinfo=room.zone)
    except ValueError:
        raise refused(400, BAD_PARAMETERS, {f"children[{name}]": "This value is not valid."}) from None
