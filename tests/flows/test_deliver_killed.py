"""A run of deliver killed with -9 on its way and run again: the others have everything once, and as it is now."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters.bitrix24.client import Bitrix24Client
from adapters.clock import Clock
from adapters.hub.hub import Hub
from adapters.hub.orders import Orders
from adapters.hub.outbox import LEASE, Outbox, Owed
from adapters.retailcrm.orders import OrderDesk
from adapters.settings import read_settings
from adapters.woocommerce import order_status
from deployments.world.app import make_world
from deployments.world.bitrix24.make import furnish_bitrix24
from deployments.world.clock import WorldClock
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.served import served
from flows.deliver import deliver
from tasks.orders import channel_orders
from tests.adapters.hub.order_shop import OrderShop, as_json, report
from tests.flows.delivering import POINTS
from tests.flows.dying import run_and_die
from tests.world import SITE_KEY, SITE_SECRET, Site

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow]

SPEED = 300.0
"""A lease is two seconds."""
API_KEY, USER_ID, SECRET = "key-of-the-account", 1, "x7k2abc9def0ghij"
SITE = "channel:site"
NEW, CANCELLED = "new", "cancelled"
STATES = {"new": NEW, "cancel-other": CANCELLED, "NEW": NEW, "LOSE": CANCELLED}
DEAL = "entityTypeId=2&"
DEAL_CALLS = {"crm.item.list": "look", "crm.item.add": "make", "crm.item.update": "change"}
BUYER = as_json({"billing": {"first_name": "Пётр", "last_name": "Петров", "phone": "+79161234567"}})


@dataclass(frozen=True, kw_only=True)
class Account:
    """The world's RetailCRM, or its Bitrix24."""

    control: httpx.Client

    def orders(self) -> Counter[tuple[str, str]]:
        """Every order that is there: our reference and where it stands."""
        books = self._told("/books")
        deals = [(one["originId"], one["stageId"]) for one in books.get("deals", {}).values()]
        orders = [(one["externalId"], one["status"]) for one in books.get("orders", {}).values()]
        return Counter((ref, STATES[state]) for ref, state in [*deals, *orders])

    def buyers(self) -> int:
        """Cards of people."""
        books = self._told("/books")
        return len(books.get("contacts", {})) + len(books.get("customers", {}))

    def said(self) -> list[str]:
        """What was done about orders, in its order: ``look`` for ours, ``make``, ``change``."""
        return [word for call in self._told("/exchanges") for word in [*_of_deals(call), *_of_orders(call)]]

    def forget(self) -> None:
        self.control.delete("/exchanges").raise_for_status()

    def _told(self, path: str) -> Any:
        answer = self.control.get(path)
        answer.raise_for_status()
        return answer.json()


def _of_deals(call: dict[str, Any]) -> Iterator[str]:
    for line in (call["body"] or {}).get("cmd", {}).values():
        method, _, params = line.partition("?")
        if params.startswith(DEAL) and method in DEAL_CALLS and (method != "crm.item.list" or "%40originId" in params):
            yield DEAL_CALLS[method]


def _of_orders(call: dict[str, Any]) -> Iterator[str]:
    path = call["path"].removeprefix("/api/v5/")
    if (call["method"], path) == ("GET", "orders"):
        yield "look"
    elif call["method"] == "POST" and path.startswith("orders/"):
        yield "change" if path.endswith("/edit") else "make"


