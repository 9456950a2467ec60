from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from adapters.retailcrm.account import RetailCrm
from deployments.world.clock import WorldClock
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.served import served
from tests.adapters.retailcrm.vendor import API_KEY, EPOCH, SPEED, Room, opened
from tests.deployments.world.retailcrm.conftest import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as base:
        yield stage, base


@pytest.fixture
def sites() -> dict[str, str]:
    return {"shop": "Магазин"}


@pytest.fixture
def room(stage: tuple[Stage, str], sites: dict[str, str]) -> Iterator[Room]:
    """An account of the world's over real HTTP, with 1C's catalogue of one item."""
    played, base = stage
    played.world = FastAPI()
    furnish_retailcrm(played.world, clock=WorldClock(epoch_at=EPOCH, speed=SPEED), api_key=API_KEY, sites=sites)
    hand = Room(base)
    hand.goods("КР-7/2", "guid-1")
    yield hand
    hand.close()


@pytest.fixture
def crm(room: Room) -> Iterator[RetailCrm]:
    """Our adapter to it."""
    with opened(room.url, tier_field="tier") as account:
        yield account
