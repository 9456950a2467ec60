"""The book of offers on a real hub: every step is one transaction, and what may be sold is in no other account."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest

from adapters.hub.hub import Hub
from adapters.hub.ledger import Wanted
from tasks.rules.offer import LEAVES_WITHIN
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.told import BOUNDS, Book


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands still."""
    return HandClock()


@pytest.fixture
def book(database_url: str, clock: HandClock) -> Iterator[Book]:
    """An empty shop."""
    with Hub(database_url, clock=clock) as hub:
        yield Book(hub, clock)


def test_an_offer_is_opened_once_per_listing_and_warehouse(book: Book) -> None:
    iron = book.stock(3)
    listing_id = book.offer(iron, "i")
    book.wanted(listing_id, f"[[{iron}, 1]]")
    known = book.offers.known("wb")
    assert known.select("listing_id", "warehouse_ref", "phase", "exposed_pcs").rows() == [(listing_id, "1", "new", 0)]


def test_what_a_channel_shows_when_it_is_connected_comes_out_of_the_pool(book: Book) -> None:
    iron = book.stock(3)
    listing_id = book.offer(iron, "i")
    book.look({listing_id: 2}, reserved=1)
    assert (book.pool(iron), book.exposed(iron, listing_id), book.row(listing_id)["phase"]) == (0, 3, "connecting")


def test_a_channel_that_shows_more_than_there_is_leaves_the_pool_owing(book: Book) -> None:
    iron = book.stock(1)
    listing_id = book.offer(iron, "i")
    book.look({listing_id: 4})
    assert (book.pool(iron), book.exposed(iron, listing_id)) == (-3, 4)
    book.assert_conserved()


def test_a_piece_that_another_place_owes_is_not_offered(book: Book) -> None:
    iron = book.stock(0)
    book.count({iron: 2}, place="second")
    book.ledger.post_counts()
    listing_id = book.offer(iron, "i")
    book.look({listing_id: 0})
    book.wants(listing_id, 2)
    book.owe(iron, 1)
    book.clock.wait(31)
    book.complete_poll()
    assert book.look({listing_id: 0}).figures["pcs"].to_list() == [1]
    assert sum(pcs for place in ("main", "second") for account, pcs in book.accounts(iron, place).items() if account == "pool") == 0


def test_nothing_is_offered_before_the_orders_of_before_are_known(book: Book) -> None:
    iron = book.stock(5)
    listing_id = book.offer(iron, "i")
    book.wants(listing_id, 3)
    assert book.look({listing_id: 1}).figures.is_empty()
    book.clock.wait(31)
    book.complete_poll()
    assert book.look({listing_id: 1}).figures["pcs"].to_list() == [3]


def test_pieces_are_set_aside_before_a_figure_leaves(book: Book) -> None:
    iron = book.stock(5)
    listing_id = book.offer(iron, "i")
    book.connected({listing_id: 1})
    book.wants(listing_id, 3)
    figures = book.look({listing_id: 1}).figures
    assert figures["pcs"].to_list() == [3]
    assert (book.pool(iron), book.exposed(iron, listing_id), book.row(listing_id)["sent_at"]) == (1, 4, None)


def test_a_figure_that_the_pool_does_not_have_is_not_offered(book: Book) -> None:
    iron = book.stock(3)
    listing_id = book.offer(iron, "i")
    book.connected({listing_id: 2})
    book.wants(listing_id, 3)
    assert book.look({listing_id: 2}).figures.is_empty()


def test_a_figure_leaves_once(book: Book) -> None:
    listing_id, figures = _offered(book)
    assert book.offers.leave(book.told, figures)["listing_id"].to_list() == [listing_id]
    assert book.offers.leave(book.told, figures).is_empty()


def test_a_zero_leaves_as_often_as_it_likes(book: Book) -> None:
    listing_id = book.offer(book.stock(3), "i")
    book.connected({listing_id: 1})
    book.wants(listing_id, 0)
    figures = book.look({listing_id: 1}).figures
    assert [book.offers.leave(book.told, figures).height for _ in range(2)] == [1, 1]


