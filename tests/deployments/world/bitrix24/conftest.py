"""A Bitrix24 portal in the stand-in world, with a clock that a test moves by hand."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from deployments.world.bitrix24.make import furnish_bitrix24
from deployments.world.bitrix24.room import Knobs, Portal
from deployments.world.clock import WorldClock
from deployments.world.served import served

USER_ID, SECRET = 1, "x7k2abc9def0ghij"
STARTED_AT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
NOTE = "ufCrm_1721244707107"
DEAL, CONTACT = 2, 3


class HandClock(WorldClock):
    """Stands still until it is moved."""

    moments = (STARTED_AT,)

    def now(self) -> datetime:
        return self.moments[-1]

    def pass_(self, **time: float) -> None:
        object.__setattr__(self, "moments", (self.now() + timedelta(**time),))


class Hand:
    """A tester's hand on the room: calls as an integration makes them, orders through the control."""

    def __init__(self, base: str, portal: Portal, clock: HandClock) -> None:
        self.base, self.portal, self.clock = f"{base}/bitrix24", portal, clock
        self.client = httpx.Client(base_url=f"{self.base}/rest/{USER_ID}/{SECRET}")
        self.control = httpx.Client(base_url=f"{base}/_control/bitrix24")

    def close(self) -> None:
        self.client.close()
        self.control.close()

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        return self.client.post(f"/{method}.json", json=dict(params or {}))

    def told(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        answer = self.ask(method, params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def refused(self, method: str, params: Mapping[str, Any] | None = None) -> tuple[int, str, str]:
        answer = self.ask(method, params)
        body = answer.json()
        assert set(body) == {"error", "error_description"}
        return answer.status_code, body["error"], body["error_description"]

    def add(self, type_id: int, **fields: Any) -> int:
        return int(self.told("crm.item.add", {"entityTypeId": type_id, "fields": fields})["item"]["id"])

    def item(self, type_id: int, item_id: int) -> Any:
        return self.told("crm.item.get", {"entityTypeId": type_id, "id": item_id})["item"]

    def found(self, filter_: Any, type_id: int = DEAL, **more: Any) -> list[int]:
        items = self.told("crm.item.list", {"entityTypeId": type_id, "filter": filter_, **more})["items"]
        return [one["id"] for one in items]

    def batch(self, cmd: Any, halt: int = 0) -> Any:
        return self.told("batch", {"halt": halt, "cmd": cmd})

    def tell(self, how: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.control.request(how, path, json=body, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()


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


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as base:
        yield stage, base


@pytest.fixture
def hand(stage: tuple[Stage, str], knobs: Knobs) -> Iterator[Hand]:
    (played, base), clock = stage, HandClock()
    played.world = FastAPI()
    portal = furnish_bitrix24(played.world, clock=clock, user_id=USER_ID, secret=SECRET, user_fields={DEAL: [NOTE]}, knobs=knobs)
    hand = Hand(base, portal, clock)
    yield hand
    hand.close()
