"""Ozon as a test wants it: exact answers in our own process, or the world's room over HTTP."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.ozon.cabinet import OzonCabinet
from adapters.pace import Pace
from deployments.world.clock import WorldClock
from deployments.world.ozon.make import furnish_ozon
from deployments.world.ozon.room import Knobs, OzonRoom

CLIENT_ID, API_KEY = "836", "key-of-the-cabinet"
URL = "https://api-seller.ozon.ru"

Answer = httpx.Response | Exception
Handler = Callable[[Any], Answer]


class Call(NamedTuple):
    """What was asked."""

    path: str
    body: Any
    headers: dict[str, str]


class Vendor:
    """Answers by path: in the order given, the last one for ever; a function is asked with the body."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._answers: dict[str, list[Answer | Handler]] = {}

    def says(self, path: str, *answers: Any) -> None:
        self._answers[path] = [
            one if isinstance(one, httpx.Response | Exception) or callable(one) else httpx.Response(200, json=one) for one in answers
        ]

    def bodies(self, path: str) -> list[Any]:
        return [call.body for call in self.calls if call.path == path]

    def cabinet(self, *warehouses: str, clock: Clock | None = None, pace: Pace | None = None) -> OzonCabinet:
        return OzonCabinet(
            url=URL,
            client_id=CLIENT_ID,
            api_key=SecretStr(API_KEY),
            warehouses=warehouses,
            clock=clock or Clock(),
            pace=pace,
            transport=httpx.MockTransport(self._handle),
        )

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.calls.append(Call(request.url.path, body, dict(request.headers)))
        queue = self._answers[request.url.path]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        told = answer(body) if callable(answer) else answer
        if isinstance(told, Exception):
            raise told
        return httpx.Response(told.status_code, headers=told.headers, content=told.content)


class Room:
    """A tester's hand on the world's cabinet at ``base``."""

    def __init__(self, base: str, room: OzonRoom) -> None:
        self.url, self.room = f"{base}/ozon", room
        self._control = httpx.Client(base_url=f"{base}/_control/ozon")

    def close(self) -> None:
        self._control.close()

    def put(self, *skus: str, **details: Any) -> list[int]:
        goods = [{"sku": sku, "name": f"Фонарь {sku}", "price": "1990.00", **details} for sku in skus]
        ids: list[int] = self._order("POST", "/goods", json=goods)
        return ids

    def books(self) -> Any:
        return self._order("GET", "/books")

    def buy(self, sku: str, pcs: int, **buyer: Any) -> str:
        return str(self._order("POST", "/orders", json={"sku": sku, "pcs": pcs, "buyer": buyer})["order_ref"])

    def fault(self, kind: str, **details: Any) -> None:
        self._order("POST", "/faults", json={"kind": kind, **details})

    def limited(self) -> dict[str, int]:
        limited: dict[str, int] = self._order("GET", "/limited")
        return limited

    def order(self, method: str, path: str, **call: Any) -> Any:
        return self._order(method, path, **call)

    def _order(self, method: str, path: str, **call: Any) -> Any:
        answer = self._control.request(method, path, **call)
        answer.raise_for_status()
        return answer.json()


def furnished(world: FastAPI, **knobs: Any) -> OzonRoom:
    """A cabinet that judges cards at once."""
    quick = Knobs(**{"import_s": 0.0, "moderation_s": 0.0, **knobs})
    return furnish_ozon(world, clock=WorldClock(), client_id=CLIENT_ID, api_key=API_KEY, knobs=quick)
