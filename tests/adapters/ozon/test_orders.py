import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken, RateLimited
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from tests.adapters.ozon.vendor import Room, Vendor

SINCE, UNTIL = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC)


def line(**changes: Any) -> dict[str, Any]:
    return {"offer_id": "КР-7/2", "sku": 911, "quantity": 2, "price": {"amount": "490.05", "currency": "RUB"}, **changes}


def posting(number: str = "1-0001-1", **changes: Any) -> dict[str, Any]:
    return {
        "posting_number": number,
        "order_number": "1-0001",
        "parent_posting_number": "",
        "status": "awaiting_packaging",
        "in_process_at": "2026-11-22T09:30:00Z",
        "shipment_date": "2026-11-23T09:30:00Z",
        "delivery_method": {"warehouse_id": 5},
        "products": [line()],
        **changes,
    }


def page(*postings: dict[str, Any], cursor: str = "", has_next: bool = False) -> dict[str, Any]:
    return {"postings": list(postings), "cursor": cursor, "has_next": has_next}


def read(vendor: Vendor, *pages: Any) -> pl.DataFrame:
    vendor.says(paths.POSTINGS, *pages)
    return vendor.cabinet().read_orders(since=SINCE, until=UNTIL)


def test_postings_placed_and_postings_changed_in_the_period_are_asked_for(vendor: Vendor) -> None:
    read(vendor, page())
    placed, changed = (body["filter"] for body in vendor.bodies(paths.POSTINGS))
    assert placed == {"since": "2026-11-22T09:00:00Z", "to": "2026-11-22T10:00:00Z"}
    assert changed == {
        "since": "2025-11-23T10:00:00Z",
        "to": "2026-11-22T10:00:00Z",
        "last_changed_status_date": {"from": "2026-11-22T09:00:00Z", "to": "2026-11-22T10:00:00Z"},
    }


def test_a_line_is_ours_by_its_code_and_ozons_by_its_sku(vendor: Vendor) -> None:
    (row,) = read(vendor, page(posting())).to_dicts()
    payload = json.loads(row.pop("payload"))
    assert payload == posting()
    assert row == {
        "order_ref": "1-0001-1",
        "line_ref": "911",
        "basket_ref": "1-0001",
        "parent_ref": None,
        "channel_sku": "КР-7/2",
        "pcs": 2,
        "price_kopecks": 49005,
        "warehouse_ref": "5",
        "status": "awaiting_packaging",
        "state": "new",
        "placed_at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "changed_at": None,
        "ship_by_at": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        "is_by_channel": False,
        "buyer": None,
        "terms": None,
    }


def test_a_posting_found_twice_is_told_once_and_as_it_was_read_last(vendor: Vendor) -> None:
    told = read(vendor, page(posting()), page(posting(status="cancelled"), posting("2-1")))
    assert told.select("order_ref", "state").rows() == [("1-0001-1", "cancelled"), ("2-1", "new")]


def test_pages_are_read_to_the_last(vendor: Vendor) -> None:
    told = read(vendor, page(posting("1"), cursor="a", has_next=True), page(posting("2")), page())
    assert told["order_ref"].to_list() == ["1", "2"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("awaiting_registration", "new"),
        ("awaiting_approve", "new"),
        ("awaiting_verification", "new"),
        ("awaiting_deliver", "confirmed"),
        ("not_accepted", "confirmed"),
        ("acceptance_in_progress", "shipped"),
        ("arbitration", "shipped"),
        ("client_arbitration", "shipped"),
        ("delivering", "shipped"),
        ("driver_pickup", "shipped"),
        ("delivered", "delivered"),
        ("cancelled", "cancelled"),
        ("cancelled_from_split_pending", "cancelled"),
        ("enchanted", "other"),
    ],
)
def test_a_status_has_a_state_of_ours(vendor: Vendor, status: str, state: str) -> None:
    assert read(vendor, page(posting(status=status)))["state"].to_list() == [state]


def test_what_a_split_made_names_its_parent(vendor: Vendor) -> None:
    assert read(vendor, page(posting(parent_posting_number="1-0001-0")))["parent_ref"].to_list() == ["1-0001-0"]


