from datetime import timedelta
from typing import Any

import httpx
import pytest

from deployments.world.yandex_market.books import Lags
from tests.deployments.world.yandex_market.cabinet import FAR_SHOP, FAR_WAREHOUSE, WAREHOUSE, Cabinet, complaint, opened

UPDATE = "/v3/{b}/offers/stocks/update"
READ = "/v3/{b}/offers/stocks"
CAMPAIGN = "/v2/{c}/offers/stocks"
NOW = "2026-11-22T12:00:30+03:00"


def row(count: int = 5, sku: str = "А-1", warehouse: int = WAREHOUSE, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "partnerWarehouseId": warehouse, "count": count, **more}


def tell(cabinet: Cabinet, *rows: dict[str, Any]) -> httpx.Response:
    return cabinet.post(UPDATE, {"skuItems": list(rows)})


def tell_shop(cabinet: Cabinet, count: int = 5, sku: str = "А-1", **more: Any) -> httpx.Response:
    return cabinet.call("PUT", CAMPAIGN, json={"skus": [{"sku": sku, "items": [{"count": count, **more}]}]})


def shown(cabinet: Cabinet, sku: str = "А-1", warehouse: int = WAREHOUSE) -> dict[str, int]:
    rows = cabinet.post(READ, {"partnerWarehouseId": warehouse, "offerIds": [sku]}).json()["result"]["offers"]
    return {stock["type"]: stock["count"] for stock in rows[0]["stocks"]}


def test_a_count_is_told_and_read_back(cabinet: Cabinet) -> None:
    cabinet.put_good()
    assert tell(cabinet, row(5), row(0, warehouse=FAR_WAREHOUSE)).json() == {"status": "OK"}
    answer = cabinet.post(READ, {"partnerWarehouseId": WAREHOUSE, "offerIds": ["А-1"]}).json()
    stocks = [{"type": "AVAILABLE", "count": 5}, {"type": "FIT", "count": 5}]
    offers = [{"offerId": "А-1", "stocks": stocks, "updatedAt": NOW}]
    assert answer == {"status": "OK", "result": {"partnerWarehouseId": WAREHOUSE, "offers": offers, "paging": {}}}
    assert cabinet.books()["goods"]["А-1"]["pcs"] == {"3001": 5, "3002": 0}


def test_a_count_is_seen_and_sold_only_after_the_lag() -> None:
    with opened(lags=Lags()) as cabinet:
        cabinet.put_good(_3001=1)
        tell(cabinet, row(5))
        cabinet.clock.turn(minutes=14, seconds=59)
        assert shown(cabinet)["AVAILABLE"] == 1
        assert cabinet.control.post("/orders", json={"sku": "А-1", "pcs": 2}).status_code == 409
        cabinet.clock.turn(seconds=1)
        assert shown(cabinet)["AVAILABLE"] == 5
        assert cabinet.ask("POST", "/orders", json={"sku": "А-1", "pcs": 2})["left_pcs"] == 3


def test_a_count_on_its_way_gives_back_what_was_sold_meanwhile() -> None:
    with opened(lags=Lags()) as cabinet:
        cabinet.put_good(_3001=5)
        tell(cabinet, row(5))
        cabinet.buy(pcs=4)
        assert shown(cabinet) == {"AVAILABLE": 1, "FIT": 5, "FREEZE": 4}
        cabinet.clock.turn(minutes=15)
        assert shown(cabinet) == {"AVAILABLE": 5, "FIT": 9, "FREEZE": 4}


def test_a_count_that_was_true_earlier_does_not_overwrite(cabinet: Cabinet) -> None:
    cabinet.put_good()
    tell(cabinet, row(5, updatedAt="2026-11-22T11:59:30+03:00"))
    tell(cabinet, row(9, updatedAt="2026-11-22T08:59:29Z"))
    assert shown(cabinet)["AVAILABLE"] == 5
    tell(cabinet, row(7, updatedAt="2026-11-22T11:59:31+03:00"))
    assert shown(cabinet)["AVAILABLE"] == 7


def test_a_late_count_loses_to_a_newer_one_that_is_still_on_its_way() -> None:
    with opened(lags=Lags()) as cabinet:
        cabinet.put_good(_3001=1)
        cabinet.clock.turn(minutes=5)
        tell(cabinet, row(0, updatedAt="2026-11-22T12:05:00+03:00"))
        tell(cabinet, row(9, updatedAt="2026-11-22T12:04:00+03:00"))
        cabinet.clock.turn(minutes=15)
        assert shown(cabinet)["AVAILABLE"] == 0


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (row(updatedAt="2026-11-22T12:00:31+03:00"), "Stock for А-1 should not be in the future"),
        (row(updatedAt="2026-11-21T12:00:29+03:00"), "Stock for А-1 should not be older than a day"),
        (row(updatedAt="2026-11-22T12:00:30"), "Illegal input at skuItems[1].updatedAt"),
        (row(updatedAt=1763800000), "Illegal input at skuItems[1].updatedAt"),
        (row(sku="Б"), "Duplicate shop-sku Б for warehouse 3001"),
        (row(-1), "skuItems[1].count must be greater than or equal to 0 (rejected value: -1)"),
        (row(2_000_000_001), "skuItems[1].count must be less than or equal to 2000000000 (rejected value: 2000000001)"),
        ({"sku": "А-1", "count": 1}, "skuItems[1].partnerWarehouseId must not be null (rejected value: null)"),
        ({**row(), "count": "5"}, "Illegal input at skuItems[1].count"),
    ],
)
def test_one_bad_row_refuses_the_whole_request(cabinet: Cabinet, bad: dict[str, Any], words: str) -> None:
    cabinet.put_good()
    cabinet.put_good("Б", _3001=1)
    refused = tell(cabinet, row(8, sku="Б"), bad)
    assert refused.status_code == 400
    assert complaint(refused) == words
    assert shown(cabinet, "Б")["AVAILABLE"] == 1


