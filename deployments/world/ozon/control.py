"""Orders to Ozon's room: goods, figures, buyers, keys, and the books themselves."""

from datetime import datetime, timedelta
from typing import Any, Literal

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.ozon import sales
from deployments.world.ozon.asking import kopecks
from deployments.world.ozon.books import Card, Content, Prices
from deployments.world.ozon.posting_books import Posting
from deployments.world.ozon.room import Key, OzonRoom
from deployments.world.ozon.stock import WORDS
from deployments.world.ozon.taxonomy import HOUSEHOLD, TORCH
from deployments.world.room import make_control
from deployments.world.slowness import EVER

control = make_control()


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Goods(Ordered):
    """A product that was in the cabinet before, created and sellable; pieces by warehouse."""

    sku: str
    name: str
    price: str
    barcode: str = ""
    pcs: dict[str, int] = {}
    weight_g: int = 500


class Order(Ordered):
    """A buyer's order. ``buyer`` may say ``is_legal`` (a company) and ``is_paid`` false (paid late: not in process yet)."""

    sku: str
    pcs: int = Field(ge=1)
    warehouse_ref: str | None = None
    buyer: dict[str, Any] = {}


class Status(Ordered):
    """Where a posting is to move."""

    status: Literal["awaiting_deliver", "delivering", "delivered", "arbitration", "not_accepted"]


class NewKey(Ordered):
    """A key added to the cabinet or changed in it."""

    api_key: str
    roles: dict[str, list[str]]
    expires_at: datetime
    is_deactivated: bool = False
    is_elsewhere: bool = False


@control.post("/goods")
async def put_goods(request: Request, goods: list[Goods]) -> list[int]:
    """Their product ids."""
    room, now = opened(request)
    return [_put(room, one, now).product_id for one in goods]


@control.delete("/goods")
async def remove_goods(request: Request, sku: str) -> None:
    """The card leaves."""
    room, _ = opened(request)
    room.books.remove(card_of(room, sku))


@control.get("/goods")
async def read_goods(request: Request) -> dict[str, Any]:
    """What buyers see, by code: pieces are those that they can still take."""
    room, now = opened(request)
    return {
        card.offer_id: {
            "name": card.content.name,
            "price_kopecks": card.prices.price_kopecks or None,
            "pcs": {str(at): shelf.free_pcs for at, shelf in card.shelves.items()},
            "reserved_pcs": {str(at): shelf.reserved_pcs for at, shelf in card.shelves.items()},
            "is_sellable": card.is_sellable(now),
        }
        for card in room.books.cards.values()
    }


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The room's own truth."""
    room, _ = opened(request)
    return {
        "goods": await read_goods(request),
        "orders": {
            number: {
                "sku": one.offer_id,
                "pcs": one.pcs,
                "state": one.status,
                "warehouse_ref": str(one.warehouse_id),
                "returned_pcs": sum(back.pcs for back in room.books.returns.values() if back.posting is one),
                **({"parent_ref": one.parent} if one.parent else {}),
            }
            for number, one in room.books.postings.items()
        },
    }


@control.put("/stock")
async def set_stock(request: Request, stock: dict[str, dict[str, int]]) -> None:
    """Free pieces, as typed into the cabinet."""
    room, now = opened(request)
    for sku, by_warehouse in stock.items():
        for warehouse_ref, pcs in by_warehouse.items():
            room.books.shelf(card_of(room, sku), _warehouse(room, warehouse_ref), now).put(pcs, now)


@control.put("/prices")
async def set_prices(request: Request, prices: dict[str, str]) -> None:
    """Prices, as typed into the cabinet."""
    room, now = opened(request)
    for sku, price in prices.items():
        card = card_of(room, sku)
        card.prices, card.updated_at = Prices(price_kopecks=_kopecks(price)), now


@control.put("/barred")
async def bar_stock(request: Request, barred: dict[str, str | None]) -> None:
    """Products whose stock updates are refused, and with which documented code; null lifts it."""
    room, _ = opened(request)
    for sku, code in barred.items():
        if code is not None and code not in WORDS:
            raise HTTPException(422, f"{code} is no documented code")
        card_of(room, sku).barred = code


@control.put("/archived")
async def archive(request: Request, archived: dict[str, bool]) -> None:
    """Products put away or taken back."""
    room, _ = opened(request)
    for sku, is_archived in archived.items():
        card_of(room, sku).is_archived = is_archived


