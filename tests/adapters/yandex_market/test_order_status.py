from typing import Any

import httpx
import pytest

from adapters.errors import Unauthorized
from adapters.yandex_market.business import YandexBusiness
from tests.adapters.yandex_market.conftest import connected
from tests.adapters.yandex_market.test_orders import ORDERS, item, order, page
from tests.adapters.yandex_market.vendor import Room, Vendor, refusal
from validation.order_news import Action, OrderNews

SHOP = "/v2/campaigns/2001/orders"
UPDATE = f"{SHOP}/status-update"
READY: dict[str, Any] = {"status": "PROCESSING", "substatus": "READY_TO_SHIP"}
CUTS = [{"kind": "timeout_after"}, {"kind": "error_after", "status": 500}, {"kind": "garbage"}]


def tell(business: YandexBusiness, action: Action, *refs: str, **told: Any) -> list[tuple[str, str | None]]:
    answers = business.tell_orders([OrderNews(order_ref=ref, number="777", action=action, **told) for ref in refs])
    assert [one.order_ref for one in answers] == list(refs)
    return [(one.outcome, one.reason) for one in answers]


def shown(room: Room, ref: str) -> tuple[str, str, str]:
    one = room.market.books.orders[int(ref)]
    return one.status, one.substatus, one.external_id


def writes(room: Room) -> int:
    return len([one for one in room.order("GET", "/exchanges") if "/campaigns/" in one["path"] and one["method"] != "GET"])


@pytest.fixture(autouse=True)
def goods(room: Room) -> None:
    room.put("A", "B", pcs={"3001": 500})


def test_a_confirmed_order_gets_our_number_once(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A")
    assert tell(business, "confirm", ref) == [("accepted", None)]
    assert shown(room, ref) == ("PROCESSING", "STARTED", "777")
    before = writes(room)
    assert tell(business, "confirm", ref) == [("already", None)]
    assert writes(room) == before


def test_an_order_that_has_somebody_elses_number_keeps_it_and_says_so(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A")
    room.market.books.orders[int(ref)].external_id = "М-1"
    assert tell(business, "confirm", ref) == [("refused", "other_number_is_given")]
    assert writes(room) == 0


@pytest.mark.parametrize("state", [READY, {"status": "DELIVERY"}, {"status": "DELIVERED"}])
def test_an_order_that_went_further_takes_no_number(room: Room, business: YandexBusiness, state: dict[str, str]) -> None:
    ref = room.buy("A")
    room.order("PUT", f"/orders/{ref}", json=state)
    assert tell(business, "confirm", ref) == [("already", None)]
    assert writes(room) == 0


@pytest.mark.parametrize("cut", CUTS)
def test_a_lost_answer_to_a_number_is_looked_up(room: Room, business: YandexBusiness, cut: dict[str, Any]) -> None:
    ref = room.buy("A")
    room.fault(method="POST", path="/external-id", **cut)
    assert tell(business, "confirm", ref) == [("accepted", None)]
    assert writes(room) == 1


def test_orders_become_ready_in_one_call(room: Room, business: YandexBusiness) -> None:
    refs = [room.buy(sku) for sku in ("A", "B")]
    assert tell(business, "ready", *refs) == [("accepted", None)] * 2
    assert {shown(room, ref)[:2] for ref in refs} == {("PROCESSING", "READY_TO_SHIP")}
    assert writes(room) == 1
    assert tell(business, "ready", *refs) == [("already", None)] * 2
    assert writes(room) == 1


def test_a_number_is_told_before_the_order_is_ready(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A")
    actions: tuple[Action, ...] = ("ready", "confirm")
    told = business.tell_orders([OrderNews(order_ref=ref, number="777", action=action) for action in actions])
    assert [one.outcome for one in told] == ["accepted", "accepted"]
    assert shown(room, ref) == ("PROCESSING", "READY_TO_SHIP", "777")


@pytest.mark.parametrize("state", [{"status": "DELIVERY"}, {"status": "PICKUP"}, {"status": "DELIVERED"}, {"status": "RETURNED"}])
def test_what_went_further_is_ready_already(room: Room, business: YandexBusiness, state: dict[str, str]) -> None:
    ref = room.buy("A")
    room.order("PUT", f"/orders/{ref}", json=state)
    assert tell(business, "ready", ref) == [("already", None)]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"status": "CANCELLED", "substatus": "USER_CHANGED_MIND"}, "order_is_cancelled"),
        ({"status": "UNPAID"}, "order_is_unpaid"),
        ({"status": "PENDING"}, "order_waits_for_channel"),
    ],
)
def test_an_order_that_cannot_be_ready_says_why(room: Room, business: YandexBusiness, state: dict[str, str], reason: str) -> None:
    ref = room.buy("A")
    room.order("PUT", f"/orders/{ref}", json=state)
    assert tell(business, "ready", ref) == [("refused", reason)]
    assert writes(room) == 0


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("action", ["ready", "cancel"])
def test_a_lost_answer_to_a_status_is_looked_up(room: Room, business: YandexBusiness, action: Action, cut: dict[str, Any]) -> None:
    refs = [room.buy("A"), room.buy("B")]
    room.fault(method="POST", path="/status-update", **cut)
    assert tell(business, action, *refs) == [("accepted", None)] * 2
    assert writes(room) == 1


