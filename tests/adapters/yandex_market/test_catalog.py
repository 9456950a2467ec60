import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.errors import Unauthorized, Unavailable
from tests.adapters.yandex_market.frames import cards, outcomes, pending
from tests.adapters.yandex_market.vendor import OK, V2, Vendor, refusal

MAPPINGS, UPDATE, CARDS = f"{V2}/offer-mappings", f"{V2}/offer-mappings/update", f"{V2}/offer-cards"
TAKEN = ("pending", None)


def there(*skus: str, **flags: Any) -> dict[str, Any]:
    return {"status": "OK", "result": {"offerMappings": [{"offer": {"offerId": sku, **flags}} for sku in skus]}}


def wrong(sku: str, kind: str, message: str = "Так нельзя") -> dict[str, Any]:
    return {"status": "ERROR", "results": [{"offerId": sku, "errors": [{"type": kind, "message": message}]}]}


def sent_skus(vendor: Vendor) -> list[list[str]]:
    return [[row["offer"]["offerId"] for row in body["offerMappings"]] for body in vendor.bodies(UPDATE)]


def test_codes_are_matched_as_they_are_written(vendor: Vendor) -> None:
    vendor.says(MAPPINGS, there("КР-7/2", "0557722", "abc"))
    with vendor.business() as business:
        judged = business.find_listings(["КР-7/2", "557722", "ABC", "0557722"])
    assert judged.passed["channel_sku"].to_list() == ["КР-7/2", "0557722"]
    assert json.loads(judged.passed["refs"][0]) == {"offer_id": "КР-7/2"}
    assert judged.refused.is_empty()


def test_spaces_around_a_code_are_not_the_markets(vendor: Vendor) -> None:
    vendor.says(MAPPINGS, there("A"))
    with vendor.business() as business:
        judged = business.find_listings([" A "])
    assert judged.passed.rows() == [(" A ", '{"offer_id":"A"}')]
    assert vendor.bodies(MAPPINGS) == [{"offerIds": ["A"]}]


def test_codes_that_differ_by_spaces_alone_are_refused(vendor: Vendor) -> None:
    vendor.says(MAPPINGS, there("B"))
    with vendor.business() as business:
        judged = business.find_listings(["A", "A ", "B"])
    assert judged.passed["channel_sku"].to_list() == ["B"]
    assert dict(zip(judged.refused["key"], judged.refused["reason"], strict=True)) == {
        "A": "skus_differ_by_spaces",
        "A ": "skus_differ_by_spaces",
    }


@pytest.mark.parametrize("sku", ["", "  ", "A\nB", "A" * 256, "A\x00"])
def test_a_code_that_the_market_does_not_allow_is_not_asked(vendor: Vendor, sku: str) -> None:
    vendor.says(MAPPINGS, there("Б" * 255))
    with vendor.business() as business:
        judged = business.find_listings([sku, "Б" * 255])
    assert judged.passed["channel_sku"].to_list() == ["Б" * 255]
    assert judged.refused["reason"].to_list() == ["sku_is_illegal"]
    assert vendor.bodies(MAPPINGS) == [{"offerIds": ["Б" * 255]}]


def test_an_offer_in_the_archive_is_not_sold(vendor: Vendor) -> None:
    vendor.says(MAPPINGS, there("A", archived=True))
    with vendor.business() as business:
        judged = business.find_listings(["A"])
    assert judged.passed.is_empty()
    assert judged.refused["reason"].to_list() == ["listing_is_archived"]


def test_codes_are_asked_by_the_hundred(vendor: Vendor) -> None:
    vendor.says(MAPPINGS, lambda body: there(*body["offerIds"]))
    with vendor.business() as business:
        assert business.find_listings([*map(str, range(250))]).passed.height == 250
    assert [len(body["offerIds"]) for body in vendor.bodies(MAPPINGS)] == [100, 100, 50]


