"""Stock is written: pairs of a product and a warehouse, each with an outcome of its own in a 200.

The figure is what is free: Ozon's own reserve lies beside it and is not touched. Who writes all that lies on the shelf sells the
reserved pieces twice.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.ozon.asking import Asked, read, told
from deployments.world.ozon.books import PAIR_PAUSE, Card
from deployments.world.ozon.room import STOCKS, OzonRoom
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)

PAIRS_MAX, PCS_LIMIT = 100, 1_000_000
ACTIVE = "created"
WORDS = {
    "product_is_not_created": "Товар не прошёл модерацию, дождитесь статуса price_sent.",
    "offer_id_not_found": "Товара с таким артикулом нет в личном кабинете.",
    "NOT_FOUND_ERROR": "Товар не найден в личном кабинете.",
    "WAREHOUSE_NOT_FOUND": "Склад не найден или не активен.",
    "TOO_MANY_REQUESTS": "Stock is updated too frequently",
    "STOCK_TOO_BIG": "Укажите количество меньше миллиона.",
    "PRODUCT_IS_ARCHIVED": "Товар в архиве.",
    "NON_KGT_ON_KGT_WAREHOUSE": "Некрупногабаритный товар на КГТ складе.",
    "OVER_MAX_OVH_NON_KGT": "Через выбранный склад нельзя продавать крупногабаритные товары.",
    "OVER_MAX_OVH_KGT": "Вес или габариты товара превышают максимальные для выбранного склада.",
    "PRODUCT_HAS_NOT_BEEN_TAGGED_YET": "Товар ещё не помечен «КГТ» или «неКГТ».",
    "FLAMMABLE_ONLY_ON_SELF_OR_PROVIDER_DELIVERY": "Легковоспламеняющийся товар: только своя доставка.",
    "MP_DELIVERY_ONLY_3PL_ERROR": "Товар нельзя размещать на складе с доставкой Ozon.",
    "MULTIBOX_NOT_ALLOWED_FOR_FBS": "По схеме FBS товар из нескольких коробок нельзя.",
    "SOURCE_TYPE_NOT_FOUND": "У товара нет SKU.",
    "SIZE_REQUIRED_FOR_NOT_UNIQUE_OFFER_ID": "Артикул совпадает с артикулом другого товара.",
    "CB_DELIVERY_ONLY_FBP": "Товар доступен к продаже только с FBP склада.",
}
"""Every code of a row; those that no state of the room leads to are given to a product by the control (`PUT /barred`)."""


class NewStock(Asked):
    """Pieces of a product at a warehouse. Where both ids are given, ``offer_id`` decides."""

    warehouse_id: Annotated[int, Field(gt=0)]
    stock: Annotated[int, Field(ge=0)]
    offer_id: str = ""
    product_id: int = 0


class ProductsStocksRequest(Asked):
    """Up to 100 pairs."""

    stocks: Annotated[tuple[NewStock, ...], Field(min_length=1, max_length=PAIRS_MAX)]


@router.post(STOCKS)
async def write_stocks(request: Request) -> Response:
    """Free pieces, absolute; a pair once in 30 seconds."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, ProductsStocksRequest)
    now = room.now()
    return told({"result": [_written(room, row, now) for row in asked.stocks]})


def _written(room: OzonRoom, row: NewStock, now: datetime) -> dict[str, Any]:
    card = room.books.offered(row.offer_id) if row.offer_id else room.books.cards.get(row.product_id)
    fault = _fault(room, card, row, now)
    if card is not None and fault is None:
        room.books.write(card, row.warehouse_id, row.stock, now)
    return {
        "warehouse_id": row.warehouse_id,
        "product_id": card.product_id if card else row.product_id,
        "offer_id": card.offer_id if card else row.offer_id,
        "updated": fault is None,
        "errors": [] if fault is None else [{"code": fault, "message": WORDS[fault]}],
    }


def _fault(room: OzonRoom, card: Card | None, row: NewStock, now: datetime) -> str | None:
    if card is None:
        return "offer_id_not_found" if row.offer_id else "NOT_FOUND_ERROR"
    if room.faults.take_item(card.offer_id):
        return "SOURCE_TYPE_NOT_FOUND"
    if not card.is_ready(now):
        return "product_is_not_created"
    if card.is_archived:
        return "PRODUCT_IS_ARCHIVED"
    return card.barred or _misplaced(room, card, row) or _hurried(room, card, row, now)


def _misplaced(room: OzonRoom, card: Card, row: NewStock) -> str | None:
    warehouse = room.books.warehouses.get(row.warehouse_id)
    if warehouse is None or warehouse.status != ACTIVE:
        return "WAREHOUSE_NOT_FOUND"
    if card.is_kgt != warehouse.is_kgt:
        return "OVER_MAX_OVH_NON_KGT" if card.is_kgt else "NON_KGT_ON_KGT_WAREHOUSE"
    if card.content.weight_g > warehouse.max_weight_g:
        return "OVER_MAX_OVH_KGT"
    return "STOCK_TOO_BIG" if row.stock >= PCS_LIMIT else None


def _hurried(room: OzonRoom, card: Card, row: NewStock, now: datetime) -> str | None:
    shelf = card.shelves.get(row.warehouse_id)
    if shelf is None or shelf.written_at is None or now - shelf.written_at >= PAIR_PAUSE:
        return None
    room.limited["pair_pause"] += 1
    return "TOO_MANY_REQUESTS"
