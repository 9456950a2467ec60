"""The Wildberries room: who may enter, how often, and how it says no.

The services are paths: ``/content-api/content/v2/…`` is ``https://content-api.wildberries.ru/content/v2/…``.
"""

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from fastapi import Request, Response

from deployments.world.limits import TokenBucket
from deployments.world.room import Refusal, Room
from deployments.world.wildberries.answers import PROBLEM, denied, problem
from deployments.world.wildberries.books import Books
from deployments.world.wildberries.limits import Group, group_of
from deployments.world.wildberries.tokens import ACCOUNTS, SELLER_REF, Malformed, Scope, Token, read_token

SERVICES: dict[str, Scope | None] = {
    "common-api": None,
    "content-api": "content",
    "seller-analytics-api": "analytics",
    "discounts-prices-api": "prices",
    "marketplace-api": "marketplace",
    "statistics-api": "statistics",
    "advert-api": "promotion",
    "feedbacks-api": "feedbacks",
    "buyer-chat-api": "chat",
    "supplies-api": "supplies",
    "returns-api": "returns",
    "documents-api": "documents",
    "finance-api": "finance",
    "user-management-api": "users",
}

READING_BY_POST = ("/get/cards/list", "/cards/error/list", "/list/goods/filter", "/orders/status", "/orders/stickers")

OF_ORDERS = ("v3/orders", "v3/supplies", "marketplace/v3/supplies")

