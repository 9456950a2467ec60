"""The worst hour: a promotion on four channels of one world, the shop a process of its own, and what is true in the end."""

import os
import secrets
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import httpx
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.settings import ClockSettings, OnecBase, OnecSettings, ReservationSettings, Settings
from deployments.addresses import choose_port
from deployments.environment import settings_environment
from deployments.processes import await_until
from deployments.story.counted import SOURCE, tell_counts
from deployments.story.goods import Shelf, make_shelf
from deployments.story.hours import make_plan
from deployments.world.demand import Wish, wishes
from deployments.world.yandex_market.books import Lags
from tasks.rules.bounds import Bounds
from tests.flows.cabinets import KINDS, TIMEOUT_S, Cabinets, opened_cabinets, settings_of
from tests.flows.hour_crowd import Crowd, Record
from tests.flows.hour_weather import BOUNDS, PUSHING, TOLD, Pulse, Weather

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 90.0
RESTS_WITHIN_S = 90.0
ASKED_WITHIN_S = 2.0
POLL_S = 30.0
NO_LAGS = Lags(**dict.fromkeys(("catalog", "card", "price", "stock"), timedelta(0)))


class Works(Protocol):
    """A shop, however it is run."""

    @property
    def log(self) -> Path:
        """What it said."""

    @property
    def is_open(self) -> bool:
        """Whether its gateway answers."""

    @property
    def is_alive(self) -> bool:
        """Whether it can still come to rest."""

    def open(self) -> None:
        """To work."""


S = TypeVar("S", bound=Works)


@dataclass(kw_only=True)
class Shop:
    """The shop's process, and the next one, which waits to take its place."""

    port: int
    environment: dict[str, str]
    log: Path
    has_heir: bool
    deaths: int = 0
    _works: subprocess.Popen[bytes] = field(init=False)
    _waits: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self._works = self._process()

    def open(self) -> None:
        """To work."""
        _go(self._works)
        self._waits = self._process() if self.has_heir else None

    @property
    def is_open(self) -> bool:
        """Whether its gateway answers."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=ASKED_WITHIN_S, trust_env=False).is_success
        except httpx.TransportError:
            return False

    @property
    def is_alive(self) -> bool:
        """Nobody killed it, and it did not break down."""
        return self._works.poll() is None

    def kill(self) -> None:
        """With -9, wherever it is; the next one begins."""
        self._works.kill()
        self._works.wait()
        self._forget(self._works)
        self.deaths += 1
        self._works = self._waits or self._process()
        self.open()

    def close(self) -> None:
        """Nobody is left."""
        for process in filter(None, (self._works, self._waits)):
            process.kill()
            process.wait()
            self._forget(process)

    def _forget(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()

    def _process(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.flows.hour_shop", str(self.port)]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=log, stderr=log)


def _go(process: "subprocess.Popen[bytes]") -> None:
    """Whoever is ready begins."""
    if process.stdin is None:
        raise AssertionError("a process without an input")
    process.stdin.write(b"go\n")
    process.stdin.flush()


@dataclass(frozen=True, kw_only=True)
class Hour(Generic[S]):
    """Everything a test needs to know."""

    seed: int
    clock: Clock
    shelf: Shelf
    cabinets: Cabinets
    hub: Hub
    shop: S
    record: Record
    weather: Weather
    pulse: Pulse

    def shown(self, channel: str) -> dict[str, int]:
        """What buyers see."""
        return {sku: pcs or 0 for sku, (pcs, _) in self.cabinets.books(channel).items()}

    def opens(self) -> None:
        """Until every channel shows something."""

        def is_stocked() -> bool:
            return all(sum(self.shown(channel).values()) > 0 for channel in KINDS)

        self.shop.open()
        assert await_until(lambda: not self.shop.is_alive or (self.shop.is_open and is_stocked()), timeout_s=READY_WITHIN_S), self._said()
        assert self.shop.is_alive, self._said()

    def lasts(self, seconds: float, *, is_bad: bool = True) -> "list[Loud]":
        """Buyers come from now on, for so long; and it begins to go wrong. Returns who is to be waited for."""
        opens_at = self.clock.now()
        closes_at = opens_at + timedelta(seconds=seconds)
        coming: dict[str, list[Wish]] = defaultdict(list)
        for wish in takewhile(lambda wish: wish.at < closes_at, wishes(make_plan(self.seed, "promo", self.shelf), opens_at)):
            coming[wish.channel].append(wish)
        crowds = [
            Crowd(
                channel=channel, cabinets=self.cabinets, clock=self.clock, wishes=coming[channel],
                closes_at=closes_at, record=self.record, seed=self.seed,
            )
            for channel in KINDS
        ]  # fmt: skip
        if is_bad:
            self.weather.begin()
        self.pulse.begin()
        threads = [Loud(target=crowd.act, name=crowd.channel) for crowd in crowds]
        for thread in threads:
            thread.start()
        return threads

    def ends(self) -> None:
        """From now on nothing goes wrong any more."""
        self.weather.end()
        self.pulse.end()

    def _said(self) -> str:
        return f"журнал магазина: …{self.shop.log.read_text()[-3000:]}"


class Loud(threading.Thread):
    """Whoever waits for it hears what it broke down of."""

    def __init__(self, *, target: Any, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._act = target
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Act, and remember."""
        try:
            self._act()
        except BaseException as broken:  # noqa: BLE001 - told by `join`
            self._failure = broken

    def join(self, timeout: float | None = None) -> None:
        """Wait; raises what it broke down of."""
        super().join(timeout)
        if self._failure is not None:
            raise self._failure


