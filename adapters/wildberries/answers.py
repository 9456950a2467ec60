"""What Wildberries answers, as far as it is read here. Source: the vendor's spec, the operation named beside each."""

from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, field_validator
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """Fields by the vendor's names; what is not read is let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Verdict(Answer):
    """POST /content/v2/cards/upload, /cards/update, /content/v3/media/save: a 200 may still say no."""

    error: bool
    error_text: str = ""
    additional_errors: Any = None


class Size(Answer):
    """A size of a card."""

    chrt_id: int = Field(alias="chrtID")
    tech_size: str | None = None
    wb_size: str | None = None
    skus: list[str] = []


class Characteristic(Answer):
    """A characteristic of a card; its value is a number or a list of texts."""

    id: int
    value: Any


class Dimensions(Answer):
    """Size in centimetres and weight in kilograms, with the package."""

    length: int | None = None
    width: int | None = None
    height: int | None = None
    weight_brutto: float | None = None


class Card(Answer):
    """A card of POST /content/v2/get/cards/list."""

    nm_id: int = Field(alias="nmID")
    subject_id: int = Field(alias="subjectID")
    vendor_code: str
    updated_at: AwareDatetime
    brand: str | None = None
    title: str | None = None
    description: str | None = None
    kiz_marked: bool | None = None
    dimensions: Dimensions | None = None
    characteristics: list[Characteristic] = []
    sizes: list[Size] = []

    @field_validator("characteristics", "sizes", mode="before")
    @classmethod
    def _null_is_none_of_them(cls, told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
        return [] if told is None else told

    @property
    def only_size(self) -> Size | None:
        """Its size, where it has one and no more."""
        return self.sizes[0] if len(self.sizes) == 1 else None


class CardsCursor(Answer):
    """Where the next page begins; ``total``: cards on this one."""

    updated_at: str | None = None
    nm_id: int | None = Field(default=None, alias="nmID")
    total: int


class CardsPage(Answer):
    """POST /content/v2/get/cards/list."""

    cards: list[Card]
    cursor: CardsCursor


class ErrorBatch(Answer):
    """What was wrong in one request with cards, by the seller's code."""

    batch_ref: str = Field(alias="batchUUID")
    updated_at: AwareDatetime
    errors: dict[str, list[str]]


class ErrorsCursor(Answer):
    """Where the next page begins."""

    next: bool
    updated_at: str
    batch_ref: str = Field(alias="batchUUID")


class ErrorsData(Answer):
    """A page of batches."""

    items: list[ErrorBatch]
    cursor: ErrorsCursor

    @field_validator("items", mode="before")
    @classmethod
    def _null_is_none_of_them(cls, told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
        return [] if told is None else told


class ErrorsPage(Answer):
    """POST /content/v2/cards/error/list."""

    data: ErrorsData


class Charc(Answer):
    """A characteristic that a subject's cards may have; ``charc_type`` 4 takes a number, others a list of texts."""

    charc_id: int = Field(alias="charcID")
    name: str
    charc_type: int
    exist_named_field: bool = False


class Charcs(Answer):
    """GET /content/v2/object/charcs/{subjectId}."""

    data: list[Charc]


class SizePrice(Answer):
    """The price of a size; ``discounted_price``: after the seller's discount."""

    size_id: int = Field(alias="sizeID")
    discounted_price: Decimal


class Goods(Answer):
    """A card's prices."""

    nm_id: int = Field(alias="nmID")
    sizes: list[SizePrice]


class GoodsList(Answer):
    """A page of prices."""

    list_goods: list[Goods]


class GoodsPage(Answer):
    """POST /api/v2/list/goods/filter."""

    data: GoodsList


class Upload(Answer):
    """An upload of prices."""

    id: int


class UploadTaken(Answer):
    """POST /api/v2/upload/task, also with 208 where the same upload is already there."""

    data: Upload


class UploadState(Answer):
    """How an upload ended: 3 well, 4 cancelled, 5 with errors, 6 with nothing but errors."""

    status: int | None = None


class UploadHistory(Answer):
    """GET /api/v2/history/tasks; no data while it is being processed."""

    data: UploadState | None = None


class PriceRow(Answer):
    """What became of one price: 2 set, 3 not."""

    nm_id: int = Field(alias="nmID")
    status: int
    error_text: str | None = None


class PriceRows(Answer):
    """A page of them."""

    history_goods: list[PriceRow] | None = None


class PriceRowsPage(Answer):
    """GET /api/v2/history/goods/task."""

    data: PriceRows


class Warehouse(Answer):
    """A seller's warehouse of GET /api/v3/warehouses; ``delivery_type`` 1 is FBS."""

    id: int
    name: str
    delivery_type: int
    is_processing: bool = False
    is_deleting: bool = False


class StockRow(Answer):
    """What one size shows in a warehouse."""

    chrt_id: int
    amount: int


class StocksPage(Answer):
    """POST /api/v3/stocks/{warehouseId}."""

    stocks: list[StockRow]


class Order(Answer):
    """An assembly task: one piece."""

    id: int
    rid: str
    order_uid: str | None = None
    article: str
    warehouse_id: int
    created_at: AwareDatetime
    price: int | None = None
    currency_code: int | None = None
    converted_price: int | None = None
    converted_currency_code: int | None = None
    comment: str | None = None
    address: dict[str, Any] | None = None


class OrdersPage(Answer):
    """GET /api/v3/orders, and /api/v3/orders/new, which has no ``next``."""

    orders: list[Order]
    next: int = 0


class OrderStatus(Answer):
    """Where an assembly task is, in the seller's words and in Wildberries'."""

    id: int
    supplier_status: str
    wb_status: str


class StatusesPage(Answer):
    """POST /api/v3/orders/status."""

    orders: list[OrderStatus]


class Seller(Answer):
    """GET /api/v1/seller-info."""

    name: str = ""


VERDICT = TypeAdapter(Verdict)
CARDS = TypeAdapter(CardsPage)
ERRORS = TypeAdapter(ErrorsPage)
CHARCS = TypeAdapter(Charcs)
GOODS = TypeAdapter(GoodsPage)
UPLOAD = TypeAdapter(UploadTaken)
UPLOAD_HISTORY = TypeAdapter(UploadHistory)
PRICE_ROWS = TypeAdapter(PriceRowsPage)
WAREHOUSES = TypeAdapter(list[Warehouse])
STOCKS = TypeAdapter(StocksPage)
ORDERS = TypeAdapter(OrdersPage)
STATUSES = TypeAdapter(StatusesPage)
SELLER = TypeAdapter(Seller)
