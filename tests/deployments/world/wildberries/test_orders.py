from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deployments.world.wildberries.make import WAREHOUSE_ID
from tests.deployments.world.wildberries.conftest import AT, HOUR, QUICK, Wb

MARKET = "/marketplace-api/api/v3"


def buy(wb: Wb, sku: str, pcs: int = 1, **rest: Any) -> dict[str, Any]:
    bought: dict[str, Any] = wb.order("POST", "/orders", json={"sku": sku, "pcs": pcs, **rest})
    return bought


def new(wb: Wb) -> list[dict[str, Any]]:
    waiting: list[dict[str, Any]] = wb.call("GET", f"{MARKET}/orders/new").json()["orders"]
    return waiting


def states(wb: Wb, *task_ids: int) -> dict[int, tuple[str, str, bool]]:
    told = wb.call("POST", f"{MARKET}/orders/status", json={"orders": list(task_ids)}).json()["orders"]
    return {one["id"]: (one["supplierStatus"], one["wbStatus"], one["isCancellable"]) for one in told}


def test_two_pieces_are_two_tasks_of_one_basket(wb: Wb) -> None:
    wb.put("A", price="1990", pcs=5)
    bought = buy(wb, "A", 2)
    tasks = new(wb)
    assert [task["orderUid"] for task in tasks] == [bought["order_ref"]] * 2
    assert len({task["id"] for task in tasks} | {task["rid"] for task in tasks}) == 4
    assert {(task["article"], task["chrtId"], task["warehouseId"], task["price"]) for task in tasks} == {
        ("A", wb.chrt("A"), WAREHOUSE_ID, 199_000)
    }
    assert bought["left_pcs"] == 3
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): 3}
    assert wb.books()["orders"][bought["order_ref"]] == {
        "sku": "A",
        "pcs": 2,
        "state": "new",
        "warehouse_ref": str(WAREHOUSE_ID),
        "tasks": {str(task["id"]): "new" for task in tasks},
    }


def test_no_more_is_sold_than_is_shown(wb: Wb) -> None:
    wb.put("A", pcs=1)
    assert wb.control.post("/orders", json={"sku": "A", "pcs": 2}).status_code == 409
    assert wb.books()["orders"] == {}
    assert wb.goods("A")["pcs"] == {str(WAREHOUSE_ID): 1}


def test_a_buyer_is_served_from_a_warehouse_that_has_enough(wb: Wb) -> None:
    wb.order("PUT", "/warehouses/7", json={"name": "Второй"})
    wb.put("A", pcs=1)
    wb.order("PUT", "/stock", json={"A": {"7": 4}})
    buy(wb, "A", 3)
    assert {task["warehouseId"] for task in new(wb)} == {7}
    assert wb.control.post("/orders", json={"sku": "A", "pcs": 2, "warehouse_ref": str(WAREHOUSE_ID)}).status_code == 409


def test_the_seller_cancels_once(wb: Wb) -> None:
    wb.put("A", pcs=1)
    (task_id,) = buy(wb, "A")["task_ids"]
    assert wb.call("PATCH", f"{MARKET}/orders/{task_id}/cancel").status_code == 204
    assert states(wb, task_id) == {task_id: ("cancel", "canceled", False)}
    assert new(wb) == []
    answer = wb.call("PATCH", f"{MARKET}/orders/{task_id}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "StatusMismatch")
    assert wb.call("PATCH", f"{MARKET}/orders/7/cancel").status_code == 404
    assert wb.call("PATCH", f"{MARKET}/orders/x/cancel").status_code == 400


@pytest.mark.parametrize(("hours", "wb_status"), [(0.5, "declined_by_client"), (2, "canceled_by_client")])
def test_a_buyers_cancellation_stands_in_the_vendors_own_state(wb: Wb, hours: float, wb_status: str) -> None:
    wb.put("A", pcs=2)
    bought = buy(wb, "A", 2)
    wb.wait(hours * 3600)
    wb.order("DELETE", f"/orders/{bought['order_ref']}")
    assert set(states(wb, *bought["task_ids"]).values()) == {("new", wb_status, False)}
    assert new(wb) == []
    assert wb.books()["orders"][bought["order_ref"]]["state"] == "cancelled"


@pytest.mark.parametrize(("is_restocked", "left"), [(True, 2), (False, 1)])
def test_whether_a_cancelled_piece_is_on_sale_again_is_a_knob(open_room: Callable[..., Wb], is_restocked: bool, left: int) -> None:
    wb = open_room(replace(QUICK, is_restocked=is_restocked))
    wb.put("A", pcs=2)
    wb.order("DELETE", f"/orders/{buy(wb, 'A')['order_ref']}")
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): left}


def test_a_basket_of_which_one_piece_was_cancelled_is_mixed(wb: Wb) -> None:
    wb.put("A", pcs=2)
    bought = buy(wb, "A", 2)
    wb.call("PATCH", f"{MARKET}/orders/{bought['task_ids'][0]}/cancel")
    assert wb.books()["orders"][bought["order_ref"]]["state"] == "mixed"


