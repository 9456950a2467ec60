"""Yandex Market's answers: of its specification the fields that are read here."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter
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