def test_a_figure_does_not_leave_when_its_listing_has_changed_since(book: Book) -> None:
    listing_id, figures = _offered(book)
    book.wants(listing_id, 0)
    freeze = book.look({listing_id: 0}).figures
    assert freeze["pcs"].to_list() == [0]
    assert book.offers.leave(book.told, figures).is_empty()
    assert book.offers.leave(book.told, freeze).height == 1


@pytest.mark.parametrize(("waited_s", "leaves"), [(-1, 1), (1, 0)])
def test_a_figure_leaves_in_time_or_never(book: Book, waited_s: float, leaves: int) -> None:
    _, figures = _offered(book)
    book.clock.wait(LEAVES_WITHIN / timedelta(seconds=1) + waited_s)
    assert book.offers.leave(book.told, figures).height == leaves


def test_what_never_left_gives_its_pieces_back(book: Book) -> None:
    listing_id, figures = _offered(book)
    book.answered(book.offers.leave(book.told, figures), "unsent")
    assert (book.pool(1), book.exposed(1, listing_id), book.row(listing_id)["write_pcs"]) == (5, 0, None)
    assert book.look({listing_id: 0}).figures["pcs"].to_list() == [3]


@pytest.mark.parametrize("outcome", ["accepted", "refused", "unknown", "pending"])
def test_an_answer_settles_nothing_but_a_reading_and_a_poll_do(book: Book, outcome: str) -> None:
    listing_id, figures = _offered(book)
    book.answered(book.offers.leave(book.told, figures), outcome)
    assert book.exposed(1, listing_id) == 3
    book.clock.wait(69)
    book.look({listing_id: 0})
    book.clock.wait(31)
    book.complete_poll()
    assert book.look({listing_id: 0}).settled == 0, "the reading began before T and S were over"
    book.clock.wait(31)
    assert book.look({listing_id: 0}, may_write=False).settled == 0, "no poll has followed the reading"
    book.complete_poll()
    assert book.look({listing_id: 0}, may_write=False).settled == 1
    assert (book.pool(1), book.exposed(1, listing_id), book.row(listing_id)["write_pcs"]) == (5, 0, None)


@pytest.mark.parametrize(("waited_s", "settled"), [(-1, 0), (1, 1)])
def test_a_crash_is_taken_for_a_call_that_took_as_long_as_it_may(book: Book, waited_s: int, settled: int) -> None:
    listing_id, figures = _offered(book)
    book.offers.leave(book.told, figures)
    book.clock.wait((LEAVES_WITHIN + BOUNDS.effective + BOUNDS.stale) / timedelta(seconds=1) + waited_s)
    book.look({listing_id: 0}, may_write=False)
    book.clock.wait(31)
    book.complete_poll()
    assert book.look({listing_id: 0}, may_write=False).settled == settled
    assert book.exposed(1, listing_id) == 3 * (1 - settled)


def test_a_freeze_overtakes_and_what_it_overtook_is_still_alive(book: Book) -> None:
    listing_id, figures = _offered(book)
    book.answered(book.offers.leave(book.told, figures), "accepted")
    book.wants(listing_id, 0)
    freeze = book.look({listing_id: 0}).figures
    book.answered(book.offers.leave(book.told, freeze), "accepted")
    assert (book.row(listing_id)["write_pcs"], book.row(listing_id)["is_alive"], book.exposed(1, listing_id)) == (0, True, 3)
    book.clock.wait(20)
    book.look({listing_id: 0})
    book.clock.wait(31)
    book.complete_poll()
    assert book.look({listing_id: 0}).settled == 0
    assert book.exposed(1, listing_id) == 3


def test_a_figure_that_somebody_else_wrote_is_added_frozen_and_connected_anew(book: Book) -> None:
    iron = book.stock(5)
    listing_id = book.offer(iron, "i")
    book.connected({listing_id: 1})
    book.wants(listing_id, 1)
    advanced = book.look({listing_id: 4})
    assert [(one.channel_sku, one.shown_pcs, one.exposed_pcs) for one in advanced.edited] == [("i", 4, 1)]
    assert advanced.figures["pcs"].to_list() == [0]
    row = book.row(listing_id)
    assert (row["phase"], row["frozen_for"], book.exposed(iron, listing_id), book.pool(iron)) == ("adopted", "edited", 5, 0)
    book.settle({listing_id: 0})
    row = book.row(listing_id)
    assert (row["phase"], row["frozen_for"], book.exposed(iron, listing_id), book.pool(iron)) == ("open", None, 0, 5)


