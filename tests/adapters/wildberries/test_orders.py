import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken
from adapters.wildberries.cabinet import WildberriesCabinet
from tests.adapters.wildberries.shop import AT, WAREHOUSE, Hand, HandClock, cabinet

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def buy(room: Hand, sku: str, pcs: int = 1, comment: str = "") -> str:
    ref: str = room.order("POST", "/orders", json={"sku": sku, "pcs": pcs, "buyer": {"comment": comment} if comment else {}})["order_ref"]
    return ref


def read(room: Hand, wb: WildberriesCabinet, since: timedelta = HOUR) -> pl.DataFrame:
    room.clock.wait(120)
    return wb.read_orders(since=room.clock.now() - since, until=room.clock.now()).sort("order_ref")


def test_two_pieces_are_two_tasks_of_one_basket(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("КР-7/2", pcs=5)
    basket = buy(room, "КР-7/2", 2, "Заверните")
    found = read(room, wb)
    assert found["pcs"].to_list() == [1, 1]
    assert found["basket_ref"].to_list() == [basket, basket]
    assert found["order_ref"].n_unique() == found["line_ref"].n_unique() == 2
    one = found.to_dicts()[0]
    assert (one["channel_sku"], one["price_kopecks"], one["warehouse_ref"]) == ("КР-7/2", 199_000, WAREHOUSE)
    assert (one["state"], one["status"], one["placed_at"], one["is_by_channel"]) == ("new", "new/waiting", AT, False)
    assert json.loads(one["buyer"]) == {"comment": "Заверните"}
    payload = json.loads(one["payload"])
    assert payload["rid"] == one["line_ref"]
    assert payload["requiredMeta"] == []


def test_an_order_of_three_weeks_ago_is_told_with_its_status_of_today(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", pcs=5)
    basket = buy(room, "A-1")
    room.order("PUT", f"/orders/{basket}/state", json={"supplier_status": "complete", "wb_status": "sorted"})
    room.clock.wait(21 * DAY.total_seconds())
    assert read(room, wb)["state"].to_list() == ["shipped"]


def test_a_cancellation_is_seen(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", pcs=5)
    basket = buy(room, "A-1")
    room.order("DELETE", f"/orders/{basket}")
    found = read(room, wb)
    assert (found["status"][0], found["state"][0]) == ("new/declined_by_client", "cancelled")


def test_a_long_window_is_asked_for_in_spans_of_thirty_days(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", pcs=5)
    buy(room, "A-1")
    room.clock.wait(70 * DAY.total_seconds())
    buy(room, "A-1")
    assert read(room, wb, since=75 * DAY).height == 2
    assert {one["query"]["dateFrom"] for one in room.said("/orders")} == {
        str(int((room.clock.now() - 75 * DAY + number * 30 * DAY).timestamp())) for number in range(3)
    }


def test_more_than_a_page_of_orders_is_read_whole(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", pcs=3000)
    buy(room, "A-1", 1203)
    assert read(room, wb).height == 1203
    assert room.limited() == {}


class Market:
    """The marketplace service with exact answers; every task of the list is asked for its status."""

    def __init__(self, *, listed: list[dict[str, Any]] = [], new: list[dict[str, Any]] = [], statuses: list[dict[str, Any]] = []) -> None:  # noqa: B006
        self.listed, self.new, self.statuses = listed, new, statuses

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/orders/new"):
            return httpx.Response(200, json={"orders": self.new})
        if request.url.path.endswith("/orders/status"):
            return httpx.Response(200, json={"orders": self.statuses})
        return httpx.Response(200, json={"next": 0, "orders": self.listed})

    def read(self) -> pl.DataFrame:
        with cabinet(HandClock(), httpx.MockTransport(self)) as wb:
            return wb.read_orders(since=AT - HOUR, until=AT)


def task(ref: int = 1, **told: Any) -> dict[str, Any]:
    return {"id": ref, "rid": f"r{ref}", "article": "A-1", "warehouseId": 5, "createdAt": "2026-11-22T08:00:00Z", **told}


@pytest.mark.parametrize(
    ("supplier", "wb", "state"),
    [
        ("new", "waiting", "new"),
        ("confirm", "waiting", "confirmed"),
        ("complete", "waiting", "shipped"),
        ("complete", "ready_for_pickup", "shipped"),
        ("complete", "sold", "delivered"),
        ("cancel", "waiting", "cancelled"),
        ("cancel_carrier", "canceled_by_carrier", "cancelled"),
        ("confirm", "canceled", "cancelled"),
        ("complete", "defect", "cancelled"),
        ("complete", "canceled_by_client", "returned"),
        ("new", "canceled_by_client", "cancelled"),
        ("complete", "teleported", "other"),
        ("thinking", "waiting", "other"),
    ],
)
def test_the_two_statuses_are_one_state_of_ours(supplier: str, wb: str, state: str) -> None:
    found = Market(listed=[task()], statuses=[{"id": 1, "supplierStatus": supplier, "wbStatus": wb}]).read()
    assert (found["state"][0], found["status"][0]) == (state, f"{supplier}/{wb}")


def test_a_new_task_that_the_list_does_not_show_yet_is_told_and_one_without_a_status_is_other() -> None:
    found = Market(listed=[task(1)], new=[task(2)]).read().sort("order_ref")
    assert found["state"].to_list() == ["other", "new"]


def test_a_task_of_both_lists_is_one_row_with_what_both_say() -> None:
    found = Market(listed=[task(1, supplyId="WB-1")], new=[task(1, requiredMeta=["sgtin"])]).read()
    assert json.loads(found["payload"][0]).items() >= {"supplyId": "WB-1", "requiredMeta": ["sgtin"]}.items()


@pytest.mark.parametrize(
    ("told", "kopecks"),
    [
        ({"price": 1014, "currencyCode": 643, "convertedPrice": 7, "convertedCurrencyCode": 643}, 1014),
        ({"price": 1014, "currencyCode": 933, "convertedPrice": 28322, "convertedCurrencyCode": 643}, 28322),
        ({"price": 1014, "currencyCode": 933, "convertedPrice": 28322, "convertedCurrencyCode": 398}, None),
    ],
)
def test_a_price_is_kopecks_of_roubles_or_nothing(told: dict[str, int], kopecks: int | None) -> None:
    assert Market(listed=[task(1, **told)]).read()["price_kopecks"].to_list() == [kopecks]


def test_a_page_that_repeats_is_not_read_for_ever() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"next": 7, "orders": [task()]}))
    with cabinet(HandClock(), transport) as wb, pytest.raises(ContractBroken):
        wb.read_orders(since=AT - HOUR, until=AT)


def test_no_orders_are_an_empty_frame() -> None:
    found = Market().read()
    assert found.is_empty()
    assert found.schema["placed_at"] == pl.Datetime("us", "UTC")


def test_the_end_of_a_window_is_not_cut_to_the_second(room: Hand, wb: WildberriesCabinet) -> None:
    wb.read_orders(since=datetime(2026, 11, 22, 8, 0, 0, 700_000, UTC), until=datetime(2026, 11, 22, 9, 0, 0, 200_000, UTC))
    assert room.said("/orders")[-1]["query"]["dateTo"] == str(int(AT.timestamp()) + 1)
