"""Print forms, intakes, agreements."""

from typing import Any

import pytest

from tests.deployments.world.cdek.conftest import Contract

STRANGER = "72753031-1820-4f99-9240-aab139f05ca5"
INTAKE = {"intake_date": "2026-11-23", "intake_time_from": "10:00", "intake_time_to": "14:00"}
AGREED = {"date": "2026-11-24", "time_from": "10:00", "time_to": "14:00"}


def form(cdek: Contract, uuid: str, sort: str = "orders") -> Any:
    return cdek.told("GET", f"/print/{sort}/{uuid}")


def codes(told: Any) -> list[str]:
    return [one["code"] for one in told["entity"]["statuses"]]


def ordered(cdek: Contract, sort: str = "orders", *uuids: str, **details: Any) -> str:
    said = {"orders": [{"order_uuid": uuid} for uuid in uuids], **details}
    return str(cdek.told("POST", f"/print/{sort}", said, status=202)["entity"]["uuid"])


@pytest.mark.parametrize("sort", ["orders", "barcodes"])
def test_a_form_is_made_in_a_while_with_the_oldest_status_first(cdek: Contract, sort: str) -> None:
    uuid = ordered(cdek, sort, cdek.sent())
    assert (codes(form(cdek, uuid, sort)), "url" in form(cdek, uuid, sort)["entity"]) == (["ACCEPTED"], False)
    cdek.clock.pass_(seconds=2)
    assert codes(form(cdek, uuid, sort)) == ["ACCEPTED", "PROCESSING"]
    assert cdek.refused("GET", f"/print/{sort}/{uuid}.pdf") == ["v2_entity_not_found"]
    cdek.clock.pass_(seconds=2)
    assert codes(form(cdek, uuid, sort)) == ["ACCEPTED", "PROCESSING", "READY"]
    assert form(cdek, uuid, sort)["entity"]["url"] == f"{cdek.base}/cdek/v2/print/{sort}/{uuid}.pdf"


def test_the_form_is_a_pdf_for_who_has_a_token(cdek: Contract) -> None:
    uuid = ordered(cdek, "barcodes", cdek.sent(), format="A6", lang="RUS")
    cdek.clock.pass_(seconds=4)
    url = form(cdek, uuid, "barcodes")["entity"]["url"]
    answer = cdek.client.get(url)
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    cdek.client.headers["Authorization"] = ""
    assert cdek.client.get(url).status_code == 401


def test_the_link_lives_an_hour(cdek: Contract) -> None:
    uuid = ordered(cdek, "orders", cdek.sent())
    cdek.clock.pass_(seconds=4)
    cdek.clock.pass_(minutes=59)
    assert cdek.ask("GET", f"/print/orders/{uuid}.pdf").status_code == 200
    cdek.clock.pass_(minutes=1)
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert cdek.refused("GET", f"/print/orders/{uuid}.pdf") == ["v2_entity_expired"]
    assert codes(form(cdek, uuid))[-1] == "REMOVED"
    assert "url" not in form(cdek, uuid)["entity"]


def test_a_form_of_no_good_order_is_found_incorrect_later(cdek: Contract) -> None:
    uuid = ordered(cdek, "orders", STRANGER)
    cdek.clock.pass_(seconds=4)
    told = form(cdek, uuid)
    assert codes(told) == ["ACCEPTED", "PROCESSING", "INVALID"]
    assert told["requests"][0]["errors"][0]["code"] == "orders_number_is_empty"


def test_a_removed_order_gets_no_form(cdek: Contract) -> None:
    order = cdek.sent()
    cdek.order("PUT", f"/orders/{order}/status", {"code": "REMOVED"})
    uuid = ordered(cdek, "orders", order)
    cdek.clock.pass_(seconds=4)
    assert codes(form(cdek, uuid))[-1] == "INVALID"


def test_a_form_is_asked_for_by_cdek_s_number_too(cdek: Contract) -> None:
    number = cdek.read(cdek.sent())["entity"]["cdek_number"]
    uuid = cdek.told("POST", "/print/orders", {"orders": [{"cdek_number": number}], "copy_count": 2}, status=202)["entity"]["uuid"]
    cdek.clock.pass_(seconds=4)
    told = form(cdek, uuid)["entity"]
    assert (told["orders"][0]["cdek_number"], told["copy_count"]) == (number, 2)


def test_forms_of_one_kind_are_not_those_of_the_other(cdek: Contract) -> None:
    uuid = ordered(cdek, "orders", cdek.sent())
    assert cdek.refused("GET", f"/print/barcodes/{uuid}") == ["v2_entity_not_found"]
    assert cdek.refused("POST", "/print/barcodes", {"orders": [{"order_uuid": uuid}], "format": "A3"}) == ["v2_invalid_format"]
    assert cdek.refused("POST", "/print/orders", {"orders": []}) == ["v2_field_is_empty"]


@pytest.mark.parametrize(("kind", "related"), [("WAYBILL", "waybill"), ("BARCODE", "barcode")])
def test_an_order_may_ask_for_its_form_itself(cdek: Contract, kind: str, related: str) -> None:
    uuid = cdek.sent(print=kind)
    assert related in [one["type"] for one in cdek.read(uuid)["related_entities"]]