def test_a_lost_listing_gives_its_pieces_back_once_that_is_certain(book: Book) -> None:
    iron = book.stock(5)
    listing_id = book.offer(iron, "i")
    book.connected({listing_id: 2})
    book.execute("update listing set lost_at = now()")
    assert book.row(listing_id)["is_lost"]
    book.look({listing_id: 0})
    assert book.exposed(iron, listing_id) == 2
    book.settle({listing_id: 0})
    assert (book.exposed(iron, listing_id), book.pool(iron)) == (0, 5)


def test_a_recipe_changes_only_when_nothing_is_exposed(book: Book) -> None:
    iron, kettle = book.stock(5), book.stock(5, ref="kettle")
    bundle = book.add_item("set", is_bundle=True)
    listing_id = book.offer(bundle, "s", f"[[{iron}, 1], [{kettle}, 1]]")
    book.connected({listing_id: 2})
    other = f"[[{iron}, 2]]"
    book.wanted(listing_id, other, "spring")
    assert book.row(listing_id)["recipe"] == f"[[{iron}, 1], [{kettle}, 1]]"
    book.settle({listing_id: 0})
    book.wanted(listing_id, other, "spring")
    assert book.row(listing_id)["recipe"] == other
    book.wants(listing_id, 9)
    book.look({listing_id: 0})
    assert (book.pool(iron), book.exposed(iron, listing_id), book.pool(kettle)) == (1, 4, 5)


def test_a_recipe_does_not_change_under_a_figure_on_its_way(book: Book) -> None:
    iron, kettle = book.stock(5), book.stock(5, ref="kettle")
    listing_id = book.offer(book.add_item("set", is_bundle=True), "s", f"[[{iron}, 1]]")
    book.connected({listing_id: 0})
    book.wants(listing_id, 0)
    book.look({listing_id: None})
    assert book.row(listing_id)["write_pcs"] == 0
    book.wanted(listing_id, f"[[{kettle}, 1]]")
    assert book.row(listing_id)["recipe"] == f"[[{iron}, 1]]"


def test_a_bundle_takes_all_of_its_parts_and_no_more_than_the_scarcest_makes(book: Book) -> None:
    iron, kettle = book.stock(5), book.stock(5, ref="kettle")
    listing_id = book.offer(book.add_item("set", is_bundle=True), "s", f"[[{iron}, 1], [{kettle}, 2]]")
    book.connected({listing_id: 0})
    book.wants(listing_id, 9)
    assert book.look({listing_id: 0}).figures["pcs"].to_list() == [2]
    assert [(book.pool(item), book.exposed(item, listing_id)) for item in (iron, kettle)] == [(3, 2), (1, 4)]
    assert book.row(listing_id)["exposed_pcs"] == 2
    book.settle({listing_id: 1})
    assert [(book.pool(item), book.exposed(item, listing_id)) for item in (iron, kettle)] == [(4, 1), (3, 2)]
    book.assert_conserved()


def test_two_listings_of_one_look_do_not_get_the_same_piece(book: Book) -> None:
    iron = book.stock(3)
    alone = book.offer(iron, "i")
    bundle = book.offer(book.add_item("set", is_bundle=True), "s", f"[[{iron}, 2]]")
    book.connected({alone: 0, bundle: 0})
    book.wants(alone, 2)
    book.wants(bundle, 1)
    assert book.look({alone: 0, bundle: 0}).figures.select("listing_id", "pcs").rows() == [(alone, 2)]


