from datetime import UTC, datetime, timedelta

import pytest

from deployments.story.crowd import Record, Release, Sale
from deployments.story.goods import CHANNELS, Good, Shelf
from deployments.story.penalties import penalties_roubles
from deployments.story.truth import agree_with_books, count, oversold_pcs, wanted_pcs
from deployments.story.watcher import Look, known_everywhere_s, left_after
from deployments.world.demand import Wish

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
IRON = Good(sku="IRON", name="Утюг", roubles=1000, channels=CHANNELS, parts={"IRON": 1})
BOARD = Good(sku="BOARD", name="Доска", roubles=2000, channels=("wb", "ozon"), parts={"BOARD": 1})
KIT = Good(sku="KIT", name="Набор", roubles=3500, channels=CHANNELS, parts={"IRON": 2, "BOARD": 1})
SHELF = Shelf(goods={good.sku: good for good in (IRON, BOARD, KIT)}, pcs={"IRON": 5, "BOARD": 2})


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def sale(sku: str, pcs: int = 1, *, channel: str = "wb", second: float = 0, ref: str | None = None) -> Sale:
    return Sale(channel=channel, order_ref=ref or f"{sku}-{second}", sku=sku, pcs=pcs, at=at(second))


def back(of: Sale, *, second: float, pcs: int | None = None, by_seller: bool = False) -> Release:
    return Release(sale=of, pcs=of.pcs if pcs is None else pcs, at=at(second), is_by_seller=by_seller)


def wish(sku: str, pcs: int = 1, *, outcome: str = "bought", cancels: float | None = None) -> Wish:
    return Wish(number=1, channel="wb", sku=sku, pcs=pcs, at=NOON, outcome=outcome, cancels_at=None if cancels is None else at(cancels))  # type: ignore[arg-type]


def look(second: float, shown: dict[str, dict[str, int]], **left: int) -> Look:
    return Look(at=at(second), shown={channel: shown.get(channel, {}) for channel in CHANNELS}, left={"IRON": 5, "BOARD": 2, **left})


def test_nothing_is_oversold_while_there_is_enough() -> None:
    assert oversold_pcs(SHELF, [sale("IRON", 3), sale("KIT", second=1)]) == 0


def test_each_piece_beyond_the_shelf_is_oversold_at_the_instant_of_its_sale() -> None:
    assert oversold_pcs(SHELF, [sale("IRON", 4), sale("IRON", 3, second=1)]) == 2


def test_a_piece_given_back_in_time_may_be_sold_again() -> None:
    first = sale("IRON", 5)
    assert oversold_pcs(SHELF, [first, back(first, second=1), sale("IRON", 5, second=2)]) == 0


def test_a_piece_given_back_too_late_does_not_undo_an_oversell() -> None:
    first = sale("IRON", 5)
    assert oversold_pcs(SHELF, [first, sale("IRON", second=1), back(first, second=2)]) == 1


def test_a_set_is_oversold_by_the_parts_that_are_not_there() -> None:
    assert oversold_pcs(SHELF, [sale("KIT", 2), sale("KIT", second=1)]) == 2  # one iron and one board


def test_what_is_left_counts_sets_by_their_parts_and_cancelled_orders_as_there() -> None:
    kit, iron = sale("KIT"), sale("IRON", second=1)
    assert left_after(SHELF, [kit, iron, back(iron, second=2)]) == {"IRON": 3, "BOARD": 1}


def test_only_pieces_that_there_are_count_as_sold_and_only_those_wanted_for_good_as_sellable() -> None:
    record = Record(wishes=[wish("IRON", 4), wish("IRON", 4), wish("BOARD", 1, cancels=60), wish("BOARD", 1)])
    record.happened = [sale("IRON", 4), sale("IRON", 4, second=1)]
    outcome = count(SHELF, record, [look(2, {})], closes_at=at(3600), ends_at=at(4000))
    assert (outcome.sold_pcs, outcome.sellable_pcs, outcome.oversold_pcs) == (5, 5 + 1, 3)
    assert outcome.sold_share == pytest.approx(5 / 6)


def test_who_would_have_cancelled_after_the_hour_wanted_it_for_good() -> None:
    record = Record(wishes=[wish("IRON", cancels=3599), wish("IRON", cancels=3600)])
    assert wanted_pcs(SHELF, record, at(3600))["IRON"] == 1


