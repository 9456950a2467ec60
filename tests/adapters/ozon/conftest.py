import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.ozon.cabinet import OzonCabinet
from deployments.world.served import served
from tests.adapters.ozon.vendor import API_KEY, CLIENT_ID, Room, Vendor, furnished
from tests.contracts.deviations import DEVIATIONS
from tests.contracts.spec import Spec


@pytest.fixture(scope="session")
def spec() -> Spec | None:
    """Ozon's own document; none where it is not at hand."""
    given = os.environ.get("CONTRACTS_DIR")
    return Spec("ozon", Path(given) / "ozon", DEVIATIONS) if given else None


@pytest.fixture
def vendor(spec: Spec | None) -> Iterator[Vendor]:
    """Ozon with exact answers; whatever it was asked is held against its document."""
    ozon = Vendor()
    yield ozon
    if spec:
        for call in ozon.calls:
            asked = spec.operation("POST", "api-seller", call.path)
            assert asked.request_faults((), call.body, path=call.path, headers=call.headers) == []


@pytest.fixture
def room() -> Iterator[Room]:
    """An empty cabinet of the world's over real HTTP; it judges cards at once."""
    world = FastAPI()
    opened = furnished(world)
    with served(world) as base:
        hand = Room(base, opened)
        yield hand
        hand.close()


@pytest.fixture
def cabinet(room: Room) -> Iterator[OzonCabinet]:
    """Our adapter to it, impatient."""
    with OzonCabinet(url=room.url, client_id=CLIENT_ID, api_key=SecretStr(API_KEY), clock=Clock(), timeout_s=1.0) as opened:
        yield opened
