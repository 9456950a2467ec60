import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from deployments.story.time import Bell, StoryClock, StoryWorldClock, Stuck, Turns

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def nothing() -> list[tuple[str, float]]:
    return []


def walker(turns: Turns, name: str, steps: list[float], told: list[tuple[str, float]]) -> Callable[[], None]:
    def act() -> None:
        for step in steps:
            turns.sleep_until(at(step))
            told.append((name, (turns.now - NOON).total_seconds()))

    return act


def test_whoever_wakes_first_acts_first_and_the_clock_jumps_there() -> None:
    turns, told = Turns(NOON), nothing()
    turns.add("slow", walker(turns, "slow", [5, 3600], told))
    turns.add("quick", walker(turns, "quick", [1, 7, 8], told))
    turns.run()
    assert told == [("quick", 1), ("slow", 5), ("quick", 7), ("quick", 8), ("slow", 3600)]


def test_of_those_who_wake_at_one_instant_the_first_added_acts_first() -> None:
    turns, told = Turns(NOON), nothing()
    for name in ("first", "second", "third"):
        turns.add(name, walker(turns, name, [10, 20], told))
    turns.run()
    assert [name for name, _ in told] == ["first", "second", "third"] * 2


def test_the_same_actors_act_in_the_same_order_every_time() -> None:
    def hour() -> list[tuple[str, float]]:
        turns, told = Turns(NOON), nothing()
        for number in range(8):
            turns.add(f"{number}", walker(turns, f"{number}", [number % 3 + step * (number % 4 + 1) for step in range(40)], told))
        turns.run()
        return told

    assert hour() == hour()


def test_only_one_actor_runs_at_a_time() -> None:
    turns, running, most = Turns(NOON), [0], [0]

    def act() -> None:
        for _ in range(50):
            running[0] += 1
            most[0] = max(most[0], running[0])
            running[0] -= 1
            turns.sleep_until(turns.now + timedelta(seconds=1))

    for number in range(6):
        turns.add(f"{number}", act)
    turns.run()
    assert most == [1]


def test_what_an_actor_breaks_down_of_surfaces_and_stops_the_others() -> None:
    turns, told = Turns(NOON), nothing()

    def broken() -> None:
        turns.sleep_until(at(30))
        raise ValueError("the shop burnt down")

    turns.add("walker", walker(turns, "walker", [10, 20, 40, 3600], told))
    turns.add("broken", broken)
    with pytest.raises(ValueError, match="burnt down"):
        turns.run()
    assert [instant for _, instant in told] == [10, 20]


def test_a_stopped_actor_cannot_go_on_by_catching_errors() -> None:
    turns, told = Turns(NOON), []

    def stubborn() -> None:
        for step in range(1, 100):
            try:
                turns.sleep_until(at(step))
            except Exception:  # noqa: BLE001 - what actors do
                told.append("caught")

    def broken() -> None:
        turns.sleep_until(at(5))
        raise ValueError("over")

    turns.add("stubborn", stubborn)
    turns.add("broken", broken)
    with pytest.raises(ValueError, match="over"):
        turns.run()
    assert told == []


def test_a_wait_for_somebody_who_waits_for_the_baton_is_noticed() -> None:
    turns, lock = Turns(NOON, patience_s=0.1), threading.Lock()

    def keeper() -> None:
        with lock:
            turns.sleep_until(at(10))

    def waiter() -> None:
        turns.sleep_until(at(1))
        with lock:
            pass

    turns.add("keeper", keeper)
    turns.add("waiter", waiter)
    with pytest.raises(Stuck, match="waiter"):
        turns.run()


def test_a_bell_ends_a_rest_and_not_a_sleep() -> None:
    turns, bell, told = Turns(NOON), Bell(), []

    def rests() -> None:
        turns.sleep_until(at(50))
        told.append(turns.now)
        turns.rest_until(at(1000), bell)
        told.append(turns.now)
        turns.rest_until(at(2000), bell)
        told.append(turns.now)

    def rings() -> None:
        for second in (60, 70):
            turns.sleep_until(at(second))
            bell.ring()

    turns.add("rests", rests)
    turns.add("rings", rings)
    turns.run()
    assert told == [at(50), at(60), at(70)]


def test_a_bell_rung_while_nobody_rests_is_heard_by_the_next_rest_once() -> None:
    turns, bell, told = Turns(NOON), Bell(), []

    def act() -> None:
        bell.ring()
        turns.rest_until(at(100), bell)
        told.append(turns.now)
        turns.rest_until(at(100), bell)
        told.append(turns.now)

    turns.add("act", act)
    turns.run()
    assert told == [NOON, at(100)]


def test_both_clocks_show_the_storys_instant_to_any_thread() -> None:
    turns = Turns(NOON)
    ours, theirs = StoryClock(turns=turns), StoryWorldClock(turns=turns)

    def act() -> None:
        ours.sleep_until(at(90))

    turns.add("act", act)
    turns.run()
    assert ours.now() == theirs.now() == at(90)


def test_who_is_no_actor_may_not_sleep() -> None:
    clock = StoryClock(turns=Turns(NOON))
    clock.sleep_until(NOON)
    with pytest.raises(RuntimeError, match="actor"):
        clock.sleep_until(at(1))


def test_a_second_run_goes_on_where_the_first_ended() -> None:
    turns, told = Turns(NOON), nothing()
    turns.add("before", walker(turns, "before", [10], told))
    turns.run()
    turns.add("after", walker(turns, "after", [5, 15], told))
    turns.run()
    assert told == [("before", 10), ("after", 10), ("after", 15)]
