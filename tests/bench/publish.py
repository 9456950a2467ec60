"""20 000 changed stocks per channel at the pace of the hub, against the least time that the vendors' own limits allow.

The clock runs at speed 1: all of it takes a few minutes, and a faster one would count the work of adapter and world as if the vendor had
asked for that wait. The world plays each vendor's true limits in a process of its own. The least time of as many calls comes from the
vendors' tables alone, not from the adapters' constants: what a bucket or a window takes at once needs none, more needs the vendor's rate.
It is never below what the same calls to the same world take without any pace, which is measured in the same run where the limits
allow that.
"""

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.hub.migrate import migrate
from adapters.hub.pace import HubPace
from adapters.pace import Limit, Pace
from deployments.postgres import EmbeddedPostgres
from tests.bench.cabinet import WAREHOUSES, Cabinet, Counting, filled_cabinet, open_cabinet
from tests.bench.measure import OUT, Result, alone, run_step
from validation.stock import StockOffered

ROWS = 20_000
ZERO_EVERY = 10
"""Every tenth figure is a zero: zeros and the others leave in batches of their own."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A vendor's limit: ``at_once`` calls, which come back one per ``interval_s``; or so many in a window, if ``is_window``.

    Of ``rounds`` the fastest counts: what takes less than a second is measured more than once.
    """

    at_once: int
    interval_s: float
    is_window: bool = False
    rounds: int = 1

    def least_s(self, calls: int) -> float:
        """What so many calls take, evenly; nothing where they may leave together."""
        paced = calls - (1 if self.is_window else self.at_once)
        return paced * self.interval_s if calls > self.at_once else 0.0

    def has_room_for(self, calls: int) -> bool:
        """Whether as many calls as have just left may leave together."""
        return calls * (2 if self.is_window else 1) <= self.at_once

    def filled_s(self, calls: int) -> float:
        """What they would take if every window were used up at its very beginning, which an even pace does not try."""
        return (calls - 1) // self.at_once * self.at_once * self.interval_s if self.is_window else self.least_s(calls)

    @property
    def refilled_s(self) -> float:
        """A bucket is full again; a window has room for both runs, or for one only."""
        return 0.0 if self.is_window else self.at_once * self.interval_s


# «Лимит запросов» of /api/v3/stocks/{warehouseId}: 300 a minute, 200 ms, 20 at once
WILDBERRIES = Allowed(at_once=20, interval_s=0.2, rounds=3)
# https://docs.ozon.ru/api/seller/#tag/Process: 50 a second
OZON = Allowed(at_once=50, interval_s=1 / 50)
# https://docs.ozon.ru/api/seller/#operation/ProductAPI_ProductsStocksV2: 80 a minute
OZON_STOCKS = Allowed(at_once=80, interval_s=60 / 80, is_window=True)
# x-resource-limit-config of getStocksOnPartnerWarehouses and updateStocksOnPartnerWarehouses: 500 and 50 a minute
YANDEX_READ = Allowed(at_once=500, interval_s=60 / 500, is_window=True)
YANDEX_SENT = Allowed(at_once=50, interval_s=60 / 50, is_window=True)
# WooCommerce has no limit
ANY = Allowed(at_once=ROWS, interval_s=0.0)

READ = {"wildberries": WILDBERRIES, "ozon": OZON, "yandex_market": YANDEX_READ, "woocommerce": ANY}
SENT = {"wildberries": WILDBERRIES, "ozon": OZON_STOCKS, "yandex_market": YANDEX_SENT, "woocommerce": ANY}


class Unpaced:
    """`adapters.pace.Pace` of one who never waits."""

    def turn(self, limits: Mapping[Limit, int]) -> AbstractContextManager[None]:  # noqa: ARG002 - the signature is the pace's
        """At once."""
        return nullcontext()

    def charge(self, limit: Limit, cost: int) -> None:
        """Nobody counts."""

    def pause(self, limit: Limit, until: datetime) -> None:
        """Nobody listens."""


