"""A posting first seen when a part of it had been split off: that part is somebody's until its own posting is listed, and ever after."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.offers import Offers, Told
from tasks.rules.offer import Stride
from tests.adapters.hub.order_shop import RULES, WAREHOUSE, OrderShop, report
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.told import BOUNDS

L = BOUNDS.visible_s


class Cabinet(OrderShop):
    """An Ozon cabinet that was given three pieces of three."""

    def __init__(self, hub: Hub, clock: HandClock) -> None:
        super().__init__(hub, replace(RULES, visible=BOUNDS.visible))
        self.clock = clock
        self.item_id, self.exposure = self.sells(3, 3)
        self.poll()

    def hears(self, *reports: pl.DataFrame, after_s: float = 1) -> None:
        """A complete poll after a while; nobody is alarmed by it."""
        self.clock.wait(after_s)
        self.poll(*reports)
        self.assert_conserved()

    def look(self, reserved_pcs: int) -> None:
        """The channel shows nothing for sale; what may be settled is."""
        told = Told(channel=self.channel, bounds=BOUNDS, places_of={WAREHOUSE: None}, stride=Stride(grows_by=0, shrinks_by=0))
        listing_id = self.rows("select listing_id from listing")[0][0]
        row = {"listing_id": listing_id, "warehouse_ref": WAREHOUSE, "shown_pcs": 0, "reserved_pcs": reserved_pcs, "may_write": False,
               "may_freeze": False}  # fmt: skip
        began_at = self.clock.now()
        Offers(self.hub).advance(told, pl.DataFrame([row]), began_at=began_at, ended_at=self.clock.now())

    @property
    def accounted(self) -> tuple[int, int, int]:
        """Pieces in the pool, in the exposure, and sold."""
        held = self.accounts(self.item_id)
        return held["pool"], held.get(self.exposure, 0), sum(pcs for name, pcs in held.items() if name.startswith("sold:"))


@pytest.fixture
def shop(database_url: str) -> Iterator[Cabinet]:
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        yield Cabinet(hub, clock)


def child(pcs: int = 1, ref: str = "1-2") -> pl.DataFrame:
    return report(ref, {"iron": pcs}, parent_ref="1")


def test_the_part_of_a_posting_first_seen_without_it_is_sold_besides(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 2}))
    assert shop.accounted == (0, 1, 2)
    shop.hears(report("1", {"iron": 2}), child(), after_s=L - 1)
    assert shop.accounted == (0, 0, 3)
    shop.hears(report("1", {"iron": 2}), child())
    assert (shop.pieces("1"), shop.pieces("1-2")) == (("sold", 2, 0), ("sold", 1, 0))


def test_it_is_the_same_where_the_first_posting_is_not_listed_with_it(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 2}))
    shop.hears(child())
    shop.hears(report("1", {"iron": 2}))
    assert shop.accounted == (0, 0, 3)


def test_it_is_the_same_after_a_pause_of_the_polls(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 2}))
    shop.hears(report("1", {"iron": 2}), child(), after_s=100 * L)
    assert shop.accounted == (0, 0, 3)


def test_no_settling_gives_the_part_away_before_or_after_it_is_listed(shop: Cabinet) -> None:
    shop.clock.wait(1000)
    shop.hears(report("1", {"iron": 2}))
    shop.look(reserved_pcs=3)
    shop.clock.wait(L - 1)
    shop.look(reserved_pcs=3)
    assert shop.accounted == (0, 1, 2)
    shop.hears(report("1", {"iron": 2}, state="shipped"), child(), after_s=2)
    shop.look(reserved_pcs=1)
    shop.clock.wait(1000)
    shop.look(reserved_pcs=1)
    shop.hears(report("1", {"iron": 2}, state="shipped"), child(), after_s=L + 1)
    shop.look(reserved_pcs=1)
    assert shop.accounted == (0, 0, 3)


def test_a_settling_that_comes_before_the_part_is_listed_leaves_it_in_the_exposure(shop: Cabinet) -> None:
    shop.clock.wait(1000)
    shop.look(reserved_pcs=3)
    shop.clock.wait(L)
    shop.hears(report("1", {"iron": 2}))
    shop.look(reserved_pcs=3)
    assert shop.accounted == (0, 1, 2)


def test_a_posting_seen_whole_before_and_less_with_its_part_hands_it_on(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 3}))
    shop.hears(report("1", {"iron": 2}), child())
    assert shop.accounted == (0, 0, 3)
    assert (shop.pieces("1"), shop.pieces("1-2"), shop.withdrawn()) == (("sold", 2, 0), ("sold", 1, 0), [])


def test_of_two_new_parts_only_as_much_is_handed_on_as_the_first_posting_became_less(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 2}))
    shop.hears(report("1", {"iron": 1}), child(), child(ref="1-3"))
    assert shop.accounted == (0, 0, 3)
    assert shop.pieces("1") == ("sold", 1, 0)


def test_a_posting_that_is_over_because_all_of_it_went_on_hands_all_on(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 3}))
    shop.hears(report("1", {"iron": 3}, state="cancelled"), child(), child(2, ref="1-3"))
    assert (shop.accounted, shop.withdrawn()) == ((0, 0, 3), [])


def test_a_posting_long_known_hands_its_part_on_before_it_shows_less_itself(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 3}))
    shop.hears(report("1", {"iron": 3}), after_s=L + 1)
    shop.hears(child())
    assert (shop.accounted, shop.pieces("1")) == ((0, 0, 3), ("sold", 2, 0))


def test_what_is_sold_besides_and_was_of_the_first_posting_after_all_comes_back_unalarmed(shop: Cabinet) -> None:
    shop.hears(report("1", {"iron": 3}))
    shop.hears(report("1", {"iron": 3}), child())
    assert shop.accounted == (-1, 0, 4)
    shop.hears(report("1", {"iron": 2}), child(), after_s=L - 1)
    shop.hears(after_s=10 * L)
    assert shop.accounted == (-1, 1, 3)
    assert Incidents(shop.hub).all() == []
