from typing import Any

import pytest

from deployments.world.ozon.make import MAIN
from deployments.world.ozon.room import Knobs
from tests.deployments.world.ozon.conftest import Cabinet

SHIP, ONE = "/v4/posting/fbs/ship", "/v3/posting/fbs/get"


@pytest.fixture
def knobs() -> Knobs:
    return Knobs(assembly_s=60)


@pytest.fixture(autouse=True)
def goods(cabinet: Cabinet) -> None:
    cabinet.put("A", pcs={str(MAIN): 10})


def buy(cabinet: Cabinet, pcs: int = 1) -> str:
    return str(cabinet.order("POST", "/orders", {"sku": "A", "pcs": pcs})["order_ref"])


def shown(cabinet: Cabinet, number: str) -> tuple[str, str, bool]:
    """Status, substatus, and whether it is being assembled."""
    one = cabinet.told(ONE, {"posting_number": number})["result"]
    return one["status"], one["substatus"], "ship_async_in_process" in one["available_actions"]


def ship(cabinet: Cabinet, number: str, *parts: int) -> Any:
    sku = cabinet.told(ONE, {"posting_number": number})["result"]["products"][0]["sku"]
    packages = [{"products": [{"product_id": sku, "quantity": pcs}]} for pcs in parts]
    return cabinet.ask(SHIP, {"posting_number": number, "packages": packages})


def test_a_posting_is_assembled_after_the_answer(cabinet: Cabinet) -> None:
    number = buy(cabinet, 3)
    assert ship(cabinet, number, 1, 2).json() == {"result": [number]}
    assert shown(cabinet, number) == ("awaiting_packaging", "posting_created", True)
    assert ship(cabinet, number, 3).json()["message"] == "HAS_INCORRECT_STATUS"
    cabinet.clock.pass_(seconds=60)
    assert shown(cabinet, number) == ("awaiting_deliver", "posting_in_carriage", False)
    assert shown(cabinet, f"{number[:-1]}2")[0] == "awaiting_deliver"


def test_assembling_that_fails_may_be_repeated(cabinet: Cabinet) -> None:
    number = buy(cabinet)
    cabinet.order("PUT", f"/orders/{number}/assembly", fails=1)
    ship(cabinet, number, 1)
    cabinet.clock.pass_(seconds=60)
    assert shown(cabinet, number) == ("awaiting_packaging", "ship_failed", False)
    assert "ship_async_retry" in cabinet.told(ONE, {"posting_number": number})["result"]["available_actions"]
    assert ship(cabinet, number, 1).status_code == 200
    assert shown(cabinet, number)[1:] == ("posting_created", True)
    cabinet.clock.pass_(seconds=60)
    assert shown(cabinet, number)[0] == "awaiting_deliver"


def test_a_posting_cancelled_meanwhile_stays_so(cabinet: Cabinet) -> None:
    number = buy(cabinet)
    ship(cabinet, number, 1)
    cabinet.order("DELETE", f"/orders/{number}")
    cabinet.clock.pass_(seconds=60)
    assert shown(cabinet, number) == ("cancelled", "posting_canceled", False)


def test_one_that_failed_and_was_cancelled_is_cancelled(cabinet: Cabinet) -> None:
    number = buy(cabinet)
    cabinet.order("PUT", f"/orders/{number}/assembly")
    ship(cabinet, number, 1)
    cabinet.clock.pass_(seconds=60)
    cabinet.order("DELETE", f"/orders/{number}")
    assert shown(cabinet, number) == ("cancelled", "posting_canceled", False)


def part(cabinet: Cabinet, number: str, pcs: int) -> Any:
    sku = cabinet.told(ONE, {"posting_number": number})["result"]["products"][0]["sku"]
    packed = {"posting_number": number, "products": [{"product_id": sku, "quantity": pcs}]}
    return cabinet.told("/v4/posting/fbs/ship/package", packed)["result"]


def test_a_part_is_named_by_what_it_was_taken_from_and_assembled_after_the_answer(cabinet: Cabinet) -> None:
    number = buy(cabinet, 3)
    made = part(cabinet, number, 1)
    assert shown(cabinet, made) == ("awaiting_packaging", "posting_created", True)
    told = cabinet.told(ONE, {"posting_number": number, "with": {"related_postings": True}})["result"]
    assert told["related_postings"]["related_posting_numbers"] == [made]
    assert shown(cabinet, number) == ("awaiting_packaging", "posting_created", False)
    cabinet.clock.pass_(seconds=60)
    assert [shown(cabinet, one)[0] for one in (number, made)] == ["awaiting_packaging", "awaiting_deliver"]


def test_assembling_a_part_may_fail_as_well(cabinet: Cabinet) -> None:
    number = buy(cabinet, 3)
    cabinet.order("PUT", f"/orders/{number}/assembly", fails=1)
    made = part(cabinet, number, 1)
    cabinet.clock.pass_(seconds=60)
    assert shown(cabinet, made)[1] == "ship_failed"
