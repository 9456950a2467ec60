from typing import Any

import pytest

from tests.deployments.world.wildberries.conftest import Wb

PRICES = "/discounts-prices-api/api/v2"
QUARANTINED = "The new price is several times lower than the current price. Item has been moved to Price Quarantine"


def asked(wb: Wb, path: str, **params: Any) -> Any:
    return wb.call("GET", f"{PRICES}/{path}", params=params).json()["data"]


def sent(wb: Wb, *rows: dict[str, Any]) -> int:
    """The upload, worked through."""
    upload_id: int = wb.price(*rows).json()["data"]["id"]
    wb.wait(5)
    return upload_id


def test_a_price_takes_effect_a_little_after_its_200(wb: Wb) -> None:
    nm_id = wb.put("A")
    wb.wait(60)
    answer = wb.http.post(f"{PRICES}/upload/task", json={"data": [{"nmID": nm_id, "price": 2000, "discount": 10}]})
    upload_id = answer.json()["data"]["id"]
    assert answer.json()["data"]["alreadyExists"] is False
    assert wb.goods("A")["price_kopecks"] == 199_000
    buffer = wb.http.get(f"{PRICES}/buffer/tasks", params={"uploadID": upload_id}).json()["data"]
    assert (buffer["status"], buffer["overAllGoodsNumber"], buffer["successGoodsNumber"]) == (1, 1, 0)
    rows = wb.http.get(f"{PRICES}/buffer/goods/task", params={"uploadID": upload_id, "limit": 10}).json()["data"]["bufferGoods"]
    assert (rows[0]["nmID"], rows[0]["status"], rows[0]["errorText"]) == (nm_id, 1, None)
    assert wb.http.get(f"{PRICES}/history/tasks", params={"uploadID": upload_id}).json()["data"] is None
    wb.wait(5)
    assert wb.goods("A")["price_kopecks"] == 180_000
    assert asked(wb, "buffer/tasks", uploadID=upload_id) is None
    assert asked(wb, "buffer/goods/task", uploadID=upload_id, limit=1) == {"uploadID": None, "bufferGoods": None}
    assert asked(wb, "history/tasks", uploadID=upload_id)["status"] == 3
    assert asked(wb, "history/goods/task", uploadID=upload_id, limit=10)["historyGoods"][0]["status"] == 2


def test_the_same_upload_while_the_first_is_in_work_is_208(wb: Wb) -> None:
    nm_id = wb.put("A")
    answers = [wb.http.post(f"{PRICES}/upload/task", json={"data": [{"nmID": nm_id, "price": 2000}]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 208]
    assert answers[1].json()["data"] == {"id": answers[0].json()["data"]["id"], "alreadyExists": True}
    assert wb.price({"nmID": nm_id, "price": 2000}).json()["errorText"] == "The specified prices and discounts are already set"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "Empty data"),
        ([{"nmID": 5, "price": 100}, {"nmID": 5, "price": 200}], "Duplicate item Nos."),
        ([{"nmID": n, "price": 1} for n in range(1, 1002)], "Upload limit exceeded: You can upload a maximum of 1 000 items"),
        ([{"nmID": 5, "price": 99.5}], "Price should be a whole number"),
        ([{"nmID": 5, "price": 0}], "Invalid price value"),
        ([{"nmID": 5, "discount": 100}], "Invalid discount value"),
        ([{"nmID": 0, "price": 100}], "Invalid item No."),
        ([{"nmID": 5}], "Price and discount not specified"),
        ([{"nmID": "5", "price": 100}], "Invalid data format"),
        ([{"price": 100}], "Invalid data format"),
        ([{"nmID": 5, "price": 100}], "All item Nos. are specified incorrectly, or the specified prices and discounts are already set"),
    ],
)
def test_a_request_the_service_cannot_take_is_told_why(wb: Wb, rows: list[dict[str, Any]], words: str) -> None:
    answer = wb.price(*rows)
    assert (answer.status_code, answer.json()) == (400, {"data": None, "error": True, "errorText": words})


