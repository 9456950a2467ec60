"""What holds after every step of every life, counted from the tables by statements of its own."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.adapters.hub.lives.shop import OZON, SITE, LifeShop
from tests.adapters.hub.shipping import CARRIER

LINES = """
    select o.channel, o.order_ref, o.number, s.line_ref, s.pcs::bigint, s.cancelled_pcs::bigint, coalesce(h.shipped, 0)::bigint,
        coalesce(h.open, 0)::bigint, coalesce(h.going, 0)::bigint, coalesce(w.pcs, 0)::bigint, coalesce(r.returned_pcs, 0)::bigint,
        coalesce(b.pcs, 0)::bigint, o.state, coalesce(h.given, 0)::bigint, coalesce(h.given_to, 0) > 0
    from sale_order o
    join sale_line s using (order_id)
    left join (
        select l.order_id, l.line_ref,
            sum(l.pcs) filter (where h.state <> 'cancelled' and not h.is_unwanted) as shipped,
            sum(l.pcs) filter (where h.state <> 'cancelled' and not h.is_unwanted and h.settled_at is null) as open,
            sum(l.pcs) filter (where h.state not in ('planned', 'asked', 'cancelled')) as given, count(*) filter (where h.target like 'carrier:%') as given_to,
            sum(l.pcs) filter (where h.is_unwanted and h.state in ('booking', 'booked', 'handed', 'on_way', 'arrived', 'delivered')) as going
        from shipment_line l join shipment h using (shipment_id) group by 1, 2
    ) h using (order_id, line_ref)
    left join lateral (
        select sum(b.pcs - b.served_pcs) as pcs from backorder b
        where s.state = 'backordered' and b.ended_at is null and b.item_id = s.item_id
            and b.account in ('hold:' || o.hold_id, 'sold:' || o.order_id || '/' || s.line_ref)
    ) w on true
    left join returned_line r using (order_id, line_ref)
    left join (select order_id, line_ref, sum(pcs) as pcs from return_line group by 1, 2) b using (order_id, line_ref)
    order by 1, 2, 4
"""

TOLD_TWICE = """
    with told as (
        select t.source, t.return_ref, t.order_id, t.line_ref, case t.state when 'cancelled' then 0 else t.pcs end as pcs from return_telling t
    ), counted as (
        select t.source, t.return_ref, l.order_id, l.line_ref, sum(l.pcs) as pcs
        from return_teller t join return_line l using (return_line_id) group by 1, 2, 3, 4
    )
    select source, return_ref, line_ref, coalesce(told.pcs, 0)::bigint, coalesce(counted.pcs, 0)::bigint
    from told full join counted using (source, return_ref, order_id, line_ref)
    where coalesce(told.pcs, 0) <> coalesce(counted.pcs, 0)
"""

MORE_THAN_ANYBODY_TELLS = """
    select order_id, line_ref, max(r.pcs)::bigint, max(t.pcs)::bigint
    from (select order_id, line_ref, sum(pcs) as pcs from return_line group by 1, 2) r
    left join (
        select order_id, line_ref, source, sum(case state when 'cancelled' then 0 else pcs end) as pcs from return_telling group by 1, 2, 3
    ) t using (order_id, line_ref)
    group by 1, 2 having max(r.pcs) <> coalesce(max(t.pcs), 0)
"""

NOBODY_TELLS = """
    select return_line_id from return_line l where not exists (select from return_teller t where t.return_line_id = l.return_line_id)
"""

OWED_TWICE = """
    select target, kind, subject from outbox group by 1, 2, 3
    having count(*) filter (where told_version < version and not is_dead) > 1 or bool_or(told_version > version)
