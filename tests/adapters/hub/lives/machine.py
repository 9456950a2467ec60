"""Whole lives of orders, in whatever order things happen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer
from adapters.hub.shipments import ToBook
from tasks.rules.carrier import Booked
from tasks.rules.carrier_tracks import Track, TrackState
from tasks.rules.parts import PartTold
from tests.adapters.hub.lives.carrier import MOODS, STATES, Mood
from tests.adapters.hub.lives.laws import Laws
from tests.adapters.hub.lives.shop import OZON, SITE, LifeShop
from tests.adapters.hub.order_shop import PLACED
from tests.adapters.hub.shipping import CARRIER
from tests.adapters.hub.sold_once.hand import MORNING, HandClock
from validation.returns import CONDITIONS, DECISIONS, WORKBOOK
from validation.returns import STATES as RETURN_STATES

SKUS = ("iron", "board", "set")
LINES = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1, max_size=2)
LIVING = st.sampled_from(["new", "new", "new", "confirmed", "shipped", "delivered"])
ORDERS_AT_MOST = 4


class Lives(RuleBasedStateMachine):
    """Some orders of a site and of a marketplace, from the cart to the last piece that comes back; each life begins in an empty hub.

    ``hub``: its clock is a `HandClock`.
    """

    hub: ClassVar[Hub]

    def __init__(self) -> None:
        super().__init__()
        clock = self.hub.clock
        assert isinstance(clock, HandClock)
        clock.hand[0] = MORNING
        self.shop = LifeShop(self.hub, clock)
        self.laws = Laws(self.shop)
        self.last: Callable[[], object] | None = None
        self.stalled: list[ToBook] = []
        self.seen: list[tuple[str, datetime, Track]] = []

    def act(self, step: Callable[[], object]) -> None:
        """Something happens, and may happen again."""
        self.last = step
        step()

    def refs(self, channel: str | None = None) -> list[str]:
        return sorted(ref for ref, order in self.shop.orders.items() if channel in {None, order.channel})

    @precondition(lambda self: len(self.shop.orders) < ORDERS_AT_MOST)
    @rule(lines=LINES, is_committed=st.booleans())
    def buy_on_site(self, lines: dict[str, int], is_committed: bool) -> None:
        ref = self.shop.buys_on_site(lines, is_committed=is_committed)
        self.last = (lambda: self.shop.hears(ref, 0)) if ref is not None else None

    @precondition(lambda self: len(self.shop.orders) < ORDERS_AT_MOST)
    @rule(lines=LINES)
    def buy_on_ozon(self, lines: dict[str, int]) -> None:
        ref = self.shop.buys_on_ozon(lines)
        self.last = lambda: self.shop.hears(ref, 0)

    @precondition(lambda self: self.refs(SITE))
    @rule(data=st.data(), state=LIVING, is_heard=st.booleans())
    def amend_on_site(self, data: st.DataObject, state: str, is_heard: bool) -> None:
        """A manager of the site cancels, lessens, restores or moves an order on; it may be heard of later, or never."""
        ref = data.draw(st.sampled_from(self.refs(SITE)), label="order")
        first = self.shop.orders[ref].versions[0]["lines"]
        lines = {sku: data.draw(st.integers(0, pcs), label=sku) for sku, pcs in first.items()}
        version = self.shop.says(ref, lines, state=state, status=state)
        if is_heard:
            self.act(lambda: self.shop.hears(ref, version))

    @precondition(lambda self: self.refs())
    @rule(data=st.data())
    def hear(self, data: st.DataObject) -> None:
        """A version of an order, perhaps an old one, perhaps once more."""
        ref = data.draw(st.sampled_from(self.refs()), label="order")
        version = data.draw(st.integers(0, len(self.shop.orders[ref].versions) - 1), label="version")
        self.act(lambda: self.shop.hears(ref, version))

    @precondition(lambda self: self.refs(OZON))
    @rule(data=st.data(), state=st.sampled_from(["new", "confirmed", "shipped", "delivered", "cancelled"]))
    def move_on_ozon(self, data: st.DataObject, state: str) -> None:
        """A posting goes on, perhaps with fewer pieces."""
        ref = data.draw(st.sampled_from(self.refs(OZON)), label="order")
        now = self.shop.orders[ref].versions[-1]["lines"]
        lines = {sku: data.draw(st.integers(0, pcs), label=sku) for sku, pcs in now.items()} if state == "new" else now
        version = self.shop.says(ref, lines, state=state, status=state)
        self.act(lambda: self.shop.hears(ref, version))

    @precondition(lambda self: self.refs(OZON))
    @rule(data=st.data(), lines=LINES)
    def split_on_ozon(self, data: st.DataObject, lines: dict[str, int]) -> None:
        self.last = None
        self.shop.splits(data.draw(st.sampled_from(self.refs(OZON)), label="order"), lines)

    @rule(iron=st.integers(0, 20), board=st.integers(0, 20), has_stamp=st.booleans())
    def count(self, iron: int, board: int, has_stamp: bool) -> None:
        self.shop.counts_now({"iron": iron, "board": board}, has_stamp=has_stamp)
        self.last = self.shop.site.ledger.post_counts

    @precondition(lambda self: self.refs())
    @rule(data=st.data())
    def reserve_in_onec(self, data: st.DataObject) -> None:
        self.last = None
        self.shop.is_reserved_in_onec(data.draw(st.sampled_from(self.refs()), label="order"))

    @rule(channel=st.sampled_from([SITE, SITE, OZON]))
    def plan(self, channel: str) -> None:
        self.act(lambda: self.shop.shop_of(channel).plan())
        self.laws.assert_planned(channel)

    @rule(mood=st.sampled_from(["takes", "takes", *MOODS]))
    def book(self, mood: Mood) -> None:
        self.act(lambda: self.shop.books(mood))

    @precondition(lambda self: not self.stalled)
    @rule()
    def claim_and_stall(self) -> None:
        """A worker takes what is owed, and is not heard of for a while."""
        self.last = None
        self.stalled = self.shop.site.shipments.claim(CARRIER, most=9)

    @precondition(lambda self: self.stalled)
    @rule()
    def come_back_from_stalling(self) -> None:
        """He tells what the carrier once said."""
        claimed, self.stalled = self.stalled, []
        said = {
            one.claimed.subject: Booked(ref=one.claimed.subject, state="exists", carrier_ref=key, tracking=f"T{key}")
            for one in claimed
            if (key := self.shop.carrier.waybills.get(one.claimed.subject))
        }
        unheard = {
            one.claimed.subject: Answer(outbox_id=one.claimed.outbox_id, outcome="unknown")
            for one in claimed
            if not one.is_moot and one.claimed.subject not in said
        }
        self.act(lambda: self.shop.site.shipments.settle(CARRIER, claimed, said, unheard))

    @rule(mood=st.sampled_from(["takes", "takes", "pending", "silent after"]))
    def call_off(self, mood: Mood) -> None:
        self.act(lambda: self.shop.calls_off(mood))

    @precondition(lambda self: self.shop.carrier.contents)
    @rule(data=st.data(), state=st.sampled_from(STATES), word=st.sampled_from([None, None, "other"]))
    def travel(self, data: st.DataObject, state: TrackState, word: TrackState | None) -> None:
        """A parcel goes its way, wanted or not."""
        key = data.draw(st.sampled_from(sorted(self.shop.carrier.contents)), label="waybill")
        self.shop.carrier.move(key, state)
        self.shop.carrier.words.pop(key, None)
        if word is not None:
            self.shop.carrier.words[key] = word
        self.last = None

    @precondition(lambda self: self.shop.carrier.contents)
    @rule(data=st.data())
    def turn_out_invalid(self, data: st.DataObject) -> None:
        self.shop.carrier.turn_invalid(data.draw(st.sampled_from(sorted(self.shop.carrier.contents)), label="waybill"))
        self.last = None

    @rule()
    def follow(self) -> None:
        self.act(self.shop.follows)

    @precondition(lambda self: self.shop.carrier.contents)
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """Somebody reads where a parcel is, because the carrier hints at it, and keeps the answer for himself."""
        self.last = None
        key = data.draw(st.sampled_from(sorted(self.shop.carrier.contents)), label="waybill")
        self.shop.carrier.mood = "takes"
        began_at, track = self.shop.clock.now(), self.shop.carrier.read_track(key)
        known = {one.number for one in self.shop.site.shipments.to_track(CARRIER, [key], most=9) if one.carrier_ref == key}
        self.seen += [(number, began_at, track) for number in known if track is not None]

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def tell_what_was_seen(self, data: st.DataObject) -> None:
        """Readings out of order, and twice."""
        read = data.draw(st.sampled_from(self.seen), label="reading")
        self.act(lambda: self.shop.site.shipments.record_tracks(CARRIER, [read], again=timedelta(minutes=1)))

    @precondition(lambda self: self.shop.rows("select from shipment where state = 'asked' or (is_unwanted and settled_at is null)"))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """A person corrects, or consents to pay for the way back."""
        self.last = None
        asked = self.shop.rows(
            "select number, is_unwanted from shipment where state = 'asked' or (is_unwanted and settled_at is null) order by 1"
        )
        number, is_unwanted = data.draw(st.sampled_from(asked), label="shipment")
        if is_unwanted:
            self.shop.site.shipments.turn_back(number)
        else:
            self.shop.site.shipments.correct(number, {"city": "Тула"})

    @rule(weight_g=st.sampled_from([2500, 18_000]))
    def weigh(self, weight_g: int) -> None:
        """1C learns what a board weighs."""
        self.last = None
        self.shop.site.weigh("board", weight_g)

    @rule(channel=st.sampled_from([SITE, OZON]), outcome=st.sampled_from(["accepted", "later", "refused", "unknown"]))
    def tell_parts(self, channel: str, outcome: Any) -> None:
        self.act(lambda: self.shop.tells_parts(channel, PartTold(number="", outcome=outcome)))

    @precondition(lambda self: self.refs())
    @rule(
        data=st.data(),
        key=st.sampled_from(["a", "b", "c"]),
        pcs=st.integers(1, 3),
        state=st.sampled_from(RETURN_STATES),
        condition=st.sampled_from(CONDITIONS),
        decision=st.sampled_from([None, *DECISIONS]),
        at=st.sampled_from([None, 1, 2, 3]),
    )
    def come_back(self, data: st.DataObject, key: str, pcs: int, state: str, condition: str, decision: str | None, at: int | None) -> None:
        """A source tells of pieces that come back; it may be right or wrong, and contradict others and itself."""
        ref = data.draw(st.sampled_from(self.refs()), label="order")
        order = self.shop.orders[ref]
        source = data.draw(st.sampled_from([order.channel, "cdek", WORKBOOK]), label="source")
        sku = data.draw(st.sampled_from(sorted(order.versions[0]["lines"])), label="line")
        row = {"channel": order.channel if source == order.channel else None, "sku": sku, "state": state, "condition": condition,
               "decision": decision, "changed_at": PLACED + timedelta(days=at) if at else None}  # fmt: skip
        before = {(one.order_ref, one.line_ref): one.returned for one in self.laws.lines()}
        self.act(lambda: self.shop.returned(source, return_ref=f"{key}{ref}", order_ref=ref, pcs=pcs, **row))
        self.laws.assert_came_back(before)

    @precondition(lambda self: self.shop.rows("select from goods_return where documented_at is not null"))
    @rule()
    def post_returns_in_onec(self) -> None:
        done = [row[0] for row in self.shop.rows("select return_id from goods_return where documented_at is not null")]
        self.act(lambda: self.shop.returns.note_booked(done))

    @rule(seconds=st.sampled_from([60, 700, 4000]))
    def wait(self, seconds: int) -> None:
        self.last = None
        self.shop.clock.wait(seconds)

    @precondition(lambda self: self.last)
    @rule()
    def again(self) -> None:
        """Whatever happened last happens once more, and changes nothing."""
        before = self.laws.snapshot()
        assert self.last is not None
        self.last()
        assert self.laws.snapshot() == before

    @invariant()
    def the_laws_hold(self) -> None:
        self.laws.assert_all()

    def teardown(self) -> None:
        """In the end everybody does his work, and whatever is sold and there has left."""
        self.laws.assert_comes_to_rest()
