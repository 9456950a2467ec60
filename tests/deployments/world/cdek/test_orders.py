from collections.abc import Callable
from typing import Any

import pytest

from deployments.world.cdek.knobs import Knobs
from tests.deployments.world.cdek.conftest import Contract, box, goods, parcel

TAKEN = "error_validate_im_dep_number_has_already_had_integration"
NOT_FOUND = "v2_entity_not_found_im_number"
STRANGER = "72753031-1820-4f99-9240-aab139f05ca5"


def request_of(cdek: Contract, uuid: str, kind: str = "CREATE") -> Any:
    return next(row for row in cdek.read(uuid)["requests"] if row["type"] == kind)


def test_an_order_is_only_accepted_and_settles_later(cdek: Contract) -> None:
    told = cdek.told("POST", "/orders", parcel(), status=202)
    (row,) = told["requests"]
    assert (row["type"], row["state"], row["errors"], row["warnings"]) == ("CREATE", "ACCEPTED", [], [])
    assert row["date_time"] == "2026-11-22T09:30:00+0000"
    uuid = told["entity"]["uuid"]
    cdek.clock.pass_(seconds=1)
    assert (request_of(cdek, uuid)["state"], cdek.codes(uuid)) == ("ACCEPTED", ["ACCEPTED"])
    assert "cdek_number" not in cdek.read(uuid)["entity"]
    cdek.clock.pass_(seconds=2)
    assert request_of(cdek, uuid)["state"] == "WAITING"
    cdek.clock.pass_(seconds=2)
    assert (request_of(cdek, uuid)["state"], cdek.codes(uuid)) == ("SUCCESSFUL", ["CREATED", "ACCEPTED"])
    assert isinstance(cdek.read(uuid)["entity"]["cdek_number"], str)


def test_an_order_is_not_found_in_its_first_moment(cdek: Contract) -> None:
    uuid = cdek.send()
    assert cdek.refused("GET", f"/orders/{uuid}") == ["v2_entity_not_found"]
    assert cdek.refused("GET", "/orders", im_number="100001") == [NOT_FOUND]
    cdek.clock.pass_(seconds=0.3)
    assert cdek.read(uuid)["entity"]["uuid"] == uuid


def test_a_request_may_be_in_a_state_that_nobody_knows(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(waiting_as="QUEUED"))
    uuid = cdek.send()
    cdek.clock.pass_(seconds=4)
    assert request_of(cdek, uuid)["state"] == "QUEUED"
    cdek.clock.pass_(seconds=1)
    assert request_of(cdek, uuid)["state"] == "SUCCESSFUL"


def test_an_order_is_found_by_its_number_and_by_cdek_s(cdek: Contract) -> None:
    uuid = cdek.sent()
    number = cdek.read(uuid)["entity"]["cdek_number"]
    assert cdek.told("GET", "/orders", im_number="100001")["entity"]["uuid"] == uuid
    assert cdek.told("GET", "/orders", cdek_number=number)["entity"]["uuid"] == uuid


def test_what_is_not_there_is_said_with_400_and_three_codes(cdek: Contract) -> None:
    assert cdek.refused("GET", "/orders", im_number="none") == [NOT_FOUND]
    assert cdek.refused("GET", f"/orders/{STRANGER}") == ["v2_entity_not_found"]
    assert cdek.refused("GET", "/orders/not-a-uuid") == ["v2_invalid_format"]
    assert cdek.refused("GET", "/orders", cdek_number="1") == ["v2_order_not_found"]
    assert cdek.refused("GET", "/orders") == ["v2_order_number_empty"]


def test_a_second_order_of_a_number_is_accepted_with_a_uuid_of_its_own_and_fails_later(cdek: Contract) -> None:
    first = cdek.sent()
    others = [cdek.send() for _ in range(2)]
    assert len({first, *others}) == 3
    cdek.clock.pass_(seconds=10)
    for other in others:
        row = request_of(cdek, other)
        assert (row["state"], [one["code"] for one in row["errors"]]) == ("INVALID", [TAKEN])
        assert cdek.codes(other) == ["INVALID", "ACCEPTED"]
    assert cdek.told("GET", "/orders", im_number="100001")["entity"]["uuid"] == first


