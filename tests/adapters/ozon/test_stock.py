import re
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import Unauthorized, Unavailable
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from tests.adapters.ozon.frames import listings, outcomes, stock
from tests.adapters.ozon.vendor import Room, Vendor

TORN = httpx.ReadTimeout("late")


def taken(body: Any) -> httpx.Response:
    rows = [
        {"product_id": row["product_id"], "warehouse_id": row["warehouse_id"], "offer_id": "", "updated": True} for row in body["stocks"]
    ]
    return httpx.Response(200, json={"result": [{**row, "errors": []} for row in rows]})


def said(product_id: int, code: str, message: str = "") -> dict[str, Any]:
    errors = [{"code": code, "message": message}]
    return {"result": [{"product_id": product_id, "warehouse_id": 5, "offer_id": "A", "updated": False, "errors": errors}]}


def figure(sku: str, product_id: int, warehouse: int, free: int, reserved: int) -> dict[str, Any]:
    amounts = {"free_stock": free, "reserved": reserved, "present": free + reserved}
    return {"offer_id": sku, "product_id": product_id, "sku": 1, "warehouse_id": warehouse, "warehouse_name": "", **amounts}


def written(vendor: Vendor) -> list[list[int]]:
    return [[row["stock"] for row in body["stocks"]] for body in vendor.bodies(paths.SET_STOCKS)]


def shows(cabinet: OzonCabinet, listed: pl.DataFrame, *warehouses: str) -> dict[tuple[int, str], tuple[int | None, int | None]]:
    return {(row[0], row[1]): (row[2], row[3]) for row in cabinet.read_stock(listed, warehouses).rows()}


def test_a_pair_is_named_by_the_card_and_the_warehouse(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, taken)
    sent = vendor.cabinet().send_stock(stock(listings(A=11), 7, warehouse="22142605386000"))
    assert vendor.bodies(paths.SET_STOCKS) == [{"stocks": [{"product_id": 11, "warehouse_id": 22142605386000, "stock": 7}]}]
    assert outcomes(sent) == {1: ("accepted", None)}


def test_zeros_leave_first_and_a_call_holds_either_zeros_or_positives(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, taken)
    vendor.cabinet().send_stock(stock(listings(A=1, B=2, C=3), 5, 0, 6))
    assert written(vendor) == [[0], [5, 6]]


def test_a_call_holds_a_hundred_pairs(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, taken)
    many = listings(**{f"A{number}": number for number in range(1, 251)})
    sent = vendor.cabinet().send_stock(stock(many, *[1] * 250))
    assert [len(figures) for figures in written(vendor)] == [100, 100, 50]
    assert set(sent["outcome"]) == {"accepted"}


def test_rows_that_go_alone_go_last_and_each_by_itself(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, taken)
    offered = pl.concat([stock(listings(A=1, B=2, C=3, D=4), 5, 0, 6, 0, is_alone=True), stock(listings(E=5), 4)])
    vendor.cabinet().send_stock(offered)
    assert written(vendor) == [[4], [0], [0], [5], [6]]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("product_is_not_created", "card_is_not_ready"),
        ("offer_id_not_found", "listing_is_gone"),
        ("NOT_FOUND_ERROR", "listing_is_gone"),
        ("WAREHOUSE_NOT_FOUND", "warehouse_is_unknown"),
        ("NON_KGT_ON_KGT_WAREHOUSE", "warehouse_does_not_suit"),
        ("PRODUCT_IS_ARCHIVED", "listing_is_archived"),
        ("STOCK_TOO_BIG", "stock_is_too_big"),
        ("SOMETHING_NEW", "channel_rejects"),
    ],
)
def test_a_refused_row_has_our_reason_and_ozons_words(vendor: Vendor, code: str, reason: str) -> None:
    vendor.says(paths.SET_STOCKS, said(1, code, "Слова площадки"))
    sent = vendor.cabinet().send_stock(stock(listings(A=1), 5))
    assert outcomes(sent) == {1: ("refused", reason)}
    assert sent["sentence"][0].endswith("Площадка пишет: «Слова площадки».")


