import json
from collections.abc import Callable
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken, RateLimited, Unauthorized
from adapters.wildberries.cabinet import WildberriesCabinet
from tests.adapters.wildberries.shop import WAREHOUSE, Hand, HandClock, cabinet, listings, outcomes, stock

STOCKS = f"/api/v3/stocks/{WAREHOUSE}"
ACCEPTED = ("accepted", None)
Answers = Callable[[httpx.Request], httpx.Response]


def known(*chrt_ids: int) -> pl.DataFrame:
    return pl.DataFrame(
        [(number, f"A-{number}", f'{{"nm_id":{number},"chrt_id":{chrt_id}}}') for number, chrt_id in enumerate(chrt_ids, 1)],
        schema={"listing_id": pl.Int64, "channel_sku": pl.String, "refs": pl.String},
        orient="row",
    )


class Vendor:
    """Answers in order, and what it was asked."""

    def __init__(self, *answers: httpx.Response | type[httpx.RequestError]) -> None:
        self.answers = list(answers)
        self.sent: list[list[tuple[int, int]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body: dict[str, Any] = json.loads(request.content)
        self.sent.append([(row["chrtId"], row["amount"]) for row in body["stocks"]])
        answer = self.answers.pop(0) if self.answers else httpx.Response(204)
        if isinstance(answer, httpx.Response):
            return answer
        raise answer("no answer", request=request)

    def cabinet(self) -> WildberriesCabinet:
        return cabinet(HandClock(), httpx.MockTransport(self))


def conflict(code: str, *chrt_ids: int) -> httpx.Response:
    data = [{"chrtId": chrt_id, "amount": 1} for chrt_id in chrt_ids]
    return httpx.Response(409, json=[{"code": code, "message": "says Wildberries", "data": data or None}])


def test_a_written_figure_is_read_back_and_one_never_told_is_none(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("КР-7/2", "A-1")
    two = listings(wb, "КР-7/2", "A-1")
    assert outcomes(wb.send_stock(stock(two[:1], 5))) == [ACCEPTED]
    assert room.pcs("КР-7/2") == 5
    shown = wb.read_stock(two, [WAREHOUSE])
    assert shown["pcs"].to_list() == [5, None]
    assert shown["reserved_pcs"].to_list() == [None, None]


def test_a_lie_is_seen_when_read_back(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1", pcs=3)
    one = listings(wb, "A-1")
    room.fault("lie", method="PUT", path="/stocks/")
    assert outcomes(wb.send_stock(stock(one, 7))) == [ACCEPTED]
    assert wb.read_stock(one, [WAREHOUSE])["pcs"].to_list() == [3]


def test_zeros_leave_first_and_lonely_rows_last_each_in_a_batch_of_its_own() -> None:
    vendor = Vendor()
    with vendor.cabinet() as wb:
        wb.send_stock(stock(known(11, 12, 13, 14, 15), 4, 0, 3, 0, 0, alone=(3, 4)))
    assert vendor.sent == [[(12, 0), (15, 0)], [(11, 4)], [(14, 0)], [(13, 3)]]


def test_a_batch_holds_at_most_a_thousand_rows() -> None:
    vendor = Vendor()
    with vendor.cabinet() as wb:
        wb.send_stock(stock(known(*range(1, 1002)), *[1] * 1001))
    assert [len(sent) for sent in vendor.sent] == [1000, 1]


def test_named_rows_of_a_positive_batch_are_refused_and_nobody_knows_of_the_others() -> None:
    vendor = Vendor(conflict("CargoWarehouseRestrictionSGT", 12))
    with vendor.cabinet() as wb:
        sent = wb.send_stock(stock(known(11, 12), 1, 1)).sort("listing_id")
    assert outcomes(sent) == [("unknown", "outcome_is_unknown"), ("refused", "warehouse_does_not_suit")]
    assert sent["sentence"][1].endswith("Площадка пишет: «says Wildberries».")
    assert len(vendor.sent) == 1


def test_zeros_go_again_without_the_named_rows() -> None:
    vendor = Vendor(conflict("NotFound", 12))
    with vendor.cabinet() as wb:
        sent = wb.send_stock(stock(known(11, 12), 0, 0)).sort("listing_id")
    assert outcomes(sent) == [ACCEPTED, ("refused", "listing_is_gone")]
    assert vendor.sent == [[(11, 0), (12, 0)], [(11, 0)]]


def test_a_positive_batch_refused_without_a_name_is_never_halved() -> None:
    vendor = Vendor(conflict("ProductPropertyConflict"))
    with vendor.cabinet() as wb:
        sent = wb.send_stock(stock(known(11, 12), 1, 1))
    assert outcomes(sent) == [("refused", "batch_is_refused")] * 2
    assert len(vendor.sent) == 1


def test_a_row_that_went_alone_has_its_own_reason() -> None:
    with Vendor(conflict("ProductPropertyConflict")).cabinet() as wb:
        assert outcomes(wb.send_stock(stock(known(11), 1, alone=(1,)))) == [("refused", "warehouse_does_not_suit")]


def test_a_zero_that_is_bad_without_a_name_is_found_by_halving() -> None:
    vendor = Vendor(conflict("ProductPropertyConflict"), httpx.Response(204), conflict("ProductPropertyConflict"))
    with vendor.cabinet() as wb:
        sent = wb.send_stock(stock(known(11, 12), 0, 0)).sort("listing_id")
    assert outcomes(sent) == [ACCEPTED, ("refused", "warehouse_does_not_suit")]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (conflict("StoreIsProcessing"), "warehouse_is_busy"),
        (httpx.Response(406, json={"code": "WarehouseStocksUpdateBlock", "message": "busy"}), "warehouse_is_busy"),
        (httpx.Response(406, json={"code": "StatusNotAcceptable", "message": "ban"}), "seller_is_blocked"),
        (httpx.Response(404, json={"code": "NotFound", "message": "Not found"}), "warehouse_is_unknown"),
    ],
)
def test_what_is_wrong_with_the_warehouse_is_told_of_every_row(answer: httpx.Response, reason: str) -> None:
    for pcs in (0, 1):
        vendor = Vendor(answer)
        with vendor.cabinet() as wb:
            assert outcomes(wb.send_stock(stock(known(11, 12), pcs, pcs))) == [("refused", reason)] * 2
        assert len(vendor.sent) == 1


def test_a_positive_figure_that_was_not_answered_is_unknown_and_leaves_once(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1")
    one = listings(wb, "A-1")
    room.fault("timeout_after", method="PUT", path="/stocks/")
    assert outcomes(wb.send_stock(stock(one, 5))) == [("unknown", "outcome_is_unknown")]
    assert len(room.said(STOCKS)) == 1
    assert wb.read_stock(one, [WAREHOUSE])["pcs"].to_list() == [5]


def test_a_storm_of_429_is_waited_out_within_a_call_and_not_beyond() -> None:
    slow, silence = httpx.Response(429, headers={"X-Ratelimit-Retry": "3"}), httpx.Response(429, headers={"X-Ratelimit-Retry": "600"})
    vendor = Vendor(slow, slow)
    with vendor.cabinet() as wb:
        assert outcomes(wb.send_stock(stock(known(11), 1))) == [ACCEPTED]
    with Vendor(silence).cabinet() as wb, pytest.raises(RateLimited):
        wb.send_stock(stock(known(11), 1))


def test_a_page_of_maintenance_leaves_a_positive_figure_unknown() -> None:
    vendor = Vendor(httpx.Response(503, text="<html>Ведутся работы</html>"))
    with vendor.cabinet() as wb:
        assert outcomes(wb.send_stock(stock(known(11), 1))) == [("unknown", "outcome_is_unknown")]


def test_a_figure_above_what_wildberries_takes_does_not_leave() -> None:
    vendor = Vendor()
    with vendor.cabinet() as wb:
        sent = wb.send_stock(stock(known(11, 12), 100_001, 100_000)).sort("listing_id")
    assert outcomes(sent) == [("refused", "stock_is_too_big"), ACCEPTED]
    assert vendor.sent == [[(12, 100_000)]]


def test_a_revoked_token_sends_nothing(room: Hand, wb: WildberriesCabinet) -> None:
    room.put("A-1")
    one = listings(wb, "A-1")
    room.order("POST", "/revoked", params={"token_ref": "0198a000-0000-7000-8000-000000000001"})
    with pytest.raises(Unauthorized):
        wb.send_stock(stock(one, 1))


def test_an_answer_that_breaks_its_contract_stops_with_the_fragment() -> None:
    answer = httpx.Response(200, json={"stocks": [{"chrtId": 11, "amount": "много"}]})
    with cabinet(HandClock(), httpx.MockTransport(lambda _: answer)) as wb, pytest.raises(ContractBroken) as broken:
        wb.read_stock(known(11), [WAREHOUSE])
    assert broken.value.fragment == "stocks.0.amount: много"


def test_refusals_are_paid_for_before_wildberries_has_to_say_too_often(room: Hand, wb: WildberriesCabinet) -> None:
    skus = [f"A-{number}" for number in range(40)]
    room.put(*skus)
    many = listings(wb, *skus)
    room.order("PUT", "/cargo", json=dict.fromkeys(skus, 3))
    wb.send_stock(stock(many, *[1] * 40, alone=tuple(range(1, 41))))
    assert len(room.said(STOCKS)) == 40
    assert room.limited() == {}


def test_a_warehouse_that_is_being_changed_takes_no_figures(room: Hand, wb: WildberriesCabinet) -> None:
    room.order("PUT", f"/warehouses/{WAREHOUSE}", json={"is_processing": True})
    room.order("PUT", "/warehouses/7", json={"name": "Самовывоз", "delivery_type": 5})
    found = {row["warehouse_ref"]: row for row in wb.read_warehouses().to_dicts()}
    assert not found[WAREHOUSE]["is_open"]
    assert not found["7"]["is_open"]
    room.order("PUT", f"/warehouses/{WAREHOUSE}", json={"is_processing": False})
    assert wb.read_warehouses().filter(pl.col("warehouse_ref") == WAREHOUSE)["is_open"].to_list() == [True]


def test_nothing_to_write_and_nothing_to_read_calls_nobody() -> None:
    vendor = Vendor()
    with vendor.cabinet() as wb:
        assert wb.send_stock(stock(known())).is_empty()
        assert wb.read_stock(known(), [WAREHOUSE]).is_empty()
        assert wb.read_stock(known(11), []).is_empty()
    assert vendor.sent == []
