"""Orders to the Market's room: goods, buyers, a manager at the cabinet, and what the Market itself may do to it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.room import make_control
from deployments.world.yandex_market.books import FINAL, Books, Offer, Price, Warehouse
from deployments.world.yandex_market.categories import DEFAULT_LEAF
from deployments.world.yandex_market.order_books import Order
from deployments.world.yandex_market.pools import Count
from deployments.world.yandex_market.room import Market, room_of

control = make_control()

Pcs = Annotated[int, Field(ge=0)]
Rub = Annotated[str, Field(pattern=r"^\d+(\.\d{1,2})?$")]


class Good(BaseModel):
    """A good that was in the cabinet before Utyug; stock by warehouse, or by shop where warehouses are grouped."""

    model_config = ConfigDict(extra="forbid")

    sku: str
    name: str
    price: Rub
    barcode: str | None = None
    pcs: dict[str, Pcs] = {}


class Bought(BaseModel):
    """A buyer's order of one line. ``state`` UNPAID waits for the money; a ``fake`` one is a test order of the seller's own."""

    model_config = ConfigDict(extra="forbid")

    sku: str
    pcs: Annotated[int, Field(ge=1)]
    warehouse_ref: str | None = None
    buyer: dict[str, Any] = {}
    state: Literal["PROCESSING", "UNPAID", "PENDING"] = "PROCESSING"
    fake: bool = False


class Moved(BaseModel):
    """What the Market does to an order by itself: hands it over, delivers it."""

    model_config = ConfigDict(extra="forbid")

    status: str
    substatus: str = "UNKNOWN"


class Cabinet(BaseModel):
    """What may befall the cabinet; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    is_locked: bool | None = None
    only_default_price: bool | None = None
    campaigns: dict[int, str] = {}


_WAITING = {"PROCESSING": "STARTED", "UNPAID": "WAITING_USER_INPUT", "PENDING": "AWAIT_CONFIRMATION"}


@control.post("/goods")
async def put_goods(request: Request, goods: list[Good]) -> list[int]:
    """Goods with cards, prices and stock; returns the Market's own ids."""
    room = room_of(request)
    now, books = room.clock.now(), room.books
    numbers = []
    for good in goods:
        offer = books.offers.get(good.sku) or books.create(good.sku, has_card_from=now)
        barcodes = {"barcodes": [good.barcode]} if good.barcode else {}
        fields = {"name": good.name, "marketCategoryId": DEFAULT_LEAF, "pictures": ["https://example.com/1.jpg"], "vendor": "Без марки"}
        offer.fields.put({**fields, "description": good.name, **barcodes})
        offer.price.put(Price(value=float(good.price), updated_at=now))
        _put_stock(books, good.sku, good.pcs, now, is_old=True)
        numbers.append(offer.market_sku)
    return numbers


@control.delete("/goods")
async def remove_good(request: Request, sku: str) -> None:
    """The card leaves; its SKU stays used."""
    books = room_of(request).books
    books.remove(_offer(books, sku).sku)


@control.get("/goods")
async def read_goods(request: Request) -> dict[str, Any]:
    """What buyers see now, by code."""
    room = room_of(request)
    now, books = room.clock.now(), room.books
    goods = {}
    for sku, offer in books.offers.items():
        price = offer.price.seen(now)
        goods[sku] = {
            "name": (offer.fields.seen(now) or {}).get("name", ""),
            "price_kopecks": price.kopecks if price is not None else None,
            "pcs": {ref: count.pcs for ref, pool in _pools(books).items() if (count := books.stock(pool, sku, now)) is not None},
            "is_sellable": offer.is_sellable(now),
        }
    return goods


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The Market's own truth."""
    books = room_of(request).books
    orders = {
        str(order.id): {
            "sku": order.sku,
            "pcs": order.pcs,
            "state": order.status,
            "warehouse_ref": _ref(books, books.warehouses[order.warehouse_id]),
            "returned_pcs": sum(len(back.pieces) for back in books.returns.values() if back.order is order),
        }
        for order in books.orders.values()
    }
    return {"goods": await read_goods(request), "orders": orders}


@control.put("/stock")
async def type_stock(request: Request, stock: dict[str, dict[str, Pcs]]) -> None:
    """As if typed into the cabinet: seen at once."""
    room = room_of(request)
    for sku, pcs in stock.items():
        _put_stock(room.books, _offer(room.books, sku).sku, pcs, room.clock.now())


@control.put("/returned")
async def put_returned(request: Request, returned: dict[str, Pcs]) -> None:
    """Pieces that lie in the Market's own warehouse of returns, unfetched."""
    room_of(request).books.returned.update(returned)


