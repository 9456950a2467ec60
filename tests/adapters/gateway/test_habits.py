"""Whole exchanges as УТ's and УНФ's own clients hold them, over real HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from adapters.hub.feeds import Feed
from deployments.world.onec import OnecClient, OnecStopped
from tests.adapters.gateway.conftest import Door, Flow, document

Habit = Literal["ut", "unf"]
HABITS: list[Habit] = ["ut", "unf"]
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 100


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two portions, three pictures."""
    folder = tmp_path / "webdata"
    (folder / "import_files" / "ab").mkdir(parents=True)
    for name, products in {"import0_1.xml": 400, "offers0_1.xml": 300, "import0_2.xml": 200, "offers0_2.xml": 100}.items():
        (folder / name).write_bytes(document(products))
    for number in range(3):
        (folder / "import_files" / "ab" / f"{number}.jpg").write_bytes(JPEG + bytes([number]))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def client(door: Door, habit: Habit, **changed: Any) -> OnecClient:
    given = {"url": door.address, "login": "onec", "password": "secret-1", "habit": habit, "rest_s": 0.0, **changed}
    opened = OnecClient(**given)
    door.on_close.callback(opened.close)
    return opened


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("is_zip", [False, True])
@pytest.mark.parametrize("file_limit_bytes", [10_000, 8_000_000])
def test_an_export_in_portions_arrives_whole_by_either_habit(
    open_door: Callable[..., Door], export: Path, habit: Habit, is_zip: bool, file_limit_bytes: int
) -> None:
    door = open_door(zip=is_zip, file_limit_bytes=file_limit_bytes)
    onec = client(door, habit)
    with Flow(door) as flow:
        onec.push_catalog(export)
    stored = door.stored()
    assert {name: body for name, body in stored.items() if not name.endswith(".zip")} == contents(export)
    assert [name for name in flow.recorded if name.startswith("import")] == ["import0_1.xml", "import0_2.xml"]
    assert sorted(flow.recorded) == sorted(name for name in contents(export) if name.endswith(".xml"))
    sessions = {feed.session_ref for feed in door.inbox.feeds()}
    assert len(sessions) == 2
    assert "success\nЗагружено товаров: 1." in onec.log


@pytest.mark.parametrize("habit", HABITS)
def test_a_slow_flow_is_waited_for_with_progress(open_door: Callable[..., Door], export: Path, habit: Habit) -> None:
    door = open_door(progress_wait_s=0.05)
    onec = client(door, habit)

    class Slow(Flow):
        def round(self) -> None:
            if sum(line.startswith("progress") for line in onec.log) >= 3:
                super().round()

    with Slow(door):
        onec.push_catalog(export)
    assert sum(line.startswith("progress") for line in onec.log) >= 3


@pytest.mark.parametrize("habit", HABITS)
def test_the_1c_user_reads_why_a_file_was_not_loaded(open_door: Callable[..., Door], export: Path, habit: Habit) -> None:
    door = open_door()
    with Flow(door, refuses="Файл оборван на середине."), pytest.raises(OnecStopped, match="Файл оборван на середине"):
        client(door, habit).push_catalog(export)
    assert {feed.name for feed in door.inbox.feeds() if feed.kind == "xml"} == {"import0_1.xml", "offers0_1.xml"}


def test_ut_goes_on_after_a_later_portion_that_failed(open_door: Callable[..., Door], export: Path) -> None:
    (export / "import0_3.xml").write_bytes(document(50))
    door = open_door()

    class RefusesSecond(Flow):
        def why_refused(self, feed: Feed) -> str | None:
            return "Оборван." if feed.name == "import0_2.xml" else None

    with RefusesSecond(door) as flow, pytest.raises(OnecStopped, match="Оборван"):
        client(door, "ut").push_catalog(export)
    assert "import0_3.xml" in flow.recorded


@pytest.mark.parametrize("habit", HABITS)
def test_the_1c_user_reads_that_the_password_is_wrong(door: Door, export: Path, habit: Habit) -> None:
    with pytest.raises(OnecStopped, match="Проверьте имя пользователя и пароль"):
        client(door, habit, password="wrong").push_catalog(export)
    assert door.stored() == {}


def test_files_are_taken_from_ut_that_does_not_wait_for_import(door: Door, export: Path) -> None:
    client(door, "ut", waits_for_import=False).push_catalog(export)
    assert sorted(feed.name for feed in door.inbox.waiting()) == sorted(n for n in contents(export) if n.endswith(".xml"))


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("is_zip", [False, True])
def test_changed_orders_arrive_by_either_habit(open_door: Callable[..., Door], habit: Habit, is_zip: bool) -> None:
    door = open_door(zip=is_zip)
    with Flow(door) as flow:
        names = client(door, habit).push_orders(document(3), document(4))
        flow.until_recorded(2)
    assert flow.recorded == names
    assert {feed.exchange for feed in door.inbox.feeds()} == {"sale"}


@pytest.mark.parametrize("habit", HABITS)
def test_orders_are_pulled_and_confirmed(door: Door, habit: Habit) -> None:
    assert client(door, habit).pull_orders() == []


def test_an_export_sent_twice_is_taken_twice_and_harmlessly(open_door: Callable[..., Door], export: Path) -> None:
    door = open_door()
    with Flow(door) as flow:
        client(door, "ut").push_catalog(export)
        client(door, "ut").push_catalog(export)
    assert sorted(flow.recorded) == sorted([name for name in contents(export) if name.endswith(".xml")] * 2)


def test_a_bomb_in_the_export_is_told_to_the_1c_user(open_door: Callable[..., Door], tmp_path: Path) -> None:
    door = open_door(zip=True, max_unpacked_bytes=1_000_000)
    (tmp_path / "webdata").mkdir()
    (tmp_path / "webdata" / "import0_1.xml").write_bytes(b"<" + b"0" * 5_000_000)
    with Flow(door), pytest.raises(OnecStopped, match="недопустимо большой объём"):
        client(door, "ut").push_catalog(tmp_path / "webdata")
    assert [feed.kind for feed in door.inbox.feeds()] == ["archive"]
