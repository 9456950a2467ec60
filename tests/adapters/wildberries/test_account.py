import base64
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.capabilities import Channel, Finding
from adapters.errors import Unauthorized
from adapters.wildberries.cabinet import WildberriesCabinet
from adapters.wildberries.tokens import account_of, read_token
from deployments.world.wildberries.tokens import SELLER_REF
from tests.adapters.wildberries.shop import AT, WAREHOUSE, Hand, HandClock, a_token, cabinet

_: type[Channel] = WildberriesCabinet


def faults(found: list[Finding]) -> set[str]:
    return {one.subject for one in found if one.level == "fault"}


def of(found: list[Finding], subject: str) -> list[Finding]:
    return [one for one in found if one.subject == subject]


def test_a_good_cabinet_has_nothing_but_good_findings(wb: WildberriesCabinet) -> None:
    found = wb.examine()
    assert {one.level for one in found} == {"good"}
    assert {one.subject for one in found} == {"credential", "limits", "right", "host", "cabinet", "warehouse"}


def test_a_base_token_is_a_fault_of_limits(room: Hand, opened: Callable[..., WildberriesCabinet]) -> None:
    found = opened(room, token=a_token(kind="base")).examine()
    assert faults(found) == {"limits"}
    assert "персональный токен" in (of(found, "limits")[0].advice or "")
    assert of(found, "cabinet") == []


def test_a_test_token_does_not_ask_the_sandbox_for_what_it_has_not() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, json=[])

    with cabinet(HandClock(), httpx.MockTransport(answer), token=a_token(kind="test")) as wb:
        wb.examine()
    assert asked
    assert "common-api.wildberries.ru" not in asked


@pytest.mark.parametrize(("days", "level"), [(31, "good"), (29, "warning")])
def test_a_token_that_ends_within_a_month_is_warned_of(
    room: Hand, opened: Callable[..., WildberriesCabinet], days: int, level: str
) -> None:
    found = opened(room, token=a_token(expires_at=AT + timedelta(days=days))).examine()
    assert [one.level for one in of(found, "credential")] == [level]


def test_a_token_that_has_ended_is_a_fault(room: Hand, opened: Callable[..., WildberriesCabinet]) -> None:
    found = opened(room, token=a_token(expires_at=AT)).examine()
    assert of(found, "credential")[0].level == "fault"


def test_a_missing_category_is_named(room: Hand, opened: Callable[..., WildberriesCabinet]) -> None:
    found = opened(room, token=a_token(scopes=("content", "analytics", "marketplace"))).examine()
    assert of(found, "right")[0].sentence == "У токена нет категорий: Цены и скидки."
    assert faults(found) == {"right", "credential"}


def test_a_token_for_reading_only_is_a_fault(room: Hand, opened: Callable[..., WildberriesCabinet]) -> None:
    assert faults(opened(room, token=a_token(is_read_only=True)).examine()) == {"right"}


def test_a_revoked_token_is_a_fault_of_every_service_and_raises_nothing(room: Hand, wb: WildberriesCabinet) -> None:
    room.order("POST", "/revoked", params={"token_ref": "0198a000-0000-7000-8000-000000000001"})
    found = wb.examine()
    assert faults(found) == {"credential", "cabinet", "warehouse"}
    assert all(one.advice for one in found if one.level == "fault")


def test_a_warehouse_that_is_not_there_and_one_that_is_closed_are_faults(room: Hand, opened: Callable[..., WildberriesCabinet]) -> None:
    room.order("PUT", f"/warehouses/{WAREHOUSE}", json={"is_processing": True})
    found = opened(room, warehouses=[WAREHOUSE, "5"]).examine()
    assert [one.level for one in of(found, "warehouse")] == ["fault", "fault"]
    assert f"{WAREHOUSE} (Склад на Утюжной)" in (of(found, "warehouse")[1].advice or "")


def test_an_address_that_does_not_answer_names_its_service() -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with cabinet(HandClock(), httpx.MockTransport(down)) as wb:
        found = wb.examine()
    sentences = [one.sentence for one in of(found, "host")]
    assert [sentence.partition(" недоступен")[0] for sentence in sentences] == [
        "Wildberries (карточки)",
        "Wildberries (цены)",
        "Wildberries (склады и заказы)",
    ]


@pytest.mark.parametrize(
    ("speed", "ahead_s", "levels"),
    [(1.0, 29, ["good"]), (1.0, 31, ["warning"]), (1.0, None, []), (60.0, 3600, [])],
)
def test_a_clock_that_is_off_is_warned_of_unless_it_runs_fast_on_purpose(speed: float, ahead_s: int | None, levels: list[str]) -> None:
    date = {} if ahead_s is None else {"Date": format_datetime(AT + timedelta(seconds=ahead_s), usegmt=True)}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=date, json=[]))
    with cabinet(HandClock(speed), transport) as wb:
        assert [one.level for one in of(wb.examine(), "clock")] == levels


def test_limits_belong_to_the_seller_or_to_a_hash_of_a_token_that_does_not_tell() -> None:
    with cabinet(HandClock(), httpx.MockTransport(lambda _: httpx.Response(200))) as wb:
        assert wb.account == SELLER_REF
    secret = "not-a-token"
    assert account_of(SecretStr(secret)) == account_of(SecretStr(secret)) != account_of(SecretStr("another"))
    assert secret not in account_of(SecretStr(secret))


def payload(said: Any) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip('=')}.sign"


@pytest.mark.parametrize("text", ["", "a.b", "a.!.c", "a.b.c", payload([]), payload({"exp": "скоро"})])
def test_a_text_that_is_no_token_is_told_and_not_tripped_over(text: str) -> None:
    assert read_token(SecretStr(text)) is None
    with cabinet(HandClock(), httpx.MockTransport(lambda _: httpx.Response(401)), token=SecretStr(text)) as wb:
        found = wb.examine()
    assert of(found, "credential")[0].sentence.startswith("Токен Wildberries не читается")


@pytest.mark.parametrize("prefix", ["", "Bearer "])
def test_the_token_goes_in_its_header_after_the_prefix_and_into_no_message(prefix: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = a_token()
    asked: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["authorization"])
        return httpx.Response(401, json={"title": "unauthorized", "detail": "token problem", "status": 401})

    with cabinet(HandClock(), httpx.MockTransport(refuse), token_prefix=prefix) as wb, pytest.raises(Unauthorized) as error:
        wb.read_warehouses()
    assert asked == [f"{prefix}{token.get_secret_value()}"]
    assert token.get_secret_value() not in error.value.sentence + caplog.text
    assert "Wildberries (склады и заказы)" in error.value.sentence
