"""What CRMs are owed reaches the world's account exactly once, whatever is cut on the way, and what people do there comes back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters.hub.customers import Customers
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.outbox import LEASE, Outbox
from adapters.hub.quarantine import Quarantine
from adapters.retailcrm.account import RetailCrm
from adapters.settings import Settings
from deployments.world.clock import WorldClock
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.served import served
from tasks.crm import read_crm, renew_tiers
from tasks.deliver import Delivered, deliver_to_crm
from tasks.rules.onward import Onward
from tests.adapters.hub.checkout import site
from tests.adapters.hub.order_shop import RULES, OrderShop, as_json, report
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.retailcrm.vendor import API_KEY, EPOCH, SPEED, Room, opened

CHANNEL = "site"
BUYER = as_json({"billing": {"first_name": "Пётр", "last_name": "Петров", "phone": "+79161234567", "email": "p@example.com"}})


class Desk:
    """A site's orders in the hub, a CRM in the world, and the flow's own steps between them."""

    def __init__(self, hub: Hub, clock: HandClock, room: Room, crm: RetailCrm) -> None:
        self.hub, self.clock, self.room, self.crm = hub, clock, room, crm
        self.settings = Settings.model_validate({"channels": {CHANNEL: site()}})
        self.shop = OrderShop(hub, rules=replace(RULES, title="Сайт", onward=Onward(crms={CHANNEL: ("main",)})), channel=CHANNEL)
        self.shop.orders.connect(CHANNEL)
        self.shop.sells(50, 40)

    def order(self, *refs: str, **head: Any) -> None:
        for ref in refs:
            self.shop.record(report(ref, **({"buyer": BUYER} | head)))

    def deliver(self) -> list[Delivered]:
        return list(deliver_to_crm(self.hub, self.settings, "main", self.crm))

    def until_told(self) -> int:
        """Rounds with their pauses, until nothing is owed; how many."""
        for number in range(1, 10):
            self.deliver()
            if not Outbox(self.hub).counts():
                return number
            self.clock.wait(LEASE / timedelta(seconds=1))
        raise AssertionError(Outbox(self.hub).waiting())

    def there(self) -> dict[str, Any]:
        return self.room.orders()


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[FastAPI, str]]:
    stand = FastAPI()
    furnish_retailcrm(stand, clock=WorldClock(epoch_at=EPOCH, speed=SPEED), api_key=API_KEY)
    with served(stand) as base:
        hand = Room(base)
        hand.goods("iron")
        hand.close()
        yield stand, base


@pytest.fixture
def desk(database_url: str, world: tuple[FastAPI, str]) -> Iterator[Desk]:
    clock = HandClock()
    room = Room(world[1])
    httpx.delete(f"{world[1]}/_control/retailcrm/faults", timeout=10)
    with Hub(database_url, clock=clock) as hub, opened(room.url) as crm:
        yield Desk(hub, clock, room, crm)
    room.close()


def test_an_order_and_its_buyer_are_told_once(desk: Desk) -> None:
    desk.order("t1")
    assert [one.told for one in desk.deliver()] == [1]
    there = desk.there()["site-t1"]
    assert there["customer"]["externalId"] in desk.room.customers()
    desk.room.forget()
    desk.order("t1")
    assert desk.deliver() == []
    assert desk.room.heard() == []


@pytest.mark.parametrize("path", ["customers/upload", "orders/upload"])
@pytest.mark.parametrize("kind", ["timeout_after", "error_after", "timeout_before", "rate_limited"])
def test_what_is_cut_is_told_exactly_once_in_the_end(desk: Desk, kind: str, path: str) -> None:
    refs = [f"{kind}-{path[0]}-{number}" for number in range(3)]
    buyers = [as_json({"billing": {"first_name": "Анна", "phone": f"+7916{abs(hash(ref)) % 10**7:07}"}}) for ref in refs]
    for ref, buyer in zip(refs, buyers, strict=True):
        desk.order(ref, buyer=buyer)
    desk.room.fault(kind, path)
    assert desk.until_told() > 0
    told = [one for ref, one in desk.there().items() if ref.removeprefix("site-") in refs]
    assert len(told) == len(refs)
    assert len({one["customer"]["externalId"] for one in told}) == len(refs)


def test_a_crm_that_is_away_is_tried_again_and_loses_nothing(desk: Desk) -> None:
    desk.order("a1", "a2")
    desk.room.fault("error_before", "", times=None)
    (stopped,) = desk.deliver()
    assert (stopped.told, stopped.unsettled, stopped.stopped_by is not None) == (0, 2, True)
    httpx.delete(f"{desk.room.url.removesuffix('/retailcrm')}/_control/retailcrm/faults", timeout=10)
    assert desk.deliver() == []
    desk.until_told()
    assert {"site-a1", "site-a2"} <= desk.there().keys()


def test_a_cancellation_reaches_the_crm(desk: Desk) -> None:
    desk.order("c1")
    desk.deliver()
    desk.order("c1", state="cancelled", status="cancelled")
    desk.deliver()
    assert desk.there()["site-c1"]["status"] == "cancel-other"


def test_an_order_cancelled_by_people_is_owed_to_its_channel_and_read_once(desk: Desk) -> None:
    desk.order("h1")
    desk.deliver()
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    desk.room.edit_order("site-h1", status="cancel-other")
    assert read_crm(desk.hub, desk.settings, "main", desk.crm).told == 1
    assert list(Outbox(desk.hub).waiting().select("target", "kind").iter_rows()) == [("channel:site", "cancel")]
    assert read_crm(desk.hub, desk.settings, "main", desk.crm).changed == 0


def test_our_own_changes_are_not_read_as_peoples(desk: Desk) -> None:
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    desk.order("o1")
    desk.deliver()
    assert read_crm(desk.hub, desk.settings, "main", desk.crm).changed == 0


def test_a_phone_that_nobody_could_read_is_answered_in_the_crm(desk: Desk) -> None:
    desk.order("p1", buyer=as_json({"billing": {"first_name": "Ольга", "phone": "домофон 12"}}))
    assert ("p1", "buyer_phone_is_read") in desk.shop.questions()
    desk.deliver()
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    desk.room.edit_order("site-p1", phone="8 916 765-43-21")
    assert read_crm(desk.hub, desk.settings, "main", desk.crm).answered == 1
    assert ("p1", "buyer_phone_is_read") not in desk.shop.questions()
    assert Customers(desk.hub).find(phone="+79167654321") is not None
    desk.order("p1", buyer=as_json({"billing": {"first_name": "Ольга", "phone": "домофон 12"}}), status="another")
    assert ("p1", "buyer_phone_is_read") not in desk.shop.questions()


def test_a_crm_restored_from_an_old_copy_is_told_again_without_doubles(desk: Desk) -> None:
    desk.order("r1")
    desk.deliver()
    copy_ref = desk.room.copied()
    desk.order("r2")
    desk.deliver()
    desk.room.edit_order("site-r2", status="assembling")
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    desk.room.edit_order("site-r2", status="client-confirmed")
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    desk.room.tell("POST", f"/copies/{copy_ref}/restore")
    assert "site-r2" not in desk.there()
    assert read_crm(desk.hub, desk.settings, "main", desk.crm).retold >= 2
    assert [one.kind for one in Incidents(desk.hub).live()] == ["crm_restored"]
    desk.until_told()
    assert {"site-r1", "site-r2"} <= desk.there().keys()
    assert Incidents(desk.hub).live() == []


def test_an_order_that_people_deleted_is_made_anew_only_when_a_person_asks(desk: Desk) -> None:
    desk.order("d1", "d2")
    desk.deliver()
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    desk.room.tell("DELETE", f"/orders/{desk.there()['site-d1']['id']}")
    desk.room.tell("DELETE", f"/orders/{desk.there()['site-d2']['id']}")
    desk.order("d1", status="another")
    assert [one.told for one in desk.deliver()] == [1]
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    desk.order("d2", status="another")
    desk.deliver()
    assert not {"site-d1", "site-d2"} & desk.there().keys()
    assert len(Quarantine(desk.hub).list(source="crm:main", reason="order_is_deleted_in_crm")) == 2
    assert Outbox(desk.hub).requeue() == 2
    desk.deliver()
    assert {"site-d1", "site-d2"} <= desk.there().keys()
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    assert Quarantine(desk.hub).list(source="crm:main").is_empty()


@pytest.mark.parametrize("is_replaced", [False, True], ids=["the line's price", "another line in its place"])
def test_a_bad_order_is_put_right_in_the_crm_and_stays_right(desk: Desk, is_replaced: bool) -> None:
    ref = f"bad-{is_replaced}"
    buyer = as_json({"billing": {"first_name": "Яна", "phone": "домофон 1"}, "note": "г. Тула, ул. Мира, 5"})
    told = {"buyer": buyer, "lines": {"mystery": 1} if is_replaced else {"iron": 1}, "price_kopecks": 0}
    desk.order(ref, **told)
    desk.deliver()
    read_crm(desk.hub, desk.settings, "main", desk.crm)
    (item,) = desk.there()[f"site-{ref}"]["items"]
    line = {"offer": {"externalId": "iron"}} if is_replaced else {"id": item["id"]}
    address = {"address": {"text": "Тула, ул. Мира, 5"}}
    desk.room.edit_order(f"site-{ref}", phone="8 916 765-43-21", delivery=address, items=[{**line, "quantity": 1, "initialPrice": 990}])
    assert read_crm(desk.hub, desk.settings, "main", desk.crm).answered == (4 if is_replaced else 3)
    assert [one for one in desk.shop.questions() if one[0].startswith(ref)] == []
    desk.until_told()
    desk.order(ref, **told, status="another")
    desk.until_told()
    order = desk.shop.orders.find(CHANNEL, ref)
    assert order is not None
    assert [(line.state, line.price_kopecks) for line in order.lines.values()] == [("sold", 990_00)]
    (item,) = desk.there()[f"site-{ref}"]["items"]
    assert (item["initialPrice"], item["offer"]["externalId"]) == (990, "iron")
    assert [one for one in desk.shop.questions() if one[0].startswith(ref)] == []
    assert read_crm(desk.hub, desk.settings, "main", desk.crm).answered == 0


def test_a_tier_that_was_earned_is_written_to_the_buyers_card(desk: Desk) -> None:
    desk.settings = Settings.model_validate({
        "channels": {CHANNEL: site()},
        "crm": {"main": {"kind": "retailcrm", "url": "https://shop.example", "api_key": "key", "tier_field": "tier"}},
        "tiers": {"levels": [{"code": "gold", "title": "Золото", "from_roubles": 150}]},
    })  # fmt: skip
    buyer = as_json({"billing": {"first_name": "Зоя", "phone": "+79165550101"}})
    desk.order("g1", buyer=buyer)
    desk.deliver()
    assert renew_tiers(desk.hub, desk.settings) == 0
    desk.order("g1", state="delivered", status="completed", buyer=buyer, price_kopecks=100_00)
    desk.order("g2", state="delivered", status="completed", buyer=buyer, price_kopecks=100_00)
    with opened(desk.room.url, tier_field="tier") as crm:
        desk.crm = crm
        desk.deliver()
        assert renew_tiers(desk.hub, desk.settings) == 1
        desk.deliver()
    card = desk.there()["site-g1"]["customer"]["externalId"]
    assert desk.room.customers()[card]["customFields"]["tier"] == "gold"
    assert renew_tiers(desk.hub, desk.settings) == 0
