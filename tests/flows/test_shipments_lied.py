"""A carrier that lies, forgets, hurries and repeats itself, over HTTP: both sides' books agree, and a person reads what happened."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request

from adapters.hub.pushes import Pushes
from deployments.world.cdek.knobs import Knobs
from tests.flows.street import KNOBS, ROUNDS, Street, booked_once, books_agree, opened_street

Open = Callable[..., Street]
SLOW = Knobs(findable_s=0.0, settling_s=400.0, printing_s=0.0, removing_s=1.0)
"""Worked through in four seconds of ours: time to do something meanwhile."""
TIMEOUT_S = 2.0
HANGS_S = 3.0


@pytest.fixture
def open_street(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def open_(knobs: Knobs = KNOBS, **cdek: Any) -> Street:
            return stack.enter_context(opened_street(database_url, monkeypatch, tmp_path, knobs=knobs, **cdek))

        yield open_


@pytest.fixture
def street(open_street: Open) -> Street:
    return open_street()


def test_what_was_accepted_and_then_found_incorrect_is_asked_about_and_put_again_when_corrected(open_street: Open) -> None:
    street = open_street(SLOW)
    ref = street.order()
    street.shop.plan()
    street.shop.shipments.correct(street.number(ref), {"point_ref": "NSK1"})
    street.run()
    assert street.state(ref) == "booking"
    street.room.books.directory.points.pop("NSK1")
    street.until(ref, "asked")
    assert street.stands() == {street.number(ref): ["INVALID"]}
    sentence = "Пункта выдачи с таким кодом в СДЭК нет или он закрылся: выберите другой."
    assert street.asked(ref) == [("shipment_is_refused", sentence)]
    street.shop.shipments.correct(street.number(ref), {"point_ref": ""})
    street.until(ref, "booked")
    booked_once(street, ref)
    assert street.posted() == 2


@pytest.mark.parametrize("kind", ["timeout_after", "error_after", "garbage"])
def test_an_order_whose_answer_was_cut_is_found_by_its_number(open_street: Open, kind: str) -> None:
    street = open_street(timeout_s=TIMEOUT_S)
    ref = street.order()
    street.fault(kind, "v2/orders", method="POST", seconds=HANGS_S)
    street.until(ref, "booked")
    booked_once(street, ref)
    assert len(street.books()) == 1


@pytest.mark.parametrize("kind", ["timeout_before", "error_before"])
def test_an_order_that_never_came_is_sent_again(open_street: Open, kind: str) -> None:
    street = open_street(timeout_s=TIMEOUT_S)
    ref = street.order()
    street.fault(kind, "v2/orders", method="POST", seconds=HANGS_S)
    street.run()
    assert (street.state(ref), street.books()) == ("booking", {})
    street.until(ref, "booked")
    booked_once(street, ref)
    assert len(street.books()) == 1


def test_an_order_that_was_only_said_to_be_accepted_is_sent_again_when_its_time_is_over(street: Street) -> None:
    ref = street.order()
    street.fault("lie", "v2/orders", method="POST")
    street.run()
    (one,) = street.shop.parts(ref)
    assert (one.state, one.carrier_ref is not None, street.books()) == ("booking", True, {})
    street.until(ref, "booked")
    booked_once(street, ref)


def test_a_number_that_is_taken_is_ours(street: Street) -> None:
    """A run before the last hub was restored from a backup had sent it."""
    ref = street.order()
    street.book(ref)
    (uuid,) = street.alive(ref)
    forgotten = "update shipment set state = 'planned', carrier_ref = null, tracking = null, sent = null, booked_at = null"
    street.shop.execute(forgotten)
    street.shop.execute("update outbox set version = version + 1, due_at = enqueued_at where kind = 'shipment'")
    street.until(ref, "booked")
    booked_once(street, ref)
    assert (street.alive(ref), street.posted()) == ([uuid], 1)


def test_a_number_that_cannot_be_found_for_a_while_leaves_one_parcel(open_street: Open) -> None:
    """The second order is answered 202 too, and later refused since the number is taken: the first one is ours."""
    street = open_street(Knobs(findable_s=150.0, settling_s=160.0, printing_s=0.0, removing_s=1.0), timeout_s=TIMEOUT_S)
    ref = street.order()
    street.fault("timeout_after", "v2/orders", method="POST", seconds=HANGS_S)
    street.run()
    street.until(ref, "booked")
    assert street.stands() == {street.number(ref): sorted(["CREATED", *["INVALID"] * (street.posted() - 1)])}
    booked_once(street, ref)


def test_statuses_out_of_order_and_twice_do_not_take_a_parcel_back(street: Street) -> None:
    ref = street.order()
    street.book(ref)
    street.moves(ref, "ACCEPTED_AT_PICK_UP_POINT")
    street.until(ref, "arrived")
    for code, ago_s in (("SENT_TO_RECIPIENT_CITY", 3600), ("ACCEPTED_AT_PICK_UP_POINT", 0), ("RECEIVED_AT_SHIPMENT_WAREHOUSE", 7200)):
        street.moves(ref, code, ago_s=ago_s)
        street.run()
        assert street.state(ref) == "arrived"
    street.moves(ref, "DELIVERED")
    street.until(ref, "delivered")
    books_agree(street, ref, "delivered", "DELIVERED")
    told = [said.partition(": ")[2].partition(".")[0] for said in street.journal(ref)]
    assert told == ["В адресе нет квартиры или офиса", "принято перевозчиком к исполнению", "ждёт получателя", "вручено"]


def test_statuses_of_the_other_vocabulary_mean_the_same(open_street: Open) -> None:
    street = open_street(Knobs(findable_s=0.0, settling_s=1.0, printing_s=0.0, vocabulary="offices", statuses_first="mixed"))
    ref = street.order()
    street.book(ref)
    for code, state in (
        ("TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", "on_way"),
        ("ACCEPTED_AT_PICK_UP_POINT", "arrived"),
        ("DELIVERED", "delivered"),
    ):
        street.moves(ref, code)
        street.until(ref, state)
    kept = {row[0] for row in street.shop.rows("select code from track_event")}
    assert {"PASSED_TO_CARRIER_AT_SENDING_OFFICE", "ACCEPTED_AT_WAREHOUSE_ON_DEMAND"} <= kept
    books_agree(street, ref, "delivered", "DELIVERED")


def test_a_status_that_nobody_knows_is_kept_and_changes_nothing(street: Street) -> None:
    ref = street.order()
    street.book(ref)
    street.moves(ref, "SENT_TO_RECIPIENT_CITY")
    street.until(ref, "on_way")
    street.moves(ref, "BEAMED_UP")
    street.run()
    assert ("BEAMED_UP", "other") in street.shop.rows("select code, state from track_event")
    books_agree(street, ref, "on_way", "BEAMED_UP")


def test_a_delivery_that_was_taken_back_is_none(street: Street) -> None:
    ref = street.order()
    street.book(ref)
    street.moves(ref, "TAKEN_BY_COURIER")
    street.moves(ref, "DELIVERED")
    street.until(ref, "delivered")
    street.moves(ref, "DELIVERED", is_deleted=True)
    (one,) = street.shop.parts(ref)
    Pushes(street.shop.hub).keep("cdek", topic="ORDER_STATUS", order_ref=one.carrier_ref, digest=b"taken back", is_signed=False)
    street.until(ref, "on_way")
    assert street.shop.parts(ref)[0].settled_at is None


def test_a_token_that_expires_in_the_middle_costs_nothing(street: Street) -> None:
    ref = street.order()
    street.shop.plan()
    room, door = street.room, street.room.door

    def expire(request: Request) -> None:
        """Whoever brings an order has a token of the day before."""
        if request.method == "POST" and request.url.path.endswith("v2/orders") and not expired:
            expired.append(request.url.path)
            room.tokens.clear()
        door(request)

    expired: list[str] = []
    room.door = expire  # type: ignore[method-assign]
    street.until(ref, "booked")
    booked_once(street, ref)
    posts = [one["status"] for one in street.control("GET", "/exchanges") if (one["method"], one["path"]) == ("POST", "/v2/orders")]
    assert posts == [401, 202]
    assert len(street.books()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "rate_limited", "retry_after": "1"},
        {"kind": "rate_limited", "retry_after": "600"},
        {"kind": "error_before", "status": 500, "times": 2},
        {"kind": "error_after", "status": 502, "times": 1},
        {"kind": "html", "status": 503, "times": 2},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('status', fault.get('retry_after'))}",
)
def test_a_carrier_that_is_busy_or_broken_is_owed_until_it_is_well(street: Street, fault: dict[str, Any]) -> None:
    ref = street.order()
    street.fault(path="v2/orders", method="POST", **fault)
    for _ in range(ROUNDS):
        stopped = [one.stopped_by.sentence for one in street.run() if one.stopped_by is not None]
        assert all("СДЭК" in sentence for sentence in stopped)
        if street.state(ref) == "booked":
            break
        street.wait(seconds=60)
    booked_once(street, ref)
    assert len(street.books()) == 1


def test_what_has_not_left_is_taken_back_for_nothing(street: Street) -> None:
    ref = street.order()
    street.book(ref)
    street.is_cancelled(ref)
    street.until(ref, "cancelled")
    (order,) = street.books().values()
    assert (order["state"], order["is_refusal_charged"]) == ("REMOVED", False)
    assert street.journal(ref)[-1].startswith(f"Отправление {street.number(ref)}: отменено.")


def test_what_has_left_turns_back_only_with_consent(street: Street) -> None:
    ref = street.order()
    street.book(ref)
    street.moves(ref, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY")
    street.until(ref, "on_way")
    street.is_cancelled(ref)
    for _ in range(3):
        street.run()
    books_agree(street, ref, "on_way", "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY")
    ((reason, sentence),) = street.asked(ref)
    assert (reason, "заплатит магазин" in sentence) == ("shipment_has_left", True)
    assert street.shop.shipments.turn_back(street.number(ref))
    street.until(ref, "coming_back")
    (state,) = {one["state"] for one in street.books().values() if one["kind"] == "straight"}
    assert (state, street.asked(ref)) == ("NOT_DELIVERED", [])


def test_a_parcel_that_leaves_while_its_removal_waits_is_asked_about(open_street: Open) -> None:
    street = open_street(Knobs(findable_s=0.0, settling_s=1.0, printing_s=0.0))
    ref = street.order()
    street.book(ref)
    street.is_cancelled(ref)
    street.run()
    street.moves(ref, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    for _ in range(ROUNDS):
        street.wait(seconds=60)
        street.run()
        if street.asked(ref):
            break
    assert [reason for reason, _ in street.asked(ref)] == ["shipment_has_left"]
    assert street.state(ref) == "handed"
    removals = [one for one in street.control("GET", "/exchanges") if one["method"] == "DELETE"]
    assert len(removals) == 1


def test_an_order_cancelled_while_its_answer_was_lost_is_taken_back_for_nothing(open_street: Open) -> None:
    street = open_street(timeout_s=TIMEOUT_S)
    ref = street.order()
    street.fault("timeout_after", "v2/orders", method="POST", seconds=HANGS_S)
    street.run()
    street.is_cancelled(ref)
    street.until(ref, "cancelled")
    assert [one["state"] for one in street.books().values()] == ["REMOVED"]
    assert json.dumps(street.journal(ref), ensure_ascii=False).count("отменено") == 1
