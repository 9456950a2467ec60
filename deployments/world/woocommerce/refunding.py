"""Money is paid back over REST, with what was measured of it (`reference/services.md` §3).

``line_items`` are not among the route's arguments and so are not looked at by WordPress; WooCommerce reads them all the same. No order of
this site has a payment gateway.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import Refusal, RoomRoute
from deployments.world.woocommerce import changes
from deployments.world.woocommerce.fields import REFUND, check_body
from deployments.world.woocommerce.order_books import Order, Refunded
from deployments.world.woocommerce.order_writing import order_of
from deployments.world.woocommerce.room import REST, api_of, refusal, room_of
from deployments.world.woocommerce.showing import as_refund

router = APIRouter(prefix=f"{REST}/orders", route_class=RoomRoute)


@router.post("/{order_id:int}/refunds")
async def refund(request: Request, order_id: int) -> Response:
    """A refund; by default the gateway is asked, and that there is none is called an error of the site's own."""
    room = room_of(request)
    order, told = order_of(room, order_id), check_body(await request.json(), REFUND)
    parts = [part for part in (_part(order, line) for line in told.get("line_items", [])) if part]
    kopecks = _kopecks(told["amount"]) if "amount" in told else sum(part.kopecks for part in parts)
    if kopecks <= 0 or kopecks > changes.left_kopecks(order):
        raise _refused("Invalid refund amount.")
    if told.get("api_refund", True):
        raise _refused("The payment gateway for this order does not exist.")
    now = room.clock.now()
    restocks = told.get("api_restock", True)
    kept = told.get("meta_data", [])
    made = changes.pay_back(room.books, order, parts, kopecks, now, reason=told.get("reason", ""), restocks=restocks, meta_data=kept)
    return JSONResponse(as_refund(made, order, api_of(request)), status_code=201)


def _part(order: Order, told: dict[str, Any]) -> Refunded | None:
    line = next((one for one in order.lines if one.line_id == told.get("id")), None)
    if line is None:
        return None
    pcs = min(int(told.get("quantity", 0)), line.pcs - line.refunded_pcs)
    return Refunded(line=line, pcs=pcs, kopecks=_kopecks(str(told.get("refund_total", 0))))


def _kopecks(told: str) -> int:
    return int((Decimal(told or "0") * 100).to_integral_value(ROUND_HALF_UP))


def _refused(message: str) -> Refusal:
    return refusal(500, "woocommerce_rest_cannot_create_order_refund", message)
