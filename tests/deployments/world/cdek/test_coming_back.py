"""On command a parcel is refused, taken in part or sent back, and what goes back arrives."""

from typing import Any

import pytest

from tests.deployments.world.cdek.conftest import Contract, box, goods

THINGS = [goods(ware_key="A", amount=2), goods(ware_key="B", amount=1)]


def sent(cdek: Contract) -> str:
    return cdek.sent(packages=[box(items=THINGS)])


def status(cdek: Contract, path: str, body: Any) -> int:
    return cdek.control.post(path, json=body).status_code


def pcs(cdek: Contract, uuid: str) -> dict[str, int]:
    items = (item for package in cdek.read(uuid)["entity"]["packages"] for item in package["items"])
    return {item["ware_key"]: item["amount"] for item in items}


def test_a_refusal_goes_back_whole_under_a_number_of_its_own(cdek: Contract) -> None:
    uuid = sent(cdek)
    back = cdek.order("POST", f"/orders/{uuid}/refused", {})
    cdek.clock.pass_(seconds=10)
    told, gone = cdek.read(uuid), cdek.read(back)["entity"]
    assert (told["entity"]["statuses"][0]["code"], told["entity"]["statuses"][0]["reason_code"]) == ("NOT_DELIVERED", "11")
    assert (told["related_entities"][0]["type"], told["related_entities"][0]["uuid"]) == ("return_order", back)
    assert (gone["is_return"], pcs(cdek, back)) == (True, {"A": 2, "B": 1})
    assert gone["cdek_number"] not in (None, told["entity"]["cdek_number"])


def test_what_goes_back_arrives_and_pushes_that_it_is_a_return(cdek: Contract) -> None:
    uuid = sent(cdek)
    back = cdek.order("POST", f"/orders/{uuid}/refused", {"reason_code": 13})
    cdek.subscribe()
    assert cdek.order("POST", f"/orders/{uuid}/came_back", {}) == [back]
    cdek.clock.pass_(seconds=1)
    assert cdek.codes(back)[0] == "DELIVERED"
    assert cdek.codes(uuid)[0] == "NOT_DELIVERED"
    cdek.deliver()
    assert [(body["uuid"], body["attributes"]["is_return"]) for body in cdek.subscriber.heard] == [(back, True), (back, True)]
    cdek.clock.pass_(minutes=5)
    assert cdek.codes(back)[0] == "DELIVERED"


def test_of_a_delivery_in_part_the_rest_goes_back(cdek: Contract) -> None:
    uuid = sent(cdek)
    back = cdek.order("POST", f"/orders/{uuid}/delivered_in_part", {"kept": {"A": 1}})
    assert (cdek.codes(uuid)[0], cdek.read(uuid)["entity"]["statuses"][0]["reason_code"]) == ("DELIVERED", "20")
    cdek.clock.pass_(seconds=10)
    assert pcs(cdek, back) == {"A": 1, "B": 1}


@pytest.mark.parametrize("kept", [{}, {"A": 0}, {"A": 2, "B": 1}, {"A": 3}, {"C": 1}])
def test_in_part_is_neither_nothing_nor_all_nor_something_else(cdek: Contract, kept: dict[str, int]) -> None:
    uuid = sent(cdek)
    assert status(cdek, f"/orders/{uuid}/delivered_in_part", {"kept": kept}) == 409
    assert cdek.codes(uuid)[0] == "CREATED"


def test_a_client_sends_back_what_he_had(cdek: Contract) -> None:
    uuid = sent(cdek)
    assert status(cdek, f"/orders/{uuid}/sent_back", {}) == 409
    cdek.move(uuid, "DELIVERED")
    back = cdek.order("POST", f"/orders/{uuid}/sent_back", {})
    cdek.clock.pass_(seconds=1)
    assert (cdek.codes(back)[0], cdek.read(back)["entity"]["is_client_return"]) == ("RECEIVED_AT_SHIPMENT_WAREHOUSE", True)
    assert cdek.order("POST", f"/orders/{uuid}/came_back", {"code": "NOT_DELIVERED", "reason_code": 26}) == [back]
    assert cdek.codes(back)[0] == "NOT_DELIVERED"


def test_what_is_over_is_not_refused_and_nothing_comes_back_of_it(cdek: Contract) -> None:
    uuid = sent(cdek)
    cdek.move(uuid, "DELIVERED")
    assert status(cdek, f"/orders/{uuid}/refused", {}) == 409
    assert status(cdek, f"/orders/{uuid}/came_back", {}) == 409
