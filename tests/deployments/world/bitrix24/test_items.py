"""`reference/services.md` §4: deals, contacts, external keys, phones, lists."""

import pytest

from tests.deployments.world.bitrix24.conftest import CONTACT, DEAL, NOTE, Hand


def test_a_deal_is_added_and_read(hand: Hand) -> None:
    item_id = hand.add(DEAL, title="Заказ wb-1", opportunity=1990.5, originatorId="utyug", originId="wb-1", **{NOTE: "x"})
    item = hand.item(DEAL, item_id)
    assert (item["title"], item["opportunity"], item["originatorId"], item["originId"]) == ("Заказ wb-1", 1990.5, "utyug", "wb-1")
    assert (item["stageId"], item["stageSemanticId"], item["closed"], item[NOTE]) == ("NEW", "P", "N", "x")
    assert (item["createdTime"], item["createdBy"], item["entityTypeId"]) == ("2026-11-23T01:30:00+03:00", 1, DEAL)
    assert hand.item(DEAL, hand.add(DEAL))["title"] == "Deal #2"


def test_the_external_key_is_stored_and_not_unique(hand: Hand) -> None:
    ids = [hand.add(DEAL, originatorId="utyug", originId="wb-1") for _ in range(2)]
    assert hand.found({"originatorId": "utyug", "originId": "wb-1"}) == ids == [1, 2]


def test_a_field_that_is_not_known_is_ignored_and_told_of(hand: Hand) -> None:
    item_id = hand.add(DEAL, titel="x", PHONE=[{"VALUE": "1"}], ufCrm_2="x")
    assert hand.item(DEAL, item_id)["title"] == "Deal #1"
    assert hand.tell("GET", "/unread") == {"2.titel": 1, "2.PHONE": 1, "2.ufCrm_2": 1}


@pytest.mark.parametrize("fields", [{"stageId": "SOLD"}, {"stageId": None}, {"opportunity": "много"}, {"contactId": 77}, {"title": ["x"]}])
def test_a_value_that_cannot_be_is_refused(hand: Hand, fields: dict[str, object]) -> None:
    (name,) = fields
    told = hand.refused("crm.item.add", {"entityTypeId": DEAL, "fields": fields})
    assert told == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Invalid value for field "{name}"')
    assert hand.tell("GET", "/books")["deals"] == {}


def test_a_field_of_many_values_takes_no_single_one(hand: Hand) -> None:
    told = hand.refused("crm.item.add", {"entityTypeId": CONTACT, "fields": {"fm": "+79161234567"}})
    assert told == (400, "100", "Expected iterable value for multiple field, but got string instead")


def test_a_parameter_that_has_to_be_there(hand: Hand) -> None:
    assert hand.refused("crm.item.add", {"fields": {}})[1:] == ("100", "Could not find value for parameter {entityTypeId}")
    assert hand.refused("crm.item.add", {"entityTypeId": DEAL})[1:] == ("100", "Could not find value for parameter {fields}")


@pytest.mark.parametrize("method", ["crm.item.add", "crm.item.list", "crm.item.get"])
def test_a_type_that_is_not_there(hand: Hand, method: str) -> None:
    told = hand.refused(method, {"entityTypeId": 1302, "id": 1, "fields": {}})
    assert told == (400, "NOT_FOUND", "Smart process not found")


@pytest.mark.parametrize("method", ["crm.item.get", "crm.item.update", "crm.item.delete"])
def test_an_item_that_is_not_there(hand: Hand, method: str) -> None:
    assert hand.refused(method, {"entityTypeId": DEAL, "id": 77, "fields": {}}) == (400, "NOT_FOUND", "Element not found")


def test_an_update_changes_only_what_it_says(hand: Hand) -> None:
    item_id = hand.add(DEAL, title="x", originId="wb-1")
    hand.clock.pass_(minutes=1)
    told = hand.told("crm.item.update", {"entityTypeId": DEAL, "id": item_id, "fields": {"stageId": "WON", "title": "y"}})
    item = hand.item(DEAL, item_id)
    assert told["item"] == item
    assert (item["title"], item["originId"], item["stageSemanticId"], item["closed"]) == ("y", "wb-1", "S", "Y")
    assert item["updatedTime"] == "2026-11-23T01:31:00+03:00"


