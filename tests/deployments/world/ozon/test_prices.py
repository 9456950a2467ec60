from typing import Any

import pytest

from tests.deployments.world.ozon.conftest import Cabinet

LIMIT_BROKEN = "error limiting: acquire limit per item: items limit: limit exceeded"


def write(cabinet: Cabinet, *rows: dict[str, Any]) -> list[Any]:
    result: list[Any] = cabinet.told("/v1/product/import/prices", {"prices": list(rows)})["result"]
    return result


def codes(row: Any) -> list[str]:
    return [error["code"] for error in row["errors"]]


def price(cabinet: Cabinet, offer_id: str = "A") -> Any:
    (item,) = cabinet.told("/v5/product/info/prices", {"filter": {"offer_id": [offer_id]}, "limit": 10})["items"]
    return item["price"]


def test_a_price_is_written_as_text_and_read_as_a_number(cabinet: Cabinet) -> None:
    product_id = cabinet.put("A")
    (row,) = write(
        cabinet, {"offer_id": "A", "price": "1448.50", "old_price": "2000", "min_price": "800", "currency_code": "RUB", "vat": "0.1"}
    )
    assert row == {"offer_id": "A", "product_id": product_id, "updated": True, "errors": []}
    told = price(cabinet)
    assert (told["price"], told["old_price"], told["min_price"], told["vat"]) == (1448.5, 2000.0, 800.0, 0.1)
    assert cabinet.books()["goods"]["A"]["price_kopecks"] == 144850


def test_rows_stand_for_themselves(cabinet: Cabinet) -> None:
    cabinet.put("A")
    product_id = cabinet.put("B")
    rows = write(
        cabinet,
        {"offer_id": "A", "price": "-5"},
        {"offer_id": "none", "price": "5"},
        {"offer_id": "", "product_id": product_id, "price": "55"},
    )
    assert [row["updated"] for row in rows] == [False, False, True]
    assert [codes(row) for row in rows] == [["price_negative"], ["NOT_FOUND_ERROR"], []]


def test_the_seller_s_code_decides_where_both_ids_are_given(cabinet: Cabinet) -> None:
    cabinet.put("A")
    other = cabinet.put("B")
    write(cabinet, {"offer_id": "A", "product_id": other, "price": "55"})
    assert (price(cabinet, "A")["price"], price(cabinet, "B")["price"]) == (55.0, 1990.0)


def test_a_price_changes_ten_times_an_hour(cabinet: Cabinet) -> None:
    cabinet.put("A")
    cabinet.put("B")
    told = []
    for number in range(11):
        told += write(cabinet, {"offer_id": "A", "price": str(1000 + number)})
        cabinet.clock.pass_(minutes=1)
    assert [row["updated"] for row in told] == [True] * 10 + [False]
    assert codes(told[-1]) == [LIMIT_BROKEN]
    assert write(cabinet, {"offer_id": "B", "price": "1000"})[0]["updated"]
    assert (price(cabinet)["price"], cabinet.limited()) == (1009.0, {"price_updates_per_hour": 1})
    cabinet.clock.pass_(minutes=49)
    assert write(cabinet, {"offer_id": "A", "price": "999"})[0]["updated"]


@pytest.mark.parametrize(
    ("new", "old", "code"),
    [
        ("390", "410", "discount_for_low_price_is_too_small"),
        ("390", "410.01", None),
        ("950", "1000", "discount_for_average_price_is_too_small"),
        ("949", "1000", None),
        ("11000", "11500", "discount_for_top_price_is_too_small"),
        ("11000", "11501", None),
        ("100", "1000", "discount_too_big"),
        ("101", "1000", None),
        ("1000", "1000", "old_price_less_than_price"),
        ("1000", "0", None),
        ("5", "0", "invalid_category_price"),
        ("дорого", "0", "invalid_category_price"),
    ],
)
def test_a_discount_is_neither_too_small_nor_too_big(cabinet: Cabinet, new: str, old: str, code: str | None) -> None:
    cabinet.put("A", price="500")
    (row,) = write(cabinet, {"offer_id": "A", "price": new, "old_price": old})
    assert codes(row) == ([code] if code else [])
    assert row["updated"] is (code is None)


@pytest.mark.parametrize(("wrong", "code"), [({"currency_code": "CNY"}, "currency_invalid"), ({"vat": "0.18"}, "vat_invalid")])
def test_currency_and_vat_are_those_of_the_contract(cabinet: Cabinet, wrong: dict[str, str], code: str) -> None:
    cabinet.put("A")
    assert codes(write(cabinet, {"offer_id": "A", "price": "500", **wrong})[0]) == [code]


def test_an_old_price_not_sent_is_still_there(cabinet: Cabinet) -> None:
    cabinet.put("A")
    write(cabinet, {"offer_id": "A", "price": "900", "old_price": "1000"})
    (row,) = write(cabinet, {"offer_id": "A", "price": "1100"})
    assert codes(row) == ["old_price_less_than_price"]
    (row,) = write(cabinet, {"offer_id": "A", "price": "1100", "old_price": "0"})
    assert (row["updated"], price(cabinet)["old_price"]) == (True, 0.0)


def test_the_least_price_is_kept(cabinet: Cabinet) -> None:
    cabinet.put("A")
    assert codes(write(cabinet, {"offer_id": "A", "price": "1000", "min_price": "499"})[0]) == ["min_auto_price_too_small"]
    assert codes(write(cabinet, {"offer_id": "A", "price": "1000", "min_price": "800"})[0]) == []
    assert codes(write(cabinet, {"offer_id": "A", "price": "700"})[0]) == ["price_less_than_min_auto_price"]


def test_prices_are_written_by_a_thousand(cabinet: Cabinet) -> None:
    rows = [{"offer_id": f"A{number}", "price": "10"} for number in range(1001)]
    assert cabinet.ask("/v1/product/import/prices", {"prices": rows}).status_code == 400
    assert len(write(cabinet, *rows[:1000])) == 1000


@pytest.mark.parametrize("wrong", [{"price": 10}, {"product_id": "1"}, {"auto_action_enabled": "MAYBE"}])
def test_a_malformed_row_refuses_the_whole_request(cabinet: Cabinet, wrong: dict[str, Any]) -> None:
    assert cabinet.ask("/v1/product/import/prices", {"prices": [{"offer_id": "A", "price": "10", **wrong}]}).status_code == 400


def test_prices_are_read_by_pages(cabinet: Cabinet) -> None:
    for number in range(3):
        cabinet.put(f"A{number}")
    first = cabinet.told("/v5/product/info/prices", {"filter": {}, "limit": 2, "cursor": ""})
    rest = cabinet.told("/v5/product/info/prices", {"filter": {"visibility": "ALL"}, "limit": 2, "cursor": first["cursor"]})
    assert [item["offer_id"] for item in first["items"] + rest["items"]] == ["A0", "A1", "A2"]
    assert (first["total"], rest["cursor"]) == (3, "")
    wrongs: list[dict[str, Any]] = [{"limit": 10}, {"filter": {}}, {"filter": {}, "limit": 0}, {"filter": {}, "limit": 1001}]
    for wrong in wrongs:
        assert cabinet.ask("/v5/product/info/prices", wrong).status_code == 400


def test_a_price_that_was_lied_about_has_not_changed(cabinet: Cabinet) -> None:
    cabinet.put("A")
    cabinet.order("POST", "/faults", {"kind": "lie", "path": "/import/prices"})
    assert write(cabinet, {"offer_id": "A", "price": "5000"})[0]["updated"]
    assert price(cabinet)["price"] == 1990.0
