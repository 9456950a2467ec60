from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import select, text

from adapters.errors import Unavailable
from adapters.hub.hold_ending import COLUMNS, end, find_holds
from adapters.hub.holds import Busy, Cart, Held, OtherOrder, Refused
from adapters.hub.hub import Hub
from adapters.hub.ledger_moves import lock_pools
from adapters.hub.tables.orders import hold
from tests.adapters.hub.checkout import Checkout, settings_of, site
from tests.adapters.hub.shop import minute
from tests.adapters.hub.test_ledger_races import wait_until_one_waits


@pytest.fixture
def shop(hub: Hub) -> Checkout:
    return Checkout(hub)


def test_a_cart_is_taken_whole(shop: Checkout) -> None:
    iron, board = shop.sells("iron", 5), shop.sells("board", 2)
    held = shop.held("cart", {"iron": 2, "board": 1})
    assert (held.state, held.is_new) == ("held", True)
    assert [(line.sku, line.pcs, line.backordered_pcs) for line in held.lines] == [("iron", 2, 0), ("board", 1, 0)]
    assert shop.accounts(iron) == {"pool": 3, f"hold:{held.hold_id}": 2}
    assert shop.accounts(board) == {"pool": 1, f"hold:{held.hold_id}": 1}
    shop.assert_conserved()


def test_a_cart_that_cannot_be_taken_whole_takes_nothing_and_every_shortage_is_named(shop: Checkout) -> None:
    iron, board = shop.sells("iron", 1), shop.sells("board", 2)
    cover = shop.sells("cover", 9)
    assert shop.refused("cart", {"iron": 3, "cover": 1, "board": 5}) == {"iron": (3, 1), "board": (5, 2)}
    assert [shop.pool(one) for one in (iron, board, cover)] == [1, 2, 9]
    assert shop.states() == []
    shop.assert_conserved()


def test_a_piece_that_another_place_owes_is_in_no_cart(shop: Checkout) -> None:
    iron = shop.sells("iron", 0)
    shop.count({iron: 2}, place="second")
    shop.ledger.post_counts()
    shop.owe(iron, 1)
    stock = shop.holds.stock("site", "iron")
    assert stock is not None
    assert stock.free_pcs == 1
    assert shop.refused("cart", {"iron": 2}) == {"iron": (2, 1)}
    assert shop.held("other", {"iron": 1}).state == "held"


def test_the_same_key_is_the_same_cart(shop: Checkout) -> None:
    iron = shop.sells("iron", 5)
    first = shop.held("cart", {"iron": 2})
    again = shop.held("cart", {"iron": 2})
    assert (again.hold_id, again.expires_at, again.is_new) == (first.hold_id, first.expires_at, False)
    assert shop.pool(iron) == 3


def test_the_same_key_of_another_site_is_another_cart(hub: Hub) -> None:
    shop = Checkout(hub, settings_of(channels={"site": site(), "outlet": site(reservation_key="other")}))
    iron = shop.sells("iron", 5)
    shop.list_on("outlet", iron, "iron")
    assert shop.held("cart", {"iron": 1}).hold_id != shop.held("cart", {"iron": 1}, channel="outlet").hold_id
    assert shop.pool(iron) == 3


@pytest.mark.parametrize("lines", [{"iron": 1}, {"iron": 2, "board": 1}, {"board": 2}])
def test_the_same_key_with_a_different_cart_is_refused(shop: Checkout, lines: dict[str, int]) -> None:
    iron = shop.sells("iron", 5)
    shop.sells("board", 5)
    shop.held("cart", {"iron": 2})
    assert shop.ask("cart", lines) == Refused(is_other_cart=True)
    assert shop.pool(iron) == 3


def test_a_refused_cart_may_come_again_under_its_key(shop: Checkout) -> None:
    iron = shop.sells("iron", 1)
    assert shop.refused("cart", {"iron": 2}) == {"iron": (2, 1)}
    shop.count({iron: 2}, formed_at=minute(1))
    shop.ledger.post_counts()
    assert shop.held("cart", {"iron": 2}).is_new


