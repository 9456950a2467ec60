"""Our adapter before 1C bases of the stand-in world, and before one whose answers are exact."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.onec.odata.base import OnecOdata
from adapters.onec.odata.settings import OdataSettings
from deployments.world.clock import WorldClock
from deployments.world.odata.make import furnish_odata
from deployments.world.odata.room import Published
from deployments.world.served import served
from tests.deployments.world.odata.conftest import LOGIN, PASSWORD, Hand, Stage

Say = Callable[[httpx.Request], httpx.Response]
POSTS = {"documents": {"return": {"posts": True}}}
EVERYTHING = {"balances": "lower", "prices": "load", "documents": ["shipment", "return"], "names": POSTS}


def settings_of(hand: Hand, **told: Any) -> OdataSettings:
    """How the adapter is told of a base."""
    given = {"url": hand.url, "user": LOGIN, "password": SecretStr(PASSWORD), "configuration": hand.base, "timeout_s": 1.0}
    return OdataSettings.model_validate({**given, **EVERYTHING, **told})


def adapter_to(hand: Hand, *, transport: httpx.BaseTransport | None = None, **told: Any) -> OnecOdata:
    """The adapter to a base."""
    return OnecOdata(settings=settings_of(hand, **told), clock=Clock(), transport=transport)


def base_that(say: Say, **told: Any) -> OnecOdata:
    """The adapter to a base that answers so."""
    given = {"url": "https://onec.example/base", "user": "u", "password": SecretStr("p"), **EVERYTHING, **told}
    return OnecOdata(settings=OdataSettings.model_validate(given), clock=Clock(), transport=httpx.MockTransport(say))


class Watched(httpx.BaseTransport):
    """The network, with a look at every request, and something that may happen before one leaves."""

    def __init__(self, before: Callable[[httpx.Request], None] = lambda _: None) -> None:
        self._inner = httpx.HTTPTransport()
        self._before = before
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        self._before(request)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def said(body: Any, status: int = 200) -> httpx.Response:
    """An answer in JSON."""
    return httpx.Response(status, content=json.dumps(body, ensure_ascii=False).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as address:
        yield stage, address


@pytest.fixture
def room(stage: tuple[Stage, str]) -> Published:
    stage[0].world = FastAPI()
    return furnish_odata(stage[0].world, clock=WorldClock(), login=LOGIN, password=PASSWORD)


@pytest.fixture
def hands(stage: tuple[Stage, str], room: Published) -> Iterator[dict[str, Hand]]:
    hands = {base: Hand(stage[1], base, room, None) for base in ("ut", "unf")}  # type: ignore[arg-type]
    yield hands
    for hand in hands.values():
        hand.close()


@pytest.fixture(params=["ut", "unf"])
def hand(request: pytest.FixtureRequest, hands: dict[str, Hand]) -> Hand:
    """The world's hand on a base of each configuration in turn."""
    return hands[request.param]


@pytest.fixture
def onec(hand: Hand) -> Iterator[OnecOdata]:
    """Our adapter to it, impatient."""
    with adapter_to(hand) as opened:
        yield opened
