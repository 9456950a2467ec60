"""Orders recorded: rows, pieces, withdrawals, questions, in one transaction."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from adapters.hub.hub import Hub
from adapters.hub.ledger import Wanted
from adapters.hub.order_rows import open_units
from adapters.hub.orders import Poll
from adapters.hub.tables.catalog import told_recipe
from adapters.hub.tables.listing import listing
from adapters.hub.tables.orders import hold
from tests.adapters.hub.order_shop import PLACED, RULES, WAREHOUSE, OrderShop, as_json, report
from tests.adapters.hub.shop import OURS, minute, our_minute


@pytest.fixture
def shop(hub: Hub) -> OrderShop:
    return OrderShop(hub)


def test_an_order_is_taken_from_the_exposure_of_its_listing(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    recorded = shop.record(report("1", {"iron": 3}))
    assert (recorded.new_refs, recorded.sold_pcs, recorded.beyond) == (("1",), 3, ())
    assert shop.accounts(item_id) == {"pool": 6, exposure: 1, shop.sold("1"): 3}
    assert shop.pieces("1") == ("sold", 3, 0)
    shop.assert_conserved()


def test_the_same_frame_again_changes_nothing(shop: OrderShop) -> None:
    item_id, _ = shop.sells(10, 4)
    frame = report("1", {"iron": 2}, buyer=as_json({"billing": {"first_name": "Пётр", "phone": "8 912 345-67-89"}}))
    shop.record(frame)
    before = shop.accounts(item_id), shop.rows("select * from sale_order"), shop.rows("select * from ledger_movement"), shop.papers()
    again = shop.record(frame)
    assert (again.new_refs, again.changed_refs, again.sold_pcs, again.queued) == ((), (), 0, 0)
    assert before == (
        shop.accounts(item_id),
        shop.rows("select * from sale_order"),
        shop.rows("select * from ledger_movement"),
        shop.papers(),
    )


def test_what_was_sold_beyond_the_exposure_comes_from_the_pool_and_is_told(shop: OrderShop) -> None:
    item_id, _ = shop.sells(3, 1)
    recorded = shop.record(report("1", {"iron": 5}))
    (beyond,) = recorded.beyond
    assert (beyond.order_ref, beyond.item_id, beyond.pcs, beyond.owed_pcs, beyond.is_told) == ("1", item_id, 4, 2, True)
    assert shop.accounts(item_id) == {"pool": -2, shop.sold("1"): 5}
    shop.assert_conserved()


@pytest.mark.parametrize("case", ["connecting", "no offer"])
def test_without_an_open_offer_an_order_comes_from_the_pool(shop: OrderShop, case: str) -> None:
    item_id = shop.stock(5)
    listing_id = shop.enlist(item_id)
    if case == "connecting":
        shop.offer(listing_id, {item_id: 2}, phase="connecting")
    recorded = shop.record(report("1", {"iron": 2}))
    assert recorded.beyond == ()
    assert shop.accounts(item_id)["pool"] == (1 if case == "connecting" else 3)


def test_a_mirrored_item_and_an_asking_channel_sell_from_the_pool(hub: Hub) -> None:
    for rules in (replace(RULES, mirror_articles=frozenset({"iron"})), replace(RULES, is_asking=True)):
        shop = OrderShop(hub, rules, channel=f"channel-{rules.is_asking}")
        ref = "iron" if not rules.is_asking else "kettle"
        item_id, exposure = shop.sells(5, 2, ref=ref)
        shop.record(report("1", {ref: 1}))
        shop.record(report("1", {ref: 1}, state="cancelled"))
        assert shop.accounts(item_id) == {"pool": 3, exposure: 2}
        assert shop.withdrawn() == []


def test_a_cancelled_order_gives_its_pieces_back_to_its_exposure(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    shop.record(report("1", {"iron": 3}))
    recorded = shop.record(report("1", {"iron": 3}, state="cancelled"))
    assert (recorded.cancelled_refs, recorded.cancelled_pcs) == (("1",), 3)
    assert shop.accounts(item_id) == {"pool": 6, exposure: 4}
    assert [pcs for _, _, pcs in shop.withdrawn()] == [3]
    shop.assert_conserved()


def test_an_order_first_seen_cancelled_is_sold_and_withdrawn_now(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 1)
    recorded = shop.record(report("1", {"iron": 3}, state="cancelled"))
    assert shop.accounts(item_id) == {"pool": 7, exposure: 3}
    assert [pcs for _, _, pcs in shop.withdrawn()] == [3]
    assert (recorded.beyond, recorded.queued) == ((), 0)
    shop.assert_conserved()


def test_pieces_cancelled_by_themselves_go_back_and_the_rest_stays_sold(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    shop.record(report("1", {"iron": 3}))
    shop.record(report("1", {"iron": 1}))
    assert shop.accounts(item_id) == {"pool": 6, exposure: 3, shop.sold("1"): 1}
    assert shop.pieces("1") == ("sold", 3, 2)
    shop.record(report("1", {"iron": 1}, state="cancelled"))
    assert shop.accounts(item_id) == {"pool": 6, exposure: 4}
    assert [pcs for _, _, pcs in shop.withdrawn()] == [1, 2]
    shop.assert_conserved()


def test_a_piece_cancelled_and_sold_again_within_one_frame_is_not_beyond(shop: OrderShop) -> None:
    shop.sells(10, 1)
    shop.record(report("9"))
    recorded = shop.record(report("9", state="cancelled"), report("1"))
    assert recorded.beyond == ()
    shop.record(report("1", state="cancelled"))
    assert shop.record(report("2", state="cancelled"), report("3")).beyond == ()


def test_a_site_that_un_cancels_sells_anew(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    for at, state in enumerate(("new", "cancelled", "new")):
        shop.record(report("1", {"iron": 2}, state=state, minute=at))
    assert shop.accounts(item_id) == {"pool": 6, exposure: 2, f"{shop.sold('1')}~1": 2}
    assert not shop.papers()[shop.rows("select number from sale_order")[0][0]]["is_cancelled"]
    shop.assert_conserved()


def test_cancelled_after_leaving_sold_comes_from_the_pool(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    shop.record(report("1", {"iron": 3}))
    (number,) = shop.papers()
    shop.hand_over(number)
    shop.report(number, {"iron": 3}, formed_at=minute(1), received_at=our_minute(1))
    shop.count({item_id: 7}, formed_at=minute(2), began_at=our_minute(2))
    shop.ledger.post_counts()
    assert shop.accounts(item_id) == {"pool": 6, exposure: 1}
    shop.record(report("1", {"iron": 2}))
    assert shop.accounts(item_id) == {"pool": 5, exposure: 2}
    shop.record(report("1", {"iron": 2}, state="cancelled"))
    assert shop.accounts(item_id) == {"pool": 3, exposure: 4}
    shop.assert_conserved()


def test_a_bundle_takes_every_part_under_the_recipe_of_its_offer_and_gives_them_back_so(shop: OrderShop) -> None:
    iron, board = shop.stock(10), shop.stock(10, ref="board")
    bundle = shop.add_item("set", is_bundle=True)
    exposure = shop.offer(shop.enlist(bundle, "set"), {iron: 2, board: 4}, recipe=[[iron, 1], [board, 2]])
    shop.record(report("1", {"set": 2}))
    assert shop.accounts(board) == {"pool": 6, shop.sold("1", "set"): 4}
    shop.record(report("1", {"set": 1}))
    assert shop.accounts(iron) == {"pool": 8, exposure: 1, shop.sold("1", "set"): 1}
    assert shop.accounts(board) == {"pool": 6, exposure: 2, shop.sold("1", "set"): 2}
    assert [pcs for _, _, pcs in shop.withdrawn()] == [1]
    shop.assert_conserved()


def test_without_an_offer_a_bundle_is_sold_under_the_recipe_of_its_day(shop: OrderShop) -> None:
    iron = shop.stock(10)
    bundle = shop.add_item("set", is_bundle=True)
    shop.enlist(bundle, "set")
    day = PLACED.date()
    with shop.hub.engine.begin() as connection:
        for promotion, pcs, valid_to in (("", 1, None), ("весна", 3, day), ("лето", 5, None)):
            valid_from = day + timedelta(days=1) if promotion == "лето" else None
            row = {"bundle_id": bundle, "component_id": iron, "pcs": pcs, "promotion": promotion}
            connection.execute(insert(told_recipe).values(**row, valid_from=valid_from, valid_to=valid_to))
    shop.record(report("1", {"set": 1}))
    assert shop.accounts(iron) == {"pool": 7, shop.sold("1", "set"): 3}
    order = shop.orders.find(shop.channel, "1")
    assert order is not None
    assert order.lines["set"].promotion == "весна"


def test_a_bundle_without_a_recipe_waits_for_one(shop: OrderShop) -> None:
    iron = shop.stock(10)
    bundle = shop.add_item("set", is_bundle=True)
    shop.enlist(bundle, "set")
    shop.record(report("1", {"set": 1}))
    assert shop.questions() == [("1|set", "order_bundle_has_recipe")]
    with shop.hub.engine.begin() as connection:
        connection.execute(insert(told_recipe).values(bundle_id=bundle, component_id=iron, pcs=2, promotion=""))
    shop.record(report("1", {"set": 1}))
    assert shop.accounts(iron) == {"pool": 8, shop.sold("1", "set"): 2}
    assert shop.questions() == []


def test_an_unknown_code_is_asked_about_the_rest_is_reserved_and_the_line_is_sold_when_it_is_found(shop: OrderShop) -> None:
    _item_id, _ = shop.sells(10, 4)
    recorded = shop.record(report("1", {"iron": 1, "kettle": 2}))
    assert (recorded.unknown_lines, recorded.sold_pcs) == (1, 1)
    assert shop.questions() == [("1|kettle", "order_line_is_known")]
    assert shop.pieces("1", "kettle") == ("unknown", 2, 0)
    assert shop.orders.unknown_lines(shop.channel)["channel_sku"].to_list() == ["kettle"]
    kettle = shop.stock(5, ref="kettle")
    shop.enlist(kettle, "kettle")
    shop.record(report("2", {"iron": 1}))
    assert shop.accounts(kettle) == {"pool": 3, shop.sold("1", "kettle"): 2}
    assert shop.orders.unknown_lines().is_empty()
    assert shop.questions() == []
    shop.assert_conserved()


def test_orders_of_the_channels_own_warehouse_never_touch_the_ledger(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    recorded = shop.record(report("1", {"iron": 2, "kettle": 1}, is_by_channel=True))
    assert shop.accounts(item_id) == {"pool": 6, exposure: 4}
    assert (recorded.new_refs, recorded.queued, shop.questions(), shop.papers()) == (("1",), 0, [], {})
    assert shop.pieces("1") == ("apart", 2, 0)


def test_orders_from_before_us_are_taken_over_if_new_and_left_alone_if_confirmed(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    shop.orders.connect(shop.channel)
    earlier = shop.hub.clock.now() - timedelta(days=1)
    recorded = shop.record(report("1", placed_at=earlier), report("2", placed_at=earlier, state="confirmed"))
    assert recorded.prior_refs == ("2",)
    assert recorded.seen_after_s == ()
    assert shop.accounts(item_id) == {"pool": 5, exposure: 4, shop.sold("1"): 1}
    assert shop.pieces("2")[0] == "apart"
    assert len(shop.papers()) == 1
    shop.record(report("3", placed_at=earlier), rules=replace(RULES, adopts="none"))
    assert shop.pieces("3")[0] == "apart"


def test_a_channel_is_connected_once(shop: OrderShop) -> None:
    assert shop.orders.connect("a") == shop.orders.connect("a")


def test_a_poll_is_noted_and_never_goes_back(shop: OrderShop) -> None:
    shop.orders.connect(shop.channel)
    late = Poll(PLACED, PLACED + timedelta(seconds=5), PLACED - timedelta(hours=1))
    shop.record(report("1"), poll=late)
    shop.record(report("1"), poll=Poll(*(at - timedelta(minutes=1) for at in late)))
    assert shop.rows("select poll_began_at, poll_ended_at, polled_since from channel_watch") == [tuple(late)]


def test_an_empty_poll_is_noted_too(shop: OrderShop) -> None:
    shop.record(report("1").clear(), poll=Poll(PLACED, PLACED, PLACED))
    assert shop.rows("select poll_began_at from channel_watch") == [(PLACED,)]


@pytest.mark.parametrize("together", [True, False])
def test_a_split_takes_its_pieces_from_its_parent_and_not_from_the_exposure(shop: OrderShop, together: bool) -> None:
    item_id, _exposure = shop.sells(10, 3)
    shop.record(report("1", {"iron": 3}))
    child, parent = report("1-2", {"iron": 1}, parent_ref="1"), report("1", {"iron": 2})
    recorded = [shop.record(parent, child)] if together else [shop.record(child), shop.record(parent)]
    assert all(one.beyond == () for one in recorded)
    assert shop.accounts(item_id) == {"pool": 7, shop.sold("1"): 2, shop.sold("1-2"): 1}
    assert (shop.pieces("1"), shop.pieces("1-2"), shop.withdrawn()) == (("sold", 2, 0), ("sold", 1, 0), [])
    shop.assert_conserved()


def test_a_split_heard_of_after_its_parent_shrank_ends_the_same(shop: OrderShop) -> None:
    item_id, _ = shop.sells(10, 3)
    for frame in (report("1", {"iron": 3}), report("1", {"iron": 2}), report("1-2", {"iron": 1}, parent_ref="1"), report("1", {"iron": 3})):
        shop.record(frame)
    assert shop.accounts(item_id) == {"pool": 7, shop.sold("1"): 2, shop.sold("1-2"): 1}
    assert (shop.pieces("1"), shop.pieces("1-2")) == (("sold", 2, 0), ("sold", 1, 0))
    shop.assert_conserved()


def test_a_split_that_takes_everything_leaves_nothing_of_its_parent(shop: OrderShop) -> None:
    item_id, _ = shop.sells(10, 3)
    shop.record(report("1", {"iron": 3}))
    children = [report(f"1-{n}", {"iron": pcs}, parent_ref="1") for n, pcs in ((2, 1), (3, 2))]
    shop.record(report("1", {"iron": 3}, state="cancelled"), *children)
    assert shop.accounts(item_id) == {"pool": 7, shop.sold("1-2"): 1, shop.sold("1-3"): 2}
    shop.assert_conserved()


def test_a_split_of_an_order_that_left_sold_is_in_sold_again_until_1c_reports_it(shop: OrderShop) -> None:
    item_id, _ = shop.sells(10, 3)
    shop.record(report("1", {"iron": 3}))
    (number,) = shop.papers()
    shop.hand_over(number)
    shop.report(number, {"iron": 3}, formed_at=minute(1), received_at=our_minute(1))
    shop.count({item_id: 7}, formed_at=minute(2), began_at=our_minute(2))
    shop.ledger.post_counts()
    shop.record(report("1", {"iron": 2}), report("1-2", {"iron": 1}, parent_ref="1"))
    assert shop.accounts(item_id) == {"pool": 6, shop.sold("1-2"): 1}
    shop.assert_conserved()


def test_an_order_paid_by_a_hold_takes_from_it_and_leaves_the_rest_to_everybody(hub: Hub) -> None:
    shop = OrderShop(hub, replace(RULES, is_asking=True, places_of={"": None}), channel="site")
    item_id = shop.stock(5)
    shop.enlist(item_id)
    _hold(shop, item_id, pcs=3, backordered=0)
    payload = as_json({"meta_data": [{"key": "_utyug_reservation", "value": "h1"}]})
    shop.record(report("1", {"iron": 2}, payload=payload, warehouse_ref=""))
    assert shop.accounts(item_id) == {"pool": 3, shop.sold("1"): 2}
    assert shop.rows("select state, order_ref from hold") == [("ordered", "1")]
    shop.record(report("1", {"iron": 2}, payload=payload, warehouse_ref="", state="cancelled"))
    assert shop.accounts(item_id) == {"pool": 5}
    shop.assert_conserved()


def test_pieces_promised_of_a_receipt_wait_until_they_come(hub: Hub) -> None:
    shop = OrderShop(hub, replace(RULES, is_asking=True, places_of={"": None}), channel="site")
    item_id = shop.stock(1)
    shop.enlist(item_id)
    _hold(shop, item_id, pcs=3, backordered=2)
    frame = report("1", {"iron": 3}, payload=as_json({"meta_data": [{"key": "_utyug_reservation", "value": "h1"}]}), warehouse_ref="")
    shop.record(frame)
    assert (shop.pieces("1")[0], shop.accounts(item_id)) == ("backordered", {"pool": 0, shop.sold("1"): 1})
    shop.count({item_id: 4}, formed_at=minute(1))
    shop.ledger.post_counts()
    shop.execute("update ledger_balance set pcs = pcs - 2 where account = 'pool' and pcs >= 2")
    shop.execute("""
        insert into ledger_balance (item_id, place, account, pcs) values (:item_id, 'main', 'hold:h1', 2)
        on conflict (item_id, place, account) do update set pcs = 2
    """, item_id=item_id)  # fmt: skip
    shop.record(report("2", {"iron": 1}, warehouse_ref=""))
    assert shop.pieces("1")[0] == "sold"
    assert sum(pcs for account, pcs in shop.accounts(item_id).items() if account.startswith(shop.sold("1"))) == 3


def test_unpaid_orders_are_reserved_and_told_to_1c_once_they_are_paid(shop: OrderShop) -> None:
    item_id, exposure = shop.sells(10, 4)
    shop.record(report("1", state="unpaid"))
    assert (shop.accounts(item_id)[exposure], shop.papers()) == (3, {})
    shop.record(report("1"))
    assert [(number,) for number in shop.papers()] == shop.rows("select number from sale_order")


def test_units_reserved_there_are_those_of_open_orders(shop: OrderShop) -> None:
    shop.sells(10, 9)
    shop.record(
        report("1", {"iron": 3}), report("2", state="shipped"), report("3", {"iron": 2}, state="unpaid"), report("4", state="cancelled")
    )
    shop.record(report("5", {"iron": 5}, is_by_channel=True))
    shop.record(report("1", {"iron": 2}))
    with shop.hub.engine.begin() as connection:
        told = open_units(connection, shop.channel, connection.scalars(select(listing.c.listing_id)).all())
    assert [(warehouse, pcs) for (_, warehouse), pcs in told.items()] == [(WAREHOUSE, 4)]


def test_orders_are_found_by_their_key_and_by_our_number(shop: OrderShop) -> None:
    shop.sells(10, 9)
    shop.record(report("1"))
    order = shop.orders.find(shop.channel, "1")
    assert order is not None
    assert order.number is not None
    assert order.number.isdigit()
    assert shop.orders.by_number(order.number) == order
    assert shop.orders.find(shop.channel, "2") is None
    assert shop.orders.by_number("7") is None


def test_how_late_an_order_is_seen_is_never_less_than_nothing(shop: OrderShop) -> None:
    shop.sells(10, 9)
    now = shop.hub.clock.now()
    early, late = shop.record(
        report("1", placed_at=now - timedelta(seconds=40)), report("2", placed_at=now + timedelta(days=1))
    ).seen_after_s
    assert early >= 40
    assert late == 0
    assert shop.record(report("1", placed_at=now - timedelta(seconds=40))).seen_after_s == ()


def test_a_part_split_off_was_not_hidden_since_its_order_was_placed(shop: OrderShop) -> None:
    shop.sells(10, 9)
    shop.record(report("1", {"iron": 2}))
    assert shop.record(report("1", {"iron": 1}), report("1-2", {"iron": 1}, parent_ref="1")).seen_after_s == ()


def test_an_item_that_1c_never_counted_is_sold_below_zero(shop: OrderShop) -> None:
    item_id = shop.add_item()
    shop.enlist(item_id)
    (beyond,) = shop.record(report("1", {"iron": 2})).beyond
    assert (beyond.owed_pcs, beyond.is_told) == (2, False)
    shop.assert_conserved()


def test_a_phone_that_cannot_be_read_is_kept_and_asked_about(shop: OrderShop) -> None:
    shop.sells(10, 9)
    buyer = as_json({"billing": {"first_name": "Пётр", "phone": "звонить жене"}})
    shop.record(report("1", buyer=buyer))
    assert shop.questions() == [("1", "buyer_phone_is_read")]
    order = shop.orders.find(shop.channel, "1")
    assert order is not None
    assert order.buyer is not None
    assert order.buyer["phones"] == [{"raw": "звонить жене"}]
    assert "жене" not in str(shop.rows("select payload from quarantine"))


def _hold(shop: OrderShop, item_id: int, *, pcs: int, backordered: int) -> None:
    cart = [{"sku": "iron", "item_id": item_id, "pcs": pcs, "recipe": [[item_id, 1]], "promotion": "", "backordered_pcs": backordered,
             "promised_on": None}]  # fmt: skip
    with shop.hub.engine.begin() as connection:
        row = {
            "hold_id": "h1",
            "channel": shop.channel,
            "key": "k",
            "state": "committed",
            "cart": cart,
            "held_at": OURS,
            "expires_at": OURS,
        }
        connection.execute(insert(hold).values(**row, committed_at=OURS))
    shop.ledger.take([Wanted(item_id=item_id, pcs=pcs - backordered)], to_account="hold:h1", reason="held", reference="hold:h1")
