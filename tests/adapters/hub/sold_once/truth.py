"""What must be true after every step, told from the world's own books, and what must be true once everything has come to rest."""

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import text

from adapters.hub.hub import Hub
from tests.adapters.hub.sold_once.cabinet import Cabinet
from tests.adapters.hub.sold_once.market import ITEMS, LISTED, RECIPES, Market
from tests.adapters.hub.sold_once.sender import longest

ACCOUNTS = text("select item_id, account, sum(pcs)::bigint as pcs, min(pcs) as least_pcs from ledger_balance group by item_id, account")
OFFERS = text("""
    select l.channel, l.channel_sku, o.listing_id, o.warehouse_ref, o.frozen_for, o.write_pcs, o.sent_at, o.leave_by_at, o.alive_until_at
    from offer o join listing l using (listing_id)
""")
ORDERS = text("""
    select o.channel, o.order_ref, o.state, s.pcs, s.cancelled_pcs, s.recipe, s.state as line_state, s.listing_id is not null as is_listed
    from sale_order o join sale_line s using (order_id)
""")
ALARMS = text("""
    select o.channel, o.order_ref, j.sentence from journal j join sale_order o on o.number = j.detail ->> 'order'
    where j.kind in ('oversell', 'sold_beyond_quota')
""")
COMMITTED = text("select hold_id from hold where state = 'committed'")


class Books(NamedTuple):
    """The hub, as it stands: accounts by item and name, offers by channel and sku, orders by channel and key, committed holds."""

    accounts: dict[tuple[int, str], int]
    least: int
    offers: dict[tuple[str, str], Any]
    orders: dict[tuple[str, str], list[Any]]
    committed: set[str]


def read_books(hub: Hub) -> Books:
    """Everything that is asked below, in one look."""
    with hub.engine.begin() as connection:
        accounts = connection.execute(ACCOUNTS).all()
        orders: dict[tuple[str, str], list[Any]] = {}
        for row in connection.execute(ORDERS):
            orders.setdefault((row.channel, row.order_ref), []).append(row)
        return Books(
            accounts={(row.item_id, row.account): int(row.pcs) for row in accounts},
            least=min((row.least_pcs for row in accounts if row.account != "pool"), default=0),
            offers={(row.channel, row.channel_sku): row for row in connection.execute(OFFERS)},
            orders=orders,
            committed=set(connection.scalars(COMMITTED)),
        )


def check(market: Market) -> None:
    """After every step."""
    books = read_books(market.hub)
    assert books.least >= 0, "an account other than the pool is below zero"
    violations = market.ledger.check_conservation()
    assert violations.is_empty(), violations
    assert_nothing_is_sold_twice(market, books)
    for cabinet in market.told.values():
        for sku in LISTED[cabinet.name]:
            assert_covered(market, books, cabinet, sku)
    assert_orders_are_right(market, books)
    assert_nobody_is_alarmed(market)


def assert_nothing_is_sold_twice(market: Market, books: Books) -> None:
    """Live orders and paid carts are pieces that are there, or were when they were promised and the shelf lost them since."""
    live = live_pieces(market, books.committed)
    for ref in ITEMS:
        there = market.base.arrived[ref] - market.lost[ref]
        assert live[ref] <= there + market.excused[ref], f"OVERSOLD {ref}: {live[ref]} sold, {there} there, {market.excused[ref]} excused"


def live_pieces(market: Market, committed: set[str]) -> Counter[str]:
    """Pieces that buyers have or wait for, by item."""
    pieces: Counter[str] = Counter()
    for cabinet in market.cabinets.values():
        for sale in cabinet.sales:
            for ref, qty in sale.recipe:
                pieces[ref] += qty * sale.live_pcs
    for visit in market.visits:
        if visit.hold_id in committed and visit.sale is None:
            for ref, qty in RECIPES[visit.sku]:
                pieces[ref] += qty * visit.pcs
    return pieces


def assert_covered(market: Market, books: Books, cabinet: Cabinet, sku: str) -> None:
    """An exposure is enough for all that its listing sold unseen or may still sell."""
    offer = books.offers[cabinet.name, sku]
    assert offer.frozen_for is None, f"{cabinet.name}/{sku} was taken for edited, and every bound holds"
    unsent = offer.write_pcs or 0 if offer.sent_at is None and offer.write_pcs and offer.leave_by_at >= market.clock.hand[0] else 0
    unseen = sum(sale.live_pcs - recorded_pcs(books, cabinet.name, sale.ref) for sale in cabinet.sales if sale.sku == sku)
    flying = sum(write.pcs for write in cabinet.flying if write.sku == sku)
    returning = sum(piece.pcs for piece in cabinet.returning if piece.sku == sku)
    leaving = sum(pcs for one, pcs in market.senders[cabinet.name].leaving if one == sku)
    needed = cabinet.shown[sku] + cabinet.unpaid.count(sku) + unseen + flying + returning + leaving + unsent
    for ref, qty in RECIPES[sku]:
        exposed = exposed_pcs(market, books, offer, cabinet, ref)
        assert needed * qty <= exposed, f"EXPOSURE TOO SMALL {cabinet.name}/{sku}: {needed} × {qty} of {ref} needed, {exposed} exposed"


