"""The rooms of the house: each import contract breaks when it is broken, and one module reads the time."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("flows", "tasks", "adapters", "validation", "deployments")
LINT = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "perf_counter"),
    ("time", "sleep"),
}

PLAYS_THE_OUTSIDE = {"deployments/demo.py", "deployments/story/story.py"}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the code that a test may spoil."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_contracts(house: Path) -> set[str]:
    done = subprocess.run([sys.executable, "-c", LINT, "--no-cache"], cwd=house, capture_output=True, text=True, check=False, timeout=110)
    assert "Contracts:" in done.stdout, done.stderr
    return set(re.findall(r"^(.+?) BROKEN", done.stdout, flags=re.MULTILINE))


def test_the_house_is_in_order(house: Path) -> None:
    assert broken_contracts(house) == set()


@pytest.mark.parametrize(
    ("where", "imported", "contract"),
    [
        ("flows", "deployments.cli", "imports point one way"),
        ("tasks", "flows.catalog", "imports point one way"),
        ("adapters", "tasks.catalog", "imports point one way"),
        ("validation", "adapters.errors", "imports point one way"),
        ("adapters/hub", "prefect", "adapters and validation do not know Prefect"),
        ("validation", "prefect", "adapters and validation do not know Prefect"),
        ("tasks/rules", "sqlalchemy", "rules are pure"),
        ("tasks/rules", "httpx", "rules are pure"),
        ("tasks/rules", "time", "rules are pure"),
        ("tasks/rules", "adapters.clock", "rules are pure"),
        ("tasks/rules", "tasks.catalog", "rules are pure"),
        ("deployments/world", "adapters.errors", "the stand-in world knows nothing of ours"),
        ("deployments/world", "validation.reasons", "the stand-in world knows nothing of ours"),
    ],
)
def test_an_import_the_wrong_way_is_refused(house: Path, where: str, imported: str, contract: str) -> None:
    (house / where / "planted.py").write_text(f"import {imported}\n")
    assert contract in broken_contracts(house)


def reads_of_time(source: str) -> set[tuple[str, str]]:
    called = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    named = ((one.value.id, one.attr) for one in called if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name))
    return CLOCKS.intersection(named)


def test_the_search_for_clocks_finds_one() -> None:
    assert reads_of_time((ROOT / "adapters" / "clock.py").read_text()) == {("datetime", "now"), ("time", "monotonic"), ("time", "sleep")}


def test_only_the_clock_reads_the_time() -> None:
    code = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "world" not in path.parts]
    found = {path.relative_to(ROOT).as_posix() for path in code if reads_of_time(path.read_text())}
    assert found - PLAYS_THE_OUTSIDE == {"adapters/clock.py"}
