from typing import Any

import pytest

from tests.deployments.world.wildberries.conftest import Wb
from tests.deployments.world.wildberries.test_orders import MARKET, buy, new, states

SUPPLIES = f"{MARKET}/supplies"


def made(wb: Wb, name: str = "Утренняя") -> str:
    answer = wb.call("POST", SUPPLIES, json={"name": name})
    assert answer.status_code == 201
    ref: str = answer.json()["id"]
    return ref


def add(wb: Wb, supply_ref: str, *task_ids: int) -> tuple[int, str]:
    answer = wb.call("PATCH", f"/marketplace-api/api/marketplace/v3/supplies/{supply_ref}/orders", json={"orders": list(task_ids)})
    return answer.status_code, answer.json()["code"] if answer.content else ""


def inside(wb: Wb, supply_ref: str) -> list[int]:
    ids: list[int] = wb.call("GET", f"/marketplace-api/api/marketplace/v3/supplies/{supply_ref}/order-ids").json()["orderIds"]
    return ids


@pytest.fixture(autouse=True)
def goods(wb: Wb) -> None:
    wb.put("A", pcs=300)
    wb.put("B", pcs=9)


def test_a_task_in_a_supply_is_being_assembled(wb: Wb) -> None:
    (task_id,) = buy(wb, "A")["task_ids"]
    ref = made(wb)
    assert wb.call("GET", f"{SUPPLIES}/{ref}").json()["cargoType"] == 0
    assert add(wb, ref, task_id) == (204, "")
    assert states(wb, task_id) == {task_id: ("confirm", "waiting", True)}
    assert new(wb) == []
    assert inside(wb, ref) == [task_id]
    (task,) = wb.call("GET", f"{MARKET}/orders", params={"limit": 10, "next": 0}).json()["orders"]
    assert task["supplyId"] == ref
    shown = wb.call("GET", f"{SUPPLIES}/{ref}").json()
    assert (shown["cargoType"], shown["name"], shown["done"], shown["closedAt"]) == (1, "Утренняя", False, None)


def test_the_same_name_twice_makes_two(wb: Wb) -> None:
    assert made(wb) != made(wb)


def test_a_task_moves_between_supplies_and_entering_twice_changes_nothing(wb: Wb) -> None:
    (task_id,) = buy(wb, "A")["task_ids"]
    first, second = made(wb), made(wb)
    for ref in (first, second, second):
        assert add(wb, ref, task_id) == (204, "")
    assert (inside(wb, first), inside(wb, second)) == ([], [task_id])


def test_a_cancelled_task_leaves_its_supply_and_enters_none(wb: Wb) -> None:
    (task_id,) = buy(wb, "A")["task_ids"]
    ref = made(wb)
    add(wb, ref, task_id)
    wb.call("PATCH", f"{MARKET}/orders/{task_id}/cancel")
    assert inside(wb, ref) == []
    assert add(wb, ref, task_id) == (409, "FailedToAddSupplyOrder")


def test_tasks_of_a_supply_are_alike_and_enter_together_or_not_at_all(wb: Wb) -> None:
    wb.order("PUT", "/cargo", json={"B": 2})
    wb.order("PUT", "/warehouses/7", json={"name": "Второй"})
    wb.order("PUT", "/stock", json={"A": {"7": 4}})
    small, bulky = buy(wb, "A")["task_ids"][0], buy(wb, "B")["task_ids"][0]
    elsewhere = buy(wb, "A", warehouse_ref="7")["task_ids"][0]
    ref = made(wb)
    assert add(wb, ref, small, bulky) == (409, "FailedToAddSupplyOrder")
    assert inside(wb, ref) == []
    assert add(wb, ref, small) == (204, "")
    assert add(wb, ref, elsewhere) == (409, "FailedToAddSupplyOrder")
    assert add(wb, ref, bulky) == (409, "FailedToAddSupplyOrder")


def test_a_closed_supply_takes_nothing_and_its_tasks_are_on_their_way(wb: Wb) -> None:
    one, other = buy(wb, "A", 2)["task_ids"]
    ref = made(wb)
    add(wb, ref, one)
    wb.order("PUT", f"/supplies/{ref}/closed")
    assert wb.call("GET", f"{SUPPLIES}/{ref}").json()["done"] is True
    assert states(wb, one)[one][0] == "complete"
    assert add(wb, ref, other) == (409, "FailedToAddSupplyOrder")
    assert wb.control.put("/supplies/WB-GI-1/closed").status_code == 404


def test_what_is_not_there_is_not_found(wb: Wb) -> None:
    (task_id,) = buy(wb, "A")["task_ids"]
    assert add(wb, "WB-GI-1", task_id) == (404, "NotFound")
    assert add(wb, made(wb), 7) == (404, "NotFound")
    assert wb.call("GET", f"{SUPPLIES}/WB-GI-1").status_code == 404


def test_supplies_come_in_pages_of_next(wb: Wb) -> None:
    refs = [made(wb, f"{number}") for number in range(3)]
    first = wb.call("GET", SUPPLIES, params={"limit": 2, "next": 0}).json()
    last = wb.call("GET", SUPPLIES, params={"limit": 2, "next": first["next"]}).json()
    assert [one["id"] for one in (*first["supplies"], *last["supplies"])] == refs
    assert last["next"] == 0


@pytest.mark.parametrize("query", [{}, {"limit": 1}, {"next": 0}, {"limit": 0, "next": 0}, {"limit": 1001, "next": 0}])
def test_a_query_beyond_the_spec_is_refused(wb: Wb, query: dict[str, Any]) -> None:
    answer = wb.call("GET", SUPPLIES, params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "IncorrectParameter")


@pytest.mark.parametrize("name", ["", "я" * 129, 7])
def test_a_name_beyond_the_spec_is_refused(wb: Wb, name: Any) -> None:
    assert wb.call("POST", SUPPLIES, json={"name": name}).json()["code"] == "IncorrectRequestBody"


def test_at_most_a_hundred_tasks_enter_at_once(wb: Wb) -> None:
    task_ids = buy(wb, "A", 101)["task_ids"]
    ref = made(wb)
    assert add(wb, ref, *task_ids) == (400, "IncorrectRequestBody")
    assert add(wb, ref, *task_ids[:100]) == (204, "")
