"""Random lives of orders: whatever happens in what order, shipped and waiting and cancelled are what was ordered, and no piece is lost."""

import random
from collections.abc import Iterator

import pytest

from adapters.hub.hub import Hub
from tasks.rules.carrier_tracks import TrackState
from tasks.shipments import book_with, call_off_with, follow_with
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.shipping import BUYER, CARRIER, PlayedCarrier, ShippingShop, shown
from tests.adapters.hub.sold_once.hand import HandClock

ORDERED = 6
ACTS = 40
STATES: tuple[TrackState, ...] = ("accepted", "in_transit", "ready", "delivered", "not_delivered", "returned", "lost", "other")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(database_url: str, clock: HandClock) -> Iterator[Hub]:
    with Hub(database_url, clock=clock) as opened:
        yield opened


class Life:
    """Two orders, a carrier with bad days, and chance."""

    def __init__(self, hub: Hub, clock: HandClock, seed: int) -> None:
        self.shop, self.clock, self.dice = ShippingShop(hub), clock, random.Random(seed)
        self.carrier = PlayedCarrier()
        self.shop.goods(pcs=40, exposed=30)
        self.minute = 0
        self.left = {"1": ORDERED, "2": ORDERED}
        for ref in self.left:
            self.shop.record(report(ref, {"iron": ORDERED}, buyer=BUYER, minute=0))
            self.shop.waits_for(ref, "iron", 3)

    def happens(self) -> str:
        act = self.dice.choice(["cancel", "receive", "plan", "plan", "book", "book", "call off", "track", "time", "bad day"])
        getattr(self, act.replace(" ", "_"))()
        return act

    def cancel(self) -> None:
        ref = self.dice.choice(sorted(self.left))
        self.left[ref] = self.dice.randint(0, self.left[ref])
        self.minute += 1
        pcs = self.left[ref]
        state = {} if pcs else {"state": "cancelled", "status": "cancelled"}
        self.shop.record(report(ref, {"iron": pcs or ORDERED}, buyer=BUYER, minute=self.minute, **state))

    def receive(self) -> None:
        self.shop.receipt_comes(1)

    def plan(self) -> None:
        self.shop.plan()

    def book(self) -> None:
        list(book_with(self.shop.shipments, CARRIER, self.carrier))  # type: ignore[arg-type]

    def call_off(self) -> None:
        list(call_off_with(self.shop.shipments, CARRIER, self.carrier))  # type: ignore[arg-type]

    def track(self) -> None:
        for ref in self.left:
            for one in self.shop.parts(ref):
                if one.carrier_ref is not None and one.carrier_ref not in self.carrier.tracks:
                    self.carrier.tracks[one.carrier_ref] = shown(one.carrier_ref, self.dice.choice(STATES))
                    self.carrier.left.add(one.carrier_ref)
        list(follow_with(self.shop.hub, self.shop.shipments, CARRIER, self.carrier, poll_s=60))  # type: ignore[arg-type]

    def time(self) -> None:
        self.clock.wait(self.dice.choice([60, 700, 4000]))

    def bad_day(self) -> None:
        self.carrier.cut, self.carrier.pending = self.dice.randint(0, 2), self.dice.randint(0, 2)

    def assert_lawful(self) -> None:
        for ref in self.left:
            _, pcs, cancelled = self.shop.pieces(ref)
            shipped = sum(one.pcs.get("iron", 0) for one in self.shop.parts(ref) if one.counts)
            called_off = [one for one in self.shop.parts(ref) if not one.counts]
            waiting = pcs - cancelled - shipped
            owed_back = shipped - (pcs - cancelled)
            assert pcs == ORDERED
            assert waiting >= 0 or owed_back > 0
            assert all(one.state == "cancelled" or one.is_unwanted for one in called_off)
        self.shop.assert_conserved()

    def assert_settled(self) -> None:
        """After a plan nothing more is shipped than is sold."""
        self.shop.plan()
        for ref in self.left:
            _, pcs, cancelled = self.shop.pieces(ref)
            parts = [one for one in self.shop.parts(ref) if one.counts]
            open_pcs = sum(one.pcs.get("iron", 0) for one in parts if one.settled_at is None)
            shipped = sum(one.pcs.get("iron", 0) for one in parts)
            settled = shipped - open_pcs
            waiting = pcs - cancelled - shipped
            assert shipped + waiting + cancelled == ORDERED
            assert open_pcs <= max(0, pcs - cancelled - settled)
        numbers = [one.number for ref in self.left for one in self.shop.parts(ref)]
        assert set(self.carrier.taken) <= set(numbers)


@pytest.mark.parametrize("seed", range(8))
def test_random_lives_of_orders_obey_the_law(hub: Hub, clock: HandClock, seed: int) -> None:
    life = Life(hub, clock, seed)
    lived = []
    for _ in range(ACTS):
        lived.append(life.happens())
        life.assert_lawful()
    life.assert_settled()
