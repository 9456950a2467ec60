"""What a site answers, as far as we use it. Nothing is guessed: a price that comes as a number breaks the contract.

Source: recorded schemas and answers of WooCommerce 10.0.2.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Tag, TypeAdapter


def _in_utc(told: datetime) -> datetime:
    """The site's ``…_gmt`` says no zone (`reference/services.md` §3)."""
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told


Instant = Annotated[datetime, AfterValidator(_in_utc)]


class Answer(BaseModel):
    """Frozen, types as they are; fields that we do not use are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Attribute(Answer):
    """What tells variations of a product apart; ``id`` 0: the product's own, else the site's."""

    id: int = 0
    name: str
    position: int = 0
    visible: bool = True
    variation: bool = False
    options: list[str] = []


class Goods(Answer):
    """A product, or a variation found by its code. ``manage_stock`` parent: the product's figure counts."""

    id: int
    type: str
    sku: str
    parent_id: int
    manage_stock: bool | Literal["parent"]
    stock_quantity: float | None
    regular_price: str
    sale_price: str
    on_sale: bool
    attributes: list[Attribute]


class Refusal(Answer):
    """Why something was refused, in WordPress's words."""

    code: str
    message: str = ""


class Failed(Answer):
    """A row of a batch that was not taken."""

    id: int
    error: Refusal


class Written(Answer):
    """A row of a batch that was taken."""

    id: int


class Priced(Written):
    """A row of a batch that was taken, with the prices it has now."""

    regular_price: str
    sale_price: str
    on_sale: bool


def _fate(row: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    return "failed" if isinstance(row, dict) and "error" in row else "taken"


class Updated(Answer):
    """Of …/batch with ``update``: a row for each."""

    update: list[Annotated[Annotated[Failed, Tag("failed")] | Annotated[Written, Tag("taken")], Discriminator(_fate)]]


class Repriced(Answer):
    """Of …/batch with ``update``, where prices are looked at."""

    update: list[Annotated[Annotated[Failed, Tag("failed")] | Annotated[Priced, Tag("taken")], Discriminator(_fate)]]


class Created(Answer):
    """Of …/batch with ``create``: a row for each, in the order of the question."""

    create: list[Annotated[Annotated[Failed, Tag("failed")] | Annotated[Written, Tag("taken")], Discriminator(_fate)]]


class Line(Answer):
    """A line of an order; ``sku`` null: the goods are no longer there. Sums are of all pieces, after discounts."""

    id: int
    sku: str | None
    quantity: int
    total: str
    total_tax: str


class ShippingLine(Answer):
    """A way that an order is delivered."""

    method_title: str = ""


class RefundNamed(Answer):
    """That there is a refund."""

    id: int


class Order(Answer):
    """An order; a draft has no date yet. ``line_items`` are of all pieces, also those paid back since."""

    id: int
    status: str
    currency: str
    date_created_gmt: Instant | None
    date_modified_gmt: Instant | None
    billing: dict[str, Any]
    shipping: dict[str, Any]
    customer_note: str
    line_items: list[Line]
    shipping_total: str = ""
    shipping_tax: str = ""
    shipping_lines: list[ShippingLine] = []
    payment_method: str = ""
    payment_method_title: str = ""
    transaction_id: str = ""
    date_paid_gmt: Instant | None = None
    date_completed_gmt: Instant | None = None
    refunds: list[RefundNamed] = []


class Setting(Answer):
    """One setting of the site."""

    id: str
    value: Any = None


GOODS = TypeAdapter(list[Goods])
ONE_GOODS = TypeAdapter(Goods)
UPDATED = TypeAdapter(Updated)
REPRICED = TypeAdapter(Repriced)
CREATED = TypeAdapter(Created)
ORDERS = TypeAdapter(list[Order])
SETTINGS = TypeAdapter(list[Setting])
REFUSAL = TypeAdapter(Refusal)
