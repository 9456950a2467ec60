"""How Wildberries words what it answers: every service has a shape of error of its own."""

import hashlib
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Self, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from deployments.world.room import Refusal

PROBLEM = "application/problem+json"

ACCESS_DENIED = "Access denied"

Model = TypeVar("Model")


class Said(BaseModel):
    """A request's body: what the specification takes, unknown names unheeded. Null is for ``MAY_BE_NULL`` only."""

    model_config = ConfigDict(extra="ignore", strict=True)

    MAY_BE_NULL: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _has_no_null(self) -> Self:
        nulls = {name for name in self.model_fields_set if getattr(self, name) is None}
        if nulls - self.MAY_BE_NULL:
            raise ValueError("null is no value")
        return self


def problem(
    status: int, detail: str, now: datetime, *, title: str | None = None, headers: dict[str, str] | None = None, media: str = PROBLEM
) -> Refusal:
    """An answer of the gate before the services: 401, 404, 413, 429, 5XX."""
    text = HTTPStatus(status).phrase
    ref = hashlib.md5(f"{now.isoformat()}{detail}".encode(), usedforsecurity=False).hexdigest()
    body = {
        "title": title or text.lower(),
        "detail": detail,
        "code": f"{ref[:8]}-{ref[8:12]}",
        "requestId": ref,
        "origin": "s2s-api-auth",
        "status": status,
        "statusText": text,
        **({} if status == 413 else {"timestamp": second(now)}),
    }
    return Refusal(status, body, {"content-type": media, **(headers or {})})


def content_refusal(text: str, status: int = 400, /, **additional: str) -> Refusal:
    """An error of the content service."""
    return Refusal(status, {"data": None, "error": True, "errorText": text, "additionalErrors": additional})


def prices_refusal(text: str, status: int = 400) -> Refusal:
    """An error of the prices service."""
    return Refusal(status, {"data": None, "error": True, "errorText": text})


def market_refusal(status: int, code: str, message: str) -> Refusal:
    """An error of the marketplace service."""
    return Refusal(status, {"code": code, "message": message, "data": None})


def report_refusal(detail: str, now: datetime) -> Refusal:
    """400 of the service of reports: a problem of its own, with less in it than the gate's."""
    ref = hashlib.md5(f"{now.isoformat()}{detail}".encode(), usedforsecurity=False).hexdigest()
    body = {"title": HTTPStatus(400).phrase, "detail": detail, "requestId": ref, "origin": "api-statistics"}
    return Refusal(400, body, {"content-type": PROBLEM})


def denied(path: str) -> Refusal:
    """403, which each service words in its own shape; ``path`` begins with the service."""
    if path.startswith("/marketplace-api"):
        return market_refusal(403, "AccessDenied", "Доступ запрещён")
    return prices_refusal(ACCESS_DENIED, 403) if path.startswith("/discounts-prices-api") else content_refusal(ACCESS_DENIED, 403)


def content_answer(data: object, *, additional: dict[str, str] | None = None) -> JSONResponse:
    """A good answer of the content service."""
    return JSONResponse({"data": data, "error": False, "errorText": "", "additionalErrors": additional})


def prices_answer(data: object, *, status: int = 200, text: str = "") -> JSONResponse:
    """A good answer of the prices service."""
    return JSONResponse({"data": data, "error": False, "errorText": text}, status_code=status)


async def heard(request: Request, shape: type[Model], otherwise: Refusal) -> Model:
    """The body as ``shape``, or the refusal the vendor has for a body it cannot take."""
    try:
        return TypeAdapter(shape).validate_json(await request.body())
    except ValidationError as wrong:
        raise otherwise from wrong


def whole(request: Request, name: str, otherwise: Refusal, *, default: int | None = None, least: int = 0, most: int | None = None) -> int:
    """A whole number of the query; without ``default`` it is required."""
    given = request.query_params.get(name)
    if given is None and default is not None:
        return default
    if given is None or not given.removeprefix("-").isdecimal():
        raise otherwise
    number = int(given)
    if number < least or (most is not None and number > most):
        raise otherwise
    return number


def stamp(at: datetime) -> str:
    """An instant with all its microseconds, as cards and their cursors show it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def second(at: datetime) -> str:
    """An instant to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def page_of(rows: list[dict[str, Any]], limit: int, offset: int) -> list[dict[str, Any]]:
    """A page by offset."""
    return rows[offset : offset + limit]
