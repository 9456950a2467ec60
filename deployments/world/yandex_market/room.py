"""Yandex Market's room: its door (Api-Key, scopes, shops switched off), its limits and its errors."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from deployments.world.postman import PushingRoom
from deployments.world.pushes import Answer, Push
from deployments.world.room import Handler, RoomRoute
from deployments.world.yandex_market.books import Books, Lags
from deployments.world.yandex_market.operations import CLOSED_WHILE_MOVING, OPERATIONS, PARALLEL, Operation
from deployments.world.yandex_market.order_books import MarketMail, patience_s
from deployments.world.yandex_market.quota import Quota, as_http_date
from deployments.world.yandex_market.refusals import error_body, refuse, refuse_unfit

MOST_BYTES = 512 * 1024

_WHY_DISABLED = {
    "DISABLED_BY_INACTIVITY": "disabled due to inactivity",
    "DISABLED_BY_NO_ACTIVE_CONTRACT": "disabled because there are no active contracts with Market",
    "DISABLED_BY_NO_PLACEMENT_TYPE": "disabled because it has no placement program",
    "MANUALLY_DISABLED": "manually disabled",
}


@dataclass(kw_only=True)
class Market(PushingRoom):
    """The Market, as one cabinet sees it.

    ``keys`` are Api-Keys and their scopes, by the key. ``answer_takes_s`` is how long an answer takes of the world's time, so that calls
    meet each other. ``quarantine_factor`` is how many times a price must change to be held; the vendor tells no number.
    """

    books: Books
    keys: Mapping[str, tuple[str, ...]]
    only_default_price: bool = True
    lags: Lags = field(default_factory=Lags)
    quarantine_factor: float = 3.0
    answer_takes_s: float = 0.0
    quotas: dict[tuple[str, str], Quota] = field(default_factory=dict)
    in_flight: Counter[str] = field(default_factory=Counter)
    deprecated_calls: int = 0

    def mail(self) -> MarketMail:
        """Notifications, as of now."""
        return self.books.mail

    def patience_s(self, push: Push) -> float:
        """Ten seconds, for a ping one."""
        return patience_s(push)

    def push_answered(self, push: Push, answer: Answer | None) -> None:
        """A try is over."""
        self.books.mail.answered(push, answer, self.clock.now())

    async def beside_others(self, request: Request, handle: Handler) -> Response:
        """A call among those that have not been answered yet."""
        operation = operation_of(request)
        most = operation.own_parallel or PARALLEL
        entity = self._entity(request)
        queue = f"{operation_name(request)} {entity}" if operation.own_parallel else entity
        if self.in_flight[queue] >= most:
            self.limited["parallel"] += 1
            return JSONResponse(error_body(420, f"Hit rate limit of {most} parallel requests for {entity}"), status_code=420)
        self.in_flight[queue] += 1
        try:
            if self.answer_takes_s:
                await asyncio.sleep(self.answer_takes_s / self.clock.speed)
            request.state.size, request.state.cost = len(await request.body()), _cost(operation, await request.body())
            return await handle(request)
        finally:
            self.in_flight[queue] -= 1

    def door(self, request: Request) -> None:
        """An Api-Key with a scope, a shop or cabinet of its own that is not switched off."""
        key = request.headers.get("api-key")
        if key is None:
            raise refuse(401, "Api-Key token is not specified")
        if key not in self.keys:
            raise refuse(401, "Api-Key token is invalid")
        operation = operation_of(request)
        if not set(self.keys[key]) & set(operation.scopes):
            raise refuse(403, f"Token does not have any of the scopes to access the API method: {list(operation.scopes)}")
        self._admit_to_business(request)
        self._admit_to_campaign(request)
        if self.books.is_locked and operation_name(request) in CLOSED_WHILE_MOVING:
            raise refuse(423, "Business is in migration")

    def limit(self, request: Request) -> None:
        """What the operation may still take in this minute or hour; then a body's size and pages of the old kind."""
        name, quota = operation_name(request), self._quota(request)
        if not quota.has_room_for(request.state.cost, self.clock.now()):
            self.limited[name] += 1
            period = "1 minute" if quota.period_s == 60 else "1 hour"
            raise refuse(420, f"Hit rate limit of {quota.amount} requests per {period} for resource {name} for {self._entity(request)}")
        request.state.is_counted = True
        if request.state.size > MOST_BYTES:
            size = f"{request.state.size / 1024 / 1024:.2f} MB"
            raise refuse(400, f"The request is too big: Maximum allowed request size must be less than 512 KB, but passed {size}")
        if request.state.size and not request.headers.get("content-type", "").startswith("application/json"):
            raise refuse(400, f"Content type '{request.headers.get('content-type', '')}' not supported")
        if {"page", "pageSize"} & set(request.query_params):
            raise refuse(400, "Parameters page and pageSize are no longer supported, use pageToken and limit")

    def answered(self, request: Request, response: Response) -> None:
        """An answer spends the limit, a refused one too; each tells what is left. An ordered failure spends nothing."""
        super().answered(request, response)
        quota, now = self._quota(request), self.clock.now()
        if getattr(request.state, "is_counted", False):
            quota.spend(request.state.cost, now)
        if response.status_code != 401:
            response.headers.update(quota.headers(now))

    def error(self, status: int) -> Response:
        """The Market's body of an error of this status."""
        words = {500: "Internal server error", 503: "Service temporarily unavailable. Please, try again later"}
        return JSONResponse(error_body(status, words.get(status, "Error")), status_code=status)

    def too_often(self, retry_after: str | None) -> Response:
        """420 and until when; seconds are told as the instant that they mean."""
        headers = {}
        if retry_after is not None:
            until = self.clock.now() + timedelta(seconds=int(retry_after)) if retry_after.isdigit() else None
            headers["X-RateLimit-Resource-Until"] = as_http_date(until) if until is not None else retry_after
        return JSONResponse(error_body(420, "Hit rate limit of 1 requests per 1 minute"), status_code=420, headers=headers)

    def _admit_to_business(self, request: Request) -> None:
        if "business_id" not in request.path_params:
            return
        if _number(request.path_params["business_id"]) != self.books.business_id:
            raise refuse(403, "Access denied")
        if all(campaign.api != "AVAILABLE" for campaign in self.books.campaigns.values()):
            raise refuse(403, f"API for business {self.books.business_id} disabled because it has only disabled partners")

    def _admit_to_campaign(self, request: Request) -> None:
        if "campaign_id" not in request.path_params:
            return
        number = _number(request.path_params["campaign_id"])
        campaign = self.books.campaigns.get(number)
        if campaign is None:
            raise refuse(404, f"Campaign not found {number}")
        if campaign.api != "AVAILABLE":
            raise refuse(403, f"API for campaign {number} {_WHY_DISABLED[campaign.api]}")

    def _entity(self, request: Request) -> str:
        """Whose limit it is: the shop's, the cabinet's, or the cabinet's that the key belongs to."""
        if "campaign_id" in request.path_params:
            return f"campaignId {request.path_params['campaign_id']}"
        return f"businessId {request.path_params.get('business_id', self.books.business_id)}"

    def _quota(self, request: Request) -> Quota:
        operation = operation_of(request)
        key = (operation_name(request), self._entity(request))
        return self.quotas.setdefault(key, Quota(amount=operation.amount, period_s=operation.period_s))


