"""Everything that may happen in the small shop, in any order that hypothesis finds.

It is one rule with many events: of several rules hypothesis would leave some out of every day, and a day without a sender, a buyer or a
poll comes to nothing. What is common happens more often.
"""

from collections import Counter
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adapters.hub.hub import Hub
from tests.adapters.hub.sold_once.cabinet import Cabinet, Sale
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.sold_once.market import ITEMS, LISTED, RECIPES, Market, Visit
from tests.adapters.hub.sold_once.sender import Luck, Outcome
from tests.adapters.hub.sold_once.truth import check, come_to_rest

TOLD = st.sampled_from(["wb", "ozon"])
LISTINGS = st.sampled_from([(name, sku) for name in ("wb", "ozon") for sku in LISTED[name]])
SKUS = st.sampled_from(list(RECIPES))
AGES = st.sampled_from([0.0, 0.5, 1.0])
LAGS = st.sampled_from([1.0, 0.0, 0.5])
OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(
    ["at once", "at once", "at once", "accepted", "accepted", "unknown", "ignored", "refused", "unknown, lost", "unsent"]
)
PASSES = st.sampled_from([1, 11, 31, 46, 61, 91, 121, 201, 400])
"""Seconds: just over each of the bounds."""
ANY = st.integers(0, 7)


def acts(*names: str) -> st.SearchStrategy[str]:
    """One of these; what is named more often happens more often."""
    return st.sampled_from(names)


def shown(market: Market) -> list[tuple[str, str]]:
    """What buyers of cabinets see."""
    return [(name, sku) for name, cabinet in market.told.items() for sku in LISTED[name] if cabinet.shown[sku]]


def unpaid(market: Market) -> list[tuple[Cabinet, int]]:
    """Reservations that wait for their money."""
    return [(cabinet, number) for cabinet in market.told.values() for number in range(len(cabinet.unpaid))]


def living(market: Market) -> list[tuple[str, Sale]]:
    """Orders that may still be cancelled."""
    return [(name, sale) for name, cabinet in market.cabinets.items() for sale in cabinet.sales if sale.state == "new"]


def open_visits(market: Market) -> list[Visit]:
    """Carts without an order."""
    return [visit for visit in market.visits if visit.sale is None]


EVENTS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "sends": (
        7,
        {
            "name": TOLD,
            "act": acts("rounds", "steps", "steps", "settles", "settles", "settles", "dies", "repeats"),
            "age": AGES,
            "outcome": OUTCOMES,
        },
    ),
    "sees_something": (
        6,
        {"index": ANY, "act": acts("buys", "buys", "is heard", "is heard", "reserves"), "pcs": st.sampled_from([1, 1, 1, 2]), "lag": LAGS},
    ),
    "changes_an_order": (4, {"index": ANY, "act": acts("cancels", "gives back", "ships"), "pcs": st.integers(1, 2), "lag": LAGS}),
    "time_passes": (3, {"seconds": PASSES, "does": st.booleans()}),
    "asks_for_orders": (
        3,
        {"name": st.sampled_from(list(LISTED)), "act": acts("polls", "polls", "reads", "records", "hears"), "index": ANY},
    ),
    "is_at_the_checkout": (
        3,
        {
            "act": acts("orders", "commits", "reserves", "goes on", "leaves", "house"),
            "index": ANY,
            "sku": SKUS,
            "pcs": st.integers(1, 2),
            "lag": LAGS,
        },
    ),
    "happens_by_itself": (2, {"index": ANY}),
    "wants": (2, {"listing": LISTINGS, "pcs": st.sampled_from([None, 0, 1, 2, 3])}),
    "works_in_1c": (
        3,
        {"act": acts("all", "takes", "reserves", "reports", "tells", "counts", "forms", "sends again", "posts"), "index": ANY},
    ),
    "shelf_changes": (2, {"ref": st.sampled_from(ITEMS), "pcs": st.sampled_from([1, 2, -1]), "is_counted": st.booleans()}),
    "pays_or_abandons": (2, {"index": ANY, "pays": st.booleans(), "lag": LAGS}),
}
"""How often each happens beside the others, and what may vary."""
OFTEN = [name for name, (weight, _) in EVENTS.items() for _ in range(weight)]
ANY_EVENT = st.sampled_from(OFTEN).flatmap(lambda name: st.tuples(st.just(name), st.fixed_dictionaries(EVENTS[name][1])))


