"""The gate, closed on real feeds: a held one leaves no trace in the catalogue until a person accepts it."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.hub.hub import Hub
from tests.adapters.hub.export import NOON, Onec, count, frame, offer, price, product
from validation.quarantine import NONE_REFUSED, Judged

FULL = {"is_changes_only": False}


@pytest.fixture
def onec(hub: Hub) -> Onec:
    return Onec(hub)


def stock(start: int, end: int, pcs: int) -> list[dict[str, Any]]:
    return [count(f"ref{n:03}", pcs) for n in range(start, end)]


def named(end: int) -> Any:
    return {
        "product": [product(f"ref{n:03}", f"Утюг {n}") for n in range(end)],
        "offer": [offer(f"ref{n:03}", f"Утюг {n}") for n in range(end)],
    }


def in_stock(onec: Onec) -> int:
    return int(onec.one("select count(*) from stock_count where pcs > 0"))


def incidents(onec: Onec) -> list[tuple[object, ...]]:
    return onec.rows("select cause, times, recovered_at is not null from incident where kind = 'feed_held' order by incident_id")


def test_a_feed_that_would_zero_most_of_the_shop_is_held_whole(onec: Onec) -> None:
    onec.send(**named(100), count=stock(0, 100, 5))
    held = onec.send(count=stock(0, 60, 0), price=[price("ref000", 100)], offer=[offer("new")])
    assert held.state == "held"
    assert "60 предложений из 100" in held.sentence
    assert "«Утюг 0»" in held.sentence
    assert in_stock(onec) == 100
    assert onec.rows("select 1 from price") == onec.rows("select 1 from item where item_ref = 'new'") == []
    feed = onec.inbox.feed(held.feed_id)
    assert (feed.state, feed.sentence) == ("held", held.sentence)
    assert onec.rows("select kind from journal where kind = 'feed_held'") == [("feed_held",)]


def test_what_a_person_accepts_is_recorded_and_the_incident_is_over(onec: Onec) -> None:
    onec.send(count=stock(0, 100, 5))
    portions = [("count", Judged(frame("count", stock(0, 60, 0)), NONE_REFUSED))]
    feed = onec.put()
    onec.record(feed, portions)
    assert incidents(onec) == [("main", 1, False)]
    onec.inbox.accept(feed.feed_id)
    assert onec.record(feed, portions).state == "recorded"
    assert in_stock(onec) == 40
    assert incidents(onec) == [("main", 1, True)]


def test_feeds_held_one_after_another_are_one_message_with_a_count(onec: Onec) -> None:
    onec.send(count=stock(0, 100, 5))
    first, second = onec.send(count=stock(0, 60, 0)), onec.send(count=stock(0, 60, 0))
    assert incidents(onec) == [("main", 2, False)]
    onec.send(count=stock(0, 1, 6))
    assert incidents(onec) == [("main", 2, False)]
    onec.inbox.dismiss(first.feed_id)
    assert incidents(onec) == [("main", 2, False)]
    onec.inbox.dismiss(second.feed_id)
    assert incidents(onec) == [("main", 2, True)]


def test_a_ruin_in_portions_is_held_where_it_becomes_one(onec: Onec) -> None:
    onec.send(count=stock(0, 100, 5))
    states = [onec.send(count=stock(start, start + 20, 0)).state for start in range(0, 100, 20)]
    assert states == ["recorded", "recorded", "held", "held", "held"]


def test_what_was_zeroed_long_ago_is_no_part_of_it(onec: Onec) -> None:
    onec.send(count=stock(0, 100, 5))
    onec.send(count=stock(0, 45, 0))
    onec.rows("update feed set recorded_at = recorded_at - interval '2 hours' returning 1")
    assert onec.send(count=stock(45, 70, 0)).state == "recorded"


def test_after_a_person_accepted_a_ruin_a_small_loss_is_not_held_for_it(onec: Onec) -> None:
    onec.send(count=stock(0, 100, 5))
    held = onec.send(count=stock(0, 60, 0))
    onec.inbox.accept(held.feed_id)
    onec.record(onec.inbox.feed(held.feed_id), [("count", Judged(frame("count", stock(0, 60, 0)), NONE_REFUSED))])
    assert onec.send(count=stock(60, 62, 0)).state == "recorded"


def test_a_ruinous_full_export_is_held_at_its_first_portion(onec: Onec) -> None:
    onec.send(**named(200), count=stock(0, 200, 5))
    assert onec.send(**named(30), count=stock(0, 30, 0), said=FULL | {"formed_at": NOON + timedelta(hours=1)}).state == "held"
    assert onec.rows("select 1 from export_series") == []


def test_moving_pieces_between_places_zeroes_nothing(onec: Onec) -> None:
    onec.send(count=[count(f"ref{n:03}", 5, "north") for n in range(100)])
    moved = [count(f"ref{n:03}", pcs, place, is_whole=True) for n in range(100) for place, pcs in (("north", 0), ("south", 5))]
    assert onec.send(count=moved).state == "recorded"


def test_places_that_a_whole_count_leaves_out_are_zeroed_too(onec: Onec) -> None:
    onec.send(count=[count(f"ref{n:03}", 5, "north") for n in range(100)])
    assert onec.send(count=[count(f"ref{n:03}", 0, "south", is_whole=True) for n in range(100)]).state == "held"


def test_totals_that_stop_counting_are_no_ruin(onec: Onec) -> None:
    onec.send(offer=[offer(f"ref{n:03}") for n in range(100)], count=stock(0, 100, 5))
    split = [f"ref{n:03}#{side}" for n in range(100) for side in "ab"]
    assert onec.send(offer=[offer(ref) for ref in split], count=[count(ref, 2) for ref in split]).state == "recorded"


@pytest.mark.parametrize(("after", "state"), [(51, "held"), (50, "recorded"), (2, "recorded"), (1, "held")])
def test_one_price_that_jumps_holds_the_feed(onec: Onec, after: int, state: str) -> None:
    onec.send(price=[price("iron", 10)])
    assert onec.send(price=[price("iron", after)]).state == state


def test_a_price_in_another_currency_is_not_compared(onec: Onec) -> None:
    onec.send(price=[price("iron", 10_000)])
    assert onec.send(price=[price("iron", 100, currency="USD")]).state == "recorded"


def test_a_feed_that_deletes_much_of_the_catalogue_is_held(onec: Onec) -> None:
    onec.send(**named(100))
    held = onec.send(product=[product(f"ref{n:03}", None, is_deleted=True) for n in range(40)])
    assert (held.state, "40 товаров из 100" in held.sentence) == ("held", True)
    assert onec.one("select count(*) from product where is_deleted") == 0


def test_deletions_in_portions_are_the_same_deletions(onec: Onec) -> None:
    onec.send(**named(100))
    states = [onec.send(offer=[offer(f"ref{n:03}", None, is_deleted=True) for n in range(start, start + 20)]).state for start in (0, 20)]
    assert states == ["recorded", "held"]


def test_another_base_is_not_held_for_it(hub: Hub, onec: Onec) -> None:
    onec.send(count=stock(0, 100, 5))
    other = Onec(hub, source="other")
    other.send(count=stock(0, 30, 5))
    assert other.send(count=stock(0, 15, 0)).state == "recorded"
    assert onec.send(count=stock(0, 60, 0)).state == "held"


def brought(onec: Onec, pcs: int, *, name: str = "offers0_1.xml", by_exchange: bool = True) -> str:
    session_ref = onec.inbox.open_session(source=onec.source, exchange="catalog") if by_exchange else None
    feed_id = onec.inbox.begin(source=onec.source, exchange="catalog", name=name, kind="xml", session_ref=session_ref)
    onec.record(onec.inbox.complete(feed_id), [("count", Judged(frame("count", stock(0, 100, pcs)), NONE_REFUSED))])
    return onec.inbox.feed(feed_id).state


def states(onec: Onec) -> list[str]:
    return [state for (state,) in onec.rows("select state from feed order by feed_id")]


def test_a_sane_file_of_a_later_exchange_takes_the_place_of_held_ones_and_ends_the_incident(onec: Onec) -> None:
    onec.send(**named(100), count=stock(0, 100, 5))
    assert [brought(onec, 0), brought(onec, 0)] == ["held", "held"]
    assert brought(onec, 4) == "recorded"
    assert states(onec) == ["recorded", "dismissed", "dismissed", "recorded"]
    assert incidents(onec) == [(onec.source, 2, True)]


def test_a_held_file_stays_where_the_later_one_is_of_another_kind_or_nobody_sends_it_again(onec: Onec) -> None:
    onec.send(**named(100), count=stock(0, 100, 5))
    assert [brought(onec, 0), brought(onec, 0, by_exchange=False)] == ["held", "held"]
    assert brought(onec, 5, name="rests0_1.xml") == "recorded"
    assert states(onec)[1:3] == ["held", "held"]
    assert brought(onec, 5) == "recorded"
    assert states(onec)[1:3] == ["dismissed", "held"]


def test_a_file_of_the_same_exchange_replaces_nothing(onec: Onec) -> None:
    onec.send(**named(100), count=stock(0, 100, 5))
    session_ref = onec.inbox.open_session(source=onec.source, exchange="catalog")
    for pcs in (0, 4):
        feed_id = onec.inbox.begin(source=onec.source, exchange="catalog", name="offers0_1.xml", kind="xml", session_ref=session_ref)
        onec.record(onec.inbox.complete(feed_id), [("count", Judged(frame("count", stock(0, 100, pcs)), NONE_REFUSED))])
    assert states(onec)[1:] == ["held", "recorded"]
