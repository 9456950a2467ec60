from threading import Timer

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.shift import arriving_feeds
from tests.intake import export, put

IDLE_S = 1.5


def test_what_is_there_is_taken_in_order_and_the_shift_ends(hub: Hub) -> None:
    first, second = put(hub, export(["iron"])), put(hub, export(["mat"]))
    assert [feed.feed_id for feed in arriving_feeds(hub, idle_s=0, longest_s=60)] == [first.feed_id, second.feed_id]


def test_a_file_that_stays_waiting_is_given_once(hub: Hub) -> None:
    feed = put(hub, export(["iron"]))
    assert [one.feed_id for one in arriving_feeds(hub, idle_s=0.1, longest_s=60)] == [feed.feed_id]


def test_a_file_that_comes_while_the_shift_waits_is_taken_and_silence_ends_it(hub: Hub) -> None:
    began_at = hub.clock.now()
    late = Timer(0.5, put, (hub, export(["iron"])))
    late.start()
    taken = []
    for feed in arriving_feeds(hub, idle_s=IDLE_S, longest_s=60):
        taken.append(feed.name)
        Inbox(hub).dismiss(feed.feed_id)
    late.join()
    assert taken == ["import0_1.xml"]
    assert (hub.clock.now() - began_at).total_seconds() > 0.5 + IDLE_S


def test_a_file_that_comes_between_two_looks_is_not_slept_over(hub: Hub) -> None:
    put(hub, export(["iron"]))
    shift = arriving_feeds(hub, idle_s=60, longest_s=60)
    Inbox(hub).dismiss(next(shift).feed_id)
    second = put(hub, export(["mat"]))
    assert next(shift).feed_id == second.feed_id
    shift.close()


def test_a_held_file_that_a_person_lets_in_is_taken_in_the_same_shift(hub: Hub) -> None:
    feed = put(hub, export(["iron"]))
    shift = arriving_feeds(hub, idle_s=60, longest_s=60)
    Inbox(hub).hold(next(shift).feed_id, "Задержан.", {})
    Inbox(hub).accept(feed.feed_id)
    again = next(shift)
    assert (again.feed_id, again.is_accepted) == (feed.feed_id, True)
    shift.close()


def test_after_its_time_the_shift_takes_nothing_more(hub: Hub) -> None:
    put(hub, export(["iron"]))
    put(hub, export(["mat"]))
    assert list(arriving_feeds(hub, idle_s=60, longest_s=0)) == []
