"""What a site pays back: refunds written by its managers, and those that we write for goods that came back.

A refund says that money goes back, not that goods have come: it announces a return. Source: `reference/services.md` §3, measured on
WooCommerce 10.0.2.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from pydantic import Field, TypeAdapter

from adapters.errors import OutcomeUnknown, Rejected
from adapters.woocommerce import order_answers, paths
from adapters.woocommerce.answers import Instant
from adapters.woocommerce.order_answers import REFUNDED, Meta, OneOrder, OneRefund, kopecks
from adapters.woocommerce.orders import OPEN, WooCommerceOrders
from adapters.woocommerce.reasons import words_of
from adapters.woocommerce.refunds import parts_to_refund, refund_body
from tasks.rules.return_documents import ReturnRefund
from validation.order_news import NEWS_SENTENCES, OrderTold
from validation.returns import ReturnReceived

OURS = "_utyug_return"
"""The number of our return, kept beside the refund that we wrote for it: what is ours is told once and is nobody's news."""


class Refund(OneRefund):
    """A refund with who wrote it and why."""

    amount: str = "0"
    reason: str = ""
    date_created_gmt: Instant | None = None
    meta_data: list[Meta] = Field(default_factory=list)

    @property
    def ours(self) -> str | None:
        """The return that we wrote it for."""
        return next((str(one.value) for one in self.meta_data if one.key == OURS), None)


REFUNDS = TypeAdapter(list[Refund])


class WooCommerceReturns(WooCommerceOrders):
    """`adapters.capabilities.GivesReturns` and `RefundsReturns`."""

    def read_returns(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Refunds of orders changed in the period, those that we wrote left out.

        Returns:
            `ReturnReceived`: announced, no more; ``line_ref`` is the site's key of the line. A refund that names no goods is of all that
            is left of its order where it pays all of it back, and else of nothing: only money.

        Raises:
            SyncError: the site could not be asked.
        """
        changed = {order.id for order, _ in self._changed(OPEN, since - self.STEP_BACK, until) if order.refunds}
        rows = [row for order_id in sorted(changed) for row in self._rows(str(order_id))]
        return ReturnReceived.validate(pl.DataFrame(rows, schema=_RECEIVED))

    def refund_returns(self, refunds: Sequence[ReturnRefund]) -> list[OrderTold]:
        """Each is written as a refund by hand: no payment gateway is asked and nothing goes on the site's shelf, which 1C's count fills.

        Raises:
            SyncError: nothing was done from the first that has no answer on.
        """
        return [self._pay_back(one) for one in refunds]

    def _pay_back(self, wanted: ReturnRefund) -> OrderTold:
        """What is there already is looked at first, so that telling it again pays nothing twice."""
        try:
            order = self.ask(paths.one_order(wanted.order_ref), order_answers.ORDER)
        except Rejected:
            return _answer(wanted, "refused", "order_is_gone")
        known = self._refunds(wanted.order_ref) if order.refunds else []
        if any(one.ours == str(wanted.return_id) for one in known):
            return _answer(wanted, "already")
        parts = parts_to_refund(order, known, _left(order, known, wanted.pcs))
        if not parts:
            return _answer(wanted, "already")
        reason = f"Возврат Utyug № {wanted.return_id}" + (f": {wanted.reason}" if wanted.reason else "")
        body = {**refund_body(parts, reason), "api_restock": False, "meta_data": [{"key": OURS, "value": str(wanted.return_id)}]}
        try:
            self.tell("POST", paths.refunds(wanted.order_ref), body, order_answers.REFUND, is_repeatable=False)
        except OutcomeUnknown:
            return _answer(wanted, "unknown", "news_outcome_is_unknown")
        except Rejected as error:
            said = f"{NEWS_SENTENCES['channel_refuses_news']} {words_of(error)[1]}".strip()
            return OrderTold(order_ref=wanted.order_ref, outcome="refused", reason="channel_refuses_news", sentence=said)
        return _answer(wanted, "accepted")

    def _refunds(self, order_ref: str) -> list[Refund]:
        return self.ask(paths.refunds(order_ref), REFUNDS, {"per_page": self.PAGE_MAX})

    def _rows(self, order_ref: str) -> Iterator[dict[str, Any]]:
        order, refunds = self.ask(paths.one_order(order_ref), order_answers.ORDER), self._refunds(order_ref)
        refunded: Counter[str] = Counter()
        for refund in sorted(refunds, key=lambda one: one.id):
            pieces = _pieces(refund) or _all_of(order, refund, refunded)
            refunded.update(pieces)
            if refund.ours is None:
                yield from (_row(order_ref, refund, line_ref, pcs) for line_ref, pcs in sorted(pieces.items()))


def _pieces(refund: Refund) -> Counter[str]:
    """Pieces by line that a refund names."""
    named = ((meta.value, -line.quantity) for line in refund.line_items for meta in line.meta_data if meta.key == REFUNDED)
    return Counter({str(line_ref): pcs for line_ref, pcs in named if pcs > 0})


def _all_of(order: OneOrder, refund: Refund, refunded: Mapping[str, int]) -> Counter[str]:
    """An order that is refunded by its status alone gets a refund that names no line and pays everything."""
    whole = sum(kopecks(line.total) + sum(kopecks(tax.total) for tax in line.taxes) for line in order.line_items)
    if order.status != "refunded" or kopecks(refund.amount) < whole:
        return Counter()
    left = {str(line.id): line.quantity - refunded.get(str(line.id), 0) for line in order.line_items}
    return Counter({line_ref: pcs for line_ref, pcs in left.items() if pcs > 0})


def _left(order: OneOrder, refunds: Sequence[Refund], returned: Mapping[str, int]) -> dict[str, int]:
    """Pieces that stay in each line when what came back is paid back; what somebody paid back already counts for it."""
    paid: Counter[str] = Counter()
    for one in refunds:
        if one.ours is not None:
            paid.update(_pieces(one))
    quantities = {str(line.id): line.quantity for line in order.line_items}
    return {ref: max(0, quantities[ref] - paid[ref] - pcs) for ref, pcs in returned.items() if ref in quantities}


def _row(order_ref: str, refund: Refund, line_ref: str, pcs: int) -> dict[str, Any]:
    return {
        "return_ref": str(refund.id),
        "group_ref": None,
        "channel": None,
        "order_ref": order_ref,
        "line_ref": line_ref,
        "sku": None,
        "pcs": pcs,
        "state": "announced",
        "status": "refund",
        "condition": "unknown",
        "decision": None,
        "reason": refund.reason or None,
        "reported_at": refund.date_created_gmt,
        "changed_at": None,
        "received_at": None,
        "payload": json.dumps({"amount": refund.amount}),
    }


_RECEIVED = {name: column.dtype.type for name, column in ReturnReceived.to_schema().columns.items()}


def _answer(wanted: ReturnRefund, outcome: Any, reason: str | None = None) -> OrderTold:  # noqa: ANN401 - one of the outcomes
    return OrderTold(order_ref=wanted.order_ref, outcome=outcome, reason=reason, sentence=NEWS_SENTENCES[reason] if reason else None)
