"""A tester's hand on the Market's room: a clock to turn, calls with the key, orders to the room."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from deployments.world.clock import WorldClock
from deployments.world.served import served
from deployments.world.yandex_market.books import Lags
from deployments.world.yandex_market.make import furnish_yandex_market
from deployments.world.yandex_market.room import Market

KEY = "ACMA:world"
BUSINESS = 1001
SHOP = 2001
FAR_SHOP = 2002
WAREHOUSE = 3001
FAR_WAREHOUSE = 3002

AT_ONCE = Lags(catalog=timedelta(0), card=timedelta(0), price=timedelta(0), stock=timedelta(0), orders=timedelta(0))

NEW_OFFER = {
    "offerId": "КР-7/2",
    "name": "Утюг дорожный",
    "marketCategoryId": 90568,
    "pictures": ["https://example.com/1.jpg"],
    "vendor": "Утюгов",
    "description": "Гладит.",
}


class HandClock(WorldClock):
    """A clock that stands until it is turned."""

    hand: list[datetime]

    def __init__(self, at: datetime = datetime(2026, 11, 22, 9, 0, 30, tzinfo=UTC)) -> None:
        super().__init__()
        object.__setattr__(self, "hand", [at])

    def now(self) -> datetime:
        return self.hand[0]

    def turn(self, **by: float) -> None:
        self.hand[0] += timedelta(**by)


class Cabinet:
    """The Market's room, served."""

    def __init__(self, base: str, room: Market, clock: HandClock) -> None:
        self.room, self.clock = room, clock
        self.client = httpx.Client(base_url=f"{base}/yandex_market", headers={"Api-Key": KEY}, timeout=10)
        self.control = httpx.Client(base_url=f"{base}/_control/yandex_market", timeout=10)

    def call(self, method: str, path: str, **call: Any) -> httpx.Response:
        return self.client.request(method, path.format(b=f"businesses/{BUSINESS}", c=f"campaigns/{SHOP}"), **call)

    def post(self, path: str, body: Any = None, **call: Any) -> httpx.Response:
        return self.call("POST", path, json={} if body is None else body, **call)

    def ask(self, method: str, path: str, **call: Any) -> Any:
        answer = self.control.request(method, path, **call)
        answer.raise_for_status()
        return answer.json()

    def put_good(self, sku: str = "А-1", price: str = "1990.00", **pcs: int) -> None:
        self.ask(
            "POST",
            "/goods",
            json=[{"sku": sku, "name": f"Товар {sku}", "price": price, "pcs": {ref.strip("_"): n for ref, n in pcs.items()}}],
        )

    def buy(self, sku: str = "А-1", pcs: int = 1, **more: Any) -> int:
        return int(self.ask("POST", "/orders", json={"sku": sku, "pcs": pcs, **more})["order_ref"])

    def books(self) -> Any:
        return self.ask("GET", "/books")


@contextmanager
def opened(**knobs: Any) -> Iterator[Cabinet]:
    """A cabinet where everything is seen at once, unless told otherwise."""
    world, clock = FastAPI(), HandClock()
    room = furnish_yandex_market(world, clock=clock, api_key=KEY, **{"lags": AT_ONCE, **knobs})
    with served(world) as base:
        cabinet = Cabinet(base, room, clock)
        with cabinet.client, cabinet.control:
            yield cabinet


def complaint(answer: httpx.Response) -> str:
    """The first message of an error in the Market's shape."""
    body = answer.json()
    assert body["status"] == "ERROR"
    return str(body["errors"][0]["message"])
