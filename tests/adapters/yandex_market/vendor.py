"""The Market as a test wants it: exact answers in our own process, or the world's room over HTTP."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.yandex_market.business import YandexBusiness
from deployments.world.clock import WorldClock
from deployments.world.yandex_market.books import Lags
from deployments.world.yandex_market.make import furnish_yandex_market
from deployments.world.yandex_market.room import Market

BUSINESS, API_KEY = 1001, "key-of-the-business"
URL = "https://api.partner.market.yandex.ru"
V2, V3 = f"/v2/businesses/{BUSINESS}", f"/v3/businesses/{BUSINESS}"
OK = {"status": "OK"}
AT_ONCE = Lags(catalog=timedelta(0), card=timedelta(0), price=timedelta(0), stock=timedelta(0))


class Call(NamedTuple):
    """What was asked."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    headers: dict[str, str]


class Vendor:
    """Answers by method and path: in the order given, the last one for ever; a function is asked with the body."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._answers: dict[tuple[str, str], list[Any]] = {}

    def says(self, path: str, *answers: Any, method: str = "POST") -> None:
        self._answers[method, path] = list(answers)

    def bodies(self, path: str) -> list[Any]:
        return [call.body for call in self.calls if call.path == path]

    def business(self, *warehouses: str, has_groups: bool = False, clock: Clock | None = None) -> YandexBusiness:
        return YandexBusiness(
            url=URL,
            business_id=BUSINESS,
            api_key=SecretStr(API_KEY),
            has_warehouse_groups=has_groups,
            warehouses=warehouses,
            clock=clock or Clock(),
            transport=httpx.MockTransport(self._handle),
        )

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        query = tuple(request.url.params.multi_items())
        self.calls.append(Call(request.method, request.url.path, query, body, dict(request.headers)))
        queue = self._answers[request.method, request.url.path]
        told = queue.pop(0) if len(queue) > 1 else queue[0]
        told = told(body) if isinstance(told, Callable) else told  # type: ignore[arg-type]
        if isinstance(told, Exception):
            raise told
        if isinstance(told, httpx.Response):
            return httpx.Response(told.status_code, headers=told.headers, content=told.content)
        return httpx.Response(200, json=told)


def refusal(*messages: str, status: int = 400, code: str = "BAD_REQUEST", **headers: str) -> httpx.Response:
    """An error in the Market's shape."""
    body = {"status": "ERROR", "errors": [{"code": code, "message": message} for message in messages]}
    return httpx.Response(status, json=body, headers=headers)


class Room:
    """A tester's hand on the world's cabinet at ``base``."""

    def __init__(self, base: str, market: Market) -> None:
        self.url, self.market = f"{base}/yandex_market", market
        self._control = httpx.Client(base_url=f"{base}/_control/yandex_market")

    def close(self) -> None:
        self._control.close()

    def put(self, *skus: str, **details: Any) -> None:
        """Goods whose figures were told an hour ago: what is told as true a minute ago is newer."""
        self.order("POST", "/goods", json=[{"sku": sku, "name": f"Фонарь {sku}", "price": "1990.00", **details} for sku in skus])
        for pile in [pile for shelf in self.market.books.shelves.values() for pile in shelf.values()]:
            if (shown := pile.count.shown) is not None:
                pile.put(replace(shown, updated_at=shown.updated_at - timedelta(hours=1)), self.market.clock.now(), is_old=True)

    def goods(self) -> dict[str, Any]:
        goods: dict[str, Any] = self.order("GET", "/books")["goods"]
        return goods

    def buy(self, sku: str, pcs: int = 1, **details: Any) -> str:
        return str(self.order("POST", "/orders", json={"sku": sku, "pcs": pcs, **details})["order_ref"])

    def fault(self, kind: str, **details: Any) -> None:
        self.order("POST", "/faults", json={"kind": kind, **details})

    def order(self, method: str, path: str, **call: Any) -> Any:
        answer = self._control.request(method, path, **call)
        answer.raise_for_status()
        return answer.json()


def furnished(world: FastAPI, **details: Any) -> Market:
    """A cabinet that shows everything at once."""
    clock = WorldClock()
    return furnish_yandex_market(world, clock=clock, api_key=API_KEY, business_id=BUSINESS, **{"lags": AT_ONCE, **details})
