"""Pushes on their way to a subscriber: tries, the pauses between them, and what the control has ordered to go wrong."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

KEPT = 5000

Outcome = Literal["waiting", "delivered", "refused", "given_up", "lost", "dropped"]
MischiefKind = Literal["lose", "repeat", "delay", "reorder"]


@dataclass(kw_only=True)
class Push:
    """An event on its way. Those ``to`` the same subscriber go one after the other; ``body`` is what was to be told when it happened.

    One that ``is_leaving`` is told already, and not answered yet: what happens now, it does not tell.
    """

    number: int
    to: str
    url: str
    body: Any
    next_at: datetime
    made_at: datetime
    tries: int = 0
    is_leaving: bool = False
    outcome: Outcome = "waiting"


@dataclass(kw_only=True)
class Mischief:
    """What the control has ordered for the next ``times`` pushes: lost, sent twice, ``seconds`` late, or all of them in reverse."""

    kind: MischiefKind
    times: int
    seconds: float = 0.0
    held: list[Push] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a subscriber answered to a try."""

    status: int
    body: bytes = b""


@dataclass(kw_only=True)
class Mail:
    """Pushes of a room, those that wait and all of late."""

    waiting: dict[int, Push] = field(default_factory=dict)
    log: deque[Push] = field(default_factory=lambda: deque(maxlen=KEPT))
    mischief: deque[Mischief] = field(default_factory=deque)
    numbered: int = 0

    def send(self, body: Any, *, to: str, url: str, now: datetime, at: datetime | None = None) -> None:  # noqa: ANN401 - whatever JSON can say
        """An event for a subscriber, to be told ``at``, now where absent; mischief may befall it."""
        self.numbered += 1
        push = Push(number=self.numbered, to=to, url=url, body=body, next_at=at or now, made_at=now)
        self.log.append(push)
        order = self.mischief[0] if self.mischief else None
        if order is None:
            self.waiting[push.number] = push
            return
        order.times -= 1
        self._spoil(push, order)
        if order.times == 0:
            self.mischief.popleft()
            self.waiting.update((held.number, held) for held in reversed(order.held))

    def due(self, now: datetime) -> list[Push]:
        """Pushes to try now, in their order."""
        return [push for push in self.waiting.values() if push.next_at <= now]

    def next_at(self) -> datetime | None:
        """When there is something to try."""
        return min((push.next_at for push in self.waiting.values()), default=None)

    def end(self, push: Push, outcome: Outcome) -> None:
        """No more tries."""
        push.outcome = outcome
        del self.waiting[push.number]

    def drop(self, which: Iterable[Push]) -> None:
        """Pushes whose subscriber is gone are not sent."""
        for push in list(which):
            self.end(push, "dropped")

    def _spoil(self, push: Push, order: Mischief) -> None:
        if order.kind == "lose":
            push.outcome = "lost"
        elif order.kind == "reorder":
            order.held.append(push)
        elif order.kind == "delay":
            push.next_at += timedelta(seconds=order.seconds)
            self.waiting[push.number] = push
        else:
            self.numbered += 1
            again = replace(push, number=self.numbered)
            self.log.append(again)
            self.waiting |= {push.number: push, again.number: again}
