from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Lock

import pytest

from adapters.clock import Clock
from adapters.errors import RateLimited
from adapters.hub.hub import Hub
from adapters.hub.pace import HubPace
from adapters.pace import Limit

FAST = Clock(epoch_at=datetime(2026, 1, 1, tzinfo=UTC), speed=200.0)
STOCKS = Limit(name="stocks", interval_s=2.0, burst=3)


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


def test_a_penalty_is_paid_by_the_calls_after_it(database_url: str) -> None:
    hub, pace = paced(database_url)
    began_at = FAST.now()
    pace.charge(STOCKS, 10)
    assert left_at(pace, 1)[0] >= began_at + timedelta(seconds=2.0 * 8)
    hub.engine.dispose()
