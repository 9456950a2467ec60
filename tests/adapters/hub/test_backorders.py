from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import NamedTuple

import pytest
from sqlalchemy import select

from adapters.hub import backorders
from adapters.hub.backorders import Receipts
from adapters.hub.holds import Cart, Held, Refused, consume, let_go
from adapters.hub.hub import Hub
from adapters.hub.tables.ledger import ledger_movement
from tests.adapters.hub.checkout import Checkout
from tests.adapters.hub.shop import minute


@pytest.fixture
def shop(hub: Hub) -> Checkout:
    return Checkout(hub)


@pytest.fixture
def receipts(hub: Hub) -> Receipts:
    return Receipts(hub)


class Served(NamedTuple):
    account: str
    pcs: int


def served(shop: Checkout, item_id: int) -> list[Served]:
    m = ledger_movement.c
    came = select(m.to_account, m.pcs).where(m.item_id == item_id, m.reason == backorders.REASON).order_by(m.movement_id)
    with shop.hub.engine.begin() as connection:
        return [Served(*row) for row in connection.execute(came)]


def count(shop: Checkout, item_id: int, pcs: int, at: int) -> list[Served]:
    """1C counts, and who waits is served: what came for whom now."""
    before = served(shop, item_id)
    shop.count({item_id: pcs}, formed_at=minute(at))
    shop.ledger.post_counts()
    return served(shop, item_id)[len(before) :]


def announce(shop: Checkout, receipts: Receipts, pcs: int, *, days: int = 7, ref: str = "iron") -> int:
    receipt_id = receipts.open(ref, pcs=pcs, expected_on=shop.today() + timedelta(days=days))
    assert receipt_id is not None
    return receipt_id


def test_what_the_pool_lacks_is_promised_of_the_receipt_with_its_day(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 1)
    announce(shop, receipts, 5)
    held = shop.held("cart", {"iron": 3}, accepts_backorder=True)
    assert [(line.pcs, line.backordered_pcs, line.promised_on) for line in held.lines] == [(3, 2, shop.today() + timedelta(days=7))]
    assert shop.accounts(iron) == {"pool": 0, f"hold:{held.hold_id}": 1}
    shop.assert_conserved()


def test_who_does_not_want_to_wait_is_promised_nothing(shop: Checkout, receipts: Receipts) -> None:
    shop.sells("iron", 1)
    announce(shop, receipts, 5)
    assert shop.refused("cart", {"iron": 3}) == {"iron": (3, 1)}


def test_no_more_is_promised_than_is_expected(shop: Checkout, receipts: Receipts) -> None:
    shop.sells("iron", 0)
    announce(shop, receipts, 5)
    carts = [Cart(channel="site", key=key, lines={"iron": 2}, accepts_backorder=True) for key in "abc"]
    assert [isinstance(answer, Held) for answer in shop.holds.reserve(carts)] == [True, True, False]
    shop.held("d", {"iron": 1}, accepts_backorder=True)
    assert isinstance(shop.ask("e", {"iron": 1}, accepts_backorder=True), Refused)


def test_buyers_at_once_are_promised_no_more_than_is_expected(shop: Checkout, receipts: Receipts) -> None:
    shop.sells("iron", 0)
    announce(shop, receipts, 5)
    gate = Barrier(12)

    def buyer(number: int) -> Callable[[], bool]:
        def ask() -> bool:
            gate.wait()
            return isinstance(shop.ask(f"cart-{number}", {"iron": 1}, accepts_backorder=True), Held)

        return ask

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(lambda ask: ask(), [buyer(number) for number in range(12)])) == 5


def test_a_bundle_does_not_wait(shop: Checkout, receipts: Receipts) -> None:
    shop.sells("iron", 0)
    shop.bundle("set", {"iron": 1})
    announce(shop, receipts, 5)
    assert shop.refused("cart", {"set": 1}, accepts_backorder=True) == {"set": (1, 0)}


def test_a_line_may_wait_for_two_receipts_until_the_later(shop: Checkout, receipts: Receipts) -> None:
    shop.sells("iron", 0)
    announce(shop, receipts, 2, days=9)
    announce(shop, receipts, 2, days=3)
    first = shop.held("first", {"iron": 1}, accepts_backorder=True)
    second = shop.held("second", {"iron": 3}, accepts_backorder=True)
    assert first.lines[0].promised_on == shop.today() + timedelta(days=3)
    assert second.lines[0].promised_on == shop.today() + timedelta(days=9)


