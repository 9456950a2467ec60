"""What the Market's requests have in common: SKUs, dates, pages; and the shell of an answer."""

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Annotated, Any, Self, TypeVar, get_args, get_origin

from fastapi import Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from deployments.world.yandex_market.refusals import refuse

T = TypeVar("T")

MOSCOW = timezone(timedelta(hours=3))

_SKU = re.compile(r"(?=.*\S.*)[^\x00-\x08\x0A-\x1f\x7f]{1,255}")


class Sent(BaseModel):
    """A part of a request; a field the specification does not know is not looked at, and only lists may be told as null."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", populate_by_name=True)

    @model_validator(mode="after")
    def _has_null_for_lists_only(self) -> Self:
        nulls = [name for name in self.model_fields_set if getattr(self, name) is None]
        if not all(_may_be_a_list(type(self).model_fields[name].annotation) for name in nulls):
            raise PydanticCustomError("null", "must not be null")
        return self


def _may_be_a_list(kind: Any) -> bool:  # noqa: ANN401 - whatever a field may be declared as
    return get_origin(kind) is list or any(_may_be_a_list(one) for one in get_args(kind))


def _trim_sku(sku: str) -> str:
    if _SKU.fullmatch(sku) is None:
        raise PydanticCustomError("string_pattern_mismatch", "bad SKU", {"pattern": _SKU.pattern})
    return sku.strip()


def text_only(given: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """A date is sent as text; a number is not one."""
    if not isinstance(given, str):
        raise PydanticCustomError("not_text", "not a string")
    return given


def _unlike(values: list[T]) -> list[T]:
    if len(set(values)) != len(values):
        raise PydanticCustomError("repeats", "repeats")
    return values


Sku = Annotated[str, Field(strict=True), AfterValidator(_trim_sku)]
Id = Annotated[int, Field(strict=True, ge=1)]
Text = Annotated[str, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True, ge=0)]
Positive = Annotated[float, Field(strict=True, gt=0)]
Moment = Annotated[AwareDatetime, BeforeValidator(text_only)]
Unlike = AfterValidator(_unlike)
Texts = Annotated[list[Text], Field(min_length=1), Unlike]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page that is asked for."""

    start: int
    limit: int

    def take(self, all_of_them: Iterable[T], suits: Callable[[T], bool] = lambda _: True) -> tuple[list[T], dict[str, str]]:
        """The rows of the page and the ``paging`` that leads on; nothing leads on from the last one."""
        rows: list[T] = []
        for position, row in enumerate(islice(all_of_them, self.start, None), self.start):
            if not suits(row):
                continue
            if len(rows) == self.limit:
                return rows, {"nextPageToken": base64.urlsafe_b64encode(f"at:{position}".encode()).decode()}
            rows.append(row)
        return rows, {}


def read_page(request: Request, *, default: int, most: int, is_truncated: bool = False) -> Page:
    """The page of ``limit`` and ``pageToken`` (or ``page_token``); a limit above the most is cut silently where the Market does so."""
    given = request.query_params.get("limit", str(default))
    if not given.lstrip("-").isdigit():
        raise refuse(400, f"Type mismatch: {given}")
    limit = int(given)
    if limit < 1:
        raise refuse(400, f"limit must be greater than or equal to 1 (rejected value: {limit})")
    if limit > most and not is_truncated:
        raise refuse(400, f"Parameter limit must be less than or equal to {most} (rejected value: {limit})")
    token = request.query_params.get("pageToken") or request.query_params.get("page_token")
    return Page(start=_position(token) if token else 0, limit=min(limit, most))


def _position(token: str) -> int:
    try:
        word, position = base64.urlsafe_b64decode(token).decode().split(":")
    except ValueError as error:
        raise refuse(400, "Bad page token") from error
    if word != "at" or not position.isdigit():
        raise refuse(400, "Bad page token")
    return int(position)


def ok(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can say
    """An answer in its shell."""
    return {"status": "OK", **parts}


def as_moment(at: datetime) -> str:
    """An instant with Moscow's offset, to the second."""
    return at.astimezone(MOSCOW).isoformat(timespec="seconds")
