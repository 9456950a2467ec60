"""Many buyers at once through the real gateway: nothing is sold twice, nothing is lost, nobody waits for ever."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from adapters.clock import Clock
from adapters.hub.hub import Hub
from tests.adapters.gateway.conftest import Door, running
from tests.adapters.hub.checkout import KEY, Checkout

BUYERS = 200
BUSY_TIMES = 6


@pytest.fixture
def shop(hub: Hub) -> Checkout:
    return Checkout(hub)


@contextmanager
def replicas(shop: Checkout, database_url: str, count: int) -> Iterator[list[Door]]:
    """So many gateways over one hub, each with connections of its own."""
    with ExitStack() as stack:
        hubs = [stack.enter_context(Hub(database_url, clock=Clock())) for _ in range(count)]
        yield [stack.enter_context(running(hub, shop.settings)) for hub in hubs]


def at_once(doors: list[Door], carts: list[dict[str, Any]]) -> list[httpx.Response]:
    """Everybody asks at the same moment, in turn at each gateway; who is told that the hub is busy asks again, as a site does."""

    async def everybody() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=BUYERS)
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=30, limits=limits) as client:

            async def ask(door: Door, cart: dict[str, Any]) -> httpx.Response:
                for _ in range(BUSY_TIMES):
                    answer = await client.post(f"{door.url}/reservations", json=cart)
                    if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                        break
                return answer

            return list(await asyncio.gather(*(ask(doors[n % len(doors)], cart) for n, cart in enumerate(carts))))

    return asyncio.run(everybody())


@pytest.mark.parametrize("gateways", [1, 3])
def test_one_piece_and_200_buyers_at_once_is_exactly_one_success(shop: Checkout, database_url: str, gateways: int) -> None:
    iron = shop.sells("iron", 1)
    with replicas(shop, database_url, gateways) as doors:
        answers = at_once(doors, [{"key": f"cart-{n}", "lines": [{"sku": "iron", "pcs": 1}]} for n in range(BUYERS)])
    assert Counter(answer.status_code for answer in answers if answer.is_error) == {409: BUYERS - 1}
    assert all(
        answer.json()["shortages"] == [{"sku": "iron", "wanted_pcs": 1, "free_pcs": 0}] for answer in answers if answer.status_code == 409
    )
    assert shop.pool(iron) == 0
    shop.assert_conserved()


def test_carts_in_opposite_order_all_succeed(shop: Checkout, database_url: str) -> None:
    skus = [f"item-{n}" for n in range(6)]
    items = [shop.sells(sku, BUYERS) for sku in skus]
    carts = [{"key": f"cart-{n}", "lines": [{"sku": sku, "pcs": 1} for sku in (skus if n % 2 else skus[::-1])]} for n in range(60)]
    with replicas(shop, database_url, 3) as doors:
        answers = at_once(doors, carts)
    assert all(answer.is_success for answer in answers)
    assert [shop.pool(item_id) for item_id in items] == [BUYERS - 60] * 6
    shop.assert_conserved()


@pytest.mark.parametrize("gateways", [1, 3])
def test_the_same_key_twenty_times_at_once_is_one_hold(shop: Checkout, database_url: str, gateways: int) -> None:
    iron = shop.sells("iron", BUYERS)
    with replicas(shop, database_url, gateways) as doors:
        answers = at_once(doors, [{"key": "cart", "lines": [{"sku": "iron", "pcs": 2}]}] * 20)
    told = Counter(answer.status_code for answer in answers)
    assert (told[201] + told[200], told[201] <= 1) == (20, True)
    assert len({answer.json()["reservation"] for answer in answers}) == 1
    assert shop.pool(iron) == BUYERS - 2
    shop.assert_conserved()


def test_expired_carts_taken_again_and_swept_at_once_are_counted_once(shop: Checkout, database_url: str) -> None:
    iron = shop.sells("iron", 20)
    carts = [{"key": f"cart-{n}", "lines": [{"sku": "iron", "pcs": 1}]} for n in range(20)]
    with running(shop.hub, shop.settings) as door:
        at_once([door], carts)
        for _ in range(3):
            shop.wait(901)
            loop = asyncio.new_event_loop()
            sweep = loop.run_in_executor(None, shop.holds.expire)
            answers = at_once([door], carts)
            loop.run_until_complete(sweep)
            loop.close()
            assert {answer.status_code for answer in answers} <= {200, 201}
            assert shop.pool(iron) == 0
            shop.assert_conserved()