def test_of_two_orders_at_once_the_first_stands(cdek: Contract) -> None:
    first, second = cdek.send(), cdek.send()
    cdek.clock.pass_(seconds=10)
    assert [cdek.codes(uuid)[0] for uuid in (first, second)] == ["CREATED", "INVALID"]


def test_the_number_of_an_incorrect_order_may_be_used_again(cdek: Contract) -> None:
    wrong = cdek.sent(delivery_point="NOWHERE")
    assert request_of(cdek, wrong)["errors"][0]["code"] == "delivery_location_is_not_recognized"
    assert cdek.told("GET", "/orders", im_number="100001")["entity"]["uuid"] == wrong
    assert cdek.codes(cdek.sent())[0] == "CREATED"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from_location": {"code": 44}}, "v2_shipment_address_multivalued"),
        ({"to_location": {"code": 270}}, "v2_delivery_address_multivalued"),
        ({"shipment_point": None}, "v2_order_location_from_and_shipment_point_empty"),
        ({"delivery_point": None}, "v2_order_location_to_and_delivery_point_empty"),
        ({"packages": [box(items=[goods()] * 127)]}, "v2_number_items_is_more_126"),
        ({"packages": [box(), box()]}, "v2_invalid_format"),
        ({"packages": [box(items=[])]}, "v2_field_is_empty"),
        ({"packages": []}, "v2_field_is_empty"),
        ({"packages": [box(items=[goods(ware_key="К" * 21)])]}, "v2_invalid_format"),
        ({"packages": [box(items=[goods(name="У" * 256)])]}, "v2_invalid_format"),
        ({"packages": [box(items=[goods(payment={"value": 1, "vat_rate": 18})])]}, "v2_invalid_format"),
        ({"delivery_recipient_cost": {"value": 1, "vat_rate": 18}}, "v2_invalid_format"),
        ({"number": "1" * 33}, "v2_invalid_format"),
        ({"comment": "к" * 256}, "v2_invalid_format"),
        ({"recipient": {"name": "Ю" * 256}}, "v2_invalid_format"),
        ({"recipient": {}}, "v2_field_is_empty"),
        ({"tariff_code": None}, "v2_field_is_empty"),
        ({"tariff_code": "abc"}, "v2_invalid_value_type"),
        ({"tariff_code": 1}, "v2_invalid_format"),
        ({"type": 2}, "v2_field_is_empty"),
        ({"print": "LABEL"}, "v2_invalid_format"),
    ],
)
def test_what_the_body_itself_shows_is_refused_at_once(cdek: Contract, changes: dict[str, Any], code: str) -> None:
    assert cdek.refused("POST", "/orders", parcel(**changes)) == [code]
    assert cdek.books()["orders"] == {}


def test_126_rows_a_prepaid_item_and_any_known_vat_are_taken(cdek: Contract) -> None:
    for number, rate in enumerate((None, 0, 5, 7, 10, 16, 20, 22)):
        rows = [goods(payment={"value": 10, "vat_rate": rate})] * 126
        cdek.told("POST", "/orders", parcel(number=str(number), packages=[box(items=rows)]), status=202)


def test_a_delivery_needs_a_sender_and_no_goods(cdek: Contract) -> None:
    said = parcel(type=2, sender={"name": "Утюг и Ко"}, packages=[box(items=[])])
    cdek.told("POST", "/orders", said, status=202)


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([box("1"), box("2")], "error_validate_postamat_package_count"),
        ([box(weight=15_001)], "error_validate_postamat_package_weight"),
    ],
)
def test_a_locker_takes_one_package_of_15_kg_and_says_so_later(cdek: Contract, packages: list[Any], code: str) -> None:
    uuid = cdek.sent(delivery_point="MSK900", packages=packages)
    assert [one["code"] for one in request_of(cdek, uuid)["errors"]] == [code]
    assert cdek.codes(cdek.sent(number="2", delivery_point="MSK900", packages=[box(weight=15_000)]))[0] == "CREATED"


def test_cyrillic_stays_as_it_was_typed(cdek: Contract) -> None:
    entity = cdek.read(cdek.sent(comment="Позвоните"))["entity"]
    assert (entity["recipient"]["name"], entity["comment"]) == ("Юлия Щеглова", "Позвоните")
    assert entity["recipient"]["phones"] == [{"number": "+79161234567", "additional": "12"}]
    assert entity["packages"][0]["items"][0]["ware_key"] == "КР-7/2"