def test_an_unknown_code_is_a_shortage_with_its_reason(shop: Checkout) -> None:
    iron = shop.sells("iron", 5)
    answer = shop.ask("cart", {"iron": 1, "what": 1})
    assert isinstance(answer, Refused)
    (short,) = answer.shortages
    assert (short.sku, short.free_pcs) == ("what", 0)
    assert short.why_not is not None
    assert shop.pool(iron) == 5


def test_a_lost_listing_sells_nothing(shop: Checkout) -> None:
    shop.sells("iron", 5)
    with shop.hub.engine.begin() as connection:
        connection.exec_driver_sql("update listing set lost_at = now()")
    assert shop.refused("cart", {"iron": 1}) == {"iron": (1, 0)}


@pytest.mark.parametrize("claim", ["is_deleted", "is_absent", "is_umbrella"])
def test_what_left_1c_is_not_sold(shop: Checkout, claim: str) -> None:
    shop.mark(shop.sells("iron", 5), **{claim: True})
    assert shop.refused("cart", {"iron": 1}) == {"iron": (1, 0)}
    stock = shop.holds.stock("site", "iron")
    assert stock is not None
    assert stock.free_pcs == 0


def test_what_left_1c_with_its_product_is_not_sold(shop: Checkout) -> None:
    shop.sells("iron", 5)
    shop.describe("iron", is_deleted=True)
    assert shop.refused("cart", {"iron": 1}) == {"iron": (1, 0)}


def test_a_bundle_whose_part_left_1c_is_not_sold(shop: Checkout) -> None:
    shop.mark(shop.sells("iron", 5), is_deleted=True)
    shop.bundle("set", {"iron": 1})
    assert shop.refused("cart", {"set": 1}) == {"set": (1, 0)}


def test_an_item_in_shortfall_is_not_sold(shop: Checkout) -> None:
    shop.sells("iron", 5)
    with shop.hub.engine.begin() as connection:
        connection.exec_driver_sql("insert into shortfall select item_id, 'main', 1, now() from item")
    assert shop.refused("cart", {"iron": 1}) == {"iron": (1, 0)}
    stock = shop.holds.stock("site", "iron")
    assert stock is not None
    assert stock.free_pcs == 0


def test_a_site_sells_only_from_its_own_warehouses(hub: Hub) -> None:
    shop = Checkout(hub, settings_of(channels={"site": site(places=["near"])}))
    iron = shop.sells("iron", 2, place="near")
    shop.count({iron: 9}, place="far", formed_at=minute(1))
    shop.ledger.post_counts()
    assert shop.refused("cart", {"iron": 3}) == {"iron": (3, 2)}
    shop.held("cart", {"iron": 2})
    assert (shop.pool(iron, "near"), shop.pool(iron, "far")) == (0, 9)


def test_a_bundle_takes_its_parts_and_keeps_its_recipe(shop: Checkout) -> None:
    iron, cover = shop.sells("iron", 5), shop.sells("cover", 5)
    kit = shop.bundle("set", {"iron": 1, "cover": 2})
    held = shop.held("cart", {"set": 2, "cover": 1})
    assert held.lines[0].recipe == ((iron, 1), (cover, 2))
    assert held.lines[0].item_id == kit
    assert (shop.pool(iron), shop.pool(cover)) == (3, 0)
    assert shop.refused("other", {"set": 1}) == {"set": (1, 0)}
    shop.assert_conserved()


def test_a_bundle_and_its_part_in_one_cart_are_not_promised_the_same_piece(shop: Checkout) -> None:
    shop.sells("iron", 2)
    shop.bundle("set", {"iron": 1})
    assert shop.refused("cart", {"iron": 2, "set": 1}) == {"iron": (2, 1)}
    shop.held("cart", {"iron": 1, "set": 1})


