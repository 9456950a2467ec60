"""How long a debt waits for its next attempt."""

from datetime import timedelta

from tasks.rules.outbox import FIRST, LONGEST, pause


def test_a_pause_doubles_and_ends_at_the_longest() -> None:
    assert [pause(attempts, is_unknown=False) for attempts in (1, 2, 3, 99)] == [FIRST, 2 * FIRST, 4 * FIRST, LONGEST]


def test_what_nobody_can_tell_of_is_not_looked_up_within_a_minute() -> None:
    assert all(pause(attempts, is_unknown=True) >= timedelta(seconds=60) for attempts in range(1, 30))
    assert pause(99, is_unknown=True) == LONGEST