def test_abroad_much_more_is_wanted(cdek: Contract) -> None:
    codes = cdek.refused("POST", "/orders", parcel(delivery_point=None, to_location={"code": 24001, "address": "Istiklal, 1"}))
    assert codes == ["v2_field_is_empty"] * 14
    passport = dict.fromkeys(("passport_series", "passport_number", "tin"), "1")
    passport |= dict.fromkeys(("passport_date_of_issue", "passport_organization", "passport_date_of_birth"), "2020-01-01")
    whole = parcel(
        delivery_point=None,
        to_location={"code": 24001, "address": "Istiklal, 1"},
        date_invoice="2026-11-22",
        shipper_name="Iron and Co",
        shipper_address="Utyuzhnaya, 1",
        seller={"address": "Utyuzhnaya, 1"},
        recipient={"name": "Iuliia Shcheglova", **passport},
        packages=[box(items=[goods(weight_gross=950, name_i18n="Iron", brand="Iron", country_code="RU")])],
    )
    cdek.told("POST", "/orders", whole, status=202)
    assert cdek.refused("POST", "/orders", {**whole, "recipient": {"name": "I", **passport, "passport_series": "12345"}}) == [
        "v2_invalid_format"
    ]


def test_to_a_neighbour_nothing_more_is_wanted(cdek: Contract) -> None:
    cdek.told("POST", "/orders", parcel(delivery_point=None, to_location={"code": 9220}), status=202)


def test_the_old_service_of_reverse_is_warned_about(cdek: Contract) -> None:
    uuid = cdek.sent(services=[{"code": "REVERSE"}])
    assert request_of(cdek, uuid)["warnings"]
    assert request_of(cdek, uuid)["state"] == "SUCCESSFUL"


def test_a_new_order_may_be_changed(cdek: Contract) -> None:
    uuid = cdek.sent()
    told = cdek.told(
        "PATCH", "/orders", {"uuid": uuid, "comment": "Новое", "to_location": {"code": 270, "address": "Ленина, 1"}}, status=202
    )
    assert told["requests"][0]["type"] == "UPDATE"
    assert "comment" not in cdek.read(uuid)["entity"]
    cdek.clock.pass_(seconds=5)
    entity = cdek.read(uuid)["entity"]
    assert (entity["comment"], entity["to_location"]["address"], "delivery_point" in entity) == ("Новое", "Ленина, 1", False)


def test_an_order_is_changed_by_cdek_s_number_too(cdek: Contract) -> None:
    uuid = cdek.sent()
    number = cdek.read(uuid)["entity"]["cdek_number"]
    cdek.told("PATCH", "/orders", {"cdek_number": int(number), "tariff_code": 137}, status=202)
    cdek.clock.pass_(seconds=5)
    assert cdek.read(uuid)["entity"]["tariff_code"] == 137


def test_a_change_must_say_of_which_order(cdek: Contract) -> None:
    assert cdek.refused("PATCH", "/orders", {"comment": "?"}) == ["v2_order_number_empty"]
    assert cdek.refused("PATCH", "/orders", {"cdek_number": "5"}) == ["v2_order_not_found"]