def test_a_warehouse_draws_on_its_own_places_in_their_order(database_url: str, clock: HandClock) -> None:
    with Hub(database_url, clock=clock) as hub:
        book = Book(hub, clock, {"1": ["b", "a"], "2": ["c"]})
        iron = book.add_item()
        for place, pcs in (("a", 2), ("b", 2), ("c", 1), ("d", 9)):
            book.count({iron: pcs}, place=place)
        book.ledger.post_counts()
        listing_id = book.offer(iron, "i")
        for warehouse in ("1", "2"):
            book.look({listing_id: 0}, warehouse=warehouse)
        book.clock.wait(31)
        book.complete_poll()
        book.wants(listing_id, 3)
        assert book.look({listing_id: 0}, warehouse="1").figures.is_empty(), "the other warehouse's orders of before are not known yet"
        assert book.look({listing_id: 0}, warehouse="2").figures["pcs"].to_list() == [1]
        assert book.look({listing_id: 0}, warehouse="1").figures["pcs"].to_list() == [3]
        pools = {place: book.pool(iron, place) for place in "abcd"}
        assert pools == {"a": 1, "b": 0, "c": 0, "d": 9}
        assert book.exposed(iron, listing_id, warehouse="2", place="c") == 1
        book.assert_conserved()


def test_a_closed_offer_gives_everything_back(book: Book) -> None:
    listing_id, _ = _offered(book)
    assert book.offers.close("wb", [listing_id]) == 3
    assert (book.pool(1), book.offers.known("wb").height) == (5, 0)
    book.assert_conserved()


def test_what_was_sold_lately_may_still_be_shown_and_is_no_edit(book: Book) -> None:
    iron = book.stock(2)
    listing_id = book.offer(iron, "i")
    book.connected({listing_id: 2})
    _sell(book, iron, listing_id)
    assert book.look({listing_id: 2}, may_write=False).edited == ()
    book.clock.wait(20)
    assert len(book.look({listing_id: 2}, may_write=False).edited) == 1


def _offered(book: Book) -> tuple[int, pl.DataFrame]:
    """Of five pieces three are on their way to a listing that showed none: its id, and the figure that may leave."""
    listing_id = book.offer(book.stock(5), "i")
    book.connected({listing_id: 0})
    book.wants(listing_id, 3)
    figures = book.look({listing_id: 0}).figures
    assert (book.pool(1), book.exposed(1, listing_id)) == (2, 3)
    return listing_id, figures


def _sell(book: Book, item_id: int, listing_id: int) -> None:
    """A sale of the listing's last hour is recorded."""
    line = Wanted(item_id=item_id, pcs=1, line_ref="1-1")
    account = f"exposure:wb:{listing_id}:1"
    book.ledger.sell([line], source="main", order_number="1", reference="1", from_account=account, returns_to=account)


def test_a_listing_that_sells_without_limit_is_told_0_before_anything_is_gone_by(book: Book) -> None:
    iron = book.stock(3)
    listing_id = book.offer(iron, "i")
    book.wants(listing_id, 2)
    assert book.look({listing_id: None}).figures["pcs"].to_list() == [0]
    assert (book.pool(iron), book.row(listing_id)["phase"]) == (3, "new")


def test_what_1c_never_counted_is_left_alone(book: Book) -> None:
    iron = book.add_item()
    listing_id = book.offer(iron, "i")
    book.wants(listing_id, 0)
    looked = book.look({listing_id: 4})
    assert (looked.figures.is_empty(), looked.edited, book.row(listing_id)["phase"]) == (True, (), "new")


def test_a_cancellation_not_heard_of_may_explain_what_is_shown_and_alarms_nobody(book: Book) -> None:
    iron = book.stock(5)
    listing_id = book.offer(iron, "i")
    book.connected({listing_id: 1})
    book.execute(
        "insert into sale_order (channel, order_ref, warehouse_ref, state, status, is_by_channel, is_prior, placed_at, payload, heard_by, "
        "seen_at, recorded_at) values ('wb', '1', '1', 'new', 'new', false, false, :now, '{}', 'poll', :now, :now)",
        now=book.clock.now(),
    )
    book.execute(
        "insert into sale_line (order_id, line_ref, channel_sku, listing_id, item_id, state, pcs) "
        "select order_id, '1', 'i', :listing_id, :item_id, 'sold', 1 from sale_order",
        listing_id=listing_id,
        item_id=iron,
    )
    looked, row = book.look({listing_id: 2}), book.row(listing_id)
    assert (looked.edited, row["phase"], row["frozen_for"], book.exposed(iron, listing_id)) == ((), "adopted", None, 3)