@control.put("/keys")
async def put_key(request: Request, key: NewKey) -> None:
    """A key of the cabinet."""
    room, _ = opened(request)
    room.keys[key.api_key] = Key(**key.model_dump(exclude={"api_key"}))


@control.put("/offer")
async def sign_offer(request: Request, is_signed: bool) -> None:
    """Ozon's offer («оферта») is signed, or out of date."""
    opened(request)[0].is_offer_signed = is_signed


@control.post("/circle")
async def close_method(request: Request, method: str) -> None:
    """A method is closed for minutes, as after a storm."""
    room, now = opened(request)
    room.closed_until[method] = now + timedelta(seconds=room.knobs.circle_s)


@control.post("/orders")
async def buy(request: Request, order: Order) -> dict[str, Any]:
    """A buyer takes what is shown.

    Raises:
        HTTPException: 409, it shows less.
    """
    room, now = opened(request)
    card = card_of(room, order.sku)
    at = selling(room, card, order.pcs, order.warehouse_ref, now)
    one = sales.sell(room.books, card, at, order.pcs, now, buyer=order.buyer)
    return {"order_ref": one.posting_number, "left_pcs": card.free_pcs}


@control.delete("/orders/{order_ref}")
async def cancel(request: Request, order_ref: str) -> None:
    """The buyer cancels.

    Raises:
        HTTPException: 409, it is too late.
    """
    room, now = opened(request)
    one = posting_of(room, order_ref)
    if one.status in ("cancelled", "delivered"):
        raise HTTPException(409, f"{order_ref} is {one.status}")
    sales.cancel(room.books, one, reason_id=0, by="client", now=now)


@control.put("/orders/{order_ref}")
async def move(request: Request, order_ref: str, status: Status) -> None:
    """A posting moves on."""
    room, now = opened(request)
    sales.hand_over(room.books, posting_of(room, order_ref), status.status, now)


def opened(request: Request) -> tuple[OzonRoom, datetime]:
    """The room as of now, and now."""
    room: OzonRoom = request.app.state.room
    return room, room.now()


def _put(room: OzonRoom, one: Goods, now: datetime) -> Card:
    if room.books.offered(one.sku) is not None:
        raise HTTPException(409, f"{one.sku} is in the cabinet")
    content = Content(name=one.name, description_category_id=HOUSEHOLD, type_id=TORCH, barcode=one.barcode, weight_g=one.weight_g)
    prices = Prices(price_kopecks=_kopecks(one.price))
    card = room.books.create(offer_id=one.sku, content=content, prices=prices, at=now, ready_at=now)
    for warehouse_ref, pcs in one.pcs.items():
        room.books.shelf(card, _warehouse(room, warehouse_ref), now).put(pcs, now, known_since=EVER)
    return card


def selling(room: OzonRoom, card: Card, pcs: int, warehouse_ref: str | None, now: datetime) -> int:
    """The warehouse that shows enough, the one named or the first.

    Raises:
        HTTPException: 409, none does.
    """
    wanted = card.shelves if warehouse_ref is None else [_warehouse(room, warehouse_ref)]
    fit = (at for at in wanted if at in card.shelves and card.shelves[at].free_pcs >= pcs)
    at = next(fit, None) if card.is_sellable(now) else None
    if at is None:
        raise HTTPException(409, f"{card.offer_id}: fewer than {pcs} are shown")
    return at


def card_of(room: OzonRoom, sku: str) -> Card:
    """The card of the seller's own code; 404 where there is none."""
    card = room.books.offered(sku)
    if card is None:
        raise HTTPException(404, f"{sku} is not in the cabinet")
    return card


def posting_of(room: OzonRoom, order_ref: str) -> Posting:
    """A posting, shown or not; 404 where there is none."""
    one = room.books.postings.get(order_ref)
    if one is None:
        raise HTTPException(404, f"{order_ref} is no order")
    return one


def _warehouse(room: OzonRoom, warehouse_ref: str) -> int:
    at = int(warehouse_ref) if warehouse_ref.isdigit() else 0
    if at not in room.books.warehouses:
        raise HTTPException(404, f"{warehouse_ref} is no warehouse")
    return at


def _kopecks(price: str) -> int:
    amount = kopecks(price)
    if amount is None:
        raise HTTPException(422, f"{price} is no price")
    return amount
