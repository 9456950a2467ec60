import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deployments.world.clock import WorldClock
from deployments.world.served import served
from deployments.world.wildberries.make import WAREHOUSE_ID, furnish_wildberries
from deployments.world.wildberries.room import Cabinet, Habits
from deployments.world.wildberries.tokens import make_token

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBERS = itertools.count(1)
QUICK = Habits(creating_s=5, settling_s=1800, pricing_s=5)


class HandClock(WorldClock):
    """Moves only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["at"] = AT

    def now(self) -> datetime:
        at: datetime = self.__dict__["at"]
        return at

    def wait(self, seconds: float) -> None:
        self.__dict__["at"] += timedelta(seconds=seconds)


class Wb:
    """A tester's hand on the room."""

    def __init__(self, base: str, room: Cabinet, clock: HandClock) -> None:
        self.room = room
        self.clock = clock
        self.base = base
        self.http = httpx.Client(base_url=f"{base}/wildberries", headers={"Authorization": token()})
        self.control = httpx.Client(base_url=f"{base}/_control/wildberries")

    def close(self) -> None:
        self.http.close()
        self.control.close()

    def wait(self, seconds: float) -> None:
        self.clock.wait(seconds)

    def call(self, method: str, path: str, **call: Any) -> httpx.Response:
        """A call at a pace no limit minds."""
        self.wait(60)
        return self.http.request(method, path, **call)

    def order(self, method: str, path: str, **call: Any) -> Any:
        answer = self.control.request(method, path, **call)
        answer.raise_for_status()
        return answer.json()

    def put(self, sku: str, price: str = "1990.00", pcs: int | None = None, **rest: Any) -> int:
        shown = {} if pcs is None else {"pcs": {str(WAREHOUSE_ID): pcs}}
        nm_id: int = self.order("POST", "/goods", json=[{"sku": sku, "name": f"Утюг {sku}", "price": price, **shown, **rest}])[0]
        return nm_id

    def books(self) -> dict[str, Any]:
        books: dict[str, Any] = self.order("GET", "/books")
        return books

    def goods(self, sku: str) -> dict[str, Any]:
        goods: dict[str, Any] = self.books()["goods"][sku]
        return goods

    def chrt(self, sku: str) -> int:
        card = self.room.books.by_code(sku)
        assert card is not None
        return card.sizes[0].chrt_id

    def cards(self, **settings: Any) -> dict[str, Any]:
        page: dict[str, Any] = self.call("POST", "/content-api/content/v2/get/cards/list", json={"settings": settings}).json()
        return page

    def stock(self, rows: list[dict[str, Any]], warehouse_id: int = WAREHOUSE_ID) -> httpx.Response:
        return self.call("PUT", f"/marketplace-api/api/v3/stocks/{warehouse_id}", json={"stocks": rows})

    def shown(self, *chrt_ids: int) -> dict[int, int]:
        answer = self.call("POST", f"/marketplace-api/api/v3/stocks/{WAREHOUSE_ID}", json={"chrtIds": list(chrt_ids)})
        return {row["chrtId"]: row["amount"] for row in answer.json()["stocks"]}

    def price(self, *rows: dict[str, Any]) -> httpx.Response:
        return self.call("POST", "/discounts-prices-api/api/v2/upload/task", json={"data": list(rows)})

    def fault(self, kind: str, **details: Any) -> None:
        self.order("POST", "/faults", json={"kind": kind, **details})


def token(**said: Any) -> str:
    return make_token(**{"expires_at": AT + 180 * 24 * HOUR, **said})


@pytest.fixture(scope="session")
def street() -> Iterator[tuple[FastAPI, str]]:
    """One server for all worlds of these tests: starting one for each takes longer than the tests."""
    houses = FastAPI(openapi_url=None)
    with served(houses) as base:
        yield houses, base


@pytest.fixture
def open_room(street: tuple[FastAPI, str]) -> Iterator[Callable[..., Wb]]:
    houses, base = street
    with ExitStack() as stack:

        def furnished(habits: Habits = QUICK, **knobs: Any) -> Wb:
            world, clock, house = FastAPI(openapi_url=None), HandClock(), f"/{next(NUMBERS)}"
            room = furnish_wildberries(world, clock=clock, habits=habits, **knobs)
            houses.mount(house, world)
            stack.callback(houses.routes.pop)
            wb = Wb(f"{base}{house}", room, clock)
            stack.callback(wb.close)
            return wb

        yield furnished


@pytest.fixture
def wb(open_room: Callable[..., Wb]) -> Wb:
    return open_room()
