"""A RetailCRM account in the stand-in world, with a clock that a test moves by hand."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from deployments.world.clock import WorldClock
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.retailcrm.room import CrmRoom, Knobs
from deployments.world.served import served

API_KEY = "key-of-the-account"
STARTED_AT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)


class HandClock(WorldClock):
    """Stands still until it is moved."""

    moments = (STARTED_AT,)

    def now(self) -> datetime:
        return self.moments[-1]

    def pass_(self, **time: float) -> None:
        object.__setattr__(self, "moments", (self.now() + timedelta(**time),))


class Account:
    """A tester's hand on the room: calls as an integration makes them, orders through the control.

    A second of the world passes before each call, so that a test that is not about pace need not think of it.
    """

    def __init__(self, base: str, room: CrmRoom, clock: HandClock) -> None:
        self.room, self.clock = room, clock
        self.client = httpx.Client(base_url=f"{base}/retailcrm/api/v5", headers={"X-API-KEY": API_KEY})
        self.control = httpx.Client(base_url=f"{base}/_control/retailcrm")

    def close(self) -> None:
        self.client.close()
        self.control.close()

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> httpx.Response:
        self.clock.pass_(seconds=1)
        return self.client.get(path, params=dict(query or {}))

    def read(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        answer = self.get(path, query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, form: Mapping[str, Any] | None = None, key: str = API_KEY) -> httpx.Response:
        self.clock.pass_(seconds=1)
        fields = {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in (form or {}).items()}
        return self.client.post(path, data=fields, headers={"X-API-KEY": key})

    def done(self, path: str, form: Mapping[str, Any] | None = None) -> Any:
        answer = self.post(path, form)
        assert answer.status_code in (200, 201), answer.text
        assert answer.json()["success"] is True
        return answer.json()

    def create(self, external_id: str, **fields: Any) -> int:
        return int(self.done("/orders/create", {"order": {"externalId": external_id, **fields}})["id"])

    def order_(self, order_id: int) -> Any:
        return self.read(f"/orders/{order_id}", {"by": "id"})["order"]

    def history(self, kind: str = "orders", since: int = 0, **query: Any) -> list[Any]:
        history: list[Any] = self.read(f"/{kind}/history", {"filter[sinceId]": since, **query})["history"]
        return history

    def tell(self, how: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.control.request(how, path, json=body, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def books(self) -> Any:
        return self.tell("GET", "/books")

    def put(self, sku: str = "КР-7/2", **details: Any) -> int:
        (offer_id,) = self.tell("POST", "/goods", [{"sku": sku, "name": f"Кружка {sku}", **details}])
        return int(offer_id)


class Stage(FastAPI):
    """Serves whichever world a test has put on it, so that a test need not wait for a server of its own."""

    world: FastAPI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        else:
            await self.world(scope, receive, send)


@pytest.fixture
def knobs() -> Knobs:
    return Knobs()


@pytest.fixture
def sites() -> dict[str, str]:
    return {"shop": "Магазин"}


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as base:
        yield stage, base


@pytest.fixture
def crm(stage: tuple[Stage, str], knobs: Knobs, sites: dict[str, str]) -> Iterator[Account]:
    (played, base), clock = stage, HandClock()
    played.world = FastAPI()
    room = furnish_retailcrm(played.world, clock=clock, api_key=API_KEY, sites=sites, knobs=knobs)
    hand = Account(base, room, clock)
    yield hand
    hand.close()
