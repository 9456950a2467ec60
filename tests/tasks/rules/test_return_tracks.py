"""What a carrier's tracks say of goods that come back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.carrier import label_code
from tasks.rules.carrier_tracks import ShipmentKind, Track, TrackEvent, TrackLine, TrackState
from tasks.rules.return_tracks import Back, KnownBack, SentLine, SentShipment, as_received, coming_back, corrected

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IRON, LONG = "iron", "утюг-дорожный-складной-красный"
SENT = SentShipment(
    number="100001-1",
    channel="site",
    order_ref="17",
    lines=(
        SentLine(line_ref="1", parcel="1", sku=IRON, pcs=2),
        SentLine(line_ref="2", parcel="1", sku=LONG, pcs=1),
        SentLine(line_ref="1", parcel="2", sku=IRON, pcs=1),
    ),
)


def event(minute: int, state: TrackState, reason: str | None = None) -> TrackEvent:
    return TrackEvent(at=NOON + timedelta(minutes=minute), code=state.upper(), state=state, reason=reason)


def track(kind: ShipmentKind, *events: TrackEvent, ref: str = "u", lines: dict[str, int] | None = None, **told: Any) -> Track:
    """A shipment that is where its last event says; what is in it, by code, in its first parcel."""
    held = tuple(TrackLine(parcel="1", sku=label_code(sku), pcs=pcs) for sku, pcs in (lines or {}).items())
    state = events[-1].state if events else "registered"
    return Track(**{"carrier_ref": ref, "kind": kind, "state": state, "events": events, "lines": held, **told})


def direct(*events: TrackEvent, **told: Any) -> Track:
    return track("direct", *events, **{"tracking": "111", **told})


REFUSED = direct(event(5, "in_transit"), event(10, "not_delivered", "11"))
IN_PART = direct(
    event(10, "delivered", "20"),
    is_partial=True,
    lines={IRON: 3, LONG: 1},
)


def pieces(rows: list[Back]) -> dict[tuple[str, str | None], tuple[int, str]]:
    return {row.key: (row.pcs, row.state) for row in rows}


@pytest.mark.parametrize("state", ["registered", "accepted", "in_transit", "ready", "delivered", "lost", "cancelled", "refused"])
def test_of_what_is_on_its_way_or_there_nothing_comes_back(state: TrackState) -> None:
    assert coming_back(SENT, direct(event(1, state)), []) == []


def test_of_a_refusal_everything_comes_back_before_anybody_knows_what_brings_it() -> None:
    rows = coming_back(SENT, REFUSED, [])
    assert pieces(rows) == {("100001-1", "1"): (3, "coming"), ("100001-1", "2"): (1, "coming")}
    assert {(row.status, row.reported_at, row.changed_at) for row in rows} == {("NOT_DELIVERED", *[NOON + timedelta(minutes=10)] * 2)}
    assert rows[0].reason == "Не вручено (код причины 11)"


@pytest.mark.parametrize(
    ("reached", "state"),
    [("registered", "coming"), ("in_transit", "coming"), ("ready", "ready"), ("delivered", "received"), ("lost", "gone")],
)
def test_a_refusal_is_where_what_brings_it_back_is_under_one_key(reached: TrackState, state: str) -> None:
    back = track("return", event(20, reached), ref="b", tracking="222", lines={IRON: 3, LONG: 1})
    rows = coming_back(SENT, REFUSED, [back])
    assert pieces(rows) == {("100001-1", "1"): (3, state), ("100001-1", "2"): (1, state)}
    assert rows[0].reason == "Не вручено (код причины 11). Едет назад под номером 222"
    at = 10 if state == "coming" else 20
    assert rows[0].changed_at == NOON + timedelta(minutes=at)


def test_a_scan_on_the_way_back_is_no_news() -> None:
    backs = [track("return", *events, ref="b", lines={IRON: 3}) for events in ([event(20, "accepted")], [event(30, "in_transit")])]
    first, second = (coming_back(SENT, REFUSED, [back]) for back in backs)
    assert [(row.state, row.status, row.changed_at) for row in first] == [(row.state, row.status, row.changed_at) for row in second]


def test_a_shipment_that_the_carrier_calls_returned_or_lost_on_its_way_back_is_still_that_return() -> None:
    back = track("return", event(30, "delivered"), ref="b")
    assert {row.state for row in coming_back(SENT, direct(event(10, "not_delivered"), state="returned"), [back])} == {"received"}
    lost = track("return", event(30, "lost"), ref="b")
    assert {row.state for row in coming_back(SENT, direct(event(10, "not_delivered"), state="lost"), [lost])} == {"gone"}


def test_of_a_delivery_in_part_what_its_return_has_comes_back() -> None:
    back = track("return", event(20, "in_transit"), ref="b", tracking="222", lines={IRON: 2})
    rows = coming_back(SENT, IN_PART, [back])
    assert pieces(rows) == {("100001-1", "1"): (2, "coming")}
    assert rows[0].reason == "Вручено не всё (код причины 20). Едет назад под номером 222"


def test_of_a_delivery_in_part_without_its_return_what_was_not_kept_comes_back() -> None:
    kept = tuple(TrackLine(parcel="1", sku=label_code(sku), pcs=pcs, delivered_pcs=kept) for sku, pcs, kept in ((IRON, 3, 1), (LONG, 1, 1)))
    told = direct(event(10, "delivered", "20"), is_partial=True)
    rows = coming_back(SENT, Track(**{**_fields(told), "lines": kept}), [])
    assert pieces(rows) == {("100001-1", "1"): (2, "coming")}


def _fields(one: Track) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Track.__dataclass_fields__}


def test_a_delivery_in_part_of_which_nobody_says_what_was_kept_waits() -> None:
    assert coming_back(SENT, IN_PART, []) == []


def test_a_code_that_was_cut_for_the_carrier_is_known_again() -> None:
    back = track("return", event(20, "in_transit"), ref="b", lines={LONG: 1})
    (row,) = coming_back(SENT, IN_PART, [back])
    assert (row.line_ref, row.sku, row.pcs) == ("2", LONG, 1)


def test_goods_that_were_not_in_the_shipment_are_nobodys_line() -> None:
    back = track("return", event(20, "in_transit"), ref="b", lines={IRON: 4, "kettle": 1})
    assert pieces(coming_back(SENT, IN_PART, [back])) == {("100001-1", "1"): (3, "coming"), ("100001-1", None): (1, "coming")}


def test_what_was_sold_in_another_shipment_is_not_this_ones() -> None:
    lines = tuple(TrackLine(parcel="1", sku=IRON, pcs=1, direct_tracking=sold_in) for sold_in in ("111", "999"))
    back = Track(carrier_ref="b", kind="return", state="in_transit", events=(event(20, "in_transit"),), lines=lines)
    assert pieces(coming_back(SENT, IN_PART, [back])) == {("100001-1", "1"): (1, "coming")}


def test_of_two_that_bring_one_line_back_the_one_that_is_behind_counts() -> None:
    here = track("return", event(20, "delivered"), ref="b", lines={IRON: 2, LONG: 1})
    behind = track("return", event(20, "in_transit"), ref="c", lines={IRON: 1})
    rows = coming_back(SENT, REFUSED, [here, behind])
    assert pieces(rows) == {("100001-1", "1"): (3, "coming"), ("100001-1", "2"): (1, "received")}


def test_a_return_that_was_called_off_brings_nothing() -> None:
    back = track("return", event(20, "cancelled"), ref="b", lines={IRON: 3})
    assert coming_back(SENT, direct(event(30, "delivered")), [back]) == []


def test_what_a_buyer_sends_back_is_another_return_once_the_carrier_has_it() -> None:
    delivered = direct(event(10, "delivered"))
    asked = track("client_return", event(20, "registered"), ref="c", lines={IRON: 1})
    assert coming_back(SENT, delivered, [asked]) == []
    taken = track("client_return", event(20, "registered"), event(30, "accepted"), ref="c", tracking="333", lines={IRON: 1})
    (row,) = coming_back(SENT, delivered, [taken])
    assert (row.key, row.pcs, row.state) == (("100001-1/c", "1"), 1, "coming")
    assert row.reason == "Покупатель вернул через перевозчика. Едет назад под номером 333"
    assert row.changed_at == NOON + timedelta(minutes=30)


def test_a_buyers_return_that_names_no_goods_has_all_of_them() -> None:
    taken = track("client_return", event(30, "in_transit"), ref="c")
    assert pieces(coming_back(SENT, direct(event(10, "delivered")), [taken])) == {
        ("100001-1/c", "1"): (3, "coming"),
        ("100001-1/c", "2"): (1, "coming"),
    }


@given(st.dictionaries(st.sampled_from([IRON, LONG, "kettle"]), st.integers(1, 5)), st.booleans())
def test_no_line_comes_back_more_often_than_it_was_sent(lines: dict[str, int], is_refused: bool) -> None:
    back = track("return", event(20, "in_transit"), ref="b", lines=lines)
    rows = coming_back(SENT, REFUSED if is_refused else IN_PART, [back])
    told = {row.line_ref: row.pcs for row in rows if row.line_ref}
    assert told.get("1", 0) <= 3
    assert told.get("2", 0) <= 1
    if not is_refused:
        assert sum(row.pcs for row in rows) == sum(lines.values())


LATER = NOON + timedelta(hours=1)


def known(state: str, *, pcs: int = 3, minute: int = 10, return_ref: str = "100001-1") -> KnownBack:
    return KnownBack(return_ref=return_ref, line_ref="1", pcs=pcs, state=state, changed_at=NOON + timedelta(minutes=minute))


def test_what_the_carrier_no_longer_tells_of_is_called_off_as_of_the_reading() -> None:
    (row,) = corrected([], [known("coming")], LATER)
    assert (row.key, row.state, row.pcs, row.changed_at) == (("100001-1", "1"), "cancelled", 3, LATER)
    assert corrected([], [known("cancelled")], LATER) == []


def test_an_arrival_that_was_taken_back_is_of_the_reading_and_what_is_as_it_was_is_not() -> None:
    told = [row for row in coming_back(SENT, REFUSED, []) if row.line_ref == "1"]
    assert corrected(told, [known("received", minute=40)], LATER)[0].changed_at == LATER
    assert corrected(told, [known("coming")], LATER) == told


def test_news_that_are_newer_keep_their_own_instant() -> None:
    back = track("return", event(40, "delivered"), ref="b", lines={IRON: 3})
    told = [row for row in coming_back(SENT, REFUSED, [back]) if row.line_ref == "1"]
    assert corrected(told, [known("coming")], LATER) == told


def test_nobody_has_looked_at_what_a_carrier_brings() -> None:
    back = track("return", event(40, "delivered"), ref="b", tracking="222", lines={IRON: 3})
    frame = as_received([(SENT, row) for row in coming_back(SENT, REFUSED, [back])])
    first = frame.row(0, named=True)
    assert (first["channel"], first["order_ref"], first["condition"], first["decision"]) == ("site", "17", "unknown", None)
    assert first["received_at"] == NOON + timedelta(minutes=40)
    assert '"tracking": "222"' in first["payload"]


def test_no_returns_are_an_empty_frame() -> None:
    assert as_received([]).height == 0