def test_an_update_without_a_difference_saves_nothing(hand: Hand) -> None:
    item_id = hand.add(DEAL, title="x")
    hand.clock.pass_(minutes=1)
    hand.told("crm.item.update", {"entityTypeId": DEAL, "id": item_id, "fields": {"title": "x"}})
    assert hand.item(DEAL, item_id)["updatedTime"] == "2026-11-23T01:30:00+03:00"


def test_phones_of_a_contact_are_multifields(hand: Hand) -> None:
    phone = {"typeId": "PHONE", "valueType": "WORK", "value": "+79161234567"}
    contact_id = hand.add(CONTACT, name="Юлия", fm=[phone, {"typeId": "EMAIL", "valueType": "HOME", "value": "a@example.com"}])
    contact = hand.item(CONTACT, contact_id)
    assert contact["fm"][0] == {"id": 1, **phone}
    assert (contact["hasPhone"], contact["hasEmail"]) == ("Y", "Y")


def test_a_multifield_is_changed_added_and_taken_away_by_its_id(hand: Hand) -> None:
    contact_id = hand.add(CONTACT, fm=[{"typeId": "PHONE", "value": value} for value in ("1", "2")])
    change = {"1": {"value": "11", "typeId": "PHONE", "valueType": "MOBILE"}, "2": {"value": ""}, "new": {"typeId": "PHONE", "value": "3"}}
    hand.told("crm.item.update", {"entityTypeId": CONTACT, "id": contact_id, "fields": {"fm": change}})
    assert [(one["id"], one["value"], one["valueType"]) for one in hand.item(CONTACT, contact_id)["fm"]] == [
        (1, "11", "MOBILE"),
        (3, "3", "WORK"),
    ]


def test_contacts_of_a_deal(hand: Hand) -> None:
    first, second = hand.add(CONTACT), hand.add(CONTACT)
    deal_id = hand.add(DEAL, contactIds=[second, first])
    assert hand.item(DEAL, deal_id)["contactId"] == second
    assert hand.found({"contactId": second}) == hand.found({"contactIds": first}) == [deal_id]
    hand.told("crm.item.delete", {"entityTypeId": CONTACT, "id": second})
    assert (hand.item(DEAL, deal_id)["contactId"], hand.item(DEAL, deal_id)["contactIds"]) == (first, [first])


def test_the_older_methods_still_answer_with_an_id(hand: Hand) -> None:
    fields = {"NAME": "Юлия", "LAST_NAME": "Щеглова", "ORIGINATOR_ID": "utyug", "ORIGIN_ID": "c1"}
    contact_id = hand.told("crm.contact.add", {"FIELDS": {**fields, "PHONE": [{"VALUE": "+79161234567", "VALUE_TYPE": "MOBILE"}]}})
    contact = hand.item(CONTACT, contact_id)
    assert (contact["lastName"], contact["originatorId"], contact["originId"]) == ("Щеглова", "utyug", "c1")
    assert contact["fm"] == [{"id": 1, "valueType": "MOBILE", "value": "+79161234567", "typeId": "PHONE"}]
    deal_id = hand.told("crm.deal.add", {"fields": {"TITLE": "x", "STAGE_ID": "WON", "CONTACT_IDS": [contact_id], "OPPORTUNITY": "10"}})
    deal = hand.item(DEAL, deal_id)
    assert (deal["title"], deal["stageId"], deal["contactIds"], deal["opportunity"]) == ("x", "WON", [contact_id], 10)


def test_an_error_may_have_no_code(hand: Hand) -> None:
    assert hand.refused("crm.deal.add") == (400, "", "Parameter 'fields' must be array.")


def test_lists_come_by_fifty(hand: Hand) -> None:
    for number in range(120):
        hand.tell("POST", f"/items/{DEAL}", {"originId": str(number)})
    first = hand.ask("crm.item.list", {"entityTypeId": DEAL}).json()
    assert (len(first["result"]["items"]), first["next"], first["total"]) == (50, 50, 120)
    last = hand.ask("crm.item.list", {"entityTypeId": DEAL, "start": 100}).json()
    assert (len(last["result"]["items"]), last["total"]) == (20, 120)
    assert "next" not in last
    uncounted = hand.ask("crm.item.list", {"entityTypeId": DEAL, "start": -1, "filter": {">id": 50}}).json()
    assert [one["id"] for one in uncounted["result"]["items"]] == list(range(51, 101))
    assert not {"next", "total"} & uncounted.keys()


