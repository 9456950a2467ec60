"""Seconds from an order in the world until the hub has it, its pieces are sold in the ledger and it waits in 1C's queue.

The channels show an order at once, so that what is measured is ours; how late the vendors themselves are stands beside it.
"""

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from prefect.logging import disable_run_logger
from sqlalchemy import text

from adapters.channels import open_channel
from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.settings import Settings
from deployments.processes import await_until
from deployments.story.goods import CHANNELS
from deployments.story.lags import LAGS
from tasks.orders import orders_round
from tests.bench.measure import Result
from tests.bench.shopping import Placed, buy, halves, opened_street, p95, skus
from tests.flows.cabinets import Cabinets
from tests.flows.hour_weather import PUSHING

PCS = 60
ORDERS, EVERY_S = 72, 1.25
KNOWN_WITHIN_S = 120.0
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


def bench() -> Result:
    """p95 of webhooks against the bare time of a round of orders; both ways, and how soon the other channels are right."""
    with opened_street(PCS) as street:
        settings, hub, cabinets = street.supervisor.settings, street.hub, street.cabinets
        floor_s = _bare_round_s(hub, settings)
        for name in ("wb", "ozon", "ym"):
            lags = {key: value for key, value in LAGS[name].items() if not key.startswith("order_")}
            cabinets.order(name, "PUT", "/lags", json=lags)
        watch, left = Watch(hub=hub, cabinets=cabinets), dict.fromkeys(skus(), PCS)
        with watch.watching():
            pushed = buy(street, PUSHING, left, orders=ORDERS, every_s=EVERY_S)
            _await_known(watch, pushed)
            for name in PUSHING:
                cabinets.order(name, "PUT", "/push", json={"url": ""})
            polled = buy(street, CHANNELS, left, orders=ORDERS, every_s=EVERY_S)
            _await_known(watch, polled)
        if not Ledger(hub).check_conservation().is_empty() or _sold(hub) != len(pushed) + len(polled):
            raise SystemExit("the ledger is not right")
    webhooks, polling = _seconds(watch, pushed), _seconds(watch, polled)
    return Result(
        name="latency",
        ratio=round(p95(webhooks) / floor_s, 1),
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


def _bare_round_s(hub: Hub, settings: Settings) -> float:
    """A round that finds nothing new, without Prefect."""
    took = []
    with disable_run_logger(), open_channel(settings.channels["site"], hub=hub) as site:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            orders_round(hub, settings, "site", site)
            took.append(time.perf_counter() - began)
    return median(took)


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
    return {f"{way}, {name}, p50 and p95, s": halves(seconds) for name, chosen in named.items() if (seconds := _seconds(watch, chosen))}


def _everywhere(watch: Watch, placed: Sequence[Placed]) -> dict[str, Any]:
    """Seconds until a channel shows of an order's good no more than is left, by channel; an order of its own counts elsewhere."""
    told: dict[str, Any] = {}
    for name in CHANNELS:
        seconds = [_right_s(watch, name, one) for one in placed if one.channel != name]
        vendor = {"an order is visible": LAGS[name].get("order_visible_s", 0.0), "a figure is shown": LAGS[name].get("stock_shown_s", 0.0)}
        told[f"{name} right, p95 and worst, s"] = [round(p95(seconds), 1), round(max(seconds), 1)]
        told[f"{name}: the vendor's own lag, s"] = vendor
    return told


def _right_s(watch: Watch, name: str, one: Placed) -> float:
    wrong = itertools.takewhile(lambda look: look[1][name][one.sku] > one.left_pcs, (look for look in watch.shown if look[0] >= one.at))
    return max(((at - one.at).total_seconds() for at, _ in wrong), default=0.0)


def _sold(hub: Hub) -> int:
    with hub.engine.begin() as connection:
        return int(connection.execute(SOLD).scalar_one())
