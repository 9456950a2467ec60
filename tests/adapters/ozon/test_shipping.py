from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.errors import Unauthorized
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from deployments.world.ozon.make import MAIN
from deployments.world.served import served
from tests.adapters.ozon.vendor import API_KEY, CLIENT_ID, Room, Vendor, furnished
from validation.order_news import Action, OrderNews

CUTS = [{"kind": "timeout_after"}, {"kind": "error_after", "status": 500}, {"kind": "garbage"}]
WRITES = (paths.SHIP, paths.CANCEL, paths.CANCEL_PRODUCTS)


def tell(cabinet: OzonCabinet, action: Action, *refs: str, **told: Any) -> list[tuple[str, str | None]]:
    answers = cabinet.tell_orders([OrderNews(order_ref=ref, number="777", action=action, **told) for ref in refs])
    assert [one.order_ref for one in answers] == list(refs)
    return [(one.outcome, one.reason) for one in answers]


def buy(room: Room, pcs: int = 1, sku: str = "A") -> str:
    return room.buy(sku, pcs)


def status(room: Room, ref: str) -> str:
    return room.room.books.postings[ref].status


def line_of(room: Room, ref: str) -> str:
    return str(room.room.books.postings[ref].sku)


def writes(room: Room) -> list[str]:
    return [one["path"] for one in room.order("GET", "/exchanges") if one["path"] in WRITES]


@pytest.fixture(autouse=True)
def goods(room: Room) -> None:
    room.put("A", "B", pcs={str(MAIN): 500})


@pytest.fixture
def slow() -> Iterator[tuple[Room, OzonCabinet]]:
    """A cabinet in which assembling takes an hour."""
    world = FastAPI()
    opened = furnished(world, assembly_s=3600.0)
    with served(world) as base:
        hand = Room(base, opened)
        hand.put("A", pcs={str(MAIN): 5})
        with OzonCabinet(url=hand.url, client_id=CLIENT_ID, api_key=SecretStr(API_KEY), clock=Clock(), timeout_s=1.0) as cabinet:
            yield hand, cabinet
        hand.close()


def an_hour_later(room: Room) -> None:
    """Whatever is being assembled is due."""
    for one in room.room.books.postings.values():
        if one.assembles:
            one.assembles = replace(one.assembles, due_at=one.assembles.due_at - timedelta(hours=1))


def test_a_ready_order_is_assembled_whole_in_one_package(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room, 3)
    assert tell(cabinet, "ready", ref) == [("accepted", None)]
    assert status(room, ref) == "awaiting_deliver"
    assert len(room.room.books.postings) == 1
    assert tell(cabinet, "ready", ref) == [("already", None)]
    assert writes(room) == [paths.SHIP]


@pytest.mark.parametrize("state", ["awaiting_deliver", "delivering", "delivered", "arbitration"])
def test_what_went_further_is_ready_already(room: Room, cabinet: OzonCabinet, state: str) -> None:
    ref = buy(room)
    room.order("PUT", f"/orders/{ref}", json={"status": state})
    assert tell(cabinet, "ready", ref) == [("already", None)]
    assert writes(room) == []


def test_a_cancelled_order_refuses_to_be_ready_and_the_others_go(room: Room, cabinet: OzonCabinet) -> None:
    gone, good = buy(room), buy(room)
    room.order("DELETE", f"/orders/{gone}")
    assert tell(cabinet, "ready", gone, good) == [("refused", "order_is_cancelled"), ("accepted", None)]


@pytest.mark.parametrize("state", ["awaiting_registration", "awaiting_approve", "awaiting_verification"])
def test_an_order_that_ozon_has_not_opened_yet_is_told_of_later(room: Room, cabinet: OzonCabinet, state: str) -> None:
    ref = buy(room)
    room.room.books.postings[ref].status = state
    assert tell(cabinet, "ready", ref) == [("refused", "order_waits_for_channel")]
    assert writes(room) == []


def test_an_order_that_is_not_paid_for_is_not_assembled(room: Room, cabinet: OzonCabinet) -> None:
    ref = room.buy("A", 1, is_legal=True, is_paid=False)
    assert tell(cabinet, "ready", ref) == [("refused", "order_is_unpaid")]


@pytest.mark.parametrize("cut", CUTS)
def test_a_lost_answer_to_assembling_is_looked_up(room: Room, cabinet: OzonCabinet, cut: dict[str, Any]) -> None:
    ref = buy(room, 2)
    room.fault(path=paths.SHIP, **cut)
    assert tell(cabinet, "ready", ref) == [("accepted", None)]
    assert writes(room) == [paths.SHIP]
    assert len(room.room.books.postings) == 1


