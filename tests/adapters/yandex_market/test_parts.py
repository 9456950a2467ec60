"""Boxes of an order, what is taken out of it only with consent, and its labels."""

from contextlib import suppress
from typing import Any

import httpx
import pytest

from adapters.errors import ContractBroken, SyncError
from adapters.yandex_market.business import YandexBusiness
from tasks.rules.labels import LabelAsked
from tasks.rules.parts import PartShipped, PartTold
from tests.adapters.yandex_market.test_order_status import READY
from tests.adapters.yandex_market.test_orders import ORDERS, item, order, page
from tests.adapters.yandex_market.vendor import Room, Vendor, refusal


@pytest.fixture(autouse=True)
def goods(room: Room) -> None:
    room.put("A", pcs={"3001": 500})


def part(ref: str, *boxes: int, rest: int = 0, may_remove: bool = False) -> PartShipped:
    line = str(int(ref) * 10)
    told = tuple({line: pcs} for pcs in boxes)
    return PartShipped(number="777-1", order_ref=ref, boxes=told, rest_pcs={line: rest} if rest else {}, may_remove=may_remove)


def ship(business: YandexBusiness, one: PartShipped) -> PartTold:
    (told,) = business.ship_parts([one])
    return told


def boxes(room: Room) -> list[Any]:
    return [one["body"] for one in room.order("GET", "/exchanges") if one["path"].endswith("/boxes")]


def test_an_order_is_told_in_its_boxes(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A", 3)
    assert ship(business, part(ref, 2, 1)).outcome == "accepted"
    line = int(ref) * 10
    wanted = [{"items": [{"id": line, "fullCount": 2}]}, {"items": [{"id": line, "fullCount": 1}]}]
    assert boxes(room) == [{"boxes": wanted, "allowRemove": False}]


def test_a_rest_is_not_taken_out_without_consent(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A", 3)
    told = ship(business, part(ref, 1, rest=2))
    assert (told.outcome, boxes(room)) == ("refused", [])
    assert "removes_missing" in (told.sentence or "")


def test_what_the_market_does_not_let_be_taken_out_is_refused_in_its_words(room: Room, business: YandexBusiness) -> None:
    ref = room.buy("A", 3)
    told = ship(business, part(ref, 1, rest=2, may_remove=True))
    assert (told.outcome, "cannot be removed" in (told.sentence or "")) == ("refused", True)
    assert [body["allowRemove"] for body in boxes(room)] == [True]


def test_with_consent_a_rest_is_taken_out_for_ever(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(7, items=[item(70, count=2), item(71)])))
    path = "/v2/campaigns/2001/orders/7/boxes"
    vendor.says(path, {"status": "OK", "result": {"boxes": []}}, method="PUT")
    one = PartShipped(number="1-1", order_ref="7", boxes=({"70": 2},), rest_pcs={"71": 1}, may_remove=True)
    with vendor.business() as business:
        assert ship(business, one).outcome == "accepted"
    assert vendor.bodies(path) == [{"boxes": [{"items": [{"id": 70, "fullCount": 2}]}], "allowRemove": True}]


def test_without_consent_nothing_may_be_taken_out_though_the_rest_is_out_already(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(7, items=[item(70, count=2)])))
    path = "/v2/campaigns/2001/orders/7/boxes"
    vendor.says(path, {"status": "OK", "result": {"boxes": []}}, method="PUT")
    one = PartShipped(number="1-1", order_ref="7", boxes=({"70": 2},), rest_pcs={"71": 1})
    with vendor.business() as business:
        assert ship(business, one).outcome == "accepted"
    assert [body["allowRemove"] for body in vendor.bodies(path)] == [False]


@pytest.mark.parametrize("pcs", [(3, "already"), (2, "later")])
def test_an_order_that_is_ready_is_left_alone(room: Room, business: YandexBusiness, pcs: tuple[int, str]) -> None:
    ref = room.buy("A", 3)
    room.order("PUT", f"/orders/{ref}", json=READY)
    assert ship(business, part(ref, pcs[0])).outcome == pcs[1]
    assert boxes(room) == []


@pytest.mark.parametrize("cut", [{"kind": "timeout_after"}, {"kind": "error_after", "status": 500}], ids=lambda cut: cut["kind"])
def test_boxes_may_be_told_again(room: Room, business: YandexBusiness, cut: dict[str, Any]) -> None:
    ref = room.buy("A", 1)
    room.fault(path="/boxes", times=1, **cut)
    with suppress(SyncError):
        ship(business, part(ref, 1))
    assert ship(business, part(ref, 1)).outcome == "accepted"


def test_an_order_that_is_not_there_or_is_cancelled_is_refused(room: Room, business: YandexBusiness) -> None:
    gone = room.buy("A", 1)
    room.order("DELETE", f"/orders/{gone}")
    assert [one.outcome for one in business.ship_parts([part(gone, 1), part("7", 1)])] == ["refused", "refused"]


def test_labels_are_a_pdf_while_the_order_is_assembled(room: Room, business: YandexBusiness) -> None:
    ref, gone = room.buy("A", 1), room.buy("A", 1)
    room.order("DELETE", f"/orders/{gone}")
    made = business.make_labels([LabelAsked(subject=f"s-{one}", order_ref=one) for one in (ref, gone, "7")])
    assert [one.state for one in made] == ["ready", "not_yet", "not_yet"]
    assert (made[0].content or b"").startswith(b"%PDF")
    assert business.make_labels([]) == []


def test_labels_that_are_no_pdf_break_the_contract(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(7)))
    vendor.says("/v2/campaigns/2001/orders/7/delivery/labels", httpx.Response(200, content=b"<html>"), method="GET")
    with vendor.business() as business, pytest.raises(ContractBroken):
        business.make_labels([LabelAsked(subject="s", order_ref="7")])


def test_a_refusal_of_labels_is_told_in_the_markets_words(vendor: Vendor) -> None:
    vendor.says(ORDERS, page(order(7)))
    vendor.says("/v2/campaigns/2001/orders/7/delivery/labels", refusal("Too early"), method="GET")
    with vendor.business() as business:
        (made,) = business.make_labels([LabelAsked(subject="s", order_ref="7")])
    assert (made.state, "Too early" in (made.sentence or "")) == ("not_yet", True)
