"""A Bitrix24 portal of the stand-in world, our adapter to it, and a hand on the wire between them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.bitrix24.account import Bitrix24
from adapters.clock import Clock
from adapters.crm_settings import Bitrix24Settings
from deployments.world.bitrix24.control import MANAGER
from deployments.world.bitrix24.goods import set_rows
from deployments.world.bitrix24.make import furnish_bitrix24
from deployments.world.bitrix24.room import Knobs, Portal
from deployments.world.clock import HandClock
from deployments.world.served import served
from tests.deployments.world.bitrix24.conftest import Stage

USER_ID, SECRET = 1, "x7k2abc9def0ghij"
STARTED_AT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
DEAL, CONTACT = 2, 3
TIER = "ufCrm_1721244707107"
TIER_FIELD = "UF_CRM_1721244707107"
STATUSES = Bitrix24Settings(kind="bitrix24", url="https://p", user_id=USER_ID, secret=SecretStr("s")).statuses

Meddle = Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingClock(Clock):
    """The world's clock, which moves by what is waited for."""

    world: HandClock

    def now(self) -> datetime:
        return self.world.now()

    def sleep_until(self, instant: datetime) -> None:
        self.world.move_to(instant)


class Wire(httpx.BaseTransport):
    """Carries calls, and suffers once whatever is ordered for the next one that names a word."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()
        self._ordered: list[tuple[str, Meddle]] = []
        self.sent: list[dict[str, str]] = []

    def order(self, word: str, meddle: Meddle) -> None:
        self._ordered.append((word, meddle))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read().decode()
        self.sent.append(json.loads(body)["cmd"])
        found = next((one for one in self._ordered if one[0] in body), None)
        if found is None:
            return self._inner.handle_request(request)
        self._ordered.remove(found)
        return found[1](request, lambda: self._carried(request))

    def close(self) -> None:
        self._inner.close()

    def _carried(self, request: httpx.Request) -> httpx.Response:
        told = self._inner.handle_request(request)
        return httpx.Response(told.status_code, headers=told.headers, content=told.read())

    def wrote(self) -> list[str]:
        """Commands that write, of all batches so far."""
        lines = [line for batch in self.sent for line in batch.values()]
        return [line for line in lines if line.startswith(("crm.item.add", "crm.item.update", "crm.item.productrow.set"))]

    def forget(self) -> None:
        self.sent.clear()


def lost(request: httpx.Request, go: Callable[[], httpx.Response]) -> httpx.Response:
    """Done, and then the line is cut."""
    go()
    raise httpx.ReadTimeout("too late", request=request)


def never_done(request: httpx.Request, go: Callable[[], httpx.Response]) -> httpx.Response:
    """The line is cut before anything is done."""
    raise httpx.ReadTimeout("too late", request=request)


def answered(status: int, body: Any) -> Meddle:
    """Another answer instead of the portal's."""
    return lambda *_: httpx.Response(status, json=body)


class Desk:
    """A tester's hand on the portal."""

    def __init__(self, base: str, portal: Portal, clock: HandClock) -> None:
        self.url, self.portal, self.clock = f"{base}/bitrix24", portal, clock
        self._control = httpx.Client(base_url=f"{base}/_control/bitrix24")

    def close(self) -> None:
        self._control.close()

    def tell(self, how: str, path: str, body: Any = None) -> Any:
        answer = self._control.request(how, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def make(self, type_id: int, **fields: Any) -> int:
        return int(self.tell("POST", f"/items/{type_id}", fields)["item_ref"])

    def edit(self, type_id: int, item_id: int, **fields: Any) -> None:
        self.tell("PUT", f"/items/{type_id}/{item_id}", fields)

    def delete(self, type_id: int, item_id: int) -> None:
        self.tell("DELETE", f"/items/{type_id}/{item_id}")

    def fault(self, kind: str, **details: Any) -> None:
        self.tell("POST", "/faults", {"kind": kind, **details})

    def books(self, what: str) -> dict[int, dict[str, Any]]:
        told: dict[str, dict[str, Any]] = self.tell("GET", "/books")[what]
        return {int(item_id): item for item_id, item in told.items()}

    @property
    def deals(self) -> dict[int, dict[str, Any]]:
        return self.books("deals")

    @property
    def contacts(self) -> dict[int, dict[str, Any]]:
        return self.books("contacts")

    def sell(self, deal_id: int, *rows: tuple[str, float, float]) -> None:
        """A manager writes a deal's goods: name, price, pieces."""
        told = {str(at): {"productName": name, "price": price, "quantity": pcs} for at, (name, price, pcs) in enumerate(rows)}
        set_rows(self.portal.books, {"ownerType": "D", "ownerId": deal_id, "productRows": told}, by=MANAGER, now=self.clock.now())

    def goods(self, deal_id: int) -> list[tuple[str, float, float]]:
        return [(one["productName"], one["price"], one["quantity"]) for one in self.portal.books.rows.get(deal_id, [])]


@pytest.fixture
def knobs() -> Knobs:
    return Knobs()


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as base:
        yield stage, base


@pytest.fixture
def desk(stage: tuple[Stage, str], knobs: Knobs) -> Iterator[Desk]:
    (played, base), clock = stage, HandClock(epoch_at=STARTED_AT)
    played.world = FastAPI()
    fields = {CONTACT: [TIER]}
    portal = furnish_bitrix24(played.world, clock=clock, user_id=USER_ID, secret=SECRET, user_fields=fields, knobs=knobs)
    desk = Desk(base, portal, clock)
    yield desk
    desk.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


Opened = Callable[..., Bitrix24]


@pytest.fixture
def opened(desk: Desk, wire: Wire) -> Iterator[Opened]:
    """Opens our adapter with other settings than the usual."""
    made: list[Bitrix24] = []

    def open_(**changes: Any) -> Bitrix24:
        given: dict[str, Any] = {
            "url": desk.url,
            "user_id": USER_ID,
            "secret": SecretStr(SECRET),
            "statuses": STATUSES,
            "tier_field": TIER_FIELD,
            "clock": WaitingClock(world=desk.clock),
            "timeout_s": 2.0,
            "transport": wire,
        }
        made.append(Bitrix24(**(given | changes)))
        return made[-1]

    yield open_
    for one in made:
        one.__exit__(None, None, None)


@pytest.fixture
def crm(opened: Opened) -> Bitrix24:
    return opened()
