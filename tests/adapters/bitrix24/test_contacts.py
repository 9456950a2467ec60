from typing import Any

import pytest

from adapters.bitrix24.account import Bitrix24
from adapters.errors import RateLimited, Unauthorized, Unavailable
from tests.adapters.bitrix24.conftest import CONTACT, TIER, Desk, Opened, Wire, answered, lost, never_done
from tests.adapters.bitrix24.told import buyer


def phone(value: str) -> dict[str, str]:
    return {"typeId": "PHONE", "valueType": "WORK", "value": value}


def reached(card: dict[str, Any]) -> list[str]:
    return [one["value"] for one in card["fm"]]


def failing(error: str, words: str = "", key: str = "r0s0", **results: Any) -> Any:
    failed = {"error": error, "error_description": words}
    return answered(200, {"result": {"result": results or [], "result_error": {key: failed}}})


def test_a_buyer_becomes_a_contact_under_our_mark(crm: Bitrix24, desk: Desk) -> None:
    (put,) = crm.put_customers([buyer(middle_name="Олеговна", tier="gold")])
    assert (put.ref, put.outcome, put.foreign_ref, put.sentence) == ("b1", "accepted", "1", None)
    card = desk.contacts[1]
    assert (card["originatorId"], card["originId"]) == ("utyug", "b1")
    assert (card["name"], card["secondName"], card["lastName"], card[TIER]) == ("Юлия", "Олеговна", "Щеглова", "gold")
    assert reached(card) == ["+79161230001", "b1@example.com"]
    assert desk.tell("GET", "/unread") == {}


def test_a_name_whose_parts_are_not_known_is_kept_whole(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer(first_name="", last_name="", name="Юлия Олеговна Щ.")])
    assert (desk.contacts[1]["name"], desk.contacts[1]["lastName"]) == ("Юлия Олеговна Щ.", None)


def test_putting_the_same_again_writes_nothing(crm: Bitrix24, wire: Wire) -> None:
    customers = [buyer(number, tier="gold") for number in range(1, 4)]
    first = crm.put_customers(customers)
    wire.forget()
    assert crm.put_customers(customers) == first
    assert wire.wrote() == []


def test_many_buyers_are_put_in_few_calls_and_answered_in_their_order(crm: Bitrix24, desk: Desk, wire: Wire) -> None:
    customers = [buyer(number) for number in range(120, 0, -1)]
    puts = crm.put_customers(customers)
    assert [one.ref for one in puts] == [one.ref for one in customers]
    assert {one.outcome for one in puts} == {"accepted"}
    assert len(desk.contacts) == 120
    assert len(wire.sent) < 25
    assert max(len(batch) for batch in wire.sent) <= 50


def test_of_one_buyer_told_twice_the_last_word_counts(crm: Bitrix24, desk: Desk) -> None:
    puts = crm.put_customers([buyer(tier="silver"), buyer(tier="gold")])
    assert [(one.outcome, one.foreign_ref) for one in puts] == [("accepted", "1")] * 2
    assert [one[TIER] for one in desk.contacts.values()] == ["gold"]


def test_only_what_differs_is_written(crm: Bitrix24, desk: Desk, wire: Wire) -> None:
    crm.put_customers([buyer()])
    wire.forget()
    crm.put_customers([buyer(tier="gold", phones=("+79161230001", "+79990000000"))])
    (written,) = wire.wrote()
    assert "lastName" not in written
    assert "79161230001" not in written
    assert desk.contacts[1][TIER] == "gold"
    assert reached(desk.contacts[1]) == ["+79161230001", "b1@example.com", "+79990000000"]


def test_a_tier_that_is_no_longer_earned_is_taken_away(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer(tier="gold")])
    crm.put_customers([buyer()])
    assert not desk.contacts[1][TIER]


def test_what_people_added_to_a_card_stays(crm: Bitrix24, desk: Desk, wire: Wire) -> None:
    crm.put_customers([buyer()])
    desk.edit(CONTACT, 1, secondName="Олеговна", fm=[phone("+7 999 000-00-00")])
    wire.forget()
    crm.put_customers([buyer()])
    assert wire.wrote() == []
    assert desk.contacts[1]["secondName"] == "Олеговна"


def test_a_phone_is_the_same_however_people_write_it(crm: Bitrix24, desk: Desk) -> None:
    desk.make(CONTACT, originatorId="utyug", originId="b1", lastName="Щеглова", name="Юлия", fm=[phone("8 (916) 123-00-01")])
    crm.put_customers([buyer(emails=())])
    assert reached(desk.contacts[1]) == ["8 (916) 123-00-01"]


def test_another_name_is_written_over(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer(first_name="", last_name="", name="Покупатель")])
    crm.put_customers([buyer()])
    assert (desk.contacts[1]["name"], desk.contacts[1]["lastName"]) == ("Юлия", "Щеглова")


