import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken, RateLimited, Unavailable
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from deployments.world.ozon.taxonomy import BRAND, MATERIAL, MODEL, MUG, TABLEWARE
from tests.adapters.ozon.frames import cards, outcomes, pending
from tests.adapters.ozon.vendor import Room, Vendor


def imported(body: Any) -> httpx.Response:
    return httpx.Response(200, json={"result": {"task_id": 100 + len(body["items"])}})


def sent_items(vendor: Vendor) -> list[dict[str, Any]]:
    return [item for body in vendor.bodies(paths.IMPORT) for item in body["items"]]


def decided(vendor: Vendor, *items: dict[str, Any]) -> None:
    told = [{"offer_id": "A", "product_id": 1, "errors": [], **item} for item in items]
    vendor.says(paths.IMPORT_RESULT, {"result": {"items": told, "total": len(told)}})


def results(vendor: Vendor, *skus: str, sent_at: datetime | None = None) -> dict[str, tuple[str, str | None]]:
    asked = pending(*skus, task="7", sent_at=sent_at or datetime.now(UTC))
    return outcomes(vendor.cabinet().read_card_results(asked), "channel_sku")


def test_a_card_is_found_by_exactly_its_code_with_the_ids_needed_later(vendor: Vendor) -> None:
    vendor.says(paths.PRODUCTS, {"items": [{"id": 11, "offer_id": "КР-7/2", "sku": 911}, {"id": 12, "offer_id": "кр-7/2", "sku": 912}]})
    passed, refused = vendor.cabinet().find_listings(["КР-7/2", "B"])
    assert [(row["channel_sku"], json.loads(row["refs"])) for row in passed.to_dicts()] == [("КР-7/2", {"product_id": 11, "sku": 911})]
    assert refused.is_empty()


def test_a_card_without_an_sku_yet_is_found_without_one(vendor: Vendor) -> None:
    vendor.says(paths.PRODUCTS, {"items": [{"id": 11, "offer_id": "A", "sku": 0}]})
    assert json.loads(vendor.cabinet().find_listings(["A"]).passed["refs"][0]) == {"product_id": 11, "sku": None}


def test_a_card_in_the_archive_and_a_code_of_two_cards_are_refused_by_name(vendor: Vendor) -> None:
    twice = [{"id": 1, "offer_id": "A"}, {"id": 2, "offer_id": "A"}]
    put_away = [{"id": 3, "offer_id": "B", "is_archived": True}, {"id": 4, "offer_id": "C", "is_autoarchived": True}]
    vendor.says(paths.PRODUCTS, {"items": twice + put_away})
    passed, refused = vendor.cabinet().find_listings(["A", "B", "C"])
    assert passed.is_empty()
    assert dict(refused.select("key", "reason").rows()) == {
        "A": "sku_repeats_on_channel",
        "B": "listing_is_archived",
        "C": "listing_is_archived",
    }


def test_a_code_that_ozon_cannot_hold_does_not_spoil_the_question(vendor: Vendor) -> None:
    vendor.says(paths.PRODUCTS, {"items": []})
    refused = vendor.cabinet().find_listings(["A" * 51, "B" * 50]).refused
    assert vendor.bodies(paths.PRODUCTS) == [{"offer_id": ["B" * 50]}]
    assert dict(refused.select("key", "reason").rows()) == {"A" * 51: "sku_is_illegal"}


def test_a_thousand_codes_are_asked_for_at_a_time(vendor: Vendor) -> None:
    vendor.says(paths.PRODUCTS, {"items": []})
    vendor.cabinet().find_listings([f"A{number}" for number in range(1001)])
    assert [len(body["offer_id"]) for body in vendor.bodies(paths.PRODUCTS)] == [1000, 1]


def test_a_card_goes_whole_in_ozons_units(vendor: Vendor) -> None:
    vendor.says(paths.IMPORT, imported)
    change = {
        "attributes": '[{"id": 85, "values": ["dict:126745801"]}, {"id": 10, "values": ["Фарфор", "dict:нет"]}]',
        "barcodes": '["4600000000015", "4600000000022"]',
        "pictures": json.dumps([f"https://cdn.example/{number}.jpg" for number in range(31)]),
    }
    vendor.cabinet().send_cards(cards(change))
    (item,) = sent_items(vendor)
    pictures = item.pop("images")
    assert len(pictures) == 30
    assert item == {
        "offer_id": "КР-7/2",
        "name": "Кружка фарфоровая 350 мл",
        "description_category_id": 17028922,
        "type_id": 94765,
        "attributes": [
            {"id": 85, "complex_id": 0, "values": [{"dictionary_value_id": 126745801}]},
            {"id": 10, "complex_id": 0, "values": [{"value": "Фарфор"}, {"value": "dict:нет"}]},
        ],
        "price": "490.05",
        "vat": "0.22",
        "depth": 100,
        "width": 90,
        "height": 110,
        "dimension_unit": "mm",
        "weight": 350,
        "weight_unit": "g",
        "barcode": "4600000000015",
    }


