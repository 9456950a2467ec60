"""A contract with CDEK in the stand-in world, a clock that a test moves by hand, and somebody to push to."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from starlette.types import Receive, Scope, Send

from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.make import furnish_cdek
from deployments.world.cdek.room import CdekRoom
from deployments.world.clock import WorldClock
from deployments.world.served import served

ACCOUNT, SECRET = "account-of-the-shop", "secret-of-the-shop"
STARTED_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class HandClock(WorldClock):
    """Stands still until it is moved."""

    moments = (STARTED_AT,)

    def now(self) -> datetime:
        return self.moments[-1]

    def pass_(self, **time: float) -> None:
        object.__setattr__(self, "moments", (self.now() + timedelta(**time),))


class Subscriber:
    """Hears pushes, and answers as it was told to."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.silent_s = 0.0

    async def hear(self, request: Request) -> Response:
        self.heard.append(await request.json())
        self.headers.append(dict(request.headers))
        await asyncio.sleep(self.silent_s)
        return Response(status_code=self.status)

    @property
    def codes(self) -> list[str]:
        return [body["attributes"]["code"] for body in self.heard]


class Contract:
    """A tester's hand on the room."""

    def __init__(self, base: str, room: CdekRoom, clock: HandClock, subscriber: Subscriber) -> None:
        self.room, self.clock, self.subscriber, self.base = room, clock, subscriber, base
        self.client = httpx.Client(base_url=f"{base}/cdek")
        self.control = httpx.Client(base_url=f"{base}/_control/cdek")
        self.client.headers["Authorization"] = f"Bearer {self.token()}"

    def close(self) -> None:
        self.client.close()
        self.control.close()

    def token(self, **changes: str) -> str:
        asked = {"grant_type": "client_credentials", "client_id": ACCOUNT, "client_secret": SECRET, **changes}
        return str(self.client.post("/v2/oauth/token", params=asked).json()["access_token"])

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self.client.request(method, f"/v2{path}", json=body, params=query or None)

    def told(self, method: str, path: str, body: Any = None, *, status: int = 200, **query: Any) -> Any:
        answer = self.ask(method, path, body, **query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> list[str]:
        """The codes of an answer of 400."""
        answer = self.ask(method, path, body, **query)
        assert answer.status_code == 400, answer.text
        (row,) = answer.json()["requests"]
        assert row["state"] == "INVALID"
        return [one["code"] for one in row["errors"]]

    def order(self, how: str, path: str, body: Any = None) -> Any:
        answer = self.control.request(how, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, **changes: Any) -> str:
        """A new order's uuid, not yet worked through."""
        return str(self.told("POST", "/orders", parcel(**changes), status=202)["entity"]["uuid"])

    def sent(self, **changes: Any) -> str:
        """A new order's uuid, worked through."""
        uuid = self.send(**changes)
        self.clock.pass_(seconds=10)
        return uuid

    def read(self, uuid: str) -> Any:
        return self.told("GET", f"/orders/{uuid}")

    def codes(self, uuid: str) -> list[str]:
        """Of an order's statuses, as they come."""
        return [one["code"] for one in self.read(uuid)["entity"]["statuses"]]

    def move(self, uuid: str, code: str, **details: Any) -> None:
        self.clock.pass_(minutes=1)
        self.order("PUT", f"/orders/{uuid}/status", {"code": code, **details})

    def subscribe(self, kind: str = "ORDER_STATUS", url: str | None = None) -> str:
        said = {"url": url or f"{self.base}/hears", "type": kind}
        return str(self.told("POST", "/webhooks", said)["entity"]["uuid"])

    def deliver(self) -> int:
        return int(self.order("POST", "/webhooks/deliver"))

    def pushes(self) -> Any:
        return self.order("GET", "/webhooks/pushes")

    def books(self) -> Any:
        return self.order("GET", "/books")


def parcel(**changes: Any) -> dict[str, Any]:
    """An order that CDEK takes; none takes a field away."""
    said = {
        "number": "100001",
        "tariff_code": 136,
        "shipment_point": "MSK5",
        "delivery_point": "NSK1",
        "recipient": {"name": "Юлия Щеглова", "phones": [{"number": "+79161234567", "additional": "12"}]},
        "packages": [box()],
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def box(number: str = "1", **changes: Any) -> dict[str, Any]:
    return {"number": number, "weight": 900, "length": 20, "width": 20, "height": 10, "items": [goods()], **changes}


def goods(**changes: Any) -> dict[str, Any]:
    return {"name": "Утюг", "ware_key": "КР-7/2", "payment": {"value": 0}, "cost": 1990.0, "weight": 900, "amount": 1, **changes}


class Stage(FastAPI):
    """Serves whichever world a test has put on it, so that a test need not wait for a server of its own."""

    world: FastAPI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        else:
            await self.world(scope, receive, send)


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as base:
        yield stage, base


@pytest.fixture
def open_room(stage: tuple[Stage, str]) -> Iterator[Callable[[Knobs], Contract]]:
    (played, base), hands = stage, list[Contract]()

    def open_(knobs: Knobs) -> Contract:
        clock, subscriber = HandClock(), Subscriber()
        played.world = FastAPI()
        played.world.add_api_route("/hears", subscriber.hear, methods=["POST"])
        room = furnish_cdek(played.world, clock=clock, account=ACCOUNT, secret=SECRET, knobs=knobs)
        hands.append(Contract(base, room, clock, subscriber))
        return hands[-1]

    yield open_
    for hand in hands:
        hand.close()


@pytest.fixture
def cdek(open_room: Callable[[Knobs], Contract]) -> Contract:
    return open_room(Knobs())
