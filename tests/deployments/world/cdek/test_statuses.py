from collections.abc import Callable
from typing import Any

import pytest

from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.statuses import OFFICES, STATUSES
from tests.deployments.world.cdek.conftest import Contract, box, goods, parcel


def related(cdek: Contract, uuid: str, kind: str) -> Any:
    return next(one for one in cdek.read(uuid)["related_entities"] if one["type"] == kind)


def test_an_order_moves_along_with_the_newest_first(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, "RECEIVED_AT_SHIPMENT_WAREHOUSE", city_code=44)
    cdek.move(uuid, "SENT_TO_RECIPIENT_CITY")
    assert cdek.codes(uuid) == ["SENT_TO_RECIPIENT_CITY", "RECEIVED_AT_SHIPMENT_WAREHOUSE", "CREATED", "ACCEPTED"]
    row = cdek.read(uuid)["entity"]["statuses"][1]
    assert row == {
        "code": "RECEIVED_AT_SHIPMENT_WAREHOUSE",
        "name": "Принят на склад отправителя",
        "date_time": "2026-11-22T09:31:10+0000",
        "city": "Москва",
        "city_code": "44",
        "deleted": False,
    }


@pytest.mark.parametrize(("first", "codes"), [("oldest", ["ACCEPTED", "CREATED"]), ("newest", ["CREATED", "ACCEPTED"])])
def test_which_status_comes_first_is_not_promised(open_room: Callable[[Knobs], Contract], first: Any, codes: list[str]) -> None:
    cdek = open_room(Knobs(statuses_first=first))
    assert cdek.codes(cdek.sent()) == codes


def test_one_order_may_have_them_one_way_and_the_next_the_other(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(statuses_first="mixed"))
    firsts = {cdek.codes(cdek.sent(number=number))[0] for number in ("1", "2")}
    assert firsts == {"ACCEPTED", "CREATED"}


def test_a_delivery_may_be_taken_back(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, "TAKEN_BY_COURIER")
    cdek.move(uuid, "DELIVERED")
    cdek.move(uuid, "DELIVERED", is_deleted=True)
    newest = cdek.read(uuid)["entity"]["statuses"][0]
    assert (newest["code"], newest["deleted"]) == ("DELIVERED", True)
    assert cdek.books()["orders"][uuid]["state"] == "TAKEN_BY_COURIER"
    answer = cdek.control.put(f"/orders/{uuid}/status", json={"code": "DELIVERED", "is_deleted": True})
    assert answer.status_code == 409


def test_the_other_vocabulary_names_the_same_events_otherwise(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(vocabulary="offices"))
    uuid = cdek.sent()
    for code in OFFICES:
        cdek.move(uuid, code)
    assert cdek.codes(uuid)[: len(OFFICES)] == list(OFFICES.values())[::-1]
    assert "PASSED_TO_CARRIER_AT_SENDING_OFFICE" in cdek.codes(uuid)
    assert "DELIVERED" not in OFFICES


def test_a_code_that_nobody_listed_is_shown_as_it_is(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, "ARRIVED_AT_RECIPIENT_CITY")
    assert cdek.codes(uuid)[0] == "ARRIVED_AT_RECIPIENT_CITY"


def test_the_numbers_of_later_codes_are_all_the_same() -> None:
    numbers = {code: number for code, (number, _) in STATUSES.items()}
    assert {numbers[code] for code in ("POSTOMAT_POSTED", "IN_CUSTOMS_LOCAL", "CUSTOMS_COMPLETE")} == {1000}
    assert (numbers["ACCEPTED"], numbers["INVALID"], numbers["DELIVERED"], numbers["ACCEPTED_IN_SENDER_CITY"]) == (0, 404, 4, 28)
    assert set(numbers.values()) == {*range(14), *range(16, 23), 27, 28, 404, 1000}


