"""Orders recorded by a process that is killed with -9 wherever it waits: nothing is half done, and once more does it all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from adapters.hub.hub import Hub
from tests.adapters.hub.order_recorder import frame
from tests.adapters.hub.order_shop import OrderShop, report
from tests.adapters.hub.test_killed import awaited, contents, gone, plain, sessions

ROOT = Path(__file__).parents[3]
BLOCKED = {
    "pools": "select from ledger_balance where account = 'pool' for update",
    "movements": "lock table ledger_movement in exclusive mode",
    "order lines": "lock table sale_line in exclusive mode",
    "withdrawals": "lock table withdrawal in exclusive mode",
    "papers": "lock table onec_outgoing_key in exclusive mode",
    "questions": "lock table quarantine in exclusive mode",
}
"""What a recording must get past, in this order; whoever holds it makes the recording wait just there."""


@pytest.mark.slow
@pytest.mark.parametrize("blocked", BLOCKED.values(), ids=BLOCKED.keys())
def test_killed_in_the_middle_nothing_is_half_recorded_and_once_more_records_all(hub: Hub, database_url: str, blocked: str) -> None:
    shop = OrderShop(hub)
    item_id, exposure = shop.sells(10, 4)
    shop.record(report("2", {"iron": 3}))
    before = contents(database_url)
    command = [sys.executable, "-m", "tests.adapters.hub.order_recorder", database_url]
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
    shop.record(frame())
    assert shop.accounts(item_id) == {"pool": 6, exposure: 1, shop.sold("1"): 1, shop.sold("2"): 2}
    assert [pcs for _, _, pcs in shop.withdrawn()] == [1]
    shop.assert_conserved()


def _is_waiting(watcher: psycopg.Connection) -> bool:
    waits = watcher.execute("""
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'utyug' and wait_event_type = 'Lock'
    """).fetchone()
    return waits is not None and waits[0] > 0