def test_the_text_and_what_joins_variants_have_attributes_of_their_own_unless_the_table_gives_those(vendor: Vendor) -> None:
    vendor.says(paths.IMPORT, imported)
    told = {"description": "Текст", "group_sku": "КР-7"}
    vendor.cabinet().send_cards(cards(told, {**told, "attributes": '[{"id": 9048, "values": ["Своя модель"]}]'}))
    said = [{one["id"]: one["values"][0]["value"] for one in item["attributes"]} for item in sent_items(vendor)]
    assert said == [{4191: "Текст", 9048: "КР-7"}, {4191: "Текст", 9048: "Своя модель"}]


@pytest.mark.parametrize(("vat", "said"), [("none", "0"), ("0", "0"), ("5", "0.05"), ("7", "0.07"), ("10", "0.1"), ("22", "0.22")])
def test_vat_is_a_share(vendor: Vendor, vat: str, said: str) -> None:
    vendor.says(paths.IMPORT, imported)
    vendor.cabinet().send_cards(cards({"vat": vat}))
    assert sent_items(vendor)[0]["vat"] == said


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price_kopecks": None}, "card_has_no_price"),
        ({"price_kopecks": 0}, "card_has_no_price"),
        ({"category": None}, "card_has_no_category"),
        ({"category": '{"category": 5}'}, "card_has_no_category"),
        ({"vat": None}, "vat_is_known"),
        ({"vat": "18"}, "vat_is_known"),
        ({"weight_g": None}, "card_has_no_dimensions"),
        ({"height_mm": 0}, "card_has_no_dimensions"),
    ],
)
def test_a_card_that_ozon_would_refuse_does_not_leave(vendor: Vendor, change: dict[str, Any], reason: str) -> None:
    vendor.says(paths.IMPORT, imported)
    sent = vendor.cabinet().send_cards(cards(change, {"channel_sku": "B"}))
    assert outcomes(sent, "item_id") == {1: ("refused", reason), 2: ("pending", None)}
    assert [item["offer_id"] for item in sent_items(vendor)] == ["B"]


def test_a_hundred_cards_go_in_a_call_and_each_batch_has_its_task(vendor: Vendor) -> None:
    vendor.says(paths.IMPORT, imported)
    sent = vendor.cabinet().send_cards(cards(*({"channel_sku": f"A{number}"} for number in range(101))))
    assert sent.group_by("task_ref", "outcome").len().sort("len").rows() == [("101", "pending", 1), ("200", "pending", 100)]


def test_one_bad_card_does_not_hold_back_the_others(vendor: Vendor) -> None:
    def answer(body: Any) -> httpx.Response:
        is_bad = any(item["offer_id"] == "B" for item in body["items"])
        return httpx.Response(400, json={"code": 3, "message": "bad item"}) if is_bad else imported(body)

    vendor.says(paths.IMPORT, answer)
    sent = vendor.cabinet().send_cards(cards({"channel_sku": "A"}, {"channel_sku": "B"}, {"channel_sku": "C"}))
    assert outcomes(sent, "channel_sku") == {"A": ("pending", None), "B": ("refused", "channel_rejects"), "C": ("pending", None)}


def test_a_batch_that_was_not_answered_may_be_sent_again(vendor: Vendor) -> None:
    vendor.says(paths.IMPORT, httpx.ReadTimeout("late"))
    with pytest.raises(Unavailable):
        vendor.cabinet().send_cards(cards({}))


def test_silence_until_the_night_for_cards_does_not_silence_stock(vendor: Vendor) -> None:
    vendor.says(paths.IMPORT, httpx.Response(429, headers={"Item-Retry-After": "600"}, json={"code": 8, "message": "item_limit_exceeded"}))
    vendor.says(paths.WAREHOUSES, {"warehouses": [], "has_next": False})
    with vendor.cabinet() as cabinet:
        for _ in range(2):
            with pytest.raises(RateLimited):
                cabinet.send_cards(cards({}))
        assert cabinet.read_warehouses().is_empty()
    assert len(vendor.bodies(paths.IMPORT)) == 1


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"status": "imported"}, ("accepted", None)),
        ({"status": "skipped"}, ("accepted", None)),
        ({"status": "pending"}, ("pending", None)),
        ({"status": "imported", "errors": [{"level": "warning", "code": "x"}]}, ("accepted", None)),
        ({"status": "imported", "errors": [{"level": "ERROR_LEVEL_WARNING", "code": "x"}]}, ("accepted", None)),
        ({"status": "imported", "errors": [{"level": "error", "code": "name_too_long"}]}, ("refused", "card_title_is_too_long")),
        ({"status": "failed", "errors": [{"level": "error", "code": "vat_invalid"}]}, ("refused", "vat_is_known")),
        ({"status": "failed", "errors": [{"level": "error", "code": "SPU_already_exists"}]}, ("refused", "card_exists_already")),
        ({"status": "failed", "errors": [{"level": "error", "code": "something new"}]}, ("refused", "card_is_refused")),
        ({"status": "failed", "errors": None}, ("refused", "card_is_refused")),
        ({"status": "failed", "errors": [{"level": "error", "code": "item_limit_exceeded"}]}, ("unsent", "card_quota_is_spent")),
        ({"status": "enchanted"}, ("unknown", "outcome_is_unknown")),
    ],
)
def test_what_ozon_decided_of_a_card(vendor: Vendor, told: dict[str, Any], outcome: tuple[str, str | None]) -> None:
    decided(vendor, told)
    assert results(vendor, "A") == {"A": outcome}


