"""What CDEK pushes to a subscriber: unsigned bodies, tries, and what the control has ordered to go wrong.

Unconfirmed by the vendor (`reference/services.md` §1, Webhooks): 15 s for an answer, 12 tries in 75 minutes, then all subscriptions of the
URL are switched off; where the answer is not 200, the subscription is deleted after a day; at most two subscriptions.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

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
KEPT = 5000

Outcome = Literal["waiting", "delivered", "refused", "given_up", "lost", "dropped"]


@dataclass(kw_only=True)
class Subscription:
    """Where events of a type go."""

    uuid: str
    url: str
    type: str
    is_active: bool = True
    refused_since: datetime | None = None


@dataclass(kw_only=True)
class Push:
    """An event on its way to a subscriber."""

    number: int
    subscription: str
    url: str
    body: dict[str, Any]
    next_at: datetime
    tries: int = 0
    outcome: Outcome = "waiting"


@dataclass(kw_only=True)
class Mischief:
    """What the control has ordered for the next ``times`` pushes."""

    kind: Literal["lose", "repeat", "reorder"]
    times: int
    held: list[Push] = field(default_factory=list)


@dataclass(kw_only=True)
class Post:
    """Subscriptions and pushes."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    waiting: dict[int, Push] = field(default_factory=dict)
    log: deque[Push] = field(default_factory=lambda: deque(maxlen=KEPT))
    mischief: deque[Mischief] = field(default_factory=deque)
    numbered: int = 0

    def announce(self, body: dict[str, Any], now: datetime) -> None:
        """An event for whoever subscribed to its type."""
        for one in self.subscriptions.values():
            if one.is_active and one.type == body["type"]:
                self._send(self._push(one, body, now))

    def due(self, now: datetime) -> list[Push]:
        """Pushes to try now, in their order."""
        return [push for push in self.waiting.values() if push.next_at <= now]

    def next_at(self) -> datetime | None:
        """When there is something to try."""
        return min((push.next_at for push in self.waiting.values()), default=None)

    def answered(self, number: int, status: int | None, now: datetime) -> None:
        """A try is over: none is no answer in time."""
        push = self.waiting.get(number)
        if push is None:
            return
        push.tries += 1
        subscription = self.subscriptions.get(push.subscription)
        if status is None:
            self._try_again(push, now)
        elif status == 200:
            self._end(push, "delivered")
            if subscription:
                subscription.refused_since = None
        else:
            self._end(push, "refused")
            if subscription and subscription.refused_since is None:
                subscription.refused_since = now

    def forget_refusing(self, now: datetime) -> None:
        """Subscriptions whose answers have not been 200 for a day are deleted."""
        for one in list(self.subscriptions.values()):
            if one.refused_since and now - one.refused_since >= DELETED_AFTER:
                self.drop(one.uuid)

    def drop(self, uuid: str) -> None:
        """A subscription ends; what was on its way is not sent."""
        del self.subscriptions[uuid]
        for push in [push for push in self.waiting.values() if push.subscription == uuid]:
            self._end(push, "dropped")

    def _push(self, to: Subscription, body: dict[str, Any], now: datetime) -> Push:
        self.numbered += 1
        return Push(number=self.numbered, subscription=to.uuid, url=to.url, body=body, next_at=now)

    def _send(self, push: Push) -> None:
        self.log.append(push)
        order = self.mischief[0] if self.mischief else None
        if order is None:
            self.waiting[push.number] = push
            return
        order.times -= 1
        if order.kind == "lose":
            push.outcome = "lost"
        elif order.kind == "repeat":
            self._repeat(push)
        else:
            order.held.append(push)
        if order.times == 0:
            self.mischief.popleft()
            self.waiting.update((held.number, held) for held in reversed(order.held))

    def _repeat(self, push: Push) -> None:
        self.numbered += 1
        again = Push(number=self.numbered, subscription=push.subscription, url=push.url, body=push.body, next_at=push.next_at)
        self.log.append(again)
        self.waiting |= {push.number: push, again.number: again}

    def _try_again(self, push: Push, now: datetime) -> None:
        push.next_at = now + BETWEEN
        if push.tries < TRIES:
            return
        self._end(push, "given_up")
        for one in self.subscriptions.values():
            if one.url == push.url:
                one.is_active = False
        for other in [other for other in self.waiting.values() if other.url == push.url]:
            self._end(other, "dropped")

    def _end(self, push: Push, outcome: Outcome) -> None:
        push.outcome = outcome
        del self.waiting[push.number]
