import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from adapters.wildberries.cabinet import WildberriesCabinet
from deployments.world.served import served
from deployments.world.wildberries.make import furnish_wildberries
from deployments.world.wildberries.room import Habits
from tests.adapters.wildberries.shop import Hand, HandClock, cabinet
from tests.contracts.deviations import DEVIATIONS
from tests.contracts.recorder import Recorder
from tests.contracts.spec import Spec

HOUSES = itertools.count(1)


@pytest.fixture(scope="session")
def spec() -> Spec | None:
    """Wildberries' own documents; none where they are not at hand."""
    given = os.environ.get("CONTRACTS_DIR")
    return Spec("wildberries", Path(given) / "wildberries", DEVIATIONS) if given else None


@pytest.fixture(scope="session")
def street() -> Iterator[tuple[FastAPI, str]]:
    """One server for all worlds of these tests."""
    houses = FastAPI(openapi_url=None)
    with served(houses) as base:
        yield houses, base


@pytest.fixture
def furnished(street: tuple[FastAPI, str]) -> Iterator[Callable[..., Hand]]:
    """An empty cabinet of the world's, with the habits asked for."""
    houses, base = street
    with ExitStack() as stack:

        def opened(**habits: Any) -> Hand:
            world, clock, house = FastAPI(openapi_url=None), HandClock(), f"/{next(HOUSES)}"
            settings = {"creating_s": 5, "settling_s": 0, "pricing_s": 5, **habits}
            furnish_wildberries(world, clock=clock, habits=Habits(**settings))
            houses.mount(house, world)
            stack.callback(houses.routes.pop)
            hand = Hand(f"{base}{house}", clock)
            stack.callback(hand.close)
            return hand

        yield opened


@pytest.fixture
def opened(spec: Spec | None) -> Iterator[Callable[..., WildberriesCabinet]]:
    """Our adapter; whatever it asked is held against the vendor's documents afterwards."""
    recorders: list[Recorder] = []
    with ExitStack() as stack:

        def open_(hand: Hand, **told: Any) -> WildberriesCabinet:
            recorders.append(Recorder(hand.url, has_hosts=True))
            return stack.enter_context(cabinet(hand.clock, recorders[-1], **told))

        yield open_
    for exchange in itertools.chain.from_iterable(recorder.exchanges for recorder in recorders):
        assert spec is None or exchange.request_faults(spec) == []


@pytest.fixture
def room(furnished: Callable[..., Hand]) -> Hand:
    return furnished()


@pytest.fixture
def wb(opened: Callable[..., WildberriesCabinet], room: Hand) -> WildberriesCabinet:
    return opened(room)
