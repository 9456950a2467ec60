from adapters.hub.hub import Hub
from adapters.hub.rounds import rounds_of


def move_ledger(hub: Hub) -> None:
    with hub.engine.begin() as connection:
        connection.exec_driver_sql("select pg_notify('stock', '')")


def test_one_round_waits_for_nothing(hub: Hub) -> None:
    assert list(rounds_of(hub, "stock", rounds=1)) == [1]


def test_the_next_round_comes_when_the_ledger_moves(hub: Hub) -> None:
    rounds = rounds_of(hub, "stock", rounds=2, poll_s=60)
    assert next(rounds) == 1
    move_ledger(hub)
    assert next(rounds) == 2
    assert list(rounds) == []


def test_a_move_during_a_round_is_not_missed(hub: Hub) -> None:
    rounds = rounds_of(hub, "stock", rounds=None, poll_s=60, longest_s=3600)
    for number in (1, 2, 3):
        assert next(rounds) == number
        move_ledger(hub)
    rounds.close()


def test_a_round_comes_in_silence_too_and_a_shift_ends(hub: Hub) -> None:
    assert list(rounds_of(hub, "stock", rounds=None, poll_s=0.05, longest_s=0.2))[:2] == [1, 2]
