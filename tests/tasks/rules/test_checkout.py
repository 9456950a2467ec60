from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.checkout import Asked, Expected, Got, Short, free_pcs, serve_cart, still_promised

DAY = date(2026, 3, 8)
SKUS = ("iron", "board", "set")
RECIPES = {"iron": ((1, 1),), "board": ((2, 1),), "set": ((1, 1), (2, 2))}
PCS = st.integers(-2, 9)
SHELVES = st.dictionaries(st.tuples(st.sampled_from([1, 2]), st.sampled_from("ab")), PCS)
CARTS = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 6), min_size=1)


def cart(wanted: dict[str, int]) -> list[Asked]:
    return [Asked(sku=sku, pcs=pcs, item_id=SKUS.index(sku) + 1, recipe=RECIPES[sku]) for sku, pcs in wanted.items()]


def expected(pcs: int, *, receipt_id: int = 1, item_id: int = 1, on: date = DAY) -> Expected:
    return Expected(receipt_id=receipt_id, item_id=item_id, free_pcs=pcs, expected_on=on)


@given(
    CARTS,
    SHELVES,
    st.lists(
        st.builds(expected, st.integers(1, 5), receipt_id=st.integers(1, 3), item_id=st.sampled_from([1, 2])),
        unique_by=lambda one: one.receipt_id,
    ),
)
def test_every_line_has_its_pieces_or_nothing_is_taken_and_nothing_twice(
    wanted: dict[str, int], free: dict[tuple[int, str], int], receipts: list[Expected]
) -> None:
    served = serve_cart(cart(wanted), free, receipts)
    if any(isinstance(one, Short) for one in served):
        assert all(isinstance(one, Short) for one in served)
        return
    got = [one for one in served if isinstance(one, Got)]
    assert [one.line.sku for one in got] == list(wanted)
    taken: dict[tuple[int, str], int] = {}
    promised: dict[int, int] = {}
    for one in got:
        for item_id, pcs in one.line.recipe:
            came = sum(part.pcs for part in one.drawn if part.item_id == item_id)
            assert came + one.backordered_pcs == pcs * one.line.pcs
        assert not one.promised or one.line.is_plain
        for part in one.drawn:
            taken[part.item_id, part.place] = taken.get((part.item_id, part.place), 0) + part.pcs
        for owed in one.promised:
            promised[owed.receipt_id] = promised.get(owed.receipt_id, 0) + owed.pcs
    assert all(pcs <= free[shelf] for shelf, pcs in taken.items())
    assert all(pcs <= next(one.free_pcs for one in receipts if one.receipt_id == receipt_id) for receipt_id, pcs in promised.items())


@given(CARTS, SHELVES)
def test_only_lines_that_cannot_be_had_beside_the_others_are_short(wanted: dict[str, int], free: dict[tuple[int, str], int]) -> None:
    for one in serve_cart(cart(wanted), free):
        if isinstance(one, Short):
            assert one.free_pcs < one.wanted_pcs == wanted[one.sku]


def test_a_shelf_is_drawn_on_in_the_order_of_the_places_and_no_other() -> None:
    (got,) = serve_cart(cart({"iron": 3}), {(1, "a"): 2, (1, "b"): 2, (1, "c"): 9}, places=["b", "a"])
    assert isinstance(got, Got)
    assert [(part.place, part.pcs) for part in got.drawn] == [("b", 2), ("a", 1)]
    (short,) = serve_cart(cart({"iron": 5}), {(1, "a"): 2, (1, "b"): 2, (1, "c"): 9}, places=["b", "a"])
    assert isinstance(short, Short)
    assert short.free_pcs == 4


def test_what_cannot_be_sold_is_short_with_its_reason() -> None:
    assert serve_cart([Asked(sku="what", pcs=2, why_not="Снят.")], {}) == [Short(sku="what", wanted_pcs=2, free_pcs=0, why_not="Снят.")]


def test_a_bundle_is_as_plentiful_as_its_scarcest_part() -> None:
    assert free_pcs(RECIPES["set"], {(1, "a"): 9, (2, "a"): 3, (2, "b"): 2, (2, "c"): -4}) == 2


@pytest.mark.parametrize(
    ("waiting", "gained", "left"),
    [
        ({}, {}, {1: 5, 2: 4}),
        ({1: 2}, {}, {1: 3, 2: 4}),
        ({1: 5}, {}, {2: 4}),
        ({}, {1: 3, 2: 3}, {1: 2, 2: 4}),
        ({}, {1: 7, 2: 7}, {2: 2}),
        ({}, {1: 3}, {1: 2, 2: 4}),
        ({}, {1: 99, 2: 99}, {}),
    ],
)
def test_what_came_is_of_the_earliest_receipt_and_is_promised_no_more(
    waiting: dict[int, int], gained: dict[int, int], left: dict[int, int]
) -> None:
    receipts = [expected(4, receipt_id=2, on=date(2026, 3, 20)), expected(5)]
    found = still_promised(receipts, waiting_pcs=waiting, gained_pcs=gained, today=DAY)
    assert {one.receipt_id: one.free_pcs for one in found} == left


def test_nothing_is_promised_for_a_day_that_is_over() -> None:
    assert still_promised([expected(5)], waiting_pcs={}, gained_pcs={}, today=date(2026, 3, 9)) == []