class SoldOnce(RuleBasedStateMachine):
    """A day of the small shop; each starts from an empty hub. ``played`` counts what happened in all of them."""

    hub: ClassVar[Hub]
    played: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        clock = self.hub.clock
        assert isinstance(clock, HandClock)
        self.market = Market(hub=self.hub, clock=clock)

    @initialize(irons=st.integers(1, 6), kettles=st.integers(0, 6), figure=st.integers(0, 2))
    def opens(self, irons: int, kettles: int, figure: int) -> None:
        self.market.open({"iron": irons, "kettle": kettles}, {("wb", "iron"): min(irons, figure)})
        self.market.renew()
        self.market.play_rounds()

    @rule(event=ANY_EVENT)
    def happens(self, event: tuple[str, dict[str, Any]]) -> None:
        name, how = event
        getattr(self, name)(**how)

    def time_passes(self, seconds: int, does: bool) -> None:
        self.market.wait(seconds, does=does)

    def sees_something(self, index: int, act: str, pcs: int, lag: float) -> None:
        if not (seen := shown(self.market)):
            return
        name, sku = seen[index % len(seen)]
        if act == "reserves":
            self.market.told[name].reserve(sku)
        elif self.market.buy(name, sku, pcs, lag=lag) is not None and act == "is heard":
            self.market.wait(lag * self.market.told[name].bounds.visible_s + 1)
            self.market.poll(name)
            self.market.record(name)

    def pays_or_abandons(self, index: int, pays: bool, lag: float) -> None:
        if not (waiting := unpaid(self.market)):
            return
        cabinet, number = waiting[index % len(waiting)]
        if pays:
            cabinet.pay(number, RECIPES[cabinet.unpaid[number]], lag)
        else:
            cabinet.abandon(number)

    def changes_an_order(self, index: int, act: str, pcs: int, lag: float) -> None:
        if not (orders := living(self.market)):
            return
        name, sale = orders[-1 - index % len(orders)]
        cabinet = self.market.cabinets[name]
        if act == "ships":
            cabinet.ship(sale, lag)
            return
        cabinet.cancel(sale, pcs, lag)
        if act == "gives back" and name in self.market.told:
            cabinet.put_back(cabinet.returning[-1])

    def happens_by_itself(self, index: int) -> None:
        if not (pending := self.market.pending()):
            return
        cabinet, one = pending[index % len(pending)]
        cabinet.happen(one, does=True)

    def is_at_the_checkout(self, act: str, index: int, sku: str, pcs: int, lag: float) -> None:
        market, visits = self.market, open_visits(self.market)
        visit = visits[-1 - index % len(visits)] if visits else None
        if act in {"orders", "commits", "reserves"}:
            visit = market.reserve(sku, pcs)
        if act == "house":
            market.keep_house()
        elif visit is not None and act in {"orders", "commits", "goes on"} and market.commit(visit) and act != "commits":
            market.order(visit, lag=lag)
        elif visit is not None and act == "leaves":
            market.release(visit)

    def sends(self, name: str, act: str, age: float, outcome: Outcome) -> None:
        sender, luck = self.market.senders[name], Luck(age=age, outcome=outcome)
        if act == "rounds":
            sender.play(luck)
        elif act == "steps":
            sender.step(luck)
        elif act == "dies":
            sender.die()
        elif act == "repeats":
            sender.repeat(luck)
        else:
            self._settle(name, luck)

    def _settle(self, name: str, luck: Luck) -> None:
        """A read-back, and the poll that may follow it: what a channel comes to when nobody disturbs it."""
        sender, bounds = self.market.senders[name], self.market.told[name].bounds
        self.market.wait(bounds.effective_s + bounds.stale_s + 1)
        sender.play(luck)
        self.market.wait(bounds.visible_s + 1)
        self.market.poll(name)
        self.market.record(name)
        sender.play(luck)

    def asks_for_orders(self, name: str, act: str, index: int) -> None:
        heard = self.market.heard[name]
        if act in {"polls", "reads"}:
            self.market.poll(name)
        if act == "polls":
            self.market.record(name)
        elif act in {"records", "hears"} and heard:
            self.market.record(name, -1 - index % len(heard), is_push=act == "hears")

    def wants(self, listing: tuple[str, str], pcs: int | None) -> None:
        if pcs is None:
            self.market.renew()
        else:
            self.market.want(*listing, pcs)

    def shelf_changes(self, ref: str, pcs: int, is_counted: bool) -> None:
        if pcs > 0:
            self.market.base.deliver(ref, pcs)
        elif self.market.base.shelf[ref] > 0:
            self.market.lose(ref, 1)
        if is_counted:
            self.market.count()

    def works_in_1c(self, act: str, index: int) -> None:
        base = self.market.base
        if act == "all":
            base.catch_up()
        elif act in {"takes", "reserves"}:
            base.take_orders()
            for number in base.documents if act == "reserves" else ():
                base.post(number)
        elif act in {"reports", "tells"}:
            self._report(index, is_sent=act == "tells")
        elif act in {"counts", "forms"}:
            base.form_count()
            if act == "counts":
                base.send_count(-1)
        elif act == "sends again":
            self._send_again(index)
        if act in {"all", "counts", "posts"}:
            self.market.post()

    def _report(self, index: int, *, is_sent: bool) -> None:
        base = self.market.base
        if base.documents:
            base.form_report(sorted(base.documents)[-1 - index % len(base.documents)])
            if is_sent:
                base.send_report(-1)

    def _send_again(self, index: int) -> None:
        """A file of before: late, or once more."""
        base = self.market.base
        files = [*((base.send_count, number) for number in range(len(base.counts)))]
        files += [(base.send_report, number) for number in range(len(base.reports))]
        send, number = files[-1 - index % len(files)]
        send(number)

    @invariant()
    def everything_is_right(self) -> None:
        if self.market.base.counts:
            self.played["steps"] += 1
            check(self.market)

    def teardown(self) -> None:
        """Quiet comes."""
        if self.market.base.counts:
            self.played["days"] += 1
            self.played["orders"] += sum(len(cabinet.sales) for cabinet in self.market.told.values())
            self.played["orders of the site"] += len(self.market.site.sales)
            come_to_rest(self.market)
