from collections.abc import Iterator

import pytest

from deployments.world.yandex_market.make import GROUPED
from tests.deployments.world.yandex_market.cabinet import Cabinet, opened


@pytest.fixture
def cabinet() -> Iterator[Cabinet]:
    with opened() as cabinet:
        yield cabinet


@pytest.fixture
def grouped() -> Iterator[Cabinet]:
    with opened(warehouses=GROUPED, only_default_price=False) as cabinet:
        yield cabinet
