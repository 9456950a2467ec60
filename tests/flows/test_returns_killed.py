"""Runs of returns killed with -9 wherever they are, and run again: every row is one return, every workbook is put away once."""

import random
from pathlib import Path

import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from flows.deliver import deliver
from flows.orders import orders
from flows.returns import returns
from tests.adapters.workbook.sheet import save
from tests.flows.cabinets import Cabinets
from tests.flows.dying import run_and_die
from tests.flows.returning_alone import MOMENT, POINTS
from tests.flows.test_returns import HEADERS, returned, ship, world

__all__ = ["world"]
pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow, pytest.mark.timeout(300)]

MODULE = "tests.flows.returning_alone"
SEEDS = (20261124, 20261125)
DEATHS = 3
LIVES_S = (0.05, 3.0)
UNDISTURBED = "undisturbed"
GOOD, WRONG = "книга.xlsx", "с ошибкой.xlsx"


@pytest.fixture
def folder(hub: Hub, world: Cabinets, tmp_path: Path) -> Path:
    """Two workbooks about what every channel tells of too: all of the one can be taken, of the other half."""
    refs = ship(world)
    orders()
    where = tmp_path / "returns"
    where.mkdir(parents=True, exist_ok=True)
    names = sorted(refs)
    save(where / GOOD, [(refs[name], "A-1", 1, "годен", None, name) for name in names[:2]], headers=HEADERS)
    rest = [(refs[name], "A-1", 1, "годен", None, name) for name in names[2:]]
    save(where / WRONG, [*rest, ("нет такого", "A-1", 1, "годен", None, "lost")], headers=HEADERS)
    return where


def as_undisturbed(hub: Hub, folder: Path) -> None:
    """What is there when nobody dies."""
    assert returned(hub) == {name: [(1, "received", "restock")] for name in ("ozon", "site", "wb", "ym")}
    files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.xlsx"))
    days = {Path(name).parts[1] for name in files if name.startswith("принято")}
    assert len(days) == 1
    assert files == sorted(
        [f"исправить/{Path(WRONG).stem} — исправить.xlsx", *(f"принято/{days.copy().pop()}/{name}" for name in (GOOD, WRONG))]
    )
    assert [file.name for file in folder.rglob("*.part")] == []
    (wrong,) = Incidents(hub).live(kind="returns_wrong")
    assert wrong.sentence.startswith(f"В книге возвратов {WRONG} не приняты строки: 1;")
    assert Incidents(hub).live(kind="returns_unread") == []
    assert deliver("accountant").accepted == 4
    assert deliver("accountant").accepted == 0
    assert [file.name for file in (folder / "для бухгалтера").iterdir()] == ["Возвраты для 1С № 1.xlsx"]
    with hub.engine.begin() as connection:
        assert connection.exec_driver_sql("select count(*) from outbox where claimed_until is not null").scalar_one() == 0


@pytest.mark.parametrize("point", [UNDISTURBED, *POINTS])
def test_killed_at_a_dangerous_place_the_books_are_as_without_it(hub: Hub, folder: Path, point: str) -> None:
    if point != UNDISTURBED:
        run_and_die(MODULE, point)
    returns()
    again = returns()
    assert (again.accepted, again.changed) == (0, 0)
    as_undisturbed(hub, folder)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_moment_again_and_again_the_books_are_as_without_it(hub: Hub, folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(DEATHS):
        run_and_die(MODULE, MOMENT, f"{dice.uniform(*LIVES_S):.3f}")
    returns()
    as_undisturbed(hub, folder)


def test_a_workbook_that_is_put_in_again_after_a_death_is_taken_once(hub: Hub, folder: Path) -> None:
    """Whoever finds it in the folder of those that were taken, and is not sure, puts it in once more."""
    run_and_die(MODULE, "moved")
    done = next(folder.rglob(f"принято/*/{GOOD}"))
    (folder / GOOD).write_bytes(done.read_bytes())
    returns()
    assert returned(hub) == {name: [(1, "received", "restock")] for name in ("ozon", "site", "wb", "ym")}
    assert len(list(folder.rglob(f"принято/*/{Path(GOOD).stem}*"))) == 2