def bench() -> Result:
    """The worst share of the least time of sending; every channel's figures beside it."""
    with _server() as url:
        migrate(url)
        told = {kind: alone(__name__, "publish", kind, url) for kind in SENT}
    figures = {f"{kind}, {step}": one for kind, steps in told.items() for step, one in steps.items() if step in ("read", "send")}
    return Result(
        name="publish",
        ratio=min(told[kind]["send"]["share"] for kind in told),
        floor="the least time the vendor's limits allow for as many calls, never below the same calls without any pace",
        aim="share of the least time >= 0.95 on every channel; limit errors 0",
        figures={
            "rows": ROWS,
            "clock_speed": "1: the true limits in real seconds, nothing distorted",
            "limit_errors": sum(steps["limit_errors"] for steps in told.values()),
            **figures,
        },
    )


def publish(kind: str, url: str) -> dict[str, Any]:
    """One channel: what it shows is read, then every figure is sent; a first call that counts for nothing opens the connections."""
    with filled_cabinet(kind, ROWS) as cabinet, Hub(url, clock=Clock()) as hub:
        pace = HubPace(hub, f"bench:{kind}", system=kind)
        figures = _changing(cabinet)
        with open_cabinet(cabinet, pace=pace, transport=Counting()) as shop:
            shop.read_stock(cabinet.listings.head(1), [WAREHOUSES[kind]])
        steps = {
            "read": _measured(cabinet, READ[kind], pace, lambda shop: _read(shop, cabinet)),
            "send": _measured(cabinet, SENT[kind], pace, lambda shop: _send(shop, next(figures))),
        }
        return {**steps, "limit_errors": cabinet.limited()}


def _measured(cabinet: Cabinet, allowed: Allowed, pace: Pace, work: Callable[[Channel], None]) -> dict[str, Any]:
    """The work at our pace, and without any where the vendor lets as many calls leave together once more."""
    seconds, calls = _timed(cabinet, allowed, pace, work)
    floor_s = _timed(cabinet, allowed, Unpaced(), work)[0] if allowed.has_room_for(calls) else None
    least_s = max(allowed.least_s(calls), floor_s or 0.0)
    told = {
        "calls": calls,
        "seconds": seconds,
        "limits_least_s": allowed.least_s(calls),
        "filled_s": allowed.filled_s(calls),
        "unpaced_s": floor_s,
    }
    return {name: value if value is None else round(value, 2) for name, value in told.items()} | {"share": round(least_s / seconds, 3)}


def _timed(cabinet: Cabinet, allowed: Allowed, pace: Pace, work: Callable[[Channel], None]) -> tuple[float, int]:
    """Seconds and calls of the work, begun with all that the vendor allows."""
    return min(_once(cabinet, allowed, pace, work) for _ in range(allowed.rounds))


def _once(cabinet: Cabinet, allowed: Allowed, pace: Pace, work: Callable[[Channel], None]) -> tuple[float, int]:
    transport = Counting()
    with open_cabinet(cabinet, pace=pace, transport=transport) as shop:
        time.sleep(allowed.refilled_s)
        began = time.perf_counter()
        work(shop)
        return time.perf_counter() - began, transport.calls


def _read(shop: Channel, cabinet: Cabinet) -> None:
    shown = shop.read_stock(cabinet.listings, [WAREHOUSES[cabinet.kind]])
    if shown.height != ROWS:
        raise RuntimeError(f"{cabinet.kind}: {shown.height} figures were shown")


def _send(shop: Channel, offered: pl.DataFrame) -> None:
    counted = shop.send_stock(offered)["outcome"].value_counts().rows()
    if counted != [("accepted", ROWS)]:
        raise RuntimeError(f"of {ROWS} figures: {counted}")


def _changing(cabinet: Cabinet) -> Iterator[pl.DataFrame]:
    """`StockOffered` in which every figure differs from the one before."""
    for change in itertools.count():
        is_zero = (pl.col("listing_id") + change) % ZERO_EVERY == 0
        told = {"warehouse_ref": pl.lit(WAREHOUSES[cabinet.kind]), "item_ref": pl.col("channel_sku"), "is_alone": pl.lit(False)}
        offered = cabinet.listings.with_columns(pcs=pl.when(is_zero).then(0).otherwise(change + 5).cast(pl.Int64), **told)
        yield StockOffered.validate(offered.select(*StockOffered.to_schema().columns))


@contextmanager
def _server() -> Iterator[str]:
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=OUT, prefix="server-"))
    server = EmbeddedPostgres(folder)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    run_step({"publish": publish})
