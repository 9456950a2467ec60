"""The picking list: every piece once, by place."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.picking import Wanted, picking, rounds_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def wanted(shipment: str = "1-1", item: str = "iron", pcs: int = 1, **told: object) -> Wanted:
    given_ = {"channel": "site", "order_ref": shipment.partition("-")[0], "article": item, "name": item, "places": {"main": pcs}}
    return Wanted(shipment=shipment, item_ref=item, pcs=pcs, **(given_ | told))  # type: ignore[arg-type]


def test_what_leaves_first_is_fetched_first_and_then_from_place_to_place() -> None:
    picks = picking([wanted("1-1", places={"b": 1}), wanted("2-1", places={"a": 1}), wanted("3-1", places={"c": 1}, ship_by_at=NOON)])
    assert [(pick.place, pick.shipment) for pick in picks] == [("c", "3-1"), ("a", "2-1"), ("b", "1-1")]


def test_a_round_is_what_leaves_by_one_time_through_one_channel() -> None:
    told = [wanted("1-1"), wanted("2-1", channel="ozon", ship_by_at=NOON), wanted("3-1", pcs=2), wanted("4-1", ship_by_at=NOON)]
    rounds = rounds_of(picking(told))
    assert [(one.channel, one.ship_by_at, one.shipments, one.pcs) for one in rounds] == [
        ("ozon", NOON, 1, 1),
        ("site", NOON, 1, 1),
        ("site", None, 2, 3),
    ]


def test_pieces_of_several_places_are_fetched_from_each() -> None:
    picks = picking([wanted(pcs=5, places={"a": 2, "b": 3})])
    assert [(pick.place, pick.pcs) for pick in picks] == [("a", 2), ("b", 3)]


def test_parts_of_one_order_do_not_fetch_the_same_pieces() -> None:
    picks = picking([wanted("1-1", pcs=2, places={"a": 2, "b": 2}), wanted("1-2", pcs=2, places={"a": 2, "b": 2})])
    assert [(pick.place, pick.shipment, pick.pcs) for pick in picks] == [("a", "1-1", 2), ("b", "1-2", 2)]


def test_pieces_whose_place_nobody_knows_are_in_the_list_all_the_same() -> None:
    assert [(pick.place, pick.pcs) for pick in picking([wanted(pcs=3, places={"a": 1})])] == [("a", 1), ("", 2)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["1-1", "1-2", "2-1"]), st.integers(1, 5), st.dictionaries(st.sampled_from("ab"), st.integers(0, 5)))
    )
)
def test_every_piece_is_fetched_once(told: list[tuple[str, int, dict[str, int]]]) -> None:
    asked = [wanted(shipment, pcs=pcs, places=places) for shipment, pcs, places in told]
    counted = Counter[str]()
    for pick in picking(asked):
        counted[pick.shipment] += pick.pcs
    expected = Counter[str]()
    for one in asked:
        expected[one.shipment] += one.pcs
    assert counted == expected
    assert [pick for one in rounds_of(picking(asked)) for pick in one.picks] == picking(asked)