def test_only_a_pending_card_keeps_its_task(vendor: Vendor) -> None:
    decided(vendor, {"status": "imported"}, {"offer_id": "B", "status": "pending"})
    read = vendor.cabinet().read_card_results(pending("A", "B", task="7", sent_at=datetime.now(UTC)))
    assert dict(read.select("channel_sku", "task_ref").rows()) == {"A": None, "B": "7"}


def test_a_refused_card_is_told_in_ozons_words_of_each_attribute(vendor: Vendor) -> None:
    faults = [
        {"level": "error", "code": "EMPTY_REQUIRED", "attribute_name": "Материал", "description": "Не заполнено"},
        {"level": "error", "code": "x", "message": "Ещё"},
        {"level": "warning", "code": "y", "message": "Пустяк"},
    ]
    decided(vendor, {"status": "failed", "errors": faults})
    (row,) = vendor.cabinet().read_card_results(pending("A", task="7", sent_at=datetime.now(UTC))).to_dicts()
    assert row["reason"] == "card_attribute_is_missing"
    assert row["sentence"].endswith("Площадка пишет: «Материал: Не заполнено; Ещё».")


def test_a_card_that_its_task_never_named_is_lost_after_an_hour(vendor: Vendor) -> None:
    decided(vendor)
    assert results(vendor, "A") == {"A": ("pending", None)}
    assert results(vendor, "A", sent_at=datetime.now(UTC) - timedelta(hours=2)) == {"A": ("refused", "card_is_lost")}


def test_a_task_that_ozon_has_forgotten_leaves_its_cards_unknown(vendor: Vendor) -> None:
    vendor.says(paths.IMPORT_RESULT, httpx.Response(404, json={"code": 5, "message": "not found"}))
    assert results(vendor, "A") == {"A": ("unknown", "outcome_is_unknown")}


def test_a_decision_of_another_shape_stops_the_channel(vendor: Vendor) -> None:
    vendor.says(paths.IMPORT_RESULT, {"items": []})
    with pytest.raises(ContractBroken):
        results(vendor, "A")


def mugs(*changes: dict[str, Any]) -> pl.DataFrame:
    table = [
        {"id": BRAND, "values": ["dict:126745801"]},
        {"id": MODEL, "values": ["КР-7"]},
        {"id": MATERIAL, "values": ["Фарфор"]},
    ]
    place = json.dumps({"category": TABLEWARE, "type": MUG})
    whole = {
        "category": place,
        "attributes": json.dumps(table),
        "pictures": '["https://cdn.example/1.jpg"]',
        "barcodes": '["4600000000015"]',
    }
    return cards(*({**whole, **change} for change in changes))


def test_in_the_world_a_card_is_made_found_and_changed(room: Room, cabinet: OzonCabinet) -> None:
    made = cabinet.send_cards(mugs({}))
    waiting = made.select("item_id", "channel_sku", "task_ref", sent_at=pl.lit(datetime.now(UTC)).cast(pl.Datetime("us", "UTC")))
    assert outcomes(cabinet.read_card_results(waiting), "channel_sku") == {"КР-7/2": ("accepted", None)}
    refs = cabinet.find_listings(["КР-7/2"]).passed["refs"][0]
    cabinet.send_cards(mugs({"refs": refs, "title": "Кружка фарфоровая 0,35 л"}))
    cabinet.find_listings(["КР-7/2"])
    assert room.books()["goods"]["КР-7/2"]["name"] == "Кружка фарфоровая 0,35 л"


def test_in_the_world_a_bad_card_is_refused_and_the_other_is_made(room: Room, cabinet: OzonCabinet) -> None:
    made = cabinet.send_cards(mugs({}, {"channel_sku": "B", "barcodes": "[]", "category": f'{{"category": {TABLEWARE}, "type": 1}}'}))
    waiting = made.select("item_id", "channel_sku", "task_ref", sent_at=pl.lit(datetime.now(UTC)).cast(pl.Datetime("us", "UTC")))
    told = outcomes(cabinet.read_card_results(waiting), "channel_sku")
    assert told == {"КР-7/2": ("accepted", None), "B": ("refused", "category_is_wrong")}


def test_in_the_world_the_archive_is_seen(room: Room, cabinet: OzonCabinet) -> None:
    room.put("A")
    room.order("PUT", "/archived", json={"A": True})
    passed, refused = cabinet.find_listings(["A"])
    assert passed.is_empty()
    assert refused["reason"].to_list() == ["listing_is_archived"]
