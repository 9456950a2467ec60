from datetime import UTC, datetime, timedelta

import pytest

from adapters.errors import RateLimited
from adapters.pace import Limit, LocalPace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Waits:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant

    def sleep_until(self, instant: datetime) -> None:
        self.instant = max(self.instant, instant)


def left_after_s(clock: Waits, pace: LocalPace, limit: Limit, calls: int, cost: int = 1) -> list[float]:
    left = []
    for _ in range(calls):
        with pace.turn({limit: cost}):
            left.append((clock.instant - NOW).total_seconds())
    return left


def paced() -> tuple[Waits, LocalPace]:
    clock = Waits()
    return clock, LocalPace("Площадка", clock=clock)  # type: ignore[arg-type]


def test_a_burst_leaves_at_once_and_then_one_per_interval() -> None:
    clock, pace = paced()
    assert left_after_s(clock, pace, Limit(name="stocks", interval_s=0.2, burst=3), 5) == pytest.approx([0, 0, 0, 0.2, 0.4])


def test_rows_count_where_the_vendor_counts_rows() -> None:
    clock, pace = paced()
    rows = Limit.per_window("rows", 10_000, 60, burst=4_000)
    assert left_after_s(clock, pace, rows, 3, cost=2_000) == pytest.approx([0, 0, 20])


def test_a_window_is_never_overfilled_wherever_the_vendor_lays_it() -> None:
    clock, pace = paced()
    left = left_after_s(clock, pace, Limit.per_window("stocks", 80, 60, burst=10), 400)
    for number, at in enumerate(left):
        assert sum(at <= other < at + 60 for other in left[number:]) <= 80


def test_limits_of_one_call_are_all_kept() -> None:
    clock, pace = paced()
    everything, stocks = Limit(name="all", interval_s=1.0), Limit(name="stocks", interval_s=3.0)
    for _ in range(3):
        with pace.turn({everything: 1, stocks: 1}):
            pass
    assert (clock.instant - NOW).total_seconds() == 6
    with pace.turn({everything: 1}):
        assert (clock.instant - NOW).total_seconds() == 7


def test_a_turn_too_far_away_is_refused_and_leaves_the_others_their_own() -> None:
    clock, pace = paced()
    stocks, other = Limit(name="stocks", interval_s=3.0), Limit(name="prices", interval_s=1.0)
    pace.pause(stocks, NOW + timedelta(hours=1))
    with pytest.raises(RateLimited), pace.turn({other: 1, stocks: 1}):
        pass
    assert left_after_s(clock, pace, other, 1) == [0]
