"""A checkout that asks before it sells."""

from typing import Any

import httpx
import pytest

from tests.deployments.world.odd import World

GATEWAY = "http://hub.example/gate"
RESERVE, COMMIT = "/gate/reservations", "/gate/reservations/r-1/commit"


@pytest.fixture(autouse=True)
def asking(world: World) -> None:
    world.put("woocommerce")
    world.order("woocommerce", "PUT", "/asks", {"url": GATEWAY, "key": "site-key", "timeout_s": 1})


def checkout(world: World, pcs: int = 1) -> httpx.Response:
    return world.control.post("/woocommerce/orders", json={"sku": "A", "pcs": pcs})


def grant(world: World) -> None:
    world.hub.answer(RESERVE, 201, {"reservation": "r-1", "expires_at": "2026-11-22T09:45:00Z"})


def orders(world: World) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = world.site("GET", "/orders").json()
    return shown


def test_it_reserves_makes_the_order_commits_and_only_then_takes_the_money(world: World) -> None:
    grant(world)
    ref = checkout(world, 2).json()["order_ref"]
    reserved, committed = world.hub.heard
    assert [one.path for one in (reserved, committed)] == [RESERVE, COMMIT]
    assert {one.headers["authorization"] for one in (reserved, committed)} == {"Bearer site-key"}
    assert (reserved.body["lines"], reserved.body["ttl_s"]) == ([{"sku": "A", "pcs": 2}], 900)
    assert committed.body == {"order_ref": ref}
    (order,) = orders(world)
    assert (order["id"], order["status"], world.left("woocommerce")) == (int(ref), "processing", 3)
    assert [(one["key"], one["value"]) for one in order["meta_data"]] == [("_utyug_reservation", "r-1")]


def test_every_checkout_has_a_key_of_its_own(world: World) -> None:
    for _ in range(2):
        grant(world)
        checkout(world)
    assert len({body["key"] for body in world.hub.bodies(RESERVE)}) == 2


def test_a_shortage_is_told_and_nothing_is_sold(world: World) -> None:
    shortage = {"sku": "A", "wanted_pcs": 1, "free_pcs": 0}
    world.hub.answer(RESERVE, 409, {"shortages": [shortage]})
    answer = checkout(world)
    assert (answer.status_code, answer.json()["detail"]) == (409, {"reason": "shortage", "shortages": [shortage]})
    assert (orders(world), world.left("woocommerce"), len(world.hub.heard)) == ([], 5, 1)


@pytest.mark.parametrize(("status", "body"), [(500, {}), (200, {}), (200, None), (401, {"reservation": "r-1"})])
def test_whatever_is_no_grant_is_a_refusal(world: World, status: int, body: object) -> None:
    world.hub.answer(RESERVE, status, body)
    assert checkout(world).json()["detail"] == {"reason": "refused", "status": status}
    assert orders(world) == []


def test_a_hub_that_nobody_reaches_sells_nothing(world: World) -> None:
    async def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("slow", request=request)

    world.site_room.outside = httpx.MockTransport(unreachable)
    assert checkout(world).json()["detail"] == {"reason": "no_answer"}
    assert (orders(world), world.left("woocommerce")) == ([], 5)


@pytest.mark.parametrize(("status", "reason"), [(409, "commit_refused"), (500, "commit_refused")])
def test_an_order_whose_commit_is_refused_is_cancelled(world: World, status: int, reason: str) -> None:
    grant(world)
    world.hub.answer(COMMIT, status, {})
    assert checkout(world).json()["detail"] == {"reason": reason}
    assert [order["status"] for order in orders(world)] == ["cancelled"]
    assert world.left("woocommerce") == 5


def test_an_order_whose_commit_is_not_answered_is_cancelled(world: World) -> None:
    async def half(request: httpx.Request) -> httpx.Response:
        if request.url.path == RESERVE:
            return httpx.Response(200, json={"reservation": "r-1"})
        raise httpx.ReadTimeout("slow", request=request)

    world.site_room.outside = httpx.MockTransport(half)
    assert checkout(world).json()["detail"] == {"reason": "commit_unanswered"}
    assert [order["status"] for order in orders(world)] == ["cancelled"]


def test_what_is_not_shown_is_not_asked_for(world: World) -> None:
    assert checkout(world, 6).status_code == 409
    assert world.hub.heard == []


def test_without_an_address_nobody_is_asked(world: World) -> None:
    world.order("woocommerce", "PUT", "/asks", {"url": ""})
    assert checkout(world).is_success
    assert world.hub.heard == []


def test_a_buyer_is_declined_politely_and_the_log_says_why(world: World) -> None:
    world.hub.answer(RESERVE, 409, {"shortages": []})
    grant(world)
    plan = {"demand": [{"channel": "woocommerce", "sku": "A", "per_day": 24}], "seed": 1}
    world.order("buyers", "POST", "/start", plan)
    while world.hub.heard == [] or len(world.order("buyers", "GET", "/wishes")) < 2:
        world.clock.pass_(600)
        world.order("buyers", "POST", "/catch_up")
    declined, bought = world.order("buyers", "GET", "/wishes")[:2]
    assert (declined["outcome"], declined["refusal"], declined["order_ref"]) == ("declined", "shortage", None)
    assert (bought["outcome"], bought["refusal"]) == ("bought", None)
    assert declined["served_at"] >= declined["at"]
    totals = world.order("buyers", "GET", "/totals")["channels"]["woocommerce"]
    assert (totals["refused"], totals["sold"]) == (1, 1)
