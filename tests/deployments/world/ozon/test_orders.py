from typing import Any

import pytest

from deployments.world.ozon.make import BULKY, MAIN
from deployments.world.ozon.room import Knobs
from tests.deployments.world.ozon.conftest import Cabinet

PERIOD = {"since": "2026-11-01T00:00:00Z", "to": "2026-11-30T00:00:00Z"}
UNFULFILLED, ALL, ONE = "/v4/posting/fbs/unfulfilled/list", "/v4/posting/fbs/list", "/v3/posting/fbs/get"


def buy(cabinet: Cabinet, sku: str = "A", pcs: int = 1, **more: Any) -> str:
    return str(cabinet.order("POST", "/orders", {"sku": sku, "pcs": pcs, **more})["order_ref"])


def numbers(told: Any) -> list[str]:
    return [one["posting_number"] for one in told["postings"]]


def free(cabinet: Cabinet, sku: str = "A") -> int:
    return int(cabinet.books()["goods"][sku]["pcs"][str(MAIN)])


@pytest.fixture
def stocked(cabinet: Cabinet) -> Cabinet:
    cabinet.put("A", pcs={str(MAIN): 10})
    return cabinet


def test_a_buyer_s_order_is_a_posting(stocked: Cabinet) -> None:
    number = buy(stocked, pcs=2)
    told = stocked.told(UNFULFILLED, {"with": {"analytics_data": True, "financial_data": True}})
    (one,) = told["postings"]
    (product,) = one["products"]
    assert (one["posting_number"], one["status"], one["delivery_method"]["warehouse_id"]) == (number, "awaiting_packaging", MAIN)
    assert (product["offer_id"], product["quantity"], product["price"]) == ("A", 2, {"amount": "1990.00", "currency": "RUB"})
    assert number == f"{one['order_number']}-1"
    assert (told["count"], told["has_next"], told["cursor"]) == (1, False, "")


def test_a_field_named_product_id_carries_the_sku(stocked: Cabinet) -> None:
    number = buy(stocked)
    one = stocked.told(ONE, {"posting_number": number, "with": {"financial_data": True}})["result"]
    assert one["financial_data"]["products"][0]["product_id"] == one["products"][0]["sku"]
    assert one["products"][0]["price"] == "1990.0000"


def test_what_was_not_asked_for_is_not_told(stocked: Cabinet) -> None:
    one = stocked.told(ONE, {"posting_number": buy(stocked)})["result"]
    assert not {"financial_data", "analytics_data", "barcodes", "legal_info", "related_postings"} & set(one)


def test_a_marketplace_sells_only_what_it_shows(stocked: Cabinet) -> None:
    assert stocked.order("POST", "/orders", {"sku": "A", "pcs": 7}) == {"order_ref": "41517061-0001-1", "left_pcs": 3}
    assert stocked.control.post("/orders", json={"sku": "A", "pcs": 4}).status_code == 409
    assert stocked.control.post("/orders", json={"sku": "A", "pcs": 1, "warehouse_ref": str(BULKY)}).status_code == 409
    stocked.order("PUT", "/archived", {"A": True})
    assert stocked.control.post("/orders", json={"sku": "A", "pcs": 1}).status_code == 409
    assert stocked.control.post("/orders", json={"sku": "none", "pcs": 1}).status_code == 404
    assert free(stocked) == 3


def test_postings_are_read_by_pages_both_ways(stocked: Cabinet) -> None:
    bought = [buy(stocked) for _ in range(5)]
    for direction, expected in (("ASC", bought), ("desc", bought[::-1])):
        seen: list[str] = []
        told: Any = {"has_next": True, "cursor": ""}
        while told["has_next"]:
            told = stocked.told(ALL, {"filter": PERIOD, "limit": 2, "sort_dir": direction, "cursor": told["cursor"]})
            seen += numbers(told)
        assert seen == expected