def test_a_new_card_says_all_that_is_needed(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK)
    with vendor.business() as business:
        sent = business.send_cards(cards({}))
    assert vendor.bodies(UPDATE) == [
        {
            "offerMappings": [
                {
                    "offer": {
                        "offerId": "КР-7/2",
                        "name": "Кружка фарфоровая 350 мл",
                        "marketCategoryId": 90401,
                        "pictures": ["https://shop.example/1.jpg"],
                        "vendor": "Дулёво",
                        "barcodes": ["4600000000015"],
                        "description": "Кружка белая.",
                        "parameterValues": [{"parameterId": 24, "value": "белый"}, {"parameterId": 24, "value": "синий"}],
                        "weightDimensions": {"length": 10.5, "width": 9.0, "height": 11.0, "weight": 0.355},
                    }
                }
            ]
        }
    ]
    assert sent.rows() == [(1, "КР-7/2", "pending", "КР-7/2", None, None)]


@pytest.mark.parametrize("lack", [{"brand": None}, {"description": None}, {"category": None}, {"pictures": "[]"}, {"title": ""}])
def test_a_new_card_without_what_is_needed_is_not_sent(vendor: Vendor, lack: dict[str, Any]) -> None:
    vendor.says(UPDATE, OK)
    with vendor.business() as business:
        sent = business.send_cards(cards({"channel_sku": "A", **lack}, {"channel_sku": "B"}))
    assert outcomes(sent, "item_id") == {1: ("refused", "card_lacks_required"), 2: TAKEN}
    assert sent_skus(vendor) == [["B"]]


def test_of_a_card_that_is_there_only_what_we_know_is_changed(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK)
    known = {"refs": '{"offer_id": "A"}', "brand": None, "description": None, "category": None, "pictures": "[]", "barcodes": "[]"}
    with vendor.business() as business:
        sent = business.send_cards(cards({"channel_sku": " A ", **known, "attributes": "[]", "weight_g": None}))
    assert vendor.bodies(UPDATE) == [{"offerMappings": [{"offer": {"offerId": "A", "name": "Кружка фарфоровая 350 мл"}}]}]
    assert outcomes(sent, "item_id") == {1: TAKEN}


def test_cards_leave_by_the_hundred(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK)
    with vendor.business() as business:
        business.send_cards(cards(*[{"channel_sku": str(number)} for number in range(130)]))
    assert [len(skus) for skus in sent_skus(vendor)] == [100, 30]


def test_a_batch_is_all_or_none_so_the_good_cards_go_again(vendor: Vendor) -> None:
    vendor.says(UPDATE, wrong("B", "INVALID_CATEGORY", "Категория 1 не листовая"), OK)
    with vendor.business() as business:
        sent = business.send_cards(cards(*[{"channel_sku": sku} for sku in "ABC"]))
    assert sent_skus(vendor) == [["A", "B", "C"], ["A", "C"]]
    assert outcomes(sent, "item_id") == {1: TAKEN, 2: ("refused", "category_is_wrong"), 3: TAKEN}
    sentence = sent.filter(sent["item_id"] == 2)["sentence"][0]
    assert sentence.endswith("Площадка пишет: «Категория 1 не листовая».")


def test_a_warning_is_no_refusal(vendor: Vendor) -> None:
    warned = {"status": "OK", "results": [{"offerId": "A", "warnings": [{"type": "UNKNOWN_PARAMETER", "message": "нет такой"}]}]}
    vendor.says(UPDATE, warned)
    with vendor.business() as business:
        assert outcomes(business.send_cards(cards({"channel_sku": "A"})), "item_id") == {1: TAKEN}


def test_a_card_goes_again_without_dimensions_that_are_locked(vendor: Vendor) -> None:
    vendor.says(UPDATE, wrong("A", "LOCKED_DIMENSIONS"), OK)
    with vendor.business() as business:
        sent = business.send_cards(cards({"channel_sku": "A"}, {"channel_sku": "B"}))
    first, rest, again = (body["offerMappings"] for body in vendor.bodies(UPDATE))
    assert [row["offer"]["offerId"] for row in first + rest + again] == ["A", "B", "B", "A"]
    assert "weightDimensions" in rest[0]["offer"]
    assert "weightDimensions" not in again[0]["offer"]
    assert outcomes(sent, "item_id") == {1: TAKEN, 2: TAKEN}


