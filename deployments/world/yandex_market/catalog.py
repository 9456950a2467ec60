"""The cabinet's catalogue: offers sent (a batch is taken whole or not at all), offers and cards read."""

from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from deployments.world.yandex_market.books import Offer, Price
from deployments.world.yandex_market.categories import KNOWN, LEAVES
from deployments.world.yandex_market.offer_fields import (
    BECOME_FALSE,
    DELETABLE,
    NEEDED_AT_FIRST,
    DiscountedMoney,
    OfferFields,
    OfferMapping,
    OfferMappings,
)
from deployments.world.yandex_market.price_rules import refuse_bad_price, take_price
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import Market, MarketRoute, room_of
from deployments.world.yandex_market.shapes import Flag, Id, Sent, Sku, Texts, Unlike, as_moment, ok, read_page

router = APIRouter(route_class=MarketRoute)

CardStatus = Literal[
    "HAS_CARD_CAN_NOT_UPDATE",
    "HAS_CARD_CAN_UPDATE",
    "HAS_CARD_CAN_UPDATE_ERRORS",
    "HAS_CARD_CAN_UPDATE_PROCESSING",
    "NO_CARD_NEED_CONTENT",
    "NO_CARD_MARKET_WILL_CREATE",
    "NO_CARD_ERRORS",
    "NO_CARD_PROCESSING",
    "NO_CARD_ADD_TO_CAMPAIGN",
]
CardStatuses = Annotated[list[CardStatus], Field(min_length=1), Unlike]
Language = Annotated[Literal["RU", "UZ"], Query(alias="language")]
"""Of names and descriptions; this room speaks Russian whatever it is."""


class AskedOffers(Sent):
    """``GetOfferMappingsRequest``."""

    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=100), Unlike] | None = None
    card_statuses: CardStatuses | None = None
    category_ids: Annotated[list[Id], Field(min_length=1), Unlike] | None = None
    vendor_names: Texts | None = None
    tags: Texts | None = None
    archived: Flag | None = None


class AskedCards(Sent):
    """``GetOfferCardsContentStatusRequest``."""

    offer_ids: Annotated[list[Sku], Field(min_length=1, max_length=200), Unlike] | None = None
    card_statuses: CardStatuses | None = None
    category_ids: Annotated[list[Id], Field(min_length=1, max_length=200), Unlike] | None = None
    with_recommendations: Flag = False


@router.post("/v2/businesses/{business_id}/offer-mappings/update", operation_id="updateOfferMappings")
async def update_offers(request: Request, sent: OfferMappings, _: Language = "RU") -> dict[str, Any]:
    """Offers added and changed; one error, and nothing of the batch is applied, though the answer is 200."""
    room = room_of(request)
    _refuse_repeats([mapping.offer.offer_id for mapping in sent.offer_mappings])
    for index, mapping in enumerate(sent.offer_mappings):
        _refuse_bad_offer(room, index, mapping.offer)
    results = [found for mapping in sent.offer_mappings if (found := _judge(room, mapping.offer)) is not None]
    told = {"results": results} if results else {}
    if any("errors" in found for found in results):
        return {"status": "ERROR", **told}
    for mapping in sent.offer_mappings:
        _take(room, mapping)
    return ok(**told)


@router.post("/v2/businesses/{business_id}/offer-mappings", operation_id="getOfferMappings")
async def read_offers(request: Request, asked: AskedOffers | None = None, _: Language = "RU") -> dict[str, Any]:
    """Offers of the catalogue: those named, all at once, or a page."""
    room, asked = room_of(request), asked or AskedOffers()
    now = room.clock.now()
    if asked.offer_ids is not None:
        named = (room.books.offer(sku, now) for sku in asked.offer_ids)
        return ok(result={"offerMappings": [_offer_told(room, offer) for offer in named if offer is not None], "paging": {}})

    def suits(offer: Offer) -> bool:
        fields = offer.fields.seen(now)
        return (
            fields is not None
            and not asked.archived
            and (asked.card_statuses is None or offer.card_status(now) in asked.card_statuses)
            and (asked.category_ids is None or fields.get("marketCategoryId") in asked.category_ids)
            and (asked.vendor_names is None or fields.get("vendor") in asked.vendor_names)
            and (asked.tags is None or bool(set(fields.get("tags", [])) & set(asked.tags)))
        )

    offers, paging = read_page(request, default=50, most=100, is_truncated=True).take(room.books.offers.values(), suits)
    return ok(result={"offerMappings": [_offer_told(room, offer) for offer in offers], "paging": paging})


