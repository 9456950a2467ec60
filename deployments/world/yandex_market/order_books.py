"""An order of the Market, and where its seller is told of it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deployments.world.pushes import Answer, Mail, Push
from deployments.world.yandex_market.shapes import as_moment

EVERYONE = "seller"
PATH = "/notification"
TIMEOUT_S, PING_TIMEOUT_S = 10.0, 1.0
PAUSES = ((timedelta(hours=1), timedelta(minutes=1)), (timedelta(days=1), timedelta(minutes=15)), (timedelta(days=14), timedelta(hours=1)))
"""Until so long after the first try, so often; then never again."""
EXPECTED = frozenset({"version", "name", "time"})


@dataclass(kw_only=True)
class Order:
    """An order of one line. ``seen_from`` is when the seller first sees it."""

    id: int
    campaign_id: int
    warehouse_id: int
    sku: str
    name: str
    pcs: int
    kopecks: int
    status: str
    substatus: str
    is_fake: bool
    created_at: datetime
    updated_at: datetime
    seen_from: datetime
    buyer: dict[str, Any]
    external_id: str = ""

    @property
    def freezes_pcs(self) -> bool:
        """Its pieces still lie in the warehouse."""
        return self.status in ("RESERVED", "UNPAID", "PENDING", "PROCESSING")


@dataclass(kw_only=True)
class MarketMail(Mail):
    """API notifications: unsigned, to ``<url>/notification``, repeated for two weeks (`reference/marketplaces.md` §3)."""

    url: str = ""
    delay_s: float = 0.0

    def connect(self, url: str, delay_s: float, now: datetime) -> None:
        """Another address, or none; it is asked whether it is there."""
        self.drop(self.waiting.values())
        self.url, self.delay_s = url, delay_s
        if url:
            self.send({"notificationType": "PING", "time": now.isoformat()}, to=EVERYONE, url=f"{url}{PATH}", now=now)

    def tell_created(self, order: Order, now: datetime) -> None:
        """A new order."""
        self._tell(order, now, notificationType="ORDER_CREATED", items=_items(order), createdAt=as_moment(order.created_at))

    def tell_moved(self, order: Order, now: datetime) -> None:
        """An order in another status."""
        at = as_moment(order.updated_at)
        self._tell(order, now, notificationType="ORDER_STATUS_UPDATED", status=order.status, substatus=order.substatus, updatedAt=at)
        if order.status == "CANCELLED":
            self._tell(order, now, notificationType="ORDER_CANCELLED", items=_items(order), cancelledAt=at)

    def tell_changed(self, order: Order, now: datetime) -> None:
        """An order of other pieces."""
        self._tell(order, now, notificationType="ORDER_UPDATED", items=_items(order), updatedAt=as_moment(order.updated_at))

    def answered(self, push: Push, answer: Answer | None, now: datetime) -> None:
        """A try is over: good is 200 with the body that the Market asks for."""
        if answer is not None and answer.status == 200 and _is_expected(answer.body):
            self.end(push, "delivered")
            return
        pause = next((pause for until, pause in PAUSES if now - push.made_at < until), None)
        if pause is not None and push.body["notificationType"] != "PING":
            push.next_at = now + pause
            return
        self.end(push, "given_up")

    def _tell(self, order: Order, now: datetime, **body: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        """An order that cannot be seen yet is not told of yet."""
        if not self.url:
            return
        at = max(now, order.seen_from) + timedelta(seconds=self.delay_s)
        told = {**body, "campaignId": order.campaign_id, "orderId": order.id}
        self.send(told, to=EVERYONE, url=f"{self.url}{PATH}", now=now, at=at)


def patience_s(push: Push) -> float:
    """A ping must be answered at once."""
    return PING_TIMEOUT_S if push.body["notificationType"] == "PING" else TIMEOUT_S


def _items(order: Order) -> list[dict[str, Any]]:
    return [{"offerId": order.sku, "count": order.pcs}]


def _is_expected(body: bytes) -> bool:
    try:
        told = json.loads(body)
    except ValueError:
        return False
    return isinstance(told, dict) and told.keys() >= EXPECTED
