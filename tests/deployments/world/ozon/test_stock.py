from typing import Any

import pytest

from deployments.world.ozon.make import BULKY, CLOSED, MAIN
from deployments.world.ozon.stock import WORDS
from tests.deployments.world.ozon.conftest import Cabinet, mug


def row(offer_id: str = "A", stock: int = 5, warehouse_id: int = MAIN, **more: Any) -> dict[str, Any]:
    return {"offer_id": offer_id, "stock": stock, "warehouse_id": warehouse_id, **more}


def codes(cabinet: Cabinet, *rows: dict[str, Any]) -> list[str | None]:
    return [one["errors"][0]["code"] if one["errors"] else None for one in cabinet.write(*rows)]


def shown(cabinet: Cabinet, *offers: str) -> list[tuple[str, int, int, int]]:
    told = cabinet.told("/v2/product/info/stocks-by-warehouse/fbs", {"offer_id": list(offers), "limit": 100})
    return [(one["offer_id"], one["present"], one["reserved"], one["free_stock"]) for one in told["products"]]


def test_a_figure_is_written_and_read_back(cabinet: Cabinet) -> None:
    product_id = cabinet.put("A")
    assert cabinet.write(row(stock=7)) == [{"warehouse_id": MAIN, "product_id": product_id, "offer_id": "A", "updated": True, "errors": []}]
    assert shown(cabinet, "A") == [("A", 7, 0, 7)]
    assert cabinet.books()["goods"]["A"]["pcs"] == {str(MAIN): 7}


def test_a_figure_is_without_what_is_reserved(cabinet: Cabinet) -> None:
    cabinet.put("A", pcs={str(MAIN): 5})
    cabinet.order("POST", "/orders", {"sku": "A", "pcs": 2})
    assert shown(cabinet, "A") == [("A", 5, 2, 3)]
    cabinet.write(row(stock=5))
    assert shown(cabinet, "A") == [("A", 7, 2, 5)]


def test_a_product_id_will_do(cabinet: Cabinet) -> None:
    product_id = cabinet.put("A")
    (told,) = cabinet.write({"product_id": product_id, "stock": 3, "warehouse_id": MAIN})
    assert (told["offer_id"], told["updated"]) == ("A", True)


def test_the_seller_s_code_decides_where_both_ids_are_given(cabinet: Cabinet) -> None:
    cabinet.put("A")
    other = cabinet.put("B")
    cabinet.write(row(product_id=other))
    assert shown(cabinet, "A", "B") == [("A", 5, 0, 5)]


def test_a_pair_is_written_once_in_thirty_seconds(cabinet: Cabinet) -> None:
    cabinet.put("A")
    cabinet.put("B")
    assert codes(cabinet, row(stock=1), row(stock=2), row("B")) == [None, "TOO_MANY_REQUESTS", None]
    cabinet.clock.pass_(seconds=29.9)
    assert codes(cabinet, row(stock=3)) == ["TOO_MANY_REQUESTS"]
    assert (shown(cabinet, "A"), cabinet.limited()) == ([("A", 1, 0, 1)], {"pair_pause": 2})
    cabinet.clock.pass_(seconds=0.1)
    assert codes(cabinet, row(stock=4)) == [None]


def test_a_refused_row_does_not_start_the_pause(cabinet: Cabinet) -> None:
    cabinet.put("A")
    assert codes(cabinet, row(stock=1_000_000), row(stock=999_999)) == ["STOCK_TOO_BIG", None]


def test_each_warehouse_has_a_pause_of_its_own(cabinet: Cabinet) -> None:
    cabinet.put("A")
    assert codes(cabinet, row(), row(warehouse_id=BULKY)) == [None, "NON_KGT_ON_KGT_WAREHOUSE"]


def test_a_product_must_be_created_first(cabinet: Cabinet) -> None:
    cabinet.import_(mug("A"))
    assert codes(cabinet, row()) == ["offer_id_not_found"]
    cabinet.clock.pass_(seconds=10)
    assert codes(cabinet, row()) == ["product_is_not_created"]
    cabinet.clock.pass_(hours=1)
    assert codes(cabinet, row()) == [None]


