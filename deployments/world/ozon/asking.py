"""How a request to Ozon is read and refused, and how its answers spell money and time.

The gateway is gRPC's: an error's ``code`` is gRPC's own number, ``details`` is always there.
"""

import base64
import binascii
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from deployments.world.room import Refusal

INVALID, NOT_FOUND, DENIED, EXHAUSTED, PRECONDITION, INTERNAL, UNAUTHENTICATED = 3, 5, 7, 8, 9, 13, 16
HTTP_STATUS = {INVALID: 400, NOT_FOUND: 404, DENIED: 403, EXHAUSTED: 429, PRECONDITION: 400, INTERNAL: 500, UNAUTHENTICATED: 401}
GRPC_CODE = {400: INVALID, 401: UNAUTHENTICATED, 403: DENIED, 404: NOT_FOUND, 409: 10, 429: EXHAUSTED, 503: 14, 504: 4}
IDS_MAX = 1000


class Asked(BaseModel):
    """A request's body: types are strict, unknown fields are ignored, and null is no value of any field that the specification has."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    @model_validator(mode="after")
    def _has_no_null(self) -> Self:
        nulls = [name for name in self.model_fields_set if getattr(self, name) is None]
        if nulls:
            raise ValueError(f"null given for {', '.join(nulls)}")
        return self


def _whole(given: object) -> object:
    return int(given) if isinstance(given, str) and given.lstrip("-").isdigit() else given


def _only_text(given: object) -> object:
    if isinstance(given, str):
        return _whole(given)
    raise ValueError("invalid value for string type")


def _moment(given: object) -> object:
    if isinstance(given, str):
        at = datetime.fromisoformat(given)
        if at.tzinfo is None:
            raise ValueError("invalid google.protobuf.Timestamp value")
        return at.astimezone(UTC)
    return given


IdText = Annotated[int, BeforeValidator(_whole)]
"""An int64 that the specification declares as a string and its examples write as a number."""
TextIds = Annotated[tuple[Annotated[int, BeforeValidator(_only_text)], ...], Field(max_length=IDS_MAX)]
"""The same where the examples write it as a string too."""
Ids = Annotated[tuple[IdText, ...], Field(max_length=IDS_MAX)]
Codes = Annotated[tuple[str, ...], Field(max_length=IDS_MAX)]
Moment = Annotated[datetime, BeforeValidator(_moment)]

T = TypeVar("T", bound=Asked)


def status_body(code: int, message: str) -> dict[str, Any]:
    """The shape of every error."""
    return {"code": code, "message": message, "details": []}


def refused(code: int, message: str, headers: dict[str, str] | None = None) -> Refusal:
    """An error by its gRPC code."""
    return Refusal(HTTP_STATUS[code], status_body(code, message), headers)


async def read(request: Request, model: type[T]) -> T:
    """The body as ``model``.

    Raises:
        Refusal: 400, with the path to the first field that is wrong.
    """
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        raise refused(INVALID, f"Request validation error: {_where(model.__name__, first['loc'])}: {first['msg']}") from None


def told(body: object) -> JSONResponse:
    """An answer of 200."""
    return JSONResponse(body)


def stamp(at: datetime) -> str:
    """A moment in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def kopecks(price: str) -> int | None:
    """A price's text in kopecks; none where it is not a number of roubles with up to two decimals."""
    try:
        exact = Decimal(price) * 100
    except ArithmeticError:
        return None
    return int(exact) if exact.is_finite() and exact == exact.to_integral_value() else None


def roubles(price_kopecks: int) -> str:
    """A price as cards and postings show it."""
    return f"{Decimal(price_kopecks) / 100:.2f}"


def cursor_of(position: int) -> str:
    """A pointer to what follows; callers may not read it."""
    return base64.b64encode(f"[{position}]".encode()).decode()


def position_of(cursor: str) -> int:
    """What a pointer says; 0 where it is empty.

    Raises:
        Refusal: it was not issued here.
    """
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().strip("[]"))
    except (binascii.Error, ValueError):
        raise refused(INVALID, "Request validation error: invalid cursor") from None


def _where(model: str, path: tuple[int | str, ...]) -> str:
    """A field of a row is told of as Ozon does: the row failed, caused by its field."""
    steps = [f"[{step}]" if isinstance(step, int) else "." + _camel(step) for step in path]
    row = next((at for at, step in enumerate(path) if isinstance(step, int)), len(path))
    outer, inner = "".join(steps[: row + 1]), "".join(steps[row + 1 :])
    if not inner:
        return f"invalid {model}{outer}"
    return f"invalid {model}{outer}: embedded message failed validation | caused by: invalid {inner.removeprefix('.')}"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