@pytest.mark.parametrize(("code", "message"), [("TOO_MANY_REQUESTS", ""), ("", "Stock is updated too frequently")])
def test_a_row_that_came_too_soon_is_not_refused_but_not_sent(vendor: Vendor, code: str, message: str) -> None:
    vendor.says(paths.SET_STOCKS, said(1, code, message))
    assert outcomes(vendor.cabinet().send_stock(stock(listings(A=1), 5))) == {1: ("unsent", "channel_is_silent")}


def test_a_row_that_the_answer_does_not_name_is_unknown(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, {"result": None})
    assert outcomes(vendor.cabinet().send_stock(stock(listings(A=1), 5))) == {1: ("unknown", "outcome_is_unknown")}


def test_a_positive_figure_that_was_not_answered_is_unknown_and_leaves_once(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, TORN)
    assert outcomes(vendor.cabinet().send_stock(stock(listings(A=1), 5))) == {1: ("unknown", "outcome_is_unknown")}
    assert written(vendor) == [[5]]


def test_a_zero_that_was_not_answered_may_be_tried_again(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, TORN)
    with pytest.raises(Unavailable):
        vendor.cabinet().send_stock(stock(listings(A=1), 0))


def test_a_page_instead_of_an_answer_leaves_a_positive_figure_unknown(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, httpx.Response(200, html="<html></html>"))
    assert outcomes(vendor.cabinet().send_stock(stock(listings(A=1), 5))) == {1: ("unknown", "outcome_is_unknown")}


def test_an_answer_of_another_shape_stops_the_channel(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, {"result": [{"product_id": 1, "warehouse_id": 5, "updated": "может быть"}]})
    many = listings(**{f"A{number}": number for number in range(1, 102)})
    sent = vendor.cabinet().send_stock(stock(many, *[1] * 101))
    assert sent.group_by("outcome", "reason").len().sort("len").rows() == [
        ("unsent", "channel_is_silent", 1),
        ("unknown", "contract_is_broken", 100),
    ]


def refusing(bad: set[int], message: str = "Bad request") -> Any:
    def answer(body: Any) -> httpx.Response:
        is_bad = any(row["product_id"] in bad for row in body["stocks"])
        return httpx.Response(400, json={"code": 3, "message": message, "details": []}) if is_bad else taken(body)

    return answer


def test_one_bad_zero_does_not_hold_back_the_others(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, refusing({3}))
    sent = vendor.cabinet().send_stock(stock(listings(A=1, B=2, C=3, D=4), 0, 0, 0, 0))
    assert {number for number, (outcome, _) in outcomes(sent).items() if outcome == "accepted"} == {1, 2, 4}
    assert outcomes(sent)[3] == ("refused", "channel_rejects")


def test_a_batch_of_positives_refused_without_a_name_comes_back_alone_and_is_not_cut(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, refusing({3}))
    sent = vendor.cabinet().send_stock(stock(listings(A=1, C=3), 5, 6))
    assert set(outcomes(sent).values()) == {("refused", "batch_is_refused")}
    assert len(written(vendor)) == 1


def test_of_a_batch_of_positives_refused_by_one_name_the_rest_is_unknown(vendor: Vendor) -> None:
    message = "Request validation error: invalid ProductsStocksRequest.Stocks[1]: embedded message failed validation"
    vendor.says(paths.SET_STOCKS, refusing({3}, message))
    sent = vendor.cabinet().send_stock(stock(listings(A=1, C=3), 5, 6))
    assert outcomes(sent) == {2: ("refused", "channel_rejects"), 1: ("unknown", "outcome_is_unknown")}
    assert message in sent.filter(pl.col("listing_id") == 2)["sentence"][0]
    assert len(written(vendor)) == 1


def test_a_lone_positive_that_is_refused_is_refused_for_itself(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, refusing({3}))
    sent = vendor.cabinet().send_stock(stock(listings(C=3), 6, is_alone=True))
    assert outcomes(sent) == {1: ("refused", "channel_rejects")}


def test_a_warehouse_that_is_no_number_never_leaves(vendor: Vendor) -> None:
    sent = vendor.cabinet().send_stock(stock(listings(A=1), 5, warehouse="Основной"))
    assert outcomes(sent) == {1: ("refused", "warehouse_is_unknown")}
    assert vendor.calls == []