def test_a_list_shows_the_fields_asked_for(hand: Hand) -> None:
    hand.add(DEAL, title="x", originId="wb-1")
    assert hand.told("crm.item.list", {"entityTypeId": DEAL, "select": ["originId"]})["items"] == [{"id": 1, "originId": "wb-1"}]
    assert hand.told("crm.item.list", {"entityTypeId": DEAL, "select": ["*"]})["items"] == [hand.item(DEAL, 1)]


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        ({"originId": "wb-1"}, [1]),
        ({"=originId": "wb-1"}, [1]),
        ({"!=originId": "wb-1"}, [2, 3]),
        ({"!originId": "wb-1"}, [2, 3]),
        ({"@originId": ["wb-1", "ozon-1"]}, [1, 3]),
        ({"!@originId": ["wb-1", "ozon-1"]}, [2]),
        ({"originId": ["wb-1", "wb-2"]}, [1, 2]),
        ({"%originId": "b-"}, [1, 2]),
        ({"!%originId": "b-"}, [3]),
        ({"=%originId": "wb-%"}, [1, 2]),
        ({"%=originId": "%-1"}, [1, 3]),
        ({"!=%originId": "%-1"}, [2]),
        ({">opportunity": 20}, [3]),
        ({">=opportunity": 20, "<=opportunity": "20"}, [2]),
        ({"<opportunity": 20}, [1]),
        ({"opportunity": "10.00"}, [1]),
        ({">createdTime": "2026-11-22T22:30:30Z"}, [2, 3]),
        ({"0": {"logic": "OR", "0": {"originId": "wb-1"}, "1": {"originId": "ozon-1"}}, ">opportunity": 10}, [3]),
        ({"stageId": "WON"}, []),
        ({">originId": 20}, []),
    ],
)
def test_a_list_is_filtered(hand: Hand, filter_: dict[str, object], ids: list[int]) -> None:
    for origin, money in (("wb-1", 10), ("wb-2", 20), ("ozon-1", 100)):
        hand.add(DEAL, originId=origin, opportunity=money)
        hand.clock.pass_(minutes=1)
    assert hand.found(filter_) == ids


def test_a_list_is_ordered(hand: Hand) -> None:
    for money, origin in ((10, "b"), (9, "a"), (10, "a")):
        hand.add(DEAL, opportunity=money, originId=origin)
    assert hand.found({}, order={"opportunity": "DESC", "originId": "ASC"}) == [3, 1, 2]


def test_a_filter_or_an_order_by_another_field_is_refused(hand: Hand) -> None:
    asked = {"entityTypeId": DEAL}
    for filter_ in ({"=titel": "x"}, {"0": {"titel": "x"}}):
        told = hand.refused("crm.item.list", {**asked, "filter": filter_})
        assert told == (400, "INVALID_ARG_VALUE", "Invalid filter: field 'titel' is not allowed in filter")
    assert hand.refused("crm.item.list", {**asked, "order": {"titel": "ASC"}})[1] == "INVALID_ARG_VALUE"
    words = "Invalid order: allowed sort directions are ASC, DESC. But got 'down' for field 'id'"
    assert hand.refused("crm.item.list", {**asked, "order": {"id": "down"}})[2] == words


def test_contacts_are_found_by_phone_and_by_address(hand: Hand) -> None:
    contact_id = hand.add(CONTACT, fm=[{"typeId": "PHONE", "value": "+7 (916) 123-45-67"}, {"typeId": "EMAIL", "value": "A@example.com"}])
    for sort, value in (("PHONE", "+79161234567"), ("PHONE", "79161234567 доб. 12"), ("EMAIL", "a@EXAMPLE.com")):
        assert hand.told("crm.duplicate.findbycomm", {"type": sort, "values": [value]}) == {"CONTACT": [contact_id]}
    asked = {"type": "PHONE", "values": ["+79161234567"]}
    assert hand.told("crm.duplicate.findbycomm", {**asked, "entity_type": "CONTACT"}) == {"CONTACT": [contact_id]}
    assert hand.told("crm.duplicate.findbycomm", {**asked, "entity_type": "COMPANY"}) == []
    assert hand.told("crm.duplicate.findbycomm", {"type": "PHONE", "values": ["123"]}) == []