@router.post("/v2/businesses/{business_id}/offer-cards", operation_id="getOfferCardsContentStatus")
async def read_cards(request: Request, asked: AskedCards | None = None) -> dict[str, Any]:
    """What has become of the cards."""
    room, asked = room_of(request), asked or AskedCards()
    now = room.clock.now()
    wanted = None if asked.offer_ids is None else set(asked.offer_ids)

    def suits(offer: Offer) -> bool:
        fields = offer.fields.seen(now)
        return (
            fields is not None
            and (wanted is None or offer.sku in wanted)
            and (asked.card_statuses is None or offer.card_status(now) in asked.card_statuses)
            and (asked.category_ids is None or fields.get("marketCategoryId") in asked.category_ids)
        )

    offers = room.books.offers
    rows = offers.values() if asked.offer_ids is None else [offers[sku] for sku in asked.offer_ids if sku in offers]
    found, paging = read_page(request, default=100, most=200).take(rows, suits)
    return ok(result={"offerCards": [_card_told(room, offer) for offer in found], "paging": paging})


def _refuse_repeats(skus: list[str]) -> None:
    repeating = sorted(sku for sku, times in Counter(skus).items() if times > 1)
    if repeating:
        raise refuse(400, f"Offers should have different ids. Following offers ids are repeating: {', '.join(repeating)}.")


def _refuse_bad_offer(room: Market, index: int, offer: OfferFields) -> None:
    """What refuses the whole request with 400."""
    told = offer.told()
    for name in offer.delete_parameters or []:
        if DELETABLE[name] in told:
            raise refuse(400, f"Offer at index {index} cannot have parameter {DELETABLE[name]} deleted and set at the same time")
    for name, value in told.get("weightDimensions", {}).items():
        if value <= 0:
            raise refuse(400, f"Offer at index {index} should have weightDimensions.{name} greater than 0")
    if isinstance(offer.basic_price, DiscountedMoney):
        refuse_bad_price(offer.basic_price, index=index, field="basicPrice")
    if offer.offer_id in room.books.offers:
        return
    missing = [name for name in NEEDED_AT_FIRST if not told.get(name)]
    if missing:
        raise refuse(400, *(f"offerMappings[{index}].offer.{name} must not be empty (rejected value: null)" for name in missing))
    before = room.books.used.get(offer.offer_id)
    if before is not None and not _is_the_same_good(before, told):
        raise refuse(400, f"Offer at index {index} has offerId {offer.offer_id} that was used for another offer")


def _is_the_same_good(before: dict[str, Any], told: dict[str, Any]) -> bool:
    return bool(before.get("name") == told.get("name") or set(before.get("barcodes", [])) & set(told.get("barcodes", [])))


def _judge(room: Market, offer: OfferFields) -> dict[str, Any] | None:
    """What the answer says of one offer of a batch, if anything."""
    category, errors = offer.market_category_id, []
    if category is not None and category not in KNOWN:
        errors.append({"type": "UNKNOWN_CATEGORY", "message": f"Неизвестная категория {category}"})
    elif category is not None and category not in LEAVES:
        errors.append({"type": "INVALID_CATEGORY", "message": f"Категория {category} не листовая"})
    if room.faults.take_item(offer.offer_id) is not None:
        errors.append({"type": "INVALID_COMMODITY_CODE", "message": "Товарный код не подходит к категории"})
    if errors:
        return {"offerId": offer.offer_id, "errors": errors}
    if offer.parameter_values and category is None:
        warning = {"type": "EMPTY_MARKET_CATEGORY", "message": "Характеристики переданы без категории"}
        return {"offerId": offer.offer_id, "warnings": [warning]}
    return None


