"""Orders of a Wildberries cabinet: assembly tasks («сборочные задания»), each one piece.

Source: GET /api/v3/orders, /api/v3/orders/new, POST /api/v3/orders/status of `03-orders-fbs.yaml`; `reference/marketplaces.md` §1.
"""

import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from adapters.wildberries.answers import ORDERS as ORDERS_SHAPE
from adapters.wildberries.answers import STATUSES, Order, OrdersPage
from adapters.wildberries.client import WildberriesClient
from adapters.wildberries.limits import ORDERS
from validation.sales import OrderReceived

PAGE_MAX = 1000
STATUSES_MAX = 1000
WINDOW = timedelta(days=30)
LOOK_BACK = timedelta(days=30)
ROUBLES = 643
"""ISO 4217, by number."""

CANCELLED = ("canceled", "declined_by_client", "canceled_by_carrier", "defect")
CANCELLED_BY_SUPPLIER = ("cancel", "cancel_carrier")
ON_THE_WAY = ("sorted", "ready_for_pickup", "postponed_delivery", "accepted_by_carrier", "sent_to_carrier")
REFUSED_ON_RECEIPT = "canceled_by_client"
WAITING = {"new": "new", "confirm": "confirmed", "complete": "shipped"}

Told = tuple[Order, dict[str, Any]]
"""A task as it is read here, and as it was received."""
RECEIVED: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.Int64,
    "order_ref": pl.String,
    "line_ref": pl.String,
    "basket_ref": pl.String,
    "channel_sku": pl.String,
    "price_kopecks": pl.Int64,
    "warehouse_ref": pl.String,
    "placed_at": pl.Datetime("us", "UTC"),
    "buyer": pl.String,
    "payload": pl.String,
}


class WildberriesOrders(WildberriesClient):
    """`adapters.capabilities.GivesOrders`."""

    def read_orders(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Every task placed from ``since`` up to ``until`` and in the 30 days before ``until``, with its status as it is now.

        Wildberries does not tell when a task changed, so whatever may have changed is read again. Tasks that it calls new are among
        them, also where the list does not show them yet. It keeps three months; older ones are not told.
        """
        told = {order.id: (order, raw) for order, raw in self._placed_tasks(min(since, until - LOOK_BACK), until)}
        new = {order.id: (order, raw | told[order.id][1] if order.id in told else raw) for order, raw in self._new_tasks()}
        told |= new
        tasks = pl.DataFrame([_row(order, raw) for order, raw in told.values()], schema=RECEIVED, orient="row")
        statuses = self._statuses_of(tasks["id"])
        word = pl.format("{}/{}", "supplier", "wb")
        received = tasks.join(statuses, on="id", how="left", maintain_order="left").with_columns(
            supplier=pl.col("supplier").fill_null(pl.when(pl.col("id").is_in(list(new))).then(pl.lit("new")).otherwise(pl.lit("?"))),
            wb=pl.col("wb").fill_null(pl.when(pl.col("id").is_in(list(new))).then(pl.lit("waiting")).otherwise(pl.lit("?"))),
        )
        return OrderReceived.validate(
            received.select(
                "order_ref",
                "line_ref",
                "basket_ref",
                pl.lit(None, pl.String).alias("parent_ref"),
                "channel_sku",
                pl.lit(1, pl.Int64).alias("pcs"),
                "price_kopecks",
                "warehouse_ref",
                word.alias("status"),
                state_of_statuses().alias("state"),
                "placed_at",
                pl.lit(None, pl.Datetime("us", "UTC")).alias("changed_at"),
                pl.lit(None, pl.Datetime("us", "UTC")).alias("ship_by_at"),
                pl.lit(False).alias("is_by_channel"),
                "buyer",
                pl.lit(None, pl.String).alias("terms"),
                "payload",
            )
        )

    def _new_tasks(self) -> list[Told]:
        connection = self._services["marketplace"]
        response = connection.call("GET", "/api/v3/orders/new", limits={ORDERS: 1})
        return _told(connection.read(response, ORDERS_SHAPE, is_repeatable=True), response.content)

    def _placed_tasks(self, since: datetime, until: datetime) -> Iterator[Told]:
        """Tasks placed within the window, in calls for at most 30 days each."""
        while since < until:
            end = min(since + WINDOW, until)
            yield from self._tasks_of(since, end)
            since = end

    def _tasks_of(self, since: datetime, until: datetime) -> Iterator[Told]:
        connection = self._services["marketplace"]
        period = {"dateFrom": math.floor(since.timestamp()), "dateTo": math.ceil(until.timestamp())}
        start = 0
        seen: set[str] = set()
        while True:
            params = {"limit": PAGE_MAX, "next": start, **period}
            response = connection.call("GET", "/api/v3/orders", params=params, limits={ORDERS: 1})
            page = connection.read(response, ORDERS_SHAPE, is_repeatable=True)
            yield from _told(page, response.content)
            if not page.orders or page.next == 0:
                return
            start = page.next
            self.not_seen(seen, str(start), "marketplace")

    def _statuses_of(self, ids: pl.Series) -> pl.DataFrame:
        connection = self._services["marketplace"]
        rows: list[tuple[int, str, str]] = []
        for lot in ids.to_frame().iter_slices(STATUSES_MAX):
            body = {"orders": lot.to_series().to_list()}
            if not body["orders"]:
                break
            response = connection.call("POST", "/api/v3/orders/status", json=body, limits={ORDERS: 1}, is_repeatable=True)
            page = connection.read(response, STATUSES, is_repeatable=True)
            rows += [(one.id, one.supplier_status, one.wb_status) for one in page.orders]
        return pl.DataFrame(rows, schema={"id": pl.Int64, "supplier": pl.String, "wb": pl.String}, orient="row").unique("id")


def state_of_statuses() -> pl.Expr:
    """Ours for the pair of statuses, columns ``supplier`` and ``wb``; a pair that Wildberries does not document is ``other``.

    A buyer who refuses at the pick-up point («отказ при получении») sends back a piece that had left us: it is a return.
    """
    supplier, wb = pl.col("supplier"), pl.col("wb")
    return (
        pl.when(supplier.is_in(CANCELLED_BY_SUPPLIER) | wb.is_in(CANCELLED))
        .then(pl.lit("cancelled"))
        .when(wb == REFUSED_ON_RECEIPT)
        .then(pl.when(supplier == "complete").then(pl.lit("returned")).otherwise(pl.lit("cancelled")))
        .when(wb == "sold")
        .then(pl.lit("delivered"))
        .when(wb.is_in(ON_THE_WAY))
        .then(pl.lit("shipped"))
        .when(wb == "waiting")
        .then(supplier.replace_strict(WAITING, default="other", return_dtype=pl.String))
        .otherwise(pl.lit("other"))
    )


def _told(page: OrdersPage, answer: bytes) -> list[Told]:
    return list(zip(page.orders, json.loads(answer)["orders"], strict=True))


def _row(order: Order, raw: dict[str, Any]) -> tuple[Any, ...]:
    buyer = {name: value for name, value in (("comment", order.comment), ("address", order.address)) if value}
    return (
        order.id,
        str(order.id),
        order.rid,
        order.order_uid,
        order.article,
        _roubles(order),
        str(order.warehouse_id),
        order.created_at,
        json.dumps(buyer, ensure_ascii=False) if buyer else None,
        json.dumps(raw, ensure_ascii=False),
    )


def _roubles(order: Order) -> int | None:
    """What the buyer pays in kopecks; none where neither of the two currencies is the rouble."""
    if order.currency_code == ROUBLES:
        return order.price
    return order.converted_price if order.converted_currency_code == ROUBLES else None