"""

STRANDED = """
    select h.number, h.state, h.is_unwanted from shipment h
    left join outbox b on b.target = h.target and b.kind = 'shipment' and b.subject = h.number and b.told_version < b.version
    left join outbox c on c.target = h.target and c.kind = 'call_off' and c.subject = h.number and c.told_version < c.version
    where h.target like 'carrier:%' and h.settled_at is null and not case
        when h.is_unwanted then c.subject is not null or h.state = 'coming_back' or exists (
            select from quarantine q where q.entity = 'shipment' and q.key = h.number and q.state = 'open' and q.reason = 'shipment_has_left')
        when h.state in ('planned', 'booking') then b.subject is not null
        when h.state = 'asked' then b.subject is not null or h.ask_at is not null or exists (
            select from quarantine q where q.entity = 'shipment' and q.key = h.number and q.state = 'open')
        else h.track_at is not null and h.carrier_ref is not null end
"""
"""Shipments that nobody will ever look at again, although nothing is over."""

ASKED_IN_VAIN = """
    select q.key, w.return_id from (
        select key from quarantine where entity = 'return_decision' and state = 'open'
    ) q full join (
        select distinct return_id from return_line l join goods_return r using (return_id)
        where l.state = 'received' and l.decision = 'ask' and r.documented_at is null
    ) w on w.return_id::text = q.key
    where q.key is null or w.return_id is null
"""

SETTLED = "select number, state from shipment where settled_at is not null"

UNBOOKED = """
    select number, state from shipment
    where target like 'carrier:%' and settled_at is null and (state in ('planned', 'asked', 'booking') or (is_unwanted and state = 'booked'))
