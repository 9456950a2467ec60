import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken, Rejected, Unauthorized, Unavailable
from tests.adapters.yandex_market.frames import listings, outcomes, stock
from tests.adapters.yandex_market.vendor import OK, V2, V3, Vendor, refusal

UPDATE, READ = f"{V3}/offers/stocks/update", f"{V3}/offers/stocks"
SHOP = "/v2/campaigns/2001/offers/stocks"
ACCEPTED = ("accepted", None)


def shown(*offers: dict[str, Any], **paging: str) -> dict[str, Any]:
    return {"status": "OK", "result": {"partnerWarehouseId": 3001, "offers": list(offers), "paging": paging}}


def offer(sku: str, **stocks: int) -> dict[str, Any]:
    told = [{"type": kind, "count": count} for kind, count in stocks.items()]
    return {"offerId": sku, "stocks": told, "updatedAt": "2026-11-22T10:00:00+03:00"}


def skus_of(body: dict[str, Any]) -> list[str]:
    return [row["sku"] for row in body["skuItems"]]


def test_figures_go_per_warehouse_true_a_minute_ago(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK)
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("КР-7/2"), 5))
        now = business._clock.now()
    assert outcomes(sent) == {1: ACCEPTED}
    (row,) = vendor.bodies(UPDATE)[0]["skuItems"]
    assert {name: row[name] for name in ("sku", "partnerWarehouseId", "count")} == {"sku": "КР-7/2", "partnerWarehouseId": 3001, "count": 5}
    assert timedelta(seconds=60) <= now - datetime.fromisoformat(row["updatedAt"]) < timedelta(seconds=70)


def test_zeros_leave_first_then_figures_then_those_that_go_alone(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK)
    offered = pl.concat(
        [
            stock(listings("A", "B", "C"), 9, 0, 7),
            stock(listings("X", "Y"), 1, 2, is_alone=True).with_columns(pl.col("listing_id") + 10),
        ]
    )
    with vendor.business() as business:
        sent = business.send_stock(offered)
    assert [skus_of(body) for body in vendor.bodies(UPDATE)] == [["B"], ["A", "C"], ["X"], ["Y"]]
    assert set(outcomes(sent).values()) == {ACCEPTED}
    assert sent.height == 5


def test_a_call_has_two_thousand_rows_at_most(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK)
    with vendor.business() as business:
        business.send_stock(stock(listings(*map(str, range(2500))), *[3] * 2500))
    assert [len(body["skuItems"]) for body in vendor.bodies(UPDATE)] == [2000, 500]


def test_a_body_has_512_kb_at_most(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK)
    skus = [f'"{number:04}' + "Щ" * 240 for number in range(1500)]
    with vendor.business() as business:
        sent = business.send_stock(stock(listings(*skus), *[3] * 1500))
    assert set(sent["outcome"]) == {"accepted"}
    sizes = [int(call.headers["content-length"]) for call in vendor.calls]
    assert sum(len(body["skuItems"]) for body in vendor.bodies(UPDATE)) == 1500
    assert max(sizes) < 512 * 1024
    assert len(sizes) == 2


def test_of_a_refused_batch_the_rows_named_are_refused_and_the_others_not_known(vendor: Vendor) -> None:
    vendor.says(UPDATE, refusal("Duplicate shop-sku B 2 for warehouse 3001", "Illegal input at skuItems[2].count"))
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("A", "B 2", "C", "D"), 1, 2, 3, 4))
    assert outcomes(sent) == {
        1: ("unknown", "outcome_is_unknown"),
        2: ("refused", "channel_rejects"),
        3: ("refused", "channel_rejects"),
        4: ("unknown", "outcome_is_unknown"),
    }
    assert "Duplicate shop-sku B 2 for warehouse 3001" in sent.filter(pl.col("listing_id") == 2)["sentence"][0]
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("pcs", [0, 5])
def test_a_clock_that_is_off_refuses_every_row_at_once(vendor: Vendor, pcs: int) -> None:
    vendor.says(UPDATE, refusal("Stock for A should not be in the future"))
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("A", "B", "C"), pcs, pcs, pcs))
    assert set(outcomes(sent).values()) == {("refused", "clock_is_off")}
    assert len(vendor.calls) == 1


def test_a_batch_refused_without_a_name_comes_back_row_by_row(vendor: Vendor) -> None:
    vendor.says(UPDATE, refusal("Illegal input at root"))
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("A", "B"), 1, 2))
        alone = business.send_stock(stock(listings("A"), 1, is_alone=True))
    assert outcomes(sent) == {1: ("refused", "batch_is_refused"), 2: ("refused", "batch_is_refused")}
    assert outcomes(alone) == {1: ("refused", "channel_rejects")}
    assert [len(skus_of(body)) for body in vendor.bodies(UPDATE)] == [2, 1]


