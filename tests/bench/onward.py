"""Seconds from an order in the world until RetailCRM has it, and until 1C has it, while 200 other orders come in.

1C asks every few seconds, far oftener than a real one does, so that what is measured is ours and not its schedule. The first order of all
finds a shop at rest, whose runs have to start; it is told apart. The floor is the same
orders put into a RetailCRM of their own by bare calls, one after another, without a shop in between.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from adapters.hub.crm_orders import CrmOrders, crm_ref
from adapters.hub.hub import Hub
from adapters.hub.outbox import Outbox
from adapters.hub.tables.orders import sale_order
from adapters.retailcrm.orders import OrderDesk
from deployments.processes import await_until
from deployments.world.clock import WorldClock
from deployments.world.onec import OnecClient
from deployments.world.onec_base import OnecBase
from deployments.world.onec_documents import Item
from deployments.world.onec_exchange import exchange
from deployments.world.retailcrm.make import SITE, furnish_retailcrm
from deployments.world.retailcrm.room import CrmRoom, Knobs
from deployments.world.served import served
from tests.adapters.retailcrm.vendor import API_KEY, opened
from tests.bench.measure import Result
from tests.bench.shopping import Placed, Street, buy, halves, opened_street, p95, skus
from tests.flows.hour_weather import PUSHING

OTHERS = 200
ORDERS, EVERY_S = OTHERS + 1, 0.5
PCS = 120
CRM = "main"
TOLD_WITHIN_S = 180.0
LOOKS_EVERY_S = 0.1
ONEC_EVERY_S = 5.0
BARE_EXCHANGES = 9
UNLIMITED = Knobs(calls_per_second=1_000_000)


class Known(NamedTuple):
    """An order in the hub: our number, by which 1C knows it, and when the hub saw it."""

    number: str
    seen_at: datetime


class Ut(OnecBase):
    """УТ that remembers when it wrote an order first: a run of it goes on for a while after that."""

    def __init__(self) -> None:
        super().__init__("ut", [Item(ref=sku, name=f"Утюг {sku}", article=sku) for sku in skus()])
        self.written_at: dict[str, datetime] = {}

    def take(self, text: str) -> list[str]:
        """As УТ does."""
        numbers = super().take(text)
        now = datetime.now(UTC)
        for number in numbers:
            self.written_at.setdefault(number, now)
        return numbers


@dataclass(kw_only=True)
class Watch:
    """Sees orders come to the CRM and to 1C, which asks for them; by the clock on the wall.

    Attributes:
        in_crm: by our reference, when the account had it.
        exchanges_s: how long each run of 1C took.
        stopped: why exchanges of 1C did not come to their end.
    """

    hub: Hub
    room: CrmRoom
    base: Ut
    client: OnecClient
    in_crm: dict[str, datetime] = field(default_factory=dict)
    exchanges_s: list[float] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the block lasts."""
        threads = [threading.Thread(target=work, daemon=True) for work in (self._see_crm, self._ask)]
        for thread in threads:
            thread.start()
        yield
        self._is_over.set()
        for thread in threads:
            thread.join()

    def has_all(self, placed: Sequence[Placed], known: Mapping[str, Known]) -> bool:
        """Whether both have every order."""
        refs = [ref_of(one) for one in placed]
        return all(ref in self.in_crm and ref in known and known[ref].number in self.base.written_at for ref in refs)

    def _see_crm(self) -> None:
        while not self._is_over.wait(LOOKS_EVERY_S):
            known, now = list(self.room.books.known_as), self.hub.clock.now()
            for entity, site, ref in known:
                if (entity, site) == ("orders", SITE):
                    self.in_crm.setdefault(ref, now)

    def _ask(self) -> None:
        while not self._is_over.wait(ONEC_EVERY_S):
            began = time.perf_counter()
            self.stopped += exchange(self.base, self.client).stopped
            self.exchanges_s.append(time.perf_counter() - began)