def test_a_list_takes_a_hundred(stocked: Cabinet) -> None:
    for wrong in ({"limit": 0}, {"limit": 101}):
        assert stocked.ask(ALL, {"filter": PERIOD, **wrong}).status_code == 400
        assert stocked.ask(UNFULFILLED, wrong).status_code == 400
    assert stocked.ask(ALL, {"filter": PERIOD}).status_code == 400
    assert stocked.ask(UNFULFILLED, {}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"since": PERIOD["since"]},
        {"since": "2025-11-01T00:00:00Z", "to": "2026-11-30T00:00:00Z"},
        {"since": "вчера", "to": PERIOD["to"]},
        {"since": "2026-11-01T00:00:00", "to": PERIOD["to"]},
    ],
)
def test_a_period_is_whole_and_at_most_a_year(cabinet: Cabinet, wrong: dict[str, str]) -> None:
    assert cabinet.ask(ALL, {"filter": wrong, "limit": 10}).status_code == 400


def test_assembly_and_hand_over_are_not_asked_together(cabinet: Cabinet) -> None:
    moments = {"cutoff_from": PERIOD["since"], "cutoff_to": PERIOD["to"]}
    assert cabinet.ask(UNFULFILLED, {"filter": moments}).status_code == 200
    assert cabinet.ask(UNFULFILLED, {"filter": {**moments, "delivering_date_from": PERIOD["since"]}}).status_code == 400


def test_lists_are_sifted(stocked: Cabinet) -> None:
    first = buy(stocked)
    stocked.clock.pass_(hours=2)
    second = buy(stocked)
    stocked.order("PUT", f"/orders/{first}", {"status": "awaiting_deliver"})

    def found(**more: Any) -> list[str]:
        return numbers(stocked.told(ALL, {"filter": {**PERIOD, **more}, "limit": 100}))

    assert found() == [first, second]
    assert found(statuses=["awaiting_deliver"]) == [first]
    assert found(since="2026-11-22T10:00:00Z") == [second]
    assert found(to="2026-11-22T10:00:00Z") == [first]
    assert found(warehouse_ids=[str(BULKY)]) == []
    assert found(order_id=stocked.told(ONE, {"posting_number": second})["result"]["order_id"]) == [second]
    assert found(order_numbers=[second.removesuffix("-1")]) == [second]
    assert found(last_changed_status_date={"from": "2026-11-22T11:00:00Z", "to": "2026-11-22T12:00:00Z"}) == [first, second]
    assert found(last_changed_status_date={"to": "2026-11-22T11:00:00Z"}) == []


def test_postings_under_way_are_found_by_when_they_must_leave(stocked: Cabinet) -> None:
    waiting = buy(stocked)
    stocked.clock.pass_(hours=2)
    sent = buy(stocked)
    stocked.order("PUT", f"/orders/{sent}", {"status": "delivering"})

    def found(**period: str) -> list[str]:
        return numbers(stocked.told(UNFULFILLED, {"filter": period}))

    assert found(cutoff_from="2026-11-23T10:00:00Z", cutoff_to="2026-11-24T00:00:00Z") == [sent]
    assert found(delivering_date_from="2026-11-22T00:00:00Z", delivering_date_to="2026-11-22T12:00:00Z") == [sent]
    assert found(delivering_date_from="2026-11-23T00:00:00Z", delivering_date_to="2026-11-23T12:00:00Z") == [waiting]


def test_what_was_delivered_is_under_way_no_more(stocked: Cabinet) -> None:
    number = buy(stocked, pcs=4)
    stocked.order("PUT", f"/orders/{number}", {"status": "delivering"})
    assert numbers(stocked.told(UNFULFILLED)) == [number]
    stocked.order("PUT", f"/orders/{number}", {"status": "delivered"})
    assert numbers(stocked.told(UNFULFILLED)) == []
    assert numbers(stocked.told(ALL, {"filter": PERIOD, "limit": 10})) == [number]
    goods = stocked.books()["goods"]["A"]
    assert (goods["pcs"], goods["reserved_pcs"]) == ({str(MAIN): 6}, {str(MAIN): 0})


