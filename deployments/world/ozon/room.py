"""Ozon's Seller API: who may enter, how often, and what an error looks like.

Sources: the API's own pages (tags Auth, Process, Errors) and `reference/marketplaces.md` §2.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deployments.world.limits import SlidingWindow
from deployments.world.ozon import assembling
from deployments.world.ozon.asking import DENIED, EXHAUSTED, GRPC_CODE, INTERNAL, UNAUTHENTICATED, refused, status_body
from deployments.world.ozon.books import Books
from deployments.world.ozon.telling import TIMEOUT_S, OzonMail
from deployments.world.postman import PushingRoom
from deployments.world.pushes import Answer, Push
from deployments.world.room import Refusal

ALWAYS_ALLOWED = "/v1/roles"
STOCKS = "/v2/products/stocks"
TOO_OFTEN = "You have reached request rate limit per second"


@dataclass(kw_only=True)
class Key:
    """An API key: what it opens, and until when. A method is allowed by its path or by a beginning of it."""

    expires_at: datetime
    roles: dict[str, list[str]]
    is_deactivated: bool = False
    is_elsewhere: bool = field(default=False, metadata={"why": "bound to networks the caller is not in"})

    def opens(self, method: str) -> bool:
        """Some role of the key has this method."""
        return any(method.startswith(allowed) for methods in self.roles.values() for allowed in methods)


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """What Ozon leaves open or sets for each cabinet.

    Documented: 50 calls a second over all methods, 80 stock updates a minute, 10 price updates an hour, a pair once in 30 seconds.
    Said only in words: a task of import is processed "by queues" (pictures in about 10 seconds: ``import_s``), moderation "usually
    takes less than a day" (``moderation_s``), a method is closed for "several minutes" (``circle_s``) after "a large number" of calls
    (``storm_calls`` refused within ``storm_s``), the answer to assembling does not mean that it is done (``assembly_s``). The limits on
    products are each cabinet's own; -1 is none.
    """

    import_s: float = 10.0
    moderation_s: float = 3600.0
    order_visible_s: float = 0.0
    assembly_s: float = 0.0
    calls_per_second: int = 50
    stock_calls_per_minute: int = 80
    storm_calls: int = 30
    storm_s: float = 60.0
    circle_s: float = 180.0
    items_per_minute: int = 1000
    daily_create: int = 5000
    daily_update: int = 50_000
    total: int = -1


@dataclass(kw_only=True)
class OzonRoom(PushingRoom):
    """One cabinet."""

    PER_METHOD: ClassVar[dict[str, str]] = {STOCKS: "stocks_per_minute"}

    books: Books
    client_id: str
    keys: dict[str, Key]
    knobs: Knobs
    methods: frozenset[str]
    is_offer_signed: bool = True
    calls: SlidingWindow = field(init=False)
    stock_calls: SlidingWindow = field(init=False)
    operations: SlidingWindow = field(init=False)
    refusals: dict[str, SlidingWindow] = field(init=False)
    closed_until: dict[str, datetime] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.calls = SlidingWindow(count=self.knobs.calls_per_second, seconds=1)
        self.stock_calls = SlidingWindow(count=self.knobs.stock_calls_per_minute, seconds=60)
        self.operations = SlidingWindow(count=self.knobs.items_per_minute, seconds=60)
        self.refusals = defaultdict(lambda: SlidingWindow(count=self.knobs.storm_calls, seconds=self.knobs.storm_s))

    def now(self) -> datetime:
        """The world's instant, with all that has become due by then."""
        now = self.clock.now()
        self.books.settle(now)
        assembling.settle(self.books, now)
        return now

    def mail(self) -> OzonMail:
        """Pushes, as of now."""
        return self.books.mail

    def patience_s(self, push: Push) -> float:  # noqa: ARG002 - every room's shape
        """As long for every push."""
        return TIMEOUT_S

    def push_answered(self, push: Push, answer: Answer | None) -> None:
        """A try is over."""
        self.books.mail.answered(push, answer, self.clock.now())

    def key(self, request: Request) -> Key:
        """The key the caller holds.

        Raises:
            Refusal: there is none, or it opens nothing.
        """
        client_id, secret = request.headers.get("Client-Id"), request.headers.get("Api-Key")
        if not client_id or not secret:
            raise refused(UNAUTHENTICATED, "Client-Id and Api-Key headers are required")
        key = self.keys.get(secret) if client_id == self.client_id else None
        if key is None:
            raise refused(DENIED, "Invalid Api-Key, please check the key and try again")
        if key.is_deactivated or self.clock.now() >= key.expires_at:
            raise refused(DENIED, "Api-key is deactivated, use another one or generate a new one")
        if key.is_elsewhere:
            raise refused(DENIED, "Api-Key is restricted to specific IP addresses")
        return key

    def door(self, request: Request) -> None:
        """A key of this cabinet, alive, under a signed offer, with a role for the method where there is such a method."""
        key = self.key(request)
        if not self.is_offer_signed:
            raise refused(DENIED, "Offer not signed")
        method = _method(request)
        if method in self.methods and method != ALWAYS_ALLOWED and not key.opens(method):
            raise refused(DENIED, "Api-Key is missing a required role for a method")

    def limit(self, request: Request) -> None:
        """50 a second over all methods, a method's own, and a method that is closed after a storm."""
        method, now = _method(request), self.clock.now()
        if now < self.closed_until.get(method, now):
            self.limited["circle"] += 1
            raise refused(EXHAUSTED, "Circle is open")
        broken = self._broken(method, now)
        if broken is None:
            return
        self.limited[broken] += 1
        if self.refusals[method].take(now) > 0:
            self.closed_until[method] = now + timedelta(seconds=self.knobs.circle_s)
        raise refused(EXHAUSTED, TOO_OFTEN)

    def spend_items(self, *, new: int, old: int) -> None:
        """Products created and updated by one call, against the minute's limit and the day's.

        Raises:
            Refusal: 429 with the minutes to wait and what is left.
        """
        now = self.clock.now()
        today = now.astimezone(UTC).date()
        books, knobs = self.books, self.knobs
        for used, more, limit in ((books.created_on[today], new, knobs.daily_create), (books.updated_on[today], old, knobs.daily_update)):
            if 0 <= limit < used + more:
                self.limited["items_per_day"] += 1
                raise _item_limit("item_limit_exceeded", (day_ends_at(now) - now).total_seconds(), max(0, limit - used))
        wait_s = self.operations.take(now, new + old)
        if wait_s:
            self.limited["items_per_minute"] += 1
            raise _item_limit("You have reached operation items limits", wait_s, knobs.items_per_minute - self.operations.used)
        books.created_on[today] += new
        books.updated_on[today] += old

    def error(self, status: int) -> Response:
        """Ozon's body of an error of this status."""
        message = "Internal error" if status >= 500 else "Bad request"
        return JSONResponse(status_body(GRPC_CODE.get(status, INTERNAL), message), status_code=status)

    def too_often(self, retry_after: str | None) -> Response:
        """What a caller in a hurry is told."""
        headers = {"Retry-After": retry_after} if retry_after else {}
        return JSONResponse(status_body(EXHAUSTED, TOO_OFTEN), status_code=429, headers=headers)

    def _broken(self, method: str, now: datetime) -> str | None:
        if self.calls.take(now):
            return "per_second"
        if method in self.PER_METHOD and self.stock_calls.take(now):
            return self.PER_METHOD[method]
        return None


def day_ends_at(now: datetime) -> datetime:
    """When the day's counters begin anew: 03:00 in Moscow, which is midnight in UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _method(request: Request) -> str:
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def _item_limit(words: str, wait_s: float, left: int) -> Refusal:
    message = f"{words}. Retry after {math.ceil(wait_s)} seconds. Remaining {left} items"
    headers = {"Item-Retry-After": str(math.ceil(wait_s / 60)), "Item-Rate-Limit-Remaining": str(left)}
    return refused(EXHAUSTED, message, headers)
