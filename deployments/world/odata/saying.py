"""How 1C's OData interface answers: atom unless JSON is asked for, errors with a code of their own.

Source: `reference/commerceml.md` §5; codes 6, 8 and 9 are from memory there, the rest is answered as -1.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deployments.world.odata.shapes import Fields
from deployments.world.room import Refusal

BAD_SEGMENT, NO_SET, NO_ENTITY, INTERNAL = "6", "8", "9", "-1"
HEADERS = {"DataServiceVersion": "3.0"}
ATOM = "application/atom+xml;type=feed;charset=utf-8"
NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" '
    'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
)


class Fault(Refusal):
    """An error as 1C says it: an HTTP status, a code of its own, and words."""

    def __init__(self, status: int, code: str, words: str, *, is_json: bool = True) -> None:
        super().__init__(status, {"odata.error": {"code": code, "message": {"lang": "ru", "value": words}}}, HEADERS)
        self.code, self.words, self.is_json = code, words, is_json

    def response(self) -> Response:
        """In the format of the call."""
        if self.is_json:
            return super().response()
        body = f"<m:error {NAMESPACES}><m:code>{escape(self.code)}</m:code><m:message>{escape(self.words)}</m:message></m:error>"
        return Response(body, status_code=self.status, media_type="application/xml", headers=HEADERS)


def wants_json(request: Request) -> bool:
    """Whether ``$format`` or, without it, ``Accept`` asks for JSON."""
    asked = request.query_params.get("$format")
    if asked is not None:
        return asked == "json" or asked.startswith("application/json")
    return "application/json" in request.headers.get("accept", "")


def no_set(request: Request, name: str) -> Fault:
    """There is no such object, or it is not enabled: nobody can tell which."""
    return Fault(404, NO_SET, f"Entity not found: {name}", is_json=wants_json(request))


def no_entity(request: Request) -> Fault:
    """The object has no instance with this key."""
    return Fault(404, NO_ENTITY, "Экземпляр сущности не найден", is_json=wants_json(request))


def bad(request: Request, words: str) -> Fault:
    """What was asked cannot be read."""
    return Fault(400, BAD_SEGMENT, words, is_json=wants_json(request))


def failed(request: Request, words: str) -> Fault:
    """1C itself would not do it."""
    return Fault(500, INTERNAL, words, is_json=wants_json(request))


def number(exact: Decimal | int | str) -> int | float:
    """A number with a fraction, as JSON has it."""
    given = Decimal(str(exact))
    return int(given) if given == given.to_integral_value() else float(given)


def told(row: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """A row in JSON: whole numbers of 64 bits travel as text, those with a fraction as numbers, tables as lists."""
    kinds = {one.name: one.kind for one in fields}
    shown: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, list):
            shown[name] = value
        elif kinds.get(name) == "int64":
            shown[name] = str(value)
        else:
            shown[name] = number(value) if isinstance(value, Decimal) else value
    return shown


def answered(request: Request, rows: Iterable[Mapping[str, Any]], *, count: int | None = None) -> Response:
    """Many rows."""
    listed = list(rows)
    if not wants_json(request):
        entries = "".join(_entry(row) for row in listed)
        return Response(f"<feed {NAMESPACES}>{entries}</feed>", media_type=ATOM, headers=HEADERS)
    body: dict[str, Any] = {"odata.metadata": f"{root_of(request)}$metadata"}
    if count is not None:
        body["odata.count"] = str(count)
    return JSONResponse({**body, "value": listed}, headers=HEADERS)


def answered_one(request: Request, row: Mapping[str, Any], status: int = 200) -> Response:
    """One object."""
    if not wants_json(request):
        return Response(_entry(row, NAMESPACES), status_code=status, media_type=ATOM, headers=HEADERS)
    return JSONResponse({"odata.metadata": f"{root_of(request)}$metadata", **row}, status_code=status, headers=HEADERS)


def root_of(request: Request) -> str:
    """The address of the interface."""
    before, _, _ = str(request.url).partition("/standard.odata")
    return f"{before}/standard.odata/"


def _entry(row: Mapping[str, Any], namespaces: str = "") -> str:
    return f'<entry {namespaces}><content type="application/xml"><m:properties>{_fields(row)}</m:properties></content></entry>'


def _fields(row: Mapping[str, Any]) -> str:
    return "".join(f"<d:{name}>{_text(value)}</d:{name}>" for name, value in row.items())


def _text(value: Any) -> str:  # noqa: ANN401 - a field's value
    if isinstance(value, list):
        return "".join(f"<d:element>{_fields(row)}</d:element>" for row in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
