"""Stickers of tasks, and supplies handed over once."""

from typing import Any

import httpx
import pytest

from adapters.wildberries.cabinet import WildberriesCabinet
from tasks.rules.labels import LabelAsked
from tests.adapters.wildberries.shop import Hand, HandClock, cabinet
from tests.adapters.wildberries.test_supplies import buy, states, tell


@pytest.fixture(autouse=True)
def goods(room: Hand) -> None:
    room.put("A-1", pcs=500)


def asked(*refs: str) -> list[LabelAsked]:
    return [LabelAsked(subject=f"s-{ref}", order_ref=ref) for ref in refs]


def test_a_task_has_a_sticker_when_it_is_in_a_supply(room: Hand, wb: WildberriesCabinet) -> None:
    first, second = buy(room), buy(room)
    tell(wb, "confirm", *first)
    made = wb.make_labels(asked(*first, *second, "семь"))
    assert [one.state for one in made] == ["ready", "not_yet", "not_yet"]
    assert (made[0].subject, made[0].format, (made[0].content or b"")[:4]) == (f"s-{first[0]}", "png", b"\x89PNG")
    assert "поставке" in (made[1].sentence or "")


def test_a_task_without_its_customs_declaration_holds_up_no_other(room: Hand, wb: WildberriesCabinet) -> None:
    refs = [ref for _ in range(5) for ref in buy(room)]
    tell(wb, "confirm", *refs)
    room.order("PUT", f"/tasks/{refs[3]}/declaration", params={"is_lacking": True})
    made = wb.make_labels(asked(*refs))
    assert [one.state for one in made] == ["ready", "ready", "ready", "refused", "ready"]
    assert "Customs declaration is required" in (made[3].sentence or "")


def test_nothing_asked_is_nothing_said(wb: WildberriesCabinet) -> None:
    assert wb.make_labels([]) == []


def test_a_supply_is_handed_over_once_and_then_has_its_code(room: Hand, wb: WildberriesCabinet) -> None:
    refs = buy(room)
    tell(wb, "confirm", *refs)
    (supply,) = wb.open_supplies()
    code = LabelAsked(subject=supply.id, order_ref="", kind="supply")
    assert [one.state for one in wb.make_labels([code])] == ["not_yet"]
    assert wb.hand_over(supply.id).outcome == "accepted"
    assert wb.hand_over(supply.id).outcome == "already"
    assert {states(room)[ref] for ref in refs} == {"complete"}
    assert [one.state for one in wb.make_labels([code])] == ["ready"]
    assert wb.open_supplies() == []


def test_supplies_that_people_made_are_left_to_them(room: Hand, wb: WildberriesCabinet) -> None:
    wb.make_supply("Моя поставка")
    assert wb.open_supplies() == []


def test_an_empty_supply_is_refused_in_the_vendors_words(wb: WildberriesCabinet) -> None:
    told = wb.hand_over(wb.make_supply("Утюг пустая"))
    assert (told.outcome, "не содержит" in (told.sentence or "")) == ("refused", True)
    assert wb.hand_over("WB-GI-1").outcome == "refused"


@pytest.mark.parametrize("cut", [{"kind": "timeout_after"}, {"kind": "error_after", "status": 500}], ids=lambda cut: cut["kind"])
def test_a_supply_whose_answer_was_lost_is_looked_at(room: Hand, wb: WildberriesCabinet, cut: dict[str, Any]) -> None:
    tell(wb, "confirm", *buy(room))
    (supply,) = wb.open_supplies()
    room.order("POST", "/faults", json={"path": f"supplies/{supply.id}/deliver", "times": 1, **cut})
    assert wb.hand_over(supply.id).outcome == "accepted"
    assert wb.hand_over(supply.id).outcome == "already"


def test_a_supply_refused_for_its_marking_names_the_tasks() -> None:
    wrong = [{"id": 7, "metaDetails": [{"key": "sgtin", "value": "x", "decision": "sgtinNotFound"}]}, {"id": 8, "metaDetails": []}]
    refusal = {"code": "MetaValidationFail", "message": "Fix them to dispatch items", "data": {"orders": wrong}}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"next": 0, "supplies": [{"id": "WB-GI-1", "name": "Утюг", "done": False}]})
        return httpx.Response(409, json=refusal)

    with cabinet(HandClock(), httpx.MockTransport(answer)) as wb:
        told = wb.hand_over("WB-GI-1")
    assert told.outcome == "refused"
    assert "Fix them" in (told.sentence or "")
    assert "у заданий: 7." in (told.sentence or "")
