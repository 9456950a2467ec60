from collections import deque
from typing import Any

import pytest

from adapters.bitrix24.account import Bitrix24
from adapters.errors import RateLimited
from deployments.world.bitrix24.books import Stage
from tests.adapters.bitrix24.conftest import CONTACT, DEAL, Desk, Opened, Wire, answered, lost, never_done
from tests.adapters.bitrix24.told import buyer, line, order


def test_an_order_becomes_a_deal_with_its_buyer_and_goods(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer()])
    told = order(customer=buyer(), address="Тверь, Советская, 1", comment="Позвоните", tracking="SDEK-1")
    (put,) = crm.put_orders([told])
    assert (put.ref, put.outcome, put.foreign_ref, put.sentence) == ("wb-1", "accepted", "1", None)
    deal = desk.deals[1]
    assert (deal["originatorId"], deal["originId"], deal["categoryId"], deal["stageId"]) == ("utyug", "wb-1", 0, "NEW")
    assert (deal["title"], deal["opportunity"], deal["currencyId"]) == ("Заказ 1001 · Wildberries 551", 699.0, "RUB")
    assert (deal["contactIds"], deal["isManualOpportunity"]) == ([1], "Y")
    remarks = ["Wildberries, заказ 551", "Адрес: Тверь, Советская, 1", "Покупатель пишет: Позвоните", "Трек-номер: SDEK-1"]
    assert deal["comments"].split("\n") == remarks
    assert desk.goods(1) == [("Кружка [KR-7]", 349.5, 2.0)]
    assert desk.tell("GET", "/unread") == {}


def test_putting_the_same_again_writes_nothing(crm: Bitrix24, wire: Wire) -> None:
    orders = [order(number, customer=buyer(number), lines=(line(), line(line_ref="2", sku="", name="Чай"))) for number in range(1, 4)]
    crm.put_customers([buyer(number) for number in range(1, 4)])
    first = crm.put_orders(orders)
    wire.forget()
    assert crm.put_orders(orders) == first
    assert wire.wrote() == []


def test_a_hundred_orders_are_put_in_few_calls(crm: Bitrix24, desk: Desk, wire: Wire) -> None:
    puts = crm.put_orders([order(number) for number in range(1, 101)])
    assert ({one.outcome for one in puts}, len(desk.deals)) == ({"accepted"}, 100)
    assert len(wire.sent) < 20
    wire.forget()
    crm.put_orders([order(number) for number in range(1, 101)])
    assert len(wire.sent) <= 6


def test_a_buyer_without_a_card_is_no_obstacle(crm: Bitrix24, desk: Desk) -> None:
    assert crm.put_orders([order(customer=buyer())])[0].outcome == "accepted"
    assert not desk.deals[1]["contactIds"]
    crm.put_customers([buyer()])
    crm.put_orders([order(customer=buyer())])
    assert desk.deals[1]["contactIds"] == [1]


def test_the_buyer_that_people_linked_stays(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer()])
    crm.put_orders([order(customer=buyer())])
    other = desk.make(CONTACT, name="Пётр")
    desk.edit(DEAL, 1, contactIds=[other])
    crm.put_orders([order(customer=buyer(), state="confirmed")])
    assert (desk.deals[1]["contactIds"], desk.deals[1]["stageId"]) == ([other], "PREPARATION")


def test_an_order_moves_its_deal(crm: Bitrix24, desk: Desk) -> None:
    seen = []
    for state in ("unpaid", "new", "confirmed", "shipped", "delivered", "returned"):
        crm.put_orders([order(state=state)])
        seen.append(desk.deals[1]["stageId"])
    assert seen == ["NEW", "NEW", "PREPARATION", "EXECUTING", "WON", "LOSE"]


def test_a_cancelled_order_is_a_lost_deal_also_when_it_is_first_seen_so(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order(1, state="cancelled"), order(2)])
    crm.put_orders([order(2, state="cancelled")])
    assert [one["stageId"] for one in desk.deals.values()] == ["LOSE", "LOSE"]


def test_a_state_that_is_not_mapped_leaves_the_stage_to_the_portal(opened: Opened, desk: Desk) -> None:
    crm = opened(statuses={"shipped": "EXECUTING"})
    crm.put_orders([order()])
    assert desk.deals[1]["stageId"] == "NEW"


