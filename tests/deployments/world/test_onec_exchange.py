"""Whole runs of «Обмен заказами» with a site that answers as ordered, and a line that is cut."""

from typing import Any

import httpx
import pytest

from deployments.world.onec import OnecClient
from deployments.world.onec_base import OnecBase
from deployments.world.onec_catalog import Habit
from deployments.world.onec_documents import Item
from deployments.world.onec_exchange import exchange
from tests.deployments.world.onec_said import BOARD, IRON, order, package
from tests.deployments.world.test_onec import Server, client

HABITS: list[Habit] = ["ut", "unf"]
both = pytest.mark.parametrize("habit", HABITS)
PULL = ["checkauth", "query", "success"]
PUSH = {"ut": ["checkauth", "init", "file", "import"], "unf": ["checkauth", "init", "file"]}


def opened(habit: Habit) -> OnecBase:
    return OnecBase(habit, (Item(ref=IRON, name="Утюг"), Item(ref=BOARD, name="Доска")))


def site(**said: Any) -> Server:
    return Server(**{"init": "zip=no\nfile_limit=0", "query": package(order("1001"), order("1002")), **said})


@both
def test_a_run_reads_confirms_and_then_sends_what_had_changed(habit: Habit) -> None:
    base, server = opened(habit), site()
    with client(server, habit) as onec:
        done = exchange(base, onec)
        assert (done.read, done.sent, done.stopped) == (("1001", "1002"), (), ())
        assert server.modes == PULL
        server.said["query"] = package()
        server.asked.clear()
        base.post("1001")
        done = exchange(base, onec)
        assert (done.read, len(done.sent), done.stopped) == ((), 1, ())
        assert server.modes == PULL + PUSH[habit]
        assert exchange(base, onec).sent == ()


@both
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_success_leaves_the_orders_written(habit: Habit, when: Any) -> None:
    base, server = opened(habit), site()
    with client(server, habit) as onec:
        done = exchange(base, onec, loses_success=when)
        assert done.read == ("1001", "1002")
        assert "Не удалось установить соединение" in done.stopped[0]
        assert server.modes == (PULL if when == "after" else PULL[:2])
        exchange(base, onec)
    assert len(base.orders) == 2


def test_an_answer_that_broke_off_stops_ut_and_is_asked_for_once_more_by_unf() -> None:
    for habit, read, modes in (("ut", (), PULL[:2]), ("unf", ("1001", "1002"), ["checkauth", "query", "query", "success"])):
        base, server = opened(habit), site()  # type: ignore[arg-type]
        with client(server, habit) as onec:  # type: ignore[arg-type]
            done = exchange(base, onec, cuts_query=1)
        assert (done.read, server.modes, len(base.orders)) == (read, modes, len(read))


def test_unf_gives_up_at_the_second_answer_that_broke_off() -> None:
    base, server = opened("unf"), site()
    with client(server, "unf") as onec:
        done = exchange(base, onec, cuts_query=2)
    assert (done.read, base.orders, len(done.stopped)) == ((), [], 1)
    assert "success" not in server.modes


@both
def test_a_package_that_fails_at_a_document_is_not_confirmed_but_changes_go_out(habit: Habit) -> None:
    base, server = opened(habit), site()
    with client(server, habit) as onec:
        exchange(base, onec)
        base.post("1002")
        base.unwritable = {"1002"}
        server.asked.clear()
        done = exchange(base, onec)
    assert (done.read, len(done.sent), len(done.stopped)) == (("1001",), 1, 1)
    assert server.modes == PULL[:2] + PUSH[habit]


@both
def test_a_file_that_the_site_refused_goes_again_with_the_next_run(habit: Habit) -> None:
    base, server = opened(habit), site(file=["failure\nнет места", "success", "success", "success"])
    with client(server, habit) as onec:
        exchange(base, onec)
        server.said["query"] = package()
        base.post("1001")
        assert (exchange(base, onec).sent, len(exchange(base, onec).sent)) == ((), 1)
        base.post("1001")
        assert len(exchange(base, onec, sends_twice=True).sent) == 2
    bodies = [request.content for request in server.asked if request.method == "POST"]
    assert len(bodies) == 4
    assert bodies[2] == bodies[3]


@pytest.mark.parametrize("mode", ["file", "import"])
def test_a_change_whose_answer_was_lost_is_sent_again(mode: str) -> None:
    base, server = opened("ut"), site()
    with client(server) as onec:
        exchange(base, onec)
        server.said["query"] = package()
        onec.wire.cut(mode, "after")
        assert len(exchange(base, onec).stopped) == 1
        assert len(exchange(base, onec).sent) == 1


@both
def test_a_run_that_reads_nothing_keeps_back_nothing(habit: Habit) -> None:
    base, server = opened(habit), site()
    with client(server, habit) as onec:
        exchange(base, onec)
        onec.wire.cut("query", "before")
        done = exchange(base, onec)
    assert (done.read, len(done.sent), len(done.stopped)) == ((), 1, 1)


def test_cuts_do_not_outlive_their_run() -> None:
    base = opened("ut")
    with client(site()) as onec:
        assert exchange(base, onec, cuts_query=2, loses_success="before").read == ()
        assert exchange(base, onec).stopped == ()


def test_only_the_requests_that_were_named_are_cut() -> None:
    server = site()
    onec = OnecClient(url="http://site/1c", login="a", password="b", transport=httpx.MockTransport(server))
    with onec:
        onec.wire.cut("query", "before")
        done = exchange(opened("ut"), onec)
        assert (server.modes, len(done.stopped)) == (["checkauth"], 1)
        assert len(exchange(opened("ut"), onec).read) == 2