@control.put("/prices")
async def type_prices(request: Request, prices: dict[str, Rub]) -> None:
    """As if typed into the cabinet: seen at once."""
    room = room_of(request)
    for sku, price in prices.items():
        _offer(room.books, sku).price.put(Price(value=float(price), updated_at=room.clock.now()))
        room.books.quarantine.pop(sku, None)


@control.put("/cards/refused")
async def refuse_card(request: Request, sku: str, because: str) -> None:
    """The Market makes no card of an offer, until it is sent again."""
    _offer(room_of(request).books, sku).refused_because = because


@control.put("/cabinet")
async def change_cabinet(request: Request, cabinet: Cabinet) -> None:
    """Lock the cabinet, switch shops off and on, allow prices of shops."""
    room = room_of(request)
    if cabinet.is_locked is not None:
        room.books.is_locked = cabinet.is_locked
    if cabinet.only_default_price is not None:
        room.only_default_price = cabinet.only_default_price
    for number, api in cabinet.campaigns.items():
        room.books.campaigns[number].api = api


@control.post("/orders")
async def buy(request: Request, bought: Bought) -> dict[str, Any]:
    """A buyer orders what is shown; 409 where less is shown."""
    order, left_pcs = sold(room_of(request), bought, bought.state, _WAITING[bought.state])
    return {"order_ref": str(order.id), "left_pcs": left_pcs}


@control.put("/orders/{order_ref}")
async def move_order(request: Request, order_ref: int, moved: Moved) -> None:
    """The Market moves an order on."""
    room = room_of(request)
    room.books.change(order_of(room, order_ref), status=moved.status, substatus=moved.substatus, now=room.clock.now())


@control.delete("/orders/{order_ref}")
async def cancel_order(request: Request, order_ref: int) -> None:
    """The buyer changes his mind."""
    room = room_of(request)
    order = order_of(room, order_ref)
    if order.status in FINAL:
        raise HTTPException(409)
    room.books.change(order, status="CANCELLED", substatus="USER_CHANGED_MIND", now=room.clock.now())


def sold(room: Market, bought: Bought, status: str, substatus: str) -> tuple[Order, int]:
    """An order made of what is shown, and what is left; 409 where less is shown."""
    now, books = room.clock.now(), room.books
    offer = books.offer(bought.sku, now)
    warehouse = _warehouse_for(books, bought, now)
    if offer is None or warehouse is None or not (offer.is_sellable(now) or bought.fake):
        raise HTTPException(409)
    price = offer.price.seen(now)
    books.last_order += 1
    order = Order(
        id=books.last_order,
        campaign_id=warehouse.campaign_id,
        warehouse_id=warehouse.id,
        sku=bought.sku,
        name=(offer.fields.seen(now) or {}).get("name", ""),
        pcs=bought.pcs,
        kopecks=price.kopecks if price is not None else 0,
        status=status,
        substatus=substatus,
        is_fake=bought.fake,
        created_at=now,
        updated_at=now,
        seen_from=books.slowness.visible_at(now, books.last_order),
        buyer=bought.buyer,
    )
    return order, books.sell(order, now)


def _offer(books: Books, sku: str) -> Offer:
    if sku not in books.offers:
        raise HTTPException(404)
    return books.offers[sku]


def order_of(room: Market, order_ref: int) -> Order:
    """An order, seen or not; 404 where there is none."""
    if order_ref not in room.books.orders:
        raise HTTPException(404)
    return room.books.orders[order_ref]


def _ref(books: Books, warehouse: Warehouse) -> str:
    return str(warehouse.campaign_id if books.has_groups else warehouse.id)


def _pools(books: Books) -> dict[str, int]:
    return {_ref(books, warehouse): books.pool_of(warehouse) for warehouse in books.warehouses.values()}


def _put_stock(books: Books, sku: str, pcs: dict[str, int], now: datetime, *, is_old: bool = False) -> None:
    for ref, shown in pcs.items():
        books.pile(_pools(books)[ref], sku, now).put(Count(pcs=shown, updated_at=now), now, is_old=is_old)


def _warehouse_for(books: Books, bought: Bought, now: datetime) -> Warehouse | None:
    """The warehouse that a buyer's order goes to: the one named, or the first that shows enough."""
    for warehouse in books.warehouses.values():
        is_named = bought.warehouse_ref in (None, _ref(books, warehouse))
        if is_named and books.shown_pcs(books.pool_of(warehouse), bought.sku, now) >= bought.pcs:
            return warehouse
    return None