"""

GONE = {"shipped", "delivered", "returned"}
"""Orders that have left, as their channel says."""

BOOKS = {
    "orders": "select channel, order_ref, state, hold_id from sale_order order by 1, 2",
    "lines": "select order_id, line_ref, state, pcs, cancelled_pcs from sale_line order by 1, 2",
    "ledger": "select item_id, place, account, pcs from ledger_balance where pcs <> 0 order by 1, 2, 3",
    "movements": "select count(*) from ledger_movement",
    "backorders": "select backorder_id, account, pcs, served_pcs, ended_at from backorder order by 1",
    "shipments": "select number, order_id, state, is_unwanted, carrier_ref, tracking, settled_at from shipment order by 1",
    "contents": "select shipment_id, package_no, line_ref, order_id, pcs from shipment_line order by 1, 2, 3",
    "returns": "select return_line_id, return_id, order_id, line_ref, pcs, state, condition, decision, booked_at from return_line order by 1",
    "tellers": "select return_line_id, source, return_ref from return_teller order by 1, 2",
    "tellings": "select source, return_ref, order_id, line_ref, pcs, state from return_telling order by 1, 2, 3, 4",
    "returned": "select order_id, line_ref, returned_pcs from returned_line order by 1, 2",
    "owed": "select target, kind, subject, version, told_version, is_dead from outbox order by 1, 2, 3",
    "questions": "select source, entity, key, reason from quarantine where state = 'open' order by 1, 2, 3, 4",
}
"""What a step that is repeated leaves as it was."""


class Line(NamedTuple):
    """A line of an order, all in units of it.

    ``open``: shipped and not settled; ``going``: not wanted any more and perhaps on its way; ``expected``: still to come with a receipt;
    ``given``: its carrier, if it has one, was told of these, or perhaps was.
    """

    channel: str
    order_ref: str
    number: str
    line_ref: str
    pcs: int
    cancelled: int
    shipped: int
    open: int
    going: int
    expected: int
    returned: int
    batches: int
    state: str
    given: int
    given_to: bool


class Laws:
    """The laws of a shop, and what has settled in it so far."""

    def __init__(self, shop: LifeShop) -> None:
        self.shop = shop
        self.settled: dict[str, str] = {}

    def assert_all(self) -> None:
        """Everything that always holds."""
        self.assert_lines()
        self.assert_ledger()
        self.assert_returns()
        assert self.shop.rows(OWED_TWICE) == []
        assert self.shop.rows(STRANDED) == []
        self.assert_settled()

    def assert_lines(self) -> None:
        """No more leaves than was ordered, nor comes back, by our books and by the carrier's own."""
        for one in self.lines():
            assert 0 <= one.cancelled <= one.pcs, one
            assert one.returned == one.batches, one
            if one.channel == SITE:
                assert one.pcs == self.shop.orders[one.order_ref].heard[one.line_ref], one
                assert one.shipped <= one.pcs, one
                assert one.returned <= one.pcs, one
                assert self.shop.carrier.out(one.number)[one.line_ref] <= one.pcs, one

    def assert_planned(self, channel: str) -> None:
        """After a plan shipped, waiting and cancelled are what was ordered, and what waits is still to come with a receipt.

        What is too many had settled before it was cancelled; what is called off waits until nobody can get it any more.
        """
        for one in self.lines():
            if one.channel != channel:
                continue
            waiting = one.pcs - one.cancelled - one.shipped
            assert waiting >= 0 or not one.open, one
            if one.state in {"new", "confirmed"}:
                assert waiting - one.going <= one.expected, one

    def lines(self) -> list[Line]:
        """Every line of every order."""
        return [Line(*row) for row in self.shop.rows(LINES)]

    def assert_ledger(self) -> None:
        """Every piece is in one account, and only the pool may owe."""
        self.shop.site.assert_conserved()
        assert self.shop.rows("select * from ledger_balance where pcs < 0 and account <> 'pool'") == []

    def assert_returns(self) -> None:
        """No telling is counted twice, and of a line as much came back as whoever tells most of it says."""
        assert self.shop.rows(TOLD_TWICE) == []
        assert self.shop.rows(MORE_THAN_ANYBODY_TELLS) == []
        assert self.shop.rows(NOBODY_TELLS) == []
        assert self.shop.rows(ASKED_IN_VAIN) == []

    def assert_settled(self) -> None:
        """What is over stays so, but for a delivery that was taken back."""
        now = dict(self.shop.rows(SETTLED))
        lost = {number: state for number, state in self.settled.items() if state != "delivered" and now.get(number) != state}
        assert lost == {}
        self.settled = now

    def snapshot(self) -> dict[str, list[tuple[Any, ...]]]:
        """What every book says."""
        return {name: self.shop.rows(query) for name, query in BOOKS.items()}

    def assert_came_back(self, before: Mapping[tuple[str, str], int]) -> None:
        """Of lines of which more came back now than ``before``: no more than is sold, nor than was given to the carrier."""
        for one in self.lines():
            if one.returned > before.get((one.order_ref, one.line_ref), 0):
                assert one.returned <= one.pcs - one.cancelled, one
                assert one.returned <= one.given or one.state in GONE or not one.given_to, one

    def assert_comes_to_rest(self) -> None:
        """With goods, weights and a carrier at hand, everything that is sold leaves, and nothing hangs."""
        shop, shipments = self.shop, self.shop.site.shipments
        shop.site.weigh("board", 2500)
        shop.carrier.words.clear()
        for _ in range(4):
            shop.clock.wait(7200)
            shop.counts_now({"iron": 60, "board": 60})
            for ref, order in shop.orders.items():
                shop.hears(ref, len(order.versions) - 1)
            for number, *_ in shop.rows(
                "select number from shipment where state = 'asked' and not is_unwanted and target = :it", it=CARRIER
            ):
                shipments.correct(number, {"city": "Тула"})
            for channel in (SITE, OZON):
                shop.shop_of(channel).plan()
                self.assert_planned(channel)
            shop.books("takes")
            shop.calls_off("takes")
            shop.follows()
            self.assert_all()
        for one in self.lines():
            if one.channel == SITE and one.state in {"new", "confirmed"}:
                assert one.shipped + one.going >= one.pcs - one.cancelled, one
        assert shop.rows(UNBOOKED) == []
