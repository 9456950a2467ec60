"""Everything `utyug up` runs, killed with -9 part by part while buyers buy on four channels (issue 4, Shows)."""

import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import psutil
import pytest
from sqlalchemy.exc import OperationalError

from adapters.hub.hub import Hub
from adapters.hub.orders import Orders
from adapters.settings import GatewaySettings, PrefectSettings
from deployments.environment import MARK, mark_of
from deployments.postgres import EmbeddedPostgres
from deployments.processes import await_until
from deployments.silence import answers
from deployments.supervisor import Supervisor
from deployments.undertaker import RUN
from tasks.rules.bounds import Bounds
from tests.flows.cabinets import KINDS, Cabinets, opened_cabinets
from tests.flows.hour import NO_LAGS, Hour, connect, furnished, hour_settings
from tests.flows.hour_truth import (
    agrees_with_record,
    comes_to_rest,
    nothing_is_lost_or_doubled,
    nothing_is_stranded,
    nothing_was_sold_twice,
)
from tests.flows.hour_weather import TOLD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SEED = 20260304
SPEED = 10.0
BOUNDS = Bounds(visible_s=90, effective_s=150, stale_s=20, restored_s=60)
LAGS = {"order_visible_s": 10, "order_visible_spread_s": 40, "stock_shown_s": 10, "read_stale_s": 10, "restores_s": 30}
SHOPPING_S = 900.0
SLOW_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Supervised:
    """The shop as it really runs."""

    supervisor: Supervisor

    @property
    def log(self) -> Path:
        """Of the runs."""
        return self.supervisor.settings.var_dir / "log" / "worker.log"

    @property
    def is_open(self) -> bool:
        """Whether the gateway answers."""
        return answers(self.supervisor.addresses.health["gateway"])()

    @property
    def is_alive(self) -> bool:
        """Whoever dies is started again."""
        return True

    def open(self) -> None:
        """It works as soon as it is started."""


@contextmanager
def running_hour(folder: Path) -> Iterator[Hour[Supervised]]:
    """The shop under its supervisor, and the world around it."""
    key = secrets.token_urlsafe(12)
    with opened_cabinets(speed=SPEED, lags=NO_LAGS) as cabinets:
        settings = hour_settings(
            cabinets, folder=folder / "var", key=key, bounds=BOUNDS, prefect=PrefectSettings(port=0), gateway=GatewaySettings(port=0)
        )
        try:
            with Supervisor(settings) as supervisor, Hub(supervisor.settings.hub_url(), clock=settings.shop_clock()) as hub:
                connect(cabinets, supervisor.gateway_url, key)
                with furnished(cabinets, hub, supervisor.settings, Supervised(supervisor=supervisor), seed=SEED) as hour:
                    yield hour
        finally:
            EmbeddedPostgres(settings.var_dir).discard()


def are_slow(cabinets: Cabinets) -> None:
    """The told channels are as slow as they are, within the bounds."""
    for channel in TOLD:
        cabinets.order(channel, "PUT", "/lags", json=LAGS)


def kill(pid: int | None) -> None:
    """With -9."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def kill_worker(supervisor: Supervisor) -> None:
    """And every run that it has started: nobody is left who could tell Prefect."""
    kill(supervisor.pid("worker"))
    mark = mark_of(supervisor.settings.var_dir)
    killed = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            told = process.environ()
            if told.get(MARK) == mark and RUN in told:
                process.kill()
                killed += 1
    assert killed > 0


def kill_postgres(supervisor: Supervisor) -> None:
    """The whole of the hub."""
    pid_file = supervisor.settings.var_dir / "postgres" / "data" / "postmaster.pid"
    kill(int(pid_file.read_text().split()[0]))


def all_polled_since(hub: Hub, at: datetime) -> bool:
    """Whether the orders of every channel were read to the end after an instant."""
    try:
        polled = [Orders(hub).polled_at(name) for name in KINDS]
    except OperationalError:
        return False
    return all(one is not None and one > at for one in polled)


def test_killed_part_by_part_in_the_hour_the_shop_sells_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    with running_hour(tmp_path) as hour:
        supervisor = hour.shop.supervisor
        hour.opens()
        are_slow(hour.cabinets)
        crowds = hour.lasts(SHOPPING_S, is_bad=False)
        for name, kill_part in (
            ("worker", kill_worker),
            ("gateway", lambda supervisor: kill(supervisor.pid("gateway"))),
            ("hub", kill_postgres),
        ):
            kill_part(supervisor)
            killed_at = hour.clock.now()
            assert await_until(partial(all_polled_since, hour.hub, killed_at), timeout_s=SLOW_S), name
            assert await_until(lambda: hour.shop.is_open, timeout_s=SLOW_S), name
        for crowd in crowds:
            crowd.join()
        hour.ends()
        if LAGS["stock_shown_s"] + 2 * hour.pulse.worst_s >= BOUNDS.effective_s:
            pytest.skip(f"the machine was too slow, nothing is said about the hub: {hour.pulse.worst_s:.0f} s of the shop's clock")
        with Hub(supervisor.settings.hub_url(), clock=hour.clock) as hub:
            rested = replace(hour, hub=hub)
            comes_to_rest(rested)
            agrees_with_record(rested)
            nothing_was_sold_twice(rested)
            nothing_is_lost_or_doubled(rested)
            nothing_is_stranded(rested)
