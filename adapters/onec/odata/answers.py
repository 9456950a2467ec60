"""What 1C answers, as far as we use it. Its fields have the names of the settings, so the shape is made of them.

Source: `reference/commerceml.md` §5.
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, create_model

INTERNAL = "-1"
NO_SET = "8"
MILLION = Decimal(1_000_000)
LARGEST = 10**18
"""1C keeps twelve digits before the point."""


def _millionths(given: object) -> int:
    """A number, exact to a millionth; 1C sends those with a fraction as JSON numbers, and long ones as text."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError("not a number")  # noqa: TRY004 - pydantic's own protocol
    try:
        exact = int((Decimal(str(given)) * MILLION).to_integral_value())
    except (InvalidOperation, OverflowError):
        raise ValueError("not a number") from None
    if abs(exact) > LARGEST:
        raise ValueError("too large")
    return exact


Ref = Annotated[str, AfterValidator(str.lower)]
Millionths = Annotated[int, BeforeValidator(_millionths)]
KINDS: dict[str, Any] = {"ref": Ref, "amount": Millionths, "flag": bool, "text": str}


class Column(NamedTuple):
    """A field of an answer: our name, 1C's, and what it holds."""

    ours: str
    theirs: str
    kind: Literal["ref", "amount", "flag", "text"]


Columns = tuple[Column, ...]


class Answer(BaseModel):
    """Types as they are; fields that we do not use are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


@lru_cache(maxsize=64)
def row_of(columns: Columns) -> TypeAdapter[Any]:
    """The shape of one object with these fields."""
    return TypeAdapter(_row(columns))


@lru_cache(maxsize=64)
def page_of(columns: Columns) -> TypeAdapter[Any]:
    """The shape of a list of rows with these fields."""
    return TypeAdapter(cast("Any", create_model)("Page", __base__=Answer, value=(list[_row(columns)], ...)))  # type: ignore[misc]


def _row(columns: Columns) -> Any:  # noqa: ANN401 - a model made at run time
    fields = {one.ours: (KINDS[one.kind], Field(validation_alias=one.theirs)) for one in columns}
    return cast("Any", create_model)("Row", __base__=Answer, **fields)


class _Words(Answer):
    value: str = ""


class OdataError(Answer):
    """1C's own words of what went wrong; they may name a person, so no message holds them."""

    code: Annotated[str, BeforeValidator(str)] = ""
    message: _Words = _Words()

    @property
    def is_no_set(self) -> bool:
        """The object is not there or not enabled. The code is from memory, so the words count too."""
        words = self.message.value.lower()
        is_said = "entity not found" in words or ("сущност" in words and "экземпляр" not in words and "не найден" in words)
        return self.code == NO_SET or is_said


class _Envelope(Answer):
    error: OdataError = Field(validation_alias="odata.error")


def error_of(body: bytes) -> OdataError | None:
    """The error in an answer; none where it is not 1C that answers."""
    try:
        return _Envelope.model_validate_json(body).error
    except ValidationError:
        return None
