"""What ``make contracts`` writes down, and when it is not content."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.contracts.__main__ import verdict
from tests.contracts.report import Report


@pytest.fixture
def report() -> Report:
    walked = Report()
    walked.add("ozon", ["POST /v1/roles", "POST /v1/roles", "POST /v2/products/stocks"], deviations=["ozon: one"], repairs={"enum: null"})
    return walked


def outcome(**told: Any) -> Any:
    return SimpleNamespace(**{"skipped": False, "nodeid": "tests/contracts/test_ozon.py::test_a", "longrepr": None, **told})


def test_operations_and_examples_are_counted_over_all_vendors(report: Report, tmp_path: Path) -> None:
    report.add("wildberries", ["GET /ping"])
    report.write(tmp_path / "var" / "contracts.json")
    told = json.loads((tmp_path / "var" / "contracts.json").read_text())
    assert {key: told[key] for key in ("operations", "examples", "skipped", "deviations")} == {
        "operations": 3,
        "examples": 4,
        "skipped": 0,
        "deviations": 1,
    }
    assert told["vendors"]["ozon"] == {
        "operations": {"POST /v1/roles": 2, "POST /v2/products/stocks": 1},
        "examples": 3,
        "deviations": ["ozon: one"],
        "repairs": ["enum: null"],
    }


def test_a_skipped_test_is_not_content(report: Report) -> None:
    report.pytest_runtest_logreport(outcome())
    assert verdict(0, report) == 0
    report.pytest_runtest_logreport(outcome(skipped=True, longrepr=("test_ozon.py", 1, "Skipped: no specs")))
    assert report.skipped == ["tests/contracts/test_ozon.py::test_a: Skipped: no specs"]
    assert verdict(0, report) == 1


def test_a_spec_that_nobody_walked_is_not_content(report: Report, tmp_path: Path) -> None:
    for name, file in (("ozon", "swagger.json"), ("avito", "openapi.yaml"), ("commerceml", "schema.xsd")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("{}")
    report.miss(tmp_path)
    assert report.skipped == ["avito: its spec is there and nothing of it was walked"]
    assert verdict(0, report) == 1


def test_nothing_walked_is_not_content(report: Report) -> None:
    assert verdict(0, Report()) == 1
    assert verdict(3, report) == 3