def test_what_was_not_done_is_done_when_told_again(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A")
    room.fault("error_before", method="POST", path="/status-update", status=500)
    assert tell(business, "ready", ref) == [("unknown", "news_outcome_is_unknown")]
    assert tell(business, "ready", ref) == [("accepted", None)]


@pytest.mark.parametrize("state", [{}, READY])
def test_the_shop_cancels_what_it_still_has(room: Room, business: YandexBusiness, state: dict[str, str]) -> None:
    ref = room.buy("A")
    if state:
        room.order("PUT", f"/orders/{ref}", json=state)
    assert tell(business, "cancel", ref) == [("accepted", None)]
    assert shown(room, ref)[:2] == ("CANCELLED", "SHOP_FAILED")
    assert tell(business, "cancel", ref) == [("already", None)]
    assert writes(room) == 1


def test_what_has_left_is_not_cancelled(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A")
    room.order("PUT", f"/orders/{ref}", json={"status": "DELIVERY"})
    assert tell(business, "cancel", ref) == [("refused", "order_has_left")]


def test_only_a_whole_order_is_cancelled_here(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A", 3)
    line = f"{ref}0"
    assert tell(business, "cancel", ref, left_pcs={line: 3}) == [("already", None)]
    assert tell(business, "cancel", ref, left_pcs={line: 1}) == [("refused", "part_is_not_taken")]
    assert writes(room) == 0
    assert tell(business, "cancel", ref, left_pcs={line: 0}) == [("accepted", None)]


def test_one_order_that_cannot_follow_does_not_hold_back_the_others(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(1), order(2), order(3)), page(order(2, status="CANCELLED", substatus="USER_CHANGED_MIND"), order(3)))
    verdicts = [
        {"id": 1, **READY, "updateStatus": "OK"},
        {"id": 2, "status": "PROCESSING", "updateStatus": "ERROR", "errorDetails": "No permission to set status"},
        {"id": 3, "status": "PROCESSING", "updateStatus": "ERROR", "errorDetails": "Codes are not checked"},
    ]
    vendor.says(UPDATE, {"status": "OK", "result": {"orders": verdicts}})
    with vendor.business("3001") as business:
        told = business.tell_orders([OrderNews(order_ref=ref, number="7", action="ready") for ref in "123"])
    assert [(one.outcome, one.reason) for one in told] == [
        ("accepted", None),
        ("refused", "order_is_cancelled"),
        ("refused", "channel_refuses_news"),
    ]
    assert (told[2].sentence or "").endswith("Площадка пишет: «Codes are not checked».")


def test_an_order_that_the_answer_forgets_is_unknown(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(1)))
    vendor.says(UPDATE, {"status": "OK", "result": {"orders": []}})
    with vendor.business("3001") as business:
        assert tell(business, "ready", "1") == [("unknown", "news_outcome_is_unknown")]


def test_thirty_statuses_leave_at_once_and_each_shop_has_its_own(vendor: Vendor) -> None:
    orders = [order(number, campaignId=2001 if number < 33 else 2002) for number in range(1, 35)]
    vendor.says(ORDERS, page(*orders))
    for path in (UPDATE, UPDATE.replace("2001", "2002")):
        vendor.says(path, lambda body: {"status": "OK", "result": {"orders": [{**one, "updateStatus": "OK"} for one in body["orders"]]}})
    with vendor.business("3001") as business:
        assert set(tell(business, "ready", *(str(number) for number in range(1, 35)))) == {("accepted", None)}
    assert [len(body["orders"]) for body in vendor.bodies(UPDATE)] == [30, 2]
    assert [[one["id"] for one in body["orders"]] for body in vendor.bodies(UPDATE.replace("2001", "2002"))] == [[33, 34]]


def test_orders_are_looked_at_fifty_at_a_time(vendor: Vendor) -> None:
    vendor.says(ORDERS, lambda body: page(*(order(number, **READY) for number in body["orderIds"])))
    with vendor.business("3001") as business:
        assert set(tell(business, "ready", *(str(number) for number in range(1, 121)))) == {("already", None)}
    assert [len(body["orderIds"]) for body in vendor.bodies(ORDERS)] == [50, 50, 20]


def test_packing_is_not_ready_yet(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(1, substatus="PACKAGING")))
    vendor.says(UPDATE, {"status": "OK", "result": {"orders": [{"id": 1, **READY, "updateStatus": "OK"}]}})
    with vendor.business("3001") as business:
        assert tell(business, "ready", "1") == [("accepted", None)]


def test_a_refusal_says_what_the_market_said(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(1, items=[item(1)])))
    vendor.says(f"{SHOP}/1/external-id", refusal("Order is being changed"))
    with vendor.business("3001") as business:
        (told,) = business.tell_orders([OrderNews(order_ref="1", number="7", action="confirm")])
    assert (told.outcome, told.reason) == ("refused", "channel_refuses_news")
    assert (told.sentence or "").endswith("«Order is being changed».")


def test_a_refusal_in_no_shape_of_the_markets_is_still_one(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(1)))
    vendor.says(f"{SHOP}/1/external-id", httpx.Response(400, text="<html>"))
    with vendor.business("3001") as business:
        assert tell(business, "confirm", "1") == [("refused", "channel_refuses_news")]


def test_an_order_that_is_not_there_and_news_that_are_not_taken_are_refused(room: Room, business: YandexBusiness) -> None:
    assert tell(business, "ready", "7", "семь") == [("refused", "order_is_gone")] * 2
    assert tell(business, "shipped", room.buy("A")) == [("refused", "news_is_not_taken")]
    assert business.tell_orders([]) == []


def test_a_stranger_is_told_so_before_anything_is_sent(room: Room) -> None:
    ref = room.buy("A")
    with connected(room, key="чужой".encode().hex()) as stranger, pytest.raises(Unauthorized):
        tell(stranger, "ready", ref)
    assert shown(room, ref)[:2] == ("PROCESSING", "STARTED")