def test_what_is_wrong_with_the_call_itself_makes_no_row_go_alone(vendor: Vendor) -> None:
    vendor.says(UPDATE, refusal("Campaign type is not allowed. Allowed campaign types: FBS"))
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("A", "B", "C", "D"), 1, 2, 0, 0))
    assert set(outcomes(sent).values()) == {("refused", "channel_rejects")}
    assert [skus_of(body) for body in vendor.bodies(UPDATE)] == [["C", "D"], ["A", "B"]]


def test_zeros_leave_without_the_bad_row(vendor: Vendor) -> None:
    def judge(body: dict[str, Any]) -> Any:
        return refusal("Illegal input") if "BAD" in skus_of(body) else OK

    vendor.says(UPDATE, judge)
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("A", "B", "BAD", "C"), 0, 0, 0, 0))
    assert outcomes(sent) == {1: ACCEPTED, 2: ACCEPTED, 3: ("refused", "channel_rejects"), 4: ACCEPTED}


def test_zeros_named_are_refused_and_the_others_sent_again(vendor: Vendor) -> None:
    vendor.says(UPDATE, refusal("Duplicate shop-sku B for warehouse 3001"), OK)
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("A", "B", "C"), 0, 0, 0))
    assert [skus_of(body) for body in vendor.bodies(UPDATE)] == [["A", "B", "C"], ["A", "C"]]
    assert outcomes(sent) == {1: ACCEPTED, 2: ("refused", "channel_rejects"), 3: ACCEPTED}


def test_an_error_within_a_success_is_a_refusal(vendor: Vendor) -> None:
    vendor.says(UPDATE, {"status": "ERROR"})
    with vendor.business() as business:
        assert outcomes(business.send_stock(stock(listings("A", "B"), 1, 2))) == {
            1: ("refused", "batch_is_refused"),
            2: ("refused", "batch_is_refused"),
        }


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("slow"),
        httpx.Response(200, text="<html>"),
        refusal("Internal server error", status=500, code="INTERNAL_SERVER_ERROR"),
        httpx.Response(503, text="<html>"),
    ],
)
def test_a_positive_figure_without_an_answer_is_not_known_and_left_alone(vendor: Vendor, answer: Any) -> None:
    vendor.says(UPDATE, answer)
    with vendor.business() as business:
        assert outcomes(business.send_stock(stock(listings("A"), 5))) == {1: ("unknown", "outcome_is_unknown")}
    assert len(vendor.calls) == 1


def test_a_zero_without_an_answer_may_be_tried_again(vendor: Vendor) -> None:
    vendor.says(UPDATE, httpx.ReadTimeout("slow"))
    with vendor.business() as business, pytest.raises(Unavailable):
        business.send_stock(stock(listings("A"), 0))


def test_an_answer_of_another_shape_stops_the_rest(vendor: Vendor) -> None:
    vendor.says(UPDATE, OK, {"stat": "OK"})
    with vendor.business() as business:
        sent = business.send_stock(stock(listings("A", "B"), 0, 5))
    assert outcomes(sent) == {1: ACCEPTED, 2: ("unknown", "contract_is_broken")}


def test_a_revoked_key_stops_everything(vendor: Vendor) -> None:
    vendor.says(UPDATE, refusal("Api-Key token is revoked", status=401, code="UNAUTHORIZED"))
    with vendor.business() as business, pytest.raises(Unauthorized):
        business.send_stock(stock(listings("A", "B"), 0, 5))


def test_available_is_what_is_shown_and_frozen_what_is_reserved(vendor: Vendor) -> None:
    vendor.says(
        READ,
        shown(
            offer("A", AVAILABLE=5, FIT=7, FREEZE=2),
            offer("B", AVAILABLE=3, FIT=3),
            offer("C", FREEZE=1),
            offer("D"),
            {"offerId": "E", "stocks": []},
        ),
    )
    with vendor.business() as business:
        read = business.read_stock(listings("A", "B", "C", "D", "E", "GONE"), ["3001"])
    assert read.select("listing_id", "pcs", "reserved_pcs").rows() == [(1, 5, 2), (2, 3, 0), (3, 0, 1), (4, 0, 0), (5, None, None)]
    assert set(read["warehouse_ref"]) == {"3001"}


def test_a_list_of_codes_is_asked_whole_and_pages_are_followed_all_the_same(vendor: Vendor) -> None:
    def page(body: dict[str, Any]) -> Any:
        is_second = len(vendor.calls) == 2
        skus = body["offerIds"][50:] if is_second else body["offerIds"][:50]
        return shown(*[offer(sku, AVAILABLE=1) for sku in skus], **({} if is_second else {"nextPageToken": "two"}))

    vendor.says(READ, page)
    with vendor.business() as business:
        assert business.read_stock(listings(*map(str, range(90))), ["3001"]).height == 90
    assert [call.query for call in vendor.calls] == [(), (("pageToken", "two"),)]


