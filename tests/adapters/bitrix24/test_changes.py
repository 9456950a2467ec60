import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.bitrix24.account import Bitrix24
from adapters.errors import ContractBroken
from tasks.rules.crm import CrmChange, CrmGoods
from tests.adapters.bitrix24.conftest import CONTACT, DEAL, Desk, Opened, Wire, answered
from tests.adapters.bitrix24.told import buyer, order


def deal(desk: Desk, number: int, **fields: Any) -> int:
    return desk.make(DEAL, originatorId="utyug", originId=f"wb-{number}", **fields)


def told(changes: tuple[CrmChange, ...]) -> list[tuple[str | None, str | None]]:
    return [(one.ref, one.state) for one in changes]


def test_the_first_reading_only_gives_a_cursor(crm: Bitrix24, desk: Desk) -> None:
    deal(desk, 1)
    read = crm.read_changes(None)
    assert (read.changes, read.was_restored) == ((), False)
    assert crm.read_changes(read.cursor).changes == ()


def test_what_a_person_moved_is_told_once(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer()])
    crm.put_orders([order(customer=buyer())])
    cursor = crm.read_changes(None).cursor
    desk.clock.pass_(60)
    desk.edit(DEAL, 1, stageId="EXECUTING")
    read = crm.read_changes(cursor)
    goods = CrmGoods(line_ref=None, sku="KR-7", names=("KR-7", "Кружка [KR-7]"), pcs=2, price_kopecks=34950)
    left = CrmChange(ref="wb-1", foreign_ref="1", status="EXECUTING", state="shipped", phone="+79161230001", goods=(goods,))
    assert read.changes == (left,)
    assert crm.read_changes(read.cursor).changes == ()


def test_a_portal_without_deals_of_ours_is_read_from_its_first(crm: Bitrix24, desk: Desk) -> None:
    cursor = crm.read_changes(None).cursor
    assert crm.read_changes(cursor).was_restored is False
    deal(desk, 1)
    assert told(crm.read_changes(cursor).changes) == [("wb-1", "new")]


def test_our_own_changes_are_not_told(crm: Bitrix24, desk: Desk) -> None:
    cursor = crm.read_changes(None).cursor
    crm.put_orders([order(1), order(2)])
    desk.clock.pass_(1)
    crm.put_orders([order(1, state="shipped")])
    read = crm.read_changes(cursor)
    assert read.changes == ()
    assert json.loads(read.cursor)["at"] is not None


def test_a_stage_moved_by_a_person_is_told_although_we_wrote_since(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    desk.clock.pass_(60)
    desk.edit(DEAL, 1, stageId="EXECUTING")
    desk.clock.pass_(1)
    crm.put_orders([order(tracking="SDEK-1")])
    assert desk.deals[1]["updatedBy"] == 1
    assert told(crm.read_changes(cursor).changes) == [("wb-1", "shipped")]


def test_a_person_who_saves_after_us_is_told(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order()])
    cursor = crm.read_changes(None).cursor
    desk.clock.pass_(60)
    desk.edit(DEAL, 1, title="x")
    assert told(crm.read_changes(cursor).changes) == [("wb-1", "new")]


def test_a_change_within_the_second_of_the_cursor_is_not_lost(crm: Bitrix24, desk: Desk) -> None:
    deal(desk, 1)
    cursor = crm.read_changes(None).cursor
    deal(desk, 2)
    read = crm.read_changes(cursor)
    assert told(read.changes) == [("wb-2", "new")]
    desk.edit(DEAL, 1, stageId="EXECUTING")
    assert told(crm.read_changes(read.cursor).changes) == [("wb-1", "shipped")]


def test_a_change_that_was_saved_late_is_not_lost(crm: Bitrix24, desk: Desk) -> None:
    deal(desk, 1)
    deal(desk, 2)
    desk.clock.pass_(100)
    desk.edit(DEAL, 1, stageId="EXECUTING")
    cursor = crm.read_changes(None).cursor
    desk.edit(DEAL, 2, stageId="WON")
    desk.portal.books.items[DEAL][2].updated_at = desk.clock.now() - timedelta(seconds=40)
    assert told(crm.read_changes(cursor).changes) == [("wb-2", "delivered")]


def test_more_changes_in_one_second_than_a_page_holds_are_all_told_once(crm: Bitrix24, desk: Desk) -> None:
    cursor = crm.read_changes(None).cursor
    for number in range(1, 131):
        deal(desk, number)
    read = crm.read_changes(cursor)
    assert [one.ref for one in read.changes] == [f"wb-{number}" for number in range(1, 131)]
    assert crm.read_changes(read.cursor).changes == ()


def test_changes_come_in_their_order(crm: Bitrix24, desk: Desk) -> None:
    for number in (1, 2, 3):
        deal(desk, number)
    cursor = crm.read_changes(None).cursor
    for item_id in (3, 1, 2):
        desk.clock.pass_(10)
        desk.edit(DEAL, item_id, stageId="WON")
    assert [one.ref for one in crm.read_changes(cursor).changes] == ["wb-3", "wb-1", "wb-2"]


def test_a_deal_that_changes_while_pages_are_read_hides_no_other(crm: Bitrix24, desk: Desk, wire: Wire) -> None:
    cursor = crm.read_changes(None).cursor
    for number in range(1, 61):
        deal(desk, number)
        desk.clock.pass_(1)

    def touch(request: Any, go: Any) -> Any:
        page = go()
        desk.edit(DEAL, 1, stageId="WON")
        return page

    wire.order("crm.item.list", touch)
    read = crm.read_changes(cursor)
    assert sorted(one.foreign_ref for one in read.changes) == sorted(str(number) for number in range(1, 61))
    assert told(read.changes)[-1] == ("wb-1", "delivered")


