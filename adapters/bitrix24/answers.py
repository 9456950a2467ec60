"""What a portal answers, as far as we use it.

Bitrix24 gives numbers as text here and there, and an empty object as ``[]``: both are read. What a person is called or reached by is
never checked so closely that it could stand in an error.

Source: https://apidocs.bitrix24.com/api-reference/crm/universal/index.html
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel


def _as_object(told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """PHP writes an empty array as ``[]``, and one whose keys are 0, 1, 2… as a list."""
    return {str(at): one for at, one in enumerate(told)} if isinstance(told, list) else told


def _as_text(told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    return "" if told is None else str(told)


def _as_failure(told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    return told if isinstance(told, dict) else {"error": str(told)}


def _as_list(told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    return told if isinstance(told, list) else []


Text = Annotated[str, BeforeValidator(_as_text)]


class Answer(BaseModel):
    """Frozen; fields that we do not use are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)


class Time(Answer):
    """How long a method took; ``operating_reset_at``: when some of its time is given back, in seconds of Unix."""

    operating_reset_at: float | None = Field(default=None, alias="operating_reset_at")


class Failed(Answer):
    """Why a call or a command was not done."""

    error: Text = ""
    error_description: Text = Field(default="", alias="error_description")
    time: Time | None = None


class Batch(Answer):
    """Results of commands by their keys, errors beside them; a command that is in neither was not reached."""

    result: Annotated[dict[str, Any], BeforeValidator(_as_object)]
    result_error: Annotated[dict[str, Annotated[Failed, BeforeValidator(_as_failure)]], BeforeValidator(_as_object)] = Field(
        default={}, alias="result_error"
    )


class Batched(Answer):
    """Of batch."""

    result: Batch


class Item(Answer):
    """Anything of the CRM."""

    id: int


class Marked(Item):
    """What a deal or a contact is marked with: whose it is, and its number there."""

    originator_id: Text = ""
    origin_id: Text = ""


class Deal(Marked):
    """A deal; ``category_id`` is its pipeline, and the portal's own fields are among its extras."""

    model_config = ConfigDict(extra="allow")

    stage_id: Text = ""
    category_id: int | None = None
    opportunity: Decimal | None = None
    contact_id: int | None = None
    contact_ids: Annotated[list[int], BeforeValidator(_as_list)] = []
    comments: Text = ""
    updated_time: AwareDatetime
    updated_by: int | None = None
    moved_by: int | None = None

    @property
    def buyer_id(self) -> int | None:
        """The contact it is of."""
        return next(iter(self.contact_ids), None) or self.contact_id or None


class Reach(Answer):
    """A phone or an address of a contact."""

    type_id: Text = ""
    value: Text = ""


class Contact(Marked):
    """A contact; the portal's own fields are among its extras."""

    model_config = ConfigDict(extra="allow")

    name: Text = ""
    second_name: Text = ""
    last_name: Text = ""
    fm: Annotated[list[Reach], BeforeValidator(_as_list)] = []

    def reached_by(self, sort: str) -> list[str]:
        """Phones or addresses, the main one first."""
        return [one.value for one in self.fm if one.type_id == sort]


class GoodsRow(Answer):
    """A line of a deal."""

    product_name: Text = ""
    price: Decimal = Decimal(0)
    quantity: Decimal = Decimal(1)


class FieldShape(Answer):
    """What a field of contacts is; ``upper_name``: as people know it."""

    type: Text = ""
    upper_name: Text = ""


class Stage(Answer):
    """A stage of a pipeline: ``semantics`` S won, F lost, else under way."""

    status_id: Text = Field(alias="STATUS_ID")
    sort: int = Field(default=0, alias="SORT")
    semantics: Text = Field(default="", alias="SEMANTICS")


class _Items(Answer):
    items: list[Any]


class _Made(Answer):
    item: Item


class _One(Answer):
    item: Contact


class _OneDeal(Answer):
    item: Deal


class _Goods(Answer):
    product_rows: list[GoodsRow]


class _Fields(Answer):
    fields: Annotated[dict[str, FieldShape], BeforeValidator(_as_object)]


class Found(Answer):
    """Contacts with a phone or an address."""

    contacts: list[int] = Field(default=[], alias="CONTACT")


FAILED = TypeAdapter(Failed)
BATCHED = TypeAdapter(Batched)
ITEMS = TypeAdapter(_Items)
MADE = TypeAdapter(_Made)
ONE = TypeAdapter(_One)
ONE_DEAL = TypeAdapter(_OneDeal)
MARKED = TypeAdapter(list[Marked])
DEALS = TypeAdapter(list[Deal])
CONTACTS = TypeAdapter(list[Contact])
GOODS = TypeAdapter(_Goods)
FIELDS = TypeAdapter(_Fields)
STAGES = TypeAdapter(list[Stage])
SCOPE = TypeAdapter(list[str])
FOUND = TypeAdapter(Annotated[Found, BeforeValidator(lambda told: told or {})])
