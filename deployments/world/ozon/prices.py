"""Prices: written by product, ten times an hour each; read by pages."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.ozon.asking import Asked, kopecks, read, told
from deployments.world.ozon.books import PRICE_PERIOD, PRICE_UPDATES, Card, Prices
from deployments.world.ozon.cards import volume_weight
from deployments.world.ozon.imports import PRICES_KOPECKS, VATS, Currency
from deployments.world.ozon.listing import ByIds, chosen, page_after
from deployments.world.ozon.room import OzonRoom
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)

Switch = Literal["UNKNOWN", "ENABLED", "DISABLED"]
LIMIT_BROKEN = "error limiting: acquire limit per item: items limit: limit exceeded"


class NewPrice(Asked):
    """A product's prices; what is absent stays. ``old_price`` "0" clears it. Where both ids are given, ``offer_id`` decides."""

    offer_id: str = ""
    product_id: int = 0
    price: str = ""
    old_price: str = ""
    min_price: str = ""
    net_price: str = ""
    currency_code: Currency = "RUB"
    vat: str = ""
    quant_size: int = 1
    auto_action_enabled: Switch = "UNKNOWN"
    auto_add_to_ozon_actions_list_enabled: Switch = "UNKNOWN"
    price_strategy_enabled: Switch = "UNKNOWN"
    manage_elastic_boosting_through_price: bool = False
    min_price_for_auto_actions_enabled: bool = False


class ImportProductsPricesRequest(Asked):
    """Up to 1000 products."""

    prices: Annotated[tuple[NewPrice, ...], Field(max_length=1000)] = ()


class GetProductInfoPricesRequest(Asked):
    """A page of prices."""

    filter: ByIds
    limit: Annotated[int, Field(ge=1, le=1000)]
    cursor: str = ""


@router.post("/v1/product/import/prices")
async def import_prices(request: Request) -> Response:
    """Prices at once, each row with an outcome of its own in a 200."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, ImportProductsPricesRequest)
    now = room.now()
    return told({"result": [_written(room, row, now) for row in asked.prices]})


@router.post("/v5/product/info/prices")
async def info_prices(request: Request) -> Response:
    """Prices as numbers, page by page."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetProductInfoPricesRequest)
    found = chosen(room.books, asked.filter, room.now())
    page, cursor = page_after(found, asked.cursor, asked.limit)
    return told({"items": [_shown(card) for card in page], "cursor": cursor, "total": len(found)})


def _written(room: OzonRoom, row: NewPrice, now: datetime) -> dict[str, Any]:
    card = room.books.offered(row.offer_id) if row.offer_id else room.books.cards.get(row.product_id)
    outcome = {
        "offer_id": card.offer_id if card else row.offer_id,
        "product_id": card.product_id if card else row.product_id,
        "updated": False,
        "errors": [],
    }
    if card is None:
        return outcome | {"errors": [_error("NOT_FOUND_ERROR", "Товара с таким идентификатором нет в личном кабинете.")]}
    prices = _merged(card.prices, row)
    fault = _fault(room, card, row, prices, now)
    if fault or prices is None:
        return outcome | {"errors": [fault]}
    card.prices, card.updated_at = prices, now
    card.priced_at = [*(at for at in card.priced_at if now - at < PRICE_PERIOD), now]
    if row.vat:
        card.content = replace(card.content, vat=row.vat)
    return outcome | {"updated": True}


def _merged(old: Prices, row: NewPrice) -> Prices | None:
    given = {"price": row.price, "old_price": row.old_price, "min_price": row.min_price, "net_price": row.net_price}
    read_as = {f"{name}_kopecks": kopecks(text) for name, text in given.items() if text}
    known = {name: amount for name, amount in read_as.items() if amount is not None}
    return replace(old, **known) if len(known) == len(read_as) else None


