"""The flow that ships, by its settings, on a real Prefect server: the world's site and the world's CDEK."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.labels import Labels
from adapters.hub.opening import open_hub
from adapters.hub.runs import Runs
from adapters.settings import read_settings
from deployments.world.app import make_world
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.make import furnish_cdek
from deployments.world.clock import WorldClock
from deployments.world.served import served
from flows.shipments import shipments
from tasks.orders import channel_orders
from tests.adapters.hub.order_shop import as_json, report
from tests.adapters.hub.shipping import ShippingShop
from tests.adapters.retailcrm.vendor import EPOCH
from tests.world import SITE_KEY, SITE_SECRET, Site

pytestmark = pytest.mark.usefixtures("prefect_server")
SPEED = 100.0
ACCOUNT, SECRET = "account-of-the-shop", "password-of-the-shop"
BUYER = as_json({
    "billing": {"first_name": "Юлия", "last_name": "Щеглова", "phone": "+79161234567", "city": "Новосибирск", "address_1": "ул. Мира, 1"}
})  # fmt: skip
ROUNDS = 20


@dataclass
class Street:
    """A shop with a site and a contract with CDEK, both in the world."""

    shop: ShippingShop
    site: Site
    base: str
    var_dir: Path

    def order(self, pcs: int = 1, **head: Any) -> str:
        """A paid order on the site that the hub has recorded; its key there."""
        ref = str(self.site.order("POST", "/orders", json={"sku": "iron", "pcs": pcs, "status": "processing"})["order_ref"])
        self.shop.record(report(ref, {"iron": pcs}, **{"buyer": BUYER, **head}))
        return ref

    def until(self, ref: str, state: str) -> None:
        """Runs of the flow until the order's first part is so far: the carrier settles in its own time."""
        for _ in range(ROUNDS):
            shipments()
            if [one.state for one in self.shop.parts(ref)][:1] == [state]:
                return
        raise AssertionError(self.shop.parts(ref))

    def moves(self, ref: str, code: str) -> None:
        """The parcel comes somewhere."""
        (one, *_) = self.shop.parts(ref)
        httpx.put(f"{self.base}/_control/cdek/orders/{one.carrier_ref}/status", json={"code": code}, timeout=10).raise_for_status()

    def carried(self) -> list[str]:
        """Our numbers of what the carrier has in its books."""
        orders: dict[str, Any] = httpx.get(f"{self.base}/_control/cdek/books", timeout=10).json()["orders"]
        return sorted(one["number"] for one in orders.values())


@pytest.fixture
def street(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Street]:
    clock = WorldClock(epoch_at=EPOCH, speed=SPEED)
    world: FastAPI = make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, clock=clock)
    knobs = Knobs(findable_s=0.0, settling_s=1.0, printing_s=0.0, removing_s=1.0)
    furnish_cdek(world, clock=clock, account=ACCOUNT, secret=SECRET, knobs=knobs)
    with served(world) as base:
        site = {
            "kind": "woocommerce", "url": f"{base}/woocommerce", "consumer_key": SITE_KEY, "consumer_secret": SITE_SECRET,
            "shipping": {"carrier": "cdek", "carrier_title": "СДЭК", "parts": True},
        }  # fmt: skip
        cdek = {"kind": "cdek", "url": f"{base}/cdek", "account": ACCOUNT, "secret": SECRET, "shipment_point": "MSK5", "poll_s": 0.1}
        monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
        monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
        monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
        monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"site": site}))
        monkeypatch.setenv("UTYUG_CARRIERS", json.dumps({"cdek": cdek}))
        monkeypatch.setenv("UTYUG_CLOCK", json.dumps({"epoch_at": EPOCH.isoformat(), "speed": SPEED}))
        settings = read_settings()
        with open_hub(settings) as shops:
            shop = ShippingShop(shops)
            shop.rules = channel_orders(settings, "site")
            shop.goods(pcs=20, exposed=0)
            hand = Site(base)
            hand.put({"sku": "iron", "pcs": 20, "price": "100.00"})
            yield Street(shop, hand, base, tmp_path)
            hand.close()


def test_an_order_is_shipped_followed_and_told_of(hub: Hub, street: Street) -> None:
    ref = street.order(2)
    street.until(ref, "booked")
    (one,) = street.shop.parts(ref)
    assert street.carried() == [one.number]
    street.moves(ref, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    street.until(ref, "handed")
    street.moves(ref, "DELIVERED")
    street.until(ref, "delivered")
    assert ("channel:site", "delivered", street.shop.number(ref)) in street.shop.owed()
    told = street.site.order("GET", "/books")["orders"]
    assert one.tracking is not None
    assert one.tracking in json.dumps(told)
    assert Runs(hub).newest(flow="shipments")[0].state == "completed"


def test_packers_find_labels_and_a_list(hub: Hub, street: Street) -> None:
    ref = street.order()
    street.until(ref, "booked")
    for _ in range(ROUNDS):
        shipments()
        kept = Labels(hub).of(street.shop.parts(ref)[0].number)
        if len(kept) == 2:
            break
    assert [one.kind for one in kept] == ["barcode", "waybill"]
    assert all((street.var_dir / one.path).read_bytes().startswith(b"%PDF") for one in kept)
    assert (street.var_dir / "picking.xlsx").is_file()
    assert shipments().detail["to_pick"] == 1


def test_an_address_that_is_not_whole_waits_for_a_person_and_nothing_is_sent(street: Street) -> None:
    ref = street.order(buyer=as_json({"billing": {"first_name": "Юлия", "phone": "+79161234567"}}))
    report_ = shipments()
    assert report_.refused == 1
    assert street.carried() == []
    (one,) = street.shop.parts(ref)
    assert {reason for _, reason in street.shop.questions()} == {"address_is_told", "name_is_full"}
    street.shop.shipments.correct(one.number, {"city": "Новосибирск", "line": "ул. Мира, 1"})
    street.until(ref, "booked")
    assert street.shop.questions() == []


def test_a_run_that_has_nothing_to_do_does_nothing_and_says_so(street: Street) -> None:
    shipments()
    told = shipments()
    assert (told.rows_in, told.changed, told.accepted) == (0, 0, 0)


def test_a_dry_run_writes_nothing(hub: Hub, street: Street) -> None:
    ref = street.order()
    shipments(dry_run=True)
    assert street.shop.parts(ref) == []
    assert Runs(hub).newest(flow="shipments") == []


def test_a_cancelled_order_is_taken_back(street: Street) -> None:
    ref = street.order()
    street.until(ref, "booked")
    street.shop.record(report(ref, {"iron": 1}, buyer=BUYER, state="cancelled", status="cancelled"))
    street.until(ref, "cancelled")


def test_a_carrier_that_is_away_fails_the_run_and_is_owed_still(street: Street) -> None:
    street.order()
    httpx.post(
        f"{street.base}/_control/cdek/faults", json={"kind": "error_before", "path": "", "status": 503}, timeout=10
    ).raise_for_status()
    with pytest.raises(ExceptionGroup, match="carrier:cdek"):
        shipments()
    assert any(target == "carrier:cdek" for target, _, _ in street.shop.owed())


def test_a_carrier_that_is_not_in_the_settings_is_named(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTYUG_CARRIERS", "{}")
    with pytest.raises(Misconfigured, match="site: cdek"):
        shipments()
