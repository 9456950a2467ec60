"""What people changed in RetailCRM."""

from typing import Any

import httpx
import pytest

from adapters.errors import ContractBroken, Unavailable
from adapters.retailcrm.account import RetailCrm
from tasks.rules.crm import CrmChange, CrmGoods
from tests.adapters.retailcrm.vendor import Room, account_that, line, opened, order


def test_the_first_reading_only_learns_where_the_history_ends(room: Room, crm: RetailCrm) -> None:
    for _ in range(101):
        room.tell("POST", "/orders", {})
    told = crm.read_changes(None)
    assert (told.changes, told.cursor, told.was_restored) == ((), room.last_id(), False)


def test_an_account_in_which_nothing_happened_has_a_cursor_too(room: Room, crm: RetailCrm) -> None:
    told = crm.read_changes(None)
    assert told.cursor == "0"
    crm.put_orders([order()])
    room.edit_order("wb-1", status="complete")
    assert [one.ref for one in crm.read_changes(told.cursor).changes] == ["wb-1"]


def test_a_person_moves_an_order_and_it_is_told_as_it_is_now(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    room.edit_order("wb-1", status="assembling", phone="8 903 111-22-33")
    room.edit_order("wb-1", status="complete", items=[{"id": 1, "quantity": 1}])
    told = crm.read_changes(cursor)
    assert told.changes == (
        CrmChange(
            ref="wb-1",
            foreign_ref="1",
            status="complete",
            state="delivered",
            phone="8 903 111-22-33",
            goods=(CrmGoods(line_ref="l1", names=("guid-1", "КР-7/2"), pcs=1, price_kopecks=49050),),
        ),
    )
    assert (told.cursor, told.was_restored) == (room.last_id(), False)
    again = crm.read_changes(told.cursor)
    assert (again.changes, again.cursor) == ((), told.cursor)


def test_what_we_did_ourselves_is_not_told(room: Room, crm: RetailCrm) -> None:
    cursor = crm.read_changes(None).cursor
    crm.put_orders([order()])
    crm.put_orders([order(state="shipped")])
    told = crm.read_changes(cursor)
    assert (told.changes, told.cursor) == ((), room.last_id())


def test_what_another_key_did_is_told(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    room.tell("PUT", "/keys", {"api_key": "other", "sites": ["shop"]})
    form = {"order": '{"status": "complete"}', "by": "id"}
    assert httpx.post(f"{room.url}/api/v5/orders/1/edit", data=form, headers={"X-API-KEY": "other"}).status_code == 200
    assert [one.state for one in crm.read_changes(cursor).changes] == ["delivered"]


def test_each_order_is_told_once_in_the_order_of_its_last_change(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order("1"), order("2"), order("3")])
    cursor = crm.read_changes(None).cursor
    for ref in ("1", "2", "3", "1"):
        room.edit_order(ref, phone=f"{len(room.last_id())}{room.last_id()}")
    assert [one.ref for one in crm.read_changes(cursor).changes] == ["2", "3", "1"]


def test_a_long_history_is_read_to_its_end(room: Room, crm: RetailCrm) -> None:
    cursor = crm.read_changes(None).cursor
    for _ in range(201):
        room.tell("POST", "/orders", {})
    room.forget()
    told = crm.read_changes(cursor)
    assert (len(told.changes), told.cursor) == (201, room.last_id())
    assert room.heard("GET") == ["orders/history"] * 3 + ["orders"] * 5


def test_an_order_born_there_has_no_reference_of_ours(room: Room, crm: RetailCrm) -> None:
    cursor = crm.read_changes(None).cursor
    room.tell("POST", "/orders", {"status": "client-confirmed"})
    (change,) = crm.read_changes(cursor).changes
    assert (change.ref, change.foreign_ref, change.status, change.state) == (None, "1", "client-confirmed", None)


def test_a_status_is_read_by_the_mapping_of_reading_first(room: Room) -> None:
    with opened(room.url, read_statuses={"no-product": "cancelled"}) as crm:
        crm.put_orders([order()])
        cursor = crm.read_changes(None).cursor
        room.edit_order("wb-1", status="no-product")
        assert [one.state for one in crm.read_changes(cursor).changes] == ["cancelled"]


def test_lines_are_told_with_what_the_catalogue_calls_them(room: Room, crm: RetailCrm) -> None:
    room.goods("ТЧ-1")
    crm.put_orders([order(lines=(line("l1"), line("l2", None, price_kopecks=None)))])
    cursor = crm.read_changes(None).cursor
    theirs = [{"id": one["id"]} for one in room.orders()["wb-1"]["items"]]
    room.edit_order("wb-1", items=[*theirs, {"offer": {"externalId": "ТЧ-1"}, "quantity": 4, "initialPrice": 12.5}])
    (change,) = crm.read_changes(cursor).changes
    assert change.goods == (
        CrmGoods(line_ref="l1", names=("guid-1", "КР-7/2"), pcs=2, price_kopecks=49050),
        CrmGoods(line_ref="l2", pcs=2, price_kopecks=0),
        CrmGoods(line_ref=None, names=("ТЧ-1",), pcs=4, price_kopecks=1250),
    )


def test_half_a_piece_and_half_a_kopeck_are_not_told(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    room.edit_order("wb-1", items=[{"id": 1, "quantity": 1.5, "initialPrice": 0.005}])
    assert [(one.goods[0].pcs, one.goods[0].price_kopecks) for one in crm.read_changes(cursor).changes] == [(None, None)]


def test_an_address_is_told_as_people_wrote_it(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    room.edit_order("wb-1", delivery={"address": {"text": "Тула, Мира 5"}})
    assert [one.address for one in crm.read_changes(cursor).changes] == ["Тула, Мира 5"]


def test_a_deleted_order_is_told_as_such(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    room.edit_order("wb-1", phone="1")
    room.tell("DELETE", "/orders/1")
    (change,) = crm.read_changes(cursor).changes
    assert (change.ref, change.foreign_ref, change.is_deleted) == ("wb-1", "1", True)


def test_an_order_that_was_merged_into_another_is_gone_and_the_other_has_changed(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order("1"), order("2")])
    cursor = crm.read_changes(None).cursor
    room.tell("POST", "/orders/1/combine", into=2)
    told = crm.read_changes(cursor).changes
    assert [(one.ref, one.is_deleted, sum(goods.pcs or 0 for goods in one.goods)) for one in told] == [("1", True, 0), ("2", False, 4)]


def test_an_account_set_back_to_an_old_copy_is_read_from_its_beginning(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order("1"), order("2")])
    room.edit_order("1", status="complete")
    copy_ref = room.copied()
    newest = room.last_id()
    room.edit_order("2", status="complete")
    cursor = crm.read_changes(None).cursor
    room.tell("POST", f"/copies/{copy_ref}/restore")
    told = crm.read_changes(cursor)
    assert (told.was_restored, told.cursor) == (True, newest)
    assert [(one.ref, one.state) for one in told.changes] == [("1", "delivered")]
    again = crm.read_changes(told.cursor)
    assert (again.was_restored, again.changes, again.cursor) == (False, (), newest)


def test_an_account_set_back_is_known_also_when_its_history_has_gone_on(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order("1")])
    copy_ref = room.copied()
    crm.put_orders([order("2")])
    cursor = crm.read_changes(None).cursor
    room.tell("POST", f"/copies/{copy_ref}/restore")
    room.edit_order("1", status="complete")
    assert int(room.last_id()) > int(cursor)
    told = crm.read_changes(cursor)
    assert (told.was_restored, told.cursor) == (True, room.last_id())
    assert [(one.ref, one.state) for one in told.changes] == [("1", "delivered")]


def test_an_account_set_back_to_before_its_first_order_is_read_as_empty(room: Room, crm: RetailCrm) -> None:
    copy_ref = room.copied()
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    room.tell("POST", f"/copies/{copy_ref}/restore")
    told = crm.read_changes(cursor)
    assert (told.was_restored, told.changes, told.cursor) == (True, (), "0")


def test_an_account_that_does_not_answer_gives_no_cursor(room: Room, crm: RetailCrm) -> None:
    room.fault("error_before", "orders/history")
    with pytest.raises(Unavailable):
        crm.read_changes("1")


def test_a_history_that_repeats_itself_is_not_read_for_ever() -> None:
    page: list[dict[str, Any]] = [{"id": number, "apiKey": {"current": True}} for number in range(1, 101)]
    body = {"success": True, "history": page, "pagination": {"totalPageCount": 9}}
    with pytest.raises(ContractBroken):
        account_that(lambda _: httpx.Response(200, json=body)).read_changes("1")


def test_an_order_that_went_while_it_was_asked_for_is_told_when_the_history_says_so() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        page = [{"id": 1, "order": {"id": 5}}, {"id": 2, "order": {"id": 7}}]
        body = {"history": page, "pagination": {"totalPageCount": 1}, "orders": [{"id": 7, "status": "new"}]}
        return httpx.Response(200, json={"success": True, **body})

    told = account_that(say).read_changes("1")
    assert [(one.foreign_ref, one.is_deleted, one.goods) for one in told.changes] == [("7", False, ())]
    assert account_that(say).read_changes("0").changes == told.changes


class TestSeveralShops:
    @pytest.fixture
    def sites(self) -> dict[str, str]:
        return {"shop": "Магазин", "outlet": "Распродажа"}

    def test_other_shops_are_not_told_of(self, room: Room) -> None:
        with opened(room.url, site="outlet") as crm:
            cursor = crm.read_changes(None).cursor
            for site in ("shop", "outlet"):
                room.tell("POST", "/orders", {"externalId": site}, site=site)
            room.tell("DELETE", "/orders/1")
            assert [one.ref for one in crm.read_changes(cursor).changes] == ["outlet"]
