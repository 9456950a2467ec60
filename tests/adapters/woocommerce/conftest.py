from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.woocommerce.site import WooCommerceSite
from deployments.world.app import make_world
from deployments.world.served import served
from tests.world import SITE_KEY, SITE_SECRET, Site


@pytest.fixture
def site() -> Iterator[Site]:
    """An empty site over real HTTP."""
    with served(make_world(site_key=SITE_KEY, site_secret=SITE_SECRET)) as base:
        room = Site(base)
        yield room
        room.close()


@pytest.fixture
def shop(site: Site) -> Iterator[WooCommerceSite]:
    """Our adapter to it, impatient."""
    with WooCommerceSite(
        url=site.url, consumer_key=SecretStr(SITE_KEY), consumer_secret=SecretStr(SITE_SECRET), clock=Clock(), timeout_s=1.0
    ) as opened:
        yield opened