def test_a_card_that_people_entered_before_is_taken_and_marked(crm: Bitrix24, desk: Desk) -> None:
    desk.make(CONTACT, name="Юлия", fm=[phone("+7 916 123-00-01")])
    (put,) = crm.put_customers([buyer()])
    assert put.foreign_ref == "1"
    (card,) = desk.contacts.values()
    assert (card["originatorId"], card["originId"], card["lastName"]) == ("utyug", "b1", "Щеглова")
    assert reached(card) == ["+7 916 123-00-01", "b1@example.com"]


def test_a_card_with_the_same_address_is_taken_too(crm: Bitrix24, desk: Desk) -> None:
    desk.make(CONTACT, name="Юлия", fm=[{"typeId": "EMAIL", "value": "B1@example.com"}])
    (put,) = crm.put_customers([buyer(phones=())])
    assert put.foreign_ref == "1"


def test_a_card_merged_into_another_is_found_through_it(crm: Bitrix24, desk: Desk) -> None:
    crm.put_customers([buyer(1), buyer(2)])
    desk.delete(CONTACT, 2)
    desk.edit(CONTACT, 1, fm=[phone("+79161230002")])
    (put,) = crm.put_customers([buyer(2)])
    assert (put.outcome, put.foreign_ref) == ("accepted", "1")
    assert list(desk.contacts) == [1]
    assert desk.contacts[1]["originId"] == "b1"


def test_a_phone_shared_by_another_name_is_another_person(crm: Bitrix24, desk: Desk) -> None:
    desk.make(CONTACT, name="Иван", lastName="Щеглов", fm=[phone("+79161230001")])
    (put,) = crm.put_customers([buyer()])
    assert put.foreign_ref == "2"


def test_a_phone_without_any_name_is_nobody(crm: Bitrix24, desk: Desk) -> None:
    desk.make(CONTACT, fm=[phone("+79161230001")])
    (put,) = crm.put_customers([buyer(first_name="", last_name="")])
    assert put.foreign_ref == "2"


def test_two_buyers_do_not_mark_one_card(crm: Bitrix24, desk: Desk) -> None:
    desk.make(CONTACT, name="Юлия", lastName="Щеглова", fm=[phone("+79161230001")])
    puts = crm.put_customers([buyer(1), buyer(2, phones=("+79161230001",))])
    assert [one.foreign_ref for one in puts] == ["1", "1"]
    assert desk.contacts[1]["originId"] == "b1"


def test_of_two_cards_with_our_mark_the_oldest_is_ours_and_it_is_said(crm: Bitrix24, desk: Desk) -> None:
    for _ in range(2):
        desk.make(CONTACT, originatorId="utyug", originId="b1", name="Юлия", lastName="Щеглова")
    (put,) = crm.put_customers([buyer(tier="gold")])
    assert (put.outcome, put.foreign_ref) == ("accepted", "1")
    assert "№ 2" in (put.sentence or "")
    assert [desk.contacts[one][TIER] for one in (1, 2)] == ["gold", None]


