import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deployments.world.buyers import AtControl, Buyers, Sells
from deployments.world.buyers_control import furnish_buyers
from deployments.world.clock import WorldClock
from deployments.world.demand import Demand, Plan, wishes
from deployments.world.ozon.make import MAIN, furnish_ozon
from deployments.world.served import served

STARTED_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOURLY = Plan(demand=(Demand(channel="ozon", sku="A", per_day=24), Demand(channel="wildberries", sku="A", per_day=24)))


class HandClock(WorldClock):
    """Stands still until it is moved."""

    moments = (STARTED_AT,)

    def now(self) -> datetime:
        return self.moments[-1]

    def pass_(self, **time: float) -> None:
        object.__setattr__(self, "moments", (self.now() + timedelta(**time),))


@dataclass
class Shop:
    """Sells what it has."""

    pcs: int = 10**9
    bought: list[tuple[str, int]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    takes_back: bool = True

    async def buy(self, sku: str, pcs: int) -> str | None:
        if self.pcs < pcs:
            return None
        self.pcs -= pcs
        self.bought.append((sku, pcs))
        return str(len(self.bought))

    async def cancel(self, order_ref: str) -> bool:
        self.cancelled.append(order_ref)
        return self.takes_back

    async def give_back(self, order_ref: str) -> bool:
        self.returned.append(order_ref)
        return self.takes_back


class BrokenShop(Shop):
    async def buy(self, sku: str, pcs: int) -> str | None:
        raise RuntimeError(f"the till is broken at {pcs} of {sku}")


class SlowShop(Shop):
    """A purchase takes ten minutes of the world's time."""

    clock: HandClock

    async def buy(self, sku: str, pcs: int) -> str | None:
        self.clock.pass_(minutes=10)
        return await super().buy(sku, pcs)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 30))


def crowd(*shops: Sells, clock: WorldClock | None = None) -> Buyers:
    return Buyers(clock or HandClock(), dict(zip(("ozon", "wildberries"), shops, strict=False)))


def wanted(buyers: Buyers) -> list[tuple[Any, ...]]:
    return [(wish.number, wish.channel, wish.sku, wish.pcs, wish.at) for wish in buyers.log]


def hold_up_the_loop(seconds: float) -> None:
    time.sleep(seconds)


async def live(buyers: Buyers, plan: Plan = HOURLY, *, hours: float = 24, steps: int = 1) -> Buyers:
    clock = buyers.clock
    assert isinstance(clock, HandClock)
    buyers.start(plan)
    for _ in range(steps):
        clock.pass_(hours=hours / steps)
        await buyers.catch_up()
    await buyers.stop()
    return buyers


def test_what_is_wanted_does_not_depend_on_what_shops_answer() -> None:
    async def story() -> None:
        rich, poor = crowd(Shop(), Shop()), crowd(Shop(pcs=3), Shop(pcs=0))
        plan = HOURLY.model_copy(update={"cancelled_share": 0.5})
        assert wanted(await live(rich, plan)) == wanted(await live(poor, plan))
        assert rich.totals()["ozon"]["refused"] == 0
        assert poor.totals()["ozon"]["sold"] == 3
        assert poor.totals()["wildberries"]["sold"] == 0

    run(story())


def test_what_is_wanted_does_not_depend_on_how_often_the_clock_is_looked_at() -> None:
    async def story() -> None:
        once, often = await live(crowd(Shop(), Shop())), await live(crowd(Shop(), Shop()), steps=96)
        assert wanted(once) == wanted(often)

    run(story())


def test_only_wishes_whose_time_has_come_are_carried_out() -> None:
    async def story() -> None:
        buyers = await live(crowd(Shop(), Shop()), hours=6)
        expected = [wish for wish in islice(wishes(HOURLY, STARTED_AT), 100) if wish.at <= STARTED_AT + timedelta(hours=6)]
        assert [wish.at for wish in buyers.log] == [wish.at for wish in expected]

    run(story())


def test_what_came_of_a_wish_is_kept() -> None:
    async def story() -> None:
        shop = Shop(pcs=2)
        buyers = await live(crowd(shop, Shop()))
        told = [(wish.outcome, wish.order_ref) for wish in buyers.log if wish.channel == "ozon"]
        assert told[:3] == [("bought", "1"), ("bought", "2"), ("nothing_shown", None)]
        totals = buyers.totals()["ozon"]
        assert totals == {"wishes": len(told), "sold": 2, "sold_pcs": 2, "refused": len(told) - 2, "cancelled": 0, "returned": 0}

    run(story())


