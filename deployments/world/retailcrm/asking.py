"""How a call to RetailCRM is read, refused and answered.

Bodies are forms whose fields hold entities as JSON; dates are in the account's zone and do not say which.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from deployments.world.php import read_form
from deployments.world.room import Handler, Refusal, RoomRoute

BAD_FORMAT, INVALID = "Errors in the entity format", "Validation error"
BAD_PARAMETERS = "Errors in the input parameters"
NOT_FOUND = "Not found"
PAGE_SIZES = (20, 50, 100)
STAMP = "%Y-%m-%d %H:%M:%S"
_MOMENT, _DAY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), re.compile(r"\d{4}-\d\d-\d\d")

Errors = Mapping[str, str] | list[str]


class Said(BaseModel):
    """A part of a call; what nobody reads is kept aside (`unread`)."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True, alias_generator=to_camel)


def _moment(given: object) -> object:
    if isinstance(given, str):
        _check(given, _MOMENT, STAMP, "This value is not a valid datetime.")
    return given


def _day(given: object) -> object:
    if isinstance(given, str):
        _check(given, _DAY, "%Y-%m-%d", "This value is not a valid date.")
    return given


def _check(given: str, shape: re.Pattern[str], form: str, words: str) -> None:
    try:
        datetime.strptime(given, form)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        raise ValueError(words) from None
    if not shape.fullmatch(given):
        raise ValueError(words)


Moment = Annotated[str, BeforeValidator(_moment)]
Day = Annotated[str, BeforeValidator(_day)]

T = TypeVar("T")


class FormRoute(RoomRoute):
    """A handler whose call has its parameters read beforehand: those of the query and those of the form."""

    def get_route_handler(self) -> Handler:
        """The handler as the room lets it be called."""
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            body = (await request.body()).decode(errors="replace") if is_form else ""
            pairs = [*request.query_params.multi_items(), *parse_qsl(body, keep_blank_values=True)]
            request.state.asked = read_form(pairs)
            return await handle(request)

        return read


class NoAccount(Refusal):
    """What the web server says where no account lives at the address: a page, not JSON."""

    def __init__(self) -> None:
        super().__init__(405, None)

    def response(self) -> Response:
        """As it leaves the room."""
        page = "<html>\n<head>\n\t<title>405 Not Allowed</title>\n</head>\n<body><center><h1>405 Not Allowed</h1></center></body>\n</html>"
        return HTMLResponse(page, status_code=self.status)


def refused(status: int, message: str, errors: Errors | None = None) -> Refusal:
    """An error; ``errors`` is a map by field or a list of sentences, as the vendor has both."""
    body: dict[str, Any] = {"success": False, "errorMsg": message}
    return Refusal(status, body if errors is None else {**body, "errors": errors})


def told(body: Mapping[str, Any], status: int = 200) -> JSONResponse:
    """An answer of success."""
    return JSONResponse({"success": True, **body}, status_code=status)


def asked(request: Request) -> dict[str, Any]:
    """All parameters of the call."""
    parameters: dict[str, Any] = request.state.asked
    return parameters


def entity(request: Request, name: str, shape: type[T]) -> T:
    """The JSON in the field ``name``.

    Raises:
        Refusal: 400; there is no such field, or it holds something else.
    """
    text = asked(request).get(name)
    if not isinstance(text, str):
        raise refused(400, f"Parameter '{name}' is missing")
    try:
        said = TypeAdapter(shape).validate_python(json.loads(text, parse_float=Decimal))
    except ValidationError as wrong:
        raise refused(400, BAD_FORMAT, _by_field(wrong)) from None
    except ValueError:
        raise refused(400, BAD_FORMAT, {name: "This value is not valid JSON."}) from None
    request.app.state.room.unread.update(f"{name}.{field}" for field in unread(said))
    return said


def unread(said: object) -> list[str]:
    """Paths of what was said and nobody reads: most often a misspelt field."""
    if isinstance(said, list):
        return [field for part in said for field in unread(part)]
    if not isinstance(said, BaseModel):
        return []
    below = [f"{to_camel(name)}.{field}" for name in type(said).model_fields for field in unread(getattr(said, name))]
    return [*(said.model_extra or {}), *below]


def kept(said: BaseModel) -> dict[str, Any]:
    """What was said of the fields that are read, under the vendor's names; what was not said is absent."""
    return {to_camel(name): _kept(getattr(said, name)) for name in type(said).model_fields if name in said.model_fields_set}


def by_field(request: Request, name: str) -> tuple[str, ...]:
    """Values of a filter's field, given once, as a list, or not at all."""
    chosen = asked(request).get("filter")
    given = chosen.get(name) if isinstance(chosen, dict) else None
    return listed(given)


def listed(given: object) -> tuple[str, ...]:
    """A parameter as its values."""
    if given is None:
        return ()
    if isinstance(given, dict):
        given = list(given.values())
    return tuple(str(one) for one in given) if isinstance(given, list) else (str(given),)


def page_of(request: Request, rows: list[T], sizes: tuple[int, ...] = PAGE_SIZES) -> tuple[list[T], dict[str, int]]:
    """The rows of the page asked for, and what is said of pages.

    Raises:
        Refusal: 400; a page of a size that is not offered.
    """
    limit, page = _whole(request, "limit", sizes[0]), _whole(request, "page", 1)
    if limit not in sizes:
        raise refused(400, BAD_PARAMETERS, {"limit": "The value you selected is not a valid choice."})
    if page < 1:
        raise refused(400, BAD_PARAMETERS, {"page": "This value should be 1 or more."})
    pages = max(1, -(-len(rows) // limit))
    pagination = {"limit": limit, "totalCount": len(rows), "currentPage": page, "totalPageCount": pages}
    return rows[(page - 1) * limit : page * limit], pagination


def number(exact: Decimal) -> int | float:
    """An amount or a quantity as JSON has it."""
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _whole(request: Request, name: str, default: int) -> int:
    given = asked(request).get(name, default)
    if isinstance(given, int) or (isinstance(given, str) and given.isdigit()):
        return int(given)
    raise refused(400, BAD_PARAMETERS, {name: "This value is not valid."})


def _kept(value: Any) -> Any:  # noqa: ANN401 - a field's value
    if isinstance(value, list):
        return [_kept(one) for one in value]
    return kept(value) if isinstance(value, BaseModel) else value


def _by_field(wrong: ValidationError) -> dict[str, str]:
    return {
        "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in one["loc"]).lstrip(".") or "entity": one["msg"]
        for one in wrong.errors(include_url=False, include_context=False, include_input=False)
    }
