"""Random lives of orders: whatever happens in what order, shipped and waiting and cancelled are what was ordered, and no piece is lost."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.hub.hub import Hub
from tests.adapters.hub.lives.machine import Lives
from tests.adapters.hub.sold_once.hand import HandClock


@pytest.fixture
def hub(database_url: str) -> Iterator[Hub]:
    with Hub(database_url, clock=HandClock()) as opened:
        yield opened


def test_random_lives_of_orders_obey_the_law(hub: Hub) -> None:
    run_state_machine_as_test(
        type("LivesOfThisHub", (Lives,), {"hub": hub}),
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
