"""One order of the site: shown, made, changed, thrown away; and its refunds.

Making one does not look at stock nor at whether there are such goods, and knows no repetition (`reference/services.md` §3).
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import RoomRoute
from deployments.world.woocommerce import changes
from deployments.world.woocommerce.books import Books, Goods
from deployments.world.woocommerce.fields import FLAGS, ORDER, check_body
from deployments.world.woocommerce.order_books import Order
from deployments.world.woocommerce.room import REST, WooCommerceRoom, api_of, refusal, room_of
from deployments.world.woocommerce.showing import as_order, as_refund

router = APIRouter(prefix=f"{REST}/orders", route_class=RoomRoute)

VIA = "rest-api"


@router.get("/{order_id:int}")
async def read_order(request: Request, order_id: int) -> Response:
    """One order, thrown away or not."""
    room = room_of(request)
    return JSONResponse(as_order(order_of(room, order_id), room.books, api_of(request)))


@router.post("")
async def create_order(request: Request) -> Response:
    """A new order; the same call twice makes two."""
    room = room_of(request)
    told = check_body(await request.json(), ORDER)
    books, paid = room.books, "processing" if told.get("set_paid") else "pending"
    order = books.order(
        [(_goods(books, line), line.get("quantity", 1)) for line in told.get("line_items", [])],
        status=told.get("status", paid),
        now=room.clock.now(),
        billing=_billing(told),
        note=told.get("customer_note", ""),
        created_via=told.get("created_via", VIA),
        meta_data=_meta(told),
        is_seen=True,
    )
    return JSONResponse(as_order(order, books, api_of(request)), status_code=201)


@router.put("/{order_id:int}")
async def change_order(request: Request, order_id: int) -> Response:
    """Another status, other pieces of a line, what is kept beside it."""
    room = room_of(request)
    order, told, now = order_of(room, order_id), check_body(await request.json(), ORDER), room.clock.now()
    order.billing = {**order.billing, **_billing(told)}
    order.note = told.get("customer_note", order.note)
    room.books.annotate(order, _meta(told))
    for line in told.get("line_items", []):
        known = next((one for one in order.lines if one.line_id == line.get("id")), None)
        if known is not None and "quantity" in line:
            changes.cut(room.books, order, known, known.pcs - line["quantity"], now)
    if told.get("status", order.status) != order.status:
        room.books.move(order, told["status"], now)
    else:
        room.books.touch(order, now)
    return JSONResponse(as_order(order, room.books, api_of(request)))


@router.delete("/{order_id:int}")
async def delete_order(request: Request, order_id: int) -> Response:
    """To the bin, of which the answer does not tell; by force for good."""
    room = room_of(request)
    order = order_of(room, order_id)
    shown = as_order(order, room.books, api_of(request))
    if FLAGS.get(request.query_params.get("force", "false")):
        del room.books.orders[order_id]
    else:
        order.status, order.modified_at = "trash", room.clock.now()
    room.books.mail.tell("order.deleted", order_id, room.clock.now())
    return JSONResponse(shown)


@router.get("/{order_id:int}/refunds")
async def list_refunds(request: Request, order_id: int) -> Response:
    """What was paid back of an order, newest first."""
    room = room_of(request)
    order = order_of(room, order_id)
    shown = [as_refund(one, order, api_of(request)) for one in reversed(order.refunds)]
    return JSONResponse(shown, headers={"X-WP-Total": str(len(shown)), "X-WP-TotalPages": "1"})


def order_of(room: WooCommerceRoom, order_id: int) -> Order:
    """An order that is shown.

    Raises:
        Refusal: there is none.
    """
    order = room.books.orders.get(order_id)
    if order is None or order.seen_from > room.clock.now():
        raise refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
    return order


def _goods(books: Books, line: dict[str, Any]) -> Goods | None:
    """By the variation, the product or the code; none where there are no such goods, which stops nobody."""
    goods_id = line.get("variation_id") or line.get("product_id")
    if goods_id:
        return books.goods.get(goods_id)
    return next(iter(books.coded(str(line.get("sku", "")))), None)


def _billing(told: dict[str, Any]) -> dict[str, str]:
    return {name: value or "" for name, value in told.get("billing", {}).items()}


def _meta(told: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(one["key"], one.get("value")) for one in told.get("meta_data", []) if "key" in one]
