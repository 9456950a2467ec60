"""What benches of how long an order takes have in common: a shop as it really runs, on real time, and buyers on all its channels.

PostgreSQL, Prefect's server and worker, gateway and dispatcher work under the supervisor; the world beside it. The channels show an order
at once, so that what is measured is ours.
"""

import itertools
import random
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from adapters.hub.hub import Hub
from adapters.settings import GatewaySettings, PrefectSettings
from deployments.postgres import EmbeddedPostgres
from deployments.processes import await_until
from deployments.story.counted import tell_counts
from deployments.story.goods import CHANNELS, Good, Shelf
from deployments.supervisor import Supervisor
from tasks.rules.bounds import Bounds
from tests.bench.measure import OUT
from tests.flows.cabinets import Cabinets, opened_cabinets
from tests.flows.hour import NO_LAGS, connect, hour_settings

GOODS = 12
SEED = 7
ROUBLES = 990
OPENS_WITHIN_S = 300.0
BOUNDS = Bounds(visible_s=30, effective_s=300, stale_s=60, restored_s=60)
"""Only how soon the channels are connected depends on them here."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An order of one piece: of Wildberries its only task. ``left_pcs`` of the good are there after it."""

    channel: str
    order_ref: str
    sku: str
    at: datetime
    left_pcs: int


@dataclass(frozen=True, kw_only=True)
class Street:
    """The shop under its supervisor, its hub, and the world; ``key`` opens the gateway to 1C and to the site's checkout."""

    cabinets: Cabinets
    supervisor: Supervisor
    hub: Hub
    key: str


def skus() -> list[str]:
    """Codes of the goods."""
    return [f"UT-{number:02}" for number in range(GOODS)]


@contextmanager
def opened_street(pcs: int, **settings: Any) -> Iterator[Street]:
    """A shop whose channels show what they may sell.

    Args:
        pcs: of every good.
        settings: of the shop, beside those of every such bench.

    Raises:
        SystemExit: the channels show nothing.
    """
    OUT.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(12)
    goods = {sku: Good(sku=sku, name=f"Утюг {sku}", roubles=ROUBLES, channels=CHANNELS, parts={sku: 1}) for sku in skus()}
    with tempfile.TemporaryDirectory(dir=OUT) as folder, opened_cabinets(speed=1.0, lags=NO_LAGS) as cabinets:
        free = {"prefect": PrefectSettings(port=0), "gateway": GatewaySettings(port=0)}
        told = hour_settings(cabinets, folder=Path(folder) / "var", key=key, bounds=BOUNDS, timeout_s=30.0, **free, **settings)
        try:
            with Supervisor(told) as supervisor, Hub(supervisor.settings.hub_url(), clock=told.shop_clock()) as hub:
                for name in CHANNELS:
                    cabinets.put(name, dict.fromkeys(goods, (0, ROUBLES)))
                tell_counts(hub, supervisor.settings, Shelf(goods=goods, pcs=dict.fromkeys(goods, pcs)))
                connect(cabinets, supervisor.gateway_url, key)
                if not await_until(lambda: _is_stocked(cabinets), timeout_s=OPENS_WITHIN_S):
                    raise SystemExit("the channels show nothing")
                yield Street(cabinets=cabinets, supervisor=supervisor, hub=hub, key=key)
        finally:
            EmbeddedPostgres(told.var_dir).discard()


def buy(street: Street, channels: Sequence[str], left: dict[str, int], *, orders: int, every_s: float) -> list[Placed]:
    """One piece at a time, at a steady pace, on one channel after the other; what a channel does not show is asked for elsewhere."""
    dice, placed, clock = random.Random(SEED), list[Placed](), street.hub.clock
    began_at = clock.now()
    for number, channel in zip(itertools.count(1), itertools.cycle(channels)):
        at, sku = clock.now(), dice.choice(skus())
        try:
            told: dict[str, Any] = street.cabinets.order(channel, "POST", "/orders", json={"sku": sku, "pcs": 1})
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code != httpx.codes.CONFLICT:
                raise
        else:
            left[sku] -= 1
            (ref,) = told.get("task_ids") or [told["order_ref"]]
            placed.append(Placed(channel=channel, order_ref=str(ref), sku=sku, at=at, left_pcs=left[sku]))
        if len(placed) == orders:
            return placed
        clock.sleep_until(began_at + timedelta(seconds=every_s * number))
    raise AssertionError("unreachable")


def p95(seconds: Sequence[float]) -> float:
    """95 of a hundred take no longer."""
    return quantiles(seconds, n=20)[-1]


def halves(seconds: Sequence[float]) -> list[float]:
    """p50 and p95, in tenths of a second."""
    return [round(median(seconds), 1), round(p95(seconds), 1)]


def _is_stocked(cabinets: Cabinets) -> bool:
    return all(pcs for name in CHANNELS for pcs, _ in cabinets.books(name).values())
