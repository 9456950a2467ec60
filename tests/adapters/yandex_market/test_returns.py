"""Returns and unredeemed orders of a business: piece by piece, shop by shop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adapters.yandex_market.business import YandexBusiness
from tests.adapters.yandex_market.vendor import OK, Room, Vendor

SINCE, UNTIL = datetime(2026, 11, 20, 21, 30, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC)
RETURNS = "/v2/campaigns/2001/returns"


def goods_return(number: int = 7, *pieces: tuple[str, str], **changes: Any) -> dict[str, Any]:
    instances = [{"status": status, "stockType": stock} for status, stock in pieces]
    item = {"shopSku": "КР-7/2", "count": max(1, len(pieces)), **({"instances": instances} if pieces else {})}
    return {
        "id": number,
        "orderId": 501,
        "creationDate": "2026-11-20T12:00:00+03:00",
        "updateDate": "2026-11-21T12:00:00+03:00",
        "returnType": "RETURN",
        "shipmentStatus": "IN_TRANSIT",
        "items": [item],
        **changes,
    }


def page(*returns: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    return {**OK, "result": {"returns": list(returns), "paging": {"nextPageToken": token} if token else {}}}


def campaign(number: int = 2001, kind: str = "FBS", api: str = "AVAILABLE") -> dict[str, Any]:
    return {"id": number, "placementType": kind, "apiAvailability": api}


def read(vendor: Vendor, *pages: Any, campaigns: list[dict[str, Any]] | None = None) -> pl.DataFrame:
    vendor.says("/v2/campaigns", {"campaigns": campaigns or [campaign()]}, method="GET")
    vendor.says(RETURNS, *pages, method="GET")
    return vendor.business().read_returns(since=SINCE, until=UNTIL)


def test_the_days_are_moscows_and_only_shops_that_ship_are_asked(vendor: Vendor) -> None:
    others = [campaign(2002, "FBY"), campaign(2003, "FBS", "MANUALLY_DISABLED")]
    read(vendor, page(), campaigns=[campaign(), *others])
    (asked,) = (call for call in vendor.calls if call.path.endswith("/returns"))
    assert (asked.path, dict(asked.query)) == (RETURNS, {"limit": "100", "fromDate": "2026-11-21", "toDate": "2026-11-22"})


def test_each_piece_has_a_key_of_its_own_and_all_are_one_return(vendor: Vendor) -> None:
    told = read(vendor, page(goods_return(7, ("PICKED", "FIT"), ("IN_TRANSIT", "DEFECT"))))
    assert told["group_ref"].to_list() == ["7", "7"]
    assert told["return_ref"].n_unique() == 2
    assert sorted(told.select("state", "condition").rows()) == [("coming", "defect"), ("received", "unknown")]
    assert told.select("order_ref", "sku", "pcs").rows() == [("501", "КР-7/2", 1)] * 2


def test_without_pieces_the_return_says_where_it_is(vendor: Vendor) -> None:
    told = read(vendor, page(goods_return(7, items=[{"shopSku": "A", "count": 2}], shipmentStatus="READY_FOR_PICKUP")))
    assert told["state"].to_list() == ["ready", "ready"]


@pytest.mark.parametrize(
    ("status", "state"), [("EXPIRED", "cancelled"), ("PICKED", "received"), ("LOST", "gone"), ("UNKNOWN", "announced"), (None, "announced")]
)
def test_a_return_whose_place_nobody_tells_is_announced(vendor: Vendor, status: str | None, state: str) -> None:
    told = read(vendor, page(goods_return(shipmentStatus=status)))
    assert told["state"].to_list() == [state]
    assert (told["received_at"][0] is not None) == (state == "received")


@pytest.mark.parametrize("status", ["UNKNOWN", None])
def test_a_place_that_nobody_tells_is_no_news(vendor: Vendor, status: str | None) -> None:
    """Without an instant it does not go before what is known (`tasks.rules.returns.is_newer`)."""
    assert read(vendor, page(goods_return(shipmentStatus=status)))["changed_at"].to_list() == [None]
    assert read(vendor, page(goods_return()))["changed_at"].null_count() == 0


def test_goods_that_the_buyer_keeps_do_not_come_back(vendor: Vendor) -> None:
    told = read(vendor, page(goods_return(shipmentStatus=None, fastReturn=True)))
    assert told["state"].to_list() == ["gone"]


LIVES = [
    [("IN_TRANSIT", "READY_FOR_PICKUP"), ("READY_FOR_PICKUP", "PICKED"), ("PICKED", "PICKED")],
    [("IN_TRANSIT", "IN_TRANSIT"), ("PICKED", "IN_TRANSIT"), ("PICKED", "LOST")],
    [("CREATED", "CREATED"), ("CANCELLED", "IN_TRANSIT"), ("CANCELLED", "READY_FOR_PICKUP"), ("CANCELLED", "LOST")],
]


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("turned", [False, True])
def test_a_piece_keeps_its_key_while_pieces_move_on_one_after_another(vendor: Vendor, life: list[tuple[str, str]], *, turned: bool) -> None:
    """Whichever of them the Market names first."""
    seen: dict[str, int] = {}
    for step, statuses in enumerate(life):
        told = statuses[::-1] if turned and step % 2 else statuses
        for row in read(vendor, page(goods_return(7, *((one, "FIT") for one in told)))).to_dicts():
            rank = ["announced", "coming", "ready", "cancelled", "gone", "received"].index(row["state"])
            assert seen.get(row["return_ref"], 0) <= rank
            seen[row["return_ref"]] = rank


def test_what_a_buyer_calls_broken_is_taken_for_a_defect(vendor: Vendor) -> None:
    decided = {"shopSku": "A", "count": 1, "decisions": [{"reasonType": "BAD_QUALITY", "comment": "не включается"}]}
    (row,) = read(vendor, page(goods_return(items=[decided]))).to_dicts()
    assert (row["condition"], row["reason"]) == ("defect", "товар с недостатками")


def test_all_pages_are_read(vendor: Vendor) -> None:
    assert read(vendor, page(goods_return(7), token="next"), page(goods_return(8)))["group_ref"].to_list() == ["7", "8"]


def test_what_the_worlds_market_brings_back_is_read(room: Room, business: YandexBusiness) -> None:
    room.put("A", pcs={"3001": 5})
    order_ref = room.buy("A", 2)
    number = room.order("POST", f"/orders/{order_ref}/returns", json={"pieces": [["IN_TRANSIT", "FIT"], ["IN_TRANSIT", "DEFECT"]]})
    now = datetime.now(UTC)

    def told() -> pl.DataFrame:
        return business.read_returns(since=now - timedelta(days=1), until=now).sort("condition")

    assert told().select("group_ref", "order_ref", "condition", "state").rows() == [
        (str(number), order_ref, "defect", "coming"),
        (str(number), order_ref, "unknown", "coming"),
    ]
    room.order("PUT", f"/returns/{number}", json=[["PICKED", "FIT"], ["PICKED", "DEFECT"]])
    assert told()["state"].to_list() == ["received", "received"]
