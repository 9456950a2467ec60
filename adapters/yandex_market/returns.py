"""Returns and unredeemed orders («невыкупы») of a Yandex Market business, shop by shop.

Source: `reference/marketplaces.md` §3; https://yandex.ru/dev/market/partner-api/doc/ru/reference/orders/getReturns
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import polars as pl
from pydantic import AwareDatetime, TypeAdapter

from adapters.yandex_market.answers import Result, Rows, Told
from adapters.yandex_market.client import shop
from adapters.yandex_market.limits import RETURNS_READ, of_campaign
from adapters.yandex_market.warehouses import AVAILABLE, YandexMarketWarehouses
from validation.returns import ReturnReceived

MOSCOW = timezone(timedelta(hours=3))
OF_MARKET = frozenset({"FBY", "LAAS"})

# ReturnInstanceStatusType
INSTANCE_STATES = {
    "CREATED": "announced",
    "RECEIVED": "coming",
    "IN_TRANSIT": "coming",
    "READY_FOR_PICKUP": "ready",
    "PICKED": "received",
    "RECEIVED_ON_FULFILLMENT": "gone",
    "CANCELLED": "cancelled",
    "LOST": "gone",
    "UTILIZED": "gone",
    "PREPARED_FOR_UTILIZATION": "gone",
    "EXPROPRIATED": "gone",
    "NOT_IN_DEMAND": "gone",
}
# ReturnShipmentStatusType
SHIPMENT_STATES = {
    "CREATED": "announced",
    "RECEIVED": "coming",
    "IN_TRANSIT": "coming",
    "READY_FOR_PICKUP": "ready",
    "PICKED": "received",
    "LOST": "gone",
    "EXPIRED": "cancelled",
    "CANCELLED": "cancelled",
    "FULFILMENT_RECEIVED": "gone",
    "PREPARED_FOR_UTILIZATION": "gone",
    "NOT_IN_DEMAND": "gone",
    "UTILIZED": "gone",
    "READY_FOR_EXPROPRIATION": "gone",
    "RECEIVED_FOR_EXPROPRIATION": "gone",
}
FARTHEST_FIRST = ("received", "gone", "cancelled", "ready", "coming", "announced")
"""The Market does not number pieces: told so, each keeps its place while they move on one after another."""
DEFECTS = frozenset({"DEFECT", "EXPIRED", "PART_MISSING", "NON_COMPLIENT", "NOT_ACCEPTABLE", "REPAIR"})
"""Of ReturnInstanceStockType. What the Market calls good is not: nobody of the shop has looked at it."""
DEFECT_REASONS = frozenset({"BAD_QUALITY", "DAMAGE_DELIVERY"})


class Instance(Told):
    """``ReturnInstanceDTO``: one piece."""

    stock_type: str | None = None
    status: str | None = None


class Decision(Told):
    """``ReturnDecisionDTO``."""

    reason_type: str | None = None
    comment: str | None = None


class Item(Told):
    """``ReturnItemDTO``."""

    shop_sku: str
    count: int
    decisions: list[Decision] | None = None
    instances: list[Instance] | None = None


class Return(Told):
    """``ReturnDTO``; of a ``fast_return`` the buyer keeps the goods."""

    id: int
    order_id: int
    items: list[Item]
    return_type: str
    fast_return: bool | None = None
    shipment_status: str | None = None
    creation_date: AwareDatetime | None = None
    update_date: AwareDatetime | None = None


class Returns(Rows):
    """``PagedReturnsDTO``."""

    returns: list[Return]


RETURNS = TypeAdapter(Result[Returns])


class YandexMarketReturns(YandexMarketWarehouses):
    """`adapters.capabilities.GivesReturns`."""

    # getReturns
    RETURNS_MAX = 100

    def read_returns(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Returns and unredeemed orders changed from the day of ``since`` to that of ``until``, of shops that ship by themselves.

        Returns:
            `ReturnReceived`, a row per piece: the Market tells of each where it is.

        Raises:
            SyncError: the Market could not be asked.
        """
        period = {"fromDate": _day(since), "toDate": _day(until)}
        shops = [
            one for one in self.campaigns.values() if one.placement_type not in OF_MARKET and one.api_availability in {None, AVAILABLE}
        ]
        told = {one.id: one for campaign in shops for one in self._returns(str(campaign.id), period)}
        return ReturnReceived.validate(pl.DataFrame([row for one in told.values() for row in _rows(one)], schema=_RECEIVED))

    def _returns(self, campaign_ref: str, period: dict[str, str]) -> Iterator[Return]:
        limits = of_campaign(campaign_ref, RETURNS_READ)
        pages = self.pages("GET", shop(campaign_ref, "returns"), RETURNS, limits=limits, limit=self.RETURNS_MAX, params=period)
        for page in pages:
            yield from page.result.returns


def _rows(one: Return) -> Iterator[dict[str, Any]]:
    for number, item in enumerate(one.items):
        instances = sorted(item.instances or [], key=lambda piece: FARTHEST_FIRST.index(_state(one, piece) or "announced"))
        for piece in range(item.count):
            instance = instances[piece] if piece < len(instances) else Instance()
            yield _row(one, item, instance, f"{one.id}/{number}/{piece}")


def _state(one: Return, instance: Instance) -> str | None:
    """Where a piece is; None: nobody says, which is no news where it was said before."""
    if instance.status:
        return INSTANCE_STATES.get(instance.status)
    if one.shipment_status is None and one.fast_return:
        return "gone"
    return SHIPMENT_STATES.get(one.shipment_status or "")


def _row(one: Return, item: Item, instance: Instance, return_ref: str) -> dict[str, Any]:
    placed = _state(one, instance)
    state = placed or "announced"
    changed_at = (one.update_date or one.creation_date) if placed else None
    reasons = [decision.reason_type for decision in item.decisions or [] if decision.reason_type]
    is_defect = instance.stock_type in DEFECTS or any(reason in DEFECT_REASONS for reason in reasons)
    return {
        "return_ref": return_ref,
        "group_ref": str(one.id),
        "channel": None,
        "order_ref": str(one.order_id),
        "line_ref": None,
        "sku": item.shop_sku,
        "pcs": 1,
        "state": state,
        "status": f"{one.return_type}/{instance.status or one.shipment_status or ''}",
        "condition": "defect" if is_defect else "unknown",
        "decision": None,
        "reason": next((REASONS[reason] for reason in reasons if reason in REASONS), None),
        "reported_at": one.creation_date.astimezone(UTC) if one.creation_date else None,
        "changed_at": changed_at.astimezone(UTC) if changed_at else None,
        "received_at": changed_at.astimezone(UTC) if changed_at and state == "received" else None,
        "payload": json.dumps({"type": one.return_type, "stock_type": instance.stock_type}),
    }


REASONS = {
    "BAD_QUALITY": "товар с недостатками",
    "DOES_NOT_FIT": "товар не подошёл",
    "WRONG_ITEM": "привезли не тот товар",
    "DAMAGE_DELIVERY": "повреждён при доставке",
    "CONTENT_FAIL": "неверное описание",
    "DELIVERY_FAIL": "товар не привезли",
}

_RECEIVED = {name: column.dtype.type for name, column in ReturnReceived.to_schema().columns.items()}


def _day(at: datetime) -> str:
    return at.astimezone(MOSCOW).date().isoformat()
