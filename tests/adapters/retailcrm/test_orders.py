"""Orders in RetailCRM."""

import json
from urllib.parse import parse_qs

import httpx
import pytest

from adapters.errors import RateLimited, Rejected
from adapters.retailcrm.account import RetailCrm
from tasks.rules.crm import Put
from tests.adapters.retailcrm.vendor import STATUSES, Room, account_that, buyer, line, opened, order


def accepted(ref: str, foreign_ref: int | str) -> Put:
    return Put(ref=ref, outcome="accepted", foreign_ref=str(foreign_ref))


def test_an_order_is_there_with_all_that_is_known(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer()])
    puts = crm.put_orders([order(address="Москва, Мира, 5", comment="Позвоните", tracking="1234567890", state="confirmed")])
    there = room.orders()["wb-1"]
    assert puts == [accepted("wb-1", there["id"])]
    assert (there["number"], there["status"], there["createdAt"]) == ("101", "assembling", "2026-11-23 01:00:00")
    assert (there["firstName"], there["lastName"], there["phone"], there["email"]) == ("Юлия", "Щеглова", "+79161234567", "a@example.com")
    assert there["customer"]["externalId"] == "b1"
    assert (there["delivery"]["address"]["text"], there["delivery"]["data"]["trackNumber"]) == ("Москва, Мира, 5", "1234567890")
    assert (there["customerComment"], there["managerComment"]) == ("Позвоните", "Wildberries, заказ 1")
    (item,) = there["items"]
    assert (item["offer"]["xmlId"], item["quantity"], item["initialPrice"]) == ("guid-1", 2, 490.5)
    assert item["externalIds"] == [{"code": "utyug", "value": "l1"}]
    assert (there["totalSumm"], room.tell("GET", "/unread")) == (981, {})


def test_the_same_put_again_writes_nothing(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer()])
    rows = [
        order(address="Москва", comment="Позвоните", tracking="1"),
        order("wb-2", customer=None, lines=(line(price_kopecks=None), line("l2", item_ref=None, price_kopecks=129905))),
        order("wb-3", state="cancelled"),
    ]
    first = crm.put_orders(rows)
    room.forget()
    assert crm.put_orders(rows) == first
    assert {put.outcome for put in first} == {"accepted"}
    assert room.heard() == []


def test_fifty_are_made_in_one_call(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer()])
    room.forget()
    crm.put_orders([order(f"wb-{number}") for number in range(51)])
    assert room.heard() == ["orders/upload"] * 2
    assert room.heard("GET") == ["orders"] * 2 + ["customers"]
    assert len(room.orders()) == 51


def test_a_changed_composition_is_sent_whole_and_keeps_what_people_added(room: Room, crm: RetailCrm) -> None:
    room.goods("Подарок")
    crm.put_orders([order(lines=(line("l1"), line("l2", pcs=1)))])
    there = room.orders()["wb-1"]["items"]
    room.edit_order("wb-1", items=[{"id": one["id"]} for one in there] + [{"offer": {"externalId": "Подарок"}, "quantity": 1}])
    room.forget()
    crm.put_orders([order(lines=(line("l1", pcs=5), line("l3", pcs=3)))])
    items = room.orders()["wb-1"]["items"]
    assert [(one["offer"]["externalId"], one["quantity"]) for one in items] == [("КР-7/2", 5), ("КР-7/2", 3), ("Подарок", 1)]
    assert items[0]["id"] == there[0]["id"]
    assert room.heard() == ["orders/1/edit"]


def test_a_price_that_changed_is_sent(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    crm.put_orders([order(lines=(line(price_kopecks=129905),))])
    assert room.orders()["wb-1"]["items"][0]["initialPrice"] == 1299.05


@pytest.mark.parametrize("lines", [(line(),), ()])
def test_a_cancelled_order_keeps_its_lines(room: Room, crm: RetailCrm, lines: tuple[object, ...]) -> None:
    crm.put_orders([order()])
    room.edit_order("wb-1", items=[{"id": 1}, {"productName": "Подарок"}])
    crm.put_orders([order(state="cancelled", lines=lines)])
    there = room.orders()["wb-1"]
    assert (there["status"], [one["quantity"] for one in there["items"]]) == ("cancel-other", [2, 1])


def test_what_people_wrote_into_an_order_stays(room: Room, crm: RetailCrm) -> None:
    row = order(address="Москва", comment="Позвоните")
    crm.put_orders([row])
    theirs = {
        "phone": "8 903 111-22-33",
        "firstName": "Юля",
        "email": "b@example.com",
        "managerComment": "VIP",
        "customerComment": "Не звоните",
        "delivery": {"address": {"text": "Тверь"}},
    }
    room.edit_order("wb-1", **theirs)
    crm.put_orders([order(address="Москва", comment="Позвоните", state="shipped", tracking="1")])
    there = room.orders()["wb-1"]
    assert {name: there[name] for name in theirs.keys() - {"delivery"}} == {name: theirs[name] for name in theirs.keys() - {"delivery"}}
    assert there["delivery"]["address"] == {"text": "Тверь"}
    assert (there["status"], there["delivery"]["data"]["trackNumber"]) == ("delivering", "1")


def test_what_an_order_lacks_is_filled_in_when_it_is_known(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order(customer=None)])
    crm.put_customers([buyer()])
    crm.put_orders([order(address="Москва", comment="Позвоните")])
    there = room.orders()["wb-1"]
    assert (there["phone"], there["lastName"], there["customerComment"]) == ("+79161234567", "Щеглова", "Позвоните")
    assert there["delivery"]["address"]["text"] == "Москва"
    assert there["customer"]["externalId"] == "b1"


