"""Holds and the orders that were paid by them, or never came."""

import pytest

from adapters.hub.holds import Held, consume, let_go
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from tests.adapters.hub.checkout import Checkout


@pytest.fixture
def shop(hub: Hub) -> Checkout:
    return Checkout(hub)


class TestOrders:
    def test_an_order_gets_the_hold_it_names_with_its_pieces_and_recipes(self, shop: Checkout) -> None:
        iron = shop.sells("iron", 5)
        shop.bundle("set", {"iron": 2})
        held = shop.held("cart", {"set": 1, "iron": 1})
        shop.holds.commit("site", held.hold_id, order_ref="17")
        for _ in range(2):
            with shop.hub.engine.begin() as connection:
                taken = consume(connection, shop.hub.clock.now(), channel="site", hold_id=held.hold_id, order_ref="17")
            assert taken is not None
            assert (taken.hold_id, taken.account, taken.has_pieces) == (held.hold_id, f"hold:{held.hold_id}", True)
            assert [line.recipe for line in taken.lines] == [((iron, 2),), ((iron, 1),)]
        assert shop.states() == ["ordered"]

    def test_an_order_that_names_none_is_found_by_the_commit(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 1})
        shop.holds.commit("site", held.hold_id, order_ref="17")
        assert self.taken(shop, None, "17") == (held.hold_id, True, "committed")

    def test_an_order_that_came_before_its_commit_has_its_pieces_and_the_commit_is_granted(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 1})
        assert self.taken(shop, held.hold_id, "17") == (held.hold_id, True, "held")
        committed = shop.holds.commit("site", held.hold_id, order_ref="17")
        assert isinstance(committed, Held)
        assert committed.state == "ordered"

    def test_an_order_whose_hold_expired_is_told_that_the_pieces_are_gone(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 1})
        shop.wait(901)
        shop.holds.expire()
        assert self.taken(shop, held.hold_id, "17") == (held.hold_id, False, "expired")

    def test_a_hold_pays_for_one_order(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 1})
        shop.holds.commit("site", held.hold_id, order_ref="17")
        assert self.taken(shop, held.hold_id, "18") is None
        assert shop.states() == ["committed"]

    def test_an_order_of_another_site_and_one_without_a_hold_get_none(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 1})
        assert self.taken(shop, None, "17") is None
        assert self.taken(shop, "nothing", "17") is None
        assert self.taken(shop, held.hold_id, "17", channel="outlet") is None

    def test_what_a_cancelled_order_left_in_its_hold_goes_back(self, shop: Checkout) -> None:
        iron = shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 2})
        self.taken(shop, held.hold_id, "17")
        with shop.hub.engine.begin() as connection:
            assert let_go(connection, shop.hub.clock.now(), held.hold_id) == 2
        assert shop.accounts(iron) == {"pool": 5}
        shop.assert_conserved()

    def taken(self, shop: Checkout, hold_id: str | None, order_ref: str, channel: str = "site") -> tuple[str, bool, str] | None:
        with shop.hub.engine.begin() as connection:
            taken = consume(connection, shop.hub.clock.now(), channel=channel, hold_id=hold_id, order_ref=order_ref)
        return (taken.hold_id, taken.has_pieces, taken.was) if taken else None


class TestReconciling:
    def test_a_committed_cart_whose_order_never_came_goes_back_and_a_person_hears_of_it(self, shop: Checkout) -> None:
        iron = shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 2})
        shop.holds.commit("site", held.hold_id, order_ref="17")
        shop.wait(3700)
        shop.polled()
        assert shop.holds.reconcile() == 1
        assert shop.holds.reconcile() == 0
        assert (shop.pool(iron), shop.states()) == (5, ["reconciled"])
        assert [(one.kind, one.cause) for one in Incidents(shop.hub).live()] == [("hold_without_order", "channel:site")]
        assert [entry.subject for entry in Journal(shop.hub).entries(kind="hold_without_order")] == [f"hold:{held.hold_id}"]
        shop.assert_conserved()

    def test_nothing_goes_back_before_the_orders_of_the_site_were_read(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        shop.holds.commit("site", shop.held("cart", {"iron": 2}).hold_id)
        shop.polled()
        shop.wait(3700)
        assert shop.holds.reconcile() == 0

    def test_nothing_goes_back_where_the_poll_did_not_look_far_enough_back(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        shop.holds.commit("site", shop.held("cart", {"iron": 2}).hold_id)
        shop.wait(3700)
        shop.polled(since=shop.hub.clock.now())
        assert shop.holds.reconcile() == 0

    def test_a_cart_whose_order_came_is_left_alone(self, shop: Checkout) -> None:
        shop.sells("iron", 5)
        held = shop.held("cart", {"iron": 2})
        shop.holds.commit("site", held.hold_id, order_ref="17")
        with shop.hub.engine.begin() as connection:
            consume(connection, shop.hub.clock.now(), channel="site", hold_id=held.hold_id, order_ref="17")
        shop.wait(3700)
        shop.polled()
        assert shop.holds.reconcile() == 0
