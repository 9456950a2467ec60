"""Returns and unredeemed orders of a shop, as they are listed."""

from typing import Any

import pytest

from tests.deployments.world.yandex_market.cabinet import Cabinet


def listed(cabinet: Cabinet, **query: str) -> Any:
    return cabinet.call("GET", "/v2/{c}/returns", params=query)


@pytest.fixture
def returns(cabinet: Cabinet) -> list[int]:
    """One of each kind."""
    cabinet.put_good(_3001=3)
    order = cabinet.buy()
    kinds = ("RETURN", "UNREDEEMED")
    return [cabinet.ask("POST", f"/orders/{order}/returns", json={"pieces": [["PICKED", "FIT"]], "kind": kind}) for kind in kinds]


def test_both_kinds_are_listed_or_the_one_that_is_asked_for(cabinet: Cabinet, returns: list[int]) -> None:
    assert [one["id"] for one in listed(cabinet).json()["result"]["returns"]] == returns
    assert [one["id"] for one in listed(cabinet, type="UNREDEEMED").json()["result"]["returns"]] == returns[1:]


def test_the_days_are_those_of_the_last_change(cabinet: Cabinet, returns: list[int]) -> None:
    cabinet.clock.turn(days=3)
    cabinet.ask("PUT", f"/returns/{returns[0]}", json=[["PICKED", "DEFECT"]])
    assert [one["id"] for one in listed(cabinet, fromDate="2026-11-24").json()["result"]["returns"]] == returns[:1]
    assert [one["id"] for one in listed(cabinet, toDate="2026-11-24").json()["result"]["returns"]] == returns[1:]


@pytest.mark.parametrize("query", [{"type": "GIFT"}, {"fromDate": "вчера"}, {"limit": "0"}])
def test_what_will_not_do_is_refused(cabinet: Cabinet, query: dict[str, str]) -> None:
    assert listed(cabinet, **query).status_code == 400
