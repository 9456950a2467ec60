"""The small shop as a whole: the real hub, its base, two cabinets, a site; every step of each by itself, in any order.

Nothing here decides anything for the hub: its own books do. A process that dies is one whose next step never comes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl
from sqlalchemy import text

from adapters.hub.hold_carts import Cart, Held
from adapters.hub.holds import Holds
from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.hub.listings import Listings
from adapters.hub.orders import Orders, Poll, Recorded
from adapters.settings import Settings
from tasks.orders import channel_orders
from tasks.quotas import renew_quotas
from tests.adapters.hub.checkout import Checkout, site
from tests.adapters.hub.sold_once.base import Base
from tests.adapters.hub.sold_once.cabinet import Cabinet, Pending, Recipe, Sale
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.sold_once.sender import Luck, Sender
from validation.sales import OrderReceived

RECIPES: Mapping[str, Recipe] = {
    "iron": (("iron", 1),),
    "kettle": (("kettle", 1),),
    "set": (("iron", 1), ("kettle", 2)),
}
"""What is sold; the set is a bundle that shares both parts."""
ITEMS = ("iron", "kettle")
LISTED = {"wb": ("iron", "set"), "ozon": ("iron", "kettle", "set"), "site": ("iron", "kettle", "set")}
WAREHOUSES = {"wb": "1", "ozon": "2", "site": ""}
SECRETS: dict[str, dict[str, Any]] = {
    "wb": {"kind": "wildberries", "token": "t", "warehouses": {"1": []}},
    "ozon": {"kind": "ozon", "client_id": "1", "api_key": "k", "warehouses": {"2": []}},
}
BOUNDS = {
    "wb": {"visible_s": 30, "effective_s": 60, "stale_s": 10, "restored_s": 200},
    "ozon": {"visible_s": 120, "effective_s": 20, "stale_s": 45, "restored_s": 90},
    "site": {"visible_s": 60, "effective_s": 60, "stale_s": 0, "restored_s": 0},
}
ORDER_WITHIN_S = 600
EMPTY = text("""
    truncate item, bundle_recipe, stock_count, feed, exchange_session, ledger_balance, ledger_movement, ledger_entry, sold_line, shortfall,
        listing, offer, withdrawal, unexplained, channel_watch, bound_measure, sale_order, sale_line, hold, receipt, backorder, cursor, journal,
        incident, quarantine restart identity cascade
""")


def settings_of_market() -> Settings:
    """Two marketplaces and a site whose checkout asks; every difference is acted on at once."""
    channels = {name: {**told, "bounds": BOUNDS[name]} for name, told in SECRETS.items()} | {"site": site(bounds=BOUNDS["site"])}
    return Settings.model_validate({
        "channels": channels,
        "quotas": {"act_share": 0, "dwell_s": 0, "pool_share": 0.3},
        "reservations": {"ttl_s": 300, "order_within_s": ORDER_WITHIN_S},
    })  # fmt: skip


@dataclass(kw_only=True)
class Visit:
    """A cart of the site, from the buyer's side."""

    hold_id: str
    sku: str
    pcs: int
    is_committed: bool = False
    order_by: float = 0.0
    sale: Sale | None = None


@dataclass(kw_only=True)
class Heard:
    """A poll that was read and may be recorded now, later, or twice."""

    poll: Poll
    received: pl.DataFrame


