"""What of an order may leave: shipped, waiting and cancelled are all of it, whatever happens in what order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.shipments import (
    OF_TRACK,
    SETTLED,
    State,
    WaitingLine,
    WaitingOrder,
    alarm,
    due,
    folded,
    given_up,
    number_of,
    ship_by,
    tracked,
    unwanted,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STATES = ("new", "confirmed")
LINE = WaitingLine(line_ref="iron", state="sold", live_pcs=3)


def order(*lines: WaitingLine, state: str = "new", **claims: bool) -> WaitingOrder:
    return WaitingOrder(state=state, lines=lines or (LINE,), **claims)


def test_a_paid_order_leaves_whole() -> None:
    found = due(order(LINE, WaitingLine(line_ref="board", state="sold", live_pcs=1)), states=STATES, parts=False)
    assert (found.pcs, found.reason) == ({"iron": 3, "board": 1}, None)


@pytest.mark.parametrize(
    ("waiting", "reason"),
    [
        (order(state="unpaid"), "not_yet"),
        (order(state="other"), "not_yet"),
        (order(state="cancelled"), "over"),
        (order(state="shipped"), "over"),
        (order(state="delivered"), "over"),
        (order(is_by_channel=True), "channel_ships"),
        (order(is_asked=True), "asked"),
        (order(replace(LINE, is_asked=True)), "asked"),
        (order(replace(LINE, state="unknown")), "asked"),
        (order(replace(LINE, shipped_pcs=3)), "shipped"),
        (order(replace(LINE, live_pcs=0)), "shipped"),
    ],
)
def test_what_waits_says_why(waiting: WaitingOrder, reason: str) -> None:
    found = due(waiting, states=STATES, parts=True)
    assert (found.pcs, found.reason) == ({}, reason)


def test_an_order_that_nobody_confirmed_waits_where_the_settings_want_it_confirmed() -> None:
    assert due(order(), states=["confirmed"], parts=True).reason == "not_yet"
    assert due(order(state="confirmed"), states=["confirmed"], parts=True).pcs == {"iron": 3}


def test_where_a_rest_is_backordered_a_part_leaves_only_if_the_settings_allow() -> None:
    waiting = order(replace(LINE, state="backordered", expected_pcs=2), WaitingLine(line_ref="board", state="sold", live_pcs=1))
    assert due(waiting, states=STATES, parts=True).pcs == {"iron": 1, "board": 1}
    assert due(waiting, states=STATES, parts=True).reason == "backordered"
    assert due(waiting, states=STATES, parts=False).pcs == {}


def test_a_question_about_a_line_that_has_left_holds_up_nothing() -> None:
    asked = replace(LINE, shipped_pcs=3, is_asked=True)
    assert due(order(asked, WaitingLine(line_ref="board", state="sold", live_pcs=1)), states=STATES, parts=True).pcs == {"board": 1}


lines = st.builds(
    WaitingLine,
    line_ref=st.just("iron"),
    state=st.sampled_from(["sold", "backordered"]),
    live_pcs=st.integers(0, 9),
    shipped_pcs=st.integers(0, 9),
    expected_pcs=st.integers(0, 9),
)


@given(lines, st.booleans())
def test_never_more_leaves_than_is_left_and_nothing_is_lost(line: WaitingLine, parts: bool) -> None:
    found = due(order(line), states=STATES, parts=parts).pcs.get("iron", 0)
    excess = unwanted([line]).get("iron", 0)
    assert 0 <= found <= line.left_pcs
    assert (line.shipped_pcs - excess) + line.left_pcs == line.live_pcs


@given(st.lists(st.tuples(st.sampled_from(["plan", "cancel", "receive", "call off"]), st.integers(1, 4)), max_size=20), st.booleans())
def test_shipped_and_waiting_and_cancelled_are_what_was_ordered(acts: list[tuple[str, int]], parts: bool) -> None:
    ordered, cancelled, expected = 6, 0, 4
    shipments: list[int] = []
    for act, pcs in acts:
        if act == "cancel":
            cancelled = min(ordered, cancelled + pcs)
        elif act == "receive":
            expected = max(0, expected - pcs)
        elif act == "call off" and shipments:
            shipments.pop()
        line = WaitingLine(
            line_ref="iron",
            state="backordered",
            live_pcs=ordered - cancelled,
            shipped_pcs=sum(shipments),
            expected_pcs=min(expected, ordered - cancelled),
        )
        chosen = given_up(unwanted([line]), [(at, {"iron": pcs}) for at, pcs in reversed(list(enumerate(shipments)))])
        shipments = [pcs for at, pcs in enumerate(shipments) if at not in chosen]
        line = replace(line, shipped_pcs=sum(shipments))
        planned = due(order(line), states=STATES, parts=parts).pcs.get("iron", 0)
        shipments += [planned] if planned else []
        waiting = replace(line, shipped_pcs=sum(shipments)).left_pcs
        assert sum(shipments) + waiting + cancelled == ordered


def test_the_newest_part_is_given_up_first_and_no_more_than_needed() -> None:
    assert given_up({"iron": 1}, [(2, {"iron": 1}), (1, {"iron": 3})]) == [2]
    assert given_up({"iron": 2}, [(2, {"iron": 1}), (1, {"iron": 3})]) == [2, 1]
    assert given_up({"iron": 1}, [(2, {"board": 1}), (1, {"iron": 3})]) == [1]


def test_a_number_is_the_orders_and_the_part() -> None:
    assert number_of("100001", 2) == "100001-2"


def test_what_the_carrier_refused_after_it_had_left_asks_nobody() -> None:
    assert tracked("booked", "refused") == "asked"
    assert tracked("on_way", "refused") == "on_way"


def test_a_word_that_nobody_knows_moves_nothing() -> None:
    assert {tracked(state, "other") for state in ("booked", "on_way", "delivered")} == {"booked", "on_way", "delivered"}


def test_a_delivery_that_the_carrier_takes_back_is_under_way_again() -> None:
    assert tracked("delivered", "ready") == "arrived"


@pytest.mark.parametrize("state", ["cancelled", "returned", "lost"])
def test_what_is_over_otherwise_stays_so(state: State) -> None:
    assert {tracked(state, told) for told in OF_TRACK} == {state}


def test_what_may_still_reach_the_buyer_is_not_shipped_anew() -> None:
    assert due(order(replace(LINE, going_pcs=2)), states=STATES, parts=True).pcs == {"iron": 1}


@pytest.mark.parametrize(
    ("states", "event"),
    [
        ([], None),
        (["cancelled"], None),
        (["delivered", "booked"], None),
        (["on_way", "delivered"], "shipped"),
        (["delivered", "cancelled"], "delivered"),
        (["delivered", "delivered"], "delivered"),
        (["lost", "delivered"], "shipped"),
    ],
)
def test_an_order_has_left_when_all_its_parts_have(states: list[str], event: str | None) -> None:
    assert {folded(part) for part in permutations(states)} == {event}


def test_by_when_an_order_must_leave_the_channel_says_or_the_settings() -> None:
    assert ship_by(NOON, NOON - timedelta(days=3), timedelta(hours=1)) == NOON
    assert ship_by(None, NOON, timedelta(hours=5)) == NOON + timedelta(hours=5)
    assert ship_by(None, NOON, None) is None


@pytest.mark.parametrize(("hours", "said"), [(5, None), (4, "near"), (0.1, "near"), (0, "missed"), (-1, "missed")])
def test_a_person_hears_when_the_time_is_near_and_when_it_is_over(hours: float, said: str | None) -> None:
    assert alarm(NOON + timedelta(hours=hours), NOON, timedelta(hours=4)) == said
    assert alarm(None, NOON, timedelta(hours=4)) is None


def test_the_settled_are_those_that_nothing_more_happens_to() -> None:
    assert {"delivered", "returned", "lost", "cancelled"} == SETTLED
