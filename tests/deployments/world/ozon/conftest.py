"""An Ozon cabinet in the stand-in world, with a clock that a test moves by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from deployments.world.clock import WorldClock
from deployments.world.ozon.make import furnish_ozon
from deployments.world.ozon.room import Knobs, OzonRoom
from deployments.world.ozon.taxonomy import BRAND, MATERIAL, MODEL, MUG, TABLEWARE
from deployments.world.served import served

CLIENT_ID, API_KEY = "836", "key-of-the-cabinet"
STARTED_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class HandClock(WorldClock):
    """Stands still until it is moved."""

    moments = (STARTED_AT,)

    def now(self) -> datetime:
        return self.moments[-1]

    def pass_(self, **time: float) -> None:
        object.__setattr__(self, "moments", (self.now() + timedelta(**time),))


class Cabinet:
    """A tester's hand on the room: calls as a seller makes them, orders through the control."""

    def __init__(self, base: str, room: OzonRoom, clock: HandClock) -> None:
        self.url, self.room, self.clock = f"{base}/ozon", room, clock
        self.client = httpx.Client(base_url=self.url, headers={"Client-Id": CLIENT_ID, "Api-Key": API_KEY})
        self.control = httpx.Client(base_url=f"{base}/_control/ozon")

    def close(self) -> None:
        self.client.close()
        self.control.close()

    def ask(self, method: str, body: Any = None) -> httpx.Response:
        return self.client.post(method, json={} if body is None else body)

    def told(self, method: str, body: Any = None) -> Any:
        answer = self.ask(method, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(self, how: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.control.request(how, path, json=body, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put(self, sku: str, price: str = "1990.00", **details: Any) -> int:
        (product_id,) = self.order("POST", "/goods", [{"sku": sku, "name": f"Фонарь {sku}", "price": price, **details}])
        return int(product_id)

    def books(self) -> Any:
        return self.order("GET", "/books")

    def limited(self) -> Any:
        return self.order("GET", "/limited")

    def import_(self, *items: dict[str, Any]) -> int:
        return int(self.told("/v3/product/import", {"items": list(items)})["result"]["task_id"])

    def outcome(self, task_id: int) -> Any:
        return self.told("/v1/product/import/info", {"task_id": task_id})["result"]["items"]

    def write(self, *rows: dict[str, Any]) -> list[Any]:
        result: list[Any] = self.told("/v2/products/stocks", {"stocks": list(rows)})["result"]
        return result


def mug(offer_id: str = "КР-7/2", **changes: Any) -> dict[str, Any]:
    """A mug that Ozon takes."""
    return {
        "offer_id": offer_id,
        "name": "Кружка фарфоровая 350 мл",
        "description_category_id": TABLEWARE,
        "type_id": MUG,
        "price": "490.00",
        "old_price": "",
        "vat": "0.2",
        "currency_code": "RUB",
        "barcode": "4600000000015",
        "images": ["https://cdn.example/1.jpg"],
        "attributes": [
            {"complex_id": 0, "id": BRAND, "values": [{"dictionary_value_id": 126745801}]},
            {"complex_id": 0, "id": MODEL, "values": [{"value": "КР-7"}]},
            {"complex_id": 0, "id": MATERIAL, "values": [{"value": "Фарфор"}]},
        ],
        "depth": 100,
        "width": 90,
        "height": 110,
        "dimension_unit": "mm",
        "weight": 350,
        "weight_unit": "g",
        **changes,
    }


@pytest.fixture
def knobs() -> Knobs:
    return Knobs()


class Stage(FastAPI):
    """Serves whichever world a test has put on it, so that a test need not wait for a server of its own."""

    world: FastAPI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        else:
            await self.world(scope, receive, send)


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as base:
        yield stage, base


@pytest.fixture
def cabinet(stage: tuple[Stage, str], knobs: Knobs) -> Iterator[Cabinet]:
    (played, base), clock = stage, HandClock()
    played.world = FastAPI()
    room = furnish_ozon(played.world, clock=clock, client_id=CLIENT_ID, api_key=API_KEY, knobs=knobs)
    hand = Cabinet(base, room, clock)
    yield hand
    hand.close()
