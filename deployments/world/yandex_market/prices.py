"""Prices: of all shops and of one, written and read, and the quarantine of those that change too sharply."""

from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from deployments.world.yandex_market.books import Offer, Price, Quarantined
from deployments.world.yandex_market.catalog import CardStatuses
from deployments.world.yandex_market.offer_fields import DiscountedMoney
from deployments.world.yandex_market.pools import Lagged
from deployments.world.yandex_market.price_rules import CURRENCY, confirm_price, refuse_bad_discount, refuse_bad_price, take_price
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import Market, MarketRoute, room_of
from deployments.world.yandex_market.shapes import Flag, Id, Positive, Sent, Sku, Texts, Unlike, as_moment, ok, read_page

router = APIRouter(route_class=MarketRoute)

VATS = (2, 5, 6, 10, 11, 14)


class BusinessPrice(DiscountedMoney):
    """``UpdateBusinessPricesDTO``."""

    minimum_for_bestseller: Annotated[float, Field(strict=True, gt=0, le=100_000_000)] | None = None


class BusinessOffer(Sent):
    """``UpdateBusinessOfferPriceDTO``."""

    offer_id: Sku
    price: BusinessPrice


class BusinessPrices(Sent):
    """``UpdateBusinessPricesRequest``."""

    offers: Annotated[list[BusinessOffer], Field(min_length=1, max_length=500)]


class CampaignPrice(Sent):
    """``PriceDTO``."""

    value: Positive | None = None
    discount_base: Positive | None = None
    currency_id: Literal["RUR"] | None = None
    vat: Annotated[int, Field(strict=True)] | None = None


class CampaignOffer(Sent):
    """``OfferPriceDTO``."""

    offer_id: Sku | None = None
    price: CampaignPrice | None = None


class CampaignPrices(Sent):
    """``UpdatePricesRequest``."""

    offers: Annotated[list[CampaignOffer], Field(min_length=1, max_length=2000)]


class AskedPrices(Sent):
    """``GetDefaultPricesRequest``."""

    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=200), Unlike] | None = None
    archived: Flag | None = None


class AskedCampaignPrices(Sent):
    """``GetPricesByOfferIdsRequest``."""

    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=500), Unlike] | None = None


class AskedQuarantine(Sent):
    """``GetQuarantineOffersRequest``."""

    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=200), Unlike] | None = None
    card_statuses: CardStatuses | None = None
    category_ids: Annotated[list[Id], Field(min_length=1), Unlike] | None = None
    vendor_names: Texts | None = None
    tags: Texts | None = None


class Confirmed(Sent):
    """``ConfirmPricesRequest``."""

    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=200), Unlike]


@router.post("/v2/businesses/{business_id}/offer-prices/updates", operation_id="updateBusinessPrices")
async def update_business_prices(request: Request, sent: BusinessPrices) -> dict[str, Any]:
    """Prices of all shops; of an offer that is not in the catalogue nothing is kept and nothing said."""
    room = room_of(request)
    _refuse_repeats([offer.offer_id for offer in sent.offers])
    for index, row in enumerate(sent.offers):
        refuse_bad_price(row.price, index=index, field="price")
        _refuse_ordered(room, index, row.offer_id)
    now = room.clock.now()
    for row in sent.offers:
        offer = room.books.offer(row.offer_id, now)
        if offer is not None:
            bestseller = row.price.minimum_for_bestseller
            base = row.price.discount_base
            take_price(room, offer, Price(value=row.price.value, discount_base=base, minimum_for_bestseller=bestseller, updated_at=now))
    return ok()


@router.post("/v2/campaigns/{campaign_id}/offer-prices/updates", operation_id="updatePrices")
async def update_campaign_prices(request: Request, campaign_id: int, sent: CampaignPrices) -> dict[str, Any]:
    """Prices of one shop, where the cabinet allows them."""
    room = room_of(request)
    if room.only_default_price:
        raise refuse(423, "Partner use only default price")
    _refuse_repeats([offer.offer_id for offer in sent.offers if offer.offer_id is not None])
    prices = [_campaign_price(room, index, row) for index, row in enumerate(sent.offers)]
    now = room.clock.now()
    for sku, price in prices:
        offer = room.books.offer(sku, now)
        if offer is not None:
            offer.campaign_prices.setdefault(campaign_id, Lagged()).accept(price, seen_at=now + room.lags.price)
    return ok()


@router.post("/v2/businesses/{business_id}/offer-prices", operation_id="getDefaultPrices")
async def read_business_prices(request: Request, asked: AskedPrices | None = None) -> dict[str, Any]:
    """Prices of all shops, as they are shown."""
    room, asked = room_of(request), asked or AskedPrices()
    now = room.clock.now()
    offers, paging = read_page(request, default=250, most=500, is_truncated=True).take(
        _named(room, asked.offer_ids), lambda offer: not asked.archived and offer.price.seen(now) is not None
    )
    request.state.cost = len(offers)
    return ok(result={"offers": [_business_told(offer) for offer in offers], "paging": paging})


