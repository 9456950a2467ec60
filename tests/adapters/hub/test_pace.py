from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from threading import Barrier, Lock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.clock import Clock
from adapters.errors import RateLimited
from adapters.hub.hub import Hub
from adapters.hub.pace import HubPace
from adapters.pace import Limit, LocalPace, Pace

FAST = Clock(epoch_at=datetime(2026, 1, 1, tzinfo=UTC), speed=200.0)
STOCKS = Limit(name="stocks", interval_s=2.0, burst=3)
EVERYTHING = Limit(name="all", interval_s=0.5)


def paced(url: str) -> tuple[Hub, HubPace]:
    hub = Hub(url, clock=FAST)
    return hub, HubPace(hub, "ozon:17", system="Ozon")


def left_at(pace: HubPace, calls: int) -> list[datetime]:
    left = []
    for _ in range(calls):
        with pace.turn({STOCKS: 1}):
            left.append(FAST.now())
    return left


def test_processes_that_use_one_account_together_keep_its_limit(database_url: str) -> None:
    opened = [paced(database_url) for _ in range(4)]
    began_at = FAST.now()
    with ThreadPoolExecutor(4) as pool:
        left = sorted(at for each in pool.map(lambda one: left_at(one[1], 5), opened) for at in each)
    for hub, _ in opened:
        hub.engine.dispose()
    assert len(left) == 20
    for number in range(STOCKS.burst, len(left)):
        earliest = began_at + timedelta(seconds=STOCKS.interval_s) * (number + 1 - STOCKS.burst)
        assert left[number] >= earliest


def test_calls_under_way_at_once_are_never_more_than_the_vendor_allows(database_url: str) -> None:
    limit, lock, under_way, most = Limit(name="business", parallel=2), Lock(), 0, 0
    opened = [paced(database_url) for _ in range(5)]
    together = Barrier(5)

    def call(pace: HubPace) -> None:
        nonlocal under_way, most
        together.wait(10)
        for _ in range(4):
            with pace.turn({limit: 1}):
                with lock:
                    under_way += 1
                    most = max(most, under_way)
                FAST.sleep_until(FAST.now() + timedelta(seconds=2))
                with lock:
                    under_way -= 1

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(call, [pace for _, pace in opened]))
    for hub, _ in opened:
        hub.engine.dispose()
    assert most == 2


def test_a_pause_one_process_was_told_of_holds_for_all(database_url: str) -> None:
    (one, told), (other, waits) = paced(database_url), paced(database_url)
    until = FAST.now() + timedelta(seconds=40)
    told.pause(STOCKS, until)
    assert left_at(waits, 1)[0] >= until
    one.engine.dispose()
    other.engine.dispose()


def test_a_turn_too_far_away_is_not_waited_for_and_not_taken(database_url: str) -> None:
    hub, pace = paced(database_url)
    pace.pause(STOCKS, FAST.now() + timedelta(hours=1))
    for _ in range(2):
        with pytest.raises(RateLimited) as caught, pace.turn({STOCKS: 1}):
            pass
        assert caught.value.retry_after_s is not None
        assert 3000 < caught.value.retry_after_s <= 3600
    hub.engine.dispose()


class Waits:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def sleep_until(self, instant: datetime) -> None:
        self.instant = max(self.instant, instant)


def leaves_at(clock: Waits, pace: Pace, calls: list[tuple[int, int]]) -> list[datetime | None]:
    """When each call leaves, none where its turn is too far away; ``calls`` are what one costs and the seconds before it."""
    left: list[datetime | None] = []
    for cost, before_s in calls:
        clock.instant += timedelta(seconds=before_s)
        try:
            with pace.turn({STOCKS: cost, EVERYTHING: 1}):
                left.append(clock.instant)
        except RateLimited:
            left.append(None)
    return left


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 30)), max_size=12))
def test_the_hub_gives_the_very_turns_of_the_rule(database_url: str, calls: list[tuple[int, int]]) -> None:
    alone, together = Waits(), Waits()
    with Hub(database_url, clock=together) as hub:  # type: ignore[arg-type]
        shared = HubPace(hub, token_hex(8), system="Ozon")
        assert leaves_at(together, shared, calls) == leaves_at(alone, LocalPace("Ozon", clock=alone), calls)  # type: ignore[arg-type]


def test_a_server_that_crashed_and_forgot_the_pace_stops_nobody(database_url: str) -> None:
    hub, pace = paced(database_url)
    assert len(left_at(pace, 2)) == 2
    with hub.engine.begin() as connection:
        connection.exec_driver_sql("truncate pace")
    assert len(left_at(pace, 2)) == 2
    pace.charge(STOCKS, 1)
    hub.engine.dispose()


def test_a_penalty_is_paid_by_the_calls_after_it(database_url: str) -> None:
    hub, pace = paced(database_url)
    began_at = FAST.now()
    pace.charge(STOCKS, 10)
    assert left_at(pace, 1)[0] >= began_at + timedelta(seconds=2.0 * 8)
    hub.engine.dispose()
