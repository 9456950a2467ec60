"""Real connections at once: one piece is sold once, and carts in opposite order do not wait for each other for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic

import pytest
from sqlalchemy import text

from adapters.hub.hub import Hub
from adapters.hub.ledger import Shortage, Taken, Wanted
from adapters.hub.ledger_moves import lock_pools
from adapters.hub.ledger_posting import post_counts
from tests.adapters.hub.shop import OURS, Shop, minute

BUYERS = 50
ROUNDS = 15


@pytest.fixture
def shop(hub: Hub) -> Shop:
    """An empty shop."""
    return Shop(hub)


def at_once(acts: list[Callable[[], Taken | list[Shortage]]]) -> list[Taken | list[Shortage]]:
    """Start every act at the same moment, each in a thread of its own."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], Taken | list[Shortage]]) -> Taken | list[Shortage]:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_one_piece_and_fifty_buyers_at_once_is_exactly_one_sale(shop: Shop) -> None:
    item_id = shop.stock(1)

    def buyer(number: int) -> Callable[[], Taken | list[Shortage]]:
        wanted = [Wanted(item_id=item_id, pcs=1)]
        return lambda: shop.ledger.take(wanted, to_account=f"hold:{number}", reason="held", reference=f"cart-{number}")

    answers = at_once([buyer(number) for number in range(BUYERS)])
    assert sum(isinstance(answer, Taken) for answer in answers) == 1
    assert answers.count([Shortage(item_id=item_id, place=None, wanted_pcs=1, free_pcs=0)]) == BUYERS - 1
    assert shop.accounts(item_id)["pool"] == 0
    shop.assert_conserved()


def test_the_same_cart_sent_twice_at_once_is_taken_once(shop: Shop) -> None:
    item_id = shop.stock(10)
    wanted = [Wanted(item_id=item_id, pcs=1)]
    answers = at_once([lambda: shop.ledger.take(wanted, to_account="hold:a", reason="held", reference="a")] * 8)
    assert all(answer == answers[0] for answer in answers)
    assert shop.accounts(item_id) == {"pool": 9, "hold:a": 1}


def test_carts_in_opposite_order_never_lock_each_other_out(shop: Shop) -> None:
    items = [shop.stock(BUYERS * ROUNDS, ref=f"item-{number}") for number in range(6)]

    def cart(number: int, order: list[int]) -> Callable[[], Taken | list[Shortage]]:
        wanted = [Wanted(item_id=item_id, pcs=1) for item_id in order]
        return lambda: shop.ledger.take(wanted, to_account=f"hold:{number}", reason="held", reference=f"cart-{number}")

    acts = [cart(number, items if number % 2 else items[::-1]) for number in range(8 * ROUNDS)]
    for start in range(0, len(acts), 8):
        assert all(isinstance(answer, Taken) for answer in at_once(acts[start : start + 8]))
    shop.assert_conserved()


def test_carts_and_counts_at_once_lose_no_piece(shop: Shop) -> None:
    items = [shop.stock(100, ref=f"item-{number}") for number in range(6)]

    def cart(number: int) -> Callable[[], Taken | list[Shortage]]:
        wanted = [Wanted(item_id=item_id, pcs=1) for item_id in items[::-1]]
        return lambda: shop.ledger.take(wanted, to_account=f"hold:{number}", reason="held", reference=f"cart-{number}")

    def posting() -> Taken | list[Shortage]:
        shop.ledger.post_counts()
        return []

    for turn in range(ROUNDS):
        shop.count(dict.fromkeys(items, 100 + turn), formed_at=minute(turn + 1))
        at_once([cart(4 * turn + number) for number in range(4)] + [posting, posting])
        shop.assert_conserved()
    assert all(sum(shop.accounts(item_id).values()) == 100 + ROUNDS - 1 for item_id in items)


def test_a_posting_waits_for_the_first_item_before_it_locks_the_next(shop: Shop) -> None:
    promised, plain = shop.stock(5, ref="promised"), shop.stock(5, ref="plain")
    shop.ledger.take([Wanted(item_id=promised, pcs=1)], to_account="hold:a", reason="held", reference="a")
    shop.count({promised: 6, plain: 6}, formed_at=minute(1))
    with ThreadPoolExecutor(1) as thread, shop.hub.engine.begin() as cart:
        lock_pools(cart, [promised])
        posting = thread.submit(shop.ledger.post_counts)
        wait_until_one_waits(shop)
        lock_pools(cart, [plain])
        cart.commit()
        assert posting.result().places == 2
    shop.assert_conserved()


def test_whoever_posts_second_returns_only_when_the_first_has_posted(shop: Shop) -> None:
    item_id = shop.add_item()
    shop.count({item_id: 5})
    with ThreadPoolExecutor(1) as thread, shop.hub.engine.begin() as first:
        post_counts(first, OURS, None)
        second = thread.submit(shop.ledger.post_counts)
        wait_until_one_waits(shop)
        assert not second.done()
        first.commit()
        assert second.result().places == 0


def wait_until_one_waits(shop: Shop, *, waiters: int = 1) -> None:
    """So many statements wait for somebody's lock."""
    waiting = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
    deadline = monotonic() + 10
    with shop.hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(waiting).scalar_one() < waiters:
            assert monotonic() < deadline, "nobody waits"