@router.post("/v2/campaigns/{campaign_id}/offer-prices", operation_id="getPricesByOfferIds")
async def read_campaign_prices(request: Request, campaign_id: int, asked: AskedCampaignPrices | None = None) -> dict[str, Any]:
    """Prices that one shop has of its own."""
    room, asked = room_of(request), asked or AskedCampaignPrices()
    now = room.clock.now()

    def price_of(offer: Offer) -> Price | None:
        return offer.campaign_prices.get(campaign_id, Lagged[Price]()).seen(now)

    page = read_page(request, default=250, most=500, is_truncated=True)
    offers, paging = page.take(_named(room, asked.offer_ids), lambda offer: price_of(offer) is not None)
    request.state.cost = len(offers)
    told = [_campaign_told(offer.sku, price) for offer in offers if (price := price_of(offer)) is not None]
    return ok(result={"offers": told, "paging": paging})


@router.post("/v2/businesses/{business_id}/price-quarantine", operation_id="getBusinessQuarantineOffers")
async def read_quarantine(request: Request, asked: AskedQuarantine) -> dict[str, Any]:
    """Prices of all shops that wait for the seller's word."""
    books = room_of(request).books
    others = (asked.card_statuses, asked.category_ids, asked.vendor_names, asked.tags)
    if asked.offer_ids is not None and any(other is not None for other in others):
        raise refuse(400, "offerIds cannot be used with other filters")
    wanted = None if asked.offer_ids is None else set(asked.offer_ids)
    page = read_page(request, default=100, most=200)
    held, paging = page.take(books.quarantine.items(), lambda row: wanted is None or row[0] in wanted)
    return ok(result={"offers": [_quarantined_told(sku, price) for sku, price in held], "paging": paging})


@router.post("/v2/businesses/{business_id}/price-quarantine/confirm", operation_id="confirmBusinessPrices")
async def confirm_prices(request: Request, sent: Confirmed) -> dict[str, Any]:
    """The seller insists on prices in the quarantine."""
    room = room_of(request)
    for sku in sent.offer_ids:
        confirm_price(room, sku, lag=room.lags.price)
    return ok()


def _refuse_repeats(skus: list[str]) -> None:
    repeated = next((sku for sku, times in Counter(skus).items() if times > 1), None)
    if repeated is not None:
        raise refuse(400, f"Duplicate offer in request: offerId = {repeated}")


def _refuse_ordered(room: Market, index: int, sku: str) -> None:
    """A bad row that a tester ordered spoils the whole request: no row of prices has an answer of its own."""
    if room.faults.take_item(sku) is not None:
        raise refuse(400, f"Offer at index {index} should not have price with too many digits")


def _campaign_price(room: Market, index: int, row: CampaignOffer) -> tuple[str, Price]:
    _refuse_incomplete(row)
    sku, sent = row.offer_id or "", row.price or CampaignPrice()
    value, base = sent.value or 0.0, sent.discount_base
    _refuse_ordered(room, index, sku)
    if sent.vat is not None and sent.vat not in VATS:
        raise refuse(400, f"Unrecognized vat: {sent.vat}: offerId = {sku}")
    if base is not None and base < value:
        raise refuse(400, f"discountBase is less than value: offerId = {sku}")
    if base is not None:
        refuse_bad_discount(value, base, f"offerId = {sku}")
    return sku, Price(value=value, discount_base=base, vat=sent.vat, updated_at=room.clock.now())


def _refuse_incomplete(row: CampaignOffer) -> None:
    """Nothing of a row is required by the schema, and the Market's text refuses a row without."""
    if row.offer_id is None:
        raise refuse(400, "Missing offerId")
    if row.price is None or row.price.value is None:
        raise refuse(400, f"Missing price value: offerId = {row.offer_id}")


def _named(room: Market, skus: list[str] | None) -> list[Offer]:
    now, offers = room.clock.now(), room.books.offers
    named = offers.values() if skus is None else [offers[sku] for sku in skus if sku in offers]
    return [offer for offer in named if offer.fields.seen(now) is not None]


def _business_told(offer: Offer) -> dict[str, Any]:
    price = offer.price.shown
    if price is None:
        return {"offerId": offer.sku}
    told: dict[str, Any] = {"value": price.value, "currencyId": CURRENCY, "updatedAt": as_moment(price.updated_at)}
    told["excludedFromBestsellers"] = False
    if price.discount_base is not None:
        told["discountBase"] = price.discount_base
    if price.minimum_for_bestseller is not None:
        told["minimumForBestseller"] = price.minimum_for_bestseller
    return {"offerId": offer.sku, "price": told}


def _campaign_told(sku: str, price: Price) -> dict[str, Any]:
    told: dict[str, Any] = {"value": price.value, "currencyId": CURRENCY}
    if price.discount_base is not None:
        told["discountBase"] = price.discount_base
    if price.vat is not None:
        told["vat"] = price.vat
    return {"offerId": sku, "price": told, "updatedAt": as_moment(price.updated_at)}


def _quarantined_told(sku: str, held: Quarantined) -> dict[str, Any]:
    current, last = held.current.value, held.last_valid.value
    params = [
        {"name": "CURRENT_PRICE", "value": f"{current:.2f}"},
        {"name": "LAST_VALID_PRICE", "value": f"{last:.2f}"},
        {"name": "CURRENCY", "value": CURRENCY},
    ]
    return {
        "offerId": sku,
        "currentPrice": {"value": current, "currencyId": CURRENCY},
        "lastValidPrice": {"value": last, "currencyId": CURRENCY},
        "verdicts": [{"type": "PRICE_CHANGE", "params": params}],
    }