def _take(room: Market, mapping: OfferMapping) -> None:
    """One offer of an accepted batch, seen some minutes later."""
    now, sent = room.clock.now(), mapping.offer
    seen_at = now + room.lags.catalog
    offer = room.books.offers.get(sent.offer_id) or room.books.create(sent.offer_id, has_card_from=seen_at + room.lags.card)
    told = sent.told()
    values = told.pop("parameterValues", [])
    offer.parameters |= {
        number: [value for value in values if value["parameterId"] == number] for number in {v["parameterId"] for v in values}
    }
    price = told.pop("basicPrice", None)
    if price is not None:
        take_price(room, offer, Price(value=price["value"], discount_base=price.get("discountBase"), updated_at=now))
    for name in ("purchasePrice", "additionalExpenses"):
        if name in told:
            told[name]["updatedAt"] = as_moment(now)
    deleted = {DELETABLE[name] for name in told.pop("deleteParameters", [])}
    if "parameterValues" in deleted:
        offer.parameters.clear()
    merged = {**(offer.fields.latest or {}), **told, **{name: False for name in deleted if name in BECOME_FALSE}}
    emptied = {name for name, value in told.items() if value == ""} | {name for name in deleted if name not in BECOME_FALSE}
    offer.fields.accept({name: value for name, value in merged.items() if name not in emptied}, seen_at=seen_at)
    offer.refused_because = None


def _offer_told(room: Market, offer: Offer) -> dict[str, Any]:
    now = room.clock.now()
    told: dict[str, Any] = {**(offer.fields.seen(now) or {}), "offerId": offer.sku, "cardStatus": offer.card_status(now), "archived": False}
    price = offer.price.seen(now)
    if price is not None:
        told["basicPrice"] = {"value": price.value, "currencyId": "RUR", "updatedAt": as_moment(price.updated_at)}
        if price.discount_base is not None:
            told["basicPrice"]["discountBase"] = price.discount_base
    told["campaigns"] = [{"campaignId": number, "status": _status_in(room, offer, number)} for number in room.books.campaigns]
    told["sellingPrograms"] = [{"sellingProgram": "FBS", "status": "FINE"}]
    return {"offer": told, **_mapping_told(room, offer)}


def _status_in(room: Market, offer: Offer, campaign_id: int) -> str:
    now, books = room.clock.now(), room.books
    pcs = books.shown_pcs(books.pool_of(books.warehouse_of(campaign_id)), offer.sku, now)
    return offer.campaign_status(pcs, now)


def _mapping_told(room: Market, offer: Offer) -> dict[str, Any]:
    """The Market's own card, absent until it has looked at the offer."""
    now = room.clock.now()
    if not offer.card_status(now).startswith("HAS_CARD"):
        return {}
    fields = offer.fields.seen(now) or {}
    category = fields.get("marketCategoryId")
    of_category = {"marketCategoryId": category, "marketCategoryName": LEAVES[category]} if category is not None else {}
    return {"mapping": {"marketSku": offer.market_sku, "marketSkuName": fields.get("name", offer.sku), **of_category}}


def _card_told(room: Market, offer: Offer) -> dict[str, Any]:
    status = offer.card_status(room.clock.now())
    told: dict[str, Any] = {"offerId": offer.sku, "cardStatus": status, **_mapping_told(room, offer)}
    values = [value for same in offer.parameters.values() for value in same]
    if values:
        told["parameterValues"] = values
    if offer.refused_because is not None:
        told["errors"] = [{"message": offer.refused_because, "comment": "Исправьте описание товара"}]
    if status.startswith("HAS_CARD"):
        told |= {"contentRating": 70, "contentRatingStatus": "ACTUAL"}
    return told