def test_a_stage_that_people_moved_on_is_theirs_until_we_go_further(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order(state="confirmed")])
    desk.edit(DEAL, 1, stageId="EXECUTING")
    crm.put_orders([order(state="confirmed", tracking="SDEK-1")])
    assert desk.deals[1]["stageId"] == "EXECUTING"
    crm.put_orders([order(state="delivered")])
    assert desk.deals[1]["stageId"] == "WON"


def test_a_stage_of_the_shops_own_is_left_while_ours_comes_before_it(crm: Bitrix24, desk: Desk) -> None:
    stages = dict(desk.portal.books.stages)
    ordered = ["NEW", "PREPARATION", "TO_WB", "EXECUTING", "WON", "LOSE"]
    desk.portal.books.stages = {code: stages.get(code, Stage(name="Передан Wildberries")) for code in ordered}
    crm.put_orders([order(state="confirmed")])
    desk.edit(DEAL, 1, stageId="TO_WB")
    crm.put_orders([order(state="confirmed", tracking="SDEK-1")])
    assert desk.deals[1]["stageId"] == "TO_WB"
    crm.put_orders([order(state="shipped")])
    assert desk.deals[1]["stageId"] == "EXECUTING"


def test_the_sum_and_the_goods_are_the_orders(crm: Bitrix24, desk: Desk, wire: Wire) -> None:
    crm.put_orders([order(lines=(line(), line(line_ref="2", sku="T-1", name="Чай", pcs=1, price_kopecks=10001)))])
    assert desk.deals[1]["opportunity"] == 799.01
    wire.forget()
    crm.put_orders([order(lines=(line(pcs=1),))])
    assert (desk.deals[1]["opportunity"], desk.goods(1)) == (349.5, [("Кружка [KR-7]", 349.5, 1.0)])
    assert len(wire.wrote()) == 2


def test_goods_that_did_not_change_are_not_written_again(crm: Bitrix24, wire: Wire) -> None:
    crm.put_orders([order()])
    wire.forget()
    crm.put_orders([order(state="confirmed")])
    (written,) = wire.wrote()
    assert written.startswith("crm.item.update")


def test_a_sum_that_people_changed_is_the_orders_again(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order()])
    desk.edit(DEAL, 1, opportunity=1)
    crm.put_orders([order()])
    assert desk.deals[1]["opportunity"] == 699.0


def test_where_no_price_is_known_the_sum_is_left_to_people(crm: Bitrix24, desk: Desk) -> None:
    told = order(lines=(line(price_kopecks=None),))
    crm.put_orders([told])
    desk.edit(DEAL, 1, opportunity=500)
    crm.put_orders([told])
    assert desk.deals[1]["opportunity"] == 500


def test_a_title_and_comments_of_people_stay_and_ours_are_added(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order()])
    desk.edit(DEAL, 1, title="Юлия, кружки", comments="<b>Wildberries, заказ&nbsp;551</b><br>Звонил, ждёт")
    crm.put_orders([order(tracking="SDEK-1")])
    deal = desk.deals[1]
    assert deal["title"] == "Юлия, кружки"
    assert deal["comments"] == "<b>Wildberries, заказ&nbsp;551</b><br>Звонил, ждёт\nТрек-номер: SDEK-1"


def test_a_long_name_keeps_its_code(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order(lines=(line(name="к" * 400),))])
    ((name, _, _),) = desk.goods(1)
    assert len(name) == 250
    assert name.endswith("к [KR-7]")


def test_an_order_that_has_no_lines_yet_is_a_deal_without_goods(crm: Bitrix24, desk: Desk) -> None:
    assert crm.put_orders([order(lines=())])[0].outcome == "accepted"
    assert desk.goods(1) == []


def test_of_two_deals_with_our_mark_the_oldest_is_ours_and_it_is_said(crm: Bitrix24, desk: Desk) -> None:
    for _ in range(2):
        desk.make(DEAL, originatorId="utyug", originId="wb-1")
    (put,) = crm.put_orders([order(state="shipped")])
    assert (put.outcome, put.foreign_ref) == ("accepted", "1")
    assert "старшую, № 1" in (put.sentence or "")
    assert "№ 2" in (put.sentence or "")
    assert [one["stageId"] for one in desk.deals.values()] == ["EXECUTING", "NEW"]


def test_more_twins_than_a_page_holds_are_all_seen(crm: Bitrix24, desk: Desk) -> None:
    for _ in range(55):
        desk.make(DEAL, originatorId="utyug", originId="wb-1")
    desk.make(DEAL, originatorId="utyug", originId="wb-2")
    puts = crm.put_orders([order(1), order(2)])
    assert [one.foreign_ref for one in puts] == ["1", "56"]
    assert "55" in (puts[0].sentence or "")


