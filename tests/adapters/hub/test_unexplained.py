"""A sale beyond a quota that a cancellation not listed yet may explain: it is reserved at once, and told when no cancellation came."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.ledger import Wanted
from adapters.hub.orders import Poll
from adapters.hub.unexplained import CONNECTS_WITHIN
from tests.adapters.hub.order_shop import RULES, OrderShop, report
from tests.adapters.hub.sold_once.hand import HandClock

VISIBLE_S, RESTORED_S = 60.0, 300.0


class Channel(OrderShop):
    """A shop whose channel is polled by hand."""

    clock: HandClock

    def after(self, seconds: float, *reports: pl.DataFrame) -> None:
        """A complete poll after a while."""
        self.clock.wait(seconds)
        self.poll(*reports)

    def become(self, phase: str) -> None:
        """Every listing is in this phase."""
        with self.hub.engine.begin() as connection:
            connection.execute(text("update offer set phase = :phase"), {"phase": phase})

    def told(self) -> list[str]:
        """Kinds of what a person hears of."""
        return [one.kind for one in Incidents(self.hub).live()]

    def journal(self) -> list[dict[str, Any]]:
        """What was written down of sales beyond a quota."""
        return [
            row[0] for row in self.rows("select detail from journal where kind in ('oversell', 'sold_beyond_quota') order by journal_id")
        ]


@pytest.fixture
def shop(database_url: str) -> Iterator[Channel]:
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        made = Channel(hub, replace(RULES, visible=timedelta(seconds=VISIBLE_S)))
        made.clock = clock
        yield made


def resold(shop: Channel, pcs: int = 1) -> tuple[int, str]:
    """The only piece is sold, and sold again: its buyer may have cancelled, and the list does not show it yet."""
    item_id, exposure = shop.sells(pcs, 1)
    shop.poll(report("1"))
    shop.poll(report("2"))
    return item_id, exposure


def test_a_piece_sold_again_before_its_cancellation_is_listed_alarms_nobody(shop: Channel) -> None:
    item_id, exposure = resold(shop)
    assert (shop.accounts(item_id), shop.told()) == ({"pool": -1, shop.sold("1"): 1, shop.sold("2"): 1}, [])
    shop.after(VISIBLE_S - 2, report("1", state="cancelled"))
    assert shop.accounts(item_id) == {"pool": -1, exposure: 1, shop.sold("2"): 1}
    shop.after(VISIBLE_S)
    assert (shop.told(), shop.journal()) == ([], [])


def test_a_cancellation_that_comes_with_the_poll_that_would_tell_explains_it(shop: Channel) -> None:
    resold(shop)
    shop.after(VISIBLE_S, report("1", state="cancelled"))
    assert (shop.told(), shop.journal()) == ([], [])


def test_what_no_cancellation_explained_is_told_by_the_first_poll_that_must_have_shown_one(shop: Channel) -> None:
    item_id, _ = resold(shop)
    shop.after(VISIBLE_S - 1)
    assert shop.told() == []
    shop.after(1)
    assert shop.told() == ["oversell"]
    (written,) = shop.journal()
    assert (written["order"], written["item_id"], written["pcs"], written["pool_pcs"]) == ("100002", item_id, 1, -1)
    shop.after(VISIBLE_S)
    assert len(shop.journal()) == 1


def test_a_poll_that_began_before_proves_nothing_however_late_it_is_recorded(shop: Channel) -> None:
    resold(shop)
    began_at = shop.clock.now()
    shop.clock.wait(VISIBLE_S * 2)
    shop.record(report("none").clear(), poll=Poll(began_at, began_at, began_at))
    assert shop.told() == []


def test_a_push_that_reads_no_list_judges_nothing(shop: Channel) -> None:
    resold(shop)
    shop.clock.wait(VISIBLE_S * 2)
    shop.record(report("3", state="cancelled"))
    assert shop.told() == []


def test_what_the_pool_covered_waits_as_well(shop: Channel) -> None:
    resold(shop, pcs=2)
    assert shop.told() == []
    shop.after(VISIBLE_S)
    assert shop.told() == ["sold_beyond_quota"]


@pytest.mark.parametrize("phase", ["connecting", "adopted"])
def test_a_listing_that_is_being_connected_waits_as_well(shop: Channel, phase: str) -> None:
    item_id = shop.stock(1)
    exposure = shop.offer(shop.enlist(item_id), {item_id: 0}, phase=phase)
    shop.poll(report("1"))
    shop.poll(report("2"))
    assert (shop.accounts(item_id)["pool"], shop.told()) == (-1, [])
    shop.after(VISIBLE_S - 2, report("1", state="cancelled"))
    assert shop.accounts(item_id)[exposure] == 1
    shop.after(VISIBLE_S)
    assert (shop.told(), shop.journal()) == ([], [])


def test_what_no_open_order_could_explain_is_told_at_once(shop: Channel) -> None:
    item_id, _ = shop.sells(0, 0)
    shop.poll(report("1"), report("2"))
    assert shop.told() == ["oversell"]
    assert sum(one["pcs"] for one in shop.journal()) == 2
    assert shop.accounts(item_id)["pool"] == -2


def test_a_shipped_order_explains_nothing(shop: Channel) -> None:
    shop.sells(1, 1)
    shop.poll(report("1", state="shipped"))
    shop.poll(report("2"))
    assert shop.told() == ["oversell"]


def test_of_an_order_only_as_much_waits_as_the_others_could_give_back(shop: Channel) -> None:
    shop.sells(1, 1)
    shop.poll(report("1"))
    shop.poll(report("2", {"iron": 3}))
    (written,) = shop.journal()
    assert (written["pcs"], written["pool_pcs"], shop.told()) == (2, -2, ["oversell"])
    shop.after(VISIBLE_S)
    assert [(one["pcs"], one["pool_pcs"]) for one in shop.journal()] == [(2, -2), (1, -3)]


def test_one_cancellation_explains_one_of_two(shop: Channel) -> None:
    resold(shop)
    shop.poll(report("3"))
    assert shop.told() == []
    shop.poll(report("1", state="cancelled"))
    shop.after(VISIBLE_S)
    (written,) = shop.journal()
    assert (written["order"], written["pcs"]) == ("100003", 1)


def test_an_order_first_heard_of_cancelled_explains_nothing(shop: Channel) -> None:
    resold(shop)
    shop.poll(report("3", state="cancelled"))
    shop.after(VISIBLE_S)
    assert shop.told() == ["oversell"]


def test_a_set_sold_again_waits_for_every_part_of_it(shop: Channel) -> None:
    iron, cup = shop.stock(1), shop.stock(2, ref="cup")
    bundle = shop.add_item("set", is_bundle=True)
    shop.offer(shop.enlist(bundle, "set"), {iron: 1, cup: 2}, recipe=[[iron, 1], [cup, 2]])
    shop.poll(report("1", {"set": 1}))
    shop.poll(report("2", {"set": 1}))
    assert (shop.accounts(iron)["pool"], shop.accounts(cup)["pool"], shop.told()) == (-1, -2, [])
    shop.poll(report("1", {"set": 1}, state="cancelled"))
    shop.after(VISIBLE_S)
    assert shop.told() == []


def test_another_listings_cancellation_explains_nothing(shop: Channel) -> None:
    resold(shop)
    shop.sells(1, 1, ref="cup")
    shop.poll(report("3", {"cup": 1}))
    shop.poll(report("3", {"cup": 1}, state="cancelled"))
    shop.after(VISIBLE_S)
    assert shop.told() == ["oversell"]


def connected(shop: Channel, phase: str = "adopted") -> int:
    """The only piece is in the exposure of a listing that is being connected; so it comes from the pool when it is sold."""
    item_id = shop.stock(1)
    shop.offer(shop.enlist(item_id), {item_id: 1}, phase=phase)
    shop.poll(report("1"))
    return item_id


def open_up(shop: Channel, *, gives_back: bool) -> None:
    """The exposure is known: the piece in it is the one that was sold, and comes back; or it is another one."""
    if gives_back:
        shop.ledger.give_back(reference="offer:1", reason="settled")
    shop.become("open")


@pytest.mark.parametrize("phase", ["new", "connecting", "adopted"])
def test_a_piece_counted_twice_while_a_listing_is_connected_alarms_nobody(shop: Channel, phase: str) -> None:
    item_id = connected(shop, phase=phase)
    shop.after(VISIBLE_S * 2)
    assert (shop.accounts(item_id)["pool"], shop.told()) == (-1, [])
    open_up(shop, gives_back=True)
    shop.after(VISIBLE_S)
    assert (shop.told(), shop.journal()) == ([], [])


def test_a_piece_that_lacks_when_the_listing_is_connected_is_told(shop: Channel) -> None:
    connected(shop)
    open_up(shop, gives_back=False)
    shop.after(VISIBLE_S)
    assert shop.told() == ["oversell"]


def test_a_cancellation_that_keeps_the_sold_piece_in_the_exposure_for_a_while_alarms_nobody(shop: Channel) -> None:
    shop.rules = replace(shop.rules, restored=timedelta(seconds=RESTORED_S))
    item_id = shop.stock(2)
    exposure = shop.offer(shop.enlist(item_id), {item_id: 1})
    shop.poll(report("1"))
    shop.ledger.take([Wanted(item_id=item_id, pcs=1)], to_account=exposure, reason="edited", reference="edit:1")
    shop.become("adopted")
    shop.poll(report("2"), report("1", state="cancelled"))
    shop.become("open")
    shop.after(VISIBLE_S + RESTORED_S - 1)
    assert (shop.accounts(item_id), shop.told()) == ({"pool": -1, exposure: 2, shop.sold("2"): 1}, [])
    shop.ledger.give_back(reference="edit:1", reason="settled")
    shop.after(VISIBLE_S)
    assert (shop.accounts(item_id).get("pool", 0), shop.told(), shop.journal()) == (0, [], [])


def test_a_sale_that_the_pools_have_covered_waits_no_longer(shop: Channel) -> None:
    """What waits is taken for not lacking, so that it must not hide what others lack."""
    shop.rules = replace(shop.rules, restored=timedelta(seconds=RESTORED_S))
    connected(shop)
    open_up(shop, gives_back=True)
    shop.after(VISIBLE_S)
    assert shop.rows("select * from unexplained") == []


def test_what_lacks_when_no_cancellation_can_keep_it_any_more_is_told(shop: Channel) -> None:
    shop.rules = replace(shop.rules, restored=timedelta(seconds=RESTORED_S))
    connected(shop)
    open_up(shop, gives_back=False)
    shop.after(VISIBLE_S + RESTORED_S - 1)
    assert shop.told() == []
    shop.after(1)
    assert shop.told() == ["oversell"]


def test_a_listing_that_is_never_connected_hides_nothing_for_ever(shop: Channel) -> None:
    connected(shop)
    shop.after(CONNECTS_WITHIN.total_seconds() - 1)
    assert shop.told() == []
    shop.after(1)
    assert shop.told() == ["oversell"]


def test_what_waits_for_a_listing_explains_no_other_sale(shop: Channel) -> None:
    connected(shop)
    open_up(shop, gives_back=False)
    shop.poll(report("2"))
    shop.poll(report("3"))
    assert shop.told() == []
    shop.after(VISIBLE_S)
    assert {one["order"] for one in shop.journal()} == {"100001", "100003"}


def test_a_sale_of_what_another_place_owes_is_told_though_its_own_place_had_the_piece(shop: Channel) -> None:
    """The one piece was given twice, and the first place owes it."""
    item_id = shop.stock(0)
    shop.count({item_id: 1}, place="second")
    shop.ledger.post_counts()
    shop.owe(item_id, 1)
    shop.offer(shop.enlist(item_id), {item_id: 0})
    shop.poll(report("1"))
    assert shop.told() == ["oversell"]
    assert [one["pool_pcs"] for one in shop.journal()] == [-1]


def test_what_waits_survives_a_restart(shop: Channel, database_url: str) -> None:
    resold(shop)
    with Hub(database_url, clock=shop.clock) as hub:
        again = Channel(hub, shop.rules)
        again.clock = shop.clock
        again.after(VISIBLE_S)
        assert again.told() == ["oversell"]