def test_a_bundle_is_sold_by_the_recipe_of_the_day(shop: Checkout) -> None:
    iron, cover = shop.sells("iron", 5), shop.sells("cover", 5)
    shop.bundle("set", {"iron": 1})
    shop.recipe("set", {"cover": 1}, promotion="gift", valid_from=shop.today(), valid_to=shop.today())
    promoted = shop.held("cart", {"set": 1})
    assert (promoted.lines[0].recipe, promoted.lines[0].promotion) == (((cover, 1),), "gift")
    shop.wait(2 * 86400)
    assert shop.held("later", {"set": 1}).lines[0].recipe == ((iron, 1),)


def test_a_bundle_inside_a_bundle_takes_the_parts_of_both(shop: Checkout) -> None:
    iron = shop.sells("iron", 5)
    shop.bundle("set", {"iron": 2})
    shop.bundle("box", {"set": 2})
    shop.held("cart", {"box": 1})
    assert shop.pool(iron) == 1


def test_a_bundle_without_a_recipe_in_force_is_not_sold(shop: Checkout) -> None:
    shop.sells("iron", 5)
    shop.bundle("set", {"iron": 1}, valid_to=shop.today() - timedelta(days=1))
    assert shop.refused("cart", {"set": 1}) == {"set": (1, 0)}


def test_of_one_round_who_came_first_gets_the_last_piece(shop: Checkout) -> None:
    shop.sells("iron", 1)
    answers = shop.holds.reserve([Cart(channel="site", key=key, lines={"iron": 1}) for key in "cab"])
    assert [isinstance(answer, Held) for answer in answers] == [True, False, False]
    shop.assert_conserved()


def test_a_cart_is_held_as_long_as_it_asks_and_no_longer_than_the_longest(hub: Hub) -> None:
    shop = Checkout(hub, settings_of(ttl_s=900, longest_s=1000))
    shop.sells("iron", 5)
    now = hub.clock.now()
    for key, asked_s, expected_s in (("usual", None, 900), ("short", 60.0, 60), ("long", 99999.0, 1000)):
        expires_at = shop.held(key, {"iron": 1}, ttl_s=asked_s).expires_at
        assert abs((expires_at - now).total_seconds() - expected_s) < 30


def test_when_its_time_is_over_a_cart_goes_back_to_the_pool(shop: Checkout) -> None:
    iron = shop.sells("iron", 5)
    shop.held("cart", {"iron": 2})
    shop.held("longer", {"iron": 1}, ttl_s=3000.0)
    assert shop.holds.expire() == 0
    shop.wait(901)
    assert shop.holds.expire() == 1
    assert shop.holds.expire() == 0
    assert shop.pool(iron) == 4
    assert sorted(shop.states()) == ["expired", "held"]
    shop.assert_conserved()


def test_a_cart_extended_in_time_does_not_expire(shop: Checkout) -> None:
    shop.sells("iron", 5)
    held = shop.held("cart", {"iron": 2})
    shop.wait(800)
    extended = shop.holds.extend("site", held.hold_id, ttl_s=900)
    assert isinstance(extended, Held)
    shop.wait(800)
    assert shop.holds.expire() == 0


def test_the_same_key_after_its_time_takes_again_from_the_pool(shop: Checkout) -> None:
    iron = shop.sells("iron", 2)
    first = shop.held("cart", {"iron": 2})
    shop.wait(901)
    shop.holds.expire()
    again = shop.held("cart", {"iron": 2})
    assert (again.hold_id, again.state, again.is_new) == (first.hold_id, "held", True)
    assert again.expires_at > first.expires_at
    assert shop.pool(iron) == 0
    shop.assert_conserved()


def test_the_same_key_after_its_time_hears_what_is_short(shop: Checkout) -> None:
    shop.sells("iron", 2)
    shop.held("cart", {"iron": 2})
    shop.wait(901)
    shop.holds.expire()
    shop.held("other", {"iron": 1})
    assert shop.refused("cart", {"iron": 2}) == {"iron": (2, 1)}
    shop.assert_conserved()


def test_the_same_key_after_its_time_and_before_the_sweep_keeps_its_pieces(shop: Checkout) -> None:
    iron = shop.sells("iron", 2)
    first = shop.held("cart", {"iron": 2})
    shop.wait(901)
    again = shop.held("cart", {"iron": 2})
    assert again.expires_at > first.expires_at
    assert shop.holds.expire() == 0
    assert shop.pool(iron) == 0


