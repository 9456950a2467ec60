"""What Ozon carries back: exact answers, and the world's cabinet."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adapters.errors import ContractBroken
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from tests.adapters.ozon.vendor import Room, Vendor

SINCE, UNTIL = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)
MOVED = "2026-11-22T12:00:00Z"


def goods_return(number: Any = 1, status: str = "MovingToSeller", **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "posting_number": "1-0001-1",
        "type": "FullReturn",
        "schema": "Fbs",
        "return_reason_name": "Не подошёл",
        "product": {"sku": 911, "offer_id": "КР-7/2", "quantity": 2},
        "logistic": {"return_date": "2026-11-21T12:00:00Z", "final_moment": None},
        "visual": {"status": {"id": 3, "sys_name": status}, "change_moment": MOVED},
        **changes,
    }


def page(*returns: dict[str, Any], has_next: bool = False) -> dict[str, Any]:
    return {"returns": list(returns), "has_next": has_next}


def read(vendor: Vendor, *pages: Any) -> pl.DataFrame:
    vendor.says(paths.RETURNS, *pages)
    return vendor.cabinet().read_returns(since=SINCE, until=UNTIL)


def test_returns_that_changed_in_the_period_are_asked_for_and_only_of_what_we_ship(vendor: Vendor) -> None:
    read(vendor, page())
    (body,) = vendor.bodies(paths.RETURNS)
    changed = {"time_from": "2026-11-22T09:00:00Z", "time_to": "2026-11-23T10:00:00Z"}
    assert body == {"filter": {"visual_status_change_moment": changed, "return_schema": "FBS"}, "limit": 500}


def test_a_return_is_told_by_its_posting_and_our_code(vendor: Vendor) -> None:
    (row,) = read(vendor, page(goods_return("1000015552"))).to_dicts()
    assert (row["return_ref"], row["order_ref"], row["sku"], row["pcs"]) == ("1000015552", "1-0001-1", "КР-7/2", 2)
    assert (row["state"], row["condition"], row["reason"]) == ("coming", "unknown", "Не подошёл")
    assert (row["changed_at"], row["received_at"]) == (datetime(2026, 11, 22, 12, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ArrivedAtReturnPlace", "ready"),
        ("ReceivedBySeller", "received"),
        ("ReturnedToOzon", "gone"),
        ("Utilized", "gone"),
        ("Rejected", "cancelled"),
        ("MoneyReturned", "announced"),
        ("SomethingNew", "announced"),
    ],
)
def test_its_status_says_where_it_is_and_a_new_one_says_only_that_it_is(vendor: Vendor, status: str, state: str) -> None:
    assert read(vendor, page(goods_return(1, status)))["state"].to_list() == [state]


def test_the_pages_are_read_to_the_last(vendor: Vendor) -> None:
    told = read(vendor, page(goods_return(1), goods_return(2), has_next=True), page(goods_return(3)))
    assert told["return_ref"].to_list() == ["1", "2", "3"]
    assert [body.get("last_id") for body in vendor.bodies(paths.RETURNS)] == [None, 2]


def test_the_last_of_a_page_is_where_the_next_begins_whatever_its_number(vendor: Vendor) -> None:
    told = read(vendor, page(goods_return(9), goods_return(4), has_next=True), page(goods_return(3), goods_return(7)))
    assert told["return_ref"].to_list() == ["9", "4", "3", "7"]
    assert [body.get("last_id") for body in vendor.bodies(paths.RETURNS)] == [None, 4]


@pytest.mark.parametrize(("status", "is_placed"), [("ReceivedBySeller", True), ("WaitingCompensation", False), ("SomethingNew", False)])
def test_a_word_about_money_is_no_news_of_where_the_goods_are(vendor: Vendor, status: str, *, is_placed: bool) -> None:
    """Without an instant it does not go before what is known (`tasks.rules.returns.is_newer`)."""
    (row,) = read(vendor, page(goods_return(1, status))).to_dicts()
    assert (row["changed_at"] is not None) == is_placed


def test_a_list_that_goes_round_in_circles_is_not_followed(vendor: Vendor) -> None:
    with pytest.raises(ContractBroken, match="повторяет страницу"):
        read(vendor, page(goods_return(1), has_next=True), page(goods_return(1), has_next=True))


def test_a_list_that_is_null_is_empty(vendor: Vendor) -> None:
    assert read(vendor, {"returns": None, "has_next": False}).is_empty()


def test_what_the_worlds_ozon_carries_back_is_read(room: Room, cabinet: OzonCabinet) -> None:
    room.put("КР-7/2", pcs={str(next(iter(room.room.books.warehouses))): 5})
    posting = room.buy("КР-7/2", 2)
    number = room.order("POST", f"/orders/{posting}/returns", json={"pcs": 1})
    now = datetime.now(UTC)

    def told() -> dict[str, Any]:
        (row,) = cabinet.read_returns(since=now - timedelta(hours=1), until=datetime.now(UTC) + timedelta(seconds=2)).to_dicts()
        return row

    assert (told()["return_ref"], told()["order_ref"], told()["sku"], told()["pcs"]) == (str(number), posting, "КР-7/2", 1)
    room.order("PUT", f"/returns/{number}", params={"status": "ReceivedBySeller"})
    assert told()["state"] == "received"
    assert told()["received_at"] is not None
