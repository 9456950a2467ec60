from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deployments.world.wildberries.make import WAREHOUSE_ID
from tests.deployments.world.wildberries.conftest import QUICK, Wb

STOCKS = f"/marketplace-api/api/v3/stocks/{WAREHOUSE_ID}"


def reasons(body: list[dict[str, Any]]) -> dict[str, list[int]]:
    return {one["code"]: [row["chrtId"] for row in one["data"]] for one in body}


def test_warehouses_are_told_with_their_numbers(wb: Wb) -> None:
    told = wb.call("GET", "/marketplace-api/api/v3/warehouses").json()
    assert [(one["id"], one["cargoType"], one["deliveryType"], one["isProcessing"]) for one in told] == [(WAREHOUSE_ID, 1, 1, False)]


def test_a_write_is_204_and_is_read_back(wb: Wb) -> None:
    wb.put("A")
    wb.put("B")
    a, b = wb.chrt("A"), wb.chrt("B")
    answer = wb.stock([{"chrtId": a, "amount": 5}, {"chrtId": b, "amount": 0}])
    assert (answer.status_code, answer.content) == (204, b"")
    assert wb.shown(a, b, 1) == {a: 5, b: 0}
    assert wb.goods("A")["pcs"] == {str(WAREHOUSE_ID): 5}


@pytest.mark.parametrize("body", [{"stocks": [{"chrtId": "A", "stokc": 9}]}, {"stocks": [{"chrtID": "A", "amount": 9}]}, {"stokcs": []}])
def test_a_misspelt_name_is_204_and_changes_nothing(wb: Wb, body: dict[str, Any]) -> None:
    wb.put("A", pcs=5)
    for row in body.get("stocks", []):
        row.update({name: wb.chrt("A") for name in row if name.startswith("chrt")})
    assert wb.call("PUT", STOCKS, json=body).status_code == 204
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): 5}


def test_a_barcode_instead_of_a_size_is_told_apart(wb: Wb) -> None:
    wb.put("A", barcode="4600000000017")
    answer = wb.stock([{"sku": "4600000000017", "amount": 5}])
    assert (answer.status_code, answer.json()["code"]) == (400, "SKUUploadDisabled")
    assert wb.goods("A")["pcs"] == {}


def test_a_barcode_beside_a_size_is_unheeded(wb: Wb) -> None:
    wb.put("A")
    assert wb.stock([{"chrtId": wb.chrt("A"), "sku": "4600000000017", "amount": 5}]).status_code == 204
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): 5}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"chrtId": "1", "amount": 1}],
        [{"chrtId": 1, "amount": 1.5}],
        [{"chrtId": 1, "amount": -1}],
        [{"chrtId": n, "amount": 1} for n in range(1001)],
    ],
)
def test_a_body_beyond_the_spec_is_refused(wb: Wb, rows: list[dict[str, Any]]) -> None:
    answer = wb.stock(rows)
    assert (answer.status_code, answer.json()["code"]) == (400, "IncorrectRequestBody")


def test_a_body_that_is_not_json_is_refused(wb: Wb) -> None:
    answer = wb.call("PUT", STOCKS, content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "IncorrectRequestBody")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_another_sellers_warehouse_is_not_found(wb: Wb, method: str) -> None:
    body = {"stocks": [{"chrtId": 1, "amount": 1}], "chrtIds": [1]}
    answer = wb.call(method, "/marketplace-api/api/v3/stocks/7", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


@pytest.mark.parametrize("is_stock_row_by_row", [False, True])
def test_whether_good_rows_apply_beside_bad_ones_is_a_knob(open_room: Callable[..., Wb], is_stock_row_by_row: bool) -> None:
    wb = open_room(replace(QUICK, is_stock_row_by_row=is_stock_row_by_row))
    wb.put("A", pcs=1)
    wb.put("B", pcs=1)
    wb.put("C", pcs=1)
    a, b, c = (wb.chrt(sku) for sku in "ABC")
    wb.order("PUT", "/cargo", json={"C": 2})
    answer = wb.stock(
        [{"chrtId": a, "amount": 5}, {"chrtId": b, "amount": 100_001}, {"chrtId": 7, "amount": 1}, {"chrtId": c, "amount": 1}]
    )
    assert answer.status_code == 409
    assert reasons(answer.json()) == {"UploadDataLimit": [b], "NotFound": [7], "CargoWarehouseRestrictionSGT": [c]}
    assert wb.shown(a, b) == {a: 5 if is_stock_row_by_row else 1, b: 1}


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        (("PUT", f"/warehouses/{WAREHOUSE_ID}", {"json": {"is_processing": True}}), 409, "StoreIsProcessing"),
        (("PUT", f"/warehouses/{WAREHOUSE_ID}", {"json": {"is_deleting": True}}), 409, "StoreIsProcessing"),
        (("PUT", f"/warehouses/{WAREHOUSE_ID}", {"json": {"is_blocked": True}}), 406, "WarehouseStocksUpdateBlock"),
        (("PUT", "/ban", {}), 406, "StatusNotAcceptable"),
    ],
)
def test_a_closed_warehouse_takes_nothing(wb: Wb, order: tuple[str, str, dict[str, Any]], status: int, code: str) -> None:
    wb.put("A", pcs=5)
    wb.order(order[0], order[1], **order[2])
    answer = wb.stock([{"chrtId": wb.chrt("A"), "amount": 1}])
    body = answer.json()
    assert answer.status_code == status
    assert (body[0] if isinstance(body, list) else body)["code"] == code
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): 5}


def test_a_warehouse_in_processing_says_so_and_forgets_nothing(wb: Wb) -> None:
    wb.put("A", pcs=5)
    wb.order("PUT", f"/warehouses/{WAREHOUSE_ID}", json={"is_processing": True})
    assert wb.call("GET", "/marketplace-api/api/v3/warehouses").json()[0]["isProcessing"] is True
    answer = wb.call("DELETE", STOCKS, json={"chrtIds": [wb.chrt("A")]})
    assert (answer.status_code, answer.json()["code"]) == (409, "StoreIsProcessing")


def test_a_forgotten_row_is_not_shown_at_all(wb: Wb) -> None:
    wb.put("A", pcs=5)
    assert wb.call("DELETE", STOCKS, json={"chrtIds": [wb.chrt("A")]}).status_code == 204
    assert wb.shown(wb.chrt("A")) == {}


def test_an_ordered_refusal_of_one_row_names_it(wb: Wb) -> None:
    wb.put("A", pcs=5)
    wb.fault("refuse_item", sku="A")
    assert reasons(wb.stock([{"chrtId": wb.chrt("A"), "amount": 1}]).json()) == {"NotFound": [wb.chrt("A")]}


def test_a_lie_is_204_without_effect(wb: Wb) -> None:
    wb.put("A", pcs=5)
    wb.fault("lie", method="PUT")
    assert wb.stock([{"chrtId": wb.chrt("A"), "amount": 1}]).status_code == 204
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): 5}