def test_an_unknown_warehouse_and_an_ordered_bad_row_refuse_the_request(cabinet: Cabinet) -> None:
    cabinet.put_good()
    assert tell(cabinet, row(warehouse=9)).status_code == 404
    cabinet.ask("POST", "/faults", json={"kind": "refuse_item", "sku": "А-1"})
    assert tell(cabinet, row()).status_code == 400
    assert tell(cabinet, row()).status_code == 200


def test_a_count_of_exactly_a_day_ago_is_taken(cabinet: Cabinet) -> None:
    cabinet.put_good()
    assert tell(cabinet, row(updatedAt="2026-11-21T12:00:30+03:00")).status_code == 200


def test_an_unknown_sku_is_passed_over_in_silence(cabinet: Cabinet) -> None:
    cabinet.put_good("0557722")
    assert tell(cabinet, row(sku="557722"), row(sku=" 0557722 ")).json() == {"status": "OK"}
    named = cabinet.post(READ, {"partnerWarehouseId": WAREHOUSE, "offerIds": ["557722", "0557722"]}).json()["result"]["offers"]
    assert [offer["offerId"] for offer in named] == ["0557722"]


def test_pages_hold_a_hundred_at_most_and_only_what_has_a_count(cabinet: Cabinet) -> None:
    cabinet.put_good("без остатка")
    for n in range(101):
        cabinet.put_good(f"А-{n}", _3001=n)
    first = cabinet.post(READ, {"partnerWarehouseId": WAREHOUSE}, params={"limit": 1000}).json()["result"]
    token = first["paging"]["nextPageToken"]
    last = cabinet.post(READ, {"partnerWarehouseId": WAREHOUSE}, params={"limit": 1000, "pageToken": token}).json()["result"]
    assert (len(first["offers"]), [offer["offerId"] for offer in last["offers"]], last["paging"]) == (100, ["А-100"], {})


def test_each_way_of_telling_stock_belongs_to_its_cabinet(cabinet: Cabinet, grouped: Cabinet) -> None:
    answers = [
        tell_shop(cabinet),
        cabinet.post(CAMPAIGN),
        tell(grouped, row()),
        grouped.post(READ, {"partnerWarehouseId": WAREHOUSE}),
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert {complaint(answer) for answer in answers[:2]} == {"Method is available only for a business with warehouse groups"}
    assert {complaint(answer) for answer in answers[2:]} == {"Method is not available for a business with warehouse groups"}


def test_a_group_has_one_stock_whichever_shop_tells_it(grouped: Cabinet) -> None:
    grouped.put_good()
    assert tell_shop(grouped, 4, updatedAt="2026-11-22T12:00:00+03:00").json() == {"status": "OK"}
    rows = grouped.call("POST", f"/v2/campaigns/{FAR_SHOP}/offers/stocks", json={"offerIds": ["А-1"]}).json()["result"]["warehouses"]
    assert [(shelf["warehouseId"], shelf["offers"][0]["stocks"][0]) for shelf in rows] == [
        (FAR_WAREHOUSE, {"type": "AVAILABLE", "count": 4})
    ]
    assert grouped.ask("POST", "/orders", json={"sku": "А-1", "pcs": 1, "warehouse_ref": "2002"})["left_pcs"] == 3
    assert grouped.books()["goods"]["А-1"]["pcs"] == {"2001": 3, "2002": 3}


def test_a_shop_tells_each_sku_once_and_one_number_of_it(grouped: Cabinet) -> None:
    grouped.put_good()
    item = {"sku": "А-1", "items": [{"count": 1}]}
    twice = grouped.call("PUT", CAMPAIGN, json={"skus": [item, item]})
    assert complaint(twice) == "Duplicate shop-sku А-1 for warehouse 3001"
    two = grouped.call("PUT", CAMPAIGN, json={"skus": [{"sku": "А-1", "items": [{"count": 1}, {"count": 2}]}]})
    assert complaint(two) == "skus[0].items size must be between 1 and 1 (rejected size: 2)"


def test_the_markets_warehouse_of_returns_may_stand_beside_the_shops(grouped: Cabinet) -> None:
    grouped.put_good(_2001=2)
    grouped.ask("PUT", "/returned", json={"А-1": 7})
    rows = grouped.post(CAMPAIGN, {"offerIds": ["А-1"]}).json()["result"]["warehouses"]
    assert [shelf["warehouseId"] for shelf in rows] == [WAREHOUSE, 300]
    only = grouped.post(CAMPAIGN, {"stocksWarehouseId": WAREHOUSE}).json()["result"]["warehouses"]
    assert [shelf["warehouseId"] for shelf in only] == [WAREHOUSE]


def test_a_count_typed_into_the_cabinet_overtakes_one_on_its_way() -> None:
    with opened(lags=Lags(stock=timedelta(minutes=15))) as cabinet:
        cabinet.put_good(_3001=1)
        tell(cabinet, row(5))
        cabinet.ask("PUT", "/stock", json={"А-1": {"3001": 3}})
        cabinet.clock.turn(minutes=20)
        assert shown(cabinet)["AVAILABLE"] == 3


def test_a_lie_answers_ok_and_changes_nothing(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=1)
    cabinet.ask("POST", "/faults", json={"kind": "lie", "path": "stocks/update"})
    assert tell(cabinet, row(5)).json() == {"status": "OK"}
    assert shown(cabinet)["AVAILABLE"] == 1
