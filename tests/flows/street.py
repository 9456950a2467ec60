"""A shop with a site and a contract with CDEK, both in the world over HTTP, as the settings of flows name them."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prefect.logging import disable_run_logger

from adapters.carriers import open_carrier
from adapters.gateway.app import make_app
from adapters.hub.journal import Journal
from adapters.hub.opening import open_hub
from adapters.hub.shipment_planning import KINDS
from adapters.settings import Settings, read_settings
from deployments.world.app import make_world
from deployments.world.cdek.directory import CITIES, City
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.make import furnish_cdek
from deployments.world.cdek.room import CdekRoom
from deployments.world.clock import WorldClock
from deployments.world.served import served
from flows.shipments import ship, targets_of
from tasks.orders import channel_orders
from tasks.shipments import Shipped, book_with
from tests.adapters.hub.order_shop import as_json, report
from tests.adapters.hub.shipping import CARRIER, ShippingShop
from tests.adapters.retailcrm.vendor import EPOCH
from tests.world import SITE_KEY, SITE_SECRET, Site

SPEED = 100.0
ACCOUNT, SECRET, PUSH_SECRET = "account-of-the-shop", "password-of-the-shop", "secret-of-the-address"
KNOBS = Knobs(findable_s=0.0, settling_s=1.0, printing_s=0.0, removing_s=1.0)
BUYER = as_json({
    "billing": {"first_name": "Юлия", "last_name": "Щеглова", "phone": "+79161234567", "city": "Новосибирск", "address_1": "ул. Мира, 1"}
})  # fmt: skip
ROUNDS = 20
GONE = frozenset({"INVALID", "REMOVED"})


@dataclass
class Street:
    """A tester's hand on the shop, the site and the carrier."""

    shop: ShippingShop
    site: Site
    room: CdekRoom
    base: str
    var_dir: Path
    settings: Settings

    def order(self, pcs: int = 1, **head: Any) -> str:
        """A paid order on the site that the hub has recorded; its key there."""
        ref = str(self.site.order("POST", "/orders", json={"sku": "iron", "pcs": pcs, "status": "processing"})["order_ref"])
        self.shop.record(report(ref, {"iron": pcs}, **{"buyer": BUYER, **head}))
        return ref

    def is_cancelled(self, ref: str, pcs: int = 1) -> None:
        self.shop.record(report(ref, {"iron": pcs}, buyer=BUYER, state="cancelled", status="cancelled"))

    def run(self) -> list[Shipped]:
        """A run of the flow's steps as its settings are now, without Prefect; what every target came to."""
        settings = read_settings()
        with disable_run_logger():
            return [
                step
                for target in targets_of(settings, ["site"])
                for step in ship.fn(self.shop.hub, settings, target, rounds=1, hand_over=False)
            ]

    def until(self, ref: str, state: str) -> None:
        """Runs until the order's first part is so far: the carrier settles in its own time."""
        for _ in range(ROUNDS):
            self.run()
            if self.state(ref) == state:
                return
            self.wait(seconds=30)
        raise AssertionError(self.shop.parts(ref))

    def book(self, *refs: str) -> None:
        """The carrier has these orders, without a run of the flow."""
        self.shop.plan()
        with open_carrier(self.settings.carriers["cdek"], hub=self.shop.hub) as carrier:
            for _ in range(ROUNDS):
                list(book_with(self.shop.shipments, CARRIER, carrier))
                if all(self.state(ref) == "booked" for ref in refs):
                    return
                self.wait(seconds=60)
        raise AssertionError([self.shop.parts(ref) for ref in refs])

    def state(self, ref: str) -> str | None:
        """Of the order's first part."""
        return next((one.state for one in self.shop.parts(ref)), None)

    def number(self, ref: str) -> str:
        """Of the order's first part."""
        return f"{self.shop.number(ref)}-1"

    def moves(self, ref: str, code: str, **how: Any) -> None:
        """The parcel comes somewhere."""
        (one, *_) = self.shop.parts(ref)
        self.control("PUT", f"/orders/{one.carrier_ref}/status", json={"code": code, **how})

    def carried(self) -> list[str]:
        """Our numbers of what the carrier has in its books."""
        return sorted(one["number"] for one in self.books().values())

    def books(self) -> dict[str, Any]:
        """The carrier's orders."""
        orders: dict[str, Any] = self.control("GET", "/books")["orders"]
        return orders

    def stands(self) -> dict[str, list[str]]:
        """Where the orders of each number stand in the carrier's books."""
        found: dict[str, list[str]] = {}
        for one in self.books().values():
            found.setdefault(one["number"], []).append(one["state"])
        return {number: sorted(states) for number, states in found.items()}

    def alive(self, ref: str) -> list[str]:
        """Keys of the carrier's orders for this one, those that it refused or removed left out."""
        return [uuid for uuid, one in self.books().items() if one["number"] == self.number(ref) and one["state"] not in GONE]

    def posted(self) -> int:
        """How many orders the carrier was sent."""
        calls = self.control("GET", "/exchanges")
        return sum((one["method"], one["path"].strip("/")) == ("POST", "v2/orders") for one in calls)

    def fault(self, kind: str, path: str, **details: Any) -> None:
        """Something goes wrong at the carrier's."""
        self.control("POST", "/faults", json={"kind": kind, "path": path, **details})

    def heals(self) -> None:
        """No more faults."""
        self.control("DELETE", "/faults")

    def control(self, method: str, path: str, **call: Any) -> Any:
        """An order to the carrier's room."""
        answer = httpx.request(method, f"{self.base}/_control/cdek{path}", timeout=10, **call)
        answer.raise_for_status()
        return answer.json()

    def wait(self, **span: float) -> None:
        """Of the shop's time."""
        clock = self.shop.hub.clock
        clock.sleep_until(clock.now() + timedelta(**span))

    def told_site(self, ref: str) -> list[str]:
        """How to follow the order's first part, as the site was told it, each time anew; empty where it was told to forget it."""
        puts = [one["body"] for one in self.site.heard("PUT") if one["path"].endswith(f"/orders/{ref}")]
        rows = [row for body in puts for row in (body or {}).get("meta_data", ())]
        return [row["value"] for row in rows if row["key"].endswith(self.number(ref))]

    def asked(self, ref: str) -> list[tuple[str, str]]:
        """What a person is asked of an order's first part: reason and sentence."""
        query = "select reason, sentence from quarantine where state = 'open' and key = :key order by reason"
        return [(row[0], row[1]) for row in self.shop.rows(query, key=self.number(ref))]

    def journal(self, ref: str) -> list[str]:
        """Sentences about an order's first part, the oldest first."""
        entries = Journal(self.shop.hub).entries(subject=f"shipment:{self.number(ref)}")
        return [entry.sentence for entry in reversed(entries)]

    def owed(self) -> list[tuple[str, str]]:
        """What the carrier, or the site of a parcel, is owed still."""
        return [(kind, subject) for _, kind, subject in self.shop.owed() if kind in KINDS]