def test_a_lost_answer_is_looked_up_and_no_deal_is_made_twice(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    wire.order("crm.item.add", lost)
    assert [one.outcome for one in crm.put_orders([order(1), order(2)])] == ["accepted"] * 2
    assert [one["originId"] for one in desk.deals.values()] == ["wb-1", "wb-2"]


def test_a_change_whose_answer_was_lost_before_it_was_done_is_unknown_and_made_when_put_again(
    crm: Bitrix24, wire: Wire, desk: Desk
) -> None:
    crm.put_orders([order()])
    wire.order("crm.item.update", never_done)
    (put,) = crm.put_orders([order(state="shipped")])
    assert (put.outcome, put.foreign_ref) == ("unknown", "1")
    crm.put_orders([order(state="shipped")])
    assert desk.deals[1]["stageId"] == "EXECUTING"


def test_a_batch_cut_after_a_minute_is_finished_without_twins(crm: Bitrix24, desk: Desk) -> None:
    desk.tell("PUT", "/costs", {"crm.item.add": 25.0})
    puts = crm.put_orders([order(number) for number in range(1, 6)])
    assert {one.outcome for one in puts} == {"accepted", "unknown"}
    desk.tell("PUT", "/costs", {"crm.item.add": 0.1})
    assert {one.outcome for one in crm.put_orders([order(number) for number in range(1, 6)])} == {"accepted"}
    assert sorted(one["originId"] for one in desk.deals.values()) == [f"wb-{number}" for number in range(1, 6)]


def test_a_stage_that_the_portal_does_not_know_refuses_one_order_and_no_other(opened: Opened, desk: Desk) -> None:
    crm = opened(statuses={"new": "NEW", "confirmed": "SOLD"})
    puts = crm.put_orders([order(1, state="confirmed"), order(2)])
    assert [one.outcome for one in puts] == ["refused", "accepted"]
    assert "stageId" in (puts[0].sentence or "")
    assert [one["originId"] for one in desk.deals.values()] == ["wb-2"]


def test_a_portal_that_takes_no_deals_for_now_is_come_back_to(crm: Bitrix24, desk: Desk) -> None:
    desk.portal.operated["crm.item.add"] = deque([(desk.clock.now(), 500.0)])
    with pytest.raises(RateLimited):
        crm.put_orders([order(1), order(2)])
    assert desk.deals == {}
    desk.clock.pass_(600)
    assert {one.outcome for one in crm.put_orders([order(1), order(2)])} == {"accepted"}


def test_goods_that_were_refused_are_told_with_the_deal_that_was_made(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    def refuse_goods(request: Any, go: Any) -> Any:
        told = go().json()
        del told["result"]["result"]["r0s1"]
        told["result"]["result_error"] = {"r0s1": {"error": "INVALID_ARG_VALUE", "error_description": ""}}
        return answered(200, told)(request, go)

    wire.order("productrow.set", refuse_goods)
    (put,) = crm.put_orders([order()])
    assert (put.outcome, put.foreign_ref) == ("refused", "1")
    assert put.sentence == "Битрикс24 не принял запись (INVALID_ARG_VALUE)."


def test_an_address_that_the_portal_quotes_is_not_repeated(crm: Bitrix24, wire: Wire) -> None:
    failed = {"error": "ERROR_CORE", "error_description": "Слишком длинно: Тверь, Советская, 1"}
    body = {"result": {"result": [], "result_error": {"r0s0": failed}}}
    wire.order("crm.item.add", answered(200, body))
    (put,) = crm.put_orders([order(address="Тверь, Советская, 1")])
    assert "Тверь" not in (put.sentence or "")
    assert "Слишком длинно" in (put.sentence or "")


def test_deals_of_another_pipeline_are_made_there(opened: Opened, desk: Desk) -> None:
    for code in ("NEW", "SENT"):
        desk.tell("PUT", "/stages", {"code": f"C5:{code}", "name": code})
    opened(category_id=5, statuses={"new": "NEW", "shipped": "SENT"}).put_orders([order()])
    assert (desk.deals[1]["categoryId"], desk.deals[1]["stageId"]) == (5, "C5:NEW")


@pytest.mark.parametrize("ours", [0, None])
def test_a_price_that_people_wrote_where_we_know_none_stays(crm: Bitrix24, desk: Desk, ours: int | None) -> None:
    unpriced = order(lines=(line(price_kopecks=ours), line(line_ref="2", sku="KR-8")))
    crm.put_orders([unpriced])
    desk.sell(1, ("Кружка [KR-7]", 990.0, 2.0), ("Кружка [KR-8]", 349.5, 2.0))
    crm.put_orders([unpriced])
    assert desk.goods(1) == [("Кружка [KR-7]", 990.0, 2.0), ("Кружка [KR-8]", 349.5, 2.0)]


def test_goods_that_people_named_instead_of_unknown_ones_stay_until_they_are_known(crm: Bitrix24, desk: Desk) -> None:
    unknown = line(item_ref=None, sku="mystery", name="mystery")
    crm.put_orders([order(lines=(unknown,))])
    desk.sell(1, ("Кружка [КР-7/2]", 349.5, 2.0))
    crm.put_orders([order(lines=(unknown,), tracking="1")])
    assert desk.goods(1) == [("Кружка [КР-7/2]", 349.5, 2.0)]
    crm.put_orders([order(lines=(line(sku="mystery"),))])
    assert desk.goods(1) == [("Кружка [mystery]", 349.5, 2.0)]


def test_a_deal_that_people_deleted_is_not_made_anew(crm: Bitrix24, desk: Desk) -> None:
    (put,) = crm.put_orders([order()])
    desk.delete(DEAL, 1)
    assert [one.outcome for one in crm.put_orders([order(foreign_ref=put.foreign_ref), order(2)])] == ["gone", "accepted"]
    assert [one["originId"] for one in desk.deals.values()] == ["wb-2"]
    assert [one.outcome for one in crm.put_orders([order()])] == ["accepted"]


def test_a_deal_that_lists_do_not_show_yet_is_found_by_its_number(crm: Bitrix24, desk: Desk, wire: Wire) -> None:
    (put,) = crm.put_orders([order()])
    wire.order("crm.item.list", answered(200, {"result": {"result": {"list": {"items": []}}, "result_error": []}}))
    assert crm.put_orders([order(state="shipped", foreign_ref=put.foreign_ref)])[0] == put
    assert [one["stageId"] for one in desk.deals.values()] == ["EXECUTING"]


def test_a_number_that_is_another_deals_by_now_is_not_ours(crm: Bitrix24, desk: Desk) -> None:
    crm.put_orders([order(2)])
    assert [one.outcome for one in crm.put_orders([order(1, foreign_ref="1")])] == ["gone"]
    assert [one["originId"] for one in desk.deals.values()] == ["wb-2"]


WAY = ("Отправление 1001-1: 1 шт., cdek, трек T1, в пути", "Возврат № 5: 1 шт., брак, списать")
OWN = {"tracking_field": "UF_CRM_TRACK", "way_field": "UF_CRM_WAY"}


@pytest.fixture
def own(desk: Desk) -> tuple[str, str]:
    """Two fields that deals have besides, as calls name them."""
    names = ("ufCrmTrack", "ufCrmWay")
    desk.portal.books.user_fields[DEAL] = frozenset(names)
    return names


def test_tracking_numbers_parcels_and_returns_stand_in_the_fields_of_the_settings(
    opened: Opened, desk: Desk, wire: Wire, own: tuple[str, str]
) -> None:
    crm, (track, way) = opened(**OWN), own
    crm.put_orders([order(tracking="T1")])
    assert (desk.deals[1][track], desk.deals[1].get(way) or "") == ("T1", "")
    told = order(tracking="T1, T2", way=WAY)
    crm.put_orders([told])
    assert (desk.deals[1][track], desk.deals[1][way]) == ("T1, T2", "\n".join(WAY))
    wire.forget()
    crm.put_orders([told])
    assert wire.wrote() == []


def test_a_number_that_holds_no_longer_leaves_its_field(opened: Opened, desk: Desk, own: tuple[str, str]) -> None:
    crm = opened(**OWN)
    crm.put_orders([order(tracking="T1")])
    crm.put_orders([order()])
    assert not desk.deals[1][own[0]]


def test_a_field_that_deals_do_not_have_holds_up_no_order(opened: Opened, desk: Desk) -> None:
    (put,) = opened(**OWN).put_orders([order(tracking="T1", way=WAY)])
    assert put.outcome == "accepted"
    assert "Трек-номер: T1" in desk.deals[1]["comments"]
