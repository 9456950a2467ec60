from collections.abc import Callable

import httpx
import pytest

from deployments.world.cdek.knobs import Knobs
from tests.deployments.world.cdek.conftest import ACCOUNT, SECRET, Contract


def ask_token(cdek: Contract, **changes: str) -> httpx.Response:
    said = {"grant_type": "client_credentials", "client_id": ACCOUNT, "client_secret": SECRET, **changes}
    return cdek.client.post("/v2/oauth/token", params=said)


def auth_code(answer: httpx.Response) -> str:
    assert answer.status_code == 401
    (row,) = answer.json()["requests"]
    assert (row["type"], row["state"]) == ("AUTH", "INVALID")
    return str(row["errors"][0]["code"])


def test_a_token_is_given_for_an_hour(cdek: Contract) -> None:
    told = ask_token(cdek).json()
    assert (told["token_type"], told["expires_in"]) == ("bearer", 3600)


def test_a_token_may_be_asked_for_with_a_form(cdek: Contract) -> None:
    said = {"grant_type": "client_credentials", "client_id": ACCOUNT, "client_secret": SECRET}
    assert cdek.client.post("/v2/oauth/token", data=said).status_code == 200


@pytest.mark.parametrize("wrong", [{"client_id": "other"}, {"client_secret": "other"}])
def test_a_wrong_name_or_secret_gets_no_token(cdek: Contract, wrong: dict[str, str]) -> None:
    answer = ask_token(cdek, **wrong)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_only_client_credentials_are_taken(cdek: Contract) -> None:
    assert ask_token(cdek, grant_type="password").status_code == 400


def test_a_token_expires_on_the_world_s_clock_and_a_new_one_opens_again(cdek: Contract) -> None:
    cdek.clock.pass_(seconds=3599)
    assert cdek.ask("GET", "/webhooks").status_code == 200
    cdek.clock.pass_(seconds=1)
    assert auth_code(cdek.ask("GET", "/webhooks")) == "v2_token_expired"
    cdek.client.headers["Authorization"] = f"Bearer {cdek.token()}"
    assert cdek.ask("GET", "/webhooks").status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer nobody's", "Basic abc"])
def test_nobody_enters_without_a_token(cdek: Contract, given: str) -> None:
    cdek.client.headers["Authorization"] = given
    assert auth_code(cdek.ask("GET", "/webhooks")) == "v2_authorization_incorrect"


def test_secret_and_token_are_not_kept_in_what_was_said(cdek: Contract) -> None:
    token = ask_token(cdek).json()["access_token"]
    heard = cdek.control.get("/exchanges").text
    assert "/v2/oauth/token" in heard
    assert SECRET not in heard
    assert token not in heard


def test_more_than_200_calls_a_second_are_too_many(cdek: Contract) -> None:
    cdek.clock.pass_(seconds=1)
    assert {cdek.ask("GET", "/webhooks").status_code for _ in range(200)} == {200}
    answer = cdek.ask("GET", "/webhooks")
    assert (answer.status_code, answer.json()["error"]) == (429, "Too Many Requests")
    assert cdek.order("GET", "/limited") == {"per_second": 1}
    cdek.clock.pass_(seconds=1)
    assert cdek.ask("GET", "/webhooks").status_code == 200


def test_the_limit_is_a_knob(open_room: Callable[[Knobs], Contract]) -> None:
    cdek = open_room(Knobs(calls_per_second=2))
    cdek.ask("GET", "/webhooks")
    assert cdek.ask("GET", "/webhooks").status_code == 429


def test_an_ordered_error_has_the_vendor_s_shape(cdek: Contract) -> None:
    cdek.order("POST", "/faults", {"kind": "error_before", "status": 500})
    answer = cdek.ask("GET", "/webhooks")
    assert answer.status_code == 500
    assert answer.json()["requests"][0]["errors"][0]["code"] == "v2_internal_error"


def test_an_ordered_limit_tells_its_wait_and_is_not_counted(cdek: Contract) -> None:
    cdek.order("POST", "/faults", {"kind": "rate_limited", "retry_after": "7"})
    answer = cdek.ask("GET", "/webhooks")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert cdek.order("GET", "/limited") == {}


def test_a_body_that_is_no_json_is_refused(cdek: Contract) -> None:
    answer = cdek.client.post("/v2/orders", content=b"{nope", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["requests"][0]["errors"][0]["code"]) == (400, "v2_bad_request")
