from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.errors import Unauthorized
from adapters.wildberries.cabinet import WildberriesCabinet
from tests.adapters.wildberries.shop import WAREHOUSE, Hand, HandClock, a_token, cabinet
from tests.contracts.recorder import Recorder
from validation.order_news import Action, OrderNews

DAY_S = timedelta(days=1).total_seconds()
TODAY = f"Утюг 2026-11-22, склад {WAREHOUSE}, МГТ"


def buy(room: Hand, sku: str = "A-1", pcs: int = 1, **told: Any) -> list[str]:
    """The tasks of a new basket."""
    return [str(ref) for ref in room.order("POST", "/orders", json={"sku": sku, "pcs": pcs, **told})["task_ids"]]


def tell(wb: WildberriesCabinet, action: Action, *refs: str, **told: Any) -> list[tuple[str, str | None]]:
    answers = wb.tell_orders([OrderNews(order_ref=ref, number="100", action=action, **told) for ref in refs])
    assert [one.order_ref for one in answers] == list(refs)
    return [(one.outcome, one.reason) for one in answers]


def supplies(room: Hand) -> dict[str, list[str]]:
    """Tasks by the name of their supply; names that repeat would hide a supply, so they may not."""
    found = list(room.order("GET", "/supplies").values())
    assert len({one["name"] for one in found if one["is_open"]}) == len([one for one in found if one["is_open"]])
    return {one["name"]: [str(ref) for ref in one["task_ids"]] for one in found if one["is_open"]}


def states(room: Hand) -> dict[str, str]:
    return {ref: state for one in room.order("GET", "/books")["orders"].values() for ref, state in one["tasks"].items()}


def writes(room: Hand) -> int:
    said = room.order("GET", "/exchanges")
    return len([one for one in said if one["method"] != "GET" and not one["path"].endswith("/orders/status")])


@pytest.fixture(autouse=True)
def goods(room: Hand) -> None:
    room.put("A-1", "B-2", pcs=500)


def test_confirmed_tasks_go_into_one_supply_of_the_day(room: Hand, wb: WildberriesCabinet) -> None:
    first, second = buy(room), buy(room, "B-2")
    assert tell(wb, "confirm", *first, *second) == [("accepted", None)] * 2
    assert supplies(room) == {TODAY: [*first, *second]}
    assert set(states(room).values()) == {"confirm"}


def test_a_later_confirmation_of_the_day_joins_the_same_supply(room: Hand, wb: WildberriesCabinet) -> None:
    first = buy(room)
    tell(wb, "confirm", *first)
    later = buy(room)
    assert tell(wb, "confirm", *later) == [("accepted", None)]
    assert supplies(room) == {TODAY: [*first, *later]}


def test_what_is_confirmed_already_is_not_sent(room: Hand, wb: WildberriesCabinet) -> None:
    refs = buy(room)
    tell(wb, "confirm", *refs)
    before = writes(room)
    assert tell(wb, "confirm", *refs) == [("already", None)]
    assert writes(room) == before


@pytest.mark.parametrize(("supplier", "wb_status"), [("complete", "waiting"), ("complete", "sorted"), ("complete", "sold")])
def test_what_went_further_is_confirmed_already(room: Hand, wb: WildberriesCabinet, supplier: str, wb_status: str) -> None:
    basket = room.order("POST", "/orders", json={"sku": "A-1", "pcs": 1})
    room.order("PUT", f"/orders/{basket['order_ref']}/state", json={"supplier_status": supplier, "wb_status": wb_status})
    assert tell(wb, "confirm", str(basket["task_ids"][0])) == [("already", None)]


def test_a_cancelled_task_refuses_a_confirmation_and_the_others_go(room: Hand, wb: WildberriesCabinet) -> None:
    basket = room.order("POST", "/orders", json={"sku": "A-1", "pcs": 1})
    room.order("DELETE", f"/orders/{basket['order_ref']}")
    good = buy(room)
    answers = wb.tell_orders([OrderNews(order_ref=str(ref), number="1", action="confirm") for ref in (*basket["task_ids"], *good)])
    assert [(one.outcome, one.reason) for one in answers] == [("refused", "order_is_cancelled"), ("accepted", None)]
    assert (answers[0].sentence or "").startswith("Заказ на площадке уже отменён")


