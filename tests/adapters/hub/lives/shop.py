"""A shop whose orders live whole lives: a site that asks at checkout and sends by a carrier, a marketplace that fetches, several who tell
of returns, 1C that counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from adapters.hub.backorders import Receipts
from adapters.hub.holds import Cart, Held, Holds
from adapters.hub.hub import Hub
from adapters.hub.returns import Returns, ReturnsRecorded
from adapters.hub.tables.catalog import bundle_recipe
from tasks.rules.onward import Onward
from tasks.rules.return_rules import ReturnRules
from tasks.shipments import book_with, call_off_with, follow_with
from tests.adapters.hub.checkout import settings_of
from tests.adapters.hub.lives.carrier import Mood, MoodyCarrier
from tests.adapters.hub.order_shop import as_json, report
from tests.adapters.hub.return_shop import coming
from tests.adapters.hub.shipping import BUYER, CARRIER, ShippingShop
from tests.adapters.hub.shop import SOURCE, minute
from tests.adapters.hub.sold_once.hand import HandClock

SITE, OZON = "site", "ozon"
TABLES = (
    "item, product, stock_count, feed, exchange_session, ledger_balance, ledger_movement, ledger_entry, sold_line, shortfall, listing, "
    "offer, withdrawal, bundle_recipe, channel_watch, sale_order, hold, receipt, backorder, shipment, track_event, goods_return, "
    "return_line, return_telling, return_teller, returned_line, outbox, onec_outgoing, onec_report, quarantine, journal, incident"
)
PAYING = ReturnRules(onward=Onward(crms={SITE: ["main"], OZON: ["main"]}), refunds=frozenset({SITE}))


@dataclass
class Placed:
    """An order as its channel has it.

    Args:
        heard: units by sku, of the report that had most of each.
        versions: what the channel said, the oldest first: what `report` takes.
    """

    channel: str
    ref: str
    versions: list[dict[str, Any]] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=dict)


class LifeShop:
    """The shop; every act of it may be repeated at once and changes nothing then.

    Args:
        hub: it is emptied first.
        clock: the hub's.
    """

    def __init__(self, hub: Hub, clock: HandClock) -> None:
        self.hub, self.clock, self.carrier = hub, clock, MoodyCarrier()
        self.site, self.ozon = ShippingShop(hub), ShippingShop(hub, channel=OZON)
        self.site.execute(f"truncate {TABLES} restart identity cascade")
        for shop in (self.site, self.ozon):
            shop.orders.connect(shop.channel)
        self.site.rules = replace(self.site.rules, is_asking=True)
        self.holds, self.returns = Holds(hub, settings_of()), Returns(hub)
        self.items = {
            "iron": self.site.goods("iron", pcs=12, exposed=0),
            "board": self.site.goods("board", pcs=12, exposed=0, weight_g=None),
        }
        self._sell_sets()
        for ref, item_id in self.items.items():
            self.ozon.offer(self.ozon.enlist(item_id, ref), {item_id: 3})
            Receipts(hub).open(ref, pcs=6, expected_on=settings_of().today(clock.now()) + timedelta(days=7))
        self.orders: dict[str, Placed] = {}
        self.counts = 0

    def _sell_sets(self) -> None:
        iron, board = self.items["iron"], self.items["board"]
        set_id = self.site.add_item("set", is_bundle=True)
        self.site.enlist(set_id, "set")
        rows = [{"source": SOURCE, "bundle_ref": "set", "component_ref": ref, "pcs": pcs} for ref, pcs in (("iron", 1), ("board", 2))]
        with self.hub.engine.begin() as connection:
            connection.execute(insert(bundle_recipe), rows)
        self.ozon.offer(self.ozon.enlist(set_id, "set"), {iron: 1, board: 2}, recipe=[[iron, 1], [board, 2]])

    def shop_of(self, channel: str) -> ShippingShop:
        """The shop on a channel."""
        return self.site if channel == SITE else self.ozon

    def buys_on_site(self, lines: Mapping[str, int], *, is_committed: bool = True) -> str | None:
        """A buyer's cart, which may wait for a receipt, paid and ordered; its order's ref, none where the pieces were short."""
        ref = f"s{len(self.orders)}"
        (held,) = self.holds.reserve([Cart(channel=SITE, key=f"cart-{ref}", lines=lines, accepts_backorder="set" not in lines)])
        if not isinstance(held, Held):
            return None
        if is_committed:
            self.holds.commit(SITE, held.hold_id, order_ref=ref)
        payload = as_json({"meta_data": [{"key": "_utyug_reservation", "value": held.hold_id}]})
        self.orders[ref] = Placed(SITE, ref)
        self.says(ref, lines, buyer=BUYER, payload=payload)
        self.hears(ref, 0)
        return ref

    def buys_on_ozon(self, lines: Mapping[str, int]) -> str:
        """An order of the marketplace; its ref."""
        ref = f"z{len(self.orders)}"
        self.orders[ref] = Placed(OZON, ref)
        self.says(ref, lines)
        self.hears(ref, 0)
        return ref

    def says(self, ref: str, lines: Mapping[str, int], **head: Any) -> int:
        """The channel has a newer version of an order; its number. Without any piece it is cancelled."""
        order = self.orders[ref]
        last = order.versions[-1] if order.versions else {}
        kept: dict[str, Any] = {name: last[name] for name in ("buyer", "payload") if name in last}
        some = {sku: pcs for sku, pcs in lines.items() if pcs}
        if not some:
            head |= {"state": "cancelled", "status": "cancelled"}
        dated: dict[str, Any] = {"minute": len(order.versions)} if order.channel == SITE else {}
        order.versions.append({"lines": some or dict(order.versions[0]["lines"]), **kept, **dated, **head})
        return len(order.versions) - 1

    def hears(self, ref: str, version: int) -> None:
        """A version of an order comes in, whatever came before."""
        order = self.orders[ref]
        told = order.versions[version]
        for sku, pcs in told["lines"].items():
            order.heard[sku] = max(pcs, order.heard.get(sku, 0))
        self.shop_of(order.channel).record(report(ref, **told))

    def splits(self, ref: str, child_lines: Mapping[str, int]) -> str | None:
        """The marketplace makes an order of its own of a part of a posting; its ref, none where the posting has not so much."""
        order = self.orders[ref]
        now, state = order.versions[-1]["lines"], order.versions[-1].get("state", "new")
        rest = {sku: pcs - child_lines.get(sku, 0) for sku, pcs in now.items()}
        if state != "new" or min(rest.values()) < 0 or child_lines.keys() - now.keys() or not any(rest.values()):
            return None
        child = f"z{len(self.orders)}"
        self.orders[child] = Placed(OZON, child)
        self.says(child, child_lines, parent_ref=ref)
        self.says(ref, rest)
        self.ozon.record(report(ref, **order.versions[-1]), report(child, **self.orders[child].versions[0]))
        return child

    def counts_now(self, pcs: Mapping[str, int], *, has_stamp: bool = True) -> None:
        """1C counts, and it is posted."""
        self.counts += 1
        formed_at = minute(self.counts) if has_stamp else None
        self.site.count({self.items[ref]: number for ref, number in pcs.items()}, formed_at=formed_at, began_at=self.clock.now())
        self.site.ledger.post_counts()

    def is_reserved_in_onec(self, ref: str) -> None:
        """1C takes an order, and reports that it has reserved its pieces."""
        order = self.shop_of(self.orders[ref].channel).orders.find(self.orders[ref].channel, ref)
        if order is None or order.number is None:
            return
        names = {item_id: name for name, item_id in self.items.items()}
        pcs: dict[str, int] = {}
        for line in order.lines.values():
            for item_id, per_unit in line.recipe or ():
                pcs[names[item_id]] = pcs.get(names[item_id], 0) + per_unit * line.live_pcs
        self.site.hand_over(order.number)
        self.site.report(order.number, pcs, formed_at=minute(self.counts + 0.5), received_at=self.clock.now())

    def books(self, mood: Mood) -> None:
        """The carrier is given what it is owed."""
        self.carrier.mood = mood
        list(book_with(self.site.shipments, CARRIER, self.carrier))  # type: ignore[arg-type]

    def calls_off(self, mood: Mood) -> None:
        """The carrier is asked to take back what is not wanted."""
        self.carrier.mood = mood
        list(call_off_with(self.site.shipments, CARRIER, self.carrier))  # type: ignore[arg-type]

    def follows(self, mood: Mood = "takes") -> None:
        """The carrier is asked where its shipments are."""
        self.carrier.mood = mood
        list(follow_with(self.hub, self.site.shipments, CARRIER, self.carrier, poll_s=60))  # type: ignore[arg-type]

    def tells_parts(self, channel: str, outcome: Any) -> None:
        """A channel hears of parts of its orders."""
        shipments = self.shop_of(channel).shipments
        claimed, parts = shipments.claim_parts(channel, most=20)
        shipments.settle_parts(channel, claimed, {number: replace(outcome, number=number) for number in parts}, {})

    def returned(self, source: str, **row: Any) -> ReturnsRecorded:
        """A source tells of what comes back."""
        return self.returns.record(source, coming(**{"channel": None, **row}), rules=PAYING)

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        return self.site.rows(query, **parameters)
