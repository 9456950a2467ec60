"""Buyers in RetailCRM."""

import logging

import httpx
import pytest

from adapters.errors import RateLimited, Unauthorized, Unavailable
from adapters.retailcrm.account import RetailCrm
from tasks.rules.crm import Put
from tests.adapters.retailcrm.vendor import Room, account_that, buyer, opened


def accepted(ref: str, foreign_ref: int | str) -> Put:
    return Put(ref=ref, outcome="accepted", foreign_ref=str(foreign_ref))


def test_a_buyer_becomes_a_card(room: Room, crm: RetailCrm) -> None:
    puts = crm.put_customers([buyer(middle_name="Ивановна", tier="gold", phones=("+79161234567", "+79031112233"))])
    card = room.customers()["b1"]
    assert puts == [accepted("b1", card["id"])]
    assert (card["firstName"], card["lastName"], card["patronymic"]) == ("Юлия", "Щеглова", "Ивановна")
    assert (card["email"], card["phones"]) == ("a@example.com", [{"number": "+79161234567"}, {"number": "+79031112233"}])
    assert card["customFields"] == {"tier": "gold"}
    assert room.tell("GET", "/unread") == {}


def test_a_name_whose_parts_nobody_knows_is_a_first_name(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer(name="Юлия Щеглова", first_name="", last_name="")])
    assert room.customers()["b1"]["firstName"] == "Юлия Щеглова"


def test_the_same_put_again_writes_nothing(room: Room, crm: RetailCrm) -> None:
    rows = [buyer(tier="gold"), buyer("b2", phones=(), emails=())]
    first = crm.put_customers(rows)
    room.forget()
    assert crm.put_customers(rows) == first
    assert room.heard() == []


def test_fifty_are_made_in_one_call_and_found_in_one(room: Room, crm: RetailCrm) -> None:
    rows = [buyer(f"b{number}") for number in range(51)]
    assert {put.outcome for put in crm.put_customers(rows)} == {"accepted"}
    assert room.heard() == ["customers/upload"] * 2
    room.forget()
    crm.put_customers(rows)
    assert room.heard("GET") == ["customers"] * 2


def test_answers_come_in_the_order_of_the_rows(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer("b2")])
    puts = crm.put_customers([buyer("b1"), buyer("b2"), buyer("b3"), buyer("b1")])
    assert [put.ref for put in puts] == ["b1", "b2", "b3", "b1"]


def test_nobody_put_is_nobody_asked_about(room: Room, crm: RetailCrm) -> None:
    assert crm.put_customers([]) == []
    assert room.heard("GET") == []


def test_what_people_wrote_into_a_card_stays(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer()])
    room.edit_customer("b1", firstName="Юля", email="b@example.com", phones=[{"number": "8 (903) 111-22-33"}])
    crm.put_customers([buyer()])
    card = room.customers()["b1"]
    assert (card["firstName"], card["email"]) == ("Юля", "b@example.com")
    assert card["phones"] == [{"number": "8 (903) 111-22-33"}, {"number": "+79161234567"}]


def test_a_phone_in_another_spelling_is_not_added(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer()])
    room.edit_customer("b1", phones=[{"number": "8 (916) 123-45-67"}])
    room.forget()
    crm.put_customers([buyer()])
    assert room.heard() == []


def test_what_a_card_lacks_is_filled_in(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer(first_name="", last_name="", phones=(), emails=())])
    crm.put_customers([buyer()])
    card = room.customers()["b1"]
    assert (card["firstName"], card["email"], card["phones"]) == ("Юлия", "a@example.com", [{"number": "+79161234567"}])


@pytest.mark.parametrize(("tier", "shown"), [("silver", {"tier": "silver"}), (None, [])])
def test_a_tier_that_changed_is_told(room: Room, crm: RetailCrm, tier: str | None, shown: object) -> None:
    crm.put_customers([buyer(tier="gold")])
    crm.put_customers([buyer(tier=tier)])
    assert room.customers()["b1"]["customFields"] == shown


def test_a_tier_that_has_no_field_is_not_told(room: Room) -> None:
    with opened(room.url) as crm:
        crm.put_customers([buyer(tier="gold")])
    assert room.customers()["b1"]["customFields"] == []


def test_a_card_that_people_merged_is_found_where_it_went(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer("b1"), buyer("b2"), buyer("b3")])
    room.combine_customers("b1", into="b2")
    room.combine_customers("b2", into="b3")
    into = room.customers()["b3"]["id"]
    assert crm.put_customers([buyer("b1", tier="gold"), buyer("b2")]) == [accepted("b1", into), accepted("b2", into)]
    assert list(room.customers()) == ["b3"]
    assert room.customers()["b3"]["customFields"] == {"tier": "gold"}


@pytest.mark.parametrize("kind", ["timeout_after", "error_after", "garbage"])
@pytest.mark.parametrize("path", ["customers/upload", "customers/1/edit"])
def test_a_write_whose_answer_was_lost_is_found_and_not_repeated(room: Room, crm: RetailCrm, kind: str, path: str) -> None:
    if path.endswith("edit"):
        crm.put_customers([buyer()])
    room.forget()
    room.fault(kind, path)
    assert crm.put_customers([buyer(tier="gold")]) == [accepted("b1", 1)]
    assert room.heard() == [path]
    assert [one["customFields"] for one in room.customers().values()] == [{"tier": "gold"}]