Prefix = Literal["either", "bare", "bearer"]


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What the vendor leaves open or gives as «up to».

    Attributes:
        prefix: how ``Authorization`` is written; the spec sends the bare token, the knowledge base ``Bearer``.
        wrong_scope_status: a token of another category; the ping's description says 401, the knowledge base 403.
        creating_s: until a new card or an error of it can be read.
        settling_s: until a new card takes stock and prices, «up to 30 minutes».
        updating_s: the same for a card that was changed; its description says so of every edit, and not of which goods.
        pricing_s: until an upload of prices is worked through.
        is_stock_row_by_row: whether good rows of a stock write apply where it is answered 409; the documentation does not say.
        is_restocked: whether a cancelled piece is on sale again by itself.
        visible_s: until a new order is shown.
        is_429_penalised: «an answer 4XX counts as 10 calls», 429 being one.
    """

    prefix: Prefix = "either"
    wrong_scope_status: Literal[401, 403] = 401
    creating_s: float = 5.0
    settling_s: float = 1800.0
    updating_s: float = 0.0
    pricing_s: float = 5.0
    is_stock_row_by_row: bool = False
    is_restocked: bool = True
    visible_s: float = 0.0
    is_429_penalised: bool = True


@dataclass(kw_only=True)
class Cabinet(Room):
    """The room; its account is that of ``seller_ref``."""

    books: Books
    habits: Habits = field(default_factory=Habits)
    seller_ref: str = SELLER_REF
    seller_name: str = "ООО «Утюг и Ко»"
    revoked: set[str] = field(default_factory=set)
    buckets: dict[tuple[str, str, bool], TokenBucket] = field(default_factory=dict)

    def door(self, request: Request) -> None:
        """401 where the token is none, not ours, dead or of another category; 403 where it may only read."""
        path = path_of(request)
        token = self._token(request)
        request.state.token = token
        service = path.split("/")[1]
        scope = SERVICES.get(service)
        if token.account == ACCOUNTS["test"] or (scope is not None and not token.opens(scope)):
            raise denied(path) if self.habits.wrong_scope_status == 403 else self._stranger(request, "token scope not allowed")
        if token.is_read_only and not _only_reads(request.method, path):
            raise denied(path)

    def limit(self, request: Request) -> None:
        """A call to the group's bucket; too soon is 429."""
        path = path_of(request)
        group = group_of(request.method, path)
        if group is None:
            return
        bucket = self._bucket(group, path, is_base=request.state.token.is_base)
        wait_s = bucket.take(self.clock.now())
        if not wait_s:
            request.state.paced = (group, bucket)
            return
        self.limited[group.name] += 1
        if self.habits.is_429_penalised and group.penalty > 1:
            bucket.charge(group.penalty)
            wait_s += group.penalty * bucket.interval_s
        raise self._slow_down(str(math.ceil(wait_s)), bucket, wait_s, media=_media(path))

    def answered(self, request: Request, response: Response) -> None:
        """What an answer 4XX costs beyond its call, and what is left."""
        paced: tuple[Group, TokenBucket] | None = getattr(request.state, "paced", None)
        if paced is None:
            return
        group, bucket = paced
        if 400 <= response.status_code < 500:
            bucket.charge(group.penalty - 1)
        response.headers["X-Ratelimit-Limit"] = str(bucket.burst)
        response.headers["X-Ratelimit-Remaining"] = str(bucket.remaining)
        response.headers["X-Ratelimit-Reset"] = str(math.ceil((bucket.burst - bucket.remaining) * bucket.interval_s))

    def error(self, status: int) -> Response:
        """An error of the gate."""
        return problem(status, "try again later", self.clock.now()).response()

    def too_often(self, retry_after: str | None) -> Response:
        """429; the wait is told in ``X-Ratelimit-Retry``."""
        return self._slow_down(retry_after).response()

    def ripe(self) -> Books:
        """The books as of now."""
        self.books.ripen(self.clock.now())
        return self.books

    def _token(self, request: Request) -> Token:
        given = request.headers.get("authorization", "")
        has_prefix = given.startswith("Bearer ")
        if not given:
            raise self._stranger(request, "empty Authorization header")
        if self.habits.prefix != "either" and has_prefix != (self.habits.prefix == "bearer"):
            raise self._stranger(request, "token problem; token is malformed: illegal base64 data at input byte 6")
        try:
            token = read_token(given.removeprefix("Bearer "))
        except Malformed as wrong:
            raise self._stranger(request, str(wrong)) from wrong
        if token.expires_at <= self.clock.now():
            raise self._stranger(request, "token expired")
        if token.seller_ref != self.seller_ref or token.token_ref in self.revoked:
            raise self._stranger(request, "token problem; access token withdrawn")
        return token

    def _stranger(self, request: Request, detail: str) -> Refusal:
        return problem(401, detail, self.clock.now(), media=_media(path_of(request)))

    def _bucket(self, group: Group, path: str, *, is_base: bool) -> TokenBucket:
        service = path.split("/")[1]
        interval_s, burst = group.pace(is_base=is_base)
        return self.buckets.setdefault((group.name, service, is_base), TokenBucket(interval_s=interval_s, burst=burst))

    def _slow_down(self, retry: str | None, bucket: TokenBucket | None = None, wait_s: float = 0.0, *, media: str = PROBLEM) -> Refusal:
        headers = {"X-Ratelimit-Retry": retry} if retry else {}
        if bucket is not None:
            headers["X-Ratelimit-Limit"] = str(bucket.burst)
            headers["X-Ratelimit-Reset"] = str(math.ceil(wait_s + (bucket.burst - 1) * bucket.interval_s))
        detail = f"limited by {self.seller_ref}"
        return problem(429, detail, self.clock.now(), title="too many requests", headers=headers, media=media)


def cabinet_of(request: Request) -> Cabinet:
    """The room that the call came to."""
    room: Cabinet = request.app.state.room
    return room


def path_of(request: Request) -> str:
    """The path from the service on."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def in_s(seconds: float) -> timedelta:
    """A span of the world's clock."""
    return timedelta(seconds=seconds)


def _only_reads(method: str, path: str) -> bool:
    is_stock_read = method == "POST" and "/api/v3/stocks/" in path
    return method == "GET" or is_stock_read or (method == "POST" and path.endswith(READING_BY_POST))


def _media(path: str) -> str:
    """The orders' spec has its 401 and 429 as plain JSON, the others as problems."""
    is_of_orders = path.startswith(
        ("/marketplace-api/api/v3/orders", "/marketplace-api/api/v3/supplies", "/marketplace-api/api/marketplace")
    )
    return "application/json" if is_of_orders else PROBLEM