def test_a_mark_that_differs_in_case_is_another_one(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    twin = {"id": 9, "originId": "B1", "originatorId": "utyug"}
    wire.order("crm.item.list", answered(200, {"result": {"result": {"list": {"items": [twin]}}, "result_error": []}}))
    (put,) = crm.put_customers([buyer()])
    assert put.foreign_ref == "1"


def test_cards_of_another_integration_are_left_alone(crm: Bitrix24, desk: Desk) -> None:
    desk.make(CONTACT, originatorId="1c", originId="b1", name="Пётр")
    (put,) = crm.put_customers([buyer()])
    assert put.foreign_ref == "2"


def test_a_lost_answer_is_looked_up_and_nothing_is_made_twice(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    wire.order("crm.item.add", lost)
    assert [one.outcome for one in crm.put_customers([buyer(1), buyer(2)])] == ["accepted"] * 2
    assert sorted(desk.contacts) == [1, 2]


def test_what_nobody_can_tell_of_is_unknown_and_made_once_when_it_is_put_again(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    wire.order("crm.item.add", never_done)
    (put,) = crm.put_customers([buyer()])
    assert (put.outcome, put.foreign_ref) == ("unknown", None)
    assert desk.contacts == {}
    assert crm.put_customers([buyer()])[0].outcome == "accepted"
    assert len(desk.contacts) == 1


def test_a_portal_that_hangs_after_a_write_has_it_once(opened: Opened, desk: Desk, wire: Wire) -> None:
    def hang(request: Any, go: Any) -> Any:
        desk.fault("timeout_after", seconds=5)
        return go()

    wire.order("crm.item.add", hang)
    (put,) = opened(timeout_s=0.5).put_customers([buyer()])
    assert (put.outcome, put.foreign_ref) == ("accepted", "1")
    assert len(desk.contacts) == 1


def test_an_answer_that_cannot_be_read_is_looked_up(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    def garble(request: Any, go: Any) -> Any:
        go()
        return answered(200, {"result": 7})(request, go)

    wire.order("crm.item.add", garble)
    assert crm.put_customers([buyer()])[0].outcome == "accepted"
    assert len(desk.contacts) == 1


def test_a_lost_answer_that_cannot_be_looked_up_stays_unknown(crm: Bitrix24, wire: Wire) -> None:
    def then_silence(request: Any, go: Any) -> Any:
        wire.order("crm.item.list", answered(500, {}))
        return lost(request, go)

    wire.order("crm.item.add", then_silence)
    assert crm.put_customers([buyer()])[0].outcome == "unknown"


def test_one_refused_row_does_not_stop_the_others(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    def refuse_first(request: Any, go: Any) -> Any:
        told = go().json()
        told["result"]["result"].pop("r0s0")
        told["result"]["result_error"] = {
            "r0s0": {"error": "CRM_FIELD_ERROR_VALUE_NOT_VALID", "error_description": "Телефон +79161230001?"}
        }
        return answered(200, told)(request, go)

    wire.order("crm.item.add", refuse_first)
    puts = crm.put_customers([buyer(1), buyer(2)])
    assert [one.outcome for one in puts] == ["refused", "accepted"]
    assert puts[0].sentence == "Битрикс24 не принял запись (CRM_FIELD_ERROR_VALUE_NOT_VALID). Он пишет: «Телефон …?»."


def test_rows_that_came_too_soon_are_unknown_while_others_were_taken(crm: Bitrix24, wire: Wire) -> None:
    made = {"item": {"id": 5}}
    wire.order("crm.item.add", failing("OPERATION_TIME_LIMIT", key="r1s0", r0s0=made))
    assert [one.outcome for one in crm.put_customers([buyer(1), buyer(2)])] == ["accepted", "unknown"]


def test_a_batch_that_was_cut_in_the_middle_leaves_the_rest_unknown(crm: Bitrix24, wire: Wire) -> None:
    wire.order("crm.item.add", answered(200, {"result": {"result": {"r0s0": {"item": {"id": 5}}}, "result_error": []}}))
    assert [one.outcome for one in crm.put_customers([buyer(1), buyer(2)])] == ["accepted", "unknown"]


def test_a_row_made_under_no_id_is_unknown(crm: Bitrix24, wire: Wire) -> None:
    wire.order("crm.item.add", answered(200, {"result": {"result": {"r0s0": {"item": []}}, "result_error": []}}))
    assert crm.put_customers([buyer()])[0].outcome == "unknown"


def test_where_nothing_was_done_because_of_a_limit_the_call_says_so(crm: Bitrix24, wire: Wire) -> None:
    wire.order("crm.item.add", failing("OPERATION_TIME_LIMIT"))
    with pytest.raises(RateLimited) as caught:
        crm.put_customers([buyer()])
    assert caught.value.retry_after_s == 600


def test_a_webhook_that_may_not_write_is_no_fault_of_the_rows(crm: Bitrix24, wire: Wire) -> None:
    wire.order("crm.item.add", failing("ACCESS_DENIED"))
    with pytest.raises(Unauthorized):
        crm.put_customers([buyer()])


def test_a_portal_that_stops_answering_leaves_later_rows_unknown(crm: Bitrix24, wire: Wire, desk: Desk) -> None:
    def then_break(request: Any, go: Any) -> Any:
        wire.order("crm.item.list", answered(500, {}))
        return go()

    customers = [buyer(number) for number in range(1, 61)]
    wire.order("b41%40example", then_break)
    puts = crm.put_customers(customers)
    assert [one.outcome for one in puts] == ["accepted"] * 50 + ["unknown"] * 10
    assert len(desk.contacts) == 50


def test_a_portal_that_does_not_answer_at_all_raises(crm: Bitrix24, wire: Wire) -> None:
    wire.order("crm.item.list", answered(500, {}))
    with pytest.raises(Unavailable):
        crm.put_customers([buyer()])


def test_a_tier_without_its_field_is_told_of_and_the_rest_is_written(opened: Opened, desk: Desk) -> None:
    (put,) = opened(tier_field="UF_CRM_NONE").put_customers([buyer(tier="gold")])
    assert (put.outcome, desk.contacts[1]["name"]) == ("accepted", "Юлия")
    assert "UF_CRM_NONE" in (put.sentence or "")


def test_without_a_field_for_it_no_tier_is_written(opened: Opened, desk: Desk, wire: Wire) -> None:
    (put,) = opened(tier_field=None).put_customers([buyer(tier="gold")])
    assert (put.sentence, desk.contacts[1][TIER]) == (None, None)
    assert not any("crm.item.fields" in line for batch in wire.sent for line in batch.values())


def test_putting_nobody_asks_nothing(crm: Bitrix24, wire: Wire) -> None:
    assert crm.put_customers([]) == []
    assert wire.sent == []
