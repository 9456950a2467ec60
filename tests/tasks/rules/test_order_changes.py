"""Reports of an order folded: any order of arrival, lost and repeated, ends the same."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.order_changes import Change, Known, Pieces, Told, change, take_over

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)


def told(state: str, minute: int | None = None, **lines: int) -> Told:
    return Told(state=state, changed_at=None if minute is None else T0 + timedelta(minutes=minute), lines=lines)


def known_after(before: Known | None, after: Change) -> Known:
    return Known(state=after.state, changed_at=after.changed_at, lines={one.line_ref: one.after for one in after.lines if one.after})


def folded(reports: Sequence[Told]) -> Known:
    known: Known | None = None
    for report in reports:
        after = change(known, report)
        before = known.lines if known else {}
        for one in after.lines:
            live = before[one.line_ref].live_pcs if one.line_ref in before else 0
            assert live + one.sold_pcs - one.cancelled_pcs == (one.after.live_pcs if one.after else 0)
        known = known_after(known, after)
    assert known is not None
    return known


def test_a_new_order_is_sold() -> None:
    after = change(None, told("new", a=2, b=1))
    assert [(one.line_ref, one.sold_pcs, one.cancelled_pcs) for one in after.lines] == [("a", 2, 0), ("b", 1, 0)]


def test_the_same_report_again_changes_nothing() -> None:
    known = folded([told("new", a=2)])
    after = change(known, told("new", a=2))
    assert all(one.is_none for one in after.lines)
    assert known_after(known, after) == known


def test_an_order_first_seen_cancelled_is_a_sale_and_a_cancellation() -> None:
    (one,) = change(None, told("cancelled", a=2)).lines
    assert (one.sold_pcs, one.cancelled_pcs, one.after) == (2, 2, Pieces(pcs=2, cancelled_pcs=2))


def test_fewer_pieces_are_a_cancellation_of_those() -> None:
    assert folded([told("new", a=3), told("new", a=1)]).lines["a"] == Pieces(pcs=3, cancelled_pcs=2)


def test_a_line_that_vanished_is_cancelled() -> None:
    assert folded([told("new", a=1, b=2), told("new", a=1)]).lines["b"] == Pieces(pcs=2, cancelled_pcs=2)


def test_an_older_report_does_not_revive_a_cancelled_order() -> None:
    assert folded([told("cancelled", 2, a=1), told("new", 1, a=1)]).state == "cancelled"
    assert folded([told("cancelled", a=1), told("new", a=1)]).state == "cancelled"


def test_a_site_that_un_cancels_by_a_later_date_sells_anew() -> None:
    known = folded([told("cancelled", 1, a=2)])
    (one,) = change(known, told("new", 2, a=2)).lines
    assert (one.sold_pcs, one.cancelled_pcs, one.after) == (2, 0, Pieces(pcs=2))


def test_where_no_date_is_told_cancelled_is_for_ever() -> None:
    (one,) = change(folded([told("cancelled", a=2)]), told("confirmed", a=2)).lines
    assert one.is_none


@pytest.mark.parametrize("minutes", [(1, 2), (None, None)])
def test_a_cancellation_after_shipping_is_a_return_and_moves_no_piece(minutes: tuple[int | None, int | None]) -> None:
    reports = [told("shipped", minutes[0], a=2), told("cancelled", minutes[1], a=2)]
    for arrived in (reports, reports[::-1]):
        known = folded(arrived)
        assert (known.state, known.lines["a"].live_pcs) == ("returned", 2)


@pytest.mark.parametrize("later", ["delivered", "returned"])
def test_pieces_lacking_after_shipping_are_no_cancellation(later: str) -> None:
    assert folded([told("shipped", 1, a=2), told(later, 2, a=1)]).lines["a"] == Pieces(pcs=2)


def test_a_word_we_do_not_know_takes_no_shipping_back() -> None:
    known = folded([told("shipped", 1, a=2), told("other", 2, a=1)])
    assert (known.state, known.lines["a"].live_pcs) == ("shipped", 2)


def test_a_split_takes_its_pieces_over() -> None:
    assert take_over(Pieces(pcs=3), 1) == take_over(Pieces(pcs=3), 1)
    taken = take_over(Pieces(pcs=3), 1)
    assert (taken.after, taken.moved_pcs) == (Pieces(pcs=2), 1)
    assert take_over(Pieces(pcs=1), 1).after is None


def test_a_split_heard_of_after_its_parent_shrank_is_sold_anew() -> None:
    taken = take_over(Pieces(pcs=3, cancelled_pcs=1), 1)
    assert (taken.after, taken.moved_pcs) == (Pieces(pcs=2), 0)


def test_a_late_report_of_a_parent_from_before_the_split_changes_nothing() -> None:
    known = Known(state="new", changed_at=None, lines={"a": Pieces(pcs=2)}, split_pcs={"a": 1})
    assert all(one.is_none for one in change(known, told("new", a=3)).lines)


@st.composite
def lives(draw: st.DrawFn, *, is_dated: bool) -> list[Told]:
    """What a channel tells of one order as it goes on: pieces only become fewer, and it is shipped or cancelled in the end, or neither."""
    lines = {ref: draw(st.integers(1, 4)) for ref in draw(st.sampled_from(["a", "ab"]))}
    reports: list[Told] = []
    states = draw(st.sampled_from([["unpaid", "new"], ["new"], ["new", "confirmed"], ["unpaid", "new", "confirmed"]]))
    end = draw(
        st.sampled_from([[], ["cancelled"], ["shipped"], ["shipped", "delivered"], ["shipped", "cancelled"], ["shipped", "returned"]])
    )
    for state in states + end:
        for _ in range(draw(st.integers(1, 2))):
            reports.append(told(state, len(reports) if is_dated else None, **lines))
            if state in {"new", "confirmed"}:
                fewer = {ref: draw(st.integers(max(0, pcs - 1), pcs)) for ref, pcs in lines.items()}
                lines = {ref: pcs for ref, pcs in fewer.items() if pcs} or lines
    if is_dated and end == ["cancelled"] and draw(st.booleans()):
        reports.append(told("new", len(reports), **lines))
    return reports


@given(data=st.data(), is_dated=st.booleans())
def test_any_order_of_arrival_ends_the_same(data: st.DataObject, is_dated: bool) -> None:
    life = data.draw(lives(is_dated=is_dated))
    arrived = data.draw(st.permutations(life)) + data.draw(st.lists(st.sampled_from(life), max_size=3))
    assert folded(arrived) == folded(life)
