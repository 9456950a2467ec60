"""Returns of an Ozon cabinet: what Ozon carries back of postings that the seller ships.

Source: `reference/marketplaces.md` §2; https://docs.ozon.ru/api/seller/#operation/returnsList
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl
from pydantic import Field, TypeAdapter

from adapters.errors import ContractBroken
from adapters.ozon import paths
from adapters.ozon.answers import Answer, Instant, Many
from adapters.ozon.client import OzonClient
from validation.returns import ReturnReceived

STATES = {
    "WaitingShipment": "coming",
    "MovingToSeller": "coming",
    "ReturningToSellerByCourier": "coming",
    "ArrivedAtReturnPlace": "ready",
    "ReceivedBySeller": "received",
    "MovingToOzon": "gone",
    "ReturnedToOzon": "gone",
    "Utilizing": "gone",
    "Utilized": "gone",
    "CancelledDisputeNotOpen": "cancelled",
    "Rejected": "cancelled",
    "CrmRejected": "cancelled",
    "Cancelled": "cancelled",
}
"""Whatever else it is about money or a dispute, before the goods are back or after: it says that they are announced, not where they are."""


class Status(Answer):
    """Where a return is, in Ozon's word."""

    sys_name: str = ""


class Visual(Answer):
    """Its status and since when."""

    status: Status
    change_moment: Instant = None


class Product(Answer):
    """What comes back; a return is of one product."""

    sku: int
    offer_id: str = ""
    quantity: int = Field(ge=1)


class Logistic(Answer):
    """``final_moment``: it was handed to the seller, or came to Ozon's own warehouse."""

    return_date: Instant = None
    technical_return_moment: Instant = None
    final_moment: Instant = None


class Return(Answer):
    """A return of one product of a posting."""

    id: int
    posting_number: str
    type: str = ""
    return_reason_name: str = ""
    product: Product
    logistic: Logistic = Logistic()
    visual: Visual


class Returns(Answer):
    """Of /v1/returns/list: a page, which names no cursor but its last id."""

    returns: Many[Return]
    has_next: bool = False


RETURNS = TypeAdapter(Returns)


class OzonReturns(OzonClient):
    """`adapters.capabilities.GivesReturns`."""

    # https://docs.ozon.ru/api/seller/#operation/returnsList
    RETURNS_MAX = 500

    def read_returns(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Returns of postings that the seller ships whose status changed in the period.

        Returns:
            `ReturnReceived`; ``sku`` is the seller's code. Ozon does not look at what comes back: its condition is unknown.

        Raises:
            SyncError: Ozon could not be asked.
        """
        told = {one.id: one for one in self._returns(since, until)}
        return ReturnReceived.validate(pl.DataFrame([_row(one) for one in told.values()], schema=_RECEIVED))

    def _returns(self, since: datetime, until: datetime) -> Iterator[Return]:
        period = {"time_from": _instant(since), "time_to": _instant(until)}
        body = {"filter": {"visual_status_change_moment": period, "return_schema": "FBS"}, "limit": self.RETURNS_MAX}
        ends: list[int] = []
        while True:
            page = self.ask(paths.RETURNS, {**body, "last_id": ends[-1]} if ends else body, RETURNS)
            yield from page.returns
            if not page.has_next:
                return
            end = page.returns[-1].id if page.returns else 0
            if not end or end in ends:
                sentence = "Ozon повторяет страницу возвратов: список так не прочитать до конца."
                raise ContractBroken(sentence, system="ozon", fragment=f"last_id: {end}")
            ends.append(end)


def _row(one: Return) -> dict[str, Any]:
    word = one.visual.status.sys_name
    state = STATES.get(word, "announced")
    return {
        "return_ref": str(one.id),
        "group_ref": None,
        "channel": None,
        "order_ref": one.posting_number,
        "line_ref": None,
        "sku": one.product.offer_id or None,
        "pcs": one.product.quantity,
        "state": state,
        "status": f"{one.type}/{word}",
        "condition": "unknown",
        "decision": None,
        "reason": one.return_reason_name or None,
        "reported_at": one.logistic.return_date or one.logistic.technical_return_moment,
        "changed_at": one.visual.change_moment if word in STATES else None,
        "received_at": one.logistic.final_moment if state == "received" else None,
        "payload": json.dumps({"sku": one.product.sku, "type": one.type}),
    }


_RECEIVED = {name: column.dtype.type for name, column in ReturnReceived.to_schema().columns.items()}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