def test_assembling_that_goes_on_is_neither_done_nor_repeated(slow: tuple[Room, OzonCabinet]) -> None:
    room, cabinet = slow
    ref = buy(room, 2)
    for _ in range(2):
        assert tell(cabinet, "ready", ref) == [("unknown", "assembly_goes_on")]
    an_hour_later(room)
    assert tell(cabinet, "ready", ref) == [("already", None)]
    assert writes(room) == [paths.SHIP]


def test_assembling_that_failed_is_repeated(slow: tuple[Room, OzonCabinet]) -> None:
    room, cabinet = slow
    ref = buy(room, 2)
    room.order("PUT", f"/orders/{ref}/assembly", params={"fails": 1})
    tell(cabinet, "ready", ref)
    an_hour_later(room)
    assert tell(cabinet, "ready", ref) == [("unknown", "assembly_goes_on")]
    an_hour_later(room)
    assert tell(cabinet, "ready", ref) == [("already", None)]
    assert writes(room) == [paths.SHIP] * 2


def test_assembling_that_fails_at_once_says_so(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room)
    room.order("PUT", f"/orders/{ref}/assembly")
    assert tell(cabinet, "ready", ref) == [("unknown", "assembly_has_failed")]
    assert tell(cabinet, "ready", ref) == [("accepted", None)]


def test_a_good_answer_that_did_nothing_is_not_believed(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room)
    room.fault("lie", path=paths.SHIP)
    assert tell(cabinet, "ready", ref) == [("unknown", "assembly_goes_on")]
    assert tell(cabinet, "ready", ref) == [("accepted", None)]


def test_a_cancellation_is_told_once_with_the_sellers_reason(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room, 2)
    assert tell(cabinet, "cancel", ref, why="out_of_stock") == [("accepted", None)]
    one = room.room.books.postings[ref]
    assert (one.status, one.cancel_reason_id, one.cancelled_by) == ("cancelled", 352, "seller")
    assert tell(cabinet, "cancel", ref) == [("already", None)]
    assert writes(room) == [paths.CANCEL]


def test_what_the_buyer_cancelled_is_not_cancelled_by_the_shop(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room)
    room.order("DELETE", f"/orders/{ref}")
    assert tell(cabinet, "cancel", ref) == [("already", None)]
    assert room.room.books.postings[ref].cancelled_by == "client"
    assert writes(room) == []


def test_what_has_left_is_not_cancelled(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room)
    room.order("PUT", f"/orders/{ref}", json={"status": "delivering"})
    assert tell(cabinet, "cancel", ref) == [("refused", "order_has_left")]


def test_a_part_is_dropped_and_dropping_it_again_drops_nothing(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room, 5)
    left = {line_of(room, ref): 3}
    assert tell(cabinet, "cancel", ref, left_pcs=left) == [("accepted", None)]
    assert (room.room.books.postings[ref].pcs, status(room, ref)) == (3, "awaiting_packaging")
    assert tell(cabinet, "cancel", ref, left_pcs=left) == [("already", None)]
    assert writes(room) == [paths.CANCEL_PRODUCTS]


def test_a_part_that_is_everything_cancels_the_order(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room, 2)
    assert tell(cabinet, "cancel", ref, left_pcs={line_of(room, ref): 0}) == [("accepted", None)]
    assert status(room, ref) == "cancelled"
    assert writes(room) == [paths.CANCEL]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(("path", "left_pcs"), [(paths.CANCEL, None), (paths.CANCEL_PRODUCTS, 1)])
def test_a_lost_answer_to_a_cancellation_is_looked_up(
    room: Room, cabinet: OzonCabinet, path: str, left_pcs: int | None, cut: dict[str, Any]
) -> None:
    ref = buy(room, 4)
    room.fault(path=path, **cut)
    left = {} if left_pcs is None else {line_of(room, ref): left_pcs}
    assert tell(cabinet, "cancel", ref, left_pcs=left) == [("accepted", None)]
    assert writes(room) == [path]
    assert room.room.books.postings[ref].pcs == (left_pcs or 4)


def test_what_was_not_done_is_done_when_told_again(room: Room, cabinet: OzonCabinet) -> None:
    ref = buy(room, 4)
    left = {line_of(room, ref): 1}
    room.fault("error_before", path=paths.CANCEL_PRODUCTS, status=500)
    assert tell(cabinet, "cancel", ref, left_pcs=left) == [("unknown", "news_outcome_is_unknown")]
    assert tell(cabinet, "cancel", ref, left_pcs=left) == [("accepted", None)]
    assert room.room.books.postings[ref].pcs == 1


