"""A cart is drawn whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.ledger_draw import Drawn, Shelf, Shortage, Wanted, draw, free_at, free_of, shelves_at

wishes = st.lists(st.builds(Wanted, item_id=st.integers(1, 2), pcs=st.integers(1, 4), place=st.sampled_from((None, "a", "b"))), max_size=4)
shelves = st.dictionaries(st.tuples(st.integers(1, 2), st.sampled_from(("a", "b", "c"))), st.integers(-2, 6))


@given(wishes, shelves)
def test_what_is_drawn_is_what_was_wanted_and_was_there(wanted: list[Wanted], free: dict[Shelf, int]) -> None:
    drawn = [part for part in draw(wanted, free) if isinstance(part, Drawn)]
    if drawn:
        assert sum(part.pcs for part in drawn) == sum(line.pcs for line in wanted)
    for shelf, pcs in free.items():
        assert sum(part.pcs for part in drawn if (part.item_id, part.place) == shelf) <= max(0, pcs)


def test_places_are_drawn_on_in_the_order_stated_and_no_other_is() -> None:
    free = {(1, "a"): 2, (1, "b"): 2, (1, "c"): 9}
    assert draw([Wanted(item_id=1, pcs=3)], free, ["b", "a"]) == [
        Drawn(item_id=1, place="b", pcs=2),
        Drawn(item_id=1, place="a", pcs=1),
    ]
    assert draw([Wanted(item_id=1, pcs=5)], free, ["b", "a"]) == [Shortage(item_id=1, place=None, wanted_pcs=5, free_pcs=4)]


def test_a_line_that_names_its_place_is_served_before_one_that_does_not_care() -> None:
    free = {(1, "a"): 1, (1, "b"): 1}
    drawn = draw([Wanted(item_id=1, pcs=1), Wanted(item_id=1, pcs=1, place="a")], free)
    assert drawn == [Drawn(item_id=1, place="a", pcs=1), Drawn(item_id=1, place="b", pcs=1)]


def test_a_place_that_is_not_allowed_is_short() -> None:
    short = draw([Wanted(item_id=1, pcs=1, place="a")], {(1, "a"): 1}, ["b"])
    assert short == [Shortage(item_id=1, place="a", wanted_pcs=1, free_pcs=0)]


def test_nothing_cannot_be_wanted() -> None:
    with pytest.raises(ValueError, match="0 pieces of item 1"):
        Wanted(item_id=1, pcs=0)


@given(shelves, st.sampled_from((None, ["b", "a"], ["c"])))
def test_nobody_is_given_what_another_place_owes(pools: dict[Shelf, int], places: list[str] | None) -> None:
    free = free_of(pools, places)
    assert all(0 <= pcs <= max(0, pools[shelf]) for shelf, pcs in free.items())
    for item_id in {item_id for item_id, _ in pools}:
        of_item = {shelf: pcs for shelf, pcs in pools.items() if shelf[0] == item_id}
        here = sum(max(0, pools[shelf]) for shelf in shelves_at(of_item, places))
        given_pcs = sum(pcs for shelf, pcs in free.items() if shelf[0] == item_id)
        assert given_pcs == min(here, max(0, sum(of_item.values())))


def test_what_is_free_is_given_at_the_first_places() -> None:
    pools = {(1, "a"): 2, (1, "b"): 2, (1, "c"): -1}
    assert free_at(pools, [(1, "b"), (1, "a")]) == {(1, "b"): 2, (1, "a"): 1}
