"""Carts reserved per second, against a bare pgbench transaction of the same row updates in the same run on the same server.

The bare transaction has no rules: it takes one piece from a pool picked at random, guarded, and writes the hold, its balance and the
movement, all prepared. Both speak to a durable server of their own (fsync as by default) with as many clients.
"""

import asyncio
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import psycopg
from psycopg.conninfo import conninfo_to_dict

from adapters.clock import Clock
from adapters.gateway.app import make_app, make_server
from adapters.hub.holds import Cart, Held, Holds
from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.hub.migrate import migrate
from adapters.settings import Settings
from deployments.postgres import BINARIES, EmbeddedPostgres
from tests.bench.asker import Asker
from tests.bench.measure import OUT, Result, alone, run_step

ITEMS = 1000
PLENTY = 1_000_000
SECONDS = 6
CLIENTS = 4
TOGETHER = 50
RATE = 200
BUYERS, HOT_PCS = 1000, 100
KEY = "bench-key"
SITE = {
    "kind": "woocommerce", "url": "http://site.test", "consumer_key": "ck", "consumer_secret": "cs", "asks": True, "reservation_key": KEY,
}  # fmt: skip

BARE = """
\\set item random(1, :items)
begin;
update ledger_balance set pcs = pcs - 1 where item_id = :item and place = 'main' and account = 'pool' and pcs >= 1;
insert into hold (hold_id, channel, key, state, cart, held_at, expires_at)
    values (:client_id || '-' || nextval('bench_hold'), 'bench', lastval()::text, 'held', '[]', now(), now());
insert into ledger_balance (item_id, place, account, pcs) values (:item, 'main', 'hold:' || :client_id || '-' || lastval(), 1);
insert into ledger_movement (at, item_id, place, from_account, to_account, pcs, reason, reference)
    values (now(), :item, 'main', 'pool', 'hold:' || :client_id || '-' || lastval(), 1, 'held', 'hold:' || :client_id || '-' || lastval());
commit;
"""

FILL = """
    insert into item (source, item_ref, product_ref, feed_id, changed_at) select 'main', 'sku-' || n, 'sku-' || n, 1, now() from generate_series(1, {items}) n;
    insert into listing (channel, item_id, channel_sku, refs, matched_at) select 'site', item_id, item_ref, '{{}}', now() from item;
    insert into stock_count (item_id, place, pcs, session_began_at, feed_id) select item_id, 'main', {pcs}, now(), 1 from item;
    insert into ledger_balance (item_id, place, account, pcs) select item_id, 'main', 'pool', {pcs} from item;
    insert into ledger_movement (at, item_id, place, from_account, to_account, pcs, reason, reference)
        select now(), item_id, 'main', 'onec', 'pool', {pcs}, 'count', 'feed:1' from item;
    update item set item_ref = 'hot' where item_id = 1;
    update listing set channel_sku = 'hot' where item_id = 1;
    create sequence bench_hold;
    analyze;
"""


def bench() -> Result:
    """Ratio of reservations per second as the till makes them, carts of one round in one transaction; one by one beside it."""
    with _server() as url:
        floor = _pgbench(url)
        told = alone(__name__, "in_the_hub", url)
        http = alone(__name__, "over_http", url)
    alone_ratio = round(told["one_by_one"] / floor["tps_alone"], 2)
    return Result(
        name="reserve",
        ratio=round(told["together"] / floor["tps"], 2),
        floor=f"pgbench, prepared, {CLIENTS} clients: {floor['tps']:.0f} transactions/s ({floor['binary']})",
        aim=">= 0.5; hot item sells exactly 100",
        figures={
            f"together, {TOGETHER} carts a round, per second": round(told["together"]),
            "one by one, one client, per second": round(told["one_by_one"]),
            f"one by one, {CLIENTS} clients, per second": round(told["one_by_one_clients"]),
            "one by one, one client, ratio to pgbench with one": alone_ratio,
            f"one by one, {CLIENTS} clients, ratio": round(told["one_by_one_clients"] / floor["tps"], 2),
            "pgbench, one client, per second": round(floor["tps_alone"]),
            **{name: value for name, value in http.items() if name not in {"seconds", "peak_mb"}},
        },
    )


def in_the_hub(url: str) -> dict[str, Any]:
    """Reservations per second straight from the book."""
    with Hub(url, clock=Clock()) as hub:
        holds = Holds(hub, _settings())
        holds.reserve([_cart("warm", n) for n in range(TOGETHER)])
        told = {
            "one_by_one": _rate(holds, "one", 1, clients=1),
            "one_by_one_clients": _rate(holds, "clients", 1, clients=CLIENTS),
            "together": _rate(holds, "together", TOGETHER, clients=1),
        }
        assert Ledger(hub).check_conservation().filter(~_of_the_floor()).is_empty()
    return told


