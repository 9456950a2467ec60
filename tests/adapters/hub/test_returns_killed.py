"""Returns recorded by a process that is killed with -9 wherever it waits: nothing is half done, and once more does it all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from adapters.hub.hub import Hub
from tests.adapters.hub.order_shop import CHANNEL
from tests.adapters.hub.return_recorder import frame
from tests.adapters.hub.return_shop import ReturnShop, coming
from tests.adapters.hub.test_killed import awaited, contents, gone, plain, sessions

ROOT = Path(__file__).parents[3]
BLOCKED = {
    "tellings": "lock table return_telling in exclusive mode",
    "counts": "lock table returned_line in exclusive mode",
    "batches": "lock table return_line in exclusive mode",
    "tellers": "lock table return_teller in exclusive mode",
    "documents": "select from goods_return for update",
    "debts": "lock table outbox in exclusive mode",
    "questions": "lock table quarantine in exclusive mode",
}
"""What a recording must get past, in this order; whoever holds it makes the recording wait just there."""


@pytest.mark.slow
@pytest.mark.parametrize("blocked", BLOCKED.values(), ids=BLOCKED.keys())
def test_killed_in_the_middle_nothing_is_half_recorded_and_once_more_records_all(hub: Hub, database_url: str, blocked: str) -> None:
    shop = ReturnShop(hub)
    shop.ships(2)
    shop.told(CHANNEL, coming("r1"))
    before = contents(database_url)
    command = [sys.executable, "-m", "tests.adapters.hub.return_recorder", database_url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    hub.engine.dispose()
    with psycopg.connect(plain(database_url)) as holder, psycopg.connect(plain(database_url), autocommit=True) as watcher:
        holder.execute(blocked.encode())
        with subprocess.Popen(command, text=True, env=environment, cwd=ROOT) as process:
            awaited(lambda: process.poll() is not None or _is_waiting(watcher))
            assert process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        holder.rollback()
        gone(watcher, process)
        assert sessions(watcher) == []
    assert contents(database_url) == before
    for _ in range(2):
        again = shop.written(frame())
        assert [row.outcome for row in again.rows] in (["taken", "taken", "refused"], ["same", "same", "refused"])
    assert shop.returned() == 2
    assert len([one for one in shop.owed() if one[1] == "return"]) == 2


def _is_waiting(watcher: psycopg.Connection) -> bool:
    waits = watcher.execute("""
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'utyug' and wait_event_type = 'Lock'
    """).fetchone()
    return waits is not None and waits[0] > 0