@pytest.mark.parametrize("missing", [None, ""])
def test_a_posting_that_is_paid_for_late_is_unpaid_and_dated_by_its_deadline(vendor: Vendor, missing: str | None) -> None:
    told = read(vendor, page(posting("1", in_process_at=missing), posting("2", in_process_at=missing, shipment_date=missing)))
    assert told["state"].to_list() == ["unpaid", "unpaid"]
    assert told["placed_at"].to_list() == [datetime(2026, 11, 23, 9, 30, tzinfo=UTC), UNTIL]


@pytest.mark.parametrize(
    ("told", "warehouse"),
    [
        ({"analytics_data": {"warehouse_id": 6}}, "5"),
        ({"delivery_method": None, "analytics_data": {"warehouse_id": 6}}, "6"),
        ({"delivery_method": {"warehouse_id": 0}, "analytics_data": None}, ""),
    ],
)
def test_a_posting_leaves_from_the_warehouse_that_is_told_first(vendor: Vendor, told: dict[str, Any], warehouse: str) -> None:
    assert read(vendor, page(posting(**told)))["warehouse_ref"].to_list() == [warehouse]


def test_two_lines_of_one_sku_are_two_lines(vendor: Vendor) -> None:
    told = read(vendor, page(posting(products=[line(), line(quantity=1), line(sku=912)])))
    assert told.select("line_ref", "pcs").rows() == [("911", 2), ("911-2", 1), ("912", 2)]


def test_a_price_in_another_currency_is_not_roubles(vendor: Vendor) -> None:
    told = read(vendor, page(posting(products=[line(price={"amount": "100.00", "currency": "KZT"}), line(price=None)])))
    assert told["price_kopecks"].to_list() == [None, None]


def test_what_is_known_of_the_buyer_is_kept_and_nothing_is_made_of_nothing(vendor: Vendor) -> None:
    known, unknown = posting("1", legal_info={"company_name": "ООО «Ромашка»", "inn": "7700000000"}), posting("2", customer={"name": ""})
    told = read(vendor, page(known, unknown))
    assert [json.loads(buyer) if buyer else None for buyer in told["buyer"]] == [
        {"legal_info": {"company_name": "ООО «Ромашка»", "inn": "7700000000"}},
        None,
    ]


def test_a_posting_of_another_shape_stops_the_channel(vendor: Vendor) -> None:
    with pytest.raises(ContractBroken) as raised:
        read(vendor, page(posting(products=[line(quantity=0)])))
    assert raised.value.fragment == "postings.0.products.0.quantity: 0"


def test_the_fragment_of_a_broken_posting_holds_no_buyer(vendor: Vendor) -> None:
    spoilt = {"addressee": {"name": "Пётр Иванов"}, **posting()}
    del spoilt["posting_number"]
    with pytest.raises(ContractBroken) as raised:
        read(vendor, page(spoilt))
    assert raised.value.fragment == "postings.0.posting_number: missing"


def orders(cabinet: OzonCabinet, since: datetime) -> dict[str, tuple[str, int, str]]:
    told = cabinet.read_orders(since=since, until=datetime.now(UTC) + timedelta(seconds=1))
    return {row["order_ref"]: (row["channel_sku"], row["pcs"], row["state"]) for row in told.to_dicts()}


def test_in_the_world_an_order_is_seen_and_its_cancellation_later_too(room: Room, cabinet: OzonCabinet) -> None:
    began_at = datetime.now(UTC) - timedelta(seconds=2)
    warehouse = cabinet.read_warehouses().filter("is_open")["warehouse_ref"][0]
    room.put("КР-7/2", pcs={warehouse: 9})
    number = room.buy("КР-7/2", 2)
    assert orders(cabinet, began_at) == {number: ("КР-7/2", 2, "new")}
    room.order("DELETE", f"/orders/{number}")
    assert orders(cabinet, began_at) == {number: ("КР-7/2", 2, "cancelled")}


def test_a_storm_leaves_the_period_unread(vendor: Vendor) -> None:
    with pytest.raises(RateLimited):
        read(vendor, httpx.Response(429, json={"code": 8, "message": "Circle is open"}))