def exposed_pcs(market: Market, books: Books, offer: Any, cabinet: Cabinet, ref: str) -> int:
    """Pieces of an item in an offer's account."""
    account = f"exposure:{cabinet.name}:{offer.listing_id}:{offer.warehouse_ref}"
    return books.accounts.get((market.item_ids[ref], account), 0)


def recorded_pcs(books: Books, channel: str, order_ref: str) -> int:
    """Live pieces of an order as the hub knows it."""
    return sum(row.pcs - row.cancelled_pcs for row in books.orders.get((channel, order_ref), ()))


def assert_orders_are_right(market: Market, books: Books) -> None:
    """Each order is recorded once, of the goods it was sold of, and none beyond its quota.

    A piece may be cancelled, for sale again and sold again before the cancellation is in the list: that explains a sale beyond it.
    """
    sales = {(name, sale.ref): sale for name, cabinet in market.cabinets.items() for sale in cabinet.sales}
    for key, lines in books.orders.items():
        (line,) = lines
        recipe = sorted((market.item_ids[ref], qty) for ref, qty in sales[key].recipe)
        assert sorted(map(tuple, line.recipe)) == recipe, f"{key} was sold as {recipe} and is recorded as {line.recipe}"
        assert line.line_state == "sold"
        assert line.is_listed
    for name, recorded in market.recorded:
        for one in recorded.beyond:
            sku = sales[name, one.order_ref].sku
            unheard = sum(
                max(0, recorded_pcs(books, name, sale.ref) - sale.live_pcs) for sale in market.cabinets[name].sales if sale.sku == sku
            )
            explained = unheard * max(qty for _, qty in RECIPES[sku])
            assert not one.is_told or one.pcs <= explained, f"{name} sold beyond its exposure: {one}"
        market.from_pool |= {(name, one.order_ref) for one in recorded.beyond if not one.is_told}
    market.recorded.clear()


def assert_nobody_is_alarmed(market: Market) -> None:
    """Every bound holds, so each sale beyond a quota is explained by a cancellation, at the latest when it has to be listed.

    What is sold while a listing is being connected comes from the pool, which may owe it until that is settled: this is told at once.
    """
    with market.hub.engine.begin() as connection:
        rows = connection.execute(ALARMS).all()
    told = [row.sentence for row in rows if row.channel in market.told and (row.channel, row.order_ref) not in market.from_pool]
    assert told == [], f"a false alarm: {told}"


def come_to_rest(market: Market) -> None:
    """Quiet: nobody buys, everybody looks, and what waits for its time has it."""
    for sender in market.senders.values():
        sender.die()
    for cabinet in market.told.values():
        while cabinet.unpaid:
            cabinet.abandon(0)
    for _ in range(ROUNDS_TO_REST):
        market.wait(max(longest(cabinet) for cabinet in market.told.values()).total_seconds())
        market.base.catch_up()
        market.post()
        market.poll_all()
        market.play_rounds()
        market.keep_house()
        check(market)
        if is_at_rest(market):
            return
    raise AssertionError(f"not at rest: {read_books(market.hub)}")


ROUNDS_TO_REST = 12


def is_at_rest(market: Market) -> bool:
    """Every exposure is what is shown, and every other piece is in the pool, or sold."""
    books = read_books(market.hub)
    live = live_pieces(market, books.committed)
    shown: Counter[str] = Counter()
    for (name, sku), offer in books.offers.items():
        cabinet = market.told[name]
        if offer.write_pcs is not None or offer.alive_until_at is not None:
            return False
        for ref, qty in RECIPES[sku]:
            if exposed_pcs(market, books, offer, cabinet, ref) != cabinet.shown[sku] * qty:
                return False
            shown[ref] += cabinet.shown[sku] * qty
    pools = {ref: books.accounts[market.item_ids[ref], "pool"] for ref in ITEMS}
    return all(pools[ref] == market.base.shelf[ref] - live[ref] - shown[ref] for ref in ITEMS)
