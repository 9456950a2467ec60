import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from prefect.logging import disable_run_logger
from sqlalchemy.exc import OperationalError

import tasks.catalog
from adapters.hub.catalog import Catalog
from adapters.hub.contents import contents
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.incidents import Incidents
from adapters.settings import GateSettings, OnecSettings, Settings
from deployments.sample.export import write_sample
from tasks.catalog import FeedTaken, close_quiet_series, gate, take_in
from tasks.rules.gate import FeedShape
from tests.intake import NOON, everything, export, many, one_more_hub, put, shop
from tests.tasks.taking import take_all

ROOT = Path(__file__).parents[2]
SEED = 20260301
PORTIONS = 35
"""About as many as the sample is read in."""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The sample as one archive of 1C."""
    folder = tmp_path_factory.mktemp("sample")
    planted = write_sample(folder, formed_at=NOON)
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in planted.files:
            archive.write(file, file.relative_to(folder).as_posix())
    return path.read_bytes()


def take(hub: Hub, var_dir: Path, feed_id: int, *, dry_run: bool = False) -> FeedTaken:
    with disable_run_logger():
        return take_in.fn(hub, Settings(var_dir=var_dir), Inbox(hub).feed(feed_id), dry_run=dry_run)


@pytest.mark.slow
@pytest.mark.parametrize("at", sorted(random.Random(SEED).sample(range(2, PORTIONS), 3)))
def test_killed_while_a_file_is_recorded_and_run_again_the_shop_is_the_same(
    hub: Hub, database_url: str, packed: bytes, undisturbed: dict[str, list[str]], tmp_path: Path, at: int
) -> None:
    put(hub, packed, name="v8_1C.zip")
    with taking(database_url, tmp_path, "portion", at) as process, psycopg.connect(plain(database_url), autocommit=True) as watcher:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        assert open_transactions(watcher) == 1
        process.send_signal(signal.SIGKILL)
        process.wait()
        awaited(lambda: open_transactions(watcher) == 0)
    assert shop(hub) != undisturbed
    take_all(hub, tmp_path)
    assert shop(hub) == undisturbed


@pytest.mark.slow
def test_killed_while_an_archive_is_unpacked_and_run_again_each_member_is_there_once(
    hub: Hub, database_url: str, packed: bytes, undisturbed: dict[str, list[str]], tmp_path: Path
) -> None:
    archive = put(hub, packed, name="v8_1C.zip")
    with taking(database_url, tmp_path, "member", 4) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert Inbox(hub).feed(archive.feed_id).state == "waiting"
    take_all(hub, tmp_path)
    names = [feed.name for feed in Inbox(hub).feeds() if feed.archive_id == archive.feed_id]
    assert len(names) == len(set(names)) > 4
    assert shop(hub) == undisturbed


def test_a_taken_file_says_what_was_loaded_refused_and_changed(hub: Hub, tmp_path: Path) -> None:
    feed = put(hub, export(["iron", "mat"], price="0"))
    taken = take(hub, tmp_path, feed.feed_id)
    assert (taken.state, taken.loaded, taken.refused, taken.changed) == (
        "recorded",
        {"products": 2, "offers": 2, "counts": 2},
        {"price_is_positive": 2},
        0,
    )
    again = put(hub, export(["iron", "mat"], pcs=9, minutes=1))
    assert take(hub, tmp_path, again.feed_id).changed == 2


def test_an_archive_that_somebody_dismissed_meanwhile_is_left_alone(hub: Hub, packed: bytes, tmp_path: Path) -> None:
    feed = put(hub, packed, name="v8_1C.zip")
    Inbox(hub).dismiss(feed.feed_id)
    assert take(hub, tmp_path, feed.feed_id).state == "dismissed"
    assert [one.feed_id for one in Inbox(hub).feeds()] == [feed.feed_id]


@pytest.mark.parametrize("body", [b"", export(["iron"])[:-40], export(["iron"])])
def test_a_file_that_is_dismissed_while_it_is_read_is_neither_taken_nor_refused(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    def dismissed(inbox: Inbox, feed_id: int, into: Path) -> Path:
        inbox.dismiss(feed_id)
        return fetch(inbox, feed_id, into)

    fetch = Inbox.fetch
    feed = put(hub, body)
    monkeypatch.setattr(Inbox, "fetch", dismissed)
    taken = take(hub, tmp_path, feed.feed_id)
    assert (taken.state, taken.refused) == ("dismissed", {})
    assert Incidents(hub).live() == []
    assert contents(hub)["products"] == 0


@pytest.mark.parametrize("trouble", [OperationalError("copy", {}, Exception()), psycopg.OperationalError(), OSError(28, "no space")])
def test_trouble_of_our_own_machine_is_no_fault_of_the_file(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    feed = put(hub, export(["iron"]))
    monkeypatch.setattr(Catalog, "record", fail)
    for _ in range(tasks.catalog.STUMBLES):
        with pytest.raises(type(trouble)):
            take(hub, tmp_path, feed.feed_id)
    assert {row["stumbles"] for row in everything(hub)["feed"]} == {0}
    assert Inbox(hub).feed(feed.feed_id).state == "waiting"


def test_an_archive_that_cannot_be_unpacked_is_refused_whole(hub: Hub, packed: bytes, tmp_path: Path) -> None:
    feed = put(hub, packed[:-100], name="v8_1C.zip")
    taken = take(hub, tmp_path, feed.feed_id)
    assert (taken.state, taken.refused) == ("refused", {"truncated": 1})
    assert [one.feed_id for one in Inbox(hub).feeds()] == [feed.feed_id]
    assert Incidents(hub).live()[0].cause == "main:v"


def test_nothing_is_left_on_the_disk(hub: Hub, packed: bytes, tmp_path: Path) -> None:
    put(hub, packed, name="v8_1C.zip")
    put(hub, export(["iron"])[:-40])
    take_all(hub, tmp_path)
    assert list((tmp_path / "work").iterdir()) == []


def test_the_gate_has_the_limits_that_the_shop_set() -> None:
    shape = FeedShape(items_in_stock=100, items_zeroed=10)
    assert not gate(Settings())(shape).is_held
    assert gate(Settings(gate=GateSettings(zeroed_share=0.05, at_least=1)))(shape).is_held


def test_what_a_full_export_does_not_name_is_absent_once_1c_has_been_silent(hub: Hub, tmp_path: Path) -> None:
    for refs, minutes in ((many(), 0), (many()[:-1], 60)):
        put(hub, export(refs, is_changes_only=False, minutes=minutes))
        take_all(hub, tmp_path)
        assert close_quiet_series.fn(hub, Settings(onec=OnecSettings(series_quiet_s=600))) == 0
        assert close_quiet_series.fn(hub, Settings(onec=OnecSettings(series_quiet_s=-timedelta(minutes=1).total_seconds()))) > 0
    absent = {row["item_ref"] for row in everything(hub)["item"] if row["is_absent"]}
    assert absent == {many()[-1]}


@pytest.fixture(scope="module")
def undisturbed(
    server_url: str, template_database: str, packed: bytes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[str]]]:
    """The shop after the whole archive, with nobody killed."""
    with one_more_hub(server_url, template_database) as hub:
        put(hub, packed, name="v8_1C.zip")
        take_all(hub, tmp_path_factory.mktemp("var"))
        assert contents(hub)["prices"] > 1000
        yield shop(hub)


@contextmanager
def taking(url: str, var_dir: Path, at: str, number: int) -> Iterator[subprocess.Popen[str]]:
    """The process that takes in; killed at the end whatever happens."""
    command = [sys.executable, "-m", "tests.tasks.taking", url, str(var_dir), at, str(number)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def open_transactions(watcher: psycopg.Connection) -> int:
    """Those of the process that takes in, as the server sees them."""
    query = """
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'utyug' and backend_xid is not null
    """
    return int(watcher.execute(query).fetchall()[0][0])


def awaited(holds: Callable[[], bool]) -> None:
    """Look until it holds; the test's own timeout ends a wait that is in vain."""
    while not holds():
        time.sleep(0.01)


def plain(url: str) -> str:
    return url.replace("+psycopg", "")
