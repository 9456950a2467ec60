import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.errors import ContractBroken
from tests.adapters.yandex_market.vendor import BUSINESS, Vendor

ORDERS = f"/v1/businesses/{BUSINESS}/orders"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def order(
    number: int = 50, *, items: list[dict[str, Any]] | None = None, delivery: dict[str, Any] | None = None, **details: Any
) -> dict[str, Any]:
    told = {
        "orderId": number,
        "campaignId": 2001,
        "programType": "FBS",
        "status": "PROCESSING",
        "substatus": "STARTED",
        "creationDate": "2026-11-22T13:00:00+03:00",
        "updateDate": "2026-11-22T14:30:00+03:00",
        "paymentType": "PREPAID",
        "paymentMethod": "SBP",
        "fake": False,
        "items": items or [item()],
        "delivery": delivery or {"warehouseId": "3001", "shipment": {"shipmentDate": "2026-11-23"}},
        "buyerType": "PERSON",
    }
    return {**told, **details}


def item(number: int = 501, sku: str = "КР-7/2", count: int = 1, **prices: float) -> dict[str, Any]:
    told = {name: {"value": value, "currencyId": "RUR"} for name, value in prices.items()}
    return {"id": number, "offerId": sku, "offerName": "Кружка", "count": count, **({"prices": told} if told else {})}


def page(*orders: dict[str, Any], **paging: str) -> dict[str, Any]:
    return {"orders": list(orders), "paging": paging}


def read(
    vendor: Vendor, *orders: dict[str, Any], warehouses: tuple[str, ...] = ("3001", "3002"), has_groups: bool = False
) -> list[dict[str, Any]]:
    vendor.says(ORDERS, page(*orders))
    with vendor.business(*warehouses, has_groups=has_groups) as business:
        return business.read_orders(since=NOON - timedelta(hours=1), until=NOON).to_dicts()


def test_an_order_is_told_line_by_line(vendor: Vendor) -> None:
    lines = read(vendor, order(items=[item(1, "A", 2, payment=1000, cashback=0.5), item(2, "B", 1, payment=99.99)]))
    assert [(row["line_ref"], row["channel_sku"], row["pcs"], row["price_kopecks"]) for row in lines] == [
        ("1", "A", 2, 50025),
        ("2", "B", 1, 9999),
    ]
    first = lines[0]
    assert (first["order_ref"], first["warehouse_ref"], first["state"], first["is_by_channel"]) == ("50", "3001", "new", False)
    assert first["placed_at"] == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert first["changed_at"] == datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
    assert first["ship_by_at"] == datetime(2026, 11, 23, 20, 59, 59, tzinfo=UTC)
    assert json.loads(first["payload"])["paymentMethod"] == "SBP"


def test_a_line_without_a_price_has_none(vendor: Vendor) -> None:
    assert read(vendor, order())[0]["price_kopecks"] is None


def test_a_line_without_pieces_is_no_line(vendor: Vendor) -> None:
    assert [row["line_ref"] for row in read(vendor, order(items=[item(1, count=0), item(2)]))] == ["2"]


@pytest.mark.parametrize(
    ("status", "substatus", "state"),
    [
        ("UNPAID", "WAITING_USER_INPUT", "unpaid"),
        ("RESERVED", "STARTED", "unpaid"),
        ("PENDING", "AWAIT_CONFIRMATION", "new"),
        ("PROCESSING", "STARTED", "new"),
        ("PROCESSING", "READY_TO_SHIP", "confirmed"),
        ("PROCESSING", "SHIPPED", "shipped"),
        ("DELIVERY", "DELIVERY_SERVICE_RECEIVED", "shipped"),
        ("PICKUP", "PICKUP_SERVICE_RECEIVED", "shipped"),
        ("DELIVERED", "DELIVERY_SERVICE_DELIVERED", "delivered"),
        ("PARTIALLY_RETURNED", "UNKNOWN", "delivered"),
        ("RETURNED", "UNKNOWN", "returned"),
        ("CANCELLED", "SHIPPED", "cancelled"),
        ("CANCELLED", "USER_CHANGED_MIND", "cancelled"),
        ("SOMETHING_NEW", "SOMETHING", "other"),
    ],
)
def test_the_markets_statuses_in_our_words(vendor: Vendor, status: str, substatus: str, state: str) -> None:
    (line,) = read(vendor, order(status=status, substatus=substatus))
    assert (line["state"], line["status"]) == (state, f"{status} {substatus}")


