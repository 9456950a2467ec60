"""A recording killed with -9 at any point, and run again, leaves the hub that an undisturbed one leaves."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from adapters.clock import Clock
from adapters.hub.hub import Hub
from tests.adapters.hub.export import Onec
from tests.adapters.hub.recording import ITEMS, SAID, portions

ROOT = Path(__file__).parents[3]
SEED = 20260301
BEFORE, AFTER = 1, 2
PORTIONS = len(list(portions(AFTER)))
LOCKED_IN_MERGE = {
    "product": "select from product where product_ref = 'ref7' for update",
    "item": "select from item where item_ref = 'ref7#a' for update",
    "price": "select from price where item_id = (select item_id from item where item_ref = 'ref7#a') for update",
    "stock_count": "select from stock_count join item using (item_id) where item_ref = 'ref7#a' and place = 'north' for update of stock_count",
    "quarantine": "select from quarantine where key = 'bad0|retail' for update",
}
"""A row of each table that the merge must change; whoever holds it makes the merge wait just there."""

BY_NAME = {
    "price": "select i.source, i.item_ref, p.* from price p join item i using (item_id)",
    "stock_count": "select i.source, i.item_ref, c.* from stock_count c join item i using (item_id)",
    "series_member": """
        select s.entity, coalesce(p.product_ref, i.item_ref) as ref from series_member m join export_series s using (series_id)
        left join product p on s.entity = 'product' and p.product_id = m.card_id
        left join item i on s.entity = 'item' and i.item_id = m.card_id
    """,
}
"""Tables whose rows point at others by a key that is counted up: here by what it names."""

UNLIKE = frozenset({
    "product_id", "item_id", "recipe_row_id", "series_id", "quarantine_id", "journal_id", "incident_id",
})  # fmt: skip
"""Keys that the database counts up, with gaps where a transaction was undone; instants (`…_at`) differ too, stamps of 1C do not."""


@pytest.fixture(scope="module")
def undisturbed(server_url: str, template_database: str) -> Iterator[dict[str, list[str]]]:
    """The hub's contents after both exports, with nobody killed."""
    with database(server_url, template_database) as url, Hub(url, clock=Clock()) as hub:
        onec, feed_id = prepared(hub)
        onec.record(onec.inbox.feed(feed_id), portions(AFTER), **SAID)
        assert onec.one("select count(*) from item") > ITEMS
        yield contents(url)


@pytest.mark.slow
@pytest.mark.parametrize("at", sorted(random.Random(SEED).sample(range(1, PORTIONS), 5)))
def test_killed_between_portions_and_run_again_the_hub_is_the_same(
    hub: Hub, database_url: str, undisturbed: dict[str, list[str]], at: int
) -> None:
    onec, feed_id = prepared(hub)
    before = contents(database_url)
    with recorder(database_url, feed_id, at) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        with psycopg.connect(plain(database_url), autocommit=True) as watcher:
            assert sessions(watcher) == [("idle in transaction", None)]
            process.send_signal(signal.SIGKILL)
            gone(watcher, process)
    assert contents(database_url) == before
    onec.record(onec.inbox.feed(feed_id), portions(AFTER), **SAID)
    assert contents(database_url) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("table", LOCKED_IN_MERGE)
def test_killed_in_the_middle_of_a_merge_and_run_again_the_hub_is_the_same(
    hub: Hub, database_url: str, undisturbed: dict[str, list[str]], table: str
) -> None:
    onec, feed_id = prepared(hub)
    before = contents(database_url)
    with psycopg.connect(plain(database_url)) as holder, psycopg.connect(plain(database_url), autocommit=True) as watcher:
        assert len(holder.execute(LOCKED_IN_MERGE[table].encode()).fetchall()) == 1
        with recorder(database_url, feed_id) as process:
            awaited(lambda: process.poll() is not None or ("active", table) in sessions(watcher))
            assert ("active", table) in sessions(watcher)
            process.send_signal(signal.SIGKILL)
            process.wait()
        holder.rollback()
        gone(watcher, process)
    assert contents(database_url) == before
    onec.record(onec.inbox.feed(feed_id), portions(AFTER), **SAID)
    assert contents(database_url) == undisturbed


def prepared(hub: Hub) -> tuple[Onec, int]:
    """A hub with one export recorded and the next one waiting."""
    onec = Onec(hub)
    onec.record(onec.put(), portions(BEFORE), **SAID)
    return onec, onec.put().feed_id


@contextmanager
def recorder(url: str, feed_id: int, at: int = -1) -> Iterator[subprocess.Popen[str]]:
    """The process that records the feed; killed at the end whatever happens."""
    command = [sys.executable, "-m", "tests.adapters.hub.recording", url, str(feed_id), str(AFTER), str(at)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def sessions(watcher: psycopg.Connection) -> list[tuple[str, str | None]]:
    """The recorder's open transactions as the server sees them: its state, and the table of the row that it waits for."""
    rows = watcher.execute("""
        select a.state, (
          select c.relname from pg_locks l join pg_class c on c.oid = l.relation
          where l.pid = a.pid and l.locktype = 'tuple'
        )
        from pg_stat_activity a
        where a.datname = current_database() and a.application_name = 'utyug' and a.xact_start is not null
    """)
    return [(state, table) for state, table in rows]


def gone(watcher: psycopg.Connection, process: subprocess.Popen[str]) -> None:
    """Wait until the server has noticed the death and undone its transaction."""
    process.wait()
    awaited(lambda: not sessions(watcher))


def awaited(holds: Callable[[], bool]) -> None:
    """Look until it holds; the test's own timeout ends a wait that is in vain."""
    while not holds():
        time.sleep(0.01)


def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, without keys that are counted up and without our instants."""
    with psycopg.connect(plain(url)) as connection:
        dumped = {}
        tables = [row[0] for row in connection.execute("select tablename from pg_tables where schemaname = 'public'")]
        for table in tables:
            cursor = connection.execute(BY_NAME.get(table, f'select * from "{table}"').encode())
            assert cursor.description is not None
            kept = [
                n for n, column in enumerate(cursor.description)
                if column.name not in UNLIKE and (column.name == "formed_at" or not f"_{column.name}".endswith("_at"))
            ]  # fmt: skip
            dumped[table] = sorted(str([row[n] for n in kept]) for row in cursor)
        return dumped


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


@contextmanager
def database(server_url: str, template: str) -> Iterator[str]:
    """One more copy of the template."""
    name = f"killed_{os.getpid()}"
    with psycopg.connect(plain(server_url), autocommit=True) as admin:
        admin.execute(f'create database "{name}" template "{template}"'.encode())
        yield server_url.rsplit("/", 1)[0] + f"/{name}"
        admin.execute(f'drop database "{name}" with (force)'.encode())
