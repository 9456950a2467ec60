"""Stickers, codes of supplies, and their handing over."""

import pytest

from tests.deployments.world.wildberries.conftest import Wb
from tests.deployments.world.wildberries.test_orders import MARKET, buy, states
from tests.deployments.world.wildberries.test_supplies import SUPPLIES, add, made

STICKERS = f"{MARKET}/orders/stickers"
SIZE = {"type": "png", "width": 58, "height": 40}


@pytest.fixture
def supplied(wb: Wb) -> tuple[str, list[int]]:
    """Two tasks in a supply."""
    wb.put("A", pcs=9)
    task_ids = [buy(wb, "A")["task_ids"][0] for _ in range(2)]
    ref = made(wb)
    add(wb, ref, *task_ids)
    return ref, task_ids


def test_only_tasks_under_way_have_stickers(wb: Wb, supplied: tuple[str, list[int]]) -> None:
    _, task_ids = supplied
    other = buy(wb, "A")["task_ids"][0]
    told = wb.call("POST", STICKERS, params=SIZE, json={"orders": [*task_ids, other, 1]}).json()
    assert [one["orderId"] for one in told["stickers"]] == task_ids


def test_one_task_without_its_declaration_refuses_all_that_are_asked_for_with_it(wb: Wb, supplied: tuple[str, list[int]]) -> None:
    _, (first, second) = supplied
    wb.order("PUT", f"/tasks/{second}/declaration", params={"is_lacking": True})
    together = wb.call("POST", STICKERS, params=SIZE, json={"orders": [first, second]})
    assert (together.status_code, together.json()["code"]) == (409, "CustomsDeclarationIsRequired")
    assert wb.call("POST", STICKERS, params=SIZE, json={"orders": [first]}).status_code == 200
    wb.order("PUT", f"/tasks/{second}/declaration", params={"is_lacking": False})
    assert wb.call("POST", STICKERS, params=SIZE, json={"orders": [first, second]}).status_code == 200


def test_a_supply_has_its_code_when_it_is_handed_over_and_its_tasks_go_with_it(wb: Wb, supplied: tuple[str, list[int]]) -> None:
    ref, task_ids = supplied
    early = wb.call("GET", f"{SUPPLIES}/{ref}/barcode", params={"type": "svg"})
    assert (early.status_code, early.json()["code"]) == (409, "SupplyNotClosed")
    assert wb.call("PATCH", f"{SUPPLIES}/{ref}/deliver").status_code == 204
    assert {state for state, *_ in states(wb, *task_ids).values()} == {"complete"}
    assert wb.call("GET", f"{SUPPLIES}/{ref}/barcode", params={"type": "svg"}).json()["barcode"] == ref


def test_an_empty_supply_is_not_handed_over(wb: Wb) -> None:
    answer = wb.call("PATCH", f"{SUPPLIES}/{made(wb)}/deliver")
    assert (answer.status_code, answer.json()["code"]) == (409, "SupplyHasZeroOrders")
