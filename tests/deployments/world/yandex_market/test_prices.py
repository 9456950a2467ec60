from datetime import timedelta
from typing import Any

import httpx
import pytest

from deployments.world.yandex_market.books import Lags
from tests.deployments.world.yandex_market.cabinet import Cabinet, complaint, opened


def send(cabinet: Cabinet, value: float = 1500, sku: str = "А-1", **more: Any) -> httpx.Response:
    return cabinet.post(
        "/v2/{b}/offer-prices/updates", {"offers": [{"offerId": sku, "price": {"value": value, "currencyId": "RUR", **more}}]}
    )


def kopecks(cabinet: Cabinet, sku: str = "А-1") -> Any:
    return cabinet.books()["goods"][sku]["price_kopecks"]


def test_a_price_of_all_shops_is_kept_and_read(cabinet: Cabinet) -> None:
    cabinet.put_good()
    assert send(cabinet, 1500.5, discountBase=2000).json() == {"status": "OK"}
    told = cabinet.post("/v2/{b}/offer-prices", {"offerIds": ["А-1", "нет"]}).json()["result"]["offers"]
    assert told == [
        {
            "offerId": "А-1",
            "price": {
                "value": 1500.5,
                "discountBase": 2000.0,
                "currencyId": "RUR",
                "excludedFromBestsellers": False,
                "updatedAt": "2026-11-22T12:00:30+03:00",
            },
        }
    ]
    assert kopecks(cabinet) == 150050


def test_a_price_is_seen_minutes_later() -> None:
    with opened(lags=Lags(price=timedelta(minutes=3))) as cabinet:
        cabinet.put_good()
        send(cabinet)
        cabinet.clock.turn(minutes=2, seconds=59)
        assert kopecks(cabinet) == 199000
        cabinet.clock.turn(seconds=1)
        assert kopecks(cabinet) == 150000


def test_a_price_of_an_unknown_offer_is_passed_over_in_silence(cabinet: Cabinet) -> None:
    assert send(cabinet, sku="нет").json() == {"status": "OK"}
    assert cabinet.books()["goods"] == {}


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ({"value": 0}, "offers[0].price.value must be greater than 0.0"),
        ({"value": "1500"}, "Illegal input at offers[0].price.value"),
        ({"currencyId": "USD"}, "should not have price with USD currency"),
        ({"value": 1.12345678}, "with too many digits"),
        ({"discountBase": 1501}, "Discount percentage must be between 5 and 99"),
        ({"discountBase": 2000.5}, "should have valid discount value"),
        ({"currencyId": None}, "Illegal input at offers[0].price.currencyId"),
    ],
)
def test_a_bad_price_refuses_the_request(cabinet: Cabinet, price: dict[str, Any], words: str) -> None:
    cabinet.put_good()
    rows = [{"offerId": "А-1", "price": {"value": 1500, "currencyId": "RUR", **price}}]
    refused = cabinet.post("/v2/{b}/offer-prices/updates", {"offers": rows})
    assert refused.status_code == 400
    assert words in complaint(refused)
    assert kopecks(cabinet) == 199000


def test_a_repeated_offer_and_an_ordered_bad_row_refuse_the_request(cabinet: Cabinet) -> None:
    cabinet.put_good()
    row = {"offerId": "А-1", "price": {"value": 1500, "currencyId": "RUR"}}
    assert complaint(cabinet.post("/v2/{b}/offer-prices/updates", {"offers": [row, row]})) == "Duplicate offer in request: offerId = А-1"
    cabinet.ask("POST", "/faults", json={"kind": "refuse_item", "sku": "А-1"})
    assert send(cabinet).status_code == 400
    assert kopecks(cabinet) == 199000


def test_a_sharp_change_waits_in_the_quarantine_and_the_old_price_stays(cabinet: Cabinet) -> None:
    cabinet.put_good()
    assert send(cabinet, 199).json() == {"status": "OK"}
    assert kopecks(cabinet) == 199000
    held = cabinet.post("/v2/{b}/price-quarantine", {"offerIds": ["А-1"]}).json()["result"]["offers"]
    assert [(row["currentPrice"]["value"], row["lastValidPrice"]["value"], row["verdicts"][0]["type"]) for row in held] == [
        (199, 1990, "PRICE_CHANGE")
    ]
    cabinet.post("/v2/{b}/price-quarantine/confirm", {"offerIds": ["А-1"]})
    assert kopecks(cabinet) == 19900
    assert cabinet.post("/v2/{b}/price-quarantine").json()["result"]["offers"] == []


def test_a_sane_price_takes_the_offer_out_of_the_quarantine(cabinet: Cabinet) -> None:
    cabinet.put_good()
    send(cabinet, 19)
    send(cabinet, 1800)
    assert cabinet.post("/v2/{b}/price-quarantine").json()["result"]["offers"] == []
    assert kopecks(cabinet) == 180000
    both = {"offerIds": ["А-1"], "tags": ["x"]}
    assert cabinet.post("/v2/{b}/price-quarantine", both).status_code == 400


def test_a_shop_has_no_price_of_its_own_where_prices_are_common(cabinet: Cabinet) -> None:
    cabinet.put_good()
    refused = cabinet.post("/v2/{c}/offer-prices/updates", {"offers": [{"offerId": "А-1", "price": {"value": 1, "currencyId": "RUR"}}]})
    assert refused.status_code == 423
    assert refused.json()["errors"] == [{"code": "LOCKED", "message": "Partner use only default price"}]


def test_a_shop_has_prices_of_its_own_where_the_cabinet_allows_them(grouped: Cabinet) -> None:
    grouped.put_good()
    path = "/v2/{c}/offer-prices/updates"
    sent = {"offers": [{"offerId": "А-1", "price": {"value": 1600, "currencyId": "RUR", "vat": 14}}]}
    assert grouped.post(path, sent).json() == {"status": "OK"}
    told = grouped.post("/v2/{c}/offer-prices", {"offerIds": ["А-1"]}).json()["result"]["offers"]
    assert told == [
        {"offerId": "А-1", "price": {"value": 1600.0, "currencyId": "RUR", "vat": 14}, "updatedAt": "2026-11-22T12:00:30+03:00"}
    ]
    assert kopecks(grouped) == 199000
    assert grouped.call("POST", "/v2/campaigns/2002/offer-prices").json()["result"]["offers"] == []
    rows = [
        {},
        {"offerId": "А-1"},
        {"offerId": "А-1", "price": {"value": 5, "vat": 7}},
        {"offerId": "А-1", "price": {"value": 5, "discountBase": 4}},
    ]
    words = [
        "Missing offerId",
        "Missing price value: offerId = А-1",
        "Unrecognized vat: 7: offerId = А-1",
        "discountBase is less than value: offerId = А-1",
    ]
    assert [complaint(grouped.post(path, {"offers": [row]})) for row in rows] == words


def test_a_price_typed_into_the_cabinet_overtakes_one_on_its_way() -> None:
    with opened(lags=Lags(price=timedelta(minutes=3))) as cabinet:
        cabinet.put_good()
        send(cabinet)
        cabinet.ask("PUT", "/prices", json={"А-1": "1700.00"})
        cabinet.clock.turn(minutes=5)
        assert kopecks(cabinet) == 170000
