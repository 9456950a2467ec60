"""Orders of a Yandex Market business."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import polars as pl

from adapters.yandex_market.answers import as_kopecks
from adapters.yandex_market.limits import ORDERS, ORDERS_PARALLEL
from adapters.yandex_market.order_answers import ORDERS as ORDERS_SHAPE
from adapters.yandex_market.order_answers import Order, OrderItem, Shipment
from adapters.yandex_market.warehouses import YandexMarketWarehouses
from validation.sales import OrderReceived

MOSCOW = timezone(timedelta(hours=3))
ALMOST_A_SECOND = timedelta(microseconds=999_999)

# OrderStatusType; an order in a status that is not listed there need not be handled, the specification says.
STATES = {
    "PLACING": "unpaid",
    "RESERVED": "unpaid",
    "UNPAID": "unpaid",
    "PENDING": "new",
    "PROCESSING": "new",
    "DELIVERY": "shipped",
    "PICKUP": "shipped",
    "DELIVERED": "delivered",
    "PARTIALLY_RETURNED": "delivered",
    "RETURNED": "returned",
    "CANCELLED": "cancelled",
}
PROCESSING_STATES = {"PACKAGING": "confirmed", "READY_TO_SHIP": "confirmed", "SHIPPED": "shipped"}

OF_MARKET = frozenset({"FBY", "LAAS"})
"""Models whose goods lie in the Market's own warehouses."""


class YandexMarketOrders(YandexMarketWarehouses):
    """Tells what was sold, on the Market's showcase and in all shops of the business."""

    # getBusinessOrders
    ORDERS_MAX = 50
    # at most 30 days, to which whole seconds may add one
    WINDOW = timedelta(days=29)

    def read_orders(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Orders changed from ``since`` up to ``until``, whatever their status; test orders are not among them.

        Returns:
            `OrderReceived`, one row per line with pieces left in it; the latest where an order changed between two pages.

        Raises:
            SyncError: the Market could not be asked.
        """
        orders = {order.order_id: order for order in self._orders(since, until)}
        rows = [{**self._head(order), **_line(item)} for order in orders.values() for item in order.items if item.count > 0]
        return OrderReceived.validate(pl.DataFrame(rows, schema=_RECEIVED))

    def _orders(self, since: datetime, until: datetime) -> Iterator[Order]:
        """By windows that the Market takes."""
        while since < until:
            to = min(since + self.WINDOW, until)
            dates = {"updateDateFrom": _second(since), "updateDateTo": _second(to + ALMOST_A_SECOND)}
            pages = self.pages(
                "POST",
                self.business("orders", version=1),
                ORDERS_SHAPE,
                limits={ORDERS_PARALLEL: 1, ORDERS: 1},
                limit=self.ORDERS_MAX,
                body={"dates": dates, "fake": False},
            )
            for page in pages:
                yield from page.orders
            since = to

    def _head(self, order: Order) -> dict[str, Any]:
        is_by_channel = self._program(order) in OF_MARKET
        shipment = order.delivery.shipment
        return {
            "order_ref": str(order.order_id),
            "basket_ref": None,
            "parent_ref": None,
            "warehouse_ref": self._warehouse(order, is_by_channel=is_by_channel),
            "status": f"{order.status} {order.substatus}",
            "state": state_of(order),
            "placed_at": order.creation_date.astimezone(UTC),
            "changed_at": order.update_date.astimezone(UTC) if order.update_date else None,
            "ship_by_at": _ship_by(shipment) if shipment else None,
            "is_by_channel": is_by_channel,
            "buyer": json.dumps({"type": order.buyer_type}) if order.buyer_type else None,
            "terms": None,
            "payload": json.dumps(order.payload, ensure_ascii=False),
        }

    def _program(self, order: Order) -> str | None:
        if order.program_type is not None:
            return order.program_type
        campaign = self.campaigns.get(order.campaign_id)
        return campaign.placement_type if campaign else None

    def _warehouse(self, order: Order, *, is_by_channel: bool) -> str:
        """The shop with warehouse groups; else the warehouse told of, or the only one there is to sell from."""
        if self._has_groups:
            return str(order.campaign_id)
        told = order.delivery.warehouse_id or ""
        is_only_one = len(self._warehouses) == 1 and told not in self._warehouses
        return self._warehouses[0] if is_only_one and not is_by_channel else told


INSTANT = pl.Datetime("us", "UTC")
_RECEIVED: dict[str, type[pl.DataType] | pl.DataType] = {
    "order_ref": pl.String,
    "line_ref": pl.String,
    "basket_ref": pl.String,
    "parent_ref": pl.String,
    "channel_sku": pl.String,
    "pcs": pl.Int64,
    "price_kopecks": pl.Int64,
    "warehouse_ref": pl.String,
    "status": pl.String,
    "state": pl.String,
    "placed_at": INSTANT,
    "changed_at": INSTANT,
    "ship_by_at": INSTANT,
    "is_by_channel": pl.Boolean,
    "buyer": pl.String,
    "terms": pl.String,
    "payload": pl.String,
}


def _second(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")


def _line(item: OrderItem) -> dict[str, Any]:
    return {"line_ref": str(item.id), "channel_sku": item.offer_id, "pcs": item.count, "price_kopecks": _price_kopecks(item)}


def _price_kopecks(item: OrderItem) -> int | None:
    """Of one piece: the Market tells the sum of the line, money and points apart."""
    if item.prices is None or item.prices.payment is None:
        return None
    points = item.prices.cashback.value if item.prices.cashback else 0
    return as_kopecks((item.prices.payment.value + points) / item.count)


def state_of(order: Order) -> str:
    """Ours for its status."""
    state = STATES.get(order.status, "other")
    return PROCESSING_STATES.get(order.substatus, state) if order.status == "PROCESSING" else state


def _ship_by(shipment: Shipment) -> datetime:
    """To the hour told, else by the end of the day, in Moscow."""
    hour = time.fromisoformat(shipment.shipment_time) if shipment.shipment_time else time(23, 59, 59)
    return datetime.combine(shipment.shipment_date, hour, tzinfo=MOSCOW).astimezone(UTC)
