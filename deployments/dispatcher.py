"""Starts a run the moment there is work: told by NOTIFY, and looking at the hub every few seconds whether told or not.

Level-triggered: what counts is that work waits and that no run is under way, so a lost notice, a restart of anything, or a server that
is down only delays. Work that stays although runs came and went is tried with growing pauses. Orders and stock are looked after in
shifts: one follows the other.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx
from sqlalchemy.exc import OperationalError

from adapters.clock import Clock
from adapters.errors import Unavailable
from adapters.hub.hub import Hub
from adapters.hub.listen import Listener
from adapters.hub.outbox import NOTICE
from adapters.hub.pushes import CARRIER_NOTICE
from adapters.hub.work import Work
from adapters.settings import Settings
from adapters.workbook.folder import WorkbookFolder
from deployments.prefect_api import Deployment
from deployments.stopping import Stop
from validation.returns import WORKBOOK

LOG = logging.getLogger("utyug.dispatcher")
LOOK_EVERY_S = 3.0
DEPLOYMENTS = {
    "catalog": "catalog/1c",
    "listings": "listings/channels",
    "orders": "orders/channels",
    "stock": "stock/channels",
    "deliver": "deliver/systems",
    "shipments": "shipments/carriers",
    "returns": "returns/channels",
}
PAUSE = timedelta(seconds=4)
PAUSE_AT_MOST = timedelta(minutes=5)


class StartsRuns(Protocol):
    """A deployment, or its stand-in."""

    def is_under_way(self, now: datetime) -> bool:
        """Whether a run works, or is about to."""

    def start(self, parameters: dict[str, object]) -> str:
        """Create a run; returns its name."""


@dataclass(kw_only=True, slots=True)
class Lane:
    """One kind of work and the deployment that does it.

    Args:
        deployment: what is started.
        parameters: what it is started with.
        oldest: names the oldest work there is, None for none; the same name again means that the last run got nowhere.
    """

    deployment: StartsRuns
    parameters: dict[str, object]
    oldest: Callable[[], object | None]
    _tried: object | None = None
    _tries: int = 0
    _not_before_at: datetime | None = None

    def look(self, now: datetime) -> bool:
        """Start a run if there is work and nothing is under way; returns whether it did.

        Raises:
            httpx.HTTPError: Prefect's server does not answer.
        """
        oldest = self.oldest()
        if oldest != self._tried:
            self._tried, self._tries, self._not_before_at = oldest, 0, None
        if oldest is None or (self._not_before_at is not None and now < self._not_before_at):
            return False
        if self.deployment.is_under_way(now):
            self._tries = 0 if self._not_before_at is not None else self._tries
            return False
        name = self.deployment.start(self.parameters)
        self._not_before_at = now + min(PAUSE * 2**self._tries, PAUSE_AT_MOST)
        self._tries += 1
        LOG.info("started %s", name)
        return True


class Dispatcher:
    """The lanes over one hub.

    Args:
        hub: where work waits.
        catalog: the deployment that takes feeds in.
        listings: the deployment that carries cards and prices to the channels.
        orders: the deployment that reads the channels' orders.
        stock: the deployment that posts counts and tells the channels.
        deliver: the deployment that tells CRMs and channels what they are owed.
        shipments: the deployment that ships.
        returns: the deployment that takes what came back.
        carriers: whose pushes wake it that ships.
        workbooks: the folder that managers put workbooks of returns into.
        has_channels: whether anybody is to be listened to and told.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        catalog: StartsRuns,
        listings: StartsRuns,
        orders: StartsRuns,
        stock: StartsRuns,
        deliver: StartsRuns,
        shipments: StartsRuns,
        returns: StartsRuns,
        carriers: Collection[str],
        workbooks: Path,
        has_channels: bool,
    ) -> None:
        work = Work(hub)
        self._lanes = [Lane(deployment=catalog, parameters={"rounds": None}, oldest=work.oldest_feed)]
        if has_channels:
            self._lanes += [
                Lane(deployment=orders, parameters={"rounds": None}, oldest=_always),
                Lane(deployment=stock, parameters={"rounds": None}, oldest=_always),
                Lane(deployment=listings, parameters={}, oldest=work.oldest_unlisted),
                Lane(deployment=deliver, parameters={"rounds": None}, oldest=work.oldest_owed),
                Lane(deployment=shipments, parameters={"rounds": None}, oldest=lambda: _to_ship(work, carriers)),
                Lane(deployment=returns, parameters={"channel": WORKBOOK}, oldest=lambda: oldest_workbook(workbooks)),
            ]
        else:
            self._lanes.append(Lane(deployment=stock, parameters={}, oldest=work.oldest_count))

    def look(self, now: datetime) -> None:
        """One look over the lanes.

        Raises:
            httpx.HTTPError: Prefect's server does not answer.
        """
        for lane in self._lanes:
            lane.look(now)


def dispatch(hub: Hub, settings: Settings, *, api_url: str, stop: Stop) -> None:
    """Look, for ever; a hub or a server that is away is waited for."""
    clock = Clock()
    deployments = {flow: Deployment(api_url, name) for flow, name in DEPLOYMENTS.items()}
    dispatcher = Dispatcher(
        hub,
        **deployments,
        carriers=settings.carriers.keys(),
        workbooks=settings.returns_folder(),
        has_channels=bool(settings.channels),
    )
    with Listener(hub, "feed", NOTICE, CARRIER_NOTICE) as ear:
        while True:
            try:
                with stop.interrupts():
                    ear.wait(LOOK_EVERY_S)
                dispatcher.look(clock.now())
            except (httpx.HTTPError, Unavailable, OperationalError) as error:
                LOG.warning("cannot start runs now: %s", type(error).__name__)
                stop.wait(LOOK_EVERY_S)


def oldest_workbook(folder: Path) -> str | None:
    """The first workbook that is whole and that nobody has open; changed, it is another."""
    book = WorkbookFolder(folder)
    try:
        whole = (file for file in book.present() if book.waits(file) is None)
        return next((f"{file.name} {file.stat().st_mtime_ns}" for file in whole), None)
    except OSError as error:
        # `utyug doctor` tells of a folder that cannot be read; other work does not wait for it.
        LOG.warning("cannot look for workbooks: %s", type(error).__name__)
        return None


def _to_ship(work: Work, carriers: Collection[str]) -> str | None:
    """A shipment to be called off, a debt of one, a carrier's push, or an order that is not planned yet."""
    waits = {
        "unwanted": work.oldest_unwanted(),
        "debt": work.oldest_shipped(),
        "push": work.oldest_hint(carriers),
        "order": work.newest_unplanned(),
    }
    return next((f"{kind} {number}" for kind, number in waits.items() if number is not None), None)


def _always() -> str:
    """A shift is due whenever none is under way: orders and stock are looked after without a break."""
    return "shift"
