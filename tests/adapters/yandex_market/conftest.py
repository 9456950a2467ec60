import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.yandex_market.business import YandexBusiness
from deployments.world.served import served
from tests.adapters.yandex_market.vendor import API_KEY, BUSINESS, Room, Vendor, furnished
from tests.contracts.deviations import DEVIATIONS
from tests.contracts.spec import Spec


@pytest.fixture(scope="session")
def spec() -> Spec | None:
    """The Market's own document; none where it is not at hand."""
    given = os.environ.get("CONTRACTS_DIR")
    return Spec("yandex_market", Path(given) / "yandex_market", DEVIATIONS) if given else None


@pytest.fixture
def vendor(spec: Spec | None) -> Iterator[Vendor]:
    """The Market with exact answers; whatever it was asked is held against its document."""
    market = Vendor()
    yield market
    if spec:
        for call in market.calls:
            asked = spec.operation(call.method, "api", call.path)
            assert asked.request_faults(call.query, call.body, path=call.path, headers=call.headers) == []


@pytest.fixture
def open_room() -> Iterator[Callable[..., Room]]:
    """Opens a cabinet of the world's over real HTTP, as ordered."""
    with ExitStack() as held:

        def opened(**details: Any) -> Room:
            world = FastAPI()
            market = furnished(world, **details)
            hand = Room(held.enter_context(served(world)), market)
            held.callback(hand.close)
            return hand

        yield opened


@pytest.fixture
def room(open_room: Callable[..., Room]) -> Room:
    """An empty cabinet of the world's, without warehouse groups."""
    return open_room()


@pytest.fixture
def business(room: Room) -> Iterator[YandexBusiness]:
    """Our adapter to it, impatient."""
    with connected(room) as opened:
        yield opened


def connected(room: Room, *, key: str = API_KEY, timeout_s: float = 1.0, **details: Any) -> YandexBusiness:
    """An adapter to a cabinet."""
    return YandexBusiness(url=room.url, business_id=BUSINESS, api_key=SecretStr(key), clock=Clock(), timeout_s=timeout_s, **details)
