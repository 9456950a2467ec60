"""A bundle cancelled after its listing's recipe changed: what the channel may put back on sale is a bundle of today's recipe."""

import threading
from collections.abc import Sequence

import pytest

from adapters.hub.hub import Hub
from adapters.hub.ledger_sales import SalesDesk
from adapters.hub.offers import Offers
from tests.adapters.hub.order_shop import WAREHOUSE, OrderShop, as_json, report
from tests.adapters.hub.shop import minute, our_minute
from tests.adapters.hub.told import Book

Parts = Sequence[Sequence[int]]


@pytest.fixture
def shop(hub: Hub) -> OrderShop:
    return OrderShop(hub)


def bundle_sold_out(shop: OrderShop, recipe: Parts, units: int) -> str:
    """A set whose whole exposure was sold under a recipe; returns the exposure."""
    bundle = shop.add_item("set", is_bundle=True)
    exposed = {item_id: pcs * units for item_id, pcs in recipe}
    exposure = shop.offer(shop.enlist(bundle, "set"), exposed, recipe=recipe)
    shop.record(report("1", {"set": units}))
    return exposure


def renew(shop: OrderShop, recipe: Parts) -> None:
    """The sender finds another recipe in force."""
    Offers(shop.hub).open(shop.channel, Book.wishes(shop.rows("select listing_id from listing")[0][0], WAREHOUSE, as_json(recipe)))


def recipe_now(shop: OrderShop) -> Parts:
    return shop.rows("select recipe from offer")[0][0]  # type: ignore[no-any-return]


def test_a_bundle_cancelled_after_its_recipe_changed_is_covered_by_the_recipe_of_today(shop: OrderShop) -> None:
    iron, board, cup = (shop.stock(10, ref=ref) for ref in ("iron", "board", "cup"))
    exposure = bundle_sold_out(shop, [[iron, 1], [board, 2]], 2)
    renew(shop, [[iron, 3], [cup, 1]])
    assert recipe_now(shop) == [[iron, 3], [cup, 1]]
    shop.record(report("1", {"set": 1}))
    assert shop.accounts(iron) == {"pool": 6, exposure: 3, shop.sold("1", "set"): 1}
    assert shop.accounts(board) == {"pool": 8, shop.sold("1", "set"): 2}
    assert shop.accounts(cup) == {"pool": 9, exposure: 1}
    shop.record(report("1", {"set": 1}, state="cancelled"))
    assert [shop.accounts(item_id) for item_id in (iron, board, cup)] == [
        {"pool": 4, exposure: 6}, {"pool": 10}, {"pool": 8, exposure: 2},
    ]  # fmt: skip
    assert [pcs for _, _, pcs in shop.withdrawn()] == [1, 1]
    shop.assert_conserved()


def test_what_the_recipe_of_today_needs_and_nobody_has_is_owed_by_the_pool(shop: OrderShop) -> None:
    iron, cup = shop.stock(1), shop.stock(1, ref="cup")
    exposure = bundle_sold_out(shop, [[iron, 1]], 1)
    renew(shop, [[cup, 3]])
    shop.record(report("1", {"set": 1}, state="cancelled"))
    assert (shop.accounts(iron), shop.accounts(cup)) == ({"pool": 1}, {"pool": -2, exposure: 3})
    shop.assert_conserved()


def test_what_left_sold_before_it_was_cancelled_is_covered_by_the_recipe_of_today_too(shop: OrderShop) -> None:
    iron, cup = shop.stock(5), shop.stock(5, ref="cup")
    exposure = bundle_sold_out(shop, [[iron, 2]], 1)
    (number,) = shop.papers()
    shop.hand_over(number)
    shop.report(number, {"iron": 2}, formed_at=minute(1), received_at=our_minute(1))
    shop.count({iron: 3, cup: 5}, formed_at=minute(2), began_at=our_minute(2))
    shop.ledger.post_counts()
    renew(shop, [[iron, 1], [cup, 1]])
    shop.record(report("1", {"set": 1}, state="cancelled"))
    assert (shop.accounts(iron), shop.accounts(cup)) == ({"pool": 2, exposure: 1}, {"pool": 4, exposure: 1})
    shop.assert_conserved()


def test_pieces_of_a_listing_without_a_quota_go_back_to_everybody(shop: OrderShop) -> None:
    item_id, _ = shop.sells(5, 2)
    shop.record(report("1", {"iron": 2}))
    Offers(shop.hub).close(shop.channel, [shop.rows("select listing_id from listing")[0][0]])
    shop.record(report("1", {"iron": 1}))
    shop.record(report("1", {"iron": 1}, state="cancelled"))
    assert shop.accounts(item_id) == {"pool": 5}
    shop.assert_conserved()


def test_a_recipe_waits_for_a_cancellation_that_is_being_recorded(shop: OrderShop, monkeypatch: pytest.MonkeyPatch) -> None:
    iron, cup = shop.stock(5), shop.stock(5, ref="cup")
    exposure = bundle_sold_out(shop, [[iron, 1]], 1)
    renewing = threading.Thread(target=renew, args=(shop, [[cup, 1]]))

    def written(desk: SalesDesk) -> None:
        """The sender comes when all is decided and nothing is written, and the cancellation goes on when the sender waits, or is done."""
        renewing.start()
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        while renewing.is_alive() and shop.rows(waits) == [(0,)]:
            renewing.join(0.01)
        write(desk)

    write = SalesDesk.write
    monkeypatch.setattr(SalesDesk, "write", written)
    shop.record(report("1", {"set": 1}, state="cancelled"))
    renewing.join()
    assert recipe_now(shop) == [[iron, 1]]
    assert (shop.accounts(iron), shop.accounts(cup)) == ({"pool": 4, exposure: 1}, {"pool": 5})