def test_buyers_cancel_after_a_while_what_they_bought_and_nothing_else() -> None:
    async def story() -> None:
        shop = Shop(pcs=5)
        plan = Plan(demand=HOURLY.demand[:1], cancelled_share=1.0, cancelled_after_s=60.0)
        buyers = await live(crowd(shop), plan, hours=48)
        assert sorted(shop.cancelled) == ["1", "2", "3", "4", "5"]
        assert [wish.outcome for wish in buyers.log][:6] == ["cancelled"] * 5 + ["nothing_shown"]
        assert buyers.totals()["ozon"]["cancelled"] == 5

    run(story())


def test_a_cancellation_comes_at_its_own_instant() -> None:
    async def story() -> None:
        shop, plan = Shop(), Plan(demand=HOURLY.demand[:1], cancelled_share=1.0, cancelled_after_s=7200.0)
        buyers = crowd(shop)
        assert isinstance(buyers.clock, HandClock)
        buyers.start(plan)
        first = next(wishes(plan, STARTED_AT))
        assert first.cancels_at is not None
        buyers.clock.pass_(seconds=(first.cancels_at - STARTED_AT).total_seconds() - 1)
        await buyers.catch_up()
        assert (shop.bought[:1], "1" in shop.cancelled) == ([("A", 1)], False)
        buyers.clock.pass_(seconds=1)
        await buyers.catch_up()
        assert "1" in shop.cancelled
        await buyers.stop()

    run(story())


def test_buyers_return_what_they_bought() -> None:
    async def story() -> None:
        shop = Shop()
        plan = Plan(demand=HOURLY.demand[:1], returned_share=1.0, returned_after_s=60.0)
        buyers = await live(crowd(shop), plan)
        assert len(shop.returned) >= len(buyers.log) - 1
        assert buyers.log[0].outcome == "returned"
        assert shop.cancelled == []

    run(story())


def test_what_a_shop_does_not_take_back_stays_bought() -> None:
    async def story() -> None:
        buyers = await live(crowd(Shop(takes_back=False)), Plan(demand=HOURLY.demand[:1], cancelled_share=1.0, cancelled_after_s=1.0))
        assert {wish.outcome for wish in buyers.log} == {"bought"}
        assert buyers.totals()["ozon"]["cancelled"] == 0

    run(story())


def test_a_slow_shop_moves_nobody_s_wish() -> None:
    async def story() -> None:
        shop = SlowShop()
        slow = crowd(shop, shop)
        assert isinstance(slow.clock, HandClock)
        shop.clock = slow.clock
        await live(slow)
        assert wanted(slow)[:40] == wanted(await live(crowd(Shop(), Shop())))[:40]
        assert slow.latest_s > 0

    run(story())


def test_at_speed_100_buyers_come_at_their_instants_and_never_before() -> None:
    async def story() -> None:
        clock = WorldClock(epoch_at=datetime.now(UTC), speed=100)
        plan = Plan(demand=(Demand(channel="ozon", sku="A", per_day=86_400), Demand(channel="wildberries", sku="A", per_day=86_400)))
        buyers = crowd(Shop(), Shop(), clock=clock)
        buyers.start(plan)
        while len(buyers.log) < 50:
            await asyncio.sleep(0.01)
        hold_up_the_loop(seconds=0.1)
        while len(buyers.log) < 200:
            await asyncio.sleep(0.01)
        await buyers.stop()
        expected = list(islice(wishes(plan, buyers.began_at), len(buyers.log)))
        assert [wish.at for wish in buyers.log] == [wish.at for wish in expected]
        assert all(wish.came_at is not None and wish.came_at >= wish.at for wish in buyers.log)

    run(story())


def test_the_loop_is_let_go_between_buyers() -> None:
    async def story() -> None:
        buyers, turns = crowd(Shop(), Shop()), 0
        assert isinstance(buyers.clock, HandClock)
        buyers.start(HOURLY)
        buyers.clock.pass_(days=100)
        catching = asyncio.create_task(buyers.catch_up())
        while not catching.done():
            turns += 1
            await asyncio.sleep(0)
        assert 2 * turns >= len(buyers.log) > 4000, "the crowd and the tester both carry out one at a time"
        await buyers.stop()

    run(story())


