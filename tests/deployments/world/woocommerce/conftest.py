from collections.abc import Iterator

import httpx
import pytest

from deployments.world.app import make_world
from deployments.world.served import served
from tests.deployments.world.woocommerce.signed import rest
from tests.world import SITE_KEY, SITE_SECRET, Site


@pytest.fixture
def site() -> Iterator[Site]:
    """An empty site over real HTTP."""
    with served(make_world(site_key=SITE_KEY, site_secret=SITE_SECRET)) as base:
        room = Site(base)
        yield room
        room.close()


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """A caller whose keys are good."""
    with rest(site) as opened:
        yield opened