def test_of_a_receipt_whose_day_is_over_nothing_is_promised(shop: Checkout, receipts: Receipts) -> None:
    shop.sells("iron", 0)
    announce(shop, receipts, 5, days=1)
    shop.wait(3 * 86400)
    assert shop.refused("cart", {"iron": 1}, accepts_backorder=True) == {"iron": (1, 0)}


def test_who_ordered_first_is_served_first_before_the_pool(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 0)
    announce(shop, receipts, 5)
    first = shop.held("first", {"iron": 2}, accepts_backorder=True)
    second = shop.held("second", {"iron": 2}, accepts_backorder=True)
    assert [(one.account, one.pcs) for one in count(shop, iron, 3, 1)] == [(f"hold:{first.hold_id}", 2), (f"hold:{second.hold_id}", 1)]
    assert shop.accounts(iron) == {"pool": 0, f"hold:{first.hold_id}": 2, f"hold:{second.hold_id}": 1}
    assert [one.pcs for one in count(shop, iron, 5, 2)] == [1]
    assert shop.pool(iron) == 1
    assert count(shop, iron, 6, 3) == []
    shop.assert_conserved()


def test_what_has_come_is_not_promised_a_second_time(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 0)
    announce(shop, receipts, 5)
    count(shop, iron, 5, 1)
    assert shop.refused("cart", {"iron": 6}, accepts_backorder=True) == {"iron": (6, 5)}
    shop.held("cart", {"iron": 5}, accepts_backorder=True)
    assert [one.free_pcs for one in receipts.list(shop.today())] == [0]


def test_of_a_receipt_that_came_in_part_the_rest_is_promised(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 0)
    announce(shop, receipts, 5)
    shop.held("first", {"iron": 1}, accepts_backorder=True)
    count(shop, iron, 2, 1)
    assert [one.free_pcs for one in receipts.list(shop.today())] == [3]
    shown = shop.holds.stock("site", "iron")
    assert shown is not None
    assert (shown.free_pcs, shown.preorder_pcs, shown.expected_on) == (1, 3, shop.today() + timedelta(days=7))


def test_a_cart_that_ended_waits_for_nothing(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 0)
    announce(shop, receipts, 2)
    shop.held("first", {"iron": 2}, accepts_backorder=True)
    shop.wait(901)
    shop.holds.expire()
    assert count(shop, iron, 0, 1) == []
    shop.held("second", {"iron": 2}, accepts_backorder=True)
    shop.assert_conserved()


def test_a_cart_that_ended_gives_back_what_it_was_served(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 0)
    announce(shop, receipts, 2)
    held = shop.held("first", {"iron": 2}, accepts_backorder=True)
    count(shop, iron, 1, 1)
    shop.holds.release("site", held.hold_id)
    assert shop.accounts(iron) == {"pool": 1}
    shop.assert_conserved()


def test_an_order_keeps_waiting_in_its_hold_until_it_is_cancelled(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 0)
    announce(shop, receipts, 2)
    held = shop.held("cart", {"iron": 2}, accepts_backorder=True)
    with shop.hub.engine.begin() as connection:
        taken = consume(connection, shop.hub.clock.now(), channel="site", hold_id=held.hold_id, order_ref="17")
    assert taken is not None
    assert taken.lines[0].backordered_pcs == 2
    assert [one.account for one in count(shop, iron, 1, 1)] == [taken.account]
    with shop.hub.engine.begin() as connection:
        assert let_go(connection, shop.hub.clock.now(), held.hold_id) == 1
    assert count(shop, iron, 3, 2) == []
    assert shop.accounts(iron) == {"pool": 3}


def test_a_closed_receipt_promises_nothing_and_keeps_its_promises(shop: Checkout, receipts: Receipts) -> None:
    iron = shop.sells("iron", 0)
    receipt_id = announce(shop, receipts, 5)
    shop.held("first", {"iron": 1}, accepts_backorder=True)
    assert [receipts.close(receipt_id), receipts.close(receipt_id)] == [True, False]
    assert shop.refused("second", {"iron": 1}, accepts_backorder=True) == {"iron": (1, 0)}
    assert [one.pcs for one in count(shop, iron, 1, 1)] == [1]
    assert list(receipts.list(shop.today())) == []


def test_a_receipt_of_an_unknown_item_or_a_bundle_is_not_opened(shop: Checkout, receipts: Receipts) -> None:
    shop.sells("iron", 0)
    shop.bundle("set", {"iron": 1})
    assert receipts.open("what", pcs=1, expected_on=shop.today()) is None
    assert receipts.open("set", pcs=1, expected_on=shop.today()) is None
