"""Print forms: waybills and barcodes, made in a while, with a link that lives an hour (`reference/services.md` §1, Other methods)."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.cdek.answers import Said, error, read, refused, stamp, told, uuid_of
from deployments.world.cdek.books import Books, Form, request_rows
from deployments.world.cdek.room import CdekRoom, accepted, opened
from deployments.world.cdek.settling import make_form
from deployments.world.room import RoomRoute

router = APIRouter(prefix="/v2/print", route_class=RoomRoute)

Sort = Literal["orders", "barcodes"]

LINK_LIVES = timedelta(hours=1)
NAMES = {"ACCEPTED": "Принят", "PROCESSING": "Формируется", "READY": "Сформирован", "INVALID": "Некорректный запрос", "REMOVED": "Удален"}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class OrderNamed(Said):
    """An order, by uuid or by CDEK's number."""

    order_uuid: str | None = None
    cdek_number: str | int | None = None


class FormSaid(Said):
    """Of which orders, and how."""

    orders: Annotated[tuple[OrderNamed, ...], Field(min_length=1, max_length=100)]
    copy_count: Annotated[int, Field(ge=1)] = 1
    type: str | None = None
    format: Literal["A4", "A5", "A6", "A7"] = "A4"
    lang: str | None = None


@router.post("/{sort}")
async def make(request: Request, sort: Sort) -> Response:
    """A form is begun; that none of its orders is any good is found out later."""
    room, books, now = opened(request)
    said = await read(request, FormSaid, "CREATE", now)
    refs = [one.order_uuid or books.by_cdek_number.get(str(one.cdek_number), "") for one in said.orders]
    body = said.model_dump(exclude_none=True, exclude={"format", "lang"} if sort == "orders" else {"type"})
    form = make_form([ref for ref in refs if ref in books.orders], body, books, room.knobs, now, is_waybill=sort == "orders")
    return accepted(form.uuid, request_rows([form.ask], now, room.knobs.waiting_as))


@router.get("/{sort}/{name}")
async def read_form(request: Request, sort: Sort, name: str) -> Response:
    """How far it is; ``<uuid>.pdf`` is the form itself, for who has a token."""
    room, books, now = opened(request)
    form = books.forms.get(uuid_of(name.removesuffix(".pdf"), "GET", now))
    if form is None or form.sort != sort:
        raise refused("GET", now, [error("v2_entity_not_found")])
    return _file(form, now) if name.endswith(".pdf") else told(_shown(form, books, room, now))


def _file(form: Form, now: datetime) -> Response:
    code = _statuses(form, now)[-1][0]
    if code == "REMOVED":
        raise refused("GET", now, [error("v2_entity_expired")])
    if code != "READY":
        raise refused("GET", now, [error("v2_entity_not_found")])
    return Response(PDF, media_type="application/pdf")


def _statuses(form: Form, now: datetime) -> list[tuple[str, datetime]]:
    """The oldest first, unlike an order's."""
    ask = form.ask
    steps = [("ACCEPTED", ask.at), ("PROCESSING", ask.at + (ask.due_at - ask.at) / 2)]
    if ask.outcome == "INVALID":
        steps.append(("INVALID", ask.due_at))
    else:
        steps += [("READY", ask.due_at), ("REMOVED", ask.due_at + LINK_LIVES)]
    return [step for step in steps if step[1] <= now]


def _shown(form: Form, books: Books, room: CdekRoom, now: datetime) -> dict[str, Any]:
    steps = _statuses(form, now)
    link = {"url": books.link(form)} if steps[-1][0] == "READY" else {}
    orders = [{"order_uuid": ref, "cdek_number": books.orders[ref].cdek_number} for ref in form.order_refs]
    return {
        "entity": {
            "uuid": form.uuid,
            **form.body,
            "orders": orders,
            **link,
            "statuses": [{"code": code, "name": NAMES[code], "date_time": stamp(at)} for code, at in steps],
        },
        "requests": request_rows([form.ask], now, room.knobs.waiting_as),
        "related_entities": [],
    }