@contextmanager
def opened_street(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    *,
    knobs: Knobs = KNOBS,
    speed: float = SPEED,
    cities: Iterable[City] = CITIES,
    **cdek: Any,
) -> Iterator[Street]:
    """The street while the block lasts, and its settings in the environment.

    Args:
        database_url: an empty hub's.
        monkeypatch: of the test.
        folder: for files.
        knobs: what CDEK leaves open.
        speed: of the shop's clock.
        cities: that CDEK knows.
        cdek: settings of the contract.
    """
    clock = WorldClock(epoch_at=EPOCH, speed=speed)
    world: FastAPI = make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, clock=clock)
    room = furnish_cdek(world, clock=clock, account=ACCOUNT, secret=SECRET, knobs=knobs, cities=cities)
    with served(world) as base:
        site = {
            "kind": "woocommerce", "url": f"{base}/woocommerce", "consumer_key": SITE_KEY, "consumer_secret": SITE_SECRET,
            "shipping": {"carrier": "cdek", "carrier_title": "СДЭК", "parts": True},
        }  # fmt: skip
        leaves = {} if "origin" in cdek else {"shipment_point": "MSK5"}
        contract = {"kind": "cdek", "url": f"{base}/cdek", "account": ACCOUNT, "secret": SECRET, "poll_s": 0.1, **leaves, **cdek}
        monkeypatch.setenv("UTYUG_TOML", str(folder / "none.toml"))
        monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
        monkeypatch.setenv("UTYUG_VAR_DIR", str(folder))
        monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"site": site}))
        monkeypatch.setenv("UTYUG_CARRIERS", json.dumps({"cdek": contract}))
        monkeypatch.setenv("UTYUG_CLOCK", json.dumps({"epoch_at": EPOCH.isoformat(), "speed": speed}))
        settings = read_settings()
        with open_hub(settings) as hub:
            shop = ShippingShop(hub)
            shop.rules = channel_orders(settings, "site")
            shop.goods(pcs=20, exposed=0)
            hand = Site(base)
            hand.put({"sku": "iron", "pcs": 20, "price": "100.00"})
            yield Street(shop, hand, room, base, folder, settings)
            hand.close()


@contextmanager
def opened_gateway(street: Street, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The shop's front door, which the settings name as the world finds it; its address while the block lasts."""
    with served(make_app(street.shop.hub, street.settings)) as base:
        monkeypatch.setenv("UTYUG_GATEWAY", json.dumps({"public_url": base}))
        yield base


def books_agree(street: Street, ref: str, state: str, theirs: str) -> None:
    """One parcel under the number in either book, and the same key and tracking number."""
    (one,) = street.shop.parts(ref)
    (uuid,) = street.alive(ref)
    order = street.books()[uuid]
    assert (one.state, one.carrier_ref, one.tracking, order["state"]) == (state, uuid, order["cdek_number"], theirs)


def booked_once(street: Street, ref: str) -> None:
    """The carrier has it, a person reads so, and nobody asks anything."""
    books_agree(street, ref, "booked", "CREATED")
    (one,) = street.shop.parts(ref)
    assert street.journal(ref)[-1] == f"Отправление {one.number}: принято перевозчиком к исполнению. Трек {one.tracking}."
    assert street.asked(ref) == []
