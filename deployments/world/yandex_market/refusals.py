"""How the Market refuses: one shape for every error, and its own words for each.

Statuses and messages: the vendor's page "Типы ошибок и что с ними делать". The page names a code only for 401 and 423; the others here are
the status by its name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError

from deployments.world.room import Refusal

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    420: "ENHANCE_YOUR_CALM",
    423: "LOCKED",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}

_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("greater than or equal to", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("less than or equal to", "le"),
}


def error_body(status: int, *messages: str) -> dict[str, Any]:
    """The body of an error."""
    code = CODES.get(status, "INTERNAL_SERVER_ERROR" if status >= 500 else "BAD_REQUEST")
    return {"status": "ERROR", "errors": [{"code": code, "message": message} for message in messages]}


def refuse(status: int, *messages: str) -> Refusal:
    """A refusal in the Market's words."""
    return Refusal(status, error_body(status, *messages))


def refuse_unfit(error: RequestValidationError) -> Refusal:
    """A body that the specification does not allow."""
    return refuse(400, *(_complaint(found) for found in error.errors()))


def _complaint(found: Mapping[str, Any]) -> str:
    """One broken rule, as the Market words it."""
    where = _path(found["loc"][1:])
    kind, context = found["type"], found.get("ctx", {})
    if kind == "json_invalid":
        return f"JSON: {context.get('error', 'invalid')}"
    if kind == "missing":
        return f"{where} must not be null (rejected value: null)" if where else "Required request body is missing"
    if kind in _BOUNDS:
        words, limit = _BOUNDS[kind]
        return f"{where} must be {words} {context[limit]} (rejected value: {found['input']})"
    if kind in ("too_long", "too_short", "string_too_long", "string_too_short"):
        least = context.get("min_length", 1 if kind == "too_long" else 0)
        bounds = f"{least} and {context.get('max_length', 'any')}"
        return f"{where} size must be between {bounds} (rejected size: {len(found['input'])})"
    if kind == "string_pattern_mismatch":
        return f"{where} must match {context['pattern']} (rejected value: {found['input']})"
    return f"Illegal input at {where}" if where else "Illegal input at root"


def _path(steps: Iterable[str | int]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
