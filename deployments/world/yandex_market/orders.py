"""Orders: asked for by the cabinet, moved on and cancelled by a shop, and the older reads that are being switched off."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from deployments.world.room import Refusal
from deployments.world.yandex_market.order_answers import business_order, campaign_order
from deployments.world.yandex_market.order_books import Order
from deployments.world.yandex_market.order_search import AskedOrders, Windows
from deployments.world.yandex_market.order_words import Status, Substatus
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import Market, MarketRoute, room_of
from deployments.world.yandex_market.shapes import Sent, ok, read_page

router = APIRouter(route_class=MarketRoute)

# ``x-deprecation-config`` of the older reads.
DEGRADES_AT = datetime(2027, 1, 18, tzinfo=UTC)
SWITCHED_OFF_AT = datetime(2027, 4, 12, tzinfo=UTC)

UNTOUCHED = ("PLACING", "RESERVED", "UNPAID", "PENDING")
SELLERS_STATUSES = ("PROCESSING", "CANCELLED", "DELIVERY", "PICKUP", "DELIVERED")


class Change(Sent):
    """``OrderStatusChangeDTO``."""

    status: Status
    substatus: Substatus | None = None


class ChangedOrder(Sent):
    """``UpdateOrderStatusRequest``."""

    order: Change


class NamedChange(Change):
    """``OrderStateDTO``."""

    id: Annotated[int, Field(strict=True)]


class ExternalId(Sent):
    """``UpdateExternalOrderIdRequest``."""

    external_order_id: Annotated[str, Field(strict=True, min_length=1)]


class ChangedOrders(Sent):
    """``UpdateOrderStatusesRequest``."""

    orders: Annotated[list[NamedChange], Field(min_length=1, max_length=30)]


@router.post("/v1/businesses/{business_id}/orders", operation_id="getBusinessOrders")
async def read_business_orders(request: Request, asked: AskedOrders) -> dict[str, Any]:
    """Orders of all shops, of every status; test orders only when they are asked for."""
    room = room_of(request)
    now = room.clock.now()
    foreign = [number for number in asked.campaign_ids or [] if number not in room.books.campaigns]
    if foreign:
        raise refuse(403, f"No access to campaigns: {foreign}")
    windows = Windows(asked, now)
    page = read_page(request, default=50, most=50, is_truncated=True)
    orders, paging = page.take(
        room.books.orders.values(), lambda order: order.seen_from <= now and asked.suits(order) and windows.hold(order)
    )
    return {"orders": [business_order(order) for order in orders], "paging": paging}


@router.put("/v2/campaigns/{campaign_id}/orders/{order_id}/status", operation_id="updateOrderStatus")
async def update_order(request: Request, campaign_id: int, order_id: int, sent: ChangedOrder) -> dict[str, Any]:
    """One order moved on, or cancelled by the shop."""
    room = room_of(request)
    order = found(room, campaign_id, order_id)
    _change(room, order, sent.order)
    return {"order": campaign_order(order)}


@router.post("/v2/campaigns/{campaign_id}/orders/status-update", operation_id="updateOrderStatuses")
async def update_orders(request: Request, campaign_id: int, sent: ChangedOrders) -> dict[str, Any]:
    """Several orders, each with an answer of its own in a 200."""
    room = room_of(request)
    request.state.cost = len(sent.orders)
    return ok(result={"orders": [_try_change(room, campaign_id, change) for change in sent.orders]})


@router.post("/v2/campaigns/{campaign_id}/orders/{order_id}/external-id", operation_id="updateExternalOrderId")
async def number_order(request: Request, campaign_id: int, order_id: int, sent: ExternalId) -> dict[str, Any]:
    """The order's number in the shop's own system: once, and before it is ready."""
    order = found(room_of(request), campaign_id, order_id)
    if order.external_id:
        raise refuse(400, f"External order id is already set for order {order.id}")
    if order.status not in UNTOUCHED and (order.status, order.substatus) != ("PROCESSING", "STARTED"):
        raise refuse(400, f"No permission to set external id for order {order.id} with status {order.status}, {order.substatus}")
    order.external_id = sent.external_order_id
    return ok()


@router.get("/v2/campaigns/{campaign_id}/orders", operation_id="getOrders")
async def read_campaign_orders(
    request: Request,
    campaign_id: int,
    order_ids: Annotated[list[int] | None, Query(alias="orderIds", max_length=50)] = None,
    status: Annotated[list[Status] | None, Query()] = None,
    *,
    fake: bool = False,
) -> dict[str, Any]:
    """Orders of one shop, the older way."""
    room = room_of(request)
    now = room.clock.now()
    _refuse_outdated(room)
    asked = AskedOrders(campaign_ids=[campaign_id], order_ids=order_ids, statuses=status, fake=fake)
    windows = Windows(asked, now)
    page = read_page(request, default=50, most=50, is_truncated=True)
    orders, paging = page.take(
        room.books.orders.values(), lambda order: order.seen_from <= now and asked.suits(order) and windows.hold(order)
    )
    return {"orders": [campaign_order(order) for order in orders], "paging": paging}


@router.get("/v2/campaigns/{campaign_id}/orders/{order_id}", operation_id="getOrder")
async def read_campaign_order(request: Request, campaign_id: int, order_id: int) -> dict[str, Any]:
    """One order, the older way."""
    room = room_of(request)
    _refuse_outdated(room)
    return {"order": campaign_order(found(room, campaign_id, order_id))}


def _refuse_outdated(room: Market) -> None:
    """A read that is being switched off fails every second time, and then is not there."""
    now = room.clock.now()
    if now >= SWITCHED_OFF_AT:
        raise refuse(404, "Resource not found")
    if now >= DEGRADES_AT:
        room.deprecated_calls += 1
        if room.deprecated_calls % 2:
            raise refuse(403, "The method is deprecated and is occasionally forbidden. Please stop using it")


def found(room: Market, campaign_id: int, order_id: int) -> Order:
    """An order of a shop; 404 where the seller sees none."""
    order = room.books.orders.get(order_id)
    if order is None or order.campaign_id != campaign_id or order.seen_from > room.clock.now():
        raise refuse(404, f"Order not found: {order_id}")
    return order


def _change(room: Market, order: Order, change: Change) -> None:
    """From assembling to ready, and from either to cancelled because the shop failed; nothing else by the seller of FBS."""
    if change.status not in SELLERS_STATUSES:
        raise refuse(400, f"Status not allowed: {change.status}")
    if order.status != "PROCESSING" or change.status not in ("PROCESSING", "CANCELLED"):
        raise refuse(400, f"No permission to set status {change.status} for order {order.id} with status {order.status}")
    if change.status == "CANCELLED" and change.substatus != "SHOP_FAILED":
        reason = f"Cancellation request substatus {change.substatus} is not available for status {order.status}"
        raise refuse(400, f"{reason} and role SHOP for order {order.id}")
    if change.status == "PROCESSING" and (order.substatus, change.substatus) != ("STARTED", "READY_TO_SHIP"):
        raise refuse(400, f"No transition found: {order.substatus} -> {change.substatus}")
    room.books.change(order, status=change.status, substatus=change.substatus or "", now=room.clock.now())


def _try_change(room: Market, campaign_id: int, change: NamedChange) -> dict[str, Any]:
    try:
        order = found(room, campaign_id, change.id)
        _change(room, order, change)
    except Refusal as refused:
        return {"id": change.id, "status": change.status, "updateStatus": "ERROR", "errorDetails": refused.body["errors"][0]["message"]}
    return {"id": order.id, "status": order.status, "substatus": order.substatus, "updateStatus": "OK"}