class _Judged(APIRoute):
    """A body that the specification does not allow is refused in the Market's words."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def judged(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise refuse_unfit(error) from error

        return judged


class MarketRoute(RoomRoute, _Judged):
    """A handler of the Market's: its ``operation_id`` is the specification's."""

    def get_route_handler(self) -> Handler:
        """The handler among the calls that come at the same time."""
        handle = super().get_route_handler()

        async def counted(request: Request) -> Response:
            return await room_of(request).beside_others(request, handle)

        return counted


def room_of(request: Request) -> Market:
    """The room a call has come to."""
    return cast("Market", request.app.state.room)


def operation_name(request: Request) -> str:
    """The specification's name of what is called."""
    return cast("str", request.scope["route"].operation_id)


def operation_of(request: Request) -> Operation:
    """The operation that is called."""
    return OPERATIONS[operation_name(request)]


def _number(given: str) -> int:
    if not given.isdigit():
        raise refuse(400, f"Type mismatch: {given}")
    return int(given)


def _cost(operation: Operation, body: bytes) -> int:
    """What the limit counts; rows of an answer are counted when it is known, a call without rows as one."""
    if not operation.counts.startswith("req."):
        return 1
    try:
        rows = json.loads(body)[operation.counts.removeprefix("req.")]
    except (ValueError, KeyError, TypeError):
        return 1
    return len(rows) if isinstance(rows, list) else 1
