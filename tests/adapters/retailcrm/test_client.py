"""How RetailCRM is called."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.errors import ContractBroken, OutcomeUnknown, RateLimited, Rejected, SyncError, Unauthorized, Unavailable
from adapters.pace import Limit, LocalPace
from adapters.retailcrm import answers, paths
from adapters.retailcrm.account import RetailCrm
from adapters.retailcrm.limits import KEY
from tests.adapters.retailcrm.vendor import API_KEY, EPOCH, SPEED, Room, account_that, buyer, opened, order


def read(crm: RetailCrm) -> None:
    crm.ask(paths.STATUSES, answers.STATUSES)


def write(crm: RetailCrm) -> None:
    crm.tell(paths.create("orders"), {"order": {"externalId": "1"}}, answers.MADE)


def refusal(status: int, **body: object) -> RetailCrm:
    return account_that(lambda _: httpx.Response(status, json={"success": False, **body}))


def test_the_key_travels_in_its_header_alone_and_entities_as_json_in_a_form() -> None:
    asked: list[httpx.Request] = []

    def say(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"success": True, "id": 1})

    crm = account_that(say, site="shop")
    crm.tell(paths.edit("orders", 7), {"by": "id", "order": {"firstName": "Юлия"}}, answers.MADE)
    (request,) = asked
    assert request.headers["x-api-key"] == API_KEY
    assert API_KEY not in str(request.url) + request.content.decode()
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    assert (form["by"], form["site"], json.loads(form["order"])) == ("id", "shop", {"firstName": "Юлия"})


def test_an_address_without_an_account_is_named_as_such(room: Room, crm: RetailCrm) -> None:
    room.tell("PUT", "/account", state="missing")
    with pytest.raises(Rejected, match="нет учётной записи"):
        read(crm)
    with pytest.raises(Rejected, match="нет учётной записи"):
        write(crm)


def test_an_account_that_was_closed_is_named_as_such(room: Room, crm: RetailCrm) -> None:
    room.tell("PUT", "/account", state="closed")
    with pytest.raises(Rejected, match="нет учётной записи"):
        read(crm)


def test_a_wrong_key_is_named_as_such(room: Room) -> None:
    with opened(room.url, api_key=SecretStr("other")) as crm, pytest.raises(Unauthorized, match="Wrong"):
        read(crm)


@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.parametrize("do", [read, write])
def test_too_many_calls_are_to_come_back_later(status: int, do: object) -> None:
    crm = refusal(status, errorMsg="API requests limit exceeded")
    with pytest.raises(RateLimited):
        do(crm)  # type: ignore[operator]


def test_any_other_503_leaves_a_write_unknown_and_a_reading_for_later() -> None:
    crm = refusal(503, errorMsg="Internal server error")
    with pytest.raises(OutcomeUnknown):
        write(crm)
    with pytest.raises(Unavailable):
        read(crm)


@pytest.mark.parametrize("errors", [{"order.phone": "bad"}, ["order.phone: bad"], None])
def test_errors_are_a_map_a_list_or_nothing(errors: object) -> None:
    crm = refusal(400, errorMsg="Validation error", errors=errors)
    with pytest.raises(Rejected, match="Validation error"):
        write(crm)


def test_a_refusal_with_a_status_of_success_is_a_refusal() -> None:
    crm = refusal(200, errorMsg="Access denied.")
    with pytest.raises(Rejected, match="Access denied"):
        write(crm)


def test_a_page_with_a_status_of_success_leaves_a_write_unknown() -> None:
    crm = account_that(lambda _: httpx.Response(200, text="<html>"))
    with pytest.raises(OutcomeUnknown):
        write(crm)
    with pytest.raises(ContractBroken):
        read(crm)


def test_an_answer_of_errors_says_nothing_of_a_person() -> None:
    with pytest.raises(SyncError) as caught:
        write(refusal(400, errorMsg="Customer +7 916 123-45-67 a@example.com is bad"))
    assert not [secret for secret in ("916", "example.com") if secret in caught.value.sentence]


class Turns(LocalPace):
    """Notes what was counted."""

    def __init__(self) -> None:
        super().__init__("RetailCRM", clock=Clock(epoch_at=EPOCH, speed=SPEED))
        self.taken: list[Mapping[Limit, int]] = []

    @contextmanager
    def turn(self, limits: Mapping[Limit, int]) -> Iterator[None]:
        self.taken.append(limits)
        with super().turn(limits):
            yield


def test_every_call_counts_for_the_pace_of_its_key(room: Room) -> None:
    turns = Turns()
    with opened(room.url, pace=turns) as crm:
        crm.put_customers([buyer()])
        crm.put_orders([order()])
        crm.read_changes(None)
    assert len(turns.taken) == len(room.heard()) + len(room.heard("GET"))
    assert {limit for taken in turns.taken for limit in taken} == {KEY}
    assert room.tell("GET", "/limited") == {}


def test_no_second_holds_more_than_ten_calls() -> None:
    assert KEY.burst + 1.0 / KEY.interval_s <= 10
