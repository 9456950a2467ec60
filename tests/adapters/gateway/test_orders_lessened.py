"""An order that becomes smaller, wherever that begins: in 1C by a manager's hand, or on its channel. In the end everybody has the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.capabilities import Channel
from adapters.clock import Clock
from adapters.hub.incidents import Incidents
from adapters.hub.order_rows import OrderRow
from adapters.hub.outbox import Outbox
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from adapters.woocommerce.site import WooCommerceSite
from deployments.world.app import make_world
from deployments.world.onec_catalog import Habit
from deployments.world.ozon.make import MAIN
from deployments.world.served import served
from tasks.order_news import deliver_news
from tasks.rules.onward import ChannelTells, Onward
from tasks.rules.order_less import Less
from tasks.rules.order_news import tells_of
from tests.adapters.gateway.conftest import Door
from tests.adapters.gateway.orders_street import Street, both
from tests.adapters.hub.order_shop import RULES, OrderShop
from tests.adapters.ozon.vendor import API_KEY, CLIENT_ID, Room, furnished
from tests.world import SITE_KEY, SITE_SECRET, Site

HOUR = timedelta(hours=1)


class Side(Protocol):
    """A channel of the stand-in world, from both sides: as its adapter, and as its own truth."""

    kind: str
    channel: Channel

    def buy(self, pcs: int) -> str: ...

    def pcs(self, ref: str) -> int: ...

    def part_cancellations(self) -> int: ...

    def take_back(self, ref: str, pcs: int) -> None: ...


class SiteSide:
    """A site, where a part is cancelled by a refund."""

    kind = "woocommerce"

    def __init__(self, site: Site, channel: WooCommerceSite) -> None:
        self.site, self.channel = site, channel
        site.put({"sku": "iron", "pcs": 9, "price": "100.01"})

    def buy(self, pcs: int) -> str:
        return str(self.site.buy("iron", pcs)["order_id"])

    def pcs(self, ref: str) -> int:
        order, refunds = self.channel.get(f"orders/{ref}").json(), self.channel.get(f"orders/{ref}/refunds").json()
        return sum(int(line["quantity"]) for one in (order, *refunds) for line in one["line_items"])

    def part_cancellations(self) -> int:
        return sum(one["path"].endswith("/refunds") for one in self.site.heard("POST"))

    def take_back(self, ref: str, pcs: int) -> None:
        self.site.order("DELETE", f"/orders/{ref}/lines", json={"sku": "iron", "pcs": pcs, "how": "refund"})


class OzonSide:
    """An Ozon cabinet, where products of a posting are cancelled."""

    kind = "ozon"

    def __init__(self, room: Room, channel: OzonCabinet) -> None:
        self.room, self.channel = room, channel
        room.put("iron", pcs={str(MAIN): 9})

    def buy(self, pcs: int) -> str:
        return self.room.buy("iron", pcs)

    def pcs(self, ref: str) -> int:
        return int(self.room.room.books.postings[ref].pcs)

    def part_cancellations(self) -> int:
        return sum(one["path"] == paths.CANCEL_PRODUCTS for one in self.room.order("GET", "/exchanges"))

    def take_back(self, ref: str, pcs: int) -> None:
        self.room.order("DELETE", f"/orders/{ref}/lines", json={"sku": "iron", "pcs": pcs})


@contextmanager
def on_site() -> Iterator[SiteSide]:
    key, secret = SecretStr(SITE_KEY), SecretStr(SITE_SECRET)
    with served(make_world(site_key=SITE_KEY, site_secret=SITE_SECRET)) as base:
        site = Site(base)
        with WooCommerceSite(url=site.url, consumer_key=key, consumer_secret=secret, clock=Clock(), timeout_s=5.0) as channel:
            yield SiteSide(site, channel)
        site.close()


@contextmanager
def on_ozon() -> Iterator[OzonSide]:
    world = FastAPI()
    opened = furnished(world)
    with served(world) as base:
        room = Room(base, opened)
        with OzonCabinet(url=room.url, client_id=CLIENT_ID, api_key=SecretStr(API_KEY), clock=Clock(), timeout_s=5.0) as channel:
            yield OzonSide(room, channel)
        room.close()


class Town(Street):
    """1C at one end, the hub in the middle, a channel at the other end."""

    def __init__(self, door: Door, habit: Habit, side: Side, less: Less = "cancel") -> None:
        super().__init__(door, habit)
        self.side = side
        tells = {side.kind: ChannelTells(tells=tells_of(side.kind, {}), less=less)}
        self.shop = OrderShop(door.hub, rules=replace(RULES, onward=Onward(tells=tells)), channel=side.kind)
        self.sell_irons()

    def poll(self) -> None:
        """The channel's orders are recorded; instants of filters are whole seconds, so that the present one is left behind us."""
        now = datetime.now(UTC)
        received = self.side.channel.read_orders(since=now - HOUR, until=now + HOUR)
        self.shop.orders.record(self.side.kind, received, rules=self.shop.rules, heard_by="poll")

    def deliver(self) -> None:
        for delivered in deliver_news(self.hub, self.side.kind, self.side.channel):
            assert (delivered.stopped_by, delivered.unsettled) == (None, 0)

    def rounds(self, count: int = 3) -> None:
        for _ in range(count):
            self.run()
            self.deliver()
            self.poll()

    def sold(self, pcs: int) -> tuple[str, str]:
        """An order that 1C has; the channel's key and our number."""
        ref = self.side.buy(pcs)
        self.poll()
        self.run()
        order = self.order(ref)
        assert self.goods(order.number or "") == {"iron": pcs}
        return ref, order.number or ""

    def order(self, ref: str) -> OrderRow:
        order = self.shop.orders.find(self.side.kind, ref)
        assert order is not None
        return order

    def pieces(self, ref: str) -> tuple[int, int]:
        """Pieces sold, and how many of them are cancelled."""
        (line,) = self.order(ref).lines.values()
        return line.pcs, line.cancelled_pcs

    def versions(self, number: str) -> list[tuple[Any, ...]]:
        return self.shop.rows("select version, acknowledged_version from onec_outgoing where order_number = :number", number=number)

    def incidents(self) -> list[str]:
        return [one.kind for one in Incidents(self.hub).live()]