@pytest.mark.parametrize(("program", "is_by_channel"), [("FBS", False), ("DBS", False), ("EXPRESS", False), ("FBY", True), ("LAAS", True)])
def test_what_the_market_ships_from_its_own_warehouse_is_told_apart(vendor: Vendor, program: str, is_by_channel: bool) -> None:
    assert read(vendor, order(programType=program))[0]["is_by_channel"] is is_by_channel


def test_where_the_order_does_not_say_the_shops_model_does(vendor: Vendor) -> None:
    told = order()
    del told["programType"]
    vendor.says("/v2/campaigns", {"campaigns": [{"id": 2001, "placementType": "FBY"}]}, method="GET")
    assert read(vendor, told)[0]["is_by_channel"] is True


@pytest.mark.parametrize(
    ("warehouses", "has_groups", "told", "warehouse"),
    [
        (("3001", "3002"), False, "3002", "3002"),
        (("3001",), False, "MAIN", "3001"),
        (("3001", "3002"), False, "MAIN", "MAIN"),
        (("2001",), True, "3001", "2001"),
    ],
)
def test_an_order_is_of_the_warehouse_that_figures_are_given_for(
    vendor: Vendor, warehouses: tuple[str, ...], has_groups: bool, told: str, warehouse: str
) -> None:
    (line,) = read(vendor, order(delivery={"warehouseId": told}), warehouses=warehouses, has_groups=has_groups)
    assert line["warehouse_ref"] == warehouse


def test_a_long_time_is_asked_in_windows_of_thirty_days_without_test_orders(vendor: Vendor) -> None:
    vendor.says(ORDERS, page())
    with vendor.business() as business:
        assert business.read_orders(since=NOON - timedelta(days=70), until=NOON).is_empty()
    windows = [
        (datetime.fromisoformat(body["dates"]["updateDateFrom"]), datetime.fromisoformat(body["dates"]["updateDateTo"]))
        for body in vendor.bodies(ORDERS)
    ]
    assert all(to - since <= timedelta(days=30) for since, to in windows)
    assert (windows[0][0], windows[-1][1]) == (NOON - timedelta(days=70), NOON)
    assert [since for since, _ in windows[1:]] == [to for _, to in windows[:-1]]
    assert all(body["fake"] is False for body in vendor.bodies(ORDERS))


def test_a_moment_is_asked_for_in_whole_seconds_that_differ(vendor: Vendor) -> None:
    vendor.says(ORDERS, page())
    with vendor.business() as business:
        business.read_orders(since=NOON.replace(microsecond=100), until=NOON.replace(microsecond=900))
    (body,) = vendor.bodies(ORDERS)
    assert body["dates"] == {"updateDateFrom": "2026-11-22T12:00:00+00:00", "updateDateTo": "2026-11-22T12:00:01+00:00"}


def test_an_order_that_changes_between_two_pages_is_told_once_as_it_is_last(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(1), nextPageToken="two"), page(order(2), order(1, status="CANCELLED")))
    with vendor.business("3001") as business:
        lines = business.read_orders(since=NOON - timedelta(hours=1), until=NOON)
    assert sorted(lines.select("order_ref", "state").rows()) == [("1", "cancelled"), ("2", "new")]
    assert [call.query for call in vendor.calls] == [(("limit", "50"),), (("limit", "50"), ("pageToken", "two"))]


@pytest.mark.parametrize("broken", [{"creationDate": "2026-11-22T13:00:00"}, {"items": [{"id": 1}]}, {"orderId": "many"}])
def test_an_order_of_another_shape_breaks_the_contract(vendor: Vendor, broken: dict[str, Any]) -> None:
    vendor.says(ORDERS, httpx.Response(200, json=page(order(**broken) if "items" not in broken else {**order(), **broken})))
    with vendor.business() as business, pytest.raises(ContractBroken):
        business.read_orders(since=NOON - timedelta(hours=1), until=NOON)