@pytest.mark.parametrize(
    ("warehouse_id", "weight_g", "code"),
    [
        (1, 500, "WAREHOUSE_NOT_FOUND"),
        (CLOSED, 500, "WAREHOUSE_NOT_FOUND"),
        (BULKY, 500, "NON_KGT_ON_KGT_WAREHOUSE"),
        (MAIN, 26_000, "OVER_MAX_OVH_NON_KGT"),
        (BULKY, 26_000, None),
        (BULKY, 300_001, "OVER_MAX_OVH_KGT"),
    ],
)
def test_a_warehouse_takes_what_it_is_for(cabinet: Cabinet, warehouse_id: int, weight_g: int, code: str | None) -> None:
    cabinet.put("A", weight_g=weight_g)
    assert codes(cabinet, row(warehouse_id=warehouse_id)) == [code]


def test_an_unknown_product_is_told_by_the_id_it_was_named_with(cabinet: Cabinet) -> None:
    assert codes(cabinet, row("none"), {"product_id": 5, "stock": 1, "warehouse_id": MAIN}) == ["offer_id_not_found", "NOT_FOUND_ERROR"]


def test_an_archived_product_takes_no_stock(cabinet: Cabinet) -> None:
    cabinet.put("A")
    cabinet.order("PUT", "/archived", {"A": True})
    assert codes(cabinet, row()) == ["PRODUCT_IS_ARCHIVED"]


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_documented_code_can_be_ordered(cabinet: Cabinet, code: str) -> None:
    cabinet.put("A")
    cabinet.order("PUT", "/barred", {"A": code})
    assert codes(cabinet, row()) == [code]
    cabinet.order("PUT", "/barred", {"A": None})
    assert codes(cabinet, row()) == [None]


def test_a_code_that_is_not_documented_cannot_be_ordered(cabinet: Cabinet) -> None:
    cabinet.put("A")
    assert cabinet.control.put("/barred", json={"A": "NO_SUCH"}).status_code == 422


def test_an_ordered_refusal_hits_one_row(cabinet: Cabinet) -> None:
    cabinet.put("A")
    cabinet.put("B")
    cabinet.order("POST", "/faults", {"kind": "refuse_item", "sku": "B"})
    assert codes(cabinet, row("A"), row("B")) == [None, "SOURCE_TYPE_NOT_FOUND"]
    assert shown(cabinet, "A", "B") == [("A", 5, 0, 5)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"stock": -1},
        {"stock": "5"},
        {"stock": 1.5},
        {"stock": True},
        {"stock": None},
        {"warehouse_id": 0},
        {"warehouse_id": "1"},
        {"offer_id": 5},
    ],
)
def test_a_malformed_row_refuses_the_whole_request(cabinet: Cabinet, wrong: dict[str, Any]) -> None:
    cabinet.put("A")
    cabinet.put("B")
    answer = cabinet.ask("/v2/products/stocks", {"stocks": [row("A"), {**row("B"), **wrong}]})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert "ProductsStocksRequest.Stocks[1]: embedded message failed validation" in answer.json()["message"]
    assert shown(cabinet, "A") == []


def test_a_request_takes_a_hundred_pairs(cabinet: Cabinet) -> None:
    rows = [row(f"A{number}") for number in range(101)]
    assert cabinet.ask("/v2/products/stocks", {"stocks": rows}).status_code == 400
    assert cabinet.ask("/v2/products/stocks", {"stocks": []}).status_code == 400
    assert cabinet.ask("/v2/products/stocks", {}).status_code == 400
    assert len(cabinet.write(*rows[:100])) == 100


def test_a_lie_leaves_figure_and_pause_as_they_were(cabinet: Cabinet) -> None:
    cabinet.put("A", pcs={str(MAIN): 1})
    cabinet.order("POST", "/faults", {"kind": "lie", "path": "/v2/products/stocks"})
    assert codes(cabinet, row(stock=9)) == [None]
    assert shown(cabinet, "A") == [("A", 1, 0, 1)]
    assert codes(cabinet, row(stock=9)) == [None]


def test_stock_by_warehouse_is_read_by_rows(cabinet: Cabinet) -> None:
    cabinet.put("A", weight_g=26_000, pcs={str(MAIN): 1, str(BULKY): 2})
    cabinet.put("B", pcs={str(MAIN): 3})
    asked = {"offer_id": ["B", "A", "none"], "limit": 2}
    first = cabinet.told("/v2/product/info/stocks-by-warehouse/fbs", asked)
    rest = cabinet.told("/v2/product/info/stocks-by-warehouse/fbs", {**asked, "cursor": first["cursor"]})
    rows = [(one["offer_id"], one["warehouse_id"], one["free_stock"]) for one in first["products"] + rest["products"]]
    assert rows == [("A", MAIN, 1), ("A", BULKY, 2), ("B", MAIN, 3)]
    assert (first["has_next"], rest["has_next"], rest["cursor"]) == (True, False, "")


