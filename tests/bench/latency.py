"""Seconds from an order in the world until the hub has it, its pieces are sold in the ledger and it waits in 1C's queue.

Everything runs as in a shop, on real time: PostgreSQL, Prefect's server and worker, gateway and dispatcher under the supervisor; the world
beside it. The channels show an order at once, so that what is measured is ours; how late the vendors themselves are stands beside it.
"""

import itertools
import random
import secrets
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from prefect.logging import disable_run_logger
from sqlalchemy import text

from adapters.channels import open_channel
from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.settings import GatewaySettings, PrefectSettings, Settings
from deployments.postgres import EmbeddedPostgres
from deployments.processes import await_until
from deployments.story.counted import tell_counts
from deployments.story.goods import CHANNELS, Good, Shelf
from deployments.story.lags import LAGS
from deployments.supervisor import Supervisor
from tasks.orders import orders_round
from tasks.rules.bounds import Bounds
from tests.bench.measure import OUT, Result
from tests.flows.cabinets import Cabinets, opened_cabinets
from tests.flows.hour import NO_LAGS, connect, hour_settings
from tests.flows.hour_weather import PUSHING

GOODS, PCS = 12, 60
ORDERS, EVERY_S = 72, 1.25
SEED = 7
OPENS_WITHIN_S, KNOWN_WITHIN_S = 300.0, 120.0
BOUNDS = Bounds(visible_s=30, effective_s=300, stale_s=60, restored_s=60)
"""Only how soon the channels are connected depends on them here."""
LOOKS_EVERY_S = 0.1
ROUNDS = 15

QUEUED = text("""
    select o.channel, o.order_ref from onec_outgoing q join sale_order o on o.number = q.order_number
    join sale_line l on l.order_id = o.order_id
    join ledger_balance b on b.account = 'sold:' || o.order_id || '/' || l.line_ref and b.pcs > 0
""")
SOLD = text("select coalesce(sum(pcs), 0)::bigint from ledger_balance where account like 'sold:%'")


@dataclass(kw_only=True)
class Watch:
    """Sees orders come to 1C's queue, and what every channel shows; from outside, by the clock on the wall."""

    hub: Hub
    cabinets: Cabinets
    queued_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    shown: list[tuple[datetime, dict[str, dict[str, int]]]] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the block lasts."""
        threads = [threading.Thread(target=work, daemon=True) for work in (self._see_orders, self._see_figures)]
        for thread in threads:
            thread.start()
        yield
        self._is_over.set()
        for thread in threads:
            thread.join()

    def _see_orders(self) -> None:
        while not self._is_over.wait(LOOKS_EVERY_S):
            with self.hub.engine.begin() as connection:
                rows = connection.execute(QUEUED).all()
            now = self.hub.clock.now()
            for row in rows:
                self.queued_at.setdefault((row.channel, row.order_ref), now)

    def _see_figures(self) -> None:
        while not self._is_over.wait(1.0):
            now = self.hub.clock.now()
            self.shown.append((now, {name: {sku: pcs or 0 for sku, (pcs, _) in self.cabinets.books(name).items()} for name in CHANNELS}))


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An order: of Wildberries its only task."""

    channel: str
    order_ref: str
    sku: str
    at: datetime
    left_pcs: int


def bench() -> Result:
    """p95 of webhooks against the bare time of a round of orders; both ways, and how soon the other channels are right."""
    shelf = Shelf(
        goods={sku: Good(sku=sku, name=f"Утюг {sku}", roubles=990, channels=CHANNELS, parts={sku: 1}) for sku in _skus()},
        pcs=dict.fromkeys(_skus(), PCS),
    )
    with _shop() as (cabinets, supervisor, key):
        settings = supervisor.settings
        with Hub(settings.hub_url(), clock=settings.shop_clock()) as hub:
            for name in CHANNELS:
                cabinets.put(name, dict.fromkeys(shelf.goods, (0, 990)))
            tell_counts(hub, settings, shelf)
            connect(cabinets, supervisor.gateway_url, key)
            if not await_until(lambda: _is_stocked(cabinets), timeout_s=OPENS_WITHIN_S):
                raise SystemExit("the channels show nothing")
            floor_s = _bare_round_s(hub, settings)
            for name in ("wb", "ozon", "ym"):
                lags = {key: value for key, value in LAGS[name].items() if not key.startswith("order_")}
                cabinets.order(name, "PUT", "/lags", json=lags)
            watch, left = Watch(hub=hub, cabinets=cabinets), dict(shelf.pcs)
            with watch.watching():
                pushed = _buy(cabinets, hub, PUSHING, left)
                _await_known(watch, pushed)
                for name in PUSHING:
                    cabinets.order(name, "PUT", "/push", json={"url": ""})
                polled = _buy(cabinets, hub, CHANNELS, left)
                _await_known(watch, polled)
            if not Ledger(hub).check_conservation().is_empty() or _sold(hub) != len(pushed) + len(polled):
                raise SystemExit("the ledger is not right")
    webhooks, polling = _seconds(watch, pushed), _seconds(watch, polled)
    return Result(
        name="latency",
        ratio=round(_p95(webhooks) / floor_s, 1),
        floor=f"one round of a site's orders, called by itself: {floor_s * 1000:.0f} ms",
        aim="p95 <= 15 s with webhooks, Prefect's worker included",
        figures={
            **_told("webhooks", watch, pushed),
            **_told("polling", watch, polled),
            "polling asks every, s": settings.channels["wb"].orders.poll_s,
            **_everywhere(watch, [*pushed, *polled]),
            "orders, webhooks and polling": [len(webhooks), len(polling)],
        },
    )


