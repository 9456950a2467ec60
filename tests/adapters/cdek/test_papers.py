"""Papers and couriers."""

from datetime import date, time
from typing import Any

import httpx
import pytest

from adapters.cdek.account import Cdek
from adapters.errors import ContractBroken, Unavailable
from tasks.rules.carrier_papers import FormKind, Pickup
from tests.adapters.cdek.vendor import contract_that, door, fault, heard, of_room, terms
from tests.deployments.world.cdek.conftest import Contract

DAY = date(2026, 11, 24)
KINDS: list[FormKind] = ["waybill", "barcode"]


def pickup(**changes: Any) -> Pickup:
    return Pickup(**{"on": DAY, "starts_at": time(10), "ends_at": time(14), **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_papers_are_pending_until_they_are_made_and_gone_after_an_hour(room: Contract, cdek: Cdek, kind: FormKind) -> None:
    uuid = room.sent()
    asked = cdek.ask_form([uuid], kind)
    assert (asked.state, asked.pdf) == ("pending", None)
    assert cdek.read_form(asked.form_ref, kind).state == "pending"
    room.clock.pass_(seconds=3)
    assert cdek.read_form(asked.form_ref, kind).state == "pending"
    room.clock.pass_(seconds=2)
    ready = cdek.read_form(asked.form_ref, kind)
    assert ready.state == "ready"
    assert ready.pdf is not None
    assert ready.pdf.startswith(b"%PDF")
    room.clock.pass_(hours=1)
    assert cdek.read_form(asked.form_ref, kind).state == "gone"


def test_labels_have_the_agreed_size(room: Contract) -> None:
    with of_room(room, terms=terms(label_format="A7")) as cdek:
        cdek.ask_form([room.sent()], "barcode")
    (form,) = room.room.books.forms.values()
    assert form.body["format"] == "A7"


def test_papers_of_an_order_that_is_no_good_are_refused(room: Contract, cdek: Cdek) -> None:
    asked = cdek.ask_form([room.sent(delivery_point="NSK404")], "waybill")
    room.clock.pass_(seconds=10)
    refused = cdek.read_form(asked.form_ref, "waybill")
    assert refused.state == "refused"
    assert refused.sentence


@pytest.mark.parametrize("count", [0, 101])
def test_a_form_holds_one_to_a_hundred(cdek: Cdek, count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        cdek.ask_form(["u"] * count, "waybill")


def test_papers_that_were_not_answered_may_be_asked_for_again(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    fault(room, "timeout_after", "print", method="POST", seconds=4)
    with pytest.raises(Unavailable):
        cdek.ask_form([uuid], "waybill")
    assert cdek.ask_form([uuid], "waybill").state == "pending"


def test_a_page_instead_of_a_pdf_is_not_taken_for_papers() -> None:
    shown = {"entity": {"uuid": "f", "statuses": [{"code": "READY", "date_time": "2026-11-22T10:00:00+0000"}]}, "requests": []}

    def say(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, html="<html>login</html>") if request.url.path.endswith(".pdf") else httpx.Response(200, json=shown)

    with contract_that(say) as cdek, pytest.raises(ContractBroken):
        cdek.read_form("f", "waybill")


def test_papers_that_expire_while_they_are_fetched_are_gone() -> None:
    shown = {"entity": {"uuid": "f", "statuses": [{"code": "READY", "date_time": "2026-11-22T10:00:00+0000"}]}, "requests": []}
    expired = {"requests": [{"state": "INVALID", "errors": [{"code": "v2_entity_expired", "message": "x"}]}]}

    def say(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json=expired) if request.url.path.endswith(".pdf") else httpx.Response(200, json=shown)

    with contract_that(say) as cdek:
        assert cdek.read_form("f", "waybill").state == "gone"


@pytest.mark.parametrize("order", [1, -1])
def test_statuses_of_papers_may_stand_either_way_round(order: int) -> None:
    codes = ["ACCEPTED", "PROCESSING", "READY", "REMOVED"][::order]
    rows = [{"code": code, "date_time": "2026-11-22T10:00:00+0000"} for code in codes]
    with contract_that(lambda _: httpx.Response(200, json={"entity": {"uuid": "f", "statuses": rows}})) as cdek:
        assert cdek.read_form("f", "waybill").state == "gone"


def test_a_courier_is_pending_then_agreed_then_called_off(room: Contract, cdek: Cdek) -> None:
    asked = cdek.ask_pickup(pickup(carrier_ref=room.sent()))
    assert asked.state == "pending"
    ref = str(asked.pickup_ref)
    assert cdek.read_pickup(ref).state == "pending"
    room.clock.pass_(seconds=10)
    assert cdek.read_pickup(ref).state == "agreed"
    assert cdek.cancel_pickup(ref).state == "pending"
    assert cdek.cancel_pickup(ref).state == "pending"
    assert len(heard(room, "DELETE", f"intakes/{ref}")) == 1
    room.clock.pass_(seconds=10)
    assert cdek.cancel_pickup(ref).state == "cancelled"


def test_a_second_courier_for_a_shipment_exists_already(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    cdek.ask_pickup(pickup(carrier_ref=uuid))
    again = cdek.ask_pickup(pickup(carrier_ref=uuid, on=date(2026, 11, 25)))
    assert again.state == "exists"
    assert "уже вызван" in str(again.sentence)


def test_a_courier_whose_answer_was_lost_is_called_once(room: Contract, cdek: Cdek) -> None:
    uuid = room.sent()
    fault(room, "timeout_after", "intakes", method="POST", seconds=4)
    assert cdek.ask_pickup(pickup(carrier_ref=uuid)).state == "pending"
    assert cdek.ask_pickup(pickup(carrier_ref=uuid)).state == "exists"
    assert len(room.books()["intakes"]) == 1


def test_a_courier_comes_to_the_warehouse(room: Contract) -> None:
    agreed = terms(shipment_point=None, origin={"city_code": 44, "line": "Тверская, 1"}, contact_name="Склад", contact_phone="+74950000000")
    with of_room(room, terms=agreed) as cdek:
        lunch = {"lunch_starts_at": time(12), "lunch_ends_at": time(13)}
        assert cdek.ask_pickup(pickup(name="Утюги", weight_g=3000, comment="Ворота 2", needs_call=True, **lunch)).state == "pending"
    (intake,) = room.room.books.intakes.values()
    assert intake.body["from_location"] == {"code": 44, "address": "Тверская, 1"}
    assert intake.body["sender"]["name"] == "Склад"
    assert (intake.body["lunch_time_from"], intake.body["intake_date"], intake.body["need_call"]) == ("12:00", "2026-11-24", True)


def test_a_courier_to_nowhere_is_refused(cdek: Cdek) -> None:
    refused = cdek.ask_pickup(pickup())
    assert (refused.state, refused.pickup_ref) == ("refused", None)


def test_days_of_couriers_leave_sundays_out(cdek: Cdek) -> None:
    days = cdek.pickup_days(door(), until=date(2026, 11, 30))
    assert days[0] == date(2026, 11, 23)
    assert date(2026, 11, 29) not in days
    assert days[-1] == date(2026, 11, 30)
