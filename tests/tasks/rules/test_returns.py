"""One return of flesh and blood, whoever tells of it."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.returns import Batch, Telling, account_of, fate, is_newer, place, returned_pcs

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOLD = 6
Said = tuple[str, str, int]
"""Who, its key of the return, how many pieces of it."""


def told(*said: Said, sold_pcs: int = SOLD, before: Sequence[Batch] = ()) -> tuple[Batch, ...]:
    """The batches after these tellings, one after the other."""
    batches = tuple(before)
    for source, ref, pcs in said:
        placed = place(batches, source, ref, pcs, sold_pcs=sold_pcs)
        assert placed.fault is None, placed.fault
        batches = placed.batches
    return batches


def shape(batches: Sequence[Batch]) -> list[tuple[int, dict[str, str]]]:
    return sorted(((batch.pcs, dict(batch.tellers)) for batch in batches), key=str)


def settled(batches: Sequence[Batch]) -> tuple[Batch, ...]:
    """The same, 1C told of all of them."""
    return tuple(replace(batch, batch_id=number, return_id=7, is_settled=True) for number, batch in enumerate(batches, 1))


def test_the_channel_the_carrier_and_the_manager_tell_of_one_return() -> None:
    batches = told(("ozon", "r1", 2), ("cdek", "c9", 2), ("workbook", "5f-1", 2))
    assert shape(batches) == [(2, {"ozon": "r1", "cdek": "c9", "workbook": "5f-1"})]


def test_the_same_telling_again_is_no_news() -> None:
    assert told(("ozon", "r1", 2), ("ozon", "r1", 2)) == told(("ozon", "r1", 2))


def test_two_returns_of_one_source_are_two() -> None:
    assert shape(told(("ozon", "r1", 1), ("ozon", "r2", 1))) == [(1, {"ozon": "r1"}), (1, {"ozon": "r2"})]


def test_a_telling_of_fewer_pieces_parts_the_batch() -> None:
    batches = told(("ozon", "r1", 3), ("workbook", "good", 2), ("workbook", "bad", 1))
    assert shape(batches) == [(1, {"ozon": "r1", "workbook": "bad"}), (2, {"ozon": "r1", "workbook": "good"})]


def test_a_telling_of_more_pieces_covers_several_batches_and_adds_the_rest() -> None:
    batches = told(("ozon", "r1", 1), ("ozon", "r2", 1), ("cdek", "c", 3))
    assert shape(batches) == [(1, {"cdek": "c"}), (1, {"ozon": "r1", "cdek": "c"}), (1, {"ozon": "r2", "cdek": "c"})]


def test_of_two_batches_the_one_that_fits_exactly_is_meant() -> None:
    batches = told(("ozon", "r1", 3), ("ozon", "r2", 1), ("workbook", "w", 1))
    assert shape(batches) == [(1, {"ozon": "r2", "workbook": "w"}), (3, {"ozon": "r1"})]


def test_no_more_comes_back_than_was_sold_whoever_tells() -> None:
    batches = told(("ozon", "r1", 2), sold_pcs=2)
    placed = place(batches, "ozon", "r2", 1, sold_pcs=2)
    assert (placed.fault, placed.batches) == ("return_is_within_sold", batches)
    assert place(batches, "workbook", "w", 3, sold_pcs=2).fault == "return_is_within_sold"
    assert place(batches, "workbook", "w", 2, sold_pcs=2).fault is None


def test_an_order_cancelled_in_part_later_takes_no_more_back_and_forgets_nothing() -> None:
    batches = told(("ozon", "r1", 2), sold_pcs=2)
    assert place(batches, "cdek", "c", 2, sold_pcs=1).fault is None
    assert place(batches, "cdek", "c", 3, sold_pcs=1).fault == "return_is_within_sold"


def test_a_row_that_is_corrected_to_fewer_pieces_gives_the_rest_back() -> None:
    assert shape(told(("workbook", "w", 3), ("workbook", "w", 1))) == [(1, {"workbook": "w"})]


def test_a_row_that_is_corrected_to_more_pieces_is_the_same_batch_still() -> None:
    assert shape(told(("workbook", "w", 1), ("workbook", "w", 3))) == [(3, {"workbook": "w"})]


def test_what_nobody_tells_of_any_more_is_not_coming_back() -> None:
    assert told(("ozon", "r1", 2), ("ozon", "r1", 0)) == ()
    assert shape(told(("ozon", "r1", 2), ("cdek", "c", 2), ("ozon", "r1", 0))) == [(2, {"cdek": "c"})]


def test_two_who_tell_of_one_piece_each_tell_of_one_when_the_third_who_told_of_both_takes_one_back() -> None:
    assert shape(told(("ozon", "r1", 1), ("ozon", "r2", 1), ("cdek", "c", 1), ("ozon", "r1", 0))) == [(1, {"ozon": "r2", "cdek": "c"})]


def test_what_1c_has_been_told_of_does_not_go_away() -> None:
    batches = settled(told(("workbook", "w", 2)))
    placed = place(batches, "workbook", "w", 1, sold_pcs=SOLD)
    assert (placed.fault, placed.batches) == ("return_is_in_onec_already", batches)


def test_a_late_telling_joins_what_1c_has_been_told_of_without_changing_it() -> None:
    batches = told(("cdek", "c", 2), before=settled(told(("workbook", "w", 2))))
    assert [(batch.batch_id, batch.pcs, batch.is_settled) for batch in batches] == [(1, 2, True)]
    assert batches[0].tellers == {"workbook": "w", "cdek": "c"}


def test_parts_of_what_1c_has_been_told_of_stay_in_its_document() -> None:
    batches = told(("cdek", "c", 1), before=settled(told(("workbook", "w", 2))))
    assert [(batch.return_id, batch.pcs, batch.is_settled) for batch in batches] == [(7, 1, True), (7, 1, True)]
    assert batches[1].parted_from == 1


SAID = st.lists(st.tuples(st.sampled_from(["ozon", "cdek", "workbook"]), st.sampled_from(["a", "b", "c"]), st.integers(0, 4)), max_size=12)


@given(SAID)
def test_pieces_are_as_many_as_the_one_who_tells_most_says_and_never_more_than_sold(said: list[Said]) -> None:
    batches: tuple[Batch, ...] = ()
    kept: dict[tuple[str, str], int] = {}
    for source, ref, pcs in said:
        placed = place(batches, source, ref, pcs, sold_pcs=SOLD)
        if placed.fault is None:
            kept[source, ref] = pcs
        batches = placed.batches
        sums = Counter[str]()
        for (teller, _), number in kept.items():
            sums[teller] += number
        assert returned_pcs(batches) == max(sums.values(), default=0)
        assert returned_pcs(batches) <= SOLD
        for (teller, key), number in kept.items():
            assert sum(batch.pcs for batch in batches if batch.tellers.get(teller) == key) == number


@given(SAID, st.randoms(use_true_random=False))
def test_the_order_in_which_sources_tell_does_not_matter(said: list[Said], dice: random.Random) -> None:
    last = {(source, ref): pcs for source, ref, pcs in said}
    reports = [(source, ref, pcs) for (source, ref), pcs in last.items()]
    shuffled = list(reports)
    dice.shuffle(shuffled)
    assert returned_pcs(told(*reports, sold_pcs=100)) == returned_pcs(told(*shuffled, sold_pcs=100))


@given(SAID, st.tuples(st.sampled_from(["ozon", "cdek", "workbook"]), st.sampled_from(["a", "b", "c"])))
def test_a_source_that_takes_all_back_is_no_teller_any_more(said: list[Said], taken_back: tuple[str, str]) -> None:
    source, ref = taken_back
    batches = told(*{(one[0], one[1]): one for one in said}.values(), sold_pcs=100)
    after = told((source, ref, 0), before=batches, sold_pcs=100)
    assert not any(batch.tellers.get(source) == ref for batch in after)
    assert all(batch.tellers for batch in after)


def telling(source: str, state: str = "received", **more: object) -> Telling:
    return Telling(source=source, state=state, last_seen_at=NOON, **more)  # type: ignore[arg-type]


def test_what_a_person_has_looked_at_goes_before_what_a_channel_supposes() -> None:
    said = fate([telling("ozon", "ready", condition="defect"), telling("workbook", condition="sellable", reason="не подошёл")])
    assert (said.state, said.condition, said.decision, said.reason) == ("received", "sellable", "restock", "не подошёл")
    assert said.is_due


def test_of_two_that_only_suppose_a_defect_is_believed() -> None:
    assert fate([telling("ozon", condition="sellable"), telling("cdek", condition="defect")]).condition == "defect"


def test_what_nobody_has_looked_at_waits_for_a_decision() -> None:
    said = fate([telling("ozon")])
    assert (said.condition, said.decision, said.is_open, said.is_due) == ("unknown", "ask", True, False)


def test_a_defect_is_never_put_back_on_sale_even_where_somebody_said_so() -> None:
    assert fate([telling("workbook", condition="defect", decision="restock")]).decision == "ask"


def test_what_somebody_holds_in_his_hands_is_not_lost() -> None:
    assert fate([telling("ozon", "gone"), telling("workbook")]).state == "received"
    assert fate([telling("ozon", "gone"), telling("cdek", "coming")]).state == "gone"


def test_the_first_who_received_says_when() -> None:
    early, late = NOON - timedelta(days=1), NOON
    assert fate([telling("ozon", received_at=late), telling("workbook", received_at=early)]).received_at == early


@given(
    st.permutations([telling("ozon", "coming"), telling("cdek", "ready", condition="defect"), telling("workbook", condition="sellable")])
)
def test_a_fate_does_not_depend_on_the_order_of_its_tellings(said: list[Telling]) -> None:
    assert fate(said) == fate(sorted(said, key=lambda one: one.source))


@pytest.mark.parametrize(
    ("known", "said", "minutes", "newer"),
    [
        ("coming", "received", None, True),
        ("received", "coming", None, False),
        ("cancelled", "coming", None, False),
        ("received", "coming", 1, True),
        ("coming", "received", -1, False),
        ("coming", "coming", None, True),
    ],
)
def test_a_late_report_of_what_was_before_changes_nothing(known: str, said: str, minutes: int | None, *, newer: bool) -> None:
    at = (NOON, NOON + timedelta(minutes=minutes)) if minutes is not None else (None, None)
    assert is_newer(known, said, *at) == newer


def test_every_piece_that_came_back_rests_somewhere_until_1c_has_it() -> None:
    assert account_of("coming", "unknown", "ask", is_booked=False) == "coming"
    assert account_of("received", "unknown", "ask", is_booked=False) == "unknown"
    assert account_of("received", "sellable", "restock", is_booked=False) == "sellable"
    assert account_of("received", "sellable", "restock", is_booked=True) is None
    assert account_of("received", "defect", "ask", is_booked=True) == "defect"
    assert account_of("received", "defect", "to_supplier", is_booked=True) == "to_supplier"
    assert account_of("received", "defect", "write_off", is_booked=False) == "written_off"
    assert account_of("gone", "unknown", "ask", is_booked=False) is None