def _skus() -> list[str]:
    return [f"UT-{number:02}" for number in range(GOODS)]


@contextmanager
def _shop() -> Iterator[tuple[Cabinets, Supervisor, str]]:
    OUT.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory(dir=OUT) as folder, opened_cabinets(speed=1.0, lags=NO_LAGS) as cabinets:
        ports = {"prefect": PrefectSettings(port=0), "gateway": GatewaySettings(port=0)}
        settings = hour_settings(cabinets, folder=Path(folder) / "var", key=key, bounds=BOUNDS, timeout_s=30.0, **ports)
        try:
            with Supervisor(settings) as supervisor:
                yield cabinets, supervisor, key
        finally:
            EmbeddedPostgres(settings.var_dir).discard()


def _is_stocked(cabinets: Cabinets) -> bool:
    return all(pcs for name in CHANNELS for pcs, _ in cabinets.books(name).values())


def _bare_round_s(hub: Hub, settings: Settings) -> float:
    """A round that finds nothing new, without Prefect."""
    took = []
    with disable_run_logger(), open_channel(settings.channels["site"], hub=hub) as site:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            orders_round(hub, settings, "site", site)
            took.append(time.perf_counter() - began)
    return median(took)


def _buy(cabinets: Cabinets, hub: Hub, channels: Sequence[str], left: dict[str, int]) -> list[Placed]:
    """One piece at a time, at a steady pace, on one channel after the other; what a channel does not show is asked for elsewhere."""
    dice, placed, began_at = random.Random(SEED), list[Placed](), hub.clock.now()
    for number, channel in zip(itertools.count(1), itertools.cycle(channels)):
        at, sku = hub.clock.now(), dice.choice(_skus())
        try:
            told: dict[str, Any] = cabinets.order(channel, "POST", "/orders", json={"sku": sku, "pcs": 1})
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code != httpx.codes.CONFLICT:
                raise
        else:
            left[sku] -= 1
            (ref,) = told.get("task_ids") or [told["order_ref"]]
            placed.append(Placed(channel=channel, order_ref=str(ref), sku=sku, at=at, left_pcs=left[sku]))
        if len(placed) == ORDERS:
            return placed
        hub.clock.sleep_until(began_at + timedelta(seconds=EVERY_S * number))
    raise AssertionError("unreachable")


def _await_known(watch: Watch, placed: Sequence[Placed]) -> None:
    if not await_until(lambda: all((one.channel, one.order_ref) in watch.queued_at for one in placed), timeout_s=KNOWN_WITHIN_S):
        raise SystemExit("orders are not known")


def _seconds(watch: Watch, placed: Sequence[Placed]) -> list[float]:
    return [(watch.queued_at[one.channel, one.order_ref] - one.at).total_seconds() for one in placed]


def _told(way: str, watch: Watch, placed: Sequence[Placed]) -> dict[str, Any]:
    by_channel: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        by_channel[one.channel].append(one)
    named = {"all": list(placed), **by_channel}
    return {
        f"{way}, {name}, p50 and p95, s": [round(median(seconds), 1), round(_p95(seconds), 1)]
        for name, chosen in named.items()
        if (seconds := _seconds(watch, chosen))
    }


def _everywhere(watch: Watch, placed: Sequence[Placed]) -> dict[str, Any]:
    """Seconds until a channel shows of an order's good no more than is left, by channel; an order of its own counts elsewhere."""
    told: dict[str, Any] = {}
    for name in CHANNELS:
        seconds = [_right_s(watch, name, one) for one in placed if one.channel != name]
        vendor = {"an order is visible": LAGS[name].get("order_visible_s", 0.0), "a figure is shown": LAGS[name].get("stock_shown_s", 0.0)}
        told[f"{name} right, p95 and worst, s"] = [round(_p95(seconds), 1), round(max(seconds), 1)]
        told[f"{name}: the vendor's own lag, s"] = vendor
    return told


def _right_s(watch: Watch, name: str, one: Placed) -> float:
    wrong = itertools.takewhile(lambda look: look[1][name][one.sku] > one.left_pcs, (look for look in watch.shown if look[0] >= one.at))
    return max(((at - one.at).total_seconds() for at, _ in wrong), default=0.0)


def _sold(hub: Hub) -> int:
    with hub.engine.begin() as connection:
        return int(connection.execute(SOLD).scalar_one())


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]
