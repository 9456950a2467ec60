"""A part of a posting leaves it under a number of its own; its label is fetched when it is made."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.errors import Unavailable
from adapters.ozon import paths
from adapters.ozon.cabinet import OzonCabinet
from deployments.world.ozon.make import MAIN
from tasks.rules.labels import LabelAsked
from tasks.rules.parts import PartShipped, PartTold
from tests.adapters.ozon.vendor import Room, Vendor

CUTS = [{"kind": "timeout_after"}, {"kind": "error_after", "status": 500}, {"kind": "garbage"}]


@pytest.fixture(autouse=True)
def goods(room: Room) -> None:
    room.put("A", pcs={str(MAIN): 500})


def part(room: Room, ref: str, pcs: int, rest: int, *known: str | None) -> PartShipped:
    line = str(room.room.books.postings[ref].sku)
    refs = frozenset(one for one in known if one)
    return PartShipped(number="777-1", order_ref=ref, boxes=({line: pcs},), rest_pcs={line: rest} if rest else {}, known_refs=refs)


def ship(cabinet: OzonCabinet, one: PartShipped) -> PartTold:
    (told,) = cabinet.ship_parts([one])
    return told


def writes(room: Room) -> list[str]:
    return [one["path"] for one in room.order("GET", "/exchanges") if one["path"] in {paths.SHIP, paths.SHIP_PACKAGE}]


def pieces(room: Room) -> dict[str, tuple[int, str]]:
    return {ref: (one.pcs, one.status) for ref, one in room.room.books.postings.items()}


def test_a_part_gets_a_number_of_its_own_and_the_rest_stays(room: Room, cabinet: OzonCabinet) -> None:
    ref = room.buy("A", 3)
    told = ship(cabinet, part(room, ref, 1, 2))
    assert told.outcome == "accepted"
    assert told.channel_ref not in {None, ref}
    assert pieces(room) == {ref: (2, "awaiting_packaging"), told.channel_ref: (1, "awaiting_deliver")}
    assert ship(cabinet, part(room, ref, 1, 2)) == replace(told, outcome="already")
    assert writes(room) == [paths.SHIP_PACKAGE]


def test_the_last_part_is_assembled_as_the_posting_that_it_is(room: Room, cabinet: OzonCabinet) -> None:
    ref = room.buy("A", 2)
    assert ship(cabinet, part(room, ref, 2, 0)).outcome == "accepted"
    assert pieces(room) == {ref: (2, "awaiting_deliver")}


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut["kind"])
def test_a_part_whose_answer_was_lost_is_not_packed_twice(room: Room, cabinet: OzonCabinet, cut: dict[str, Any]) -> None:
    ref = room.buy("A", 3)
    room.fault(path=paths.SHIP_PACKAGE, times=1, **cut)
    told = ship(cabinet, part(room, ref, 1, 2))
    assert (told.outcome, told.channel_ref in set(pieces(room)) - {ref}) == ("accepted", True)
    assert ship(cabinet, part(room, ref, 1, 2)).outcome == "already"
    assert sorted(pcs for pcs, _ in pieces(room).values()) == [1, 2]


def test_a_part_is_known_again_though_another_is_to_leave_after_it(room: Room, cabinet: OzonCabinet) -> None:
    ref = room.buy("A", 3)
    first = ship(cabinet, part(room, ref, 1, 1))
    assert ship(cabinet, part(room, ref, 1, 1)).outcome == "already"
    second = ship(cabinet, part(room, ref, 1, 1, first.channel_ref))
    assert (second.outcome, second.channel_ref == first.channel_ref) == ("accepted", False)
    assert sorted(pcs for pcs, _ in pieces(room).values()) == [1, 1, 1]
    assert writes(room) == [paths.SHIP_PACKAGE] * 2


def test_a_part_that_is_still_being_packed_is_looked_at_and_not_packed_again(room: Room, cabinet: OzonCabinet) -> None:
    room.room.knobs = replace(room.room.knobs, assembly_s=3600.0)
    ref = room.buy("A", 3)
    one = part(room, ref, 1, 2)
    assert [ship(cabinet, one).outcome for _ in range(2)] == ["unknown", "unknown"]
    for posting in room.room.books.postings.values():
        if posting.assembles:
            posting.assembles = replace(posting.assembles, due_at=posting.assembles.due_at - timedelta(hours=1))
    told = ship(cabinet, one)
    assert (told.outcome, pieces(room)[told.channel_ref or ""]) == ("already", (1, "awaiting_deliver"))
    assert writes(room) == [paths.SHIP_PACKAGE]


def test_a_part_whose_packing_failed_is_assembled_under_its_own_number(room: Room, cabinet: OzonCabinet) -> None:
    ref = room.buy("A", 3)
    room.order("PUT", f"/orders/{ref}/assembly", params={"fails": 1})
    one = part(room, ref, 1, 2)
    assert ship(cabinet, one).outcome == "unknown"
    told = ship(cabinet, one)
    assert (told.outcome, pieces(room)[told.channel_ref or ""]) == ("accepted", (1, "awaiting_deliver"))
    assert writes(room) == [paths.SHIP_PACKAGE, paths.SHIP]


def test_goods_of_which_nothing_stays_in_the_posting_are_known_again(labels: Vendor) -> None:
    """The posting has no line of theirs any more."""
    stays = {"posting_number": "1-1", "status": "awaiting_packaging", "products": [{"sku": 2, "quantity": 1}]}
    left = {**stays, "related_postings": {"related_posting_numbers": ["1-2"]}}
    gone = {"posting_number": "1-2", "status": "awaiting_deliver", "products": [{"sku": 1, "quantity": 1}]}
    labels.says(paths.POSTING, lambda body: httpx.Response(200, json={"result": left if body["posting_number"] == "1-1" else gone}))
    one = PartShipped(number="777-1", order_ref="1-1", boxes=({"1": 1},), rest_pcs={"2": 1, "3": 1})
    with labels.cabinet() as cabinet:
        told = ship(cabinet, one)
    assert (told.outcome, told.channel_ref) == ("already", "1-2")


def test_a_part_of_a_cancelled_posting_is_refused(room: Room, cabinet: OzonCabinet) -> None:
    ref = room.buy("A", 3)
    one = part(room, ref, 1, 2)
    room.order("DELETE", f"/orders/{ref}")
    told = ship(cabinet, one)
    assert (told.outcome, writes(room)) == ("refused", [])
    assert "отменён" in (told.sentence or "")


def test_a_posting_that_is_not_there_is_refused(cabinet: OzonCabinet) -> None:
    one = PartShipped(number="1-1", order_ref="00000000-0000-9", boxes=({"1": 1},), rest_pcs={"1": 1})
    assert ship(cabinet, one).outcome == "refused"


@pytest.fixture
def labels() -> Vendor:
    """Ozon with exact answers of methods that are younger than the saved document."""
    return Vendor()


PDF = httpx.Response(200, content=b"%PDF", headers={"Content-Type": "application/pdf"})
ASKED = LabelAsked(subject="777-1", order_ref="1-1")


def status(code: str, **told: Any) -> dict[str, Any]:
    return {"error": {}, "file_url": "", "status": {"code": code, "postings_count": 1, "unprinted_postings": []}, **told}


def test_a_label_is_asked_for_and_fetched_when_it_is_made(labels: Vendor) -> None:
    labels.says(paths.LABELS_ASKED, {"tasks": [{"task_id": 5, "task_type": "small_label"}, {"task_id": 6, "task_type": "big_label"}]})
    labels.says(paths.LABELS_MADE, status("in_progress"), status("completed", file_url="https://files.example/a.pdf"))
    labels.says("/a.pdf", PDF)
    with labels.cabinet() as cabinet:
        (asked,) = cabinet.make_labels([ASKED])
        assert (asked.state, asked.form_ref) == ("pending", "6")
        again = LabelAsked(subject="777-1", order_ref="1-1", form_ref="6")
        assert [one.state for one in cabinet.make_labels([again])] == ["pending"]
        (made,) = cabinet.make_labels([again])
    assert (made.state, made.content, made.format) == ("ready", b"%PDF", "pdf")
    assert labels.bodies(paths.LABELS_ASKED) == [{"posting_numbers": ["1-1"]}]


def test_the_keys_of_the_cabinet_do_not_travel_to_where_files_lie(labels: Vendor) -> None:
    labels.says(paths.LABELS_MADE, status("completed", file_url="https://files.example/a.pdf"))
    labels.says("/a.pdf", PDF)
    with labels.cabinet() as cabinet:
        cabinet.make_labels([LabelAsked(subject="777-1", order_ref="1-1", form_ref="6")])
    (fetched,) = [call for call in labels.calls if call.path == "/a.pdf"]
    assert {"client-id", "api-key"} & {name.lower() for name in fetched.headers} == set()


def test_a_label_that_is_too_early_says_so_in_ozons_words(labels: Vendor) -> None:
    labels.says(paths.LABELS_ASKED, httpx.Response(400, json={"code": 3, "message": "The next postings aren't ready", "details": []}))
    failed = status("error")
    failed["status"]["unprinted_postings"] = [{"posting_number": "1-1", "message": "рано"}]
    labels.says(paths.LABELS_MADE, failed)
    with labels.cabinet() as cabinet:
        (early,) = cabinet.make_labels([ASKED])
        (unprinted,) = cabinet.make_labels([LabelAsked(subject="777-1", order_ref="1-1", form_ref="6")])
    assert (early.state, "aren't ready" in (early.sentence or "")) == ("not_yet", True)
    assert (unprinted.state, "рано" in (unprinted.sentence or "")) == ("not_yet", True)


def test_a_file_that_was_not_made_says_why(labels: Vendor) -> None:
    labels.says(paths.LABELS_MADE, status("error", error={"code": "X", "message": "нет места"}))
    with labels.cabinet() as cabinet:
        (made,) = cabinet.make_labels([LabelAsked(subject="777-1", order_ref="1-1", form_ref="6")])
    assert (made.state, "нет места" in (made.sentence or "")) == ("not_yet", True)


def test_a_file_that_is_gone_is_made_anew_and_holds_up_no_other(labels: Vendor) -> None:
    urls = {6: "https://files.example/gone.pdf", 7: "https://files.example/a.pdf"}
    labels.says(paths.LABELS_MADE, lambda body: httpx.Response(200, json=status("completed", file_url=urls[body["task_id"]])))
    labels.says("/gone.pdf", httpx.Response(403, content=b"expired"))
    labels.says("/a.pdf", PDF)
    with labels.cabinet() as cabinet:
        made = cabinet.make_labels([LabelAsked(subject=f"777-{ref}", order_ref="1-1", form_ref=str(ref)) for ref in urls])
    assert [(one.state, one.form_ref) for one in made] == [("not_yet", None), ("ready", None)]


def test_a_file_that_cannot_be_fetched_is_tried_again(labels: Vendor) -> None:
    labels.says(paths.LABELS_MADE, status("completed", file_url="https://files.example/a.pdf"))
    labels.says("/a.pdf", httpx.ConnectError("away"))
    with labels.cabinet() as cabinet, pytest.raises(Unavailable):
        cabinet.make_labels([LabelAsked(subject="777-1", order_ref="1-1", form_ref="6")])
