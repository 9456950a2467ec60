from collections.abc import Iterator

import pytest

from tests.deployments.world.odd import World, odd_world


@pytest.fixture
def world() -> Iterator[World]:
    with odd_world() as opened:
        yield opened
