"""Lines of the ledger that become two."""

from datetime import UTC, datetime

import pytest

from tasks.rules.ledger import Line, split, take_over

NOON = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - a 1C stamp has no zone
LINE = Line(
    line_ref="1", place="main", pcs=5, returns_to="exposure:x", is_handed_over=True, reserved_pcs=4, left_pcs=3,
    report_formed_at=NOON, report_received_at=NOON.replace(tzinfo=UTC),
)  # fmt: skip


def test_what_1c_reserves_and_shows_stays_with_the_line_as_far_as_it_goes() -> None:
    made = split(LINE, 1, line_ref="1~1")
    assert made.kept is not None
    assert (made.kept.pcs, made.kept.reserved_pcs, made.kept.left_pcs) == (4, 4, 3)
    assert (made.parted.pcs, made.parted.reserved_pcs, made.parted.left_pcs) == (1, 0, 0)
    assert [(move.from_account, move.to_account, move.pcs) for move in made.moves] == [("sold:1", "sold:1~1", 1)]


def test_pieces_that_had_left_move_nothing_when_they_are_parted() -> None:
    made = split(LINE, 4, line_ref="1~1")
    assert (made.parted.left_pcs, [move.pcs for move in made.moves]) == (2, [2])


def test_the_whole_line_is_no_part_and_a_cancelled_one_is_not_parted() -> None:
    with pytest.raises(ValueError, match="not a part"):
        split(LINE, 5, line_ref="1~1")
    with pytest.raises(ValueError, match="cannot be parted"):
        split(Line(line_ref="1", place="main", pcs=2, is_cancelled=True), 1, line_ref="1~1")


def test_pieces_taken_over_are_in_sold_again_until_1c_reports_their_order() -> None:
    made = take_over(LINE, 5, line_ref="2")
    assert made.kept is None
    assert (made.parted.waiting_pcs, made.parted.is_handed_over, made.parted.report_formed_at) == (5, True, None)
    assert [(move.from_account, move.to_account, move.pcs) for move in made.moves] == [("sold:1", "sold:2", 2), ("pool", "sold:2", 3)]
