"""From the inbox to the hub against a bare COPY of the same rows."""

import shutil
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from adapters.clock import Clock
from adapters.hub.catalog import Catalog
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.ledger import Ledger
from adapters.hub.migrate import migrate
from adapters.onec.ahead import read_ahead
from adapters.onec.reader import Reading
from deployments.postgres import EmbeddedPostgres
from tasks.rules.gate import GateLimits, decide
from tasks.rules.intake import judged
from tests.bench.export import write_big
from tests.bench.measure import OUT, Result, alone, run_step

KEYS = {
    "product": "product_ref",
    "offer": "item_ref",
    "price": "item_ref, price_type_ref",
    "count": "item_ref, place",
}
TYPES = {pl.String: "text", pl.Int64: "bigint", pl.Boolean: "boolean"}


def bench() -> Result:
    """Rows per second, catalogue, prices, counts and ledger; then the same export again, which must write nothing."""
    names = [str(path) for path in write_big(OUT / "export" / "once")]
    floor = alone(__name__, "floor", *names)
    ours = alone(__name__, "ours", *names)
    return Result(
        name="intake",
        ratio=round(floor["copy_seconds"] / ours["first_seconds"], 3),
        floor="a bare COPY of the same judged rows into keyed tables of the same server settings",
        aim="ratio of rows per second >= 0.3; a second identical import writes no catalogue rows",
        figures={"rows": floor["rows"], "floor_seconds": round(floor["copy_seconds"], 2), "peak_mb": round(ours["peak_mb"])}
        | {name: value for name, value in ours.items() if name not in ("seconds", "peak_mb")},
    )


def floor(*names: str) -> dict[str, Any]:
    """COPY of the judged rows; reading, judging and writing the CSV are not timed."""
    url, stop = _server()
    rows, seconds = Counter[str](), 0.0
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for name in names:
            for kind, judgement in judged(Reading(Path(name))):
                frame = judgement.passed
                if kind not in KEYS or frame.is_empty():
                    continue
                if kind not in rows:
                    columns = ", ".join(f"{column} {TYPES[type(dtype)]}" for column, dtype in frame.schema.items())
                    connection.execute(f"create table bare_{kind} ({columns}, primary key ({KEYS[kind]}))".encode())
                body = frame.write_csv(include_header=False, null_value="").encode()
                began = time.perf_counter()
                with connection.cursor().copy(f"copy bare_{kind} from stdin (format csv)".encode()) as copy:
                    copy.write(body)
                seconds += time.perf_counter() - began
                rows[kind] += frame.height
    stop()
    return {"copy_seconds": seconds, "rows": rows.total()}


def ours(*names: str) -> dict[str, Any]:
    """The real way: inbox, reader, judgement, hub, ledger; twice."""
    url, stop = _server()
    migrate(url)
    with Hub(url, clock=Clock()) as hub:
        first, second = _import(hub, names), _import(hub, names)
    stop()
    return {
        "first_seconds": first["seconds"],
        "rows_per_second": round(first["rows"] / first["seconds"]),
        "steps": first["steps"],
        "second_seconds": second["seconds"],
        "second_rows_written": second["changed"],
    }


def _import(hub: Hub, names: tuple[str, ...]) -> dict[str, Any]:
    inbox, catalog = Inbox(hub), Catalog(hub)
    feeds = []
    for name in names:
        feed_id = inbox.begin(source="main", exchange="catalog", name=Path(name).name, kind="xml")
        with Path(name).open("rb") as body:
            inbox.append(feed_id, body)
        feeds.append(inbox.complete(feed_id))
    steps: dict[str, float] = {}
    rows = changed = 0
    for feed in feeds:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=OUT) as folder:
            reading = Reading(inbox.fetch(feed.feed_id, Path(folder) / "feed"))
            recorded = catalog.record(feed, reading.header, read_ahead(judged(reading)), partial(decide, limits=GateLimits()))
        rows += sum(recorded.loaded.values())
        changed += sum(recorded.changed.values())
        steps[feed.name] = round(time.perf_counter() - began, 2)
    began = time.perf_counter()
    Ledger(hub).post_counts()
    steps["ledger"] = round(time.perf_counter() - began, 2)
    return {"seconds": round(sum(steps.values()), 2), "steps": steps, "rows": rows, "changed": changed}


def _server() -> tuple[str, Any]:
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=OUT, prefix="server-"))
    server = EmbeddedPostgres(folder)

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    return server.start(), stop


if __name__ == "__main__":
    run_step({"floor": floor, "ours": ours})