def test_deals_of_others_are_not_told(crm: Bitrix24, desk: Desk) -> None:
    cursor = crm.read_changes(None).cursor
    desk.make(DEAL, originatorId="1c", originId="7")
    desk.make(DEAL)
    assert crm.read_changes(cursor).changes == ()


def test_a_stage_that_is_not_mapped_has_no_state(opened: Opened, desk: Desk) -> None:
    desk.tell("PUT", "/stages", {"code": "TO_WB", "name": "Передан"})
    desk.tell("PUT", "/stages", {"code": "PAUSED", "name": "Ждём"})
    crm = opened(read_statuses={"PAUSED": "confirmed"})
    cursor = crm.read_changes(None).cursor
    deal(desk, 1, stageId="TO_WB")
    deal(desk, 2, stageId="PAUSED")
    assert [(one.status, one.state) for one in crm.read_changes(cursor).changes] == [("TO_WB", None), ("PAUSED", "confirmed")]


def test_a_phone_is_told_as_people_wrote_it(crm: Bitrix24, desk: Desk) -> None:
    contact_id = desk.make(CONTACT, fm=[{"typeId": "EMAIL", "value": "a@example.com"}, {"typeId": "PHONE", "value": "8-916 звонить днём"}])
    cursor = crm.read_changes(None).cursor
    deal(desk, 1, contactIds=[contact_id])
    deal(desk, 2)
    assert [one.phone for one in crm.read_changes(cursor).changes] == ["8-916 звонить днём", None]


@pytest.mark.parametrize(
    "comments",
    [
        "Сайт, заказ 5\nАдрес: г. Тула, ул. Мира, 5",
        "<p>Адрес: старый</p><p>Адрес: г. Тула, ул. Мира, 5</p>",
        "[p]адрес: г. Тула, ул. Мира, 5[/p]",
    ],
)
def test_an_address_that_people_wrote_into_the_comments_is_told(crm: Bitrix24, desk: Desk, comments: str) -> None:
    cursor = crm.read_changes(None).cursor
    deal(desk, 1, comments=comments)
    deal(desk, 2, comments="Адрес:\nуточнить")
    assert [one.address for one in crm.read_changes(cursor).changes] == ["г. Тула, ул. Мира, 5", None]


def test_goods_that_people_wrote_are_told_by_the_words_they_wrote(crm: Bitrix24, desk: Desk) -> None:
    cursor = crm.read_changes(None).cursor
    desk.sell(deal(desk, 1), ("КР-7/2", 990.0, 2.0), ("Кружка &quot;Ёж&quot; [КР-8]", 0.005, 1.5))
    (change,) = crm.read_changes(cursor).changes
    assert change.goods == (
        CrmGoods(line_ref=None, names=("КР-7/2",), pcs=2, price_kopecks=990_00),
        CrmGoods(line_ref=None, sku="КР-8", names=("КР-8", 'Кружка "Ёж" [КР-8]'), pcs=None, price_kopecks=None),
    )


def test_no_phone_stands_in_the_cursor(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer()])
    crm.put_orders([order(customer=buyer())])
    assert "9161230001" not in crm.read_changes(None).cursor


def test_the_clock_is_the_portals_own(crm: Bitrix24, desk: Desk) -> None:
    deal(desk, 1)
    assert json.loads(crm.read_changes(None).cursor)["at"] == "2026-11-23T01:30:00+03:00"


def test_a_portal_set_back_to_an_old_copy_is_read_from_what_it_has(crm: Bitrix24, desk: Desk) -> None:
    deal(desk, 1)
    copy_ref = desk.tell("POST", "/copies")["copy_ref"]
    desk.clock.pass_(3600)
    deal(desk, 2)
    cursor = crm.read_changes(None).cursor
    desk.tell("POST", f"/copies/{copy_ref}/restore")
    read = crm.read_changes(cursor)
    assert (read.was_restored, told(read.changes)) == (True, [("wb-1", "new")])
    again = crm.read_changes(read.cursor)
    assert (again.was_restored, again.changes) == (False, ())


def test_a_portal_set_back_to_nothing_starts_anew(crm: Bitrix24, desk: Desk) -> None:
    copy_ref = desk.tell("POST", "/copies")["copy_ref"]
    deal(desk, 1)
    cursor = crm.read_changes(None).cursor
    desk.tell("POST", f"/copies/{copy_ref}/restore")
    read = crm.read_changes(cursor)
    assert (read.was_restored, read.changes) == (True, ())
    assert crm.read_changes(read.cursor).was_restored is False


def test_a_deal_that_people_delete_does_not_hide_the_others(crm: Bitrix24, desk: Desk) -> None:
    deal(desk, 1)
    desk.clock.pass_(10)
    deal(desk, 2)
    cursor = crm.read_changes(None).cursor
    desk.delete(DEAL, 1)
    desk.edit(DEAL, 2, stageId="WON")
    read = crm.read_changes(cursor)
    assert (read.was_restored, told(read.changes)) == (False, [("wb-2", "delivered")])


def test_a_portal_that_shows_one_page_for_ever_is_left(crm: Bitrix24, wire: Wire) -> None:
    at = "2026-11-23T01:30:00+03:00"
    page = [{"id": number, "originId": f"wb-{number}", "stageId": "NEW", "updatedTime": at} for number in range(1, 51)]
    for _ in range(2):
        wire.order("crm.item.list", answered(200, {"result": {"result": {"list": {"items": page}}, "result_error": []}}))
    with pytest.raises(ContractBroken, match="повторяет"):
        crm.read_changes("{}")