def test_a_price_three_times_lower_goes_to_quarantine_and_the_old_one_stays(wb: Wb) -> None:
    low, edge, fine = (wb.put(sku, price="3000") for sku in "ABC")
    rows = [{"nmID": low, "price": 900}, {"nmID": edge, "price": 2000, "discount": 50}, {"nmID": fine, "price": 1001}]
    upload_id = sent(wb, *rows)
    assert asked(wb, "history/tasks", uploadID=upload_id)["status"] == 5
    told = {row["nmID"]: row for row in asked(wb, "history/goods/task", uploadID=upload_id, limit=10)["historyGoods"]}
    assert (told[low]["status"], told[low]["errorText"]) == (3, QUARANTINED)
    assert told[fine]["status"] == 2
    assert [wb.goods(sku)["price_kopecks"] for sku in "ABC"] == [300_000, 300_000, 100_100]
    held = asked(wb, "quarantine/goods", limit=10)["quarantineGoods"]
    assert [(one["nmID"], one["newPrice"], one["oldPrice"]) for one in held] == [(low, 900, 3000), (edge, 2000, 3000)]
    assert held[0]["priceDiff"] == -2100


def test_a_better_price_ends_the_quarantine(wb: Wb) -> None:
    nm_id = wb.put("A", price="3000")
    sent(wb, {"nmID": nm_id, "price": 900})
    sent(wb, {"nmID": nm_id, "price": 2900})
    assert asked(wb, "quarantine/goods", limit=10)["quarantineGoods"] == []


def test_an_upload_of_which_nothing_came_ends_with_six(wb: Wb) -> None:
    nm_id = wb.put("A", price="3000")
    assert asked(wb, "history/tasks", uploadID=sent(wb, {"nmID": nm_id, "price": 900}))["status"] == 6


def test_a_card_that_is_not_there_is_a_row_with_an_error(wb: Wb) -> None:
    nm_id = wb.put("A")
    upload_id = sent(wb, {"nmID": nm_id, "price": 1500}, {"nmID": 7, "price": 1500})
    task = asked(wb, "history/tasks", uploadID=upload_id)
    assert (task["status"], task["overAllGoodsNumber"], task["successGoodsNumber"]) == (5, 2, 1)
    rows = asked(wb, "history/goods/task", uploadID=upload_id, limit=1, offset=1)["historyGoods"]
    assert [(row["nmID"], row["status"]) for row in rows] == [(7, 3)]


def test_an_ordered_refusal_is_a_row_with_an_error(wb: Wb) -> None:
    nm_id = wb.put("A")
    wb.fault("refuse_item", sku="A")
    upload_id = sent(wb, {"nmID": nm_id, "price": 1500})
    assert "high inventory" in asked(wb, "history/goods/task", uploadID=upload_id, limit=1)["historyGoods"][0]["errorText"]
    assert wb.goods("A")["price_kopecks"] == 199_000


def test_goods_are_listed_by_offset_until_a_page_is_empty(wb: Wb) -> None:
    for sku in "ABC":
        wb.put(sku)
    pages = [asked(wb, "list/goods/filter", limit=2, offset=offset)["listGoods"] for offset in (0, 2, 4)]
    assert [[goods["vendorCode"] for goods in page] for page in pages] == [["A", "B"], ["C"], []]
    assert pages[0][0]["sizes"][0]["sizeID"] == wb.chrt("A")


def test_some_goods_are_shown_with_their_discount(wb: Wb) -> None:
    nm_id = wb.put("A", price="1000")
    wb.put("B")
    sent(wb, {"nmID": nm_id, "discount": 30})
    goods = wb.call("POST", f"{PRICES}/list/goods/filter", json={"nmList": [nm_id, 7]}).json()["data"]["listGoods"]
    assert [(one["nmID"], one["discount"], one["sizes"][0]["price"], one["sizes"][0]["discountedPrice"]) for one in goods] == [
        (nm_id, 30, 1000, 700.0)
    ]
    assert [one["nmID"] for one in asked(wb, "list/goods/filter", limit=1, filterNmID=nm_id)["listGoods"]] == [nm_id]


@pytest.mark.parametrize("query", [{}, {"limit": 1001}, {"limit": "all"}, {"limit": 1, "offset": -1}])
def test_a_query_beyond_the_spec_is_refused(wb: Wb, query: dict[str, Any]) -> None:
    answer = wb.call("GET", f"{PRICES}/list/goods/filter", params=query)
    assert (answer.status_code, answer.json()["errorText"]) == (400, "Invalid request parameters")


def test_an_upload_nobody_made_is_nothing(wb: Wb) -> None:
    assert asked(wb, "history/tasks", uploadID=1) is None
    assert wb.call("GET", f"{PRICES}/history/tasks").status_code == 400
