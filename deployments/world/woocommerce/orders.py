"""Orders of the site."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import RoomRoute
from deployments.world.woocommerce.fields import ORDERS, check_query
from deployments.world.woocommerce.order_books import Order
from deployments.world.woocommerce.room import REST, api_of, listed, room_of
from deployments.world.woocommerce.showing import as_order

HIDDEN = ("trash", "auto-draft")
"""What ``status=any`` leaves out."""
ORDERED_BY = {"modified": "modified_at", "id": "order_id"}

router = APIRouter(prefix=REST, route_class=RoomRoute)


@router.get("/orders")
async def list_orders(request: Request) -> Response:
    """Orders; periods are strict on both sides and in whole seconds."""
    query = check_query(request.query_params, ORDERS)
    room = room_of(request)
    books, now = room.books, room.clock.now()
    seen = [order for order in books.orders.values() if order.seen_from <= now]
    found = [order for order in seen if _is_of_status(order, query) and _is_of_period(order, query)]
    key = ORDERED_BY.get(query.get("orderby", "date"), "created_at")
    found.sort(key=lambda one: (_second(getattr(one, key)), one.order_id), reverse=query.get("order", "desc") == "desc")
    shown, headers = listed(request, found, query)
    return JSONResponse([as_order(one, books, api_of(request)) for one in shown], headers=headers)


def _is_of_status(order: Order, query: dict[str, Any]) -> bool:
    """``any`` among several is all but the hidden ones."""
    wanted = query.get("status", ["any"])
    return order.status not in HIDDEN if "any" in wanted else order.status in wanted


def _is_of_period(order: Order, query: dict[str, Any]) -> bool:
    """The site's own zone is UTC, so that ``dates_are_gmt`` changes nothing."""
    created, modified = _second(order.created_at), _second(order.modified_at)
    early = [at for at, name in ((created, "after"), (modified, "modified_after")) if name in query and at <= _instant(query[name])]
    late = [at for at, name in ((created, "before"), (modified, "modified_before")) if name in query and at >= _instant(query[name])]
    return not early and not late


def _second(at: Any) -> Any:  # noqa: ANN401 - an instant, or a number
    return at.replace(microsecond=0) if isinstance(at, datetime) else at


def _instant(told: datetime) -> datetime:
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).replace(microsecond=0)
