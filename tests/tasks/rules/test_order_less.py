"""What a manager took out of an order in 1C: whole bundles stay, and what can be read in two ways is not read."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.order_less import LESS_TAKEN, OpenLine, left_units, sold_pcs, stated_pcs
from tasks.rules.order_news import DEFAULT_TELLS

IRON, BOARD, CUP, STRANGE = 1, 2, 3, 0


def line(ref: str, units: int, *recipe: tuple[int, int]) -> OpenLine:
    return OpenLine(line_ref=ref, units=units, recipe=recipe)


IRONS, BOARDS = line("irons", 3, (IRON, 1)), line("boards", 1, (BOARD, 1))
SETS = line("sets", 2, (IRON, 1), (CUP, 3))

lines = st.lists(
    st.builds(
        lambda units, recipe: (units, tuple(sorted(recipe.items()))),
        st.integers(1, 4),
        st.dictionaries(st.integers(1, 4), st.integers(1, 3), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=4,
).map(lambda drawn: [line(str(number), units, *recipe) for number, (units, recipe) in enumerate(drawn)])
found_pcs = st.dictionaries(st.integers(0, 4), st.integers(0, 14), max_size=5)


@pytest.mark.parametrize(
    ("sold", "found", "left"),
    [
        ([IRONS, BOARDS], {IRON: 3, BOARD: 1}, {}),
        ([IRONS, BOARDS], {IRON: 2, BOARD: 1}, {"irons": 2}),
        ([IRONS, BOARDS], {IRON: 3}, {"boards": 0}),
        ([IRONS, BOARDS], {}, {"irons": 0, "boards": 0}),
        ([SETS], {IRON: 2, CUP: 5}, {"sets": 1}),
        ([SETS], {IRON: 2, CUP: 2}, {"sets": 0}),
        ([SETS, IRONS], {IRON: 3}, {"sets": 0}),
        ([SETS, IRONS], {CUP: 6}, {"sets": 0, "irons": 0}),
    ],
)
def test_what_stays_are_the_pieces_that_1c_has_and_whole_bundles(sold: Sequence[OpenLine], found: dict[int, int], left: object) -> None:
    assert left_units(sold, found) == left


@pytest.mark.parametrize(
    ("sold", "found"),
    [
        ([IRONS, BOARDS], {IRON: 4, BOARD: 1}),
        ([IRONS, BOARDS], {IRON: 4}),
        ([IRONS, BOARDS], {IRON: 3, STRANGE: 1}),
        ([SETS, IRONS], {IRON: 4, CUP: 6}),
        ([IRONS, line("more", 1, (IRON, 1))], {IRON: 3}),
    ],
    ids=["more than sold", "more of one and less of another", "other goods instead", "of a set or alone", "of two lines"],
)
def test_what_can_be_read_in_two_ways_is_not_read(sold: Sequence[OpenLine], found: dict[int, int]) -> None:
    assert left_units(sold, found) is None


@given(lines, found_pcs)
def test_what_stays_can_be_made_of_what_1c_has_and_one_unit_more_could_not(sold: list[OpenLine], found: dict[int, int]) -> None:
    left = left_units(sold, found)
    if left is None:
        return
    stays = [OpenLine(line_ref=one.line_ref, units=left.get(one.line_ref, one.units), recipe=one.recipe) for one in sold]
    assert all(0 <= now.units <= was.units for now, was in zip(stays, sold, strict=True))
    assert all(pcs <= found.get(item_id, 0) for item_id, pcs in sold_pcs(stays).items())
    for now in stays:
        assert now.line_ref not in left or any((now.units + 1) * pcs > found.get(item_id, 0) for item_id, pcs in now.recipe)


@given(lines)
def test_an_order_that_1c_has_whole_loses_nothing(sold: list[OpenLine]) -> None:
    assert left_units(sold, sold_pcs(sold)) == {}


def test_services_and_lines_of_nothing_are_no_goods() -> None:
    goods = [
        {"item_ref": "iron", "pcs": 2, "kind": "goods"},
        {"item_ref": "iron", "pcs": 1},
        {"item_ref": "board", "pcs": 0, "kind": "goods"},
    ]
    assert stated_pcs([*goods, {"item_ref": "ORDER_DELIVERY", "pcs": 1, "kind": "delivery"}]) == {"iron": 3}


def test_every_kind_of_channel_may_ask_and_the_market_only_asks() -> None:
    assert LESS_TAKEN.keys() == DEFAULT_TELLS.keys()
    assert all("ask" in taken for taken in LESS_TAKEN.values())
    assert [kind for kind, taken in LESS_TAKEN.items() if "cancel" not in taken] == ["yandex_market"]
