"""Goods as they are read back."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.ozon.asking import IDS_MAX, INVALID, Asked, Codes, TextIds, cursor_of, position_of, read, refused, told
from deployments.world.ozon.books import Books, Card
from deployments.world.ozon.cards import brief, full, on_sale
from deployments.world.ozon.room import OzonRoom
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)

Visibility = Literal[
    "ALL", "VISIBLE", "INVISIBLE", "EMPTY_STOCK", "NOT_MODERATED", "MODERATED", "DISABLED", "STATE_FAILED", "READY_TO_SUPPLY",
    "VALIDATION_STATE_PENDING", "VALIDATION_STATE_FAIL", "VALIDATION_STATE_SUCCESS", "TO_SUPPLY", "IN_SALE", "REMOVED_FROM_SALE", "BANNED",
    "OVERPRICED", "CRITICALLY_OVERPRICED", "EMPTY_BARCODE", "BARCODE_EXISTS", "QUARANTINE", "ARCHIVED", "OVERPRICED_WITH_STOCK",
    "PARTIAL_APPROVED", "AUTO_ARCHIVED", "MANUAL_ARCHIVED", "SEASONAL_AUTO_ARCHIVED", "VISIBLE_WITH_FBO_STOCK",
]  # fmt: skip

Suits = Callable[[Card, datetime], bool]


SUITS: dict[str, Suits] = {
    "ALL": lambda card, _: not card.is_archived,
    "VISIBLE": on_sale,
    "IN_SALE": on_sale,
    "INVISIBLE": lambda card, now: not card.is_archived and not on_sale(card, now),
    "EMPTY_STOCK": lambda card, now: card.is_sellable(now) and card.free_pcs == 0,
    "TO_SUPPLY": lambda card, now: card.is_sellable(now) and card.free_pcs == 0,
    "READY_TO_SUPPLY": lambda card, now: card.is_sellable(now) and card.free_pcs == 0,
    "MODERATED": lambda card, now: not card.is_archived and card.is_ready(now),
    "VALIDATION_STATE_SUCCESS": lambda card, now: not card.is_archived and card.is_ready(now),
    "NOT_MODERATED": lambda card, now: not card.is_archived and not card.is_ready(now),
    "VALIDATION_STATE_PENDING": lambda card, now: not card.is_archived and not card.is_ready(now),
    "EMPTY_BARCODE": lambda card, _: not card.is_archived and not card.content.barcode,
    "BARCODE_EXISTS": lambda card, _: not card.is_archived and bool(card.content.barcode),
    "ARCHIVED": lambda card, _: card.is_archived,
    "MANUAL_ARCHIVED": lambda card, _: card.is_archived,
}


class ByIds(Asked):
    """Which goods: by either kind of id, else by how they are seen. An empty list is none."""

    offer_id: Codes = ()
    product_id: TextIds = ()
    visibility: Visibility = "ALL"


class ByAnyId(ByIds):
    """The same, by Ozon's SKU too; here an empty list is refused."""

    offer_id: Annotated[Codes, Field(min_length=1)] = ()
    product_id: Annotated[TextIds, Field(min_length=1)] = ()
    skus: Annotated[TextIds, Field(min_length=1)] = ()


class GetProductListRequest(Asked):
    """A page of goods; with ids no page is needed."""

    filter: ByAnyId = ByAnyId()
    last_id: str = ""
    limit: Annotated[int, Field(ge=1, le=1000)] | None = None


class GetProductInfoListRequest(Asked):
    """Goods by ids, 1000 in sum."""

    offer_id: Codes = ()
    product_id: TextIds = ()
    sku: TextIds = ()


class ProductInfoPicturesRequest(Asked):
    """Whose pictures."""

    product_id: TextIds


@router.post("/v3/product/list")
async def product_list(request: Request) -> Response:
    """Ids of all goods, page by page; the last page names its last product too, so that only ``total`` or an empty page tells the end."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetProductListRequest)
    now, wanted = room.now(), asked.filter
    if sum(map(bool, (wanted.offer_id, wanted.product_id, wanted.skus))) > 1:
        raise refused(INVALID, "Request validation error: only one group of identifiers may be used")
    has_ids = bool(wanted.offer_id or wanted.product_id or wanted.skus)
    if asked.limit is None and not has_ids:
        raise refused(INVALID, "Request validation error: invalid GetProductListRequest.Limit: value must be inside range [1, 1000]")
    found = chosen(room.books, wanted, now, wanted.skus)
    page, _ = page_after(found, asked.last_id, asked.limit or IDS_MAX)
    last_id = cursor_of(page[-1].product_id) if page else ""
    return told({"result": {"items": [brief(card, now) for card in page], "total": len(found), "last_id": last_id}})


@router.post("/v3/product/info/list")
async def product_info_list(request: Request) -> Response:
    """All that is known of some goods; an unknown id is passed over."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, GetProductInfoListRequest)
    count = len(asked.offer_id) + len(asked.product_id) + len(asked.sku)
    if not 1 <= count <= IDS_MAX:
        raise refused(INVALID, f"Request validation error: the sum of ids must be inside range [1, {IDS_MAX}]")
    now = room.now()
    found = dict.fromkeys(card.product_id for card in by_ids(room.books, asked.offer_id, asked.product_id, asked.sku, now))
    return told({"items": [full(room.books.cards[product_id], now) for product_id in found]})


@router.post("/v2/product/pictures/info")
async def pictures_info(request: Request) -> Response:
    """Which pictures a product has."""
    room: OzonRoom = request.app.state.room
    asked = await read(request, ProductInfoPicturesRequest)
    now = room.now()
    return told(
        {
            "items": [
                {
                    "product_id": card.product_id,
                    "primary_photo": list(card.content.images[:1]),
                    "photo": list(card.content.images[1:]),
                    "color_photo": [card.content.color_image] if card.content.color_image else [],
                    "errors": [],
                }
                for card in by_ids(room.books, (), asked.product_id, (), now)
            ]
        }
    )


def by_ids(books: Books, offers: Iterable[str], products: Iterable[int], skus: Iterable[int], now: datetime) -> Iterator[Card]:
    """Cards of these ids, in that order; a product has no SKU until it is ready."""
    found = [books.offered(code) for code in offers]
    found += [books.cards.get(product_id) for product_id in products]
    found += [card for card in map(books.sold_as, skus) if card is not None and card.is_ready(now)]
    return (card for card in found if card is not None)


def chosen(books: Books, wanted: ByIds, now: datetime, skus: Iterable[int] = ()) -> list[Card]:
    """Cards a filter of ids, or else of visibility, lets through, in the order of their ids."""
    if wanted.offer_id or wanted.product_id or skus:
        unique = {card.product_id: card for card in by_ids(books, wanted.offer_id, wanted.product_id, skus, now)}
        return [unique[product_id] for product_id in sorted(unique)]
    suits = SUITS.get(wanted.visibility)
    return [] if suits is None else [card for card in books.cards.values() if suits(card, now)]


def page_after(found: list[Card], cursor: str, limit: int) -> tuple[list[Card], str]:
    """The cards that follow ``cursor``, and the cursor after them; empty at the end."""
    position = position_of(cursor)
    following = [card for card in found if card.product_id > position] if position else found
    page = following[:limit]
    return page, cursor_of(page[-1].product_id) if len(following) > len(page) else ""