def test_a_revoked_key_is_told_at_once(vendor: Vendor) -> None:
    vendor.says(paths.SET_STOCKS, httpx.Response(403, json={"code": 7, "message": "Api-key is deactivated"}))
    with pytest.raises(Unauthorized):
        vendor.cabinet().send_stock(stock(listings(A=1), 5))


def test_nothing_offered_is_nothing_sent(vendor: Vendor) -> None:
    assert vendor.cabinet().send_stock(stock(listings())).is_empty()
    assert vendor.calls == []


def test_shown_is_what_may_be_ordered_and_beside_it_what_is_reserved(vendor: Vendor) -> None:
    vendor.says(paths.STOCKS, {"products": [figure("A", 1, 5, free=7, reserved=2)], "has_next": False, "cursor": ""})
    assert shows(vendor.cabinet(), listings(A=1), "5") == {(1, "5"): (7, 2)}


def test_a_warehouse_that_was_never_told_of_a_listing_has_no_figure(vendor: Vendor) -> None:
    vendor.says(paths.STOCKS, {"products": [figure("A", 1, 5, free=7, reserved=2)], "has_next": False, "cursor": ""})
    assert shows(vendor.cabinet(), listings(A=1), "5", "6") == {(1, "5"): (7, 2), (1, "6"): (None, None)}
    assert vendor.bodies(paths.PRODUCTS) == []


def test_a_listing_without_figures_is_shown_only_where_its_card_is(vendor: Vendor) -> None:
    vendor.says(paths.STOCKS, {"products": [], "has_next": False, "cursor": ""})
    there = {"id": 1, "offer_id": "A", "sku": 0}
    another, archived = {"id": 99, "offer_id": "B", "sku": 0}, {"id": 3, "offer_id": "C", "sku": 0, "is_archived": True}
    vendor.says(paths.PRODUCTS, {"items": [there, another, archived]})
    assert shows(vendor.cabinet(), listings(A=1, B=2, C=3, D=4), "5") == {(1, "5"): (None, None)}


def test_a_card_whose_code_moved_to_another_is_no_longer_ours(vendor: Vendor) -> None:
    vendor.says(paths.STOCKS, {"products": [figure("A", 99, 5, free=7, reserved=0)], "has_next": False, "cursor": ""})
    vendor.says(paths.PRODUCTS, {"items": [{"id": 99, "offer_id": "A"}]})
    assert shows(vendor.cabinet(), listings(A=1), "5") == {}


def test_figures_are_read_a_thousand_codes_at_a_time_and_page_by_page(vendor: Vendor) -> None:
    def answer(body: Any) -> httpx.Response:
        half = body["offer_id"][::2] if "cursor" not in body else body["offer_id"][1::2]
        products = [figure(sku, int(re.sub(r"\D", "", sku)), 5, free=1, reserved=0) for sku in half]
        return httpx.Response(200, json={"products": products, "has_next": "cursor" not in body, "cursor": "next"})

    vendor.says(paths.STOCKS, answer)
    many = listings(**{f"A{number}": number for number in range(1, 1502)})
    assert vendor.cabinet().read_stock(many, ["5"])["pcs"].sum() == 1501
    assert [len(body["offer_id"]) for body in vendor.bodies(paths.STOCKS)] == [1000, 1000, 501, 501]


def test_a_warehouse_on_pause_or_in_the_archive_is_closed_with_a_note(vendor: Vendor) -> None:
    rows = [
        {"warehouse_id": 1, "name": "Основной", "status": "created", "pause_at": None},
        {"warehouse_id": 2, "name": "Старый", "status": "disabled"},
        {"warehouse_id": 3, "name": "Свой", "status": "created", "pause_at": "2026-11-01T00:00:00Z"},
        {"warehouse_id": 4, "name": "Новый", "status": "enchanted"},
    ]
    vendor.says(paths.WAREHOUSES, {"warehouses": rows, "has_next": False})
    assert vendor.cabinet().read_warehouses().rows() == [
        ("1", "Основной", True, None),
        ("2", "Старый", False, "в архиве"),
        ("3", "Свой", False, "на паузе"),
        ("4", "Новый", False, "не работает (enchanted)"),
    ]


