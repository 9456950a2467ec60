"""A whole world whose clock a test moves, and a hub that hears what it pushes and is asked."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from oauthlib import oauth1
from starlette.routing import Mount

from deployments.world.clock import HandClock
from deployments.world.served import served
from deployments.world.whole import OZON_CLIENT, Keys, Waits, make_whole_world
from deployments.world.woocommerce.room import WooCommerceRoom

BEGAN_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PLACES = {"woocommerce": "", "wildberries": "658434", "ozon": "20605650762000", "yandex_market": "3001"}
KNOWN = {"version": "1", "name": "утюг", "time": "2026-11-22T09:30:00Z"}
"""What both Ozon's ping and every notification of the Market want to hear."""


@dataclass
class Heard:
    """A call to the hub."""

    path: str
    headers: dict[str, str]
    raw: bytes
    body: Any


@dataclass
class Hub:
    """Hears everything; answers what was set for a path, in order, then what every vendor is content with."""

    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, deque[Response]] = field(default_factory=dict)
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.app = FastAPI(openapi_url=None)
        self.app.add_api_route("/{path:path}", self._hear, methods=["POST"], response_model=None)

    def answer(self, path: str, status: int, body: Any = None) -> None:
        self.answers.setdefault(path, deque()).append(JSONResponse(body, status_code=status))

    def bodies(self, path: str) -> list[Any]:
        return [one.body for one in self.heard if one.path == path]

    def forget(self) -> None:
        self.heard.clear()

    async def _hear(self, request: Request) -> Response:
        raw = await request.body()
        is_json = request.headers.get("content-type") == "application/json"
        self.heard.append(Heard(request.url.path, dict(request.headers), raw, await request.json() if is_json else raw.decode()))
        answers = self.answers.get(request.url.path)
        return answers.popleft() if answers else JSONResponse({"result": True, **KNOWN})


@dataclass(kw_only=True)
class World:
    """A tester's hand on all of it."""

    base: str
    clock: HandClock
    hub: Hub
    keys: Keys
    control: httpx.Client
    site_room: WooCommerceRoom

    def order(self, room: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.control.request(method, f"/{room}{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def refusal(self, room: str, method: str, path: str, body: Any = None) -> int:
        return self.control.request(method, f"/{room}{path}", json=body).status_code

    def put(self, room: str, sku: str = "A", pcs: int = 5) -> None:
        self.order(room, "POST", "/goods", [{"sku": sku, "name": "Утюг", "price": "1990", "pcs": {PLACES[room]: pcs}}])

    def buy(self, room: str, pcs: int = 1, sku: str = "A") -> str:
        return str(self.order(room, "POST", "/orders", {"sku": sku, "pcs": pcs})["order_ref"])

    def left(self, room: str, sku: str = "A") -> int:
        """What buyers may still take, in truth."""
        return int(self.order(room, "GET", "/books")["goods"][sku]["pcs"][PLACES[room]])

    def pushed(self, room: str) -> list[str]:
        return [push["outcome"] for push in self.order(room, "GET", "/push/pushes")]

    def deliver(self, room: str) -> int:
        return int(self.order(room, "POST", "/push/deliver"))

    def ozon(self, path: str, body: Any) -> Any:
        headers = {"Client-Id": OZON_CLIENT, "Api-Key": self.keys.ozon}
        answer = httpx.post(f"{self.base}/ozon{path}", headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def market(self, method: str, path: str, body: Any) -> Any:
        answer = httpx.request(method, f"{self.base}/yandex_market{path}", headers={"Api-Key": self.keys.market}, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def wildberries(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": self.keys.wildberries(self.clock)}
        answer = httpx.request(method, f"{self.base}/wildberries/marketplace-api/api/v3{path}", headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def site(self, method: str, path: str, body: Any = None) -> httpx.Response:
        url = f"{self.base}/woocommerce/wp-json/wc/v3{path}"
        moment = str(int(self.clock.now().timestamp()))
        signer = oauth1.Client(self.keys.site_key, client_secret=self.keys.site_secret, timestamp=moment)
        _, headers, _ = signer.sign(url, http_method=method)  # type: ignore[arg-type]
        return httpx.request(method, url, headers=headers, json=body)


@contextmanager
def odd_world(**waits: float) -> Iterator[World]:
    """While the block lasts; the vendors are at their quickest."""
    hub, clock, keys = Hub(), HandClock(epoch_at=BEGAN_AT), Keys()
    world = make_whole_world(
        keys=keys,
        clock=clock,
        waits=Waits(wildberries_card_s=0, ozon_moderation_s=0, market_s=waits.get("market_s", 0)),
        outside=httpx.ASGITransport(app=hub.app),
    )
    with served(world) as base, httpx.Client(base_url=f"{base}/_control", trust_env=False) as control:
        yield World(base=base, clock=clock, hub=hub, keys=keys, control=control, site_room=_site_room(world))


def _site_room(world: FastAPI) -> WooCommerceRoom:
    mounts = [route for route in world.routes if isinstance(route, Mount) and route.path == "/woocommerce"]
    room: WooCommerceRoom = mounts[0].app.state.room  # type: ignore[attr-defined]
    return room