@pytest.mark.parametrize("kind", ["timeout_before", "error_before", "html"])
def test_a_write_that_never_came_is_unknown_and_made_the_next_time(room: Room, crm: RetailCrm, kind: str) -> None:
    room.fault(kind, "customers/upload")
    (put,) = crm.put_customers([buyer()])
    assert (put.outcome, put.foreign_ref) == ("unknown", None)
    assert put.sentence
    assert room.customers() == {}
    assert crm.put_customers([buyer()]) == [accepted("b1", 1)]


def test_a_lost_answer_that_cannot_be_looked_up_either_is_unknown() -> None:
    written: list[str] = []

    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            written.append(request.url.path)
        if written:
            return httpx.Response(500, json={"success": False, "errorMsg": "Internal server error"})
        return httpx.Response(200, json={"success": True, "customers": [], "history": [], "pagination": {"totalPageCount": 1}})

    assert [put.outcome for put in account_that(say).put_customers([buyer()])] == ["unknown"]
    assert written == ["/api/v5/customers/upload"]


def test_an_answer_that_is_not_as_documented_stops_the_rest() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"success": True, "uploaded": 50})
        return httpx.Response(200, json={"success": True, "customers": [], "history": [], "pagination": {"totalPageCount": 1}})

    puts = account_that(say).put_customers([buyer(f"b{number}") for number in range(51)])
    assert {put.outcome for put in puts} == {"unknown"}


def test_when_nobody_answers_any_more_the_rest_stays_here(room: Room, crm: RetailCrm) -> None:
    rows = [buyer(f"b{number}") for number in range(5)]
    crm.put_customers(rows)
    room.forget()
    room.fault("error_before", "edit", times=None)
    puts = crm.put_customers([buyer(row.ref, tier="gold") for row in rows])
    assert {put.outcome for put in puts} == {"unknown"}
    assert ["раньше, чем дошла очередь" in (put.sentence or "") for put in puts] == [False] * 3 + [True] * 2
    room.tell("DELETE", "/faults")
    assert {put.outcome for put in crm.put_customers([buyer(row.ref, tier="gold") for row in rows])} == {"accepted"}


def test_asked_to_wait_before_anything_was_done_nothing_is_answered(room: Room, crm: RetailCrm) -> None:
    room.fault("rate_limited", "customers/upload", retry_after="300")
    with pytest.raises(RateLimited) as caught:
        crm.put_customers([buyer()])
    assert caught.value.retry_after_s == 300
    assert room.customers() == {}


def test_asked_to_wait_midway_what_was_done_is_told_and_the_rest_is_unknown(room: Room, crm: RetailCrm) -> None:
    crm.put_customers([buyer("b1")])
    room.fault("rate_limited", "edit")
    puts = crm.put_customers([buyer("b1", tier="gold"), buyer("b2")])
    assert [put.outcome for put in puts] == ["unknown", "accepted"]


def test_an_account_that_cannot_be_asked_has_nothing_put(room: Room, crm: RetailCrm) -> None:
    room.fault("error_before", "customers", method="GET")
    with pytest.raises(Unavailable):
        crm.put_customers([buyer()])
    assert room.heard() == []


def test_a_key_that_only_reads_puts_nothing(room: Room) -> None:
    room.tell("PUT", "/keys", {"api_key": "key-of-the-account", "sites": ["shop"], "is_read_only": True})
    with opened(room.url) as crm, pytest.raises(Unauthorized):
        crm.put_customers([buyer()])


def test_a_lie_is_found_out_the_next_time(room: Room, crm: RetailCrm) -> None:
    room.fault("lie", "customers/upload")
    crm.put_customers([buyer()])
    assert room.customers() == {}
    crm.put_customers([buyer()])
    assert list(room.customers()) == ["b1"]


class TestSeveralShops:
    @pytest.fixture
    def sites(self) -> dict[str, str]:
        return {"shop": "Магазин", "outlet": "Распродажа"}

    def test_a_card_that_people_merged_into_one_of_another_shop_is_found_there(self, room: Room) -> None:
        with opened(room.url, site="outlet") as outlet, opened(room.url, site="shop") as shop:
            outlet.put_customers([buyer("b2")])
            shop.put_customers([buyer("b1")])
            room.combine_customers("b1", into="b2")
            assert shop.put_customers([buyer("b1")]) == [accepted("b1", room.customers()["b2"]["id"])]
        assert list(room.customers()) == ["b2"]


def test_a_refusal_names_nobody() -> None:
    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"success": True, "customers": [], "history": [], "pagination": {"totalPageCount": 1}})
        errors = {"phones[0].number": 'Phone "+79161234567" of Юлия Щеглова is bad', "email": "a@example.com is taken by b@example.com"}
        return httpx.Response(400, json={"success": False, "errorMsg": "Validation error for Щеглова", "errors": errors})

    (put,) = account_that(say).put_customers([buyer()])
    assert put.outcome == "refused"
    told = put.sentence or ""
    assert "phones[0].number" in told
    assert not [secret for secret in ("9161234567", "Юлия", "Щеглова", "@") if secret in told]


def test_the_log_names_nobody(room: Room, crm: RetailCrm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    crm.put_customers([buyer()])
    assert "customers/upload" in caplog.text
    assert not [secret for secret in ("9161234567", "Щеглова", "example.com", "key-of-the-account") if secret in caplog.text]
