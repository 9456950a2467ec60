"""The vendors' specs, read once per session."""

from pathlib import Path

import pytest

from tests.contracts.deviations import DEVIATIONS
from tests.contracts.report import Report
from tests.contracts.spec import Spec

pytest.register_assert_rewrite("tests.contracts.suite")


@pytest.fixture(scope="session")
def wildberries_spec(contracts_dir: Path) -> Spec:
    """Wildberries' portal documents."""
    return Spec("wildberries", contracts_dir / "wildberries", DEVIATIONS)


@pytest.fixture(scope="session")
def ozon_spec(contracts_dir: Path) -> Spec:
    """Ozon's one document."""
    return Spec("ozon", contracts_dir / "ozon", DEVIATIONS)


@pytest.fixture(scope="session")
def yandex_market_spec(contracts_dir: Path) -> Spec:
    """Yandex Market's document of many files."""
    return Spec("yandex_market", contracts_dir / "yandex_market", DEVIATIONS)


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """Where walked operations are counted; ``make contracts`` writes it down."""
    plugins = request.config.pluginmanager.get_plugins()
    return next((one for one in plugins if isinstance(one, Report)), Report())