@contextmanager
def opened_hour(*, database_url: str, folder: Path, seed: int, speed: float, is_killed: bool = False) -> Iterator[Hour[Shop]]:
    """A shop that is about to open: goods counted, cabinets connected, nobody there yet."""
    key, port = secrets.token_urlsafe(12), choose_port("127.0.0.1", 0)
    with opened_cabinets(speed=speed, lags=NO_LAGS) as cabinets, ExitStack() as stack:
        settings = hour_settings(cabinets, folder=folder, key=key, database_url=database_url)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("UTYUG_")}
        environment |= settings_environment(settings) | {"UTYUG_TOML": os.devnull, "PYTHONPATH": str(ROOT)}
        shop = Shop(port=port, environment=environment, log=folder / "shop.log", has_heir=is_killed)
        stack.callback(shop.close)
        hub = stack.enter_context(Hub(database_url, clock=settings.shop_clock()))
        with furnished(cabinets, hub, settings, shop, seed=seed) as hour:
            connect(cabinets, f"http://127.0.0.1:{port}", key)
            yield hour


@contextmanager
def furnished(cabinets: Cabinets, hub: Hub, settings: Settings, shop: S, *, seed: int) -> Iterator[Hour[S]]:
    """Goods on every shelf and in 1C's count, none of them for sale yet; whatever goes wrong has an end with the block."""
    shelf, clock = make_shelf(seed), hub.clock
    for channel in KINDS:
        cabinets.put(channel, {good.sku: (0, good.roubles) for good in shelf.on(channel)})
    tell_counts(hub, settings, shelf)
    weather = Weather(cabinets=cabinets, clock=clock, skus=sorted(shelf.goods), seed=seed)
    pulse = Pulse(cabinets=cabinets, clock=clock)
    record = Record(shelf=shelf)
    try:
        yield Hour(seed=seed, clock=clock, shelf=shelf, cabinets=cabinets, hub=hub, shop=shop, record=record, weather=weather, pulse=pulse)
    finally:
        weather.stop()
        pulse.end()


def hour_settings(
    cabinets: Cabinets, *, folder: Path, key: str, bounds: Bounds = BOUNDS, timeout_s: float = TIMEOUT_S, **more: Any
) -> Settings:
    """Of a shop whose checkout asks, and that hears pushes."""
    pushed = {"poll_s": POLL_S, "push_secret": key, "push_networks": ["127.0.0.0/8"]}
    channels: dict[str, dict[str, Any]] = {name: told | {"orders": pushed} for name, told in settings_of(cabinets).items()}
    for name in TOLD:
        channels[name]["bounds"] = bounds.model_dump()
    for told in channels.values():
        del told["cards"], told["prices"]
        told["timeout_s"] = timeout_s
    channels["site"] |= {"asks": True, "reservation_key": key}
    shop = {
        "var_dir": folder,
        **more,
        "clock": ClockSettings(epoch_at=cabinets.clock.epoch_at, speed=cabinets.clock.speed),
        "onec": OnecSettings(bases={SOURCE: OnecBase(login="1c", password=SecretStr(key))}),
        "reservations": ReservationSettings(order_within_s=1200),
        "channels": channels,
    }
    return Settings.model_validate(shop)


def connect(cabinets: Cabinets, gateway: str, key: str) -> None:
    """Pushes come to the gateway, and the site's checkout asks there."""
    for channel in PUSHING:
        url = f"{gateway}/hooks/{channel}"
        told = {"url": url, "secret": key} if channel == "site" else {"url": f"{url}/{key}"}
        cabinets.order(channel, "PUT", "/push", json={**told, "delay_s": 3})
    cabinets.order("site", "PUT", "/asks", json={"url": gateway, "key": key, "timeout_s": ASKED_WITHIN_S})
