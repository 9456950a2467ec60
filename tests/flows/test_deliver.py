"""The flow that tells other systems what they are owed, by its settings, on a real Prefect server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.outbox import DEAD, Answer, Outbox
from adapters.hub.runs import Runs
from adapters.settings import read_settings
from deployments.world.app import make_world
from deployments.world.clock import WorldClock
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.served import served
from flows.deliver import deliver
from tasks.orders import channel_orders
from tests.adapters.hub.order_shop import OrderShop, as_json, report
from tests.adapters.retailcrm.vendor import API_KEY, EPOCH, Room
from tests.world import SITE_KEY, SITE_SECRET

pytestmark = pytest.mark.usefixtures("prefect_server")
SPEED = 50.0
BUYER = as_json({"billing": {"first_name": "Пётр", "phone": "+79161234567"}})


@pytest.fixture
def room(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Room]:
    """A CRM, and a site without orders of its own."""
    clock = WorldClock(epoch_at=EPOCH, speed=SPEED)
    world: FastAPI = make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, clock=clock)
    furnish_retailcrm(world, clock=clock, api_key=API_KEY)
    with served(world) as base:
        site = {"kind": "woocommerce", "url": f"{base}/woocommerce", "consumer_key": SITE_KEY, "consumer_secret": SITE_SECRET}
        crm = {"kind": "retailcrm", "url": f"{base}/retailcrm", "api_key": API_KEY, "timeout_s": 5}
        monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
        monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
        monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
        monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"site": site}))
        monkeypatch.setenv("UTYUG_CRM", json.dumps({"main": crm}))
        monkeypatch.setenv("UTYUG_CLOCK", json.dumps({"epoch_at": EPOCH.isoformat(), "speed": SPEED}))
        hand = Room(base)
        yield hand
        hand.close()


@pytest.fixture
def shop(hub: Hub, room: Room) -> OrderShop:
    """Orders of the site, recorded as its settings say."""
    shop = OrderShop(hub, rules=channel_orders(read_settings(), "site"), channel="site")
    shop.orders.connect("site")
    shop.sells(10, 0)
    return shop


def test_what_is_owed_is_told_and_the_run_says_how_much(hub: Hub, room: Room, shop: OrderShop) -> None:
    shop.record(report("1", buyer=BUYER), report("2", buyer=BUYER))
    told = deliver()
    assert (told.accepted, told.detail["targets"]["crm:main"]) == (2, {"told": 2, "waiting": 0, "dead": 0})
    assert room.orders().keys() == {"site-1", "site-2"}
    assert Runs(hub).newest(flow="deliver")[0].state == "completed"
    again = deliver()
    assert (again.accepted, again.detail["targets"].keys()) == (0, {"crm:main", "channel:site", "accountant"})


def test_a_dry_run_only_shows_what_waits(room: Room, shop: OrderShop) -> None:
    shop.record(report("1", buyer=BUYER))
    assert deliver(dry_run=True).detail["targets"]["crm:main"]["waiting"] == 1
    assert room.orders() == {}


def test_a_target_that_is_not_there_is_named(room: Room) -> None:
    with pytest.raises(Misconfigured, match="crm:main"):
        deliver(target="crm:other")


def test_a_crm_that_stops_fails_the_run_and_is_owed_still(hub: Hub, room: Room, shop: OrderShop) -> None:
    shop.record(report("1", buyer=BUYER))
    room.fault("error_before", "", times=None)
    with pytest.raises(ExceptionGroup, match="crm:main"):
        deliver(target="crm:main")
    assert Outbox(hub).counts() == {"crm:main": (1, 0)}


def test_what_was_given_up_is_told_again_when_a_person_asks(hub: Hub, room: Room, shop: OrderShop) -> None:
    shop.record(report("1", buyer=BUYER))
    outbox = Outbox(hub)
    claimed = outbox.claim("crm:main", ["order"], most=1)
    outbox.settle("crm:main", claimed, [Answer(outbox_id=one.outbox_id, outcome="refused", sentence="Не так.") for one in claimed])
    assert deliver().accepted == 0
    assert len(Incidents(hub).live(kind=DEAD)) == 1
    assert deliver(requeue=True).accepted == 1
    assert room.orders().keys() == {"site-1"}
    assert Incidents(hub).live(kind=DEAD) == []
