from typing import Any

import pytest

from deployments.world.ozon.taxonomy import (
    APPLIANCES,
    BRAND,
    BUCKET,
    COLOUR,
    HOUSEHOLD,
    IRON,
    MATERIAL,
    MODEL,
    MUG,
    OLD_TABLEWARE,
    TABLEWARE,
)
from tests.deployments.world.ozon.conftest import Cabinet, mug


def imported(cabinet: Cabinet, *items: dict[str, Any]) -> Any:
    task_id = cabinet.import_(*items)
    cabinet.clock.pass_(seconds=10)
    return cabinet.outcome(task_id)


def card(cabinet: Cabinet, offer_id: str = "КР-7/2") -> Any:
    (found,) = cabinet.told("/v3/product/info/list", {"offer_id": [offer_id]})["items"]
    return found


def attribute(attribute_id: int, **value: object) -> dict[str, Any]:
    return {"id": attribute_id, "complex_id": 0, "values": [value] if value else []}


def test_a_task_is_pending_before_it_is_done(cabinet: Cabinet) -> None:
    task_id = cabinet.import_(mug())
    assert cabinet.outcome(task_id) == [{"offer_id": "КР-7/2", "product_id": 0, "status": "pending", "errors": []}]
    assert cabinet.told("/v3/product/list", {"limit": 10})["result"]["total"] == 0
    cabinet.clock.pass_(seconds=10)
    (item,) = cabinet.outcome(task_id)
    assert item["status"] == "imported"
    assert item["product_id"] == card(cabinet)["id"]


def test_an_imported_product_has_no_sku_until_it_is_moderated(cabinet: Cabinet) -> None:
    imported(cabinet, mug())
    fresh = card(cabinet)
    assert (fresh["sku"], fresh["statuses"]["status"], fresh["statuses"]["is_created"]) == (0, "imported", False)
    (listed,) = cabinet.told("/v3/product/list", {"limit": 10})["result"]["items"]
    assert (listed["sku"], listed["product_id"]) == (0, fresh["id"])
    cabinet.clock.pass_(hours=1)
    ready = card(cabinet)
    assert ready["sku"] not in (0, ready["id"])
    assert (ready["statuses"]["status"], ready["statuses"]["moderate_status"]) == ("price_sent", "approved")


def test_the_same_product_again_is_skipped(cabinet: Cabinet) -> None:
    (first,) = imported(cabinet, mug())
    (second,) = imported(cabinet, mug())
    assert (second["status"], second["product_id"]) == ("skipped", first["product_id"])


def test_an_update_replaces_the_whole_product(cabinet: Cabinet) -> None:
    imported(cabinet, mug())
    lacking = mug(name="Кружка новая", price="510.00")
    del lacking["barcode"], lacking["images"]
    (item,) = imported(cabinet, lacking)
    assert item["status"] == "imported"
    told = card(cabinet)
    assert (told["name"], told["price"], told["barcodes"], told["primary_image"]) == ("Кружка новая", "510.00", [], [])


def test_a_failed_update_leaves_the_product_as_it_was(cabinet: Cabinet) -> None:
    imported(cabinet, mug())
    (item,) = imported(cabinet, mug(name="", price="1.00"))
    assert item["status"] == "failed"
    assert {error["code"] for error in item["errors"]} == {"EMPTY_REQUIRED", "price_out_of_range"}
    assert card(cabinet)["name"] == "Кружка фарфоровая 350 мл"


def test_faults_are_told_when_the_task_is_done(cabinet: Cabinet) -> None:
    task_id = cabinet.import_(mug(name=""))
    assert cabinet.outcome(task_id) == [{"offer_id": "КР-7/2", "product_id": 0, "status": "pending", "errors": []}]


def test_one_bad_item_does_not_hold_the_others(cabinet: Cabinet) -> None:
    outcomes = imported(cabinet, mug("A"), mug("B", name=""), mug("C"))
    assert [item["status"] for item in outcomes] == ["imported", "failed", "imported"]


def test_tasks_take_effect_in_their_order(cabinet: Cabinet) -> None:
    cabinet.import_(mug(name="Первое"))
    cabinet.import_(mug(name="Второе"))
    cabinet.clock.pass_(seconds=10)
    assert card(cabinet)["name"] == "Второе"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "EMPTY_REQUIRED"),
        ({"name": "х" * 256}, "name_too_long"),
        ({"vat": "0.18"}, "vat_invalid"),
        ({"price": "0"}, "price_is_negative"),
        ({"price": "много"}, "price_is_negative"),
        ({"price": "9.99"}, "price_out_of_range"),
        ({"old_price": "490.00"}, "old_price_less_than_price"),
        ({"weight": 0}, "missing_dimension"),
        ({"dimension_unit": "m"}, "missing_dimension"),
        ({"weight": 1001, "weight_unit": "kg"}, "VALUE_MAX_LIMIT"),
        ({"weight": 14, "weight_unit": "kg"}, "Incorrect_density"),
        ({"images": ["ftp://1.jpg"]}, "all_image_failed"),
        ({"description_category_id": 0}, "description_category_is_empty"),
        ({"type_id": 0}, "description_type_is_empty"),
        ({"description_category_id": 1}, "description_category_invalid"),
        ({"description_category_id": OLD_TABLEWARE}, "description_category_is_legacy"),
        ({"type_id": BUCKET}, "description_category_has_no_description_type"),
        ({"attributes": [attribute(BRAND, dictionary_value_id=126745801), attribute(MODEL, value="x")]}, "error_attribute_values_empty"),
        (
            {"attributes": [attribute(BRAND, value="Чужая марка"), attribute(MODEL, value="x"), attribute(MATERIAL, value="Стекло")]},
            "error_attribute_values_out_of_range",
        ),
    ],
)
def test_a_fault_of_an_item_is_told_by_its_code(cabinet: Cabinet, changes: dict[str, Any], code: str) -> None:
    (item,) = imported(cabinet, mug(**changes))
    assert (item["status"], item["product_id"], [error["code"] for error in item["errors"]]) == ("failed", 0, [code])


