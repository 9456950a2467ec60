"""Two recorders at once: one base is recorded by one of them at a time, and a feed by only one of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from adapters.hub.feeds import NotInState
from adapters.hub.hub import Hub
from tests.adapters.hub.export import Onec, count, frame
from validation.quarantine import NONE_REFUSED, Judged


def counted(pcs: int) -> tuple[str, Judged]:
    return "count", Judged(frame("count", [count("iron", pcs)]), NONE_REFUSED)


def test_a_feed_is_recorded_by_one_of_two_and_the_other_gets_its_outcome(hub: Hub) -> None:
    onec, began, may_end = Onec(hub), Event(), Event()
    feed = onec.put()

    def slow() -> Iterator[tuple[str, Judged]]:
        began.set()
        assert may_end.wait(30)
        yield counted(5)

    def never() -> Iterator[tuple[str, Judged]]:
        raise AssertionError("the feed was read twice")
        yield counted(6)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(onec.record, feed, slow())
        assert began.wait(30)
        second = pool.submit(onec.record, feed, never())
        may_end.set()
        assert (first.result().is_repeat, second.result().is_repeat) == (False, True)
    assert onec.one("select pcs from stock_count") == 5


def test_another_base_does_not_wait(hub: Hub) -> None:
    north, south, began, may_end = Onec(hub, source="north"), Onec(hub, source="south"), Event(), Event()

    def slow() -> Iterator[tuple[str, Judged]]:
        began.set()
        assert may_end.wait(30)
        yield counted(5)

    with ThreadPoolExecutor(1) as pool:
        slowly = pool.submit(north.record, north.put(), slow())
        assert began.wait(30)
        assert south.send(count=[count("iron", 1)]).state == "recorded"
        may_end.set()
        assert slowly.result().state == "recorded"


def test_a_feed_dismissed_while_it_is_recorded_leaves_nothing(hub: Hub) -> None:
    onec = Onec(hub)
    feed = onec.put()

    def interrupted() -> Iterator[tuple[str, Judged]]:
        onec.inbox.dismiss(feed.feed_id)
        yield counted(5)

    with pytest.raises(NotInState):
        onec.record(feed, interrupted())
    assert onec.inbox.feed(feed.feed_id).state == "dismissed"
    assert onec.rows("select 1 from stock_count") == []


def test_one_connection_records_many_feeds(hub: Hub) -> None:
    onec = Onec(hub)
    for pcs in range(12):
        onec.send(count=[count("iron", pcs)])
    assert onec.one("select pcs from stock_count") == 11