def test_tasks_of_another_warehouse_or_class_of_size_go_into_a_supply_of_their_own(room: Hand, wb: WildberriesCabinet) -> None:
    room.order("PUT", "/warehouses/7", json={"name": "Второй"})
    room.order("PUT", "/stock", json={"A-1": {"7": 4}})
    small = buy(room, warehouse_ref=WAREHOUSE)
    elsewhere = buy(room, warehouse_ref="7")
    room.order("PUT", "/cargo", json={"B-2": 3})
    bulky = buy(room, "B-2")
    assert tell(wb, "confirm", *small, *elsewhere, *bulky) == [("accepted", None)] * 3
    assert supplies(room) == {
        TODAY: small,
        "Утюг 2026-11-22, склад 7, МГТ": elsewhere,
        f"Утюг 2026-11-22, склад {WAREHOUSE}, КГТ": bulky,
    }


def test_the_next_day_has_a_supply_of_its_own(room: Hand, wb: WildberriesCabinet) -> None:
    tell(wb, "confirm", *buy(room))
    room.clock.wait(DAY_S)
    tell(wb, "confirm", *buy(room))
    assert list(supplies(room)) == [TODAY, f"Утюг 2026-11-23, склад {WAREHOUSE}, МГТ"]


def test_a_supply_that_was_handed_over_takes_nothing_more(room: Hand, wb: WildberriesCabinet) -> None:
    tell(wb, "confirm", *buy(room))
    (gone,) = room.order("GET", "/supplies")
    room.order("PUT", f"/supplies/{gone}/closed")
    refs = buy(room)
    assert tell(wb, "confirm", *refs) == [("accepted", None)]
    assert supplies(room) == {TODAY: refs}


@pytest.mark.parametrize("cut", [{"kind": "timeout_after"}, {"kind": "error_after", "status": 500}, {"kind": "garbage"}])
def test_a_lost_answer_to_making_a_supply_makes_no_second_one(room: Hand, wb: WildberriesCabinet, cut: dict[str, Any]) -> None:
    room.fault(method="POST", path="/v3/supplies", **cut)
    refs = buy(room, pcs=2)
    assert tell(wb, "confirm", *refs) == [("accepted", None)] * 2
    assert supplies(room) == {TODAY: refs}


def test_a_supply_of_which_nobody_knows_is_not_made_twice_in_one_go(room: Hand, wb: WildberriesCabinet) -> None:
    room.fault("error_before", method="POST", path="/v3/supplies", status=500)
    refs = buy(room, pcs=150)
    assert set(tell(wb, "confirm", *refs)) == {("unknown", "news_outcome_is_unknown")}
    assert room.said("/v3/supplies") == [one for one in room.said("/v3/supplies") if one["method"] == "GET"]
    assert supplies(room) == {}
    assert set(tell(wb, "confirm", *refs)) == {("accepted", None)}
    assert [len(tasks) for tasks in supplies(room).values()] == [150]


@pytest.mark.parametrize("cut", [{"kind": "timeout_after"}, {"kind": "error_after", "status": 502}])
def test_a_lost_answer_to_filling_a_supply_is_looked_up(room: Hand, wb: WildberriesCabinet, cut: dict[str, Any]) -> None:
    room.fault(method="PATCH", path="/v3/supplies/", **cut)
    refs = buy(room)
    assert tell(wb, "confirm", *refs) == [("accepted", None)]
    assert supplies(room) == {TODAY: refs}


def test_what_was_not_done_stays_unknown_and_is_done_when_told_again(room: Hand, wb: WildberriesCabinet) -> None:
    room.fault("error_before", method="PATCH", path="/v3/supplies/", status=500)
    refs = buy(room)
    assert tell(wb, "confirm", *refs) == [("unknown", "news_outcome_is_unknown")]
    assert tell(wb, "confirm", *refs) == [("accepted", None)]
    assert supplies(room) == {TODAY: refs}


def test_a_supply_is_filled_by_at_most_a_hundred_within_the_limits(room: Hand, wb: WildberriesCabinet) -> None:
    refs = buy(room, pcs=230)
    assert set(tell(wb, "confirm", *refs)) == {("accepted", None)}
    (name,) = supplies(room)
    assert sorted(supplies(room)[name]) == sorted(refs)
    sizes = [len(one["body"]["orders"]) for one in room.order("GET", "/exchanges") if one["method"] == "PATCH"]
    assert sizes == [100, 100, 30]
    assert room.limited() == {}


