"""The report of goods that come back, and how it says no."""

from datetime import timedelta
from typing import Any

import pytest

from tests.deployments.world.wildberries.conftest import AT, Wb
from tests.deployments.world.wildberries.test_orders import buy

REPORT = "/seller-analytics-api/api/v1/analytics/goods-return"
TODAY = AT.date()


def asked(wb: Wb, since: int, until: int) -> Any:
    days = {name: str(TODAY - timedelta(days=ago)) for name, ago in (("dateFrom", since), ("dateTo", until))}
    return wb.call("GET", REPORT, params=days)


@pytest.fixture
def task_id(wb: Wb) -> int:
    """A piece that was sent back today."""
    wb.put("A", pcs=3)
    basket = buy(wb, "A")
    (task_id,) = basket["task_ids"]
    wb.order("PUT", f"/orders/{basket['order_ref']}/tasks/{task_id}/return", json={"where": "ready"})
    return int(task_id)


@pytest.mark.parametrize(("since", "until", "is_shown"), [(31, 0, True), (1, 0, True), (31, 1, False)])
def test_both_days_are_within(wb: Wb, task_id: int, since: int, until: int, *, is_shown: bool) -> None:
    report = asked(wb, since, until).json()["report"]
    assert [row["orderId"] for row in report] == ([task_id] if is_shown else [])


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ({}, 'parameter "dateFrom" in query has an error: value is required but missing'),
        ({"dateFrom": "2026-11-01"}, 'parameter "dateTo" in query has an error: value is required but missing'),
        ({"dateFrom": "вчера", "dateTo": "2026-11-02"}, "can't parse dateFrom"),
        ({"dateFrom": "2026-10-01", "dateTo": "2026-11-02"}, "difference between dateFrom and dateTo should be less or equal 31 days"),
        ({"dateFrom": "2026-11-02", "dateTo": "2026-11-02"}, "dateTo should be greater dateFrom"),
    ],
)
def test_days_that_will_not_do_are_refused_in_the_services_own_shape(wb: Wb, params: dict[str, str], detail: str) -> None:
    answer = wb.call("GET", REPORT, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert set(answer.json()) == {"title", "detail", "requestId", "origin"}
    assert answer.json()["detail"] == detail