def test_a_change_comes_too_late_once_cdek_has_the_parcel(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.told("PATCH", "/orders", {"uuid": uuid, "comment": "Новое"}, status=202)
    cdek.move(uuid, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    assert cdek.refused("PATCH", "/orders", {"uuid": uuid, "comment": "Ещё"}) == ["v2_update_forbidden"]


def test_a_change_overtaken_by_the_parcel_fails_later(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.told("PATCH", "/orders", {"uuid": uuid, "comment": "Новое"}, status=202)
    cdek.clock.pass_(seconds=1)
    cdek.order("PUT", f"/orders/{uuid}/status", {"code": "RECEIVED_AT_SHIPMENT_WAREHOUSE"})
    cdek.clock.pass_(seconds=5)
    row = request_of(cdek, uuid, "UPDATE")
    assert (row["state"], row["errors"][0]["code"]) == ("INVALID", "v2_update_forbidden")


def test_a_package_that_is_there_is_named_by_its_id(cdek: Contract) -> None:
    uuid = cdek.sent()
    assert cdek.refused("PATCH", "/orders", {"uuid": uuid, "packages": [box(weight=950)]}) == ["v2_package_id_is_empty"]
    (package,) = cdek.read(uuid)["entity"]["packages"]
    said = {"uuid": uuid, "packages": [box("2"), box(weight=950, package_id=package["package_id"])]}
    cdek.told("PATCH", "/orders", said, status=202)
    cdek.clock.pass_(seconds=5)
    second, first = cdek.read(uuid)["entity"]["packages"]
    assert (first["weight"], first["package_id"], second["weight"]) == (950, package["package_id"], 900)
    assert second["package_id"] != first["package_id"]


def test_a_change_is_held_to_the_rules_of_an_order(cdek: Contract) -> None:
    uuid = cdek.sent()
    both = {"uuid": uuid, "delivery_point": "NSK1", "to_location": {"code": 270}}
    assert cdek.refused("PATCH", "/orders", both) == ["v2_delivery_address_multivalued"]


def test_the_same_is_not_asked_twice_at_once(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.told("PATCH", "/orders", {"uuid": uuid, "comment": "1"}, status=202)
    assert cdek.refused("PATCH", "/orders", {"uuid": uuid, "comment": "2"}) == ["v2_similar_request_still_processed"]
    cdek.clock.pass_(seconds=5)
    cdek.told("PATCH", "/orders", {"uuid": uuid, "comment": "2"}, status=202)


def test_a_removal_is_accepted_and_a_day_later_the_order_is_still_created(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.told("DELETE", f"/orders/{uuid}", status=202)
    cdek.clock.pass_(days=1)
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert (request_of(cdek, uuid, "DELETE")["state"], cdek.codes(uuid)[0]) == ("ACCEPTED", "CREATED")
    assert cdek.refused("DELETE", f"/orders/{uuid}") == ["v2_similar_request_still_processed"]
    cdek.clock.pass_(days=1)
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert (request_of(cdek, uuid, "DELETE")["state"], cdek.codes(uuid)[0]) == ("SUCCESSFUL", "REMOVED")
    assert cdek.refused("GET", "/orders", im_number="100001") == [NOT_FOUND]


def test_only_a_created_order_is_removed(cdek: Contract) -> None:
    uuid = cdek.sent()
    cdek.move(uuid, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    assert cdek.refused("DELETE", f"/orders/{uuid}") == ["v2_update_forbidden"]


def test_a_removal_overtaken_by_the_parcel_fails(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(removing_s=120))
    uuid = cdek.sent()
    cdek.told("DELETE", f"/orders/{uuid}", status=202)
    cdek.move(uuid, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    cdek.clock.pass_(minutes=2)
    assert (request_of(cdek, uuid, "DELETE")["state"], cdek.codes(uuid)[0]) == ("INVALID", "RECEIVED_AT_SHIPMENT_WAREHOUSE")


def test_data_is_kept_a_year(cdek: Contract) -> None:
    uuid = cdek.sent()
    number = cdek.read(uuid)["entity"]["cdek_number"]
    cdek.clock.pass_(days=365)
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert cdek.refused("GET", f"/orders/{uuid}") == ["v2_entity_not_found"]
    assert cdek.refused("GET", "/orders", im_number="100001") == [NOT_FOUND]
    assert cdek.refused("GET", "/orders", cdek_number=number) == ["v2_order_not_found"]


def test_an_effect_may_come_although_nobody_answers(cdek: Contract) -> None:
    cdek.order("POST", "/faults", {"kind": "error_after", "method": "POST", "path": "/orders", "status": 504})
    assert cdek.ask("POST", "/orders", parcel()).status_code == 504
    cdek.clock.pass_(seconds=10)
    assert cdek.told("GET", "/orders", im_number="100001")["entity"]["statuses"][0]["code"] == "CREATED"


def test_a_lie_leaves_no_order(cdek: Contract) -> None:
    cdek.order("POST", "/faults", {"kind": "lie", "method": "POST", "path": "/orders"})
    assert cdek.ask("POST", "/orders", parcel()).status_code == 202
    cdek.clock.pass_(seconds=10)
    assert cdek.refused("GET", "/orders", im_number="100001") == [NOT_FOUND]
