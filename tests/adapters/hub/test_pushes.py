"""Hints on a real PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.hub.hub import Hub
from adapters.hub.listen import Listener
from adapters.hub.pushes import KEPT, NOTICE, Pushes
from adapters.hub.tables.offer import push


@pytest.fixture
def pushes(hub: Hub) -> Pushes:
    return Pushes(hub)


@pytest.fixture
def ear(hub: Hub) -> Iterator[Listener]:
    with Listener(hub, NOTICE) as listener:
        listener.wait(0)
        yield listener


def keep(pushes: Pushes, digest: bytes = b"1", *, channel: str = "site", ref: str | None = "58") -> bool:
    return pushes.keep(channel, topic="order.created", order_ref=ref, digest=digest, is_signed=True)


def handled(hub: Hub) -> list[datetime | None]:
    with hub.engine.begin() as connection:
        return list(connection.execute(select(push.c.handled_at).order_by(push.c.push_id)).scalars())


def test_a_push_waits_until_a_poll_has_answered_it(pushes: Pushes, hub: Hub) -> None:
    assert keep(pushes)
    (hint,) = pushes.waiting("site")
    assert (hint.channel, hint.topic, hint.order_ref, hint.times, hint.is_signed) == ("site", "order.created", "58", 1, True)
    at = hub.clock.now()
    assert hint.received_at <= at
    assert pushes.settle("site", hint.push_id, at) == 1
    assert pushes.waiting("site") == []
    assert handled(hub) == [at]


def test_the_same_push_again_is_the_same_row_counted_and_no_news(pushes: Pushes) -> None:
    assert [keep(pushes) for _ in range(3)] == [True, False, False]
    assert [hint.times for hint in pushes.waiting("site")] == [3]


def test_a_repeat_keeps_the_moment_it_was_first_heard(pushes: Pushes) -> None:
    keep(pushes)
    (first,) = pushes.waiting("site")
    keep(pushes)
    (again,) = pushes.waiting("site")
    assert again.received_at == first.received_at


def test_the_same_words_on_another_channel_are_another_push(pushes: Pushes) -> None:
    assert keep(pushes)
    assert keep(pushes, channel="second")
    assert [len(pushes.waiting(channel)) for channel in ("site", "second", "third")] == [1, 1, 0]


def test_a_push_that_came_after_the_poll_began_waits_for_the_next(pushes: Pushes, hub: Hub) -> None:
    keep(pushes, b"1")
    newest = max(hint.push_id for hint in pushes.waiting("site"))
    keep(pushes, b"2")
    pushes.settle("site", newest, hub.clock.now())
    assert len(pushes.waiting("site")) == 1


def test_a_repeat_that_came_after_the_poll_began_waits_for_the_next(pushes: Pushes, hub: Hub) -> None:
    """An order deleted, restored and deleted once more says the same words twice."""
    keep(pushes)
    newest = max(hint.push_id for hint in pushes.waiting("site"))
    keep(pushes)
    assert pushes.settle("site", newest, hub.clock.now()) == 0
    assert [hint.times for hint in pushes.waiting("site")] == [2]


def test_a_settled_push_that_comes_again_is_news_and_waits_again(pushes: Pushes, hub: Hub) -> None:
    keep(pushes)
    (first,) = pushes.waiting("site")
    pushes.settle("site", first.push_id, hub.clock.now())
    assert keep(pushes)
    (again,) = pushes.waiting("site")
    assert again.times == 2
    assert again.received_at > first.received_at
    assert again.push_id > first.push_id


def test_settling_one_channel_leaves_the_others_alone(pushes: Pushes, hub: Hub) -> None:
    keep(pushes)
    keep(pushes, channel="second")
    pushes.settle("site", 1_000_000, hub.clock.now())
    assert len(pushes.waiting("second")) == 1


def test_settling_twice_keeps_the_first_moment(pushes: Pushes, hub: Hub) -> None:
    keep(pushes)
    at = hub.clock.now()
    assert pushes.settle("site", 1_000_000, at) == 1
    assert pushes.settle("site", 1_000_000, hub.clock.now()) == 0
    assert handled(hub) == [at]


def test_news_wakes_whoever_waits_for_orders(pushes: Pushes, ear: Listener) -> None:
    keep(pushes)
    assert ear.wait(60) == {NOTICE}


def test_a_repeat_wakes_nobody(pushes: Pushes, ear: Listener) -> None:
    keep(pushes)
    ear.wait(60)
    keep(pushes)
    assert ear.wait(0) == set()


def test_the_notice_names_the_channel(pushes: Pushes, hub: Hub) -> None:
    with hub.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.autocommit = True
        raw.execute(f"listen {NOTICE}")
        keep(pushes, channel="ozon")
        assert [notice.payload for notice in raw.notifies(timeout=30, stop_after=1)] == ["ozon"]


def test_the_same_push_many_times_at_once_is_one_row_and_news_once(pushes: Pushes) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: keep(pushes), range(16)))
    assert sum(told) == 1
    assert [hint.times for hint in pushes.waiting("site")] == [16]


def test_only_what_was_answered_long_ago_is_forgotten(pushes: Pushes, hub: Hub) -> None:
    now, moment = hub.clock.now(), timedelta(minutes=1)
    for digest, at in ((b"old", now - KEPT - moment), (b"young", now - KEPT + moment)):
        keep(pushes, digest)
        pushes.settle("site", 1_000_000, at)
    keep(pushes, b"unanswered")
    assert pushes.trim() == 1
    assert handled(hub) == [now - KEPT + moment, None]
    assert pushes.trim() == 0