def test_a_problem_of_delivery_is_shown(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.order("POST", f"/orders/{uuid}/problems", {"code": "13"})
    assert cdek.read(uuid)["entity"]["delivery_problem"] == [{"code": "13", "create_date": "2026-11-22T09:30:10+0000"}]


def test_a_refused_parcel_goes_back_under_its_own_number(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, "TAKEN_BY_COURIER")
    cdek.told("POST", f"/orders/{uuid}/refusal", status=202)
    cdek.clock.pass_(seconds=20)
    newest = cdek.read(uuid)["entity"]["statuses"][0]
    assert (newest["code"], newest["reason_code"]) == ("NOT_DELIVERED", "11")
    back = related(cdek, uuid, "return_order")
    entity = cdek.read(back["uuid"])["entity"]
    assert entity["is_return"] is True
    assert entity["cdek_number"] == back["cdek_number"] != cdek.read(uuid)["entity"]["cdek_number"]
    assert related(cdek, back["uuid"], "direct_order")["uuid"] == uuid
    assert cdek.books()["orders"][uuid]["is_refusal_charged"] is False


def test_a_refusal_of_a_new_order_is_charged(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.told("POST", f"/orders/{uuid}/refusal", status=202)
    cdek.clock.pass_(seconds=5)
    assert cdek.books()["orders"][uuid]["is_refusal_charged"] is True


@pytest.mark.parametrize("code", ["DELIVERED", "NOT_DELIVERED"])
def test_what_has_ended_cannot_be_refused(cdek: Contract, code: str) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, code)
    assert cdek.refused("POST", f"/orders/{uuid}/refusal") == ["v2_entity_invalid"]


def test_an_incorrect_order_cannot_be_refused(cdek: Contract) -> None:
    uuid = cdek.sent(delivery_point="NOWHERE")
    assert cdek.refused("POST", f"/orders/{uuid}/refusal") == ["v2_entity_invalid"]


def test_a_refusal_overtaken_by_the_delivery_fails_later(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.told("POST", f"/orders/{uuid}/refusal", status=202)
    cdek.order("PUT", f"/orders/{uuid}/status", {"code": "DELIVERED"})
    cdek.clock.pass_(seconds=5)
    assert cdek.codes(uuid)[0] == "DELIVERED"
    assert [row["state"] for row in cdek.read(uuid)["requests"]] == ["SUCCESSFUL", "INVALID"]


def test_a_delivered_order_comes_back_as_a_new_one(cdek: Contract) -> None:
    uuid = cdek.sent()
    assert cdek.refused("POST", f"/orders/{uuid}/clientReturn", {"tariff_code": 139}) == ["v2_entity_invalid"]
    cdek.move(uuid, "DELIVERED")
    assert cdek.refused("POST", f"/orders/{uuid}/clientReturn", {}) == ["v2_field_is_empty"]
    assert cdek.refused("POST", f"/orders/{uuid}/clientReturn", {"tariff_code": 1}) == ["v2_invalid_format"]
    back = cdek.told("POST", f"/orders/{uuid}/clientReturn", {"tariff_code": 139}, status=202)["entity"]["uuid"]
    cdek.clock.pass_(seconds=10)
    entity = cdek.read(back)["entity"]
    assert (entity["is_client_return"], entity["tariff_code"]) == (True, 139)
    assert entity["cdek_number"] != cdek.read(uuid)["entity"]["cdek_number"]
    assert related(cdek, back, "client_direct_order")["uuid"] == uuid
    assert cdek.codes(uuid)[0] == "DELIVERED"
    assert cdek.told("GET", "/orders", im_number="100001")["entity"]["uuid"] == uuid


def test_an_order_with_a_reverse_one_makes_it_too(cdek: Contract) -> None:
    uuid = cdek.sent(has_reverse_order=True)
    cdek.clock.pass_(seconds=5)
    entity = cdek.read(related(cdek, uuid, "reverse_order")["uuid"])["entity"]
    assert (entity["is_reverse"], entity["statuses"][0]["code"]) == (True, "CREATED")
    cdek.clock.pass_(seconds=20)
    assert [order["kind"] for order in cdek.books()["orders"].values()] == ["straight", "reverse"]


def test_a_reverse_order_is_possible_up_to_30_kg(cdek: Contract) -> None:
    answer = cdek.ask("POST", "/reverse/availability", parcel(packages=[box(weight=30_000)]))
    assert (answer.status_code, answer.content) == (200, b"")
    heavy = parcel(packages=[box(weight=30_001)])
    refused = cdek.ask("POST", "/reverse/availability", heavy)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "v2_unable_add_service")
    assert cdek.refused("POST", "/orders", {**heavy, "has_reverse_order": True}) == ["v2_unable_add_service"]


def test_a_delivery_in_part_sends_the_rest_back(cdek: Contract) -> None:
    uuid = cdek.sent(packages=[box(items=[goods(ware_key="A", amount=2), goods(ware_key="A", amount=1), goods(ware_key="B")])])
    cdek.move(uuid, "DELIVERED", reason_code=20, kept={"A": 2})
    cdek.clock.pass_(seconds=10)
    sold = cdek.read(uuid)["entity"]
    assert [row["delivery_amount"] for row in sold["packages"][0]["items"]] == [2, 0, 0]
    back = cdek.read(related(cdek, uuid, "return_order")["uuid"])["entity"]
    assert (back["is_return"], back["cdek_number"] != sold["cdek_number"]) == (True, True)
    (package,) = back["packages"]
    assert [(row["ware_key"], row["amount"], row["return_item_detail"]["direct_order_number"]) for row in package["items"]] == [
        ("A", 1, sold["cdek_number"]),
        ("B", 1, sold["cdek_number"]),
    ]


def test_a_status_may_be_told_late(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, "ACCEPTED_AT_PICK_UP_POINT")
    cdek.move(uuid, "SENT_TO_RECIPIENT_CITY", ago_s=120)
    first, second, *_ = cdek.read(uuid)["entity"]["statuses"]
    assert (first["code"], second["code"]) == ("SENT_TO_RECIPIENT_CITY", "ACCEPTED_AT_PICK_UP_POINT")
    assert first["date_time"] < second["date_time"]
    assert cdek.books()["orders"][uuid]["state"] == "ACCEPTED_AT_PICK_UP_POINT"