@pytest.mark.parametrize("act", ["extend", "commit"])
def test_what_comes_back_too_late_takes_again_or_hears_what_is_short(shop: Checkout, act: str) -> None:
    iron = shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    shop.wait(901)
    shop.holds.expire()
    back = getattr(shop.holds, act)("site", held.hold_id)
    assert isinstance(back, Held)
    assert shop.pool(iron) == 0
    shop.assert_conserved()


@pytest.mark.parametrize("act", ["extend", "commit"])
def test_what_comes_back_when_its_pieces_are_sold_hears_what_is_short(shop: Checkout, act: str) -> None:
    shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    shop.wait(901)
    shop.holds.expire()
    shop.held("other", {"iron": 1})
    refused = getattr(shop.holds, act)("site", held.hold_id)
    assert isinstance(refused, Refused)
    assert [(one.sku, one.wanted_pcs, one.free_pcs) for one in refused.shortages] == [("iron", 2, 1)]
    shop.assert_conserved()


def test_a_committed_cart_does_not_expire(shop: Checkout) -> None:
    shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    committed = shop.holds.commit("site", held.hold_id, order_ref="17")
    assert isinstance(committed, Held)
    assert (committed.state, committed.order_ref) == ("committed", "17")
    shop.wait(901)
    assert shop.holds.expire() == 0


def test_a_commit_may_be_repeated_and_serves_one_order_only(shop: Checkout) -> None:
    shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    for _ in range(2):
        assert isinstance(shop.holds.commit("site", held.hold_id, order_ref="17"), Held)
    assert shop.holds.commit("site", held.hold_id, order_ref="18") == OtherOrder("committed", "17")


def test_a_commit_without_an_order_takes_the_first_that_comes(shop: Checkout) -> None:
    shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    assert isinstance(shop.holds.commit("site", held.hold_id), Held)
    assert isinstance(shop.holds.commit("site", held.hold_id, order_ref="17"), Held)
    assert isinstance(shop.holds.commit("site", held.hold_id, order_ref="18"), OtherOrder)


def test_a_released_cart_goes_back_once(shop: Checkout) -> None:
    iron = shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    for _ in range(2):
        released = shop.holds.release("site", held.hold_id)
        assert isinstance(released, Held)
        assert released.state == "released"
    assert shop.pool(iron) == 2
    shop.assert_conserved()


def test_a_committed_cart_is_not_released(shop: Checkout) -> None:
    iron = shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    shop.holds.commit("site", held.hold_id, order_ref="17")
    assert shop.holds.release("site", held.hold_id) == OtherOrder("committed", "17")
    assert shop.pool(iron) == 0


def test_a_site_does_not_touch_the_carts_of_another(hub: Hub) -> None:
    shop = Checkout(hub, settings_of(channels={"site": site(), "outlet": site(reservation_key="other")}))
    iron = shop.sells("iron", 2)
    held = shop.held("cart", {"iron": 2})
    assert shop.holds.commit("outlet", held.hold_id) is None
    assert shop.holds.release("outlet", held.hold_id) is None
    assert shop.holds.extend("outlet", held.hold_id) is None
    assert (shop.pool(iron), shop.states()) == (0, ["held"])


def test_a_site_is_shown_what_is_free(shop: Checkout) -> None:
    shop.sells("iron", 5)
    shop.bundle("set", {"iron": 2})
    shop.held("cart", {"iron": 1})
    shown = [shop.holds.stock("site", sku) for sku in ("iron", "set", "what")]
    assert [one and (one.sku, one.free_pcs, one.preorder_pcs) for one in shown] == [("iron", 4, 0), ("set", 2, 0), None]


def test_a_hub_that_is_away_is_unavailable(shop: Checkout) -> None:
    shop.holds = type(shop.holds)(Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=shop.hub.clock), shop.settings)
    with pytest.raises(Unavailable):
        shop.ask("cart", {"iron": 1})


