"""What Ozon answers, as far as we use it. Its lists may be null where they are empty.

Source: the operations of the same paths at https://docs.ozon.ru/api/seller/
"""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AliasPath, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

T = TypeVar("T")
Many = Annotated[list[T], BeforeValidator(lambda told: [] if told is None else told)]
Instant = Annotated[AwareDatetime | None, BeforeValidator(lambda told: told or None)]


class Answer(BaseModel):
    """Frozen; fields that we do not use are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(Answer):
    """One page of a list."""

    cursor: str = ""
    has_next: bool


class Product(Answer):
    """A card. ``sku`` is given when Ozon has made it."""

    id: int
    offer_id: str
    sku: int | None = None
    is_archived: bool = False
    is_autoarchived: bool = False


class Products(Answer):
    """Of /v3/product/info/list."""

    items: Many[Product]


class ImportTask(Answer):
    """Whom to ask for the fate of cards."""

    task_id: int


class ImportTaken(Answer):
    """Of /v3/product/import."""

    result: ImportTask


class CardError(Answer):
    """What Ozon has against a card; ``level`` warning: it is taken all the same."""

    code: str | None = None
    message: str | None = None
    description: str | None = None
    level: str | None = None
    attribute_name: str | None = None

    @property
    def is_warning(self) -> bool:
        """The card is taken in spite of it."""
        return (self.level or "").lower().endswith("warning")

    @property
    def words(self) -> str:
        """What it says, and of which attribute."""
        told = self.description or self.message or self.code or ""
        return f"{self.attribute_name}: {told}" if self.attribute_name else told


class CardResult(Answer):
    """The fate of one card."""

    offer_id: str
    status: str
    errors: Many[CardError] = []


class CardResults(Answer):
    """The fate of the cards of one task."""

    items: Many[CardResult]


class ImportInfo(Answer):
    """Of /v1/product/import/info."""

    result: CardResults


class RowError(Answer):
    """Why a row was not taken."""

    code: str = ""
    message: str = ""


class RowAnswer(Answer):
    """What became of one row of prices or, with its warehouse, of stock."""

    product_id: int
    warehouse_id: int | None = None
    updated: bool
    errors: Many[RowError] = []


class RowAnswers(Answer):
    """Of /v1/product/import/prices and /v2/products/stocks."""

    result: Many[RowAnswer]


class Price(Answer):
    """In the account's currency; 0 where there is none."""

    price: Decimal | None = None


class PricedProduct(Answer):
    """A card with its price."""

    product_id: int
    price: Price


class PricedProducts(Answer):
    """Of /v5/product/info/prices."""

    items: Many[PricedProduct]


class StockRow(Answer):
    """Stock of a card in one warehouse: ``free_stock`` may be ordered, ``reserved`` is in orders."""

    product_id: int
    offer_id: str
    warehouse_id: int
    free_stock: int
    reserved: int


class StockPage(Page):
    """Of /v2/product/info/stocks-by-warehouse/fbs."""

    products: Many[StockRow]


class Warehouse(Answer):
    """A warehouse of the seller."""

    warehouse_id: int
    name: str
    status: str
    pause_at: Instant = None


class WarehousePage(Page):
    """Of /v2/warehouse/list."""

    warehouses: Many[Warehouse]


class Money(Answer):
    """An amount in a currency."""

    amount: Decimal
    currency: str = "RUB"


class PostingLine(Answer):
    """A line of a posting."""

    offer_id: str
    sku: int
    quantity: int = Field(gt=0)
    price: Money | None = None


class FromWarehouse(Answer):
    """Where a posting leaves from: said by its way of delivery, and by its analytics."""

    warehouse_id: int | None = None


class Posting(Answer):
    """A posting. ``in_process_at`` is empty while a payment is late."""

    posting_number: str
    order_number: str | None = None
    parent_posting_number: str | None = None
    status: str
    in_process_at: Instant = None
    shipment_date: Instant = None
    delivery_method: FromWarehouse | None = None
    analytics_data: FromWarehouse | None = None
    products: Many[PostingLine]
    customer: dict[str, Any] | None = None
    addressee: dict[str, Any] | None = None
    legal_info: dict[str, Any] | None = None


class PostingPage(Page):
    """Of /v4/posting/fbs/list; ``raw`` are the same postings as received."""

    postings: Many[Posting]
    raw: Many[dict[str, Any]] = Field(validation_alias=AliasPath("postings"), default=[])


class Role(Answer):
    """What a key may do."""

    name: str
    methods: Many[str]


class Roles(Answer):
    """Of /v1/roles."""

    expires_at: Instant = None
    roles: Many[Role]


PRODUCTS = TypeAdapter(Products)
IMPORT_TAKEN = TypeAdapter(ImportTaken)
IMPORT_INFO = TypeAdapter(ImportInfo)
ROW_ANSWERS = TypeAdapter(RowAnswers)
PRICED_PRODUCTS = TypeAdapter(PricedProducts)
STOCK_PAGE = TypeAdapter(StockPage)
WAREHOUSE_PAGE = TypeAdapter(WarehousePage)
POSTING_PAGE = TypeAdapter(PostingPage)
ROLES = TypeAdapter(Roles)
