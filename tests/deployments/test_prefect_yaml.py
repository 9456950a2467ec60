"""What Prefect is told of our flows: each one whole, in the shop's time, in a manager's words."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
ON_DEMAND = {"quarantine"}
"""Flows that only a person starts."""


def flow_of(deployment: dict[str, Any]) -> ast.FunctionDef:
    """The function that a deployment runs."""
    path, _, name = deployment["entrypoint"].partition(":")
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    (found,) = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found


def test_every_flow_is_deployed_once() -> None:
    told = [one["entrypoint"].partition(":")[0] for one in DEPLOYMENTS]
    assert sorted(told) == sorted(f"flows/{file.name}" for file in (ROOT / "flows").glob("[a-z]*.py"))


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["entrypoint"])
def test_a_deployment_says_what_it_does_and_runs_in_the_pool_one_beside_another(deployment: dict[str, Any]) -> None:
    assert re.search(r"[а-яё]{4,}", deployment["description"])
    assert flow_of(deployment).name in {*deployment["tags"], "catalog"}
    assert deployment["work_pool"] == {"name": "utyug"}
    assert deployment["concurrency_limit"]["collision_strategy"] == "ENQUEUE"


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["entrypoint"])
def test_schedules_are_the_shops_and_start_what_the_flow_takes(deployment: dict[str, Any]) -> None:
    flow = flow_of(deployment)
    takes = {argument.arg for argument in flow.args.args}
    schedules = deployment.get("schedules", [])
    assert bool(schedules) is (flow.name not in ON_DEMAND)
    for schedule in schedules:
        assert schedule["timezone"] == "Europe/Moscow"
        assert schedule.get("parameters", {}).keys() <= takes


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["entrypoint"])
def test_a_shift_leaves_room_for_a_persons_run_beside_it(deployment: dict[str, Any]) -> None:
    is_shift = any("rounds" in schedule.get("parameters", {}) for schedule in deployment.get("schedules", []))
    assert deployment["concurrency_limit"]["limit"] == (2 if is_shift else 1)