def test_a_card_that_people_gave_an_order_stays(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer()])
    crm.put_orders([order()])
    theirs = int(room.tell("POST", "/customers", {"firstName": "Анна", "phones": [{"number": "1"}]})["customer_ref"])
    room.edit_order("wb-1", customer={"id": theirs})
    crm.put_orders([order(state="shipped"), order("wb-2")])
    assert room.orders()["wb-1"]["customer"]["id"] == theirs
    assert room.orders()["wb-2"]["customer"]["externalId"] == "b1"


def test_a_status_that_people_moved_further_stays(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    room.edit_order("wb-1", status="cancel-other")
    room.forget()
    crm.put_orders([order(state="confirmed")])
    assert room.heard() == []


def test_an_order_of_a_merged_buyer_belongs_to_the_card_that_is_left(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer("b1"), buyer("b2")])
    room.combine_customers("b1", into="b2")
    crm.put_orders([order(customer=buyer("b1"))])
    assert room.orders()["wb-1"]["customer"]["externalId"] == "b2"


def test_an_order_whose_buyer_is_not_there_is_taken_with_his_contacts(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    assert room.orders()["wb-1"]["customer"]["phones"] == [{"number": "+79161234567"}]


def test_an_item_is_found_under_either_key_and_without_one_goes_by_its_name(room: Room, crm: RetailCrm) -> None:
    room.goods("guid-2")
    lines = (line("l1", "guid-1"), line("l2", "guid-2"), line("l3", "guid-3", name="Ложка"), line("l4", None, name="Вилка"))
    assert [put.outcome for put in crm.put_orders([order(lines=lines)])] == ["accepted"]
    items = room.orders()["wb-1"]["items"]
    assert [one["offer"]["externalId"] if "offer" in one else one["productName"] for one in items] == ["КР-7/2", "guid-2", "Ложка", "Вилка"]
    room.forget()
    crm.put_orders([order(lines=lines), order("wb-2", lines=lines)])
    assert room.heard() == ["orders/upload"], "what the catalogue has not is remembered"


def test_a_line_that_is_added_with_an_unknown_item_goes_by_its_name(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    crm.put_orders([order(lines=(line(), line("l2", "guid-3", name="Ложка")))])
    assert [one.get("productName") for one in room.orders()["wb-1"]["items"]] == [None, "Ложка"]


def test_a_refused_order_hears_its_own_reason_and_the_others_are_made_once(room: Room) -> None:
    with opened(room.url, statuses={**STATUSES, "confirmed": "no-such", "shipped": "nor-such"}) as crm:
        puts = crm.put_orders([order("1"), order("2", state="confirmed"), order("3"), order("4", state="shipped")])
    assert [put.outcome for put in puts] == ["accepted", "refused", "accepted", "refused"]
    assert "no-such" in (puts[1].sentence or "")
    assert "nor-such" in (puts[3].sentence or "")
    assert room.heard() == ["orders/upload", "orders/create", "orders/create"]
    assert sorted(room.orders()) == ["1", "3"]


def test_an_order_that_failed_in_passing_is_made_alone(room: Room, crm: RetailCrm) -> None:
    room.fault("refuse_item", "", sku="2")
    puts = crm.put_orders([order("1"), order("2"), order("3")])
    assert [put.outcome for put in puts] == ["accepted"] * 3
    assert room.heard() == ["orders/upload", "orders/create"]


def test_an_order_that_another_hand_made_meanwhile_is_adopted() -> None:
    there: dict[str, object] = {"id": 7, "externalId": "wb-1", "status": "new", "items": [], "customer": {"id": 1, "externalId": "b9"}}
    written: list[str] = []

    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            told = [there] if written and request.url.path.endswith("/orders") else []
            return httpx.Response(200, json={"success": True, "orders": told, "customers": []})
        written.append(request.url.path.rpartition("/")[2])
        if request.url.path.endswith("upload"):
            failed = {"uploadedOrders": [], "failedOrders": [{"externalId": "wb-1"}], "errors": ["Order already exists."]}
            return httpx.Response(460, json={"success": False, "errorMsg": "Orders are loaded with errors", **failed})
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        there.update(json.loads(form["order"]))
        return httpx.Response(200, json={"success": True, "id": 7})

    puts = account_that(say).put_orders([order(customer=None, lines=(line(),))])
    assert puts == [accepted("wb-1", 7)]
    assert written == ["upload", "edit"]


def test_one_order_that_cannot_be_read_does_not_hold_back_the_others(room: Room, crm: RetailCrm) -> None:
    puts = crm.put_orders([order("1"), order("2", number="1" * 256), order("3")])
    assert [put.outcome for put in puts] == ["accepted", "refused", "accepted"]
    assert "number" in (puts[1].sentence or "")


@pytest.mark.parametrize("kind", ["timeout_after", "error_after", "garbage"])
@pytest.mark.parametrize("path", ["orders/upload", "orders/1/edit"])
def test_a_write_whose_answer_was_lost_is_found_and_not_repeated(room: Room, crm: RetailCrm, kind: str, path: str) -> None:
    if path.endswith("edit"):
        crm.put_orders([order()])
    room.forget()
    room.fault(kind, path)
    assert crm.put_orders([order(state="shipped", tracking="1")]) == [accepted("wb-1", 1)]
    assert room.heard() == [path]
    assert [one["status"] for one in room.orders().values()] == ["delivering"]


def test_an_edit_that_never_came_is_unknown_and_made_the_next_time(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    room.fault("timeout_before", "edit")
    (put,) = crm.put_orders([order(state="shipped")])
    assert (put.outcome, room.orders()["wb-1"]["status"]) == ("unknown", "new")
    assert crm.put_orders([order(state="shipped")]) == [accepted("wb-1", 1)]
    assert room.orders()["wb-1"]["status"] == "delivering"


def test_a_write_that_takes_its_effect_late_makes_no_second_order(room: Room, crm: RetailCrm) -> None:
    room.fault("late", "orders/upload", seconds=20)
    (put,) = crm.put_orders([order()])
    assert put.outcome == "accepted"
    while not room.orders():
        pass
    crm.put_orders([order()])
    assert len(room.orders()) == 1


def test_a_503_of_the_limit_says_that_nothing_was_done(room: Room, crm: RetailCrm) -> None:
    room.fault("rate_limited", "orders/upload")
    with pytest.raises(RateLimited):
        crm.put_orders([order()])
    assert room.orders() == {}


def test_a_state_without_a_status_changes_none(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order(state="shipped")])
    crm.put_orders([order(state="other"), order("wb-2", state="other")])
    assert [one["status"] for one in room.orders().values()] == ["delivering", "new"]


def test_a_refusal_names_nobody(room: Room) -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(
                200, json={"success": True, "orders": [], "customers": [], "history": [], "pagination": {"totalPageCount": 1}}
            )
        errors = ["delivery.address: «Тверь, Мира, 5» of Юлия, +7 (916) 123-45-67, is bad", "customerComment: «Стучать» is bad"]
        return httpx.Response(400, json={"success": False, "errorMsg": "Validation error", "errors": errors})

    (put,) = account_that(say).put_orders([order(address="Тверь, Мира, 5", comment="Стучать")])
    assert (put.outcome, "delivery.address" in (put.sentence or "")) == ("refused", True)
    assert not [secret for secret in ("916", "Юлия", "Тверь", "Стучать") if secret in (put.sentence or "")]


class TestSeveralShops:
    @pytest.fixture
    def sites(self) -> dict[str, str]:
        return {"shop": "Магазин", "outlet": "Распродажа"}

    def test_each_shop_has_its_own_of_one_reference(self, room: Room) -> None:
        for site in ("shop", "outlet"):
            with opened(room.url, site=site) as crm:
                crm.put_customers([buyer()])
                crm.put_orders([order()])
                crm.put_orders([order(state="shipped")])
        told = room.tell("GET", "/books")
        assert [(one["site"], one["status"], one["customer"]["site"]) for one in told["orders"].values()] == [
            ("shop", "delivering", "shop"),
            ("outlet", "delivering", "outlet"),
        ]

    def test_a_shop_that_is_not_named_is_nobodys_fault_but_the_settings(self, room: Room, crm: RetailCrm) -> None:
        with pytest.raises(Rejected, match="site"):
            crm.put_orders([order()])
        assert room.orders() == {}


@pytest.mark.parametrize("ours", [0, None])
def test_a_price_that_people_wrote_where_we_know_none_stays(room: Room, crm: RetailCrm, ours: int | None) -> None:
    unpriced = order(lines=(line(price_kopecks=ours),))
    crm.put_orders([unpriced])
    (item,) = room.orders()["wb-1"]["items"]
    assert item["initialPrice"] == 0
    room.edit_order("wb-1", items=[{"id": item["id"], "quantity": 2, "initialPrice": 990}])
    crm.put_orders([unpriced])
    crm.put_orders([order(lines=(line(price_kopecks=ours, pcs=1),))])
    (item,) = room.orders()["wb-1"]["items"]
    assert (item["quantity"], item["initialPrice"]) == (1, 990)


@pytest.mark.parametrize("is_known_by_now", [True, False], ids=["known by now", "nobody knows it still"])
def test_a_line_that_people_put_in_place_of_an_unknown_one_becomes_ours(room: Room, crm: RetailCrm, is_known_by_now: bool) -> None:
    crm.put_orders([order(lines=(line(item_ref=None, name="mystery"),))])
    room.edit_order("wb-1", items=[{"offer": {"xmlId": "guid-1"}, "quantity": 2, "initialPrice": 5}])
    (added,) = room.orders()["wb-1"]["items"]
    crm.put_orders([order(lines=(line(item_ref="guid-1" if is_known_by_now else None),))])
    (item,) = room.orders()["wb-1"]["items"]
    assert (item["id"], item["offer"]["xmlId"]) == (added["id"], "guid-1")
    assert item["externalIds"] == [{"code": "utyug", "value": "l1"}]


def test_of_two_lines_that_people_added_neither_is_taken_for_an_unknown_one(room: Room, crm: RetailCrm) -> None:
    room.goods("Подарок")
    crm.put_orders([order(lines=(line(item_ref=None, name="mystery"),))])
    room.edit_order("wb-1", items=[{"offer": {"xmlId": "guid-1"}, "quantity": 2}, {"offer": {"externalId": "Подарок"}, "quantity": 2}])
    crm.put_orders([order(lines=(line(item_ref=None, name="mystery"),))])
    assert len(room.orders()["wb-1"]["items"]) == 3


def test_an_order_that_people_deleted_is_not_made_anew(room: Room, crm: RetailCrm) -> None:
    (put,) = crm.put_orders([order()])
    room.tell("DELETE", f"/orders/{put.foreign_ref}")
    known = [order(foreign_ref=put.foreign_ref), order("wb-2")]
    assert [one.outcome for one in crm.put_orders(known)] == ["gone", "accepted"]
    assert room.orders().keys() == {"wb-2"}
    assert [one.outcome for one in crm.put_orders([order()])] == ["accepted"]


WAY = ("Отправление 101-1: 1 шт., cdek, трек T1, в пути", "Возврат № 5: 1 шт., брак, списать")


def test_what_left_and_came_back_stands_in_the_field_of_the_settings(room: Room) -> None:
    with opened(room.url, way_field="way") as crm:
        crm.put_orders([order()])
        assert "way" not in room.orders()["wb-1"]["customFields"]
        crm.put_orders([order(way=WAY)])
        assert room.orders()["wb-1"]["customFields"] == {"way": "\n".join(WAY)}
        room.forget()
        crm.put_orders([order(way=WAY)])
        assert room.heard() == []


def test_without_such_a_field_nothing_is_said_of_parcels_and_returns(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order(way=WAY)])
    assert not room.orders()["wb-1"]["customFields"]


def test_a_line_gets_the_status_of_the_settings_once_all_of_it_is_so_far(room: Room) -> None:
    with opened(room.url, item_statuses={"shipped": "sent", "returned": "back"}) as crm:
        rows = [order(lines=(line("l1", state=one), line("l2"))) for one in (None, "shipped", "delivered", "returned")]
        seen = []
        for row in rows:
            crm.put_orders([row])
            seen.append([item["status"] for item in room.orders()["wb-1"]["items"]])
        room.forget()
        crm.put_orders(rows[-1:])
    first = seen[0][0]
    assert seen == [[first, first], ["sent", first], ["sent", first], ["back", first]]
    assert room.heard() == []


def test_a_status_that_people_gave_a_line_stays_where_the_settings_name_none(room: Room, crm: RetailCrm) -> None:
    crm.put_orders([order()])
    room.edit_order("wb-1", items=[{"id": 1, "status": "theirs"}])
    room.forget()
    crm.put_orders([order(lines=(line(state="shipped"),))])
    assert (room.heard(), room.orders()["wb-1"]["items"][0]["status"]) == ([], "theirs")
