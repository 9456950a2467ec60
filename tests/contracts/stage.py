"""A room of the world, served, and a hand that speaks to it in the vendor's own words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import httpx
from fastapi import FastAPI

from deployments.world.clock import WorldClock
from deployments.world.served import served
from tests.contracts.recorder import Exchange, Recorder
from tests.contracts.spec import Query, Spec

TOO_OFTEN = (420, 429)
TURNS = 200
"""So many calls in a row that come too often mean that a limit is broken for good."""

SPEED = 1000.0
"""Vendors' limits refill in milliseconds, and a day still lasts longer than any test takes to send its request."""


class Stage:
    """One vendor's room.

    Args:
        spec: the vendor's.
        base: the world's address.
        home: the vendor's own address, for calls that name a path only; none for a site, whose own address the room's is.
        credentials: headers that open every door.
        auth: what signs calls instead.
        clock: the world's.
    """

    def __init__(
        self, spec: Spec, base: str, *, home: str | None, credentials: dict[str, str], auth: httpx.Auth | None, clock: WorldClock
    ) -> None:
        self.spec = spec
        self.clock = clock
        self._home = home or base
        self.url = f"{base}/{spec.vendor}"
        self.transport = Recorder(self.url if home else None, has_hosts=spec.has_hosts)
        self._caller = httpx.Client(base_url=home or self.url, headers=credentials, auth=auth, transport=self.transport, timeout=20)
        self._control = httpx.Client(base_url=f"{base}/_control/{spec.vendor}", timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.close()
        self._control.close()

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything said so far."""
        return self.transport.exchanges

    def say(self, method: str, address: str, body: Any = None, *, query: Query = (), headers: dict[str, str] | None = None) -> Any:
        """The JSON of an answer, or None; a body of None is no body at all."""
        content: dict[str, Any] = {} if body is None else {"json": body}
        answer = self._caller.request(method, address, params=list(query) or None, headers=headers, **content)
        return answer.json() if answer.content and answer.headers.get("content-type", "").partition(";")[0].endswith("json") else None

    def status_of(self, exchange: Exchange, *, query: Query, body: Any) -> int:
        """What a request like this one, told otherwise, is answered; 0 where the room breaks on it. A room in a hurry is asked again."""
        home = f"https://{exchange.host}.example" if self.spec.has_hosts else self._home
        address = f"{home}{exchange.path}"
        for _ in range(TURNS):
            try:
                self.say(exchange.method, address, body, query=query)
            except httpx.TransportError:
                return 0
            status = self.exchanges[-1].status or 0
            if status not in TOO_OFTEN:
                break
        return status

    def order(self, method: str, path: str, **call: Any) -> Any:
        """An order to the room."""
        answer = self._control.request(method, path, **call)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @contextmanager
    def one_bad_row(self, sku: str) -> Iterator[None]:
        """While it lasts, the room refuses these goods in whatever it is sent, in the vendor's own words."""
        self.order("POST", "/faults", json={"kind": "refuse_item", "sku": sku, "times": None})
        try:
            yield
        finally:
            self.order("DELETE", "/faults")

    @contextmanager
    def fault(self, kind: str, **details: Any) -> Iterator[None]:
        """While it lasts, the room suffers a fault, and its answers are not the vendor's own."""
        self.order("POST", "/faults", json={"kind": kind, "times": None, **details})
        try:
            with self.transport.spoilt():
                yield
        finally:
            self.order("DELETE", "/faults")


@contextmanager
def staged(
    spec: Spec,
    furnish: Callable[[FastAPI, WorldClock], object],
    *,
    home: str | None,
    credentials: dict[str, str] | None = None,
    auth: httpx.Auth | None = None,
    speed: float = SPEED,
) -> Iterator[Stage]:
    """The room, served while the block lasts."""
    clock = WorldClock(speed=speed)
    world = FastAPI(openapi_url=None)
    furnish(world, clock)
    with (
        served(world) as base,
        Stage(spec, base, home=home, credentials=credentials or {}, auth=auth, clock=clock) as stage,
    ):
        yield stage