def test_no_more_codes_are_asked_than_a_page_holds(vendor: Vendor) -> None:
    vendor.says(READ, lambda body: shown(*[offer(sku, AVAILABLE=1) for sku in body["offerIds"]]))
    with vendor.business() as business:
        assert business.read_stock(listings(*map(str, range(250))), ["3001", "3002"]).height == 500
    assert [len(body["offerIds"]) for body in vendor.bodies(READ)] == [100, 100, 50] * 2


WAREHOUSES = {
    "status": "OK",
    "result": {
        "warehouses": [
            {"id": 3001, "name": "Основной", "campaignId": 2001, "express": False, "groupInfo": {"id": 4001, "name": "Москва"}},
            {"id": 3002, "name": "Дальний", "campaignId": 2002, "express": False, "groupInfo": {"id": 4001, "name": "Москва"}},
        ]
    },
}


def test_with_groups_figures_go_per_shop(vendor: Vendor) -> None:
    vendor.says(SHOP, OK, method="PUT")
    vendor.says("/v2/campaigns/2002/offers/stocks", OK, method="PUT")
    offered = pl.concat(
        [
            stock(listings("A", "B"), 5, 0, warehouse="2001"),
            stock(listings("C"), 4, warehouse="2002").with_columns(listing_id=pl.lit(3, pl.Int64)),
        ]
    )
    with vendor.business(has_groups=True) as business:
        assert set(outcomes(business.send_stock(offered)).values()) == {ACCEPTED}
    told = [(call.path, [(row["sku"], row["items"][0]["count"]) for row in call.body["skus"]]) for call in vendor.calls]
    assert told == [(SHOP, [("B", 0)]), (SHOP, [("A", 5)]), ("/v2/campaigns/2002/offers/stocks", [("C", 4)])]


def test_with_groups_the_markets_own_warehouse_of_returns_is_not_ours(vendor: Vendor) -> None:
    places = [{"warehouseId": 300, "offers": [offer("A", AVAILABLE=9)]}, {"warehouseId": 3001, "offers": [offer("A", AVAILABLE=5)]}]
    vendor.says(f"{V2}/warehouses", WAREHOUSES)
    vendor.says(SHOP, {"status": "OK", "result": {"warehouses": places}})
    with vendor.business(has_groups=True) as business:
        read = business.read_stock(listings("A"), ["2001"])
    assert read.rows() == [(1, "2001", 5, 0)]


def test_with_groups_a_shop_without_a_warehouse_is_said_to_be_wrong(vendor: Vendor) -> None:
    vendor.says(f"{V2}/warehouses", WAREHOUSES)
    with vendor.business(has_groups=True) as business, pytest.raises(Rejected, match="2009"):
        business.read_stock(listings("A"), ["2009"])


def test_without_groups_a_warehouse_is_open_while_one_of_its_models_is(vendor: Vendor) -> None:
    def model(api: str) -> dict[str, str]:
        return {"placementType": "FBS", "apiAvailability": api}

    places = [
        {"id": 1, "name": "Открыт", "models": [model("MANUALLY_DISABLED"), model("AVAILABLE")]},
        {"id": 2, "name": "Закрыт", "models": [model("DISABLED_BY_INACTIVITY")]},
    ]
    vendor.says(f"{V3}/warehouses", {"status": "OK", "result": {"warehouses": places}})
    with vendor.business() as business:
        found = business.read_warehouses()
    assert found.select("warehouse_ref", "is_open").rows() == [("1", True), ("2", False)]
    assert "90 дней" in found["note"][1]


def test_with_groups_the_places_are_shops(vendor: Vendor) -> None:
    places = [
        *WAREHOUSES["result"]["warehouses"],  # type: ignore[index]
        {"id": 3003, "name": "Выключен", "campaignId": 2003, "express": False, "status": {"status": "DISABLED_MANUALLY"}},
    ]
    shops = [{"id": 2001, "apiAvailability": "AVAILABLE"}, {"id": 2002, "apiAvailability": "MANUALLY_DISABLED"}, {"id": 2003}]
    vendor.says(f"{V2}/warehouses", {"status": "OK", "result": {"warehouses": places}})
    vendor.says("/v2/campaigns", {"campaigns": shops}, method="GET")
    with vendor.business(has_groups=True) as business:
        found = business.read_warehouses()
    assert found.select("warehouse_ref", "is_open").rows() == [("2001", True), ("2002", False), ("2003", False)]
    assert found["name"][0] == "Основной (группа «Москва»)"


def test_garbled_reading_breaks_the_contract(vendor: Vendor) -> None:
    vendor.says(READ, httpx.Response(200, content=json.dumps(shown({"offerId": "A", "stocks": "none"}))))
    with vendor.business() as business, pytest.raises(ContractBroken, match="stocks"):
        business.read_stock(listings("A"), ["3001"])