def test_a_courier_is_asked_to_come_for_an_order(cdek: Contract) -> None:
    order = cdek.sent()
    uuid = cdek.told("POST", "/intakes", {**INTAKE, "order_uuid": order, "need_call": True}, status=202)["entity"]["uuid"]
    cdek.clock.pass_(seconds=5)
    told = cdek.told("GET", f"/intakes/{uuid}")
    assert (codes(told), told["requests"][0]["state"]) == (["ACCEPTED", "CREATED"], "SUCCESSFUL")
    assert (told["entity"]["intake_date"], told["entity"]["need_call"]) == ("2026-11-23", True)
    assert cdek.refused("POST", "/intakes", {**INTAKE, "order_uuid": order}) == ["v2_intake_exists_by_order"]


def test_a_courier_comes_once_a_day_to_an_address(cdek: Contract) -> None:
    place = {"from_location": {"code": 44, "address": "Утюжная, 1"}}
    cdek.told("POST", "/intakes", {**INTAKE, **place}, status=202)
    assert cdek.refused("POST", "/intakes", {**INTAKE, **place}) == ["v2_intake_exists_by_date_address"]
    cdek.told("POST", "/intakes", {**INTAKE, **place, "intake_date": "2026-11-24"}, status=202)


def test_an_intake_is_taken_back_and_may_be_asked_for_again(cdek: Contract) -> None:
    order = cdek.sent()
    uuid = cdek.told("POST", "/intakes", {**INTAKE, "order_uuid": order}, status=202)["entity"]["uuid"]
    cdek.told("DELETE", f"/intakes/{uuid}", status=202)
    assert cdek.refused("DELETE", f"/intakes/{uuid}") == ["v2_similar_request_still_processed"]
    cdek.clock.pass_(seconds=5)
    assert codes(cdek.told("GET", f"/intakes/{uuid}"))[-1] == "REMOVED"
    cdek.told("POST", "/intakes", {**INTAKE, "order_uuid": order}, status=202)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({**INTAKE, "order_uuid": STRANGER}, "v2_entity_not_found"),
        ({**INTAKE, "cdek_number": "1"}, "v2_order_not_found"),
        (INTAKE, "v2_field_is_empty"),
        ({"from_location": {"code": 44}, "intake_date": "2026-11-23", "intake_time_from": "10:00"}, "v2_field_is_empty"),
        ({**INTAKE, "from_location": {"code": 44}, "intake_time_from": "15:00"}, "v2_wrong_interval"),
        ({**INTAKE, "from_location": {"code": 44}, "intake_time_from": "25:00"}, "v2_invalid_format"),
    ],
)
def test_an_intake_may_be_refused(cdek: Contract, said: dict[str, Any], code: str) -> None:
    assert cdek.refused("POST", "/intakes", said) == [code]


def test_nobody_comes_for_an_incorrect_order(cdek: Contract) -> None:
    order = cdek.sent(delivery_point="NOWHERE")
    assert cdek.refused("POST", "/intakes", {**INTAKE, "order_uuid": order}) == ["v2_entity_not_found"]


def test_couriers_come_on_weekdays(cdek: Contract) -> None:
    told = cdek.told("POST", "/intakes/availableDays", {"from_location": {"code": 44}, "date": "2026-11-30"})
    assert told["date"] == [f"2026-11-{day}" for day in (23, 24, 25, 26, 27, 28, 30)]
    assert len(cdek.told("POST", "/intakes/availableDays", {"from_location": {"code": 44}})["date"]) == 12
    assert cdek.refused("POST", "/intakes/availableDays", {"from_location": {"city": "Нигде"}}) == ["v2_sender_location_not_recognized"]


def test_a_day_is_agreed_with_the_recipient(cdek: Contract) -> None:
    order = cdek.sent(tariff_code=137, delivery_point=None, to_location={"code": 270, "address": "Ленина, 1"})
    uuid = cdek.told("POST", "/delivery", {**AGREED, "order_uuid": order}, status=202)["entity"]["uuid"]
    cdek.clock.pass_(seconds=5)
    told = cdek.told("GET", f"/delivery/{uuid}")
    assert (told["entity"]["date"], told["entity"]["order_uuid"], told["requests"][0]["state"]) == ("2026-11-24", order, "SUCCESSFUL")
    assert [one["type"] for one in cdek.read(order)["related_entities"]] == ["delivery"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"to_location": {"code": 44}}, "v2_city_can_not_be_changed"),
        ({"delivery_point": "MSK5"}, "v2_city_can_not_be_changed"),
        ({"time_from": "15:00"}, "v2_wrong_interval"),
        ({"date": "2026-11-21"}, "v2_wrong_interval"),
        ({"to_location": {"code": 270}, "delivery_point": "NSK1"}, "v2_delivery_address_multivalued"),
        ({"order_uuid": None}, "v2_order_number_empty"),
        ({"order_uuid": STRANGER}, "v2_entity_not_found"),
    ],
)
def test_an_agreement_may_be_refused(cdek: Contract, said: dict[str, Any], code: str) -> None:
    order = cdek.sent()
    assert cdek.refused("POST", "/delivery", {**AGREED, "order_uuid": order, **said}) == [code]


def test_with_a_locker_nothing_is_agreed(cdek: Contract) -> None:
    order = cdek.sent(tariff_code=368, delivery_point="MSK900")
    assert cdek.refused("POST", "/delivery", {**AGREED, "order_uuid": order}) == ["v2_impossible_register_date"]


def test_papers_that_are_not_there_are_not_found(cdek: Contract) -> None:
    for path in ("/print/orders", "/intakes", "/delivery", "/webhooks"):
        assert cdek.refused("GET", f"{path}/{STRANGER}") == ["v2_entity_not_found"]
        assert cdek.refused("GET", f"{path}/none") == ["v2_invalid_format"]