@dataclass(kw_only=True)
class Market:
    """The shop; empty until `open`."""

    hub: Hub
    clock: HandClock
    settings: Settings = field(default_factory=settings_of_market)

    def __post_init__(self) -> None:
        with self.hub.engine.begin() as connection:
            connection.execute(EMPTY)
        self.shop = Checkout(self.hub, self.settings)
        self.item_ids = {sku: self.shop.add_item(sku, is_bundle=sku not in ITEMS) for sku in RECIPES}
        self.shop.recipe("set", dict(RECIPES["set"]))
        for name, skus in LISTED.items():
            for sku in skus:
                self.shop.list_on(name, self.item_ids[sku], sku)
        self.base = Base(shop=self.shop, clock=self.clock, item_ids={ref: self.item_ids[ref] for ref in ITEMS})
        self.cabinets = {
            name: Cabinet(
                name=name,
                bounds=self.settings.channels[name].bounds,
                clock=self.clock,
                is_dated=name == "ozon",
                shows_reserved=name != "wb",
            )
            for name in LISTED
        }
        self.told = {name: self.cabinets[name] for name in SECRETS}
        self.site = self.cabinets["site"]
        self.senders = {name: Sender(market=self, cabinet=cabinet) for name, cabinet in self.told.items()}
        self.heard: dict[str, list[Heard]] = {name: [] for name in LISTED}
        self.visits: list[Visit] = []
        self.lost: Counter[str] = Counter()
        self.excused: Counter[str] = Counter()
        self.recorded: list[tuple[str, Recorded]] = []
        self.from_pool: set[tuple[str, str]] = set()

    def open(self, pcs: Mapping[str, int], shown: Mapping[tuple[str, str], int] | None = None) -> None:
        """The first count, and channels that sell already are connected before anything else is sold."""
        for ref, stock in pcs.items():
            self.base.deliver(ref, stock)
        self.count()
        for (name, sku), figure in (shown or {}).items():
            self.told[name].show(sku, figure)
        for cabinet in self.told.values():
            cabinet.show(LISTED[cabinet.name][0], cabinet.shown[LISTED[cabinet.name][0]])
        self.poll_all()
        self.wait(300)
        self.play_rounds()
        self.wait(300)
        self.poll_all()
        self.play_rounds()

    # Time

    def wait(self, seconds: float, *, does: bool = False) -> None:
        """Time passes; what had to happen within it happens in its last instant, or never."""
        end = self.clock.hand[0] + timedelta(seconds=seconds)
        due = sorted(((at, cabinet.name, one) for cabinet in self.told.values() for at, one in cabinet.due(end)), key=lambda one: one[:2])
        for at, name, one in due:
            self.clock.sleep_until(at)
            self.told[name].happen(one, does=does)
        self.clock.sleep_until(end)

    # 1C

    def count(self) -> None:
        """1C counts, and the ledger has it at once."""
        self.clock.wait(2)
        self.base.form_count()
        self.base.send_count(-1)
        self.post()

    def lose(self, ref: str, pcs: int) -> None:
        """The shelf loses pieces; what is promised of them already cannot be taken back."""
        self.base.lose(ref, pcs)
        self.lost[ref] += pcs
        self.excused[ref] += pcs

    def post(self) -> None:
        """What 1C counted goes into the ledger; where every promise stands again, nothing is excused any more."""
        self.shop.ledger.post_counts()
        if self.base.newest is not None and self.base.newest.losses == self.base.losses:
            for ref in ITEMS:
                if self.shop.pool(self.item_ids[ref]) >= 0:
                    self.excused[ref] = 0

    # Orders

    def poll(self, name: str) -> Heard:
        """A complete poll of a channel is read."""
        cabinet, now = self.cabinets[name], self.clock.now()
        polled_at = Orders(self.hub).polled_at(name)
        since = now - timedelta(days=30) if polled_at is None else polled_at - 2 * cabinet.bounds.visible
        rows = [_received(cabinet, one, state, pcs, at) for one, state, pcs, at in cabinet.listed(now, since)]
        heard = Heard(poll=Poll(now, self.clock.now(), since), received=_frame(rows))
        self.heard[name].append(heard)
        return heard

    def record(self, name: str, index: int = -1, *, is_push: bool = False) -> Recorded:
        """A poll that was read is recorded; a push knows nothing of what it did not read."""
        one = self.heard[name][index]
        rules = channel_orders(self.settings, name)
        poll = None if is_push else one.poll
        recorded = Orders(self.hub).record(name, one.received, rules=rules, heard_by="push" if is_push else "poll", poll=poll)
        self.recorded.append((name, recorded))
        return recorded

    def poll_all(self) -> None:
        """Every channel's orders are read and recorded."""
        for name in LISTED:
            Orders(self.hub).connect(name)
            self.poll(name)
            self.record(name)

    # Told channels

    def listings(self, name: str) -> pl.DataFrame:
        """`ListingKept` of a channel."""
        return Listings(self.hub).offered(name)

    def buy(self, name: str, sku: str, pcs: int = 1, *, lag: float = 1.0) -> Sale | None:
        """A buyer takes what a cabinet shows."""
        return self.told[name].buy(sku, pcs, RECIPES[sku], lag)

    def want(self, name: str, sku: str, pcs: int) -> None:
        """A target from whoever sets targets."""
        self.shop.execute(
            "update offer o set target_pcs = :pcs from listing l "
            "where l.listing_id = o.listing_id and l.channel = :name and l.channel_sku = :sku",
            pcs=pcs, name=name, sku=sku,
        )  # fmt: skip

    def renew(self) -> bool:
        """The real allocation."""
        return renew_quotas(self.hub, self.settings)

    def play_rounds(self, luck: Luck | None = None) -> None:
        """A round on each told channel, from beginning to end."""
        for sender in self.senders.values():
            sender.play(luck or Luck())

    def land(self) -> None:
        """Every write on its way takes effect."""
        for cabinet in self.told.values():
            for write in list(cabinet.flying):
                cabinet.land(write)

    # The site

    def reserve(self, sku: str, pcs: int = 1) -> Visit | None:
        """A buyer's cart at the checkout."""
        cart = Cart(channel="site", key=f"cart-{len(self.visits)}", lines={sku: pcs})
        (answer,) = Holds(self.hub, self.settings).reserve([cart])
        if not isinstance(answer, Held):
            return None
        self.visits.append(Visit(hold_id=answer.hold_id, sku=sku, pcs=pcs))
        return self.visits[-1]

    def commit(self, visit: Visit) -> bool:
        """Before money is taken; a cart that ended takes again from the pool."""
        answer = Holds(self.hub, self.settings).commit("site", visit.hold_id)
        if isinstance(answer, Held) and not visit.is_committed:
            visit.is_committed = True
            visit.order_by = self.clock.now().timestamp() + ORDER_WITHIN_S - BOUNDS["site"]["visible_s"]
        return isinstance(answer, Held)

    def release(self, visit: Visit) -> None:
        """A buyer leaves."""
        Holds(self.hub, self.settings).release("site", visit.hold_id)

    def order(self, visit: Visit, *, lag: float = 1.0) -> Sale | None:
        """Money is taken of a committed cart: an order, or never."""
        if not visit.is_committed or visit.sale is not None or self.clock.now().timestamp() > visit.order_by:
            return None
        self.site.show(visit.sku, visit.pcs)
        visit.sale = self.site.buy(visit.sku, visit.pcs, RECIPES[visit.sku], lag)
        if visit.sale is not None:
            visit.sale.hold_id = visit.hold_id
        return visit.sale

    def keep_house(self) -> None:
        """Carts whose time is over are given back."""
        holds = Holds(self.hub, self.settings)
        holds.expire()
        holds.reconcile()

    @property
    def ledger(self) -> Ledger:
        """The book of pieces."""
        return self.shop.ledger

    def pending(self) -> list[tuple[Cabinet, Pending]]:
        """Everything that may still happen by itself."""
        return [(cabinet, one) for cabinet in self.told.values() for one in (*cabinet.flying, *cabinet.returning)]


def _received(cabinet: Cabinet, sale: Sale, state: str, pcs: int, changed_at: Any) -> dict[str, Any]:
    meta = f'[{{"key": "_utyug_reservation", "value": "{sale.hold_id}"}}]' if sale.hold_id else "[]"
    return {
        "order_ref": sale.ref,
        "line_ref": "1",
        "channel_sku": sale.sku,
        "pcs": pcs,
        "price_kopecks": 100_000,
        "warehouse_ref": WAREHOUSES[cabinet.name],
        "status": state,
        "state": state,
        "placed_at": sale.placed_at,
        "changed_at": changed_at if cabinet.is_dated else None,
        "is_by_channel": False,
        "payload": f'{{"meta_data": {meta}}}',
    }


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    empty = OrderReceived.empty()
    return pl.DataFrame([dict.fromkeys(empty.columns) | row for row in rows], schema=empty.schema)
