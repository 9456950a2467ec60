"""What an account answers, as far as we use it.

Written in PHP, it says ``[]`` for an empty map; what it does not know it leaves out or says null.

Source: `reference/services.md` §2; the models of retailcrm/api-client-go and api-client-php, the vendor's own clients.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel


def _map(told: object) -> object:
    return {} if told == [] or told is None else told


PhpMap = BeforeValidator(_map)


class Answer(BaseModel):
    """Frozen, types as they are; fields that we do not use are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, alias_generator=to_camel, populate_by_name=True)


class Refusal(Answer):
    """Whether a call was refused and why; ``errors`` is a map by field or a list of sentences."""

    success: bool = True
    error_msg: str = ""
    errors: dict[str, Any] | list[Any] | None = None


class Made(Answer):
    """A row that the account has now."""

    id: int
    external_id: str | None = None


class Uploaded(Answer):
    """Of an upload, also of one that was partly refused: the rows that were made."""

    made: list[Made] = Field(validation_alias=AliasChoices("uploadedOrders", "uploadedCustomers"))


class Phone(Answer):
    """A phone of a customer."""

    number: str | None = None


class Customer(Answer):
    """A customer, alone or within an order."""

    id: int
    external_id: str | None = None
    site: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    patronymic: str | None = None
    email: str | None = None
    phones: list[Phone] | None = None
    custom_fields: Annotated[dict[str, Any], PhpMap] = {}


class OuterId(Answer):
    """The id of a line in another system."""

    code: str
    value: str


class Offer(Answer):
    """What of the catalogue a line is; ``xml_id`` is the warehouse system's, which is 1C's Ид."""

    external_id: str | None = None
    xml_id: str | None = None
    article: str | None = None


class Item(Answer):
    """A line of an order."""

    id: int
    external_ids: list[OuterId] | None = None
    offer: Annotated[Offer, PhpMap] = Offer()
    quantity: Decimal
    initial_price: Decimal = Decimal(0)
    status: str | None = None
    is_canceled: bool = False


class Address(Answer):
    """Where to, in one line."""

    text: str | None = None


class Carriage(Answer):
    """What a carrier knows of a parcel."""

    track_number: str | None = None


class Delivery(Answer):
    """How an order is delivered."""

    address: Annotated[Address, PhpMap] = Address()
    data: Annotated[Carriage, PhpMap] = Carriage()


class Order(Answer):
    """An order whole."""

    id: int
    external_id: str | None = None
    site: str | None = None
    status: str
    first_name: str | None = None
    last_name: str | None = None
    patronymic: str | None = None
    phone: str | None = None
    email: str | None = None
    customer_comment: str | None = None
    customer: Customer | None = None
    items: list[Item] | None = None
    delivery: Annotated[Delivery, PhpMap] = Delivery()
    custom_fields: Annotated[dict[str, Any], PhpMap] = {}


class ApiKey(Answer):
    """Whose key wrote a record; ours where it is the current one."""

    current: bool = False


class Ref(Answer):
    """What a record is about: not all of it is said."""

    id: int
    external_id: str | None = None
    site: str | None = None


class Record(Answer):
    """One change of one field."""

    id: int
    api_key: ApiKey | None = None
    deleted: bool = False
    combined_to: Ref | None = None
    order: Ref | None = None


class Pagination(Answer):
    """Of a list."""

    total_page_count: int


class History(Answer):
    """A page of history, the oldest first."""

    history: list[Record]
    pagination: Pagination


class Customers(Answer):
    """A page of customers."""

    customers: list[Customer]


class Orders(Answer):
    """A page of orders."""

    orders: list[Order]


class Code(Answer):
    """An entry of a reference book."""

    code: str
    active: bool = True


class Statuses(Answer):
    """The account's own statuses."""

    statuses: Annotated[dict[str, Code], PhpMap]


class Sites(Answer):
    """The shops that the key opens."""

    sites: Annotated[dict[str, Code], PhpMap]


class CustomFields(Answer):
    """Fields of the account's own."""

    custom_fields: list[Code]


class Setting(Answer):
    """A setting of the account."""

    value: str


class Settings(Answer):
    """What the account says of itself."""

    timezone: Setting | None = None


class Account(Answer):
    """Its settings."""

    settings: Annotated[Settings, PhpMap]


REFUSAL = TypeAdapter(Refusal)
MADE = TypeAdapter(Made)
UPLOADED = TypeAdapter(Uploaded)
CUSTOMERS = TypeAdapter(Customers)
ORDERS = TypeAdapter(Orders)
HISTORY = TypeAdapter(History)
STATUSES = TypeAdapter(Statuses)
SITES = TypeAdapter(Sites)
CUSTOM_FIELDS = TypeAdapter(CustomFields)
ACCOUNT = TypeAdapter(Account)
