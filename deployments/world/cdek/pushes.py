"""What CDEK pushes to a subscriber: unsigned bodies, tries, and what the control has ordered to go wrong.

Unconfirmed by the vendor (`reference/services.md` §1, Webhooks): 15 s for an answer, 12 tries in 75 minutes, then all subscriptions of the
URL are switched off; where the answer is not 200, the subscription is deleted after a day; at most two subscriptions.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deployments.world.pushes import Mail, Push

TYPES = frozenset(
    {
        "ORDER_STATUS",
        "PRINT_FORM",
        "PREALERT_CLOSED",
        "ACCOMPANYING_WAYBILL",
        "OFFICE_AVAILABILITY",
        "ORDER_MODIFIED",
        "DELIV_AGREEMENT",
        "DELIV_PROBLEM",
        "COURIER_INFO",
        "DOWNLOAD_PHOTO",
        "RECEIPT",
    }
)
TRIES = 12
BETWEEN = timedelta(minutes=75) / (TRIES - 1)
DELETED_AFTER = timedelta(hours=24)


@dataclass(kw_only=True)
class Subscription:
    """Where events of a type go."""

    uuid: str
    url: str
    type: str
    is_active: bool = True
    refused_since: datetime | None = None


@dataclass(kw_only=True)
class Post(Mail):
    """Subscriptions and pushes."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    def announce(self, body: dict[str, Any], now: datetime) -> None:
        """An event for whoever subscribed to its type."""
        for one in self.subscriptions.values():
            if one.is_active and one.type == body["type"]:
                self.send(body, to=one.uuid, url=one.url, now=now)

    def answered(self, push: Push, status: int | None, now: datetime) -> None:
        """A try is over: none is no answer in time."""
        subscription = self.subscriptions.get(push.to)
        if status is None:
            self._try_again(push, now)
        elif status == 200:
            self.end(push, "delivered")
            if subscription:
                subscription.refused_since = None
        else:
            self.end(push, "refused")
            if subscription and subscription.refused_since is None:
                subscription.refused_since = now

    def forget_refusing(self, now: datetime) -> None:
        """Subscriptions whose answers have not been 200 for a day are deleted."""
        for one in list(self.subscriptions.values()):
            if one.refused_since and now - one.refused_since >= DELETED_AFTER:
                self.unsubscribe(one.uuid)

    def unsubscribe(self, uuid: str) -> None:
        """A subscription ends; what was on its way is not sent."""
        del self.subscriptions[uuid]
        self.drop(push for push in self.waiting.values() if push.to == uuid)

    def _try_again(self, push: Push, now: datetime) -> None:
        push.next_at = now + BETWEEN
        if push.tries < TRIES:
            return
        self.end(push, "given_up")
        for one in self.subscriptions.values():
            if one.url == push.url:
                one.is_active = False
        self.drop(other for other in self.waiting.values() if other.url == push.url)
