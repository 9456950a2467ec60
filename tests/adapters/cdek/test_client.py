"""Tokens, limits and what goes wrong on the way."""

import logging
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.cdek.account import Cdek
from adapters.cdek.answers import Error
from adapters.cdek.refusals import sentence_of
from adapters.errors import ContractBroken, OutcomeUnknown, RateLimited, SyncError, Unauthorized, Unavailable
from tests.adapters.cdek.vendor import contract_that, fault, heard, of_room, opened, same_clock, shipment
from tests.deployments.world.cdek.conftest import SECRET, Contract, HandClock

TOKEN = "oauth/token"


def tokens(room: Contract) -> int:
    return len(heard(room, "POST", TOKEN))


def test_a_token_is_asked_for_once(room: Contract, cdek: Cdek) -> None:
    before = tokens(room)
    for _ in range(3):
        cdek.point("MSK5")
    assert tokens(room) == before + 1


def test_a_token_is_renewed_before_it_expires(room: Contract, cdek: Cdek) -> None:
    cdek.point("MSK5")
    before = tokens(room)
    room.clock.pass_(seconds=3545)
    cdek.point("MSK5")
    assert tokens(room) == before + 1
    assert [one["status"] for one in heard(room, "GET", "deliverypoints")] == [200, 200]


def test_a_token_that_is_refused_is_renewed_once_and_the_call_repeated(room: Contract, cdek: Cdek) -> None:
    cdek.point("MSK5")
    room.room.tokens.clear()
    assert cdek.put_shipment(shipment()).state == "pending"
    assert len(room.books()["orders"]) == 1


def test_a_call_that_is_refused_with_a_new_token_too_is_not_made_a_third_time() -> None:
    calls: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return httpx.Response(401, json={"requests": [{"state": "INVALID", "errors": [{"code": "v2_token_expired", "message": "x"}]}]})

    with contract_that(refuse) as cdek, pytest.raises(Unauthorized, match="v2_token_expired"):
        cdek.point("MSK5")
    assert len(calls) == 2


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_keys_are_said_to_be_wrong(status: int) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"error": "invalid_client", "error_description": "Bad client credentials"})

    clock = same_clock(HandClock())
    with opened("https://api.cdek.example", clock, transport=httpx.MockTransport(refuse)) as cdek, pytest.raises(Unauthorized) as caught:
        cdek.put_shipment(shipment())
    assert "invalid_client" in caught.value.sentence


def test_a_token_that_was_not_answered_leaves_no_doubt_about_the_order(room: Contract, cdek: Cdek) -> None:
    fault(room, "error_before", TOKEN, times=1)
    with pytest.raises(Unavailable):
        cdek.put_shipment(shipment())
    assert room.books()["orders"] == {}


def test_the_password_is_in_no_address_no_log_and_no_error(room: Contract, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[Any] = []
    with of_room(room) as cdek:
        cdek.point("MSK5")
    with of_room(room, secret=SecretStr("wrong-password-of-ours")) as cdek:
        with pytest.raises(Unauthorized) as caught:
            cdek.point("MSK5")
        said.append(caught.value.sentence)
    asked = heard(room, "POST", TOKEN)
    assert all("client_secret" not in one["query"] for one in asked)
    for secret in (SECRET, "wrong-password-of-ours"):
        assert secret not in caplog.text
        assert secret not in str(said)


def test_asked_too_often_is_waited_for(room: Contract, cdek: Cdek) -> None:
    fault(room, "rate_limited", "deliverypoints", retry_after="2")
    assert cdek.point("MSK5") is not None


def test_an_order_that_was_asked_for_too_often_is_made_once(room: Contract, cdek: Cdek) -> None:
    fault(room, "rate_limited", "orders", method="POST", retry_after="1")
    assert cdek.put_shipment(shipment()).state == "pending"
    assert len(room.books()["orders"]) == 1


def test_asked_too_often_for_long_is_told(room: Contract, cdek: Cdek) -> None:
    fault(room, "rate_limited", "deliverypoints", retry_after="600", times=9)
    with pytest.raises(RateLimited) as caught:
        cdek.point("MSK5")
    assert caught.value.retry_after_s == 600


@pytest.mark.parametrize(("kind", "error"), [("timeout_before", Unavailable), ("error_before", Unavailable), ("garbage", ContractBroken)])
def test_reading_that_fails_says_how(room: Contract, cdek: Cdek, kind: str, error: type[SyncError]) -> None:
    fault(room, kind, "deliverypoints", seconds=4)
    with pytest.raises(error):
        cdek.point("MSK5")


def test_an_answer_that_is_not_as_documented_breaks_the_contract() -> None:
    with contract_that(lambda _: httpx.Response(200, json=[{"code": 5}])) as cdek, pytest.raises(ContractBroken) as caught:
        cdek.point("MSK5")
    assert caught.value.fragment is not None


def test_a_lost_answer_to_a_removal_is_no_failure(room: Contract, cdek: Cdek) -> None:
    fault(room, "timeout_after", "refusal", seconds=4)
    uuid = room.sent()
    room.move(uuid, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    assert cdek.cancel_shipment(uuid, turn_back=True).state == "pending"


def test_a_write_that_was_not_answered_is_unknown_where_nobody_looks_after_it(room: Contract, cdek: Cdek) -> None:
    fault(room, "timeout_after", "webhooks", method="POST", seconds=4)
    with pytest.raises(OutcomeUnknown):
        cdek.ensure_webhooks("http://shop.example/hooks/cdek", secret=SecretStr("s" * 20))


def test_what_cdek_quotes_of_a_person_is_struck_out() -> None:
    error = Error(code="v2_new", message="Юлия Щеглова, 8 (916) 123-45-67, a@example.com: нельзя")
    sentence = sentence_of([error], ["Юлия Щеглова", "Юлия"])
    assert sentence == "СДЭК пишет: «•••, •••, •••: нельзя» (v2_new)."
