"""Everything that may happen in the small shop, as rules that hypothesis puts in any order."""

from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.hub.hub import Hub
from tests.adapters.hub.sold_once.cabinet import Sale
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.sold_once.market import ITEMS, LISTED, RECIPES, Market, Visit
from tests.adapters.hub.sold_once.sender import Luck, Outcome
from tests.adapters.hub.sold_once.truth import check, come_to_rest

TOLD = st.sampled_from(["wb", "ozon"])
LISTINGS = st.sampled_from([(name, sku) for name in ("wb", "ozon") for sku in LISTED[name]])
AGES = st.sampled_from([0.0, 0.5, 1.0])
LAGS = st.sampled_from([1.0, 0.0, 0.5])
OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(["at once", "accepted", "unknown", "ignored", "refused", "unknown, lost", "unsent"])
PASSES = st.sampled_from([1, 11, 31, 46, 61, 91, 121, 201, 400])
"""Seconds: just over each of the bounds."""
ANY = st.integers(0, 5)
Machine = Any


def has(found: Callable[[Market], Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Only while there is such a thing."""

    def is_there(machine: Machine) -> bool:
        return bool(found(machine.market))

    return precondition(is_there)


def living(market: Market) -> list[tuple[str, Sale]]:
    """Orders that may still be cancelled."""
    return [(name, sale) for name, cabinet in market.cabinets.items() for sale in cabinet.sales if sale.state == "new"]


def open_visits(market: Market) -> list[Visit]:
    """Carts without an order."""
    return [visit for visit in market.visits if visit.sale is None]


class SoldOnce(RuleBasedStateMachine):
    """A day of the small shop; each starts from an empty hub."""

    hub: ClassVar[Hub]

    def __init__(self) -> None:
        super().__init__()
        clock = self.hub.clock
        assert isinstance(clock, HandClock)
        self.market = Market(hub=self.hub, clock=clock)

    @initialize(irons=st.integers(1, 4), kettles=st.integers(0, 4), shown=st.integers(0, 2))
    def opens(self, irons: int, kettles: int, shown: int) -> None:
        self.market.open({"iron": irons, "kettle": kettles}, {("wb", "iron"): min(irons, shown)})
        self.market.renew()

    @rule(seconds=PASSES, does=st.booleans())
    def time_passes(self, seconds: int, does: bool) -> None:
        self.market.wait(seconds, does=does)

    # Buyers of cabinets

    @rule(listing=LISTINGS, pcs=st.sampled_from([1, 1, 2]), lag=LAGS)
    def buys(self, listing: tuple[str, str], pcs: int, lag: float) -> None:
        self.market.buy(*listing, pcs, lag=lag)

    @rule(listing=LISTINGS)
    def reserves_unpaid(self, listing: tuple[str, str]) -> None:
        self.market.told[listing[0]].reserve(listing[1])

    @has(lambda market: any(cabinet.unpaid for cabinet in market.told.values()))
    @rule(index=ANY, pays=st.booleans(), lag=LAGS)
    def pays_or_abandons(self, index: int, pays: bool, lag: float) -> None:
        waiting = [(cabinet, number) for cabinet in self.market.told.values() for number in range(len(cabinet.unpaid))]
        cabinet, number = waiting[index % len(waiting)]
        if pays:
            cabinet.pay(number, RECIPES[cabinet.unpaid[number]], lag)
        else:
            cabinet.abandon(number)

    @has(living)
    @rule(index=ANY, pcs=st.integers(1, 2), lag=LAGS, is_shipped=st.sampled_from([False, False, True]))
    def is_cancelled_or_shipped(self, index: int, pcs: int, lag: float, is_shipped: bool) -> None:
        orders = living(self.market)
        name, sale = orders[-1 - index % len(orders)]
        if is_shipped:
            self.market.cabinets[name].ship(sale, lag)
        else:
            self.market.cabinets[name].cancel(sale, pcs, lag)

    @has(lambda market: market.pending())
    @rule(index=ANY)
    def happens_by_itself(self, index: int) -> None:
        pending = self.market.pending()
        cabinet, one = pending[index % len(pending)]
        cabinet.happen(one, does=True)

    # The site

    @rule(sku=st.sampled_from(list(RECIPES)), pcs=st.integers(1, 2), commits=st.booleans())
    def reserves(self, sku: str, pcs: int, commits: bool) -> None:
        visit = self.market.reserve(sku, pcs)
        if visit is not None and commits:
            self.market.commit(visit)

    @has(open_visits)
    @rule(index=ANY, act=st.sampled_from(["order", "commit", "release"]), lag=LAGS)
    def goes_on_at_checkout(self, index: int, act: str, lag: float) -> None:
        visits = open_visits(self.market)
        visit = visits[-1 - index % len(visits)]
        if act == "order":
            self.market.order(visit, lag=lag)
        elif act == "commit":
            self.market.commit(visit)
        else:
            self.market.release(visit)

    @rule()
    def frees_carts(self) -> None:
        self.market.keep_house()

    # The hub

    @rule(name=TOLD, age=AGES, outcome=OUTCOMES)
    def takes_a_step(self, name: str, age: float, outcome: Outcome) -> None:
        self.market.senders[name].step(Luck(age=age, outcome=outcome))

    @rule(name=TOLD, age=AGES, outcome=OUTCOMES)
    def plays_a_round(self, name: str, age: float, outcome: Outcome) -> None:
        self.market.senders[name].play(Luck(age=age, outcome=outcome))

    @rule(name=TOLD)
    def dies(self, name: str) -> None:
        self.market.senders[name].die()

    @rule(name=TOLD, outcome=OUTCOMES)
    def repeats_a_call(self, name: str, outcome: Outcome) -> None:
        self.market.senders[name].repeat(Luck(outcome=outcome))

    @rule(name=TOLD, age=AGES)
    def settles(self, name: str, age: float) -> None:
        """A read-back, and the poll that may follow it: what the shop comes to by itself when nobody disturbs it."""
        sender, bounds = self.market.senders[name], self.market.told[name].bounds
        sender.play(Luck(age=age, outcome="refused"))
        self.market.wait(bounds.visible_s)
        self.market.poll(name)
        self.market.record(name)
        sender.play(Luck(age=age, outcome="accepted"))

    @rule(name=st.sampled_from(list(LISTED)), is_recorded=st.booleans())
    def polls(self, name: str, is_recorded: bool) -> None:
        self.market.poll(name)
        if is_recorded:
            self.market.record(name)

    @has(lambda market: any(market.heard.values()))
    @rule(index=ANY, is_push=st.booleans())
    def records_late_or_again(self, index: int, is_push: bool) -> None:
        heard = [(name, number) for name, polls in self.market.heard.items() for number in range(len(polls))]
        name, number = heard[-1 - index % len(heard)]
        self.market.record(name, number, is_push=is_push)

    @rule(listing=LISTINGS, pcs=st.integers(0, 3))
    def wants(self, listing: tuple[str, str], pcs: int) -> None:
        self.market.want(*listing, pcs)

    @rule()
    def allocates(self) -> None:
        self.market.renew()

    # 1C

    @rule(ref=st.sampled_from(ITEMS), pcs=st.sampled_from([1, -1, 2, -2]))
    def shelf_changes(self, ref: str, pcs: int) -> None:
        if pcs > 0:
            self.market.base.deliver(ref, pcs)
        elif self.market.base.shelf[ref] > 0:
            self.market.lose(ref, 1)

    @rule(posts=st.booleans())
    def onec_takes_orders(self, posts: bool) -> None:
        self.market.base.take_orders()
        for number in list(self.market.base.documents) if posts else ():
            self.market.base.post(number)

    @has(lambda market: market.base.documents)
    @rule(index=ANY, is_sent=st.booleans())
    def onec_reports(self, index: int, is_sent: bool) -> None:
        base = self.market.base
        base.form_report(sorted(base.documents)[-1 - index % len(base.documents)])
        if is_sent:
            base.send_report(-1)

    @rule(is_sent=st.booleans())
    def onec_counts(self, is_sent: bool) -> None:
        self.market.base.form_count()
        if is_sent:
            self.market.base.send_count(-1)
            self.market.post()

    @has(lambda market: market.base.reports or market.base.counts)
    @rule(index=ANY, is_posted=st.booleans())
    def onec_sends_late_or_again(self, index: int, is_posted: bool) -> None:
        base = self.market.base
        files = [*((base.send_report, number) for number in range(len(base.reports)))]
        files += [(base.send_count, number) for number in range(len(base.counts))]
        send, number = files[-1 - index % len(files)]
        send(number)
        if is_posted:
            self.market.post()

    @rule()
    def posts(self) -> None:
        self.market.post()

    @invariant()
    def everything_is_right(self) -> None:
        if self.market.base.counts:
            check(self.market)

    def teardown(self) -> None:
        """Quiet comes."""
        if self.market.base.counts:
            come_to_rest(self.market)