class Town:
    """A shop that sells on a site and tells two CRMs, and whoever kills it."""

    def __init__(self, hub: Hub, base: str) -> None:
        self.hub = hub
        self.outbox = Outbox(hub)
        self.site = Site(base)
        self.accounts = {
            name: Account(control=httpx.Client(base_url=f"{base}/_control/{kind}", timeout=30))
            for name, kind in (("retail", "retailcrm"), ("portal", "bitrix24"))
        }
        self._shop = OrderShop(hub, rules=channel_orders(read_settings(), "site"), channel="site")
        self._shop.orders.connect("site")
        self._shop.sells(10, 0)

    def close(self) -> None:
        self.site.close()
        for account in self.accounts.values():
            account.control.close()

    def sells(self, *refs: str) -> None:
        self._shop.record(*(report(ref, buyer=BUYER) for ref in refs))

    def is_cancelled(self, ref: str) -> None:
        self._shop.record(report(ref, buyer=BUYER, state="cancelled", status="cancelled"))

    def buys(self) -> str:
        """An order on the site itself, which 1C has cancelled since; its key there."""
        self.site.put({"sku": "iron", "pcs": 5, "price": "100"})
        ref = str(self.site.order("POST", "/orders", json={"sku": "iron", "pcs": 1})["order_ref"])
        self.sells(ref)
        order = Orders(self.hub).find("site", ref)
        assert order is not None
        self.outbox.owe([Owed(target=SITE, kind="cancel", subject=str(order.number), is_once=True)])
        return ref

    def status(self, ref: str) -> str:
        return str(self.site.order("GET", "/books")["orders"][ref]["state"])

    def dies(self, point: str, target: str) -> None:
        """A run that is killed there; nobody else touches what it had claimed before its lease is over."""
        run_and_die("tests.flows.delivering", point, target)
        for account in self.accounts.values():
            account.forget()
        self.hub.clock.sleep_until(self.hub.clock.now() + LEASE)


@pytest.fixture
def town(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Town]:
    clock = WorldClock(epoch_at=datetime.now(UTC), speed=SPEED)
    world: FastAPI = make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, clock=clock)
    furnish_retailcrm(world, clock=clock, api_key=API_KEY)
    furnish_bitrix24(world, clock=clock, user_id=USER_ID, secret=SECRET)
    with served(world) as base:
        site = {"kind": "woocommerce", "url": f"{base}/woocommerce", "consumer_key": SITE_KEY, "consumer_secret": SITE_SECRET}
        crm = {
            "retail": {"kind": "retailcrm", "url": f"{base}/retailcrm", "api_key": API_KEY},
            "portal": {"kind": "bitrix24", "url": f"{base}/bitrix24", "user_id": USER_ID, "secret": SECRET},
        }
        monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
        monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
        monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
        monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"site": site}))
        monkeypatch.setenv("UTYUG_CRM", json.dumps(crm))
        monkeypatch.setenv("UTYUG_CLOCK", json.dumps({"epoch_at": clock.epoch_at.isoformat(), "speed": SPEED}))
        with Hub(database_url, clock=Clock(epoch_at=clock.epoch_at, speed=SPEED)) as hub:
            town = Town(hub, base)
            yield town
            town.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", ["retail", "portal"])
def test_a_crm_has_every_order_once_and_as_it_is_now(town: Town, name: str, point: str) -> None:
    account = town.accounts[name]
    town.sells("1", "2", "3")
    town.dies(point, f"crm:{name}")
    town.is_cancelled("2")
    deliver(target=f"crm:{name}")
    assert account.orders() == {("site-1", NEW): 1, ("site-2", CANCELLED): 1, ("site-3", NEW): 1}
    assert account.buyers() == 1
    assert f"crm:{name}" not in town.outbox.counts()
    said = account.said()
    assert said[0] == "look"
    assert ("make" in said) == (point in {"claimed", "halfway"}), said


@pytest.mark.parametrize("point", [point for point in POINTS if point != "halfway"])
def test_an_order_is_cancelled_on_its_site_once(town: Town, point: str) -> None:
    ref = town.buys()
    town.dies(point, SITE)
    deliver(target=SITE)
    assert town.status(ref) == "cancelled"
    assert len(town.site.heard("PUT")) == 1
    assert SITE not in town.outbox.counts()


def test_without_the_look_a_portal_has_every_order_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.sells("1", "2")
    town.dies("told", "crm:portal")
    monkeypatch.setattr(Bitrix24Client, "marked", lambda *_: [])
    deliver(target="crm:portal")
    assert town.accounts["portal"].orders() == {("site-1", NEW): 2, ("site-2", NEW): 2}


def test_without_the_look_retailcrm_refuses_what_it_has_and_the_orders_wait_for_a_person(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.sells("1", "2")
    town.dies("told", "crm:retail")
    monkeypatch.setattr(OrderDesk, "find", lambda *_: {})
    deliver(target="crm:retail")
    assert town.outbox.counts()["crm:retail"] == (2, 2)


def test_without_the_look_a_site_is_told_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.buys()
    town.dies("told", SITE)
    monkeypatch.setattr(order_status, "_answered", lambda *_: None)
    deliver(target=SITE)
    assert len(town.site.heard("PUT")) == 2
