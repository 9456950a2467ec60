"""Goods that Wildberries gives back to the seller: the report «возвраты и перемещение товаров».

Source: GET /api/v1/analytics/goods-return of `12-reports.yaml`; `reference/marketplaces.md` §1.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from adapters.wildberries.answers import Answer
from adapters.wildberries.client import WildberriesClient
from adapters.wildberries.limits import GOODS_RETURN
from validation.returns import ReturnReceived

WINDOW = timedelta(days=31)
"""The most between the first day and the last; the last must be a later one."""
LOOK_BACK = 2 * WINDOW
"""So long after it was ordered a return may still change."""
MOSCOW = timezone(timedelta(hours=3))
"""The report's times name no zone; Wildberries' own is Moscow's."""


class GoodsReturn(Answer):
    """One piece on its way back; ``order_id`` is the assembly task, 0 where there was none."""

    srid: str
    order_id: int | None = None
    nm_id: int | None = None
    barcode: str | None = None
    sticker_id: str | None = None
    status: str = ""
    is_status_active: int = 1
    return_type: str = ""
    reason: str | None = None
    order_dt: datetime | None = None
    ready_to_return_dt: datetime | None = None
    completed_dt: datetime | None = None
    expired_dt: datetime | None = None


class Report(Answer):
    """GET /api/v1/analytics/goods-return."""

    report: list[GoodsReturn] | None = None


REPORT = TypeAdapter(Report)


class WildberriesReturns(WildberriesClient):
    """`adapters.capabilities.GivesReturns`."""

    def read_returns(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Every piece whose return was ordered from ``since``, and in the 62 days before ``until``, as it is now.

        Wildberries does not tell when a return changed, so whatever may have changed is read again; one call is allowed a minute. What was
        sold from its own warehouses has no assembly task and is not told.

        Returns:
            `ReturnReceived`: one piece each; ``order_ref`` is the assembly task. Nobody has looked at it: its condition is unknown.

        Raises:
            SyncError: Wildberries could not be asked.
        """
        told = {one.srid: one for one in self._reported(_day(min(since, until - LOOK_BACK)), _day(until)) if one.order_id}
        return ReturnReceived.validate(pl.DataFrame([_row(one) for one in told.values()], schema=_RECEIVED))

    def _reported(self, since: date, until: date) -> Iterator[GoodsReturn]:
        connection = self._services["seller-analytics"]
        while since < until:
            end = min(since + WINDOW, until)
            period = {"dateFrom": since.isoformat(), "dateTo": end.isoformat()}
            response = connection.call("GET", "/api/v1/analytics/goods-return", params=period, limits={GOODS_RETURN: 1})
            yield from connection.read(response, REPORT, is_repeatable=True).report or []
            since = end


def state_of(one: GoodsReturn) -> str:
    """Ours: by its dates, because its statuses are words for people that nobody lists."""
    if one.completed_dt is not None:
        return "received"
    if not one.is_status_active:
        return "gone"
    return "ready" if one.ready_to_return_dt is not None else "coming"


def _row(one: GoodsReturn) -> dict[str, Any]:
    return {
        "return_ref": one.srid,
        "group_ref": None,
        "channel": None,
        "order_ref": str(one.order_id),
        "line_ref": None,
        "sku": None,
        "pcs": 1,
        "state": state_of(one),
        "status": one.status or one.return_type or "?",
        "condition": "unknown",
        "decision": None,
        "reason": one.reason or one.return_type or None,
        "reported_at": _instant(one.order_dt),
        "changed_at": None,
        "received_at": _instant(one.completed_dt),
        "payload": json.dumps({"nm_id": one.nm_id, "barcode": one.barcode, "sticker_id": one.sticker_id, "type": one.return_type}),
    }


_RECEIVED = {name: column.dtype.type for name, column in ReturnReceived.to_schema().columns.items()}


def _instant(told: datetime | None) -> datetime | None:
    if told is None:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=MOSCOW)).astimezone(UTC)


def _day(at: datetime) -> date:
    return at.astimezone(MOSCOW).date()
