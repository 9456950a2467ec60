"""Whatever anybody reports is explained in words: kinds are found in the code itself, so that a new one cannot be forgotten."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.hub.shipment_views import MISSED, NEAR
from adapters.notify.kinds import KINDS
from deployments.automations import KINDS as OF_AUTOMATIONS

ROOT = Path(__file__).parents[3]
ROOMS = ("adapters", "deployments", "flows", "tasks")
NOT_OURS = ("deployments/world", "deployments/story", "deployments/sample")
HANDED_ON: dict[str, set[str]] = {
    "adapters/hub/incidents.py": set(),
    "adapters/hub/run_events.py": set(),
    "adapters/gateway/hooks.py": set(OF_AUTOMATIONS),
    "adapters/hub/shipment_views.py": {NEAR, MISSED},
}
"""Where a kind comes as an argument, and those that are handed in there; none where callers say it, who are found by themselves."""


def modules() -> dict[str, ast.Module]:
    """Every module of ours by its path."""
    files = (file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")))
    paths = {file.relative_to(ROOT).as_posix(): file for file in files}
    return {path: ast.parse(file.read_text(encoding="utf-8")) for path, file in paths.items() if not path.startswith(NOT_OURS)}


def texts(module: ast.Module) -> dict[str, str]:
    """Names of the texts that a module defines, also several in one line."""
    found: dict[str, str] = {}
    for node in module.body:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            is_many = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            pairs = zip(target.elts, node.value.elts, strict=True) if is_many else [(target, node.value)]  # type: ignore[attr-defined]
            found |= {
                name.id: value.value
                for name, value in pairs
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str)
            }
    return found


def known_to(module: ast.Module, code: dict[str, ast.Module]) -> dict[str, str]:
    """Its own texts and those that it imports."""
    found = texts(module)
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module and (source := code.get(f"{node.module.replace('.', '/')}.py")):
            theirs = texts(source)
            found |= {one.asname or one.name: theirs[one.name] for one in node.names if one.name in theirs}
    return found


def told_kinds(module: ast.Module) -> Iterator[ast.expr]:
    """What a module says that the kinds of its incidents are: all that opens one is told a kind and a cause."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            told = {one.arg: one.value for one in node.keywords}
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if {"kind", "cause"} <= told.keys() and name in {"report_incident", "report", "Incident"}:
                yield told["kind"]


def raised(code: dict[str, ast.Module]) -> tuple[set[tuple[str, str]], set[str]]:
    """Modules with the kinds that they choose, and the modules where one comes as an argument."""
    chosen: set[tuple[str, str]] = set()
    handed: set[str] = set()
    for path, module in code.items():
        known = known_to(module, code)
        for kind in told_kinds(module):
            if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                chosen.add((path, kind.value))
            elif isinstance(kind, ast.Name) and kind.id in known:
                chosen.add((path, known[kind.id]))
            else:
                handed.add(path)
    return chosen, handed


CHOSEN, HANDED = raised(modules())
RAISED = {kind for _, kind in CHOSEN}.union(*HANDED_ON.values())


@pytest.mark.parametrize("kind", sorted(RAISED))
def test_every_kind_that_is_reported_anywhere_is_explained(kind: str) -> None:
    assert kind in KINDS


def test_kinds_come_as_an_argument_only_where_we_know_which() -> None:
    assert HANDED_ON.keys() == HANDED


def test_the_search_sees_texts_names_and_imports() -> None:
    assert {
        ("adapters/hub/oversells.py", "sold_beyond_quota"),
        ("adapters/hub/register_differences.py", "onec_differs"),
        ("adapters/hub/catalog.py", "feed_held"),
        ("tasks/stock.py", "cabinet_edited"),
        ("tasks/alerts.py", "run_failed"),
        ("deployments/silence.py", "silent"),
    } <= CHOSEN


def test_a_new_report_is_seen_wherever_it_is_written() -> None:
    other = ast.parse('A, B = "a", "never_explained"\n')
    told = ast.parse("from x.other import B as KIND\n\ndef f(c):\n    report_incident(c, 1, kind=KIND, cause='z', sentence='s')\n")
    assert raised({"x/other.py": other, "x/told.py": told}) == ({("x/told.py", "never_explained")}, set())