def test_orders_the_shop_took_back_are_counted_once_and_those_buyers_cancelled_are_not() -> None:
    first, second, third = sale("IRON", 2), sale("IRON", 1, second=1), sale("IRON", 1, second=2)
    record = Record(
        happened=[
            first,
            second,
            third,
            back(first, second=3, pcs=1, by_seller=True),
            back(first, second=4, pcs=1, by_seller=True),
            back(second, second=5),
        ]
    )
    outcome = count(SHELF, record, [look(6, {})], closes_at=at(3600), ends_at=at(4000))
    assert (outcome.orders, outcome.cancelled_orders, outcome.sold_pcs) == (3, 1, 1)


def test_an_order_is_known_at_once_where_nobody_else_shows_more_than_is_left() -> None:
    shown = {"ozon": {"IRON": 2}, "ym": {"IRON": 1}, "site": {"IRON": 4}}
    assert known_everywhere_s(SHELF, sale("IRON"), [look(0, shown, IRON=4)]) == 0.0


def test_an_order_is_known_when_the_last_other_channel_stops_showing_too_much() -> None:
    looks = [
        look(0, {"ozon": {"IRON": 5}, "ym": {"IRON": 5}}, IRON=4),
        look(30, {"ozon": {"IRON": 4}, "ym": {"IRON": 5}}, IRON=4),
        look(90, {"ozon": {"IRON": 5}, "ym": {"IRON": 4}}, IRON=4),
    ]
    assert known_everywhere_s(SHELF, sale("IRON"), looks) == 90


def test_sets_that_hold_the_thing_must_be_right_as_well() -> None:
    looks = [look(0, {"ozon": {"KIT": 2}}, IRON=3), look(60, {"ozon": {"KIT": 1}}, IRON=3)]
    assert known_everywhere_s(SHELF, sale("IRON", 2), looks) == 60


def test_the_channel_that_sold_is_not_among_the_others() -> None:
    assert known_everywhere_s(SHELF, sale("IRON"), [look(0, {"wb": {"IRON": 5}}, IRON=4)]) == 0.0


def test_an_order_that_is_never_known_counts_until_the_end() -> None:
    record = Record(happened=[sale("IRON", channel="ozon")])
    outcome = count(SHELF, record, [look(0, {"wb": {"IRON": 5}}, IRON=4)], closes_at=at(100), ends_at=at(200))
    assert outcome.known_everywhere_s == 200


def test_what_the_books_say_is_cancelled_besides_the_shop_has_taken_back() -> None:
    basket, posting = sale("IRON", 2, ref="b1"), sale("IRON", channel="ozon", ref="p1")
    record = Record(happened=[basket, posting])
    books = {
        "wb": {"b1": {"tasks": {"1": "cancelled", "2": "new"}, "pcs": 2, "state": "mixed"}},
        "ozon": {"p1": {"pcs": 1, "state": "awaiting_packaging"}},
    }
    agree_with_books(record, books, at=at(100))
    assert [(one.sale, one.pcs, one.is_by_seller) for one in record.releases] == [(basket, 1, True)]


def test_a_record_that_lacks_an_order_of_the_books_is_refused() -> None:
    with pytest.raises(AssertionError, match="differ"):
        agree_with_books(Record(), {"ozon": {"p1": {"pcs": 1, "state": "delivering"}}}, at=NOON)


def test_a_cancellation_that_the_books_do_not_know_is_refused() -> None:
    posting = sale("IRON", channel="ozon", ref="p1")
    record = Record(happened=[posting, back(posting, second=1)])
    with pytest.raises(AssertionError, match="1 more"):
        agree_with_books(record, {"ozon": {"p1": {"pcs": 1, "state": "delivering"}}}, at=NOON)


@pytest.mark.parametrize(
    ("cancelled", "orders", "roubles"),
    [
        ([], 10, 0),
        ([1000], 25, 0),
        ([1000], 24, 30),
        ([1000, 2000], 20, 90),
        ([1000] * 3, 20, 180),
        ([1000] * 5, 20, 450),
        ([1_000_000], 4, 1500),
    ],
)
def test_penalties_follow_the_bands_and_never_exceed_the_most_for_an_order(cancelled: list[int], orders: int, roubles: int) -> None:
    assert penalties_roubles(cancelled, orders) == roubles