def test_a_card_named_by_its_number_in_a_refused_call_is_refused_alone(vendor: Vendor) -> None:
    vendor.says(UPDATE, refusal("Offer at index 1 should have weightDimensions.length greater than 0"), OK)
    with vendor.business() as business:
        sent = business.send_cards(cards({"channel_sku": "A"}, {"channel_sku": "B"}))
    assert outcomes(sent, "item_id") == {1: TAKEN, 2: ("refused", "card_is_refused")}


def test_one_bad_card_without_a_name_does_not_hold_back_the_others(vendor: Vendor) -> None:
    def judge(body: dict[str, Any]) -> Any:
        return refusal("Illegal input") if any(row["offer"]["offerId"] == "BAD" for row in body["offerMappings"]) else OK

    vendor.says(UPDATE, judge)
    with vendor.business() as business:
        sent = business.send_cards(cards(*[{"channel_sku": sku} for sku in ("A", "B", "BAD", "C", "D")]))
    assert outcomes(sent, "item_id") == {1: TAKEN, 2: TAKEN, 3: ("refused", "card_is_refused"), 4: TAKEN, 5: TAKEN}


def test_a_cabinet_that_is_moving_refuses_all_cards_at_once(vendor: Vendor) -> None:
    vendor.says(UPDATE, refusal("Business is in migration", status=423, code="LOCKED"))
    with vendor.business() as business:
        sent = business.send_cards(cards({"channel_sku": "A"}, {"channel_sku": "B"}))
    assert set(outcomes(sent, "item_id").values()) == {("refused", "card_is_refused")}
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [(httpx.ReadTimeout("slow"), Unavailable), (refusal("Api-Key token is revoked", status=401, code="UNAUTHORIZED"), Unauthorized)],
)
def test_cards_that_were_not_answered_are_sent_another_time(vendor: Vendor, answer: Any, error: type[Exception]) -> None:
    vendor.says(UPDATE, answer)
    with vendor.business() as business, pytest.raises(error):
        business.send_cards(cards({}))


def test_a_card_is_pending_while_the_market_checks_it(vendor: Vendor) -> None:
    told = [
        {"offerId": "A", "cardStatus": "HAS_CARD_CAN_UPDATE_PROCESSING"},
        {"offerId": "B", "cardStatus": "NO_CARD_PROCESSING"},
        {"offerId": "C", "cardStatus": "HAS_CARD_CAN_UPDATE"},
        {"offerId": "D", "cardStatus": "NO_CARD_ERRORS", "errors": [{"message": "Нет фото", "comment": "добавьте"}]},
        {"offerId": "E", "cardStatus": "NO_CARD_NEED_CONTENT"},
        {"offerId": "F"},
    ]
    vendor.says(CARDS, {"status": "OK", "result": {"offerCards": told}})
    with vendor.business() as business:
        read = business.read_card_results(pending(*"ABCDEFG", sent_at=business._clock.now() - timedelta(hours=1)))
    assert outcomes(read, "channel_sku") == {
        "A": TAKEN,
        "B": TAKEN,
        "C": ("accepted", None),
        "D": ("refused", "card_is_refused"),
        "E": ("refused", "card_needs_content"),
        "F": TAKEN,
        "G": TAKEN,
    }
    assert "Нет фото: добавьте" in read.filter(read["channel_sku"] == "D")["sentence"][0]
    assert read["task_ref"].to_list() == ["A", "B", None, None, None, "F", "G"]


def test_a_card_told_of_too_soon_is_the_one_before(vendor: Vendor) -> None:
    with vendor.business() as business:
        read = business.read_card_results(pending("A", sent_at=business._clock.now() - timedelta(minutes=1)))
    assert outcomes(read, "channel_sku") == {"A": TAKEN}
    assert vendor.calls == []
