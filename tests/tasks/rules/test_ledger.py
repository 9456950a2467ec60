"""The ledger's rules one by one; `tests/models` tells what happens without each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.ledger import (
    ONEC,
    POOL,
    Count,
    Line,
    Move,
    Report,
    cancel,
    is_overtaken,
    is_reserved,
    is_shown,
    is_silent,
    post_count,
    shortfall_pcs,
    sold_account,
    sold_line_ref,
    spread,
    tell_report,
)

NOON = datetime(2026, 3, 2, 12, 0, 0)  # noqa: DTZ001 - a 1C stamp has no zone
OURS = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LINE = Line(line_ref="1-1", place="main", pcs=3, is_handed_over=True)
RESERVED = replace(LINE, reserved_pcs=3, report_formed_at=NOON, report_received_at=OURS)
LEFT = replace(RESERVED, left_pcs=3)
COUNT = Count(place="main", pcs=7, formed_at=NOON + SECOND, session_began_at=OURS + SECOND)
REPORT = Report(reserved_pcs=3, is_given_up=False, formed_at=NOON + SECOND, received_at=OURS + SECOND)

stamps = st.none() | st.integers(-2, 2).map(lambda seconds: NOON + seconds * SECOND)
instants = st.integers(-2, 2).map(lambda seconds: OURS + seconds * SECOND)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    pcs = draw(st.integers(1, 4))
    reserved = draw(st.integers(0, pcs))
    left = draw(st.integers(0, pcs))
    return Line(
        line_ref=draw(st.sampled_from("abc")),
        place=draw(st.sampled_from(("main", "other"))),
        pcs=pcs,
        returns_to=draw(st.sampled_from((None, "exposure:ozon:7"))),
        is_handed_over=draw(st.booleans()),
        reserved_pcs=reserved,
        left_pcs=left,
        report_formed_at=draw(stamps),
        report_received_at=draw(st.none() | instants),
        is_cancelled=draw(st.booleans()),
        is_given_up=draw(st.booleans()),
    )


counts = st.builds(Count, place=st.just("main"), pcs=st.integers(-3, 9), formed_at=stamps, session_began_at=instants)
reports = st.builds(Report, reserved_pcs=st.integers(0, 5), is_given_up=st.booleans(), formed_at=stamps, received_at=instants)


def net(moves: tuple[Move, ...], account: str, place: str = "main") -> int:
    return sum(move.pcs * ((move.to_account == account) - (move.from_account == account)) for move in moves if move.place == place)


@given(st.lists(lines(), max_size=4), counts, st.integers(-3, 9), st.integers(-3, 9))
def test_after_a_count_the_accounts_of_its_place_sum_to_it(all_lines: list[Line], count: Count, believed: int, pool: int) -> None:
    posted = post_count(all_lines, count, believed_pcs=believed, pool_pcs=pool)
    assert believed - net(posted.moves, ONEC) == count.pcs
    for before, after in zip(all_lines, posted.lines, strict=True):
        assert before.waiting_pcs - after.waiting_pcs >= 0
    assert {move.place for move in posted.moves} <= {"main"}


@given(lines(), reports)
def test_a_report_moves_only_between_the_pool_and_the_line(line: Line, report: Report) -> None:
    told = tell_report(line, report)
    assert net(told.moves, line.account, line.place) == told.line.waiting_pcs - line.waiting_pcs
    assert net(told.moves, POOL, line.place) == line.waiting_pcs - told.line.waiting_pcs


@given(lines(), reports)
def test_the_same_report_twice_is_the_same_as_once(line: Line, report: Report) -> None:
    once = tell_report(line, report)
    again = tell_report(once.line, report)
    assert (again.line, again.moves) == (once.line, ())


@given(lines(), reports, reports)
def test_reports_with_stamps_end_the_same_in_any_order(line: Line, first: Report, second: Report) -> None:
    fresh = replace(line, report_formed_at=None, left_pcs=0, reserved_pcs=0, is_cancelled=False, is_given_up=False)
    if first.formed_at is None or second.formed_at is None or first.formed_at == second.formed_at:
        return
    ends = [tell_report(tell_report(fresh, one).line, two).line for one, two in ((first, second), (second, first))]
    assert ends[0] == ends[1]


@given(lines())
def test_a_second_cancellation_moves_nothing(line: Line) -> None:
    once = cancel(line)
    assert cancel(once.line).moves == ()


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (COUNT, True),
        (replace(COUNT, formed_at=NOON), False),
        (replace(COUNT, formed_at=None), False),
        (replace(COUNT, session_began_at=OURS), False),
        (replace(COUNT, place="other"), False),
    ],
    ids=["later in every way", "formed in the same instant", "without stamp", "session began at the report", "elsewhere"],
)
def test_a_count_shows_a_line_only_when_it_is_later_in_every_way(count: Count, shown: bool) -> None:
    assert is_shown(RESERVED, count) is shown


def test_a_line_without_a_report_or_with_one_that_has_no_stamp_is_never_shown() -> None:
    assert not is_shown(LINE, COUNT)
    assert not is_shown(replace(RESERVED, report_formed_at=None), COUNT)


def test_only_what_1c_reserved_leaves_sold() -> None:
    posted = post_count([replace(RESERVED, reserved_pcs=2)], COUNT, believed_pcs=10, pool_pcs=7)
    assert posted.lines[0].left_pcs == 2
    assert net(posted.moves, POOL) == -3 + 2
    assert net(posted.moves, sold_account("1-1")) == -2


def test_what_cannot_be_compared_does_not_overrule_what_can() -> None:
    assert is_overtaken(None, NOON)
    assert is_overtaken(NOON - SECOND, NOON)
    assert not is_overtaken(NOON, NOON)
    assert not is_overtaken(None, None)
    assert not is_overtaken(NOON, None)


@pytest.mark.parametrize(
    ("reserves_when", "is_posted", "is_shipped", "reserved"),
    [("shipped", True, False, False), ("shipped", False, True, True), ("posted", True, False, True), ("posted", False, False, False)],
)
def test_posting_reserves_only_where_the_setting_says_so(reserves_when: str, is_posted: bool, is_shipped: bool, reserved: bool) -> None:
    assert is_reserved(reserves_when=reserves_when, is_posted=is_posted, is_shipped=is_shipped) is reserved


def test_unreserved_pieces_come_back_out_of_the_pool() -> None:
    told = tell_report(LEFT, replace(REPORT, reserved_pcs=1))
    assert told.moves == (Move(place="main", from_account=POOL, to_account="sold:1-1", pcs=2, reason="unreserved"),)


def test_of_two_reports_of_one_instant_the_one_that_reserves_less_is_believed() -> None:
    same = replace(REPORT, formed_at=NOON)
    assert tell_report(RESERVED, replace(same, reserved_pcs=1)).line.reserved_pcs == 1
    assert tell_report(replace(RESERVED, reserved_pcs=1), same).line.reserved_pcs == 1


def test_a_report_without_stamp_may_take_back_but_not_reserve() -> None:
    bare = replace(REPORT, formed_at=None)
    assert tell_report(LINE, bare).line.reserved_pcs == 0
    assert tell_report(LEFT, replace(bare, reserved_pcs=0)).line.left_pcs == 0


def test_a_cancelled_line_is_released_at_a_count_after_1c_gave_it_up() -> None:
    cancelled = tell_report(cancel(LEFT).line, replace(REPORT, reserved_pcs=0, is_given_up=True)).line
    later = replace(COUNT, formed_at=NOON + 2 * SECOND, session_began_at=OURS + 2 * SECOND)
    assert not post_count([cancelled], COUNT, believed_pcs=7, pool_pcs=7).lines[0].is_released
    assert post_count([cancelled], later, believed_pcs=7, pool_pcs=7).lines[0].is_released


@pytest.mark.parametrize(
    ("line", "short"),
    [
        (LINE, 0),
        (replace(LINE, is_handed_over=False), 3),
        (LEFT, 3),
        (cancel(LINE).line, 0),
        (replace(cancel(LEFT).line, is_released=True), 3),
    ],
    ids=["1C may have it", "1C never saw it", "1C's figure shows it", "cancelled, not released", "released"],
)
def test_a_pool_below_zero_is_a_shortfall_only_beyond_our_doubt(line: Line, short: int) -> None:
    assert shortfall_pcs(-3, [line]) == short
    assert shortfall_pcs(0, [line]) == 0


def test_silence_counts_only_for_what_1c_was_given_and_owes_a_word_about() -> None:
    assert is_silent(LINE, exchanges=5, limit=5)
    assert not is_silent(LINE, exchanges=4, limit=5)
    assert not is_silent(LEFT, exchanges=5, limit=5)
    assert not is_silent(replace(LINE, is_handed_over=False), exchanges=5, limit=5)


@given(st.integers(0, 12), st.lists(lines(), max_size=4))
def test_reported_pieces_are_spread_and_never_multiplied(reported: int, all_lines: list[Line]) -> None:
    shares = spread(reported, all_lines)
    assert sum(shares) == min(reported, sum(line.pcs for line in all_lines))
    assert all(0 <= share <= line.pcs for share, line in zip(shares, all_lines, strict=True))


def test_an_order_line_and_its_account_name_each_other() -> None:
    assert sold_line_ref(sold_account("1-1")) == "1-1"
    assert sold_line_ref(POOL) is None
