"""The pool of connections: what lay unused is asked whether its server still lives, what was just in use is not."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.hub import hub as pool
from adapters.hub.hub import Hub


def test_a_connection_that_died_while_it_lay_unused_is_replaced_unseen(
    hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "FRESH_S", 0.0)
    dead = backend_of(hub)
    end_all_others(database_url)

    assert backend_of(hub) != dead


def test_a_connection_in_use_a_moment_ago_costs_no_round_trip(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "FRESH_S", 60.0)
    first = backend_of(hub)
    monkeypatch.setattr(hub.engine.dialect, "do_ping", lambda driver: pytest.fail(f"{driver} was asked"))

    assert backend_of(hub) == first


def test_a_connection_that_died_within_that_moment_is_gone_after_one_failure(
    hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "FRESH_S", 60.0)
    dead = backend_of(hub)
    end_all_others(database_url)

    with pytest.raises(OperationalError):
        backend_of(hub)
    assert backend_of(hub) != dead


def backend_of(hub: Hub) -> int:
    with hub.engine.begin() as connection:
        return int(connection.execute(text("select pg_backend_pid()")).scalar_one())


def end_all_others(database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as hand:
        hand.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
