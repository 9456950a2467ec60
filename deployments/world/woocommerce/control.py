"""Orders to the site's room: goods, figures, buyers, keys, and the books themselves."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Body, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.room import make_control
from deployments.world.woocommerce import asking
from deployments.world.woocommerce.books import Goods, kopecks
from deployments.world.woocommerce.order_books import Order
from deployments.world.woocommerce.room import WooCommerceRoom
from deployments.world.woocommerce.shelves import NewProduct, put

ONLY_PLACE: Final = ""
SALEABLE = ("simple", "variation")

control = make_control()


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Shelved(Ordered):
    """A product that was there before, published; a site has one place, the empty one. It keeps no barcode."""

    sku: str
    name: str
    price: str
    barcode: str = ""
    pcs: dict[Literal[""], int] = {}


class Bought(Ordered):
    """A buyer's order at the checkout. ``buyer`` is the billing address; ``status`` is what the payment makes of it.

    ``waits``: the buyer would wait for what is still to come, so that the site may sell more than it shows: only where it asks first.
    """

    sku: str
    pcs: int = Field(ge=1)
    warehouse_ref: Literal[""] | None = None
    buyer: dict[str, str] = {}
    status: Literal["pending", "on-hold", "processing", "checkout-draft"] = "processing"
    waits: bool = False


class Moved(Ordered):
    """Another status of an order."""

    status: Literal["pending", "on-hold", "processing", "completed", "cancelled", "refunded", "failed", "trash"]


@control.post("/products")
async def put_products(request: Request, products: list[NewProduct]) -> list[int]:
    """New goods; their ids, variations included."""
    room, now = opened(request)
    return put(room.books, products, now)


@control.delete("/products")
@control.delete("/goods")
async def remove_goods(request: Request, sku: str) -> None:
    """Goods leave the site for good."""
    room, _ = opened(request)
    room.books.remove(_goods(room, sku))


@control.post("/goods")
async def put_goods(request: Request, goods: list[Shelved]) -> list[int]:
    """Simple products; their ids."""
    room, now = opened(request)
    products = [NewProduct(sku=one.sku, name=one.name, price=one.price, pcs=one.pcs.get(ONLY_PLACE, 0)) for one in goods]
    return put(room.books, products, now)


@control.get("/goods")
async def read_goods(request: Request) -> dict[str, Any]:
    """What buyers see, by code; ``pcs`` is empty where stock is not managed: such goods are sold without limit."""
    room, _ = opened(request)
    return {
        goods.sku: {
            "name": goods.name,
            "price_kopecks": kopecks(goods.price),
            "pcs": {} if (pcs := room.books.shown_pcs(goods)) is None else {ONLY_PLACE: pcs},
            "is_sellable": goods.status == "publish" and kopecks(goods.price) is not None,
        }
        for goods in room.books.goods.values()
        if goods.type in SALEABLE
    }


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The room's own truth."""
    orders = opened(request)[0].books.orders
    return {"goods": await read_goods(request), "orders": {str(order.order_id): _told(order) for order in orders.values()}}


@control.get("/stock")
async def read_stock(request: Request) -> dict[str, int | None]:
    """Pieces by SKU; null where stock is not managed."""
    return {goods.sku: goods.stock_quantity for goods in opened(request)[0].books.goods.values()}


@control.put("/stock")
async def set_stock(request: Request, stock: dict[str, int | dict[Literal[""], int] | None]) -> None:
    """As if somebody had typed it into the site's admin panel."""
    room, now = opened(request)
    for sku, told in stock.items():
        room.books.set_stock(_goods(room, sku), told[ONLY_PLACE] if isinstance(told, dict) else told, now)


@control.put("/prices")
async def set_prices(request: Request, prices: dict[str, str]) -> None:
    """Prices, likewise; a sale ends."""
    room, now = opened(request)
    for sku, price in prices.items():
        goods = _goods(room, sku)
        goods.regular_price, goods.sale_price, goods.modified_at = price, "", now


@control.put("/settings")
async def set_settings(request: Request, settings: dict[str, dict[str, str]]) -> None:
    """Settings of the site by group."""
    for group, values in settings.items():
        opened(request)[0].books.settings[group].update(values)


@control.put("/key")
async def set_key(request: Request, permissions: Literal["read", "write", "read_write"]) -> None:
    """What the key may do."""
    opened(request)[0].permissions = permissions


@control.post("/orders")
async def buy(request: Request, order: Annotated[Bought | None, Body()] = None, sku: str = "", pcs: int = 1) -> dict[str, str | int | None]:
    """A buyer's order; one that is told in the query is made past the checkout, where nobody looks whether there is enough.

    Raises:
        HTTPException: 409, it shows less, or the checkout asked and may not sell; then the detail says why.
    """
    room, now = opened(request)
    bought = order or Bought(sku=sku, pcs=pcs)
    goods = _goods(room, bought.sku)
    shown = room.books.shown_pcs(goods)
    may_wait = order is not None and order.waits and room.asks is not None
    if order is not None and shown is not None and shown < order.pcs and not may_wait:
        raise HTTPException(409, f"{order.sku}: fewer than {order.pcs} are shown")
    if order is not None and room.asks is not None:
        made = await asking.sell(room, room.asks, goods, order.pcs, status=order.status, billing=order.buyer, waits=order.waits)
        return {"order_ref": str(made.order_id), "order_id": made.order_id, "left_pcs": room.books.shown_pcs(goods)}
    made_by = "rest-api" if order is None else "checkout"
    made = room.books.order([(goods, bought.pcs)], status=bought.status, now=now, billing=bought.buyer, created_via=made_by)
    return {"order_ref": str(made.order_id), "order_id": made.order_id, "left_pcs": room.books.shown_pcs(goods)}


@control.delete("/orders/{order_ref}")
async def cancel(request: Request, order_ref: str) -> None:
    """The order is cancelled.

    Raises:
        HTTPException: 409, it is too late.
    """
    room, now = opened(request)
    order = order_of(room, order_ref)
    if order.status in ("completed", "cancelled", "refunded", "trash"):
        raise HTTPException(409, f"{order_ref} is {order.status}")
    room.books.move(order, "cancelled", now)


@control.put("/orders/{order_ref}")
async def move(request: Request, order_ref: str, moved: Moved) -> None:
    """The order moves on."""
    room, now = opened(request)
    room.books.move(order_of(room, order_ref), moved.status, now)


def opened(request: Request) -> tuple[WooCommerceRoom, datetime]:
    """The room as of now, and now."""
    room: WooCommerceRoom = request.app.state.room
    now = room.clock.now()
    room.books.settle(now)
    return room, now


def _told(order: Order) -> dict[str, Any]:
    line = order.lines[0]
    return {
        "sku": line.sku,
        "pcs": line.pcs,
        "state": order.status,
        "warehouse_ref": ONLY_PLACE,
        "refunded_pcs": sum(part.pcs for refund in order.refunds for part in refund.parts),
        "fields": {one["key"]: one["value"] for one in order.meta_data},
        "remarks": [one.words for one in order.remarks],
    }


def _goods(room: WooCommerceRoom, sku: str) -> Goods:
    found = next((one for one in room.books.coded(sku) if one.sku == sku), None)
    if found is None:
        raise HTTPException(404, f"no goods with the SKU {sku}")
    return found


def order_of(room: WooCommerceRoom, order_ref: str) -> Order:
    """An order, seen or not; 404 where there is none."""
    order = room.books.orders.get(int(order_ref)) if order_ref.isdigit() else None
    if order is None:
        raise HTTPException(404, f"{order_ref} is no order")
    return order
