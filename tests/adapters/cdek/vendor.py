"""A tester's hand on the world's CDEK, one clock for both sides, and a contract whose answers are exact."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.cdek.account import Cdek
from adapters.cdek.terms import Terms
from adapters.clock import Clock
from tasks.rules.carrier import Address, CarrierShipment, Parcel, ParcelItem, Person
from tests.deployments.world.cdek.conftest import ACCOUNT, SECRET, Contract, HandClock

MOSCOW, NOVOSIBIRSK, ISTANBUL = "44", "270", "24001"


class SameClock(Clock):
    """Shows what the world's clock shows; whoever waits moves it."""

    hand = HandClock()

    def now(self) -> datetime:
        return self.hand.now()

    def sleep_until(self, instant: datetime) -> None:
        if (left := (instant - self.now()).total_seconds()) > 0:
            self.hand.pass_(seconds=left)


def same_clock(hand: HandClock) -> SameClock:
    clock = SameClock()
    object.__setattr__(clock, "hand", hand)
    return clock


def opened(url: str, clock: Clock, **settings: Any) -> Cdek:
    """Our adapter to a contract, impatient."""
    given: dict[str, Any] = {"account": ACCOUNT, "secret": SecretStr(SECRET), "terms": terms(), "timeout_s": 2.0}
    return Cdek(url=url, clock=clock, **(given | settings))


def of_room(room: Contract, **settings: Any) -> Cdek:
    """Our adapter to the world's contract."""
    return opened(f"{room.base}/cdek", same_clock(room.clock), **settings)


Say = Callable[[httpx.Request], httpx.Response]


def contract_that(say: Say, **settings: Any) -> Cdek:
    """Our adapter to a contract that gives a token and answers anything else so."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth/token"):
            return httpx.Response(200, json={"access_token": "token", "token_type": "bearer", "expires_in": 3600})
        return say(request)

    return opened("https://api.cdek.example", same_clock(HandClock()), transport=httpx.MockTransport(answer), **settings)


def fault(room: Contract, kind: str, path: str, **details: Any) -> None:
    room.order("POST", "/faults", {"kind": kind, "path": path, **details})


def heard(room: Contract, method: str, path: str) -> list[Any]:
    """Bodies of the calls that came to this path."""
    calls = room.order("GET", "/exchanges")
    return [one for one in calls if one["method"] == method and one["path"].removeprefix("/v2/") == path]


def terms(**changes: Any) -> Terms:
    return Terms(**({"shipment_point": "MSK5"} | changes))


def item(sku: str = "КР-7/2", **changes: Any) -> ParcelItem:
    return ParcelItem(**{"sku": sku, "name": "Утюг", "pcs": 2, "cost_kopecks": 129905, "weight_g": 900, **changes})


def parcel(number: str = "1", *items: ParcelItem, **changes: Any) -> Parcel:
    known = {"weight_g": 2000, "length_mm": 301, "width_mm": 200, "height_mm": 100}
    return Parcel(**{"number": number, "items": items or (item(),), **known, **changes})


def person(**changes: Any) -> Person:
    return Person(**{"name": "Юлия Щеглова", "phone": "+79161234567", **changes})


def shipment(ref: str = "100001", **changes: Any) -> CarrierShipment:
    return CarrierShipment(**{"ref": ref, "recipient": person(), "to": "NSK1", "parcels": (parcel(),), **changes})


def door(**changes: Any) -> Address:
    return Address(**{"city_ref": NOVOSIBIRSK, "line": "Красный проспект, 20, кв. 5", **changes})