def test_nobody_comes_after_the_end() -> None:
    async def story() -> None:
        clock = WorldClock(epoch_at=datetime.now(UTC), speed=100)
        buyers = crowd(Shop(), clock=clock)
        buyers.start(Plan(demand=(Demand(channel="ozon", sku="A", per_day=8_640_000),)))
        while len(buyers.log) < 10:
            await asyncio.sleep(0.01)
        await buyers.stop()
        number = len(buyers.log)
        await asyncio.sleep(0.05)
        assert (len(buyers.log), buyers.is_living) == (number, False)

    run(story())


def test_a_crowd_that_cannot_keep_up_is_stopped_all_the_same() -> None:
    async def story() -> None:
        buyers = crowd(Shop())
        assert isinstance(buyers.clock, HandClock)
        buyers.start(Plan(demand=(Demand(channel="ozon", sku="A", per_day=8_640_000),)))
        buyers.clock.pass_(days=365)
        catching = asyncio.create_task(buyers.catch_up())
        while len(buyers.log) < 10:
            await asyncio.sleep(0)
        await buyers.stop()
        await catching
        assert len(buyers.log) < 1000

    run(story())


def test_a_crowd_that_broke_down_says_of_what() -> None:
    async def story() -> None:
        clock = WorldClock(epoch_at=datetime.now(UTC), speed=100)
        buyers = crowd(BrokenShop(), clock=clock)
        buyers.start(Plan(demand=(Demand(channel="ozon", sku="A", per_day=8_640_000),)))
        while buyers.is_living:
            await asyncio.sleep(0.01)
        assert "the till is broken" in (buyers.failure or "")
        await buyers.stop()
        assert buyers.failure is None

    run(story())


def test_where_there_is_no_shop_nothing_can_be_wanted() -> None:
    async def story() -> None:
        with pytest.raises(KeyError, match="wildberries"):
            crowd(Shop()).start(HOURLY)

    run(story())


def test_buyers_are_begun_read_and_stopped_by_the_control_and_buy_at_a_real_room() -> None:
    clock, world = WorldClock(epoch_at=datetime.now(UTC), speed=100), FastAPI()
    room = furnish_ozon(world, clock=clock, client_id="836", api_key="key")
    furnish_buyers(world, clock=clock, shops={"ozon": AtControl(world, "ozon")})
    demand = [{"channel": "ozon", "sku": sku, "per_day": 86_400} for sku in ("A", "UNKNOWN")]
    plan = {"demand": demand, "cancelled_share": 0.5, "cancelled_after_s": 1.0}
    with served(world) as base, httpx.Client(base_url=f"{base}/_control") as control:
        control.post("/ozon/goods", json=[{"sku": "A", "name": "Утюг", "price": "1990.00", "pcs": {str(MAIN): 1000}}]).raise_for_status()
        assert control.post("/buyers/start", json={"demand": [{"channel": "ebay", "sku": "A", "per_day": 1}]}).status_code == 422
        assert control.post("/buyers/start", json=plan).status_code == 200
        assert control.post("/buyers/start", json=plan).status_code == 409
        until_at = time.monotonic() + 20
        while control.get("/buyers/totals").json()["channels"].get("ozon", {}).get("cancelled", 0) < 5:
            assert time.monotonic() < until_at
            time.sleep(0.02)
        control.post("/buyers/stop").raise_for_status()
        totals = control.get("/buyers/totals").json()
        listed = control.get("/buyers/wishes", params={"limit": 10_000}).json()
        later = control.get("/buyers/wishes", params={"after": 3, "limit": 2}).json()
        orders = control.get("/ozon/books").json()["orders"]
    told = totals["channels"]["ozon"]
    assert (totals["is_living"], totals["failure"]) == (False, None)
    assert told["wishes"] == len(listed) == told["sold"] + told["refused"]
    assert (told["sold"], told["refused"] > 0) == (len(orders), True)
    assert {wish["outcome"] for wish in listed if wish["sku"] == "UNKNOWN"} == {"nothing_shown"}
    assert {wish["order_ref"] for wish in listed if wish["outcome"] == "cancelled"} == {
        ref for ref, order in orders.items() if order["state"] == "cancelled"
    }
    assert [wish["number"] for wish in later] == [4, 5]
    assert room.books.postings
