from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from deployments.world.wildberries.tokens import READ_ONLY_BIT, SCOPE_BITS, Malformed, make_token, read_token
from tests.deployments.world.wildberries.conftest import AT, HOUR, QUICK, Wb, token

STOCK = "/marketplace-api/api/v3/stocks/658434"
PING = "/content-api/ping"


def ask(wb: Wb, path: str, authorization: str | None, method: str = "GET", **call: Any) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    with httpx.Client(base_url=f"{wb.base}/wildberries", headers=headers) as client:
        return client.request(method, path, **call)


def test_a_token_says_its_type_its_expiry_and_its_rights() -> None:
    said = read_token(make_token(kind="base", expires_at=AT, scopes=["content", "finance"], is_read_only=True))
    assert said.is_base
    assert said.is_read_only
    assert said.expires_at == AT
    assert said.rights == (1 << SCOPE_BITS["content"]) + (1 << SCOPE_BITS["finance"]) + (1 << READ_ONLY_BIT)


@pytest.mark.parametrize("text", ["", "abc", "a.b.c", "a.e30.c"])
def test_what_is_no_token_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_token(text)


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        (None, "empty Authorization header"),
        ("nonsense", "token is malformed"),
        (token(expires_at=AT - HOUR), "token expired"),
        (token(seller_ref="somebody else"), "withdrawn"),
        (token(scopes=["marketplace"]), "token scope not allowed"),
        (token(kind="test"), "token scope not allowed"),
    ],
)
def test_a_stranger_is_told_why(wb: Wb, authorization: str | None, detail: str) -> None:
    answer = ask(wb, PING, authorization)
    body = answer.json()
    assert answer.status_code == body["status"] == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["title"] == "unauthorized"
    assert detail in body["detail"]
    assert set(body) == {"title", "detail", "code", "requestId", "origin", "status", "statusText", "timestamp"}


def test_a_revoked_token_enters_no_more(wb: Wb) -> None:
    assert ask(wb, PING, token(token_ref="lost")).status_code == 200
    wb.order("POST", "/revoked", params={"token_ref": "lost"})
    assert ask(wb, PING, token(token_ref="lost")).status_code == 401


@pytest.mark.parametrize(("prefix", "bare", "bearer"), [("either", 200, 200), ("bare", 200, 401), ("bearer", 401, 200)])
def test_how_authorization_is_written_is_a_knob(open_room: Callable[..., Wb], prefix: Any, bare: int, bearer: int) -> None:
    wb = open_room(replace(QUICK, prefix=prefix))
    assert ask(wb, PING, token()).status_code == bare
    assert ask(wb, PING, f"Bearer {token()}").status_code == bearer


def test_a_wrong_category_may_be_403_in_the_services_own_shape(open_room: Callable[..., Wb]) -> None:
    wb = open_room(replace(QUICK, wrong_scope_status=403))
    answer = ask(wb, "/marketplace-api/ping", token(scopes=["content"]))
    assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"),
    [
        ("PUT", STOCK, {"stocks": [{"chrtId": 1, "amount": 1}]}, {"code", "message", "data"}),
        ("POST", "/content-api/content/v2/cards/upload", [], {"data", "error", "errorText", "additionalErrors"}),
        ("POST", "/discounts-prices-api/api/v2/upload/task", {"data": []}, {"data", "error", "errorText"}),
    ],
)
def test_a_token_for_reading_may_not_write(wb: Wb, method: str, path: str, body: Any, fields: set[str]) -> None:
    answer = ask(wb, path, token(is_read_only=True), method, json=body)
    assert answer.status_code == 403
    assert set(answer.json()) == fields


def test_a_token_for_reading_reads_by_post_too(wb: Wb) -> None:
    reading = token(is_read_only=True)
    assert ask(wb, STOCK, reading, "POST", json={"chrtIds": []}).status_code == 200
    assert ask(wb, "/content-api/content/v2/get/cards/list", reading, "POST", json={}).status_code == 200


def test_the_orders_refuse_a_stranger_as_plain_json(wb: Wb) -> None:
    answer = ask(wb, "/marketplace-api/api/v3/orders/new", None)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")


def test_every_service_answers_its_own_ping(wb: Wb) -> None:
    for service in ("common-api", "content-api", "discounts-prices-api", "marketplace-api"):
        answer = wb.http.get(f"/{service}/ping")
        assert answer.json() == {"TS": "2026-11-22T12:00:00+03:00", "Status": "OK"}


def test_the_seller_is_told_to_a_token_of_any_category(wb: Wb) -> None:
    answer = ask(wb, "/common-api/api/v1/seller-info", token(scopes=["finance"]))
    assert set(answer.json()) == {"name", "sid", "tin", "tradeMark"}


@pytest.mark.parametrize("path", ["/content-api/content/v1/cards/upload", "/nobody-api/ping", "/marketplace-api/api/v2/stocks"])
def test_a_path_that_is_switched_off_is_404(wb: Wb, path: str) -> None:
    answer = wb.http.get(path)
    assert (answer.status_code, answer.json()["title"]) == (404, "path not found")


def test_an_ordered_failure_of_the_gate_is_a_problem(wb: Wb) -> None:
    wb.fault("error_before", status=503)
    answer = wb.http.get("/marketplace-api/api/v3/warehouses")
    assert (answer.status_code, answer.json()["statusText"]) == (503, "Service Unavailable")