@pytest.mark.parametrize(
    "wrong", [{"limit": 10}, {"offer_id": ["A"]}, {"offer_id": ["A"], "sku": ["1"], "limit": 10}, {"offer_id": ["A"], "limit": 1001}]
)
def test_stock_by_warehouse_is_asked_by_one_kind_of_id(cabinet: Cabinet, wrong: dict[str, Any]) -> None:
    assert cabinet.ask("/v2/product/info/stocks-by-warehouse/fbs", wrong).status_code == 400


def test_stock_by_warehouse_is_read_by_ozon_s_sku_too(cabinet: Cabinet) -> None:
    cabinet.put("A", pcs={str(MAIN): 4})
    (card,) = cabinet.told("/v3/product/info/list", {"offer_id": ["A"]})["items"]
    told = cabinet.told("/v2/product/info/stocks-by-warehouse/fbs", {"sku": [str(card["sku"])], "limit": 10})
    assert [one["free_stock"] for one in told["products"]] == [4]


def test_a_figure_of_a_product_without_sku_is_told_without_one(cabinet: Cabinet) -> None:
    cabinet.import_(mug("A"))
    cabinet.clock.pass_(seconds=10)
    cabinet.order("PUT", "/stock", {"A": {str(MAIN): 1}})
    (told,) = cabinet.told("/v1/product/info/warehouse/stocks", {"warehouse_id": MAIN, "limit": 10})["stocks"]
    assert (told["offer_id"], told["sku"]) == ("A", 0)


def test_a_warehouse_is_read_by_pages(cabinet: Cabinet) -> None:
    for number in range(3):
        cabinet.put(f"A{number}", pcs={str(MAIN): number})
    cabinet.put("elsewhere")
    first = cabinet.told("/v1/product/info/warehouse/stocks", {"warehouse_id": MAIN, "limit": 2})
    rest = cabinet.told("/v1/product/info/warehouse/stocks", {"warehouse_id": MAIN, "limit": 2, "cursor": first["cursor"]})
    assert [(one["offer_id"], one["present"]) for one in first["stocks"] + rest["stocks"]] == [("A0", 0), ("A1", 1), ("A2", 2)]
    assert (first["has_next"], rest["has_next"], rest["cursor"]) == (True, False, "")


def test_stock_of_products_is_summed_over_warehouses(cabinet: Cabinet) -> None:
    cabinet.put("A", weight_g=26_000, pcs={str(MAIN): 1, str(BULKY): 2})
    cabinet.order("POST", "/orders", {"sku": "A", "pcs": 2})
    told = cabinet.told("/v4/product/info/stocks", {"filter": {"offer_id": ["A"]}, "limit": 10})
    (stock,) = told["items"][0]["stocks"]
    assert (stock["type"], stock["present"], stock["reserved"], told["total"], told["cursor"]) == ("fbs", 3, 2, 1, "")
    wrongs: list[dict[str, Any]] = [{"limit": 10}, {"filter": {}, "limit": 0}, {"filter": {}}]
    for wrong in wrongs:
        assert cabinet.ask("/v4/product/info/stocks", wrong).status_code == 400


def test_warehouses_are_read_by_pages_of_two_hundred(cabinet: Cabinet) -> None:
    first = cabinet.told("/v2/warehouse/list", {"limit": 2})
    rest = cabinet.told("/v2/warehouse/list", {"limit": 2, "cursor": first["cursor"]})
    assert [one["warehouse_id"] for one in first["warehouses"] + rest["warehouses"]] == [MAIN, BULKY, CLOSED]
    assert (first["has_next"], rest["has_next"]) == (True, False)
    assert [one["status"] for one in cabinet.told("/v2/warehouse/list", {"limit": 200, "warehouse_ids": [str(CLOSED)]})["warehouses"]] == [
        "disabled"
    ]
    for limit in (0, 201):
        assert cabinet.ask("/v2/warehouse/list", {"limit": limit}).status_code == 400
    assert cabinet.ask("/v2/warehouse/list").status_code == 400
