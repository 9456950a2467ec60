from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI

from adapters.cdek.account import Cdek
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.make import furnish_cdek
from deployments.world.served import served
from tests.adapters.cdek.vendor import of_room
from tests.deployments.world.cdek.conftest import ACCOUNT, SECRET, Contract, HandClock, Stage, Subscriber


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as base:
        yield stage, base


@pytest.fixture
def open_room(stage: tuple[Stage, str]) -> Iterator[Callable[[Knobs], Contract]]:
    """A contract of the world's over real HTTP, whose clock stands still until it is moved."""
    played, base = stage
    with ExitStack() as hands:

        def open_(knobs: Knobs) -> Contract:
            clock, subscriber = HandClock(), Subscriber()
            played.world = FastAPI()
            played.world.add_api_route("/hears/{secret}", subscriber.hear, methods=["POST"])
            room = furnish_cdek(played.world, clock=clock, account=ACCOUNT, secret=SECRET, knobs=knobs)
            contract = Contract(base, room, clock, subscriber)
            hands.callback(contract.close)
            return contract

        yield open_


@pytest.fixture
def room(open_room: Callable[[Knobs], Contract]) -> Contract:
    return open_room(Knobs())


@pytest.fixture
def cdek(room: Contract) -> Iterator[Cdek]:
    """Our adapter to it."""
    with of_room(room) as contract:
        yield contract
