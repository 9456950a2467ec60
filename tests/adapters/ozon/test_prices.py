from typing import Any

import httpx
import pytest

from adapters.errors import RateLimited, Unavailable
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from tests.adapters.ozon.frames import listings, outcomes, prices
from tests.adapters.ozon.test_stock import found
from tests.adapters.ozon.vendor import Room, Vendor


def taken(body: Any) -> httpx.Response:
    rows = [{"product_id": row["product_id"], "offer_id": "", "updated": True, "errors": []} for row in body["prices"]]
    return httpx.Response(200, json={"result": rows})


def said(code: str, message: str = "") -> dict[str, Any]:
    return {"result": [{"product_id": 1, "offer_id": "A", "updated": False, "errors": [{"code": code, "message": message}]}]}


def shown(product_id: int, price: Any) -> dict[str, Any]:
    return {"product_id": product_id, "offer_id": "A", "price": {"price": price, "currency_code": "RUB"}}


def test_a_price_is_text_in_roubles_and_none_crossed_out_is_cleared(vendor: Vendor) -> None:
    vendor.says(paths.SET_PRICES, taken)
    sent = vendor.cabinet().send_prices(prices(listings(A=1, B=2), 129905, 100))
    assert vendor.bodies(paths.SET_PRICES)[0]["prices"] == [
        {"product_id": 1, "price": "1299.05", "old_price": "0"},
        {"product_id": 2, "price": "1.00", "old_price": "0"},
    ]
    assert set(outcomes(sent).values()) == {("accepted", None)}


def test_a_price_crossed_out_goes_with_the_price(vendor: Vendor) -> None:
    vendor.says(paths.SET_PRICES, taken)
    vendor.cabinet().send_prices(prices(listings(A=1), 129900, old=199950))
    assert vendor.bodies(paths.SET_PRICES)[0]["prices"][0]["old_price"] == "1999.50"


def test_a_thousand_prices_go_in_a_call(vendor: Vendor) -> None:
    vendor.says(paths.SET_PRICES, taken)
    many = listings(**{f"A{number}": number for number in range(1, 1002)})
    vendor.cabinet().send_prices(prices(many, *[100] * 1001))
    assert [len(body["prices"]) for body in vendor.bodies(paths.SET_PRICES)] == [1000, 1]


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("discount_too_big", "refused", "discount_does_not_suit"),
        ("price_out_of_range", "refused", "price_is_out_of_range"),
        ("action_price_enabled_min_price_missing", "refused", "minimum_price_is_in_the_way"),
        ("NOT_FOUND_ERROR", "refused", "listing_is_gone"),
        ("something new", "refused", "price_is_refused"),
        ("error limiting: acquire limit per item: items limit: limit exceeded", "unsent", "channel_is_silent"),
    ],
)
def test_a_refused_price_has_our_reason(vendor: Vendor, code: str, outcome: str, reason: str) -> None:
    vendor.says(paths.SET_PRICES, said(code, "Слова площадки"))
    sent = vendor.cabinet().send_prices(prices(listings(A=1), 100))
    assert outcomes(sent) == {1: (outcome, reason)}
    assert sent["sentence"][0].endswith("Площадка пишет: «Слова площадки».")


def test_a_row_without_words_is_told_by_its_code(vendor: Vendor) -> None:
    vendor.says(paths.SET_PRICES, said("something new"))
    assert "«something new»" in vendor.cabinet().send_prices(prices(listings(A=1), 100))["sentence"][0]


def test_one_bad_price_does_not_hold_back_the_others(vendor: Vendor) -> None:
    def answer(body: Any) -> httpx.Response:
        is_bad = any(row["product_id"] == 2 for row in body["prices"])
        return httpx.Response(400, json={"code": 3, "message": "bad row"}) if is_bad else taken(body)

    vendor.says(paths.SET_PRICES, answer)
    sent = vendor.cabinet().send_prices(prices(listings(A=1, B=2, C=3), 100, 100, 100))
    assert outcomes(sent) == {1: ("accepted", None), 2: ("refused", "channel_rejects"), 3: ("accepted", None)}


def test_prices_that_were_not_answered_may_be_sent_again(vendor: Vendor) -> None:
    vendor.says(paths.SET_PRICES, httpx.ReadTimeout("late"))
    with pytest.raises(Unavailable):
        vendor.cabinet().send_prices(prices(listings(A=1), 100))


def test_a_product_whose_hour_is_spent_is_too_often_also_for_the_whole_call(vendor: Vendor) -> None:
    message = "error limiting: acquire limit per item: items limit: limit exceeded"
    vendor.says(paths.SET_PRICES, httpx.Response(400, json={"code": 3, "message": message}))
    with pytest.raises(RateLimited):
        vendor.cabinet().send_prices(prices(listings(A=1), 100))


@pytest.mark.parametrize(
    ("price", "kopecks"), [(2999.99, 299999), (0.29, 29), (10.006, 1001), (1299, 129900), ("1299.50", 129950), (0, None), (None, None)]
)
def test_a_price_read_is_whole_kopecks_and_nothing_where_there_is_none(vendor: Vendor, price: Any, kopecks: int | None) -> None:
    vendor.says(paths.PRICES, {"items": [shown(1, price)], "cursor": "", "total": 1})
    assert vendor.cabinet().read_prices(listings(A=1), [""]).rows() == [(1, "", kopecks)]


def test_a_listing_that_is_gone_has_no_price_row(vendor: Vendor) -> None:
    vendor.says(paths.PRICES, {"items": None, "cursor": "", "total": 0})
    assert vendor.cabinet().read_prices(listings(A=1), [""]).is_empty()


def test_nothing_offered_is_nothing_sent(vendor: Vendor) -> None:
    assert vendor.cabinet().send_prices(prices(listings())).is_empty()
    assert vendor.cabinet().read_prices(listings(), [""]).is_empty()
    assert vendor.calls == []


def test_in_the_world_a_price_sent_is_the_price_shown(room: Room, cabinet: OzonCabinet) -> None:
    room.put("КР-7/2", "B")
    listed = found(cabinet, "КР-7/2", "B")
    sent = cabinet.send_prices(prices(listed, 129905, 50000, old=None))
    assert set(outcomes(sent).values()) == {("accepted", None)}
    assert sorted(cabinet.read_prices(listed, [""]).rows()) == [(1, "", 129905), (2, "", 50000)]


def test_in_the_world_a_lie_about_a_price_is_seen_by_reading_back(room: Room, cabinet: OzonCabinet) -> None:
    room.put("A", price="1990.00")
    listed = found(cabinet, "A")
    room.fault("lie", path=paths.SET_PRICES)
    assert outcomes(cabinet.send_prices(prices(listed, 100000))) == {1: ("accepted", None)}
    assert cabinet.read_prices(listed, [""]).rows() == [(1, "", 199000)]


def test_in_the_world_the_eleventh_price_of_an_hour_is_unsent(room: Room, cabinet: OzonCabinet) -> None:
    room.put("A")
    listed = found(cabinet, "A")
    sent = [cabinet.send_prices(prices(listed, 100000 + number)) for number in range(11)]
    assert [outcomes(one)[1][0] for one in sent] == ["accepted"] * 10 + ["unsent"]
