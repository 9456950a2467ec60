import psycopg
import pytest
from sqlalchemy import text

from adapters.clock import Clock
from adapters.errors import Unavailable
from adapters.hub.hub import Hub
from adapters.hub.listen import Listener


def notify(hub: Hub, channel: str) -> None:
    with hub.engine.begin() as connection:
        connection.execute(text(f"notify {channel}"))


def test_the_first_wait_returns_at_once_because_anything_may_have_been_missed(hub: Hub) -> None:
    with Listener(hub, "feed", "stock") as listener:
        assert listener.wait(60) == {"feed", "stock"}


def test_a_wait_says_where_something_was_heard(hub: Hub) -> None:
    with Listener(hub, "feed", "stock") as listener:
        listener.wait(0)
        notify(hub, "stock")
        assert listener.wait(60) == {"stock"}


def test_many_notices_are_heard_once(hub: Hub) -> None:
    with Listener(hub, "feed", "stock") as listener:
        listener.wait(0)
        for _ in range(20):
            notify(hub, "feed")
        assert listener.wait(60) == {"feed"}
        assert listener.wait(0) == set()


def test_silence_ends_the_wait_too(hub: Hub) -> None:
    with Listener(hub, "feed") as listener:
        listener.wait(0)
        assert listener.wait(0.01) == set()


def test_a_listener_that_was_cut_off_says_so_and_then_hears_everything_again(hub: Hub, database_url: str) -> None:
    with Listener(hub, "feed") as listener:
        listener.wait(0)
        with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'utyug-listener'")
        with pytest.raises(Unavailable):
            listener.wait(60)
        assert listener.wait(60) == {"feed"}


def test_a_hub_that_is_not_there_is_unavailable(database_url: str) -> None:
    nowhere = Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=Clock())
    with Listener(nowhere, "feed") as listener, pytest.raises(Unavailable):
        listener.wait(0)