def bench() -> Result:
    """p95 of the way to the CRM against bare calls; the ways to the hub and to 1C beside it."""
    with _account(Knobs()) as (url, room), _account(UNLIMITED) as (bare_url, _):
        crm = {CRM: {"kind": "retailcrm", "url": f"{url}/retailcrm", "api_key": API_KEY}}
        with opened_street(PCS, crm=crm) as street, _onec(street) as (base, client):
            exchange_s = _bare_exchange_s(base, client)
            watch, left = Watch(hub=street.hub, room=room, base=base, client=client), dict.fromkeys(skus(), PCS)
            with watch.watching():
                (first,) = _told(watch, buy(street, PUSHING, left, orders=1, every_s=EVERY_S))
                placed = _told(watch, buy(street, PUSHING, left, orders=ORDERS, every_s=EVERY_S))
            known = _known(street.hub)
            if len(room.books.orders) != ORDERS + 1 or len(base.orders) != ORDERS + 1:
                raise SystemExit(f"doubled: {len(room.books.orders)} in the CRM, {len(base.orders)} in 1C")
            floor_s = _bare_uploads_s(street.hub, bare_url, [known[ref_of(one)].number for one in placed])
    to_hub, to_crm, to_onec = (
        [(at[ref_of(one)] - one.at).total_seconds() for one in placed]
        for at in (
            {ref: one.seen_at for ref, one in known.items()},
            watch.in_crm,
            {ref: base.written_at[one.number] for ref, one in known.items()},
        )
    )
    return Result(
        name="onward",
        ratio=round(p95(to_crm) / floor_s, 1),
        floor=f"the same {ORDERS} orders put into RetailCRM by bare calls, one after another: {floor_s:.2f} s",
        aim=f"p95 to the CRM <= 30 s while {OTHERS} others come in; every order there once",
        figures={
            "order to hub, p50 and p95, s": halves(to_hub),
            "order to CRM, p50 and p95, s": halves(to_crm),
            "order to CRM, worst, s": round(max(to_crm), 1),
            "order to 1C, p50 and p95, s": halves(to_onec),
            "first order of a shop at rest to CRM, s": round((watch.in_crm[ref_of(first)] - first.at).total_seconds(), 1),
            "1C rests between exchanges, s": ONEC_EVERY_S,
            "an exchange of 1C takes, p50 and p95, s": halves(watch.exchanges_s),
            "one exchange of 1C with nothing new, ms": round(exchange_s * 1000),
            "exchanges of 1C that stopped": len(watch.stopped),
            "an order comes every, s": EVERY_S,
        },
    )


def ref_of(one: Placed) -> str:
    """Ours in the CRM."""
    return crm_ref(one.channel, one.order_ref)


def _told(watch: Watch, placed: list[Placed]) -> list[Placed]:
    """The orders, when both have them.

    Raises:
        SystemExit: one of them has not.
    """
    if not await_until(lambda: watch.has_all(placed, _known(watch.hub)), timeout_s=TOLD_WITHIN_S):
        raise SystemExit(f"orders are not told: {Outbox(watch.hub).counts()} {watch.stopped[-3:]}")
    return placed


@contextmanager
def _account(knobs: Knobs) -> Iterator[tuple[str, CrmRoom]]:
    """A RetailCRM in the world that has the goods."""
    world = FastAPI()
    room = furnish_retailcrm(world, clock=WorldClock(), api_key=API_KEY, knobs=knobs)
    for sku in skus():
        room.books.put(external_id=sku, name=f"Утюг {sku}", xml_id=sku)
    with served(world) as url:
        yield url, room


@contextmanager
def _onec(street: Street) -> Iterator[tuple[Ut, OnecClient]]:
    """1C at the other end of the exchange."""
    base = Ut()
    url = f"{street.supervisor.gateway_url}/1c/exchange"
    with OnecClient(url=url, login="1c", password=street.key, habit="ut") as client:
        yield base, client


def _bare_exchange_s(base: OnecBase, client: OnecClient) -> float:
    """An exchange that finds nothing."""
    took = []
    for _ in range(BARE_EXCHANGES):
        began = time.perf_counter()
        exchange(base, client)
        took.append(time.perf_counter() - began)
    return median(took)


def _bare_uploads_s(hub: Hub, url: str, numbers: Sequence[str]) -> float:
    """The same orders as they would be new to an account, each in a call of its own on a connection that stays open."""
    orders = CrmOrders(hub).by_number(numbers, {})
    with opened(f"{url}/retailcrm") as crm, httpx.Client(base_url=f"{url}/retailcrm/api/v5", headers={"X-API-KEY": API_KEY}) as bare:
        desk = OrderDesk(crm)
        forms = [{"orders": json.dumps([desk.new(order)], ensure_ascii=False)} for order in orders.values()]
        began = time.perf_counter()
        for form in forms:
            bare.post("/orders/upload", data=form).raise_for_status()
        return time.perf_counter() - began


def _known(hub: Hub) -> dict[str, Known]:
    """By our reference in the CRM."""
    o = sale_order.c
    with hub.engine.begin() as connection:
        rows = connection.execute(select(o.channel, o.order_ref, o.number, o.seen_at).where(o.number.is_not(None))).all()
    return {crm_ref(row.channel, row.order_ref): Known(row.number, row.seen_at) for row in rows}