def test_an_open_supply_is_found_on_a_later_page(room: Hand, wb: WildberriesCabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(wb, "confirm", *buy(room))
    room.clock.wait(DAY_S)
    tell(wb, "confirm", *buy(room))
    monkeypatch.setattr(WildberriesCabinet, "SUPPLIES_MAX", 1)
    tell(wb, "confirm", *buy(room))
    assert [len(tasks) for tasks in supplies(room).values()] == [1, 2]


class Meanwhile(httpx.BaseTransport):
    """Something happens in the cabinet just before the first task is put into a supply."""

    def __init__(self, within: httpx.BaseTransport, happens: Callable[[], object]) -> None:
        self._within, self._happens = within, happens
        self._is_over = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH" and not self._is_over:
            self._is_over = True
            self._happens()
        return self._within.handle_request(request)

    def close(self) -> None:
        self._within.close()


def test_a_task_cancelled_meanwhile_does_not_hold_back_the_others(room: Hand) -> None:
    baskets = [room.order("POST", "/orders", json={"sku": "A-1", "pcs": 1}) for _ in range(5)]
    refs = [str(basket["task_ids"][0]) for basket in baskets]
    changes_mind = Meanwhile(Recorder(room.url, has_hosts=True), lambda: room.order("DELETE", f"/orders/{baskets[3]['order_ref']}"))
    with cabinet(room.clock, changes_mind) as wb:
        told = tell(wb, "confirm", *refs)
    assert told == [("accepted", None)] * 3 + [("refused", "order_is_cancelled"), ("accepted", None)]
    assert supplies(room) == {TODAY: [ref for ref in refs if ref != refs[3]]}


def test_a_cancellation_is_told_once(room: Hand, wb: WildberriesCabinet) -> None:
    refs = buy(room)
    assert tell(wb, "cancel", *refs) == [("accepted", None)]
    assert states(room) == {refs[0]: "cancelled"}
    before = writes(room)
    assert tell(wb, "cancel", *refs) == [("already", None)]
    assert writes(room) == before


def test_a_confirmed_task_is_cancelled_and_leaves_its_supply(room: Hand, wb: WildberriesCabinet) -> None:
    refs = buy(room)
    tell(wb, "confirm", *refs)
    assert tell(wb, "cancel", *refs) == [("accepted", None)]
    assert supplies(room) == {TODAY: []}


def test_what_has_left_is_not_cancelled(room: Hand, wb: WildberriesCabinet) -> None:
    basket = room.order("POST", "/orders", json={"sku": "A-1", "pcs": 1})
    room.order("PUT", f"/orders/{basket['order_ref']}/state", json={"supplier_status": "complete", "wb_status": "sorted"})
    assert tell(wb, "cancel", str(basket["task_ids"][0])) == [("refused", "order_has_left")]


@pytest.mark.parametrize("cut", [{"kind": "timeout_after"}, {"kind": "error_after", "status": 500}])
def test_a_lost_answer_to_a_cancellation_is_looked_up(room: Hand, wb: WildberriesCabinet, cut: dict[str, Any]) -> None:
    room.fault(method="PATCH", path="/cancel", **cut)
    refs = buy(room)
    assert tell(wb, "cancel", *refs) == [("accepted", None)]


def test_a_task_is_one_piece_so_that_one_left_is_no_cancellation(room: Hand, wb: WildberriesCabinet) -> None:
    refs = buy(room)
    assert tell(wb, "cancel", *refs, left_pcs={"any": 1}) == [("already", None)]
    assert states(room) == {refs[0]: "new"}
    assert tell(wb, "cancel", *refs, left_pcs={"any": 0}) == [("accepted", None)]


def test_a_confirmation_and_a_cancellation_of_different_tasks_go_in_one_call(room: Hand, wb: WildberriesCabinet) -> None:
    one, other = buy(room, pcs=2)
    news = [OrderNews(order_ref=one, number="1", action="confirm"), OrderNews(order_ref=other, number="1", action="cancel")]
    assert [told.outcome for told in wb.tell_orders(news)] == ["accepted", "accepted"]
    assert states(room) == {one: "confirm", other: "cancelled"}


def test_an_order_that_is_not_there_and_news_that_are_not_taken_are_refused(room: Hand, wb: WildberriesCabinet) -> None:
    assert tell(wb, "confirm", "7", "семь") == [("refused", "order_is_gone")] * 2
    assert tell(wb, "ready", *buy(room)) == [("refused", "news_is_not_taken")]
    assert wb.tell_orders([]) == []


def test_a_new_task_that_the_list_does_not_show_yet_is_told_of_later() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/status"):
            return httpx.Response(200, json={"orders": [{"id": 1, "supplierStatus": "new", "wbStatus": "waiting"}]})
        return httpx.Response(200, json={"orders": []})

    with cabinet(HandClock(), httpx.MockTransport(say)) as wb:
        assert tell(wb, "confirm", "1") == [("unknown", "order_waits_for_channel")]


def test_a_stranger_is_told_so_before_anything_is_sent(room: Hand, opened: Callable[..., WildberriesCabinet]) -> None:
    refs = buy(room)
    with pytest.raises(Unauthorized):
        tell(opened(room, token=a_token(scopes=())), "confirm", *refs)
    assert supplies(room) == {}