def told_by(vendor: Vendor, news: OrderNews, *products: tuple[int, int], reasons: list[dict[str, Any]] | None = None, **shown: Any) -> Any:
    """What becomes of news of a posting with these lines, where Ozon says yes to everything and no to nothing."""
    lines = [{"sku": sku, "quantity": pcs} for sku, pcs in products]
    posting = {"posting_number": "1-1", "status": "awaiting_packaging", "in_process_at": "2026-11-22T09:30:00Z", "products": lines, **shown}
    vendor.says(paths.POSTING, {"result": posting})
    told = reasons if reasons is not None else [{"id": 402, "type_id": "seller"}]
    vendor.says(paths.CANCEL_REASONS, {"result": [{"posting_number": "1-1", "reasons": told}]})
    vendor.says(paths.CANCEL, {"result": True})
    vendor.says(paths.CANCEL_PRODUCTS, {"result": "1-1"})
    vendor.says(paths.SHIP, {"result": ["1-1"]})
    (answer,) = vendor.cabinet().tell_orders([news])
    return answer


def news(action: Action = "cancel", **told: Any) -> OrderNews:
    return OrderNews(order_ref="1-1", number="7", action=action, **told)


@pytest.mark.parametrize(
    ("offered", "why", "reason"),
    [
        ([(352, "seller"), (402, "seller")], "out_of_stock", 352),
        ([(352, "seller"), (402, "seller")], "defective", 402),
        ([(666, "buyer"), (400, "seller")], "other", 400),
    ],
)
def test_the_reason_is_one_that_ozon_offers_the_seller(vendor: Vendor, offered: list[tuple[int, str]], why: Any, reason: int) -> None:
    reasons = [{"id": number, "type_id": by} for number, by in offered]
    assert told_by(vendor, news(why=why), (911, 1), reasons=reasons).outcome == "accepted"
    (body,) = vendor.bodies(paths.CANCEL)
    assert body["cancel_reason_id"] == reason
    assert body["cancel_reason_message"]


@pytest.mark.parametrize("reasons", [[], [{"id": 665, "type_id": "buyer"}]])
def test_a_buyers_reason_is_never_given(vendor: Vendor, reasons: list[dict[str, Any]]) -> None:
    answer = told_by(vendor, news(), (911, 1), reasons=reasons)
    assert (answer.outcome, answer.reason) == ("refused", "cancel_is_not_offered")
    assert vendor.bodies(paths.CANCEL) == []


def test_lines_of_one_sku_are_told_apart_and_dropped_together(vendor: Vendor) -> None:
    told_by(vendor, news(left_pcs={"911": 1, "911-2": 0}), (911, 3), (912, 1), (911, 2))
    (body,) = vendor.bodies(paths.CANCEL_PRODUCTS)
    assert body["items"] == [{"sku": 911, "quantity": 4}]


def test_lines_of_one_sku_are_assembled_together(vendor: Vendor) -> None:
    told_by(vendor, news("ready"), (911, 3), (912, 1), (911, 2))
    (body,) = vendor.bodies(paths.SHIP)
    assert body["packages"] == [{"products": [{"product_id": 911, "quantity": 5}, {"product_id": 912, "quantity": 1}]}]


def test_an_answer_no_is_a_refusal(vendor: Vendor) -> None:
    told_by(vendor, news(), (911, 1))
    vendor.says(paths.CANCEL, {"result": False})
    (answer,) = vendor.cabinet().tell_orders([news()])
    assert (answer.outcome, answer.reason) == ("refused", "channel_refuses_news")


def test_a_refusal_says_what_ozon_said(vendor: Vendor) -> None:
    told_by(vendor, news("ready"), (911, 1))
    body = {"code": 9, "message": "EXEMPLAR_INFO_NOT_FILLED_COMPLETELY", "details": []}
    vendor.says(paths.SHIP, httpx.Response(400, json=body))
    (answer,) = vendor.cabinet().tell_orders([news("ready")])
    assert (answer.outcome, answer.reason) == ("refused", "channel_refuses_news")
    assert (answer.sentence or "").endswith("«EXEMPLAR_INFO_NOT_FILLED_COMPLETELY».")


def test_an_order_that_is_not_there_and_news_that_are_not_taken_are_refused(room: Room, cabinet: OzonCabinet) -> None:
    assert tell(cabinet, "cancel", "00000000-0000-9") == [("refused", "order_is_gone")]
    assert tell(cabinet, "confirm", buy(room)) == [("refused", "news_is_not_taken")]
    assert cabinet.tell_orders([]) == []


def test_many_orders_are_told_within_the_limits(room: Room, cabinet: OzonCabinet) -> None:
    refs = [buy(room) for _ in range(20)]
    assert set(tell(cabinet, "ready", *refs)) == {("accepted", None)}
    assert room.limited() == {}


def test_a_stranger_is_told_so_before_anything_is_sent(room: Room) -> None:
    ref = buy(room)
    with (
        OzonCabinet(url=room.url, client_id=CLIENT_ID, api_key=SecretStr("чужой".encode().hex()), clock=Clock(), timeout_s=1.0) as stranger,
        pytest.raises(Unauthorized),
    ):
        tell(stranger, "ready", ref)
    assert status(room, ref) == "awaiting_packaging"
