from datetime import timedelta
from typing import Any

import httpx
import pytest

from deployments.world.yandex_market.books import Lags
from tests.deployments.world.yandex_market.cabinet import NEW_OFFER, Cabinet, complaint, opened

PATH = "/v2/{b}/offer-mappings/update"


def send(cabinet: Cabinet, *offers: dict[str, Any]) -> httpx.Response:
    return cabinet.post(PATH, {"offerMappings": [{"offer": offer} for offer in offers]})


def read(cabinet: Cabinet, sku: str = "КР-7/2") -> dict[str, Any]:
    rows = cabinet.post("/v2/{b}/offer-mappings", {"offerIds": [sku]}).json()["result"]["offerMappings"]
    return dict(rows[0])


def test_one_bad_offer_keeps_the_whole_batch_out_in_a_200(cabinet: Cabinet) -> None:
    answer = send(cabinet, NEW_OFFER, {**NEW_OFFER, "offerId": "Б", "marketCategoryId": 1})
    assert answer.status_code == 200
    assert answer.json()["status"] == "ERROR"
    assert [(row["offerId"], row["errors"][0]["type"]) for row in answer.json()["results"]] == [("Б", "UNKNOWN_CATEGORY")]
    assert cabinet.books()["goods"] == {}


def test_a_category_with_children_is_an_error_and_an_ordered_refusal_too(cabinet: Cabinet) -> None:
    assert send(cabinet, {**NEW_OFFER, "marketCategoryId": 198118}).json()["results"][0]["errors"][0]["type"] == "INVALID_CATEGORY"
    cabinet.ask("POST", "/faults", json={"kind": "refuse_item", "sku": "КР-7/2"})
    assert send(cabinet, NEW_OFFER).json()["status"] == "ERROR"
    assert send(cabinet, NEW_OFFER).json() == {"status": "OK"}


def test_a_warning_is_applied(cabinet: Cabinet) -> None:
    send(cabinet, NEW_OFFER)
    answer = send(cabinet, {"offerId": "КР-7/2", "parameterValues": [{"parameterId": 5, "value": "красный"}]})
    assert (answer.json()["status"], answer.json()["results"][0]["warnings"][0]["type"]) == ("OK", "EMPTY_MARKET_CATEGORY")
    cards = cabinet.post("/v2/{b}/offer-cards", {"offerIds": ["КР-7/2"]}).json()["result"]["offerCards"]
    assert cards[0]["parameterValues"] == [{"parameterId": 5, "value": "красный"}]


@pytest.mark.parametrize("missing", ["name", "marketCategoryId", "pictures", "vendor", "description"])
def test_a_new_offer_needs_what_the_text_names(cabinet: Cabinet, missing: str) -> None:
    refused = send(cabinet, {name: value for name, value in NEW_OFFER.items() if name != missing})
    assert refused.status_code == 400
    assert missing in complaint(refused)


def test_a_known_offer_is_changed_in_part_and_a_parameter_is_deleted(cabinet: Cabinet) -> None:
    send(cabinet, {**NEW_OFFER, "vendorCode": "КР-7", "boxCount": 2, "adult": True})
    send(cabinet, {"offerId": "КР-7/2", "name": "Утюг", "vendorCode": "", "deleteParameters": ["BOX_COUNT", "ADULT"]})
    offer = read(cabinet)["offer"]
    assert (offer["name"], offer["description"], offer["adult"]) == ("Утюг", "Гладит.", False)
    assert not {"vendorCode", "boxCount"} & set(offer)


@pytest.mark.parametrize(
    ("offers", "words"),
    [
        ([NEW_OFFER, NEW_OFFER], "Offers should have different ids. Following offers ids are repeating: КР-7/2."),
        (
            [{**NEW_OFFER, "boxCount": 1, "deleteParameters": ["BOX_COUNT"]}],
            "cannot have parameter boxCount deleted and set at the same time",
        ),
        (
            [{**NEW_OFFER, "weightDimensions": {"length": 1, "width": 1, "height": 1, "weight": 0}}],
            "weightDimensions.weight greater than 0",
        ),
        ([{**NEW_OFFER, "basicPrice": {"value": 10, "currencyId": "USD"}}], "should not have basicPrice with USD currency"),
        (
            [{**NEW_OFFER, "basicPrice": {"value": 98, "currencyId": "RUR", "discountBase": 100}}],
            "Discount percentage must be between 5 and 99",
        ),
        ([{**NEW_OFFER, "name": "у" * 257}], "offerMappings[0].offer.name size must be between 0 and 256"),
        ([{**NEW_OFFER, "offerId": 557722}], "Illegal input at offerMappings[0].offer.offerId"),
        ([{**NEW_OFFER, "offerId": "a\nb"}], "offerMappings[0].offer.offerId must match"),
        ([{**NEW_OFFER, "offerId": "   "}], "offerMappings[0].offer.offerId must match"),
        ([{**NEW_OFFER, "barcodes": ["1", "1"]}], "Illegal input at offerMappings[0].offer.barcodes"),
        ([{**NEW_OFFER, "offerId": f"А{n}"} for n in range(501)], "offerMappings size must be between 1 and 500 (rejected size: 501)"),
    ],
)
def test_what_the_market_refuses_it_refuses_whole(cabinet: Cabinet, offers: list[dict[str, Any]], words: str) -> None:
    refused = send(cabinet, *offers)
    assert refused.status_code == 400
    assert words in complaint(refused)
    assert cabinet.books()["goods"] == {}


