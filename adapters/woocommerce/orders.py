"""Orders of a WooCommerce site, by the instant of their last change.

Source: `reference/services.md` §3, measured on WooCommerce 10.0.2.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from adapters.errors import ContractBroken
from adapters.woocommerce import answers, order_answers, paths
from adapters.woocommerce.client import WooCommerceClient
from adapters.woocommerce.money import kopecks, kopecks_of
from adapters.woocommerce.order_answers import OneRefund
from adapters.woocommerce.paid_back import cancelled_pcs, may_be_less
from validation.sales import OrderReceived

STATES = {
    "pending": "unpaid",
    "on-hold": "new",
    "processing": "new",
    "completed": "delivered",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
    "refunded": "returned",
}
"""``completed``: «requires no further action» (https://woocommerce.com/document/managing-orders/order-statuses/), so nothing is on its
way any more."""

DRAFTS = ("auto-draft", "checkout-draft")
"""A cart at the checkout page: nobody has ordered yet."""

OPEN = "any"
TRASH = "trash"
"""``any`` leaves the trash out (`reference/services.md` §3), so that it is asked for too."""

SECOND = timedelta(seconds=1)
INSTANT = pl.Datetime("us", "UTC")
LINE = {
    "order_ref": pl.String(),
    "line_ref": pl.String(),
    "channel_sku": pl.String(),
    "pcs": pl.Int64(),
    "of_pcs": pl.Int64(),
    "total": pl.String(),
    "tax": pl.String(),
    "status": pl.String(),
    "state": pl.String(),
    "placed_at": INSTANT,
    "changed_at": INSTANT,
    "buyer": pl.String(),
    "terms": pl.String(),
    "payload": pl.String(),
}
Told = tuple[answers.Order, dict[str, Any]]


class WooCommerceOrders(WooCommerceClient):
    """Tells orders placed or changed in a period."""

    # The filter is strictly after, in whole seconds: what changed within the second of ``since`` would be lost.
    STEP_BACK = timedelta(seconds=2)

    def read_orders(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Orders of all statuses, those in the trash too.

        Args:
            since: the start of the period; orders of up to two seconds before it come too.
            until: its end.

        Returns:
            `OrderReceived`. ``pcs`` are what was not paid back before shipping (`adapters.woocommerce.paid_back`); an order of which
            nothing is left is cancelled. ``price_kopecks`` is what the buyer pays for a piece after discounts, with tax: the line's sum
            divided by all its pieces, half a kopeck and more rounded up; null where the order is not in roubles. ``channel_sku`` is
            empty where the goods have been deleted.

        Raises:
            SyncError: the site could not be asked.
        """
        told = {order.id: (order, raw) for status in (OPEN, TRASH) for order, raw in self._changed(status, since - self.STEP_BACK, until)}
        placed = [(order, raw) for order, raw in told.values() if order.status not in DRAFTS]
        lines = [line for order, raw in placed for line in _lines(order, raw, self._cancelled(order), until)]
        frame = pl.DataFrame(lines, schema=LINE, orient="row").with_columns(
            price_kopecks=_per_piece(), warehouse_ref=pl.lit(""), is_by_channel=pl.lit(False)
        )
        absent = [pl.lit(None, pl.String).alias("basket_ref"), pl.lit(None, pl.String).alias("parent_ref")]
        columns = OrderReceived.to_schema().columns.keys()
        return OrderReceived.validate(frame.with_columns(*absent, ship_by_at=pl.lit(None, INSTANT)).select(*columns))

    def refunds_of(self, order_ref: str | int) -> list[OneRefund]:
        """What was paid back of an order.

        Raises:
            SyncError: the site could not be asked.
        """
        return self.ask(paths.refunds(order_ref), order_answers.REFUNDS, {"per_page": self.PAGE_MAX})

    def _cancelled(self, order: answers.Order) -> Counter[int]:
        return cancelled_pcs(order, self.refunds_of(order.id)) if may_be_less(order) else Counter()

    def _changed(self, status: str, after: datetime, until: datetime) -> Iterator[Told]:
        """Page by page from the last change seen: an order that changes meanwhile leaves its page, and the next would be skipped."""
        seen: set[int] = set()
        page = 1
        while True:
            shown = self._changed_page(status, after, until, page)
            yield from shown
            ids = {order.id for order, _ in shown}
            if len(shown) < self.PAGE_MAX:
                return
            if page > 1 and ids <= seen:
                sentence = "Сайт повторяет страницу заказов: список так не прочитать до конца."
                raise ContractBroken(sentence, system="woocommerce", fragment=f"page: {page}")
            seen |= ids
            last_at = shown[-1][0].date_modified_gmt
            if last_at is not None and last_at - SECOND > after:
                after, page = last_at - SECOND, 1
            else:
                page += 1

    def _changed_page(self, status: str, after: datetime, until: datetime, page: int) -> list[Told]:
        params: dict[str, str | int] = {
            "status": status,
            "modified_after": _instant(after),
            "modified_before": _instant(until + SECOND),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": self.PAGE_MAX,
            "page": page,
        }
        response = self.get(paths.ORDERS, params)
        orders = self._connection.read(response, answers.ORDERS, is_repeatable=True)
        return list(zip(orders, response.json(), strict=True))


def _lines(order: answers.Order, raw: dict[str, Any], cancelled: Counter[int], until: datetime) -> Iterator[tuple[Any, ...]]:
    is_ours = order.currency == "RUB"
    payload, buyer, terms = json.dumps(raw, ensure_ascii=False), _buyer(order), _terms(order) if is_ours else None
    left = {line.id: max(0, line.quantity - cancelled[line.id]) for line in order.line_items}
    is_gone = bool(cancelled) and not any(left.values())
    for line in order.line_items:
        pcs = line.quantity if is_gone else left[line.id]
        if pcs > 0:
            yield (
                str(order.id),
                str(line.id),
                line.sku or "",
                pcs,
                line.quantity,
                line.total if is_ours else None,
                line.total_tax if is_ours else None,
                order.status,
                "cancelled" if is_gone else STATES.get(order.status, "other"),
                order.date_created_gmt or order.date_modified_gmt or until,
                _changed_at(order),
                buyer,
                terms,
                payload,
            )


def _changed_at(order: answers.Order) -> datetime | None:
    """The site tells whole seconds: of two reports of one second the one with more refunds is the newer one."""
    at = order.date_modified_gmt
    return at + timedelta(microseconds=len(order.refunds)) if at is not None else None


def _per_piece() -> pl.Expr:
    paid = kopecks(pl.col("total")) + kopecks(pl.col("tax"))
    return (paid * 2 + pl.col("of_pcs")) // (pl.col("of_pcs") * 2)


def _buyer(order: answers.Order) -> str | None:
    known = {"billing": order.billing, "shipping": order.shipping}
    told: dict[str, Any] = {name: {key: value for key, value in one.items() if value} for name, one in known.items()}
    told = {name: one for name, one in (told | {"note": order.customer_note}).items() if one}
    return json.dumps(told, ensure_ascii=False) if told else None


def _terms(order: answers.Order) -> str | None:
    """How it is delivered and paid for; delivery with its tax."""
    sums = [kopecks_of(total) or 0 for total in (order.shipping_total, order.shipping_tax)]
    told = {
        "delivery_kopecks": sum(sums),
        "delivery_method": next((line.method_title for line in order.shipping_lines if line.method_title), None),
        "payment_method": order.payment_method_title or order.payment_method,
        "payment_number": order.transaction_id,
        "paid_at": order.date_paid_gmt.isoformat() if order.date_paid_gmt else None,
    }
    known = {name: value for name, value in told.items() if value}
    return json.dumps(known, ensure_ascii=False) if known else None


def _instant(at: datetime) -> str:
    """Without a zone, as the site reads it beside ``dates_are_gmt``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