def test_killed_in_the_middle_a_cart_leaves_nothing_and_may_come_again(shop: Checkout) -> None:
    iron = shop.sells("iron", 2)
    with ThreadPoolExecutor(1) as thread, shop.hub.engine.begin() as holder:
        lock_pools(holder, [iron])
        asked = thread.submit(shop.ask, "cart", {"iron": 2})
        wait_until_one_waits(shop)
        killed = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        assert holder.exec_driver_sql(killed).scalar_one()
        with pytest.raises(Unavailable):
            asked.result()
    assert (shop.pool(iron), shop.states()) == (2, [])
    assert shop.held("cart", {"iron": 2}).is_new
    shop.assert_conserved()


def test_an_extension_that_finds_its_cart_just_ended_waits_for_the_goods_with_empty_hands(shop: Checkout) -> None:
    """Whoever has the goods may go on to the cart: nobody who waits for the goods keeps the cart from him."""
    iron = shop.sells("iron", 2)
    hold_id = shop.held("cart", {"iron": 2}).hold_id

    def goods_then_cart() -> None:
        with shop.hub.engine.begin() as other:
            lock_pools(other, [iron])
            wait_until_one_waits(shop)
            other.execute(text("update hold set order_ref = null where hold_id = :hold_id"), {"hold_id": hold_id})

    with ThreadPoolExecutor(2) as threads:
        with shop.hub.engine.begin() as ending:
            lock_pools(ending, [iron])
            (known,) = find_holds(ending, select(*COLUMNS))
            end(ending, shop.hub.clock.now(), [known], hold.c.state == "held", state="expired")
            extended = threads.submit(shop.holds.extend, "site", hold_id)
            wait_until_one_waits(shop)
            other = threads.submit(goods_then_cart)
            wait_until_one_waits(shop, waiters=2)
        other.result()
        answer = extended.result()
    assert isinstance(answer, Held)
    assert (answer.state, shop.pool(iron)) == ("held", 0)
    shop.assert_conserved()


def test_a_buyer_who_is_told_to_hurry_does_not_wait_for_a_lock(shop: Checkout) -> None:
    iron = shop.sells("iron", 2)
    with shop.hub.engine.begin() as holder:
        lock_pools(holder, [iron])
        with pytest.raises(Busy):
            shop.holds.reserve([Cart(channel="site", key="cart", lines={"iron": 1})], patience_ms=50)
    shop.held("cart", {"iron": 1})


def test_commits_releases_extensions_and_the_sweep_at_once_count_every_piece_once(shop: Checkout) -> None:
    iron = shop.sells("iron", 40)
    holds = [shop.held(f"cart-{number}", {"iron": 1}).hold_id for number in range(24)]
    shop.wait(901)
    acts: list[Callable[[], object]] = [shop.holds.expire]
    acts += [partial(shop.holds.commit, "site", hold_id, order_ref=hold_id) for hold_id in holds[:16]]
    acts += [partial(shop.holds.release, "site", hold_id) for hold_id in holds[8:24]]
    acts += [partial(shop.holds.extend, "site", hold_id) for hold_id in holds[::3]]
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate.wait()
        return act()

    shop.hub.engine.dispose()
    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(run, acts))
    states = shop.states()
    assert states.count("committed") >= 8
    assert shop.pool(iron) == 40 - states.count("committed") - states.count("held")
    shop.assert_conserved()


def test_nothing_is_held_of_what_a_channel_sold_before_us_until_its_orders_are_known(shop: Checkout) -> None:
    iron = shop.sells("iron", 3)
    shop.list_on("wb", iron, "wb-iron")
    shop.execute(
        "insert into offer (listing_id, warehouse_ref, phase, recipe) "
        "select listing_id, '1', 'connecting', jsonb_build_array(jsonb_build_array(item_id, 1)) from listing where channel = 'wb'"
    )
    assert shop.refused("early", {"iron": 1}) == {"iron": (1, 0)}
    shop.execute("update offer set phase = 'open'")
    shop.held("later", {"iron": 1})
