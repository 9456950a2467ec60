"""Reading: sets, single objects, counts, and the virtual tables of registers."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from deployments.world.odata.asking import asked
from deployments.world.odata.books import Base, Row
from deployments.world.odata.filtering import filter_of
from deployments.world.odata.literals import Token, Unreadable
from deployments.world.odata.metadata import described
from deployments.world.odata.paths import Address, address_of, function_of
from deployments.world.odata.room import SessionRoute, base_of, room_of, user_of
from deployments.world.odata.saying import (
    BAD_SEGMENT,
    HEADERS,
    Fault,
    answered,
    answered_one,
    bad,
    no_entity,
    told,
    wants_json,
)
from deployments.world.odata.shapes import EMPTY_REF, Accumulation, Catalog, Document, Fields, Information, Named

ROOT = "/{base}/odata/standard.odata"

router = APIRouter(route_class=SessionRoute)


@router.get(ROOT)
@router.get(ROOT + "/")
async def read_service(request: Request) -> Response:
    """What is enabled."""
    names = sorted(base_of(request).enabled)
    return answered(request, [{"name": name, "url": name} for name in names])


@router.get(ROOT + "/{path:path}")
async def read(request: Request, path: str) -> Response:
    """Whatever an address names."""
    if path == "$metadata":
        return Response(described(base_of(request)), media_type="application/xml", headers=HEADERS)
    address = address_of(request, path)
    if address.key is not None:
        return _one(request, address)
    if address.rest is None:
        return _many(request, _rows(base_of(request), address), address.fields, address.tables)
    name, arguments = function_of(request, address.rest)
    if name == "$count" and not arguments:
        rows = _rows(base_of(request), address)
        return Response(str(len(_allowed(request, rows, address.fields, address.tables))), media_type="text/plain", headers=HEADERS)
    return _virtual(request, address, name, arguments)


def _one(request: Request, address: Address) -> Response:
    row = base_of(request).objects.get(address.name, {}).get(address.key or "")
    if address.rest is not None or not isinstance(address.shape, Catalog | Document) or address.table is not None:
        raise Fault(404, BAD_SEGMENT, "Extra segments", is_json=wants_json(request))
    if row is None:
        raise no_entity(request)
    _refuse_hidden(request, [row])
    options = asked(request, address.fields, tables=address.tables)
    return answered_one(request, told(options.chosen(row), address.fields))


def _many(request: Request, rows: list[Row], fields: Fields, tables: tuple[str, ...] = ()) -> Response:
    options = asked(request, fields, tables=tables, compares_refs=room_of(request).habits.compares_refs)
    suited = _allowed(request, rows, fields, tables)
    count = len(suited) if options.counts_all else None
    return answered(request, (told(options.chosen(row), fields) for row in options.cut(suited)), count=count)


def _allowed(request: Request, rows: list[Row], fields: Fields, tables: tuple[str, ...]) -> list[Row]:
    """Rows that suit; of those kept from the caller none, if only what is allowed was asked for, else the whole call fails."""
    options = asked(request, fields, tables=tables, compares_refs=room_of(request).habits.compares_refs)
    suited = [row for row in rows if options.suits(row)]
    if options.allowed_only:
        return [row for row in suited if not _is_hidden(request, row)]
    _refuse_hidden(request, suited)
    return suited


def _is_hidden(request: Request, row: Row) -> bool:
    hidden = user_of(request).hidden
    return bool(hidden) and any(value in hidden for value in row.values() if isinstance(value, str) and value != EMPTY_REF)


def _refuse_hidden(request: Request, rows: list[Row]) -> None:
    if any(_is_hidden(request, row) for row in rows):
        raise Fault(401, "-1", "Недостаточно прав доступа к записям", is_json=wants_json(request))


def _rows(base: Base, address: Address) -> list[Row]:
    rows = base.rows(address.name)
    if address.table is None:
        return rows
    return [{"Ref_Key": row["Ref_Key"], **line} for row in rows for line in row[address.table]]


def _virtual(request: Request, address: Address, name: str, arguments: Mapping[str, Token]) -> Response:
    """A virtual table of a register: ``Balance`` of one of balances, ``SliceLast`` of a periodic one of facts."""
    shape = address.shape
    if name == "Balance" and isinstance(shape, Accumulation):
        _check(request, arguments, {"Period": "datetime", "Dimensions": "string", "Condition": "string"})
        chosen = _dimensions(request, shape, arguments)
        rows = list(base_of(request).balance(address.name, shape.dimensions, _period(arguments)))
        suited = _conditioned(request, rows, shape.dimensions, arguments)
        resources = tuple(Named(f"{one.name}Balance", "double") for one in shape.resources)
        return _many(request, _summed(suited, chosen, resources), (*chosen, *resources))
    if name == "SliceLast" and isinstance(shape, Information) and shape.is_periodic:
        _check(request, arguments, {"Period": "datetime", "Condition": "string"})
        rows = base_of(request).slice_last(address.name, _period(arguments))
        return _many(request, _conditioned(request, rows, shape.dimensions, arguments), shape.fields)
    raise Fault(404, BAD_SEGMENT, f"Extra segments: {name}", is_json=wants_json(request))


def _check(request: Request, arguments: Mapping[str, Token], known: Mapping[str, str]) -> None:
    for name, literal in arguments.items():
        if known.get(name) != literal.sort:
            raise bad(request, f"Параметр функции {name} не найден или другого типа")


def _period(arguments: Mapping[str, Token]) -> str | None:
    return str(arguments["Period"].value) if "Period" in arguments else None


def _dimensions(request: Request, shape: Accumulation, arguments: Mapping[str, Token]) -> Fields:
    """Dimensions by their names in the configuration, a mixed one with its type; all where none are named."""
    told_names = str(arguments["Dimensions"].value) if "Dimensions" in arguments else ""
    names = [name.strip() for name in told_names.split(",") if name.strip()]
    known: dict[str, list[Named]] = {}
    for one in shape.dimensions:
        known.setdefault(one.name.removesuffix("_Key").removesuffix("_Type"), []).append(one)
    missing = [name for name in names if name not in known]
    if missing:
        raise bad(request, f"Измерение {missing[0]} не найдено")
    return tuple(one for name in names for one in known[name]) if names else shape.dimensions


def _conditioned(request: Request, rows: list[Row], dimensions: Fields, arguments: Mapping[str, Token]) -> list[Row]:
    text = str(arguments["Condition"].value) if "Condition" in arguments else ""
    try:
        suits = filter_of(text, dimensions, compares_refs=room_of(request).habits.compares_refs)
    except Unreadable as wrong:
        raise bad(request, str(wrong)) from None
    return [row for row in rows if suits(row)]


def _summed(rows: list[Row], dimensions: Fields, resources: Fields) -> list[Row]:
    totals: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = tuple(row[one.name] for one in dimensions)
        total = totals.setdefault(key, {**{one.name: row[one.name] for one in dimensions}, **{one.name: 0 for one in resources}})
        for one in resources:
            total[one.name] += row[one.name]
    return [row for row in totals.values() if any(row[one.name] for one in resources)]