def _fault(room: OzonRoom, card: Card, row: NewPrice, prices: Prices | None, now: datetime) -> dict[str, str] | None:
    if room.faults.take_item(card.offer_id) or prices is None:
        return _error("invalid_category_price", "Слишком высокая или слишком низкая цена.")
    if sum(now - at < PRICE_PERIOD for at in card.priced_at) >= PRICE_UPDATES:
        room.limited["price_updates_per_hour"] += 1
        return _error(LIMIT_BROKEN, LIMIT_BROKEN)
    if row.currency_code != "RUB" or (row.vat and row.vat not in VATS):
        return _error("vat_invalid" if row.vat and row.vat not in VATS else "currency_invalid", "Неверная валюта или ставка НДС.")
    if min(prices.price_kopecks, prices.old_price_kopecks, prices.min_price_kopecks) < 0:
        return _error("price_negative", "Отрицательная цена.")
    if not PRICES_KOPECKS[0] <= prices.price_kopecks <= PRICES_KOPECKS[1]:
        return _error("invalid_category_price", "Слишком высокая или слишком низкая цена.")
    return _discount_fault(prices) or _minimum_fault(prices)


def _discount_fault(prices: Prices) -> dict[str, str] | None:
    """The least difference between the price and the crossed-out one depends on the price; so does the message."""
    price, old = prices.price_kopecks, prices.old_price_kopecks
    if not old:
        return None
    if old <= price:
        return _error("old_price_less_than_price", "Цена до скидки должна быть выше текущей.")
    if (old - price) * 10 >= old * 9:
        return _error("discount_too_big", "Скидка должна быть меньше 90%.")
    if price <= 400_00:
        least, code = 20_00, "discount_for_low_price_is_too_small"
    elif price <= 10_000_00:
        least, code = old * 5 // 100, "discount_for_average_price_is_too_small"
    else:
        least, code = 500_00, "discount_for_top_price_is_too_small"
    return _error(code, "Слишком маленькая скидка.") if old - price <= least else None


def _minimum_fault(prices: Prices) -> dict[str, str] | None:
    price, least = prices.price_kopecks, prices.min_price_kopecks
    if not least:
        return None
    if least > price:
        return _error("price_less_than_min_auto_price", "Цена должна быть выше минимальной.")
    return _error("min_auto_price_too_small", "Минимальная цена меньше 50% цены.") if least * 2 < price else None


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def _shown(card: Card) -> dict[str, Any]:
    prices = card.prices
    competitors = {"min_price": 0, "min_price_currency": "RUB", "price_index_value": 0}
    flows = ("deliv_to_customer", "direct_flow_trans_max", "direct_flow_trans_min", "return_flow")
    return {
        "product_id": card.product_id,
        "offer_id": card.offer_id,
        "acquiring": 0,
        "commissions": {
            **{f"{schema}_{flow}_amount": 0 for schema in ("fbo", "fbs") for flow in flows},
            "fbs_first_mile_max_amount": 25,
            "fbs_first_mile_min_amount": 0,
            **{f"sales_percent_{schema}": 12 for schema in ("fbo", "fbp", "fbs", "rfbs")},
        },
        "marketing_actions": {"actions": [], "ozon_actions_exist": False},
        "price": {
            "auto_action_enabled": False,
            "auto_add_to_ozon_actions_list_enabled": False,
            "currency_code": "RUB",
            "marketing_seller_price": prices.price_kopecks / 100,
            "min_price": prices.min_price_kopecks / 100,
            "net_price": prices.net_price_kopecks / 100,
            "old_price": prices.old_price_kopecks / 100,
            "price": prices.price_kopecks / 100,
            "retail_price": 0,
            "vat": float(card.content.vat),
        },
        "price_indexes": {
            "color_index": "WITHOUT_INDEX",
            "external_index_data": competitors,
            "ozon_index_data": competitors,
            "self_marketplaces_index_data": competitors,
        },
        "volume_weight": volume_weight(card),
    }
