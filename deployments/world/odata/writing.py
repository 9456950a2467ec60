"""Writing: objects are made, changed, posted and unposted."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from deployments.world.odata.books import Row, Wrong
from deployments.world.odata.literals import DATETIME, GUID
from deployments.world.odata.paths import Address, address_of, allow
from deployments.world.odata.reading import ROOT
from deployments.world.odata.room import SessionRoute, base_of, room_of, user_of
from deployments.world.odata.saying import BAD_SEGMENT, HEADERS, Fault, answered_one, bad, failed, no_entity, told, wants_json
from deployments.world.odata.shapes import Catalog, Document, Fields, Kind

router = APIRouter(route_class=SessionRoute)


@router.post(ROOT + "/{path:path}")
async def make(request: Request, path: str) -> Response:
    """A new object, or a command to one: ``/Post``, ``/Unpost``."""
    address = _writable(request, path)
    if address.key is not None:
        return _command(request, address)
    if address.rest is not None:
        raise Fault(404, BAD_SEGMENT, "Extra segments", is_json=wants_json(request))
    room, said = room_of(request), await _said(request, address)
    try:
        row = base_of(request).add(address.name, said, room.now(), overwrites=room.habits.key_again == "overwrites")
    except Wrong as wrong:
        raise failed(request, str(wrong)) from None
    return answered_one(request, told(row, address.fields), status=201)


@router.patch(ROOT + "/{path:path}")
async def change(request: Request, path: str) -> Response:
    """Only what is said changes; ``If-Match`` with another version of the object refuses."""
    address = _writable(request, path)
    row = _found(request, address)
    expected = request.headers.get("if-match", "").strip('"')
    if expected and expected != row["DataVersion"]:
        raise Fault(412, "-1", "Версия объекта изменилась", is_json=wants_json(request))
    said = await _said(request, address)
    if said.get("Ref_Key", row["Ref_Key"]) != row["Ref_Key"]:
        raise bad(request, "Ссылка объекта не изменяется")
    base_of(request).change(address.name, row, said)
    return answered_one(request, told(row, address.fields))


def _command(request: Request, address: Address) -> Response:
    row = _found(request, address)
    base = base_of(request)
    try:
        match address.rest:
            case "Post" | "Post()":
                base.post(address.name, row)
            case "Unpost" | "Unpost()":
                base.unpost(address.name, row)
            case _:
                raise Fault(404, BAD_SEGMENT, "Extra segments", is_json=wants_json(request))
    except Wrong as wrong:
        raise failed(request, str(wrong)) from None
    return Response(status_code=200, headers=HEADERS)


def _writable(request: Request, path: str) -> Address:
    address = address_of(request, path)
    allow(request, address.name, user_of(request).writes)
    if not isinstance(address.shape, Catalog | Document):
        raise bad(request, "Запись объекта не поддерживается")
    if address.table is not None:
        raise Fault(400, "13", "Создание строк табличной части напрямую не поддерживается", is_json=wants_json(request))
    return address


def _found(request: Request, address: Address) -> Row:
    row = base_of(request).objects.get(address.name, {}).get(address.key or "")
    if row is None:
        raise no_entity(request)
    return row


async def _said(request: Request, address: Address) -> dict[str, Any]:
    """The body, each property known and of its type; a line of a table carries its number.

    Raises:
        Fault: 400.
    """
    body = json.loads(await request.body())
    if not isinstance(body, dict):
        raise bad(request, "Ошибка разбора тела запроса")
    said = {name: value for name, value in body.items() if not name.startswith("odata.")}
    if "Posted" in said or "DataVersion" in said:
        raise bad(request, "Свойство доступно только для чтения")
    for table in address.tables:
        for line in said.get(table, []):
            if not isinstance(line, dict) or "LineNumber" not in line:
                raise failed(request, "Произошла внутренняя ошибка OData сервиса.")
            shape = address.shape
            _check(request, line, shape.rows if isinstance(shape, Document) else ())
    _check(request, {name: value for name, value in said.items() if name not in address.tables}, address.fields)
    return said


def _check(request: Request, said: dict[str, Any], fields: Fields) -> None:
    kinds = {one.name: one.kind for one in fields}
    for name, value in said.items():
        if name not in kinds:
            raise bad(request, f"Свойство {name} не найдено")
        if not _is_of(value, kinds[name]):
            raise bad(request, f"Значение свойства {name} другого типа")


def _is_of(value: object, kind: Kind) -> bool:
    match kind:
        case "guid":
            return isinstance(value, str) and GUID.fullmatch(value) is not None
        case "datetime":
            return isinstance(value, str) and DATETIME.fullmatch(value) is not None
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "int64":
            return str(value).isdigit()
        case "double":
            return isinstance(value, int | float) and not isinstance(value, bool)
