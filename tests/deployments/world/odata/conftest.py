"""1C bases in the stand-in world, with a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from deployments.world.clock import HandClock
from deployments.world.odata.make import furnish_odata
from deployments.world.odata.room import Habits, Published
from deployments.world.served import served

LOGIN, PASSWORD = "Обмен", "пароль"
STARTED_AT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
LOCAL = "2026-11-23T01:30:00"
EMPTY = "00000000-0000-0000-0000-000000000000"


def ref(number: int) -> str:
    """The reference of a number."""
    return f"{number:08x}-0000-4000-8000-00000000{number & 0xFFFF:04x}"


class Hand:
    """A tester's hand on one base: calls as an integration makes them, orders through the control."""

    def __init__(self, address: str, base: str, room: Published, clock: HandClock) -> None:
        self.room, self.clock, self.base = room, clock, base
        self.url = f"{address}/odata/{base}"
        self.root = f"{self.url}/odata/standard.odata"
        self.client = httpx.Client(auth=(LOGIN, PASSWORD))
        self.control = httpx.Client(base_url=f"{address}/_control/odata")

    def close(self) -> None:
        self.client.close()
        self.control.close()

    def get(self, path: str, *, format: str | None = "json", **options: Any) -> httpx.Response:  # noqa: A002
        asked = {name if name == "allowedOnly" else f"${name}": str(value) for name, value in options.items()}
        return self.client.get(f"{self.root}/{path}", params=asked | ({"$format": format} if format else {}))

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **options)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["value"]
        return rows

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.client.post(f"{self.root}/{path}", params={"$format": "json"}, json=body)

    def order(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.control.request(method, path, json=body, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tell(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        return self.order(method, f"/{self.base}{path}", body, **query)

    def stock(self, *lying: dict[str, Any]) -> None:
        self.tell("PUT", "/stock", list(lying))

    def make(self, name: str, *said: dict[str, Any]) -> list[str]:
        keys: list[str] = self.tell("POST", f"/objects/{name}", list(said))
        return keys

    def books(self) -> Any:
        return self.order("GET", "/books")[self.base]


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
    with served(stage) as address:
        yield stage, address


@pytest.fixture
def published(stage: tuple[Stage, str]) -> tuple[str, Published, HandClock]:
    played, address = stage
    clock = HandClock(epoch_at=STARTED_AT)
    played.world = FastAPI()
    return address, furnish_odata(played.world, clock=clock, login=LOGIN, password=PASSWORD, habits=Habits()), clock


@pytest.fixture
def ut(published: tuple[str, Published, HandClock]) -> Iterator[Hand]:
    address, room, clock = published
    hand = Hand(address, "ut", room, clock)
    yield hand
    hand.close()


@pytest.fixture
def unf(published: tuple[str, Published, HandClock]) -> Iterator[Hand]:
    address, room, clock = published
    hand = Hand(address, "unf", room, clock)
    yield hand
    hand.close()


@pytest.fixture(params=["ut", "unf"])
def onec(request: pytest.FixtureRequest, ut: Hand, unf: Hand) -> Hand:
    """A base of each configuration in turn."""
    return ut if request.param == "ut" else unf
