"""Whom to disappoint: the cheapest choice that covers what is missing."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.oversell import CANCELLABLE, OpenOrder, certain_pcs, explained, pieces_of, propose, roubles
from tasks.rules.penalties import Penalty

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def order(number: str, *, kopecks: int = 0, **told: Any) -> OpenOrder:
    """An order of one piece whose cancellation costs so much."""
    whole: dict[str, Any] = {
        "channel": "ozon",
        "state": "new",
        "placed_at": NOON,
        "pcs": 1,
        "price_kopecks": 100_000,
        "margin_kopecks": 0,
        "penalty": Penalty(fixed_kopecks=kopecks),
    }
    return OpenOrder(number=number, **(whole | told))


def chosen(*orders: OpenOrder, missing: int = 1) -> list[str]:
    return [one.number for one in propose(orders, missing_pcs=missing)]


def test_nothing_is_cancelled_where_nothing_is_missing() -> None:
    assert chosen(order("a"), missing=0) == []
    assert chosen(order("a"), missing=-3) == []


def test_the_channel_with_the_lowest_penalty_gives_way() -> None:
    assert chosen(order("dear", kopecks=9_000), order("cheap", kopecks=3_000)) == ["cheap"]


def test_at_the_same_penalty_the_smaller_margin_gives_way() -> None:
    assert chosen(order("earns", margin_kopecks=50_000), order("earns less", margin_kopecks=20_000)) == ["earns less"]


def test_penalty_and_margin_are_one_sum_of_money() -> None:
    assert chosen(order("fined", kopecks=5_000, margin_kopecks=10_000), order("earns", margin_kopecks=40_000)) == ["fined"]


def test_a_margin_known_of_some_only_is_not_counted() -> None:
    assert chosen(order("unknown", kopecks=2_000, margin_kopecks=None), order("known", kopecks=1_000, margin_kopecks=90_000)) == ["known"]


def test_an_order_sold_at_a_loss_is_not_cancelled_for_the_gain() -> None:
    assert chosen(order("loss", margin_kopecks=-90_000, kopecks=100), order("free")) == ["free"]


def test_an_unpaid_order_gives_way_before_a_paid_one() -> None:
    assert chosen(order("paid"), order("unpaid", state="unpaid", placed_at=NOON - timedelta(hours=1))) == ["unpaid"]


def test_a_younger_order_gives_way_before_an_older_one() -> None:
    assert chosen(order("b younger", placed_at=NOON + timedelta(minutes=1)), order("a older"), order("c older")) == ["b younger"]


@pytest.mark.parametrize("state", ["confirmed", "shipped", "delivered", "cancelled", "returned", "other"])
def test_an_order_that_is_packed_or_gone_or_not_understood_is_never_proposed(state: str) -> None:
    assert chosen(order("far", state=state), order("near", kopecks=999_999)) == ["near"]
    assert chosen(order("far", state=state)) == []


def test_what_the_channel_lets_go_for_nothing_goes_first() -> None:
    free = order("zero", kopecks=99_000, is_free_to_cancel=True)
    assert chosen(free, order("cheap", kopecks=1)) == ["zero"]
    assert "не берёт" in propose([free], missing_pcs=1)[0].sentence


def test_two_small_orders_go_before_a_dear_large_one_and_the_other_way_round() -> None:
    small = [order("a", kopecks=3_000), order("b", kopecks=3_000)]
    assert sorted(chosen(*small, order("large", kopecks=7_000, pcs=2), missing=2)) == ["a", "b"]
    assert chosen(*small, order("large", kopecks=5_000, pcs=2), missing=2) == ["large"]


def test_fewer_buyers_are_disappointed_for_the_same_money() -> None:
    small = [order("a", kopecks=3_000), order("b", kopecks=3_000)]
    assert chosen(*small, order("large", kopecks=6_000, pcs=2), missing=2) == ["large"]


def test_where_nothing_is_enough_all_that_may_be_cancelled_is_proposed() -> None:
    assert sorted(chosen(order("a"), order("b", pcs=2), order("c", state="shipped", pcs=9), missing=10)) == ["a", "b"]


def test_the_cheapest_comes_first() -> None:
    assert chosen(order("b", kopecks=2), order("c", kopecks=3), order("a", kopecks=1), missing=3) == ["a", "b", "c"]


def test_numbers_of_two_channels_may_be_the_same() -> None:
    both = [order("1", channel="ozon", kopecks=2), order("1", channel="market", kopecks=1)]
    assert [one.channel for one in propose(both, missing_pcs=2)] == ["market", "ozon"]


def test_a_bundle_counts_by_its_parts() -> None:
    bundle, alone = [(7, 2), (8, 1)], [(7, 1)]
    assert pieces_of(7, [(bundle, 3), (alone, 1)]) == 7
    assert pieces_of(8, [(bundle, 3), (alone, 1)]) == 3
    assert pieces_of(9, [(bundle, 3)]) == 0


def test_the_sentence_says_which_order_where_how_many_and_why() -> None:
    (told,) = propose([order("24319409-0021-1", kopecks=4_500, margin_kopecks=31_050, state="unpaid", pcs=2)], missing_pcs=1)
    assert told.sentence == (
        "Заказ 24319409-0021-1 («ozon»), вернётся 2 шт.: штраф около 45 ₽, теряется 310,50 ₽ прибыли до комиссии площадки, покупатель ещё не оплатил, "
        "он оформлен последним."
    )
    assert (told.frees_pcs, told.penalty_kopecks, told.margin_kopecks) == (2, 4_500, 31_050)


def test_a_free_cancellation_is_called_so_and_an_unknown_margin_is_not_made_up() -> None:
    (told,) = propose([order("1", margin_kopecks=None)], missing_pcs=1)
    assert "без штрафа" in told.sentence
    assert "прибыли" not in told.sentence


def test_sums_are_written_as_people_write_them() -> None:
    assert [roubles(one) for one in (0, 5, 100, 123_456_789, -250)] == ["0 ₽", "0,05 ₽", "1 ₽", "1 234 567,89 ₽", "−2,50 ₽"]


ORDERS = st.lists(
    st.builds(
        lambda kopecks, pcs, state, minutes: (kopecks, pcs, state, minutes),
        st.integers(0, 4),
        st.integers(1, 3),
        st.sampled_from([*CANCELLABLE, "confirmed"]),
        st.integers(0, 3),
    ),
    max_size=7,
)


@given(ORDERS, st.integers(0, 12))
def test_no_other_choice_is_cheaper(rows: list[tuple[int, int, str, int]], missing: int) -> None:
    orders = [
        order(str(number), kopecks=kopecks, pcs=pcs, state=state, placed_at=NOON + timedelta(minutes=minutes))
        for number, (kopecks, pcs, state, minutes) in enumerate(rows)
    ]
    free = [one for one in orders if one.state in CANCELLABLE]
    reachable = min(missing, sum(one.pcs for one in free))

    def cost(some: list[OpenOrder]) -> tuple[int, int, int]:
        return sum(one.penalty_kopecks for one in some), sum(one.state != "unpaid" for one in some), len(some)

    every = [list(some) for size in range(len(free) + 1) for some in combinations(free, size)]
    least = min(cost(some) for some in every if sum(one.pcs for one in some) >= reachable)
    numbers = {one.number for one in propose(orders, missing_pcs=missing)}
    picked = [one for one in orders if one.number in numbers]
    assert sum(one.pcs for one in picked) >= reachable
    assert cost(picked) == least


@given(ORDERS, st.integers(1, 6), st.randoms())
def test_the_order_they_are_told_in_does_not_matter(rows: list[tuple[int, int, str, int]], missing: int, chance: Any) -> None:
    orders = [
        order(str(number), kopecks=row[0], pcs=row[1], state=row[2], placed_at=NOON + timedelta(minutes=row[3]))
        for number, row in enumerate(rows)
    ]
    shuffled = orders[:]
    chance.shuffle(shuffled)
    assert propose(orders, missing_pcs=missing) == propose(shuffled, missing_pcs=missing)


@pytest.mark.parametrize(
    ("open_pcs", "unexplained_pcs", "certain"),
    [(1, 1, 1), (2, 1, 0), (2, 2, 1), (3, 2, 0), (0, 1, 1)],
    ids=["alone", "another may be cancelled", "both are beyond", "two beyond, one within", "shipped at once"],
)
def test_a_sale_beyond_a_quota_is_certain_where_no_order_within_it_is_open(open_pcs: int, unexplained_pcs: int, certain: int) -> None:
    assert certain_pcs(1, open_pcs=open_pcs, own_pcs=min(1, open_pcs), unexplained_pcs=unexplained_pcs) == certain


def test_an_order_does_not_explain_itself() -> None:
    assert certain_pcs(2, open_pcs=5, own_pcs=4, unexplained_pcs=2) == 1


def test_the_oldest_sale_is_explained_first() -> None:
    assert explained([2, 1, 1], 3) == [0, 0, 1]
    assert explained([2], 0) == [2]
    assert explained([], 5) == []


@given(waiting=st.lists(st.integers(1, 5)), returned=st.integers(0, 30))
def test_as_much_is_explained_as_came_back(waiting: list[int], returned: int) -> None:
    assert sum(waiting) - sum(explained(waiting, returned)) == min(returned, sum(waiting))