def test_a_sku_is_trimmed_and_its_case_and_zeros_matter(cabinet: Cabinet) -> None:
    skus = [" КР-7/2 ", "кр-7/2", "557722", "0557722", "я" * 255]
    assert send(cabinet, *({**NEW_OFFER, "offerId": sku} for sku in skus)).json() == {"status": "OK"}
    assert list(cabinet.books()["goods"]) == ["КР-7/2", "кр-7/2", "557722", "0557722", "я" * 255]
    assert read(cabinet, "  КР-7/2")["offer"]["offerId"] == "КР-7/2"


def test_a_used_sku_is_never_another_offers(cabinet: Cabinet) -> None:
    send(cabinet, NEW_OFFER)
    cabinet.ask("DELETE", "/goods", params={"sku": "КР-7/2"})
    assert send(cabinet, {**NEW_OFFER, "name": "Чайник"}).status_code == 400
    assert send(cabinet, NEW_OFFER).json() == {"status": "OK"}


def test_an_offer_is_seen_after_minutes_and_its_card_later() -> None:
    with opened(lags=Lags(catalog=timedelta(minutes=3), card=timedelta(minutes=10))) as cabinet:
        send(cabinet, {**NEW_OFFER, "basicPrice": {"value": 1990, "currencyId": "RUR"}})
        assert cabinet.post("/v2/{b}/offer-mappings").json()["result"] == {"offerMappings": [], "paging": {}}
        cabinet.clock.turn(minutes=3)
        row = read(cabinet)
        assert (row["offer"]["cardStatus"], row["offer"]["basicPrice"]["value"], "mapping" in row) == ("NO_CARD_PROCESSING", 1990, False)
        cabinet.clock.turn(minutes=10)
        row = read(cabinet)
        assert row["offer"]["cardStatus"] == "HAS_CARD_CAN_UPDATE"
        assert row["mapping"]["marketCategoryName"] == "Утюги"
        assert {shop["status"] for shop in row["offer"]["campaigns"]} == {"NO_STOCKS"}


def test_a_card_refused_tells_why_until_it_is_sent_again(cabinet: Cabinet) -> None:
    send(cabinet, NEW_OFFER)
    cabinet.ask("PUT", "/cards/refused", params={"sku": "КР-7/2", "because": "Плохое фото"})
    card = cabinet.post("/v2/{b}/offer-cards", {"cardStatuses": ["NO_CARD_ERRORS"]}).json()["result"]["offerCards"][0]
    assert card["errors"][0]["message"] == "Плохое фото"
    assert "mapping" not in card
    send(cabinet, {"offerId": "КР-7/2", "pictures": ["https://example.com/2.jpg"]})
    assert cabinet.post("/v2/{b}/offer-cards", {"cardStatuses": ["NO_CARD_ERRORS"]}).json()["result"]["offerCards"] == []


def test_pages_lead_on_to_the_last_and_a_long_page_is_cut_in_silence(cabinet: Cabinet) -> None:
    for n in range(101):
        cabinet.put_good(f"А-{n}")
    first = cabinet.post("/v2/{b}/offer-mappings", params={"limit": 500}).json()["result"]
    assert len(first["offerMappings"]) == 100
    last = cabinet.post("/v2/{b}/offer-mappings", params={"page_token": first["paging"]["nextPageToken"]}).json()["result"]
    assert ([row["offer"]["offerId"] for row in last["offerMappings"]], last["paging"]) == (["А-100"], {})
    refused = cabinet.post("/v2/{b}/offer-cards", params={"limit": 201})
    assert complaint(refused) == "Parameter limit must be less than or equal to 200 (rejected value: 201)"
    assert complaint(cabinet.post("/v2/{b}/offer-cards", params={"pageToken": "мимо"})) == "Bad page token"


def test_what_is_not_json_and_what_is_missing_is_said_in_the_markets_words(cabinet: Cabinet) -> None:
    headers = {"Content-Type": "application/json"}
    assert complaint(cabinet.call("POST", PATH, content="{", headers=headers)).startswith("JSON: ")
    assert complaint(cabinet.call("POST", PATH)) == "Required request body is missing"
    assert complaint(cabinet.post(PATH, {})) == "offerMappings must not be null (rejected value: null)"
    assert cabinet.call("POST", PATH, content="a=1", headers={"Content-Type": "text/plain"}).status_code == 400


def test_the_tree_has_leaves(cabinet: Cabinet) -> None:
    tree = cabinet.post("/v2/categories/tree").json()["result"]
    assert {"id": 90568, "name": "Утюги"} in tree["children"][0]["children"]
