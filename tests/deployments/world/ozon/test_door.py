from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.deployments.world.ozon.conftest import API_KEY, CLIENT_ID, STARTED_AT, Cabinet


def knock(cabinet: Cabinet, method: str = "/v1/seller/info", **headers: str) -> httpx.Response:
    return httpx.post(f"{cabinet.url}{method}", headers=headers, json={})


def as_client(api_key: str) -> dict[str, str]:
    return {"Client-Id": CLIENT_ID, "Api-Key": api_key}


def key(cabinet: Cabinet, api_key: str, **details: Any) -> None:
    defaults: dict[str, Any] = {"roles": {"Admin": ["/"]}, "expires_at": (STARTED_AT + timedelta(days=30)).isoformat()}
    cabinet.order("PUT", "/keys", {"api_key": api_key, **defaults, **details})


def test_without_credentials_nobody_enters(cabinet: Cabinet) -> None:
    answer = knock(cabinet)
    assert answer.status_code == 401
    assert answer.json() == {"code": 16, "message": "Client-Id and Api-Key headers are required", "details": []}


@pytest.mark.parametrize(("client_id", "api_key"), [(CLIENT_ID, "another"), ("837", API_KEY)])
def test_a_wrong_key_or_cabinet_is_told_so(cabinet: Cabinet, client_id: str, api_key: str) -> None:
    answer = knock(cabinet, **{"Client-Id": client_id, "Api-Key": api_key})
    assert (answer.status_code, answer.json()["code"]) == (403, 7)
    assert answer.json()["message"] == "Invalid Api-Key, please check the key and try again"


def test_a_key_lives_six_months(cabinet: Cabinet) -> None:
    told = cabinet.told("/v1/roles")
    assert told["expires_at"] == "2027-05-24T09:30:00.000Z"
    cabinet.clock.pass_(days=183)
    answer = cabinet.ask("/v1/roles")
    assert (answer.status_code, answer.json()["message"]) == (403, "Api-key is deactivated, use another one or generate a new one")


def test_roles_name_every_method_of_the_first_key(cabinet: Cabinet) -> None:
    (role,) = cabinet.told("/v1/roles")["roles"]
    assert role["name"] == "Admin"
    assert {"/v2/products/stocks", "/v3/product/import", "/v4/posting/fbs/list"} <= set(role["methods"])


def test_a_key_opens_only_what_its_roles_name(cabinet: Cabinet) -> None:
    key(cabinet, "narrow", roles={"Posting FBS": ["/v4/posting", "/v3/posting/fbs/get"]})
    refused = knock(cabinet, "/v2/warehouse/list", **as_client("narrow"))
    assert (refused.status_code, refused.json()["message"]) == (403, "Api-Key is missing a required role for a method")
    assert knock(cabinet, "/v4/posting/fbs/unfulfilled/list", **as_client("narrow")).status_code == 200
    assert knock(cabinet, "/v1/roles", **as_client("narrow")).json()["roles"][0]["name"] == "Posting FBS"


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ("is_deactivated", "Api-key is deactivated, use another one or generate a new one"),
        ("is_elsewhere", "Api-Key is restricted to specific IP addresses"),
    ],
)
def test_a_key_may_be_shut(cabinet: Cabinet, trait: str, words: str) -> None:
    key(cabinet, "shut", **{trait: True})
    answer = knock(cabinet, **as_client("shut"))
    assert (answer.status_code, answer.json()["message"]) == (403, words)


def test_an_unsigned_offer_shuts_the_door(cabinet: Cabinet) -> None:
    cabinet.order("PUT", "/offer", is_signed=False)
    assert (cabinet.ask("/v1/roles").status_code, cabinet.ask("/v1/roles").json()["message"]) == (403, "Offer not signed")
    cabinet.order("PUT", "/offer", is_signed=True)
    assert cabinet.ask("/v1/roles").status_code == 200


@pytest.mark.parametrize(
    "method",
    ["/v3/posting/fbs/list", "/v3/posting/fbs/unfulfilled/list", "/v1/warehouse/list", "/v1/product/pictures/import", "/v9/nothing"],
)
def test_what_was_switched_off_is_no_method(cabinet: Cabinet, method: str) -> None:
    answer = cabinet.ask(method)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (404, 5, [])
    assert "method is not allowed" in answer.json()["message"]


def test_everything_is_post(cabinet: Cabinet) -> None:
    assert cabinet.client.get("/v1/roles").status_code == 404


def test_a_body_that_is_no_json_is_refused(cabinet: Cabinet) -> None:
    answer = cabinet.client.post("/v3/product/list", content=b"{nope", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_an_ordered_error_has_the_vendor_s_shape(cabinet: Cabinet) -> None:
    cabinet.order("POST", "/faults", {"kind": "error_before", "status": 500})
    answer = cabinet.ask("/v1/roles")
    assert (answer.status_code, answer.json()) == (500, {"code": 13, "message": "Internal error", "details": []})


def test_no_key_is_kept_in_what_was_said(cabinet: Cabinet) -> None:
    cabinet.told("/v1/roles")
    assert API_KEY not in cabinet.control.get("/exchanges").text