def over_http(url: str) -> dict[str, Any]:
    """Answer times at a steady rate whatever the answers take, and the hot item."""
    with Hub(url, clock=Clock()) as hub, _gateway(url) as port:
        asyncio.run(_steady(port, seconds=1))
        steady = asyncio.run(_steady(port, seconds=SECONDS))
        with hub.engine.begin() as connection:
            connection.exec_driver_sql(f"update ledger_balance set pcs = {HOT_PCS} where item_id = 1 and account = 'pool'")
        began = time.perf_counter()
        sold = asyncio.run(_rush(port))
        rush_s = time.perf_counter() - began
    answered = sorted(one for one in steady if one < math.inf)
    cuts = quantiles(answered, n=100)
    return {
        f"http at {RATE}/s, not answered in time": len(steady) - len(answered),
        f"http at {RATE}/s, p50 ms": round(cuts[49] * 1000, 1),
        f"http at {RATE}/s, p99 ms": round(cuts[98] * 1000, 1),
        f"hot item: sold of {HOT_PCS} to {BUYERS} buyers": sold,
        "hot item: seconds": round(rush_s, 2),
    }


def _rate(holds: Holds, name: str, together: int, *, clients: int) -> float:
    ends_at = time.perf_counter() + SECONDS

    def client(number: int) -> int:
        done = 0
        while time.perf_counter() < ends_at:
            answers = holds.reserve([_cart(f"{name}-{number}", done + n) for n in range(together)])
            assert all(isinstance(answer, Held) for answer in answers)
            done += together
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        done = sum(threads.map(client, range(clients)))
    return done / (time.perf_counter() - began)


def _cart(name: str, number: int) -> Cart:
    return Cart(channel="site", key=f"{name}-{number}", lines={f"sku-{number * 7919 % (ITEMS - 1) + 2}": 1})


async def _steady(port: int, *, seconds: int) -> list[float]:
    """One request every 1/RATE s, started by the clock and not by the answer before; times from when each was due."""
    loop = asyncio.get_running_loop()
    asker = Asker(port, KEY, connections=64)
    began = loop.time() + 0.1

    async def buyer(number: int) -> float:
        due = began + number / RATE
        await asyncio.sleep(due - loop.time())
        sku = f"sku-{number % (ITEMS - 1) + 2}"
        status = await asker.reserve({"key": f"{began}-{number}", "lines": [{"sku": sku, "pcs": 1}]})
        return loop.time() - due if status == 201 else math.inf

    times = await asyncio.gather(*(buyer(number) for number in range(RATE * seconds)))
    await asker.close()
    return times


async def _rush(port: int) -> int:
    asker = Asker(port, KEY, connections=200)

    async def buyer(number: int) -> bool:
        cart = {"key": f"hot-{number}", "lines": [{"sku": "hot", "pcs": 1}]}
        while (status := await asker.reserve(cart)) == 503:
            continue
        return status in {200, 201}

    sold = sum(await asyncio.gather(*(buyer(number) for number in range(BUYERS))))
    await asker.close()
    return sold


def _settings() -> Settings:
    return Settings.model_validate({"channels": {"site": SITE}})


def _of_the_floor() -> Any:
    import polars as pl

    return pl.col("account").str.contains("-").fill_null(value=False)


def gateway(url: str, port: str) -> dict[str, Any]:
    """The gateway, until it is told to stop."""
    with Hub(url, clock=Clock()) as hub:
        make_server(make_app(hub, _settings()), host="127.0.0.1", port=int(port)).run()
    return {}


@contextmanager
def _gateway(url: str) -> Iterator[int]:
    """A gateway in a process of its own, as in a shop."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", __spec__.name, "gateway", url, str(port)], stdout=subprocess.DEVNULL) as process:
        try:
            while not _is_well(f"http://127.0.0.1:{port}/health"):
                if process.poll() is not None:
                    raise SystemExit("the gateway did not start")
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def _is_well(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


def _pgbench(url: str) -> dict[str, Any]:
    """The floor: the embedded server's own pgbench, else one on the machine."""
    found = [BINARIES / "bin" / "pgbench", *sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)]
    binary = next((str(path) for path in found if path.exists()), None) or shutil.which("pgbench")
    if binary is None:
        raise SystemExit("no pgbench: neither the embedded server nor the machine has one (Debian: postgresql-contrib)")
    known = conninfo_to_dict(url.replace("+psycopg", ""))
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    environment = os.environ | {names[name]: str(value) for name, value in known.items() if name in names}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(BARE)
        script.flush()

        def tps(clients: int) -> float:
            command = [
                binary,
                "-n",
                "-M",
                "prepared",
                "-c",
                str(clients),
                "-j",
                str(clients),
                "-T",
                str(SECONDS),
                "-D",
                f"items={ITEMS}",
                "-f",
                script.name,
            ]
            said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
            return float(next(line for line in said.splitlines() if line.startswith("tps")).split()[2])

        return {"tps_alone": tps(1), "tps": tps(CLIENTS), "binary": Path(binary).resolve().parent.parent.name}


@contextmanager
def _server() -> Iterator[str]:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start()
        try:
            migrate(url)
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute(FILL.format(items=ITEMS, pcs=PLENTY).encode())
            yield url
        finally:
            server.discard()


if __name__ == "__main__":
    run_step({"in_the_hub": in_the_hub, "over_http": over_http, "gateway": gateway})