Opened = Callable[..., Town]


@pytest.fixture(params=[on_site, on_ozon], ids=["site", "ozon"])
def town(request: pytest.FixtureRequest, door: Door) -> Iterator[Opened]:
    with request.param() as side:
        yield lambda habit, **how: Town(door, habit, side, **how)


@both
def test_pieces_taken_out_in_1c_are_cancelled_on_the_channel_once_and_all_agree(town: Opened, habit: Habit) -> None:
    there = town(habit)
    ref, number = there.sold(3)
    if habit == "ut":
        there.base.set_status(number, "Согласован")
    there.base.change_lines(number, {"iron": 2})
    there.base.post(number)
    there.run()
    assert there.incidents() == ["order_differs"]
    there.deliver()
    assert (there.side.pcs(ref), there.pieces(ref)) == (2, (3, 0))
    there.poll()
    assert there.pieces(ref) == (3, 1)
    there.rounds()
    assert (there.side.pcs(ref), there.side.part_cancellations(), there.pieces(ref)) == (2, 1, (3, 1))
    assert (there.goods(number), there.versions(number)) == ({"iron": 2}, [(2, 2)])
    assert (there.incidents(), Outbox(there.hub).counts()) == ([], {})
    assert there.shop.rows("select sum(pcs)::int from sold_line where cancelled_at is not null") == [(1,)]
    there.shop.assert_conserved()


@both
def test_pieces_cancelled_on_the_channel_leave_1cs_document_too(town: Opened, habit: Habit) -> None:
    there = town(habit)
    ref, number = there.sold(3)
    there.side.take_back(ref, 1)
    there.poll()
    there.rounds()
    assert (there.side.pcs(ref), there.pieces(ref), there.goods(number)) == (2, (3, 1), {"iron": 2})
    assert (there.versions(number), there.incidents(), there.side.part_cancellations()) == ([(2, 2)], [], 0)
    there.shop.assert_conserved()


def test_where_a_person_is_asked_the_channel_is_told_nothing(town: Opened) -> None:
    there = town("unf", less="ask")
    ref, number = there.sold(3)
    there.base.change_lines(number, {"iron": 2})
    there.rounds()
    assert (there.side.pcs(ref), there.pieces(ref), there.incidents()) == (3, (3, 0), ["order_differs"])
    there.side.take_back(ref, 1)
    there.poll()
    there.rounds()
    assert (there.pieces(ref), there.goods(number), there.incidents()) == ((3, 1), {"iron": 2}, [])


def test_a_line_put_back_in_1c_before_the_channel_heard_of_it_costs_nobody_anything(town: Opened) -> None:
    there = town("unf")
    ref, number = there.sold(3)
    there.base.change_lines(number, {"iron": 1})
    there.run()
    there.base.change_lines(number, {"iron": 3})
    there.rounds()
    assert (there.side.pcs(ref), there.side.part_cancellations(), there.incidents()) == (3, 0, [])


def test_an_emptied_document_cancels_the_order(town: Opened) -> None:
    there = town("unf")
    ref, number = there.sold(2)
    there.base.change_lines(number, {"iron": 0})
    there.rounds()
    assert (there.order(ref).state, there.pieces(ref)) == ("cancelled", (2, 2))
    assert there.base.order(number).is_cancelled
    assert there.incidents() == []