def found(cabinet: OzonCabinet, *skus: str) -> pl.DataFrame:
    refs = cabinet.find_listings(skus).passed
    return (
        pl.DataFrame({"channel_sku": skus})
        .join(refs, on="channel_sku", maintain_order="left")
        .with_row_index("listing_id", 1)
        .with_columns(pl.col("listing_id").cast(pl.Int64))
    )


def test_in_the_world_a_figure_sent_is_the_figure_shown_beside_a_reserve(room: Room, cabinet: OzonCabinet) -> None:
    room.put("КР-7/2", "B", pcs={})
    warehouse = cabinet.read_warehouses().filter("is_open")["warehouse_ref"][0]
    listed = found(cabinet, "КР-7/2", "B")
    assert shows(cabinet, listed, warehouse) == {(1, warehouse): (None, None), (2, warehouse): (None, None)}
    sent = cabinet.send_stock(stock(listed, 5, 0, warehouse=warehouse))
    assert set(outcomes(sent).values()) == {("accepted", None)}
    room.buy("КР-7/2", 2)
    assert shows(cabinet, listed, warehouse) == {(1, warehouse): (3, 2), (2, warehouse): (0, 0)}


def test_in_the_world_a_pair_sent_twice_within_30_seconds_is_unsent(room: Room, cabinet: OzonCabinet) -> None:
    room.put("A", pcs={})
    warehouse = cabinet.read_warehouses().filter("is_open")["warehouse_ref"][0]
    offered = stock(found(cabinet, "A"), 5, warehouse=warehouse)
    cabinet.send_stock(offered)
    assert outcomes(cabinet.send_stock(offered)) == {1: ("unsent", "channel_is_silent")}


def test_in_the_world_one_bad_row_is_refused_by_itself(room: Room, cabinet: OzonCabinet) -> None:
    room.put("A", "B", pcs={})
    warehouse = cabinet.read_warehouses().filter("is_open")["warehouse_ref"][0]
    listed = found(cabinet, "A", "B")
    room.fault("refuse_item", sku="A")
    assert outcomes(cabinet.send_stock(stock(listed, 5, 6, warehouse=warehouse))) == {
        1: ("refused", "card_is_not_ready"),
        2: ("accepted", None),
    }


@pytest.mark.parametrize(("kind", "shown"), [("timeout_after", 5), ("error_after", 5), ("garbage", 5), ("error_before", None)])
def test_in_the_world_reading_back_tells_what_an_unknown_write_did(room: Room, cabinet: OzonCabinet, kind: str, shown: int | None) -> None:
    room.put("A", pcs={})
    warehouse = cabinet.read_warehouses().filter("is_open")["warehouse_ref"][0]
    listed = found(cabinet, "A")
    room.fault(kind, path=paths.SET_STOCKS)
    assert outcomes(cabinet.send_stock(stock(listed, 5, warehouse=warehouse))) == {1: ("unknown", "outcome_is_unknown")}
    assert shows(cabinet, listed, warehouse)[1, warehouse][0] == shown


def test_in_the_world_a_lie_is_seen_by_reading_back(room: Room, cabinet: OzonCabinet) -> None:
    room.put("A", pcs={})
    warehouse = cabinet.read_warehouses().filter("is_open")["warehouse_ref"][0]
    listed = found(cabinet, "A")
    room.fault("lie", path=paths.SET_STOCKS)
    assert outcomes(cabinet.send_stock(stock(listed, 5, warehouse=warehouse))) == {1: ("accepted", None)}
    assert shows(cabinet, listed, warehouse)[1, warehouse][0] is None


def test_in_the_world_a_storm_of_429_is_waited_out_where_it_says_how_long(room: Room, cabinet: OzonCabinet) -> None:
    room.put("A", pcs={})
    warehouse = cabinet.read_warehouses().filter("is_open")["warehouse_ref"][0]
    offered = stock(found(cabinet, "A"), 5, warehouse=warehouse)
    room.fault("rate_limited", path=paths.SET_STOCKS, retry_after="0", times=2)
    assert outcomes(cabinet.send_stock(offered)) == {1: ("accepted", None)}
    assert room.limited() == {}