def test_the_seller_cancels_for_a_reason_of_his_own(stocked: Cabinet) -> None:
    number = buy(stocked, pcs=3)
    (told,) = stocked.told("/v1/posting/fbs/cancel-reason", {"related_posting_numbers": [number]})["result"]
    assert {one["id"] for one in told["reasons"]} == {352, 400, 401, 402}
    assert stocked.told("/v2/posting/fbs/cancel", {"posting_number": number, "cancel_reason_id": 352}) == {"result": True}
    one = stocked.told(ONE, {"posting_number": number})["result"]
    assert (one["status"], one["cancellation"]["cancellation_type"], one["cancellation"]["cancel_reason_id"]) == (
        "cancelled",
        "seller",
        352,
    )
    assert one["cancellation"]["affect_cancellation_rating"] is True
    assert free(stocked) == 10


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"cancel_reason_id": 665}, 400, "HAS_INCORRECT_CANCEL_REASON"),
        ({"cancel_reason_id": 1}, 400, "HAS_INCORRECT_CANCEL_REASON"),
        ({"cancel_reason_id": 402}, 400, "cancel_reason_message is required"),
        ({"cancel_reason_id": 352, "posting_number": "none"}, 404, "POSTING_NOT_FOUND"),
        ({}, 400, "CancelReasonId"),
    ],
)
def test_a_cancellation_asked_wrongly_is_refused(stocked: Cabinet, asked: dict[str, Any], status: int, words: str) -> None:
    number = buy(stocked)
    answer = stocked.ask("/v2/posting/fbs/cancel", {"posting_number": number, **asked})
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert stocked.books()["orders"][number]["state"] == "awaiting_packaging"


def test_another_reason_is_explained(stocked: Cabinet) -> None:
    asked = {"posting_number": buy(stocked), "cancel_reason_id": 402, "cancel_reason_message": "Разбилась"}
    assert stocked.told("/v2/posting/fbs/cancel", asked) == {"result": True}
    answer = stocked.ask("/v2/posting/fbs/cancel", asked)
    assert (answer.status_code, answer.json()["message"]) == (400, "POSTING_ALREADY_CANCELLED")


def test_a_posting_with_the_carrier_is_not_cancelled(stocked: Cabinet) -> None:
    number = buy(stocked)
    stocked.order("PUT", f"/orders/{number}", {"status": "delivering"})
    answer = stocked.ask("/v2/posting/fbs/cancel", {"posting_number": number, "cancel_reason_id": 352})
    assert (answer.status_code, answer.json()["message"]) == (400, "HAS_INCORRECT_STATUS")


def test_a_buyer_s_cancelled_pieces_are_for_sale_again(stocked: Cabinet) -> None:
    number = buy(stocked, pcs=10)
    assert free(stocked) == 0
    stocked.order("DELETE", f"/orders/{number}")
    assert (free(stocked), stocked.books()["orders"][number]["state"]) == (10, "cancelled")
    one = stocked.told(ONE, {"posting_number": number})["result"]
    assert (one["cancellation"]["cancellation_type"], one["substatus"]) == ("client", "posting_canceled")
    assert stocked.control.delete(f"/orders/{number}").status_code == 409


def test_pieces_returned_after_hand_over_do_not_lie_on_the_shelf(stocked: Cabinet) -> None:
    number = buy(stocked, pcs=4)
    stocked.order("PUT", f"/orders/{number}", {"status": "delivering"})
    stocked.order("DELETE", f"/orders/{number}")
    assert free(stocked) == 6


def test_a_company_s_late_payment_leaves_no_moment_of_process(stocked: Cabinet) -> None:
    number = buy(stocked, buyer={"is_legal": True, "is_paid": False, "company_name": "ООО Ромашка"})
    one = stocked.told(ONE, {"posting_number": number, "with": {"analytics_data": True, "legal_info": True}})["result"]
    assert (one["in_process_at"], one["analytics_data"]["is_legal"], one["legal_info"]["company_name"]) == (None, True, "ООО Ромашка")


def test_postings_of_a_card_that_left_are_still_told(stocked: Cabinet) -> None:
    number = buy(stocked)
    stocked.order("DELETE", "/goods", sku="A")
    assert numbers(stocked.told(UNFULFILLED)) == [number]
    assert stocked.told("/v2/posting/fbs/cancel", {"posting_number": number, "cancel_reason_id": 352}) == {"result": True}


class TestLateOrders:
    @pytest.fixture
    def knobs(self) -> Knobs:
        return Knobs(order_visible_s=60)

    def test_an_order_reserves_before_it_is_shown(self, stocked: Cabinet) -> None:
        number = buy(stocked)
        assert free(stocked) == 9
        assert numbers(stocked.told(UNFULFILLED)) == numbers(stocked.told(ALL, {"filter": PERIOD, "limit": 10})) == []
        assert stocked.ask(ONE, {"posting_number": number}).status_code == 404
        stocked.clock.pass_(seconds=60)
        assert numbers(stocked.told(UNFULFILLED)) == [number]