def test_a_phone_that_changed_finds_nobody(hand: Hand) -> None:
    contact_id = hand.add(CONTACT, fm=[{"typeId": "PHONE", "value": "1"}])
    hand.told("crm.item.update", {"entityTypeId": CONTACT, "id": contact_id, "fields": {"fm": [{"id": 1, "value": "2"}]}})
    assert hand.told("crm.duplicate.findbycomm", {"type": "PHONE", "values": ["1"]}) == []
    assert hand.told("crm.duplicate.findbycomm", {"type": "PHONE", "values": ["2"]}) == {"CONTACT": [contact_id]}


def test_a_deleted_contact_is_not_found(hand: Hand) -> None:
    contact_id = hand.add(CONTACT, fm=[{"typeId": "PHONE", "value": "1"}])
    hand.tell("DELETE", f"/items/{CONTACT}/{contact_id}")
    assert hand.told("crm.duplicate.findbycomm", {"type": "PHONE", "values": ["1"]}) == []


def test_of_more_than_twenty_values_the_first_twenty_are_looked_for(hand: Hand) -> None:
    hand.add(CONTACT, fm=[{"typeId": "PHONE", "value": "20"}])
    numbers = [str(number) for number in range(21)]
    assert hand.told("crm.duplicate.findbycomm", {"type": "PHONE", "values": numbers}) == []
    assert hand.told("crm.duplicate.findbycomm", {"type": "PHONE", "values": numbers[1:]}) == {"CONTACT": [1]}


def test_a_search_says_what_it_looks_for(hand: Hand) -> None:
    assert hand.refused("crm.duplicate.findbycomm", {"values": ["1"]})[:2] == (400, "Communication type is not defined")
    assert hand.refused("crm.duplicate.findbycomm", {"type": "PHONE"})[:2] == (400, "Communication values is not defined")
    assert "not supported" in hand.refused("crm.duplicate.findbycomm", {"type": "WEB", "values": ["1"]})[1]


def test_stages_are_the_portals_own(hand: Hand) -> None:
    hand.tell("PUT", "/stages", {"code": "TO_WB", "name": "Передан Wildberries"})
    stages = hand.told("crm.status.list", {"filter": {"ENTITY_ID": "DEAL_STAGE"}})
    assert [one["STATUS_ID"] for one in stages] == ["NEW", "PREPARATION", "EXECUTING", "WON", "LOSE", "TO_WB"]
    assert hand.told("crm.status.list", {"filter": {"ENTITY_ID": "SOURCE"}}) == []
    assert hand.item(DEAL, hand.add(DEAL, stageId="TO_WB"))["stageSemanticId"] == "P"


def test_a_manager_changes_and_deletes_by_hand(hand: Hand) -> None:
    deal_id = hand.add(DEAL, title="x")
    hand.tell("PUT", f"/items/{DEAL}/{deal_id}", {"title": "y"})
    assert (hand.item(DEAL, deal_id)["title"], hand.item(DEAL, deal_id)["updatedBy"]) == ("y", 6)
    hand.tell("DELETE", f"/items/{DEAL}/{deal_id}")
    assert hand.tell("GET", "/books") == {"deals": {}, "contacts": {}}


def test_a_restored_copy_gives_no_number_twice(hand: Hand) -> None:
    hand.add(DEAL)
    copy_ref = hand.tell("POST", "/copies")["copy_ref"]
    hand.add(DEAL)
    hand.tell("POST", f"/copies/{copy_ref}/restore")
    assert hand.found({}) == [1]
    assert hand.add(DEAL) == 3


def test_the_control_refuses_what_it_does_not_know(hand: Hand) -> None:
    assert hand.control.post(f"/items/{DEAL}", json={"titel": "x"}).status_code == 422
    assert hand.control.post(f"/items/{DEAL}", json={"stageId": "x"}).status_code == 422
    assert hand.control.post("/items/7", json={}).status_code == 404
    assert hand.control.put(f"/items/{DEAL}/77", json={}).status_code == 404
    assert hand.control.delete("/items/7/1").status_code == 404
    assert hand.control.post("/copies/77/restore").status_code == 404
    hand.add(DEAL)
    assert hand.control.put(f"/items/{DEAL}/1", json={"stageId": "x"}).status_code == 422
