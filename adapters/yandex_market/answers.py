"""Yandex Market's answers: of its specification the fields that are read here."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Generic, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, model_validator
from pydantic.alias_generators import to_camel


class Told(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Paged(Protocol):
    """A page of a list, perhaps not the last."""

    @property
    def next_token(self) -> str | None:
        """What the next page is asked for by."""
        ...


class Paging(Told):
    """``PackagingForwardScrollingPagerDTO``."""

    next_page_token: str | None = None


class Rows(Told):
    """What has pages."""

    paging: Paging | None = None

    @property
    def next_token(self) -> str | None:
        """What the next page is asked for by."""
        return (self.paging.next_page_token or None) if self.paging else None


R = TypeVar("R", bound=Rows)


class Result(Told, Generic[R]):
    """An answer in its shell."""

    result: R

    @property
    def next_token(self) -> str | None:
        """What the next page is asked for by."""
        return self.result.next_token


class ErrorTold(Told):
    """``ApiErrorDTO``."""

    code: str
    message: str | None = None


class Written(Told):
    """``EmptyApiResponse``, or ``ApiErrorResponse``: what any write is answered with."""

    status: str
    errors: list[ErrorTold] | None = None


class CardComplaint(Told):
    """``OfferMappingErrorDTO``."""

    type: str
    message: str


class CardRefusal(Told):
    """``UpdateOfferMappingResultDTO``; warnings change nothing."""

    offer_id: str
    errors: list[CardComplaint] | None = None


class CardsWritten(Written):
    """Nothing is applied where any result has errors."""

    results: list[CardRefusal] | None = None


class Offer(Told):
    """``GetOfferDTO``."""

    offer_id: str
    archived: bool | None = None


class OfferMapped(Told):
    """``GetOfferMappingDTO``."""

    offer: Offer | None = None


class OffersMapped(Rows):
    """``GetOfferMappingsResultDTO``."""

    offer_mappings: list[OfferMapped]


class CardError(Told):
    """``OfferErrorDTO``."""

    message: str | None = None
    comment: str | None = None


class Card(Told):
    """``OfferCardDTO``."""

    offer_id: str
    card_status: str | None = None
    errors: list[CardError] | None = None


class Cards(Rows):
    """``OfferCardsContentStatusDTO``."""

    offer_cards: list[Card]


class Price(Told):
    """A price in roubles, exact."""

    value: Decimal | None = None
    minimum_for_bestseller: Decimal | None = None

    @property
    def kopecks(self) -> int | None:
        """The price in kopecks."""
        return None if self.value is None else as_kopecks(self.value)


class OfferPriced(Told):
    """``OfferDefaultPriceResponseDTO``, ``OfferPriceByOfferIdsResponseDTO``."""

    offer_id: str
    price: Price | None = None


class OffersPriced(Rows):
    """Offers and what is asked for them."""

    offers: list[OfferPriced]


class VerdictPart(Told):
    """``PriceQuarantineVerdictParameterDTO``."""

    name: str
    value: str


class Verdict(Told):
    """``PriceQuarantineVerdictDTO``: why a price is held."""

    type: str | None = None
    params: list[VerdictPart]


class OfferHeld(Told):
    """``QuarantineOfferDTO``."""

    offer_id: str
    verdicts: list[Verdict] | None = None


class OffersHeld(Rows):
    """``GetQuarantineOffersResultDTO``."""

    offers: list[OfferHeld]


class Stock(Told):
    """``WarehouseStockDTO``."""

    type: str
    count: int


class OfferStocked(Told):
    """``PartnerWarehouseOfferDTO``, ``WarehouseOfferDTO``; ``updated_at`` none: nobody ever told a figure."""

    offer_id: str
    stocks: list[Stock]
    updated_at: AwareDatetime | None = None


class WarehouseStocked(Rows):
    """``GetStocksOnPartnerWarehousesDTO``."""

    offers: list[OfferStocked]


class ShopWarehouseStocked(Told):
    """``WarehouseOffersDTO``."""

    warehouse_id: int
    offers: list[OfferStocked]


class ShopStocked(Rows):
    """``GetWarehouseStocksDTO``."""

    warehouses: list[ShopWarehouseStocked]


class WarehouseModel(Told):
    """``PartnerWarehouseModelDTO``."""

    placement_type: str
    api_availability: str


class Warehouse(Told):
    """``PartnerWarehouseDTO``."""

    id: int
    name: str
    models: list[WarehouseModel]


class Warehouses(Rows):
    """``PartnerWarehousesDTO``."""

    warehouses: list[Warehouse]


class Group(Told):
    """``WarehouseGroupInfoDTO``."""

    id: int
    name: str


class WarehouseStatus(Told):
    """``WarehouseStatusDTO``."""

    status: str


class ShopWarehouse(Told):
    """``WarehouseDetailsDTO``."""

    id: int
    name: str
    campaign_id: int
    group_info: Group | None = None
    status: WarehouseStatus | None = None


class ShopWarehouses(Rows):
    """``PagedWarehousesDTO``."""

    warehouses: list[ShopWarehouse]


class Business(Told):
    """``BusinessDTO``."""

    id: int | None = None


class Campaign(Told):
    """``CampaignDTO``."""

    id: int
    domain: str | None = None
    business: Business | None = None
    placement_type: str | None = None
    api_availability: str | None = None


class Campaigns(Rows):
    """``GetCampaignsResponse``, in no shell."""

    campaigns: list[Campaign]


class ApiKey(Told):
    """``ApiKeyDTO``."""

    name: str
    auth_scopes: list[str]


class Token(Rows):
    """``TokenDTO``."""

    api_key: ApiKey


class BusinessSettings(Told):
    """``BusinessSettingsDTO``."""

    currency: str | None = None


class BusinessInfo(Rows):
    """``GetBusinessSettingsInfoDTO``."""

    settings: BusinessSettings | None = None


class Sum(Told):
    """``CurrencyValueDTO``."""

    value: Decimal


class ItemPrices(Told):
    """``ItemPriceDTO``, of all pieces of the line: what the buyer pays, and what is paid with points."""

    payment: Sum | None = None
    cashback: Sum | None = None


class OrderItem(Told):
    """``BusinessOrderItemDTO``."""

    id: int
    offer_id: str
    count: int
    prices: ItemPrices | None = None


class Shipment(Told):
    """``BusinessOrderShipmentDTO``: a day, and an hour where one is told."""

    shipment_date: date
    shipment_time: str | None = None


class Delivery(Told):
    """``BusinessOrderDeliveryDTO``."""

    warehouse_id: str | None = None
    shipment: Shipment | None = None


class Order(Told):
    """``BusinessOrderDTO``; ``payload`` is the whole of it, as received."""

    order_id: int
    campaign_id: int
    program_type: str | None = None
    status: str
    substatus: str
    creation_date: AwareDatetime
    update_date: AwareDatetime | None = None
    items: list[OrderItem]
    delivery: Delivery
    buyer_type: str | None = None
    payload: dict[str, Any]

    @model_validator(mode="before")
    @classmethod
    def _keeps_itself(cls, told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
        return {**told, "payload": told} if isinstance(told, dict) else told


class Orders(Rows):
    """``GetBusinessOrdersResponse``, in no shell."""

    orders: list[Order]


def as_kopecks(roubles: Decimal) -> int:
    """Whole kopecks; a part of one is rounded."""
    return int((roubles * 100).to_integral_value(ROUND_HALF_UP))


WRITTEN = TypeAdapter(Written)
CARDS_WRITTEN = TypeAdapter(CardsWritten)
OFFERS_MAPPED = TypeAdapter(Result[OffersMapped])
CARDS = TypeAdapter(Result[Cards])
OFFERS_PRICED = TypeAdapter(Result[OffersPriced])
OFFERS_HELD = TypeAdapter(Result[OffersHeld])
WAREHOUSE_STOCKED = TypeAdapter(Result[WarehouseStocked])
SHOP_STOCKED = TypeAdapter(Result[ShopStocked])
WAREHOUSES = TypeAdapter(Result[Warehouses])
SHOP_WAREHOUSES = TypeAdapter(Result[ShopWarehouses])
TOKEN = TypeAdapter(Result[Token])
BUSINESS_INFO = TypeAdapter(Result[BusinessInfo])
CAMPAIGNS = TypeAdapter(Campaigns)
ORDERS = TypeAdapter(Orders)