def test_an_assembled_task_is_new_no_more(wb: Wb) -> None:
    wb.put("A", pcs=1)
    bought = buy(wb, "A")
    wb.order("PUT", f"/orders/{bought['order_ref']}/state", json={"supplier_status": "complete", "wb_status": "sorted"})
    assert new(wb) == []
    assert states(wb, *bought["task_ids"], 7) == {bought["task_ids"][0]: ("complete", "sorted", False)}


def test_a_late_order_is_shown_late_and_sold_at_once(open_room: Callable[..., Wb]) -> None:
    wb = open_room(replace(QUICK, visible_s=600))
    wb.put("A", pcs=1)
    (task_id,) = buy(wb, "A")["task_ids"]
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): 0}
    assert new(wb) == []
    assert states(wb, task_id) == {}
    wb.wait(600)
    assert [task["createdAt"] for task in new(wb)] == ["2026-11-22T09:00:00Z"]


def test_tasks_come_in_pages_of_next(wb: Wb) -> None:
    wb.put("A", pcs=5)
    task_ids = buy(wb, "A", 5)["task_ids"]
    seen: list[int] = []
    after = 0
    while not seen or after:
        page = wb.call("GET", f"{MARKET}/orders", params={"limit": 2, "next": after}).json()
        seen += [task["id"] for task in page["orders"]]
        after = page["next"]
    assert seen == task_ids


def test_tasks_are_asked_for_by_the_time_they_were_made(wb: Wb) -> None:
    wb.put("A", pcs=2)
    early = buy(wb, "A")["task_ids"]
    wb.wait(3600)
    late = buy(wb, "A")["task_ids"]
    middle = int((AT + HOUR / 2).timestamp())

    def asked(**span: int) -> list[int]:
        page = wb.call("GET", f"{MARKET}/orders", params={"limit": 10, "next": 0, **span}).json()
        return [task["id"] for task in page["orders"]]

    assert asked(dateTo=middle, dateFrom=middle - 3600) == early
    assert asked(dateFrom=middle) == late
    assert asked() == early + late
    wb.wait(31 * 86400)
    assert asked() == []
    assert asked(dateFrom=middle - 3600, dateTo=middle) == early
    wb.wait(62 * 86400)
    assert asked(dateFrom=middle - 3600, dateTo=middle) == []


@pytest.mark.parametrize(
    "query",
    [
        {"next": 0},
        {"limit": 10},
        {"limit": 0, "next": 0},
        {"limit": 1001, "next": 0},
        {"limit": 10, "next": 0, "dateFrom": "2026-11-22"},
        {"limit": 10, "next": 0, "dateFrom": 0},
        {"limit": 10, "next": 0, "dateFrom": int(AT.timestamp()), "dateTo": int(AT.timestamp()) - 1},
    ],
)
def test_a_query_beyond_the_spec_is_refused(wb: Wb, query: dict[str, Any]) -> None:
    answer = wb.call("GET", f"{MARKET}/orders", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "IncorrectParameter")


@pytest.mark.parametrize("task_ids", [[], ["1"], list(range(1001))])
def test_states_are_asked_for_by_at_most_a_thousand_numbers(wb: Wb, task_ids: list[Any]) -> None:
    answer = wb.call("POST", f"{MARKET}/orders/status", json={"orders": task_ids})
    assert (answer.status_code, answer.json()["code"]) == (400, "IncorrectRequestBody")


def test_an_order_that_is_not_shown_yet_cannot_be_cancelled(open_room: Callable[..., Wb]) -> None:
    wb = open_room(replace(QUICK, visible_s=600))
    wb.put("A", pcs=1)
    (task_id,) = buy(wb, "A")["task_ids"]
    assert wb.call("PATCH", f"{MARKET}/orders/{task_id}/cancel").status_code == 404


def test_a_cancelled_piece_does_not_bring_a_forgotten_row_back(wb: Wb) -> None:
    wb.put("A", pcs=2)
    bought = buy(wb, "A")
    wb.call("DELETE", f"{MARKET}/stocks/{WAREHOUSE_ID}", json={"chrtIds": [wb.chrt("A")]})
    wb.order("DELETE", f"/orders/{bought['order_ref']}")
    assert wb.shown(wb.chrt("A")) == {}


def test_a_basket_is_cancelled_once(wb: Wb) -> None:
    wb.put("A", pcs=2)
    bought = buy(wb, "A", 2)
    for _ in range(2):
        wb.order("DELETE", f"/orders/{bought['order_ref']}")
    assert wb.shown(wb.chrt("A")) == {wb.chrt("A"): 2}


def test_a_card_that_has_not_settled_is_not_sold(wb: Wb) -> None:
    wb.call("POST", "/content-api/content/v2/cards/upload", json=[{"subjectID": 1231, "variants": [{"vendorCode": "A"}]}])
    wb.wait(5)
    wb.order("PUT", "/stock", json={"A": {str(WAREHOUSE_ID): 1}})
    assert wb.control.post("/orders", json={"sku": "A", "pcs": 1}).status_code == 409
    wb.wait(1800)
    assert buy(wb, "A")["left_pcs"] == 0