def test_a_missing_characteristic_is_named(cabinet: Cabinet) -> None:
    (item,) = imported(cabinet, mug(attributes=[attribute(BRAND, dictionary_value_id=126745801), attribute(MODEL, value="x")]))
    (error,) = item["errors"]
    assert (error["attribute_id"], error["attribute_name"], error["level"]) == (MATERIAL, "Материал", "error")


def test_an_item_without_vat_vanishes_from_its_task(cabinet: Cabinet) -> None:
    lacking = mug("B")
    del lacking["vat"]
    assert [item["offer_id"] for item in imported(cabinet, mug("A"), lacking)] == ["A"]


def test_an_ordered_refusal_hits_one_item(cabinet: Cabinet) -> None:
    cabinet.order("POST", "/faults", {"kind": "refuse_item", "sku": "B"})
    outcomes = imported(cabinet, mug("A"), mug("B"))
    assert [item["status"] for item in outcomes] == ["imported", "failed"]
    assert outcomes[1]["errors"][0]["code"] == "SPU_already_exists"


@pytest.mark.parametrize(
    "wrong",
    [
        {"offer_id": "х" * 51},
        {"offer_id": ""},
        {"offer_id": 7},
        {"price": 490},
        {"type_id": "92101"},
        {"weight": 1.5},
        {"images": ["https://x/1.jpg"] * 31},
        {"images": ["https://x/1.jpg"] * 30, "primary_image": "https://x/0.jpg"},
        {"currency_code": "CNY"},
        {"currency_code": "руб"},
    ],
)
def test_a_malformed_item_refuses_the_whole_request(cabinet: Cabinet, wrong: dict[str, Any]) -> None:
    answer = cabinet.ask("/v3/product/import", {"items": [mug("A"), mug(**wrong)]})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert "Items[1]" in answer.json()["message"]


@pytest.mark.parametrize("field", ["offer_id", "price", "type_id", "description_category_id"])
def test_what_the_specification_requires_is_required(cabinet: Cabinet, field: str) -> None:
    lacking = mug()
    del lacking[field]
    assert cabinet.ask("/v3/product/import", {"items": [lacking]}).status_code == 400


def test_fifty_characters_and_any_signs_make_a_code(cabinet: Cabinet) -> None:
    (item,) = imported(cabinet, mug("КР-7/2 №" + "я" * 42))
    assert item["status"] == "imported"


def test_an_import_takes_a_hundred(cabinet: Cabinet) -> None:
    items = [mug(f"A{number}") for number in range(101)]
    assert cabinet.ask("/v3/product/import", {"items": items}).status_code == 400
    assert cabinet.ask("/v3/product/import", {"items": items[:100]}).status_code == 200


def test_a_task_is_asked_for_by_number_or_by_its_text(cabinet: Cabinet) -> None:
    task_id = cabinet.import_(mug())
    assert cabinet.ask("/v1/product/import/info", {"task_id": str(task_id)}).status_code == 200
    assert cabinet.ask("/v1/product/import/info", {"task_id": task_id + 1}).status_code == 404
    assert cabinet.ask("/v1/product/import/info", {}).status_code == 400


def test_the_tree_ends_in_types(cabinet: Cabinet) -> None:
    (root,) = cabinet.told("/v1/description-category/tree", {"language": "DEFAULT"})["result"]
    tableware = next(one for one in root["children"] if one["description_category_id"] == TABLEWARE)
    assert {"type_id": MUG, "type_name": "Кружка", "disabled": False, "children": []} in tableware["children"]
    assert [one["description_category_id"] for one in root["children"] if one["disabled"]] == [OLD_TABLEWARE]


def test_required_characteristics_differ_by_category(cabinet: Cabinet) -> None:
    def required(category_id: int, type_id: int) -> set[str]:
        told = cabinet.told("/v1/description-category/attribute", {"description_category_id": category_id, "type_id": type_id})
        return {one["name"] for one in told["result"] if one["is_required"]}

    assert required(APPLIANCES, IRON) - required(HOUSEHOLD, BUCKET) == {"Мощность, Вт"}
    assert required(TABLEWARE, MUG) - required(HOUSEHOLD, BUCKET) == {"Материал"}


def test_a_pair_that_does_not_exist_has_no_characteristics(cabinet: Cabinet) -> None:
    answer = cabinet.ask("/v1/description-category/attribute", {"description_category_id": TABLEWARE, "type_id": IRON})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_a_dictionary_is_read_by_pages(cabinet: Cabinet) -> None:
    asked = {"description_category_id": TABLEWARE, "type_id": MUG, "attribute_id": COLOUR, "limit": 4}
    seen, last, has_next = [], 0, True
    while has_next:
        told = cabinet.told("/v1/description-category/attribute/values", {**asked, "last_value_id": last})
        seen += [one["value"] for one in told["result"]]
        last, has_next = told["result"][-1]["id"], told["has_next"]
    assert len(seen) == len(set(seen)) == 10
    for wrong in ({"limit": 0}, {"limit": 2001}, {"attribute_id": MODEL}):
        assert cabinet.ask("/v1/description-category/attribute/values", {**asked, **wrong}).status_code == 400
