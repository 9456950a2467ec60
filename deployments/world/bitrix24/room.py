"""Bitrix24's REST: whose webhook, how often, how long, and what an error looks like.

Sources: the vendor's documentation (limits, error codes, batch), told in `reference/services.md` §4.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deployments.world.bitrix24.books import Books
from deployments.world.bitrix24.saying import Wrong
from deployments.world.limits import TokenBucket
from deployments.world.room import Room

WINDOW = timedelta(minutes=10)
TOO_OFTEN = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An incoming webhook: its rights, and whether it is still there."""

    scopes: frozenset[str] = frozenset({"crm"})
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """Limits of every plan but Enterprise (there 5 a second and 250).

    ``operating_s`` within ten minutes closes a method for the whole portal. A refusal by it does not carry ``time`` by the
    vendor's words («of the last successful response»); ``is_reset_told`` has it carry one.
    """

    drained_per_second: float = 2.0
    burst: int = 50
    operating_s: float = 480.0
    request_s: float = 60.0
    call_s: float = 0.1
    is_reset_told: bool = False
    zone: str = "Europe/Moscow"


@dataclass(kw_only=True)
class Portal(Room):
    """One portal. ``costs_s`` is how long a call of a method takes, where it differs from the usual."""

    books: Books
    knobs: Knobs
    hooks: dict[tuple[str, str], Webhook]
    costs_s: dict[str, float] = field(default_factory=dict)
    copies: dict[str, Books] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    buckets: dict[str, TokenBucket] = field(default_factory=dict)
    operated: dict[str, deque[tuple[datetime, float]]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The portal's."""
        return ZoneInfo(self.knobs.zone)

    def door(self, request: Request) -> None:
        """A webhook that is there."""
        user, secret = request.path_params.get("user"), request.path_params.get("secret")
        if user is None or secret is None:
            raise Wrong(401, "NO_AUTH_FOUND", "Wrong authorization data").refusal()
        hook = self.hooks.get((user, secret))
        if hook is None or not hook.is_active:
            raise Wrong(401, "INVALID_CREDENTIALS", "Invalid request credentials").refusal()

    def limit(self, request: Request) -> None:
        """A bucket for each address that calls come from, whichever webhook they use; a batch is one call."""
        address = request.client.host if request.client else ""
        bucket = self.buckets.setdefault(address, TokenBucket(interval_s=1 / self.knobs.drained_per_second, burst=self.knobs.burst))
        if bucket.take(self.clock.now()):
            self.limited["per_address"] += 1
            raise Wrong(503, TOO_OFTEN["error"], TOO_OFTEN["error_description"]).refusal()

    def error(self, status: int) -> Response:
        """The vendor's body of an error of this status."""
        return Wrong(status, "INTERNAL_SERVER_ERROR", "Internal server error").refusal().response()

    def too_often(self, retry_after: str | None) -> Response:
        """503, not 429."""
        return JSONResponse(TOO_OFTEN, status_code=503, headers={"Retry-After": retry_after} if retry_after else {})

    def operate(self, method: str) -> float:
        """A call of the method is counted; the seconds it takes.

        Raises:
            Wrong: the method has taken too long within ten minutes, and is closed until some of them pass.
        """
        if self._operating(method) > self.knobs.operating_s:
            self.limited["operating"] += 1
            closed = Wrong(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit")
            if self.knobs.is_reset_told:
                closed.body |= {"time": self.time(method, 0.0)}
            raise closed
        cost_s = self.costs_s.get(method, self.knobs.call_s)
        self.operated.setdefault(method, deque()).append((self.clock.now(), cost_s))
        return cost_s

    def time(self, method: str, spent_s: float) -> dict[str, Any]:
        """How long a call took, how long the method has within ten minutes, and when some of that is given back."""
        started = self.clock.now()
        finished = started + timedelta(seconds=spent_s)
        counted = self.operated.get(method)
        return {
            "start": started.timestamp(),
            "finish": finished.timestamp(),
            "duration": spent_s,
            "processing": spent_s,
            "date_start": self.stamp(started),
            "date_finish": self.stamp(finished),
            "operating_reset_at": int(((counted[0][0] if counted else started) + WINDOW).timestamp()),
            "operating": self._operating(method),
        }

    def stamp(self, at: datetime) -> str:
        """A moment in the portal's zone."""
        return at.astimezone(self.zone).isoformat(timespec="seconds")

    def _operating(self, method: str) -> float:
        counted = self.operated.get(method, deque())
        while counted and self.clock.now() - counted[0][0] >= WINDOW:
            counted.popleft()
        return sum(seconds for _, seconds in counted)
