"""Buyers under a clock that is only moved from outside."""

import asyncio
import time

import httpx
import pytest
from fastapi import FastAPI

from deployments.world.clock import WorldClock
from deployments.world.ozon.make import MAIN, furnish_ozon
from deployments.world.served import served
from tests.deployments.world.odd import BEGAN_AT, Hub, World

PLAN = {"demand": [{"channel": room, "sku": "A", "per_day": 240} for room in ("ozon", "wildberries")], "seed": 3, "cancelled_share": 0.5}


@pytest.fixture(autouse=True)
def goods(world: World) -> None:
    for room in ("ozon", "wildberries"):
        world.put(room, pcs=99)


def test_nobody_comes_by_himself(world: World) -> None:
    world.order("buyers", "POST", "/start", PLAN)
    world.clock.pass_(3600)
    assert world.order("buyers", "GET", "/wishes") == []
    assert world.order("buyers", "GET", "/totals")["is_living"]


def test_all_that_is_due_is_done_when_the_answer_comes(world: World) -> None:
    world.order("buyers", "POST", "/start", PLAN)
    assert world.order("buyers", "POST", "/catch_up") == 0
    world.clock.pass_(3600)
    done = world.order("buyers", "POST", "/catch_up")
    wishes = world.order("buyers", "GET", "/wishes")
    now = world.clock.now().isoformat().replace("+00:00", "Z")
    assert {wish["served_at"] for wish in wishes} == {now}
    assert all(BEGAN_AT.isoformat() <= wish["at"] <= now for wish in wishes)
    assert done >= len(wishes) > 5
    assert world.order("buyers", "POST", "/catch_up") == 0


def test_stopped_buyers_do_not_catch_up_and_others_may_come(world: World) -> None:
    world.order("buyers", "POST", "/start", PLAN)
    assert world.refusal("buyers", "POST", "/start", PLAN) == 409
    world.order("buyers", "POST", "/stop")
    world.clock.pass_(3600)
    assert world.order("buyers", "POST", "/catch_up") == 0
    world.order("buyers", "POST", "/start", PLAN)


def test_a_clock_that_was_moved_never_goes_back(world: World) -> None:
    world.clock.pass_(60)
    world.clock.move_to(BEGAN_AT)
    assert (world.clock.now() - BEGAN_AT).total_seconds() == 60


def test_pushes_leave_by_themselves_over_the_network_where_the_clock_runs() -> None:
    room, hub = FastAPI(), Hub()
    furnish_ozon(room, clock=WorldClock(), client_id="17", api_key="key")
    with served(room) as base, served(hub.app) as heard_at, httpx.Client(base_url=f"{base}/_control/ozon") as control:
        control.post("/goods", json=[{"sku": "A", "name": "A", "price": "1", "pcs": {str(MAIN): 5}}])
        control.put("/push", json={"url": f"{heard_at}/hears"})
        control.post("/orders", json={"sku": "A", "pcs": 1})
        ends_at = time.monotonic() + 10
        while len(hub.heard) < 2:
            assert time.monotonic() < ends_at, "it never came"
            asyncio.run(asyncio.sleep(0.01))
    assert [body["message_type"] for body in hub.bodies("/hears")] == ["TYPE_PING", "TYPE_NEW_POSTING"]
