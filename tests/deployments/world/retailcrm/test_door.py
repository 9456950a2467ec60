"""`reference/services.md` §2: base, key, rate, errors."""

import httpx
import pytest

from tests.deployments.world.retailcrm.conftest import API_KEY, Account


def test_the_key_is_a_header(crm: Account) -> None:
    assert crm.get("/orders").json()["success"] is True


def test_the_key_may_be_a_parameter_of_the_query_or_of_the_form(crm: Account) -> None:
    bare = httpx.Client(base_url=crm.client.base_url)
    assert bare.get("orders", params={"apiKey": API_KEY}).status_code == 200
    crm.clock.pass_(seconds=1)
    assert bare.post("customers/create", data={"apiKey": API_KEY, "customer": "{}"}).status_code == 201
    bare.close()


@pytest.mark.parametrize(("headers", "message"), [({}, '"apiKey" is missing.'), ({"X-API-KEY": "other"}, 'Wrong "apiKey" value.')])
def test_a_key_that_is_missing_or_wrong_is_refused(crm: Account, headers: dict[str, str], message: str) -> None:
    answer = httpx.get(f"{crm.client.base_url}orders", headers=headers)
    assert (answer.status_code, answer.json()) == (403, {"success": False, "errorMsg": message})


def test_a_key_that_only_reads_may_not_write(crm: Account) -> None:
    crm.tell("PUT", "/keys", {"api_key": "reader", "sites": ["shop"], "is_read_only": True})
    answer = crm.post("/orders/create", {"order": {}}, key="reader")
    assert (answer.status_code, answer.json()["errorMsg"]) == (403, "Access denied.")
    assert crm.client.get("/orders", headers={"X-API-KEY": "reader"}).status_code == 200


def test_where_there_is_no_account_a_page_answers(crm: Account) -> None:
    crm.tell("PUT", "/account", state="missing")
    answer = crm.get("/orders")
    assert (answer.status_code, answer.text[0]) == (405, "<")
    crm.tell("PUT", "/account", state="open")
    assert crm.get("/orders").status_code == 200


def test_an_account_that_was_closed_says_so(crm: Account) -> None:
    crm.tell("PUT", "/account", state="closed")
    assert crm.get("/orders").json() == {"success": False, "errorMsg": "Account does not exist."}


def test_ten_calls_a_second_for_a_key_and_then_503(crm: Account) -> None:
    crm.tell("PUT", "/keys", {"api_key": "other", "sites": ["shop"]})
    told = [crm.client.get("/orders").status_code for _ in range(11)]
    assert told == [200] * 10 + [503]
    assert crm.client.get("/orders", headers={"X-API-KEY": "other"}).status_code == 200
    assert crm.tell("GET", "/limited") == {"per_second": 1}
    crm.clock.pass_(seconds=1)
    assert crm.client.get("/orders").status_code == 200


def test_telephony_has_forty_a_second_of_its_own(crm: Account) -> None:
    told = [crm.client.get("/telephony/manager").status_code for _ in range(41)]
    assert told == [404] * 40 + [503]
    assert crm.client.get("/orders").status_code == 200
    assert crm.tell("GET", "/limited") == {"telephony_per_second": 1}


def test_a_storm_that_is_ordered_answers_503_too(crm: Account) -> None:
    crm.tell("POST", "/faults", {"kind": "rate_limited"})
    answer = crm.get("/orders")
    assert (answer.status_code, answer.json()["success"]) == (503, False)
    assert crm.tell("GET", "/limited") == {}


def test_a_body_that_is_not_a_form_holds_no_parameters(crm: Account) -> None:
    answer = crm.client.post("/orders/create", json={"order": {"externalId": "1"}})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "errorMsg": "Parameter 'order' is missing"})


def test_errors_in_the_format_are_a_map_by_field(crm: Account) -> None:
    order = {"externalId": "1", "items": [{"quantity": "много"}], "createdAt": "2026-11-22T10:00:00Z"}
    answer = crm.post("/orders/create", {"order": order})
    assert (answer.status_code, answer.json()["errorMsg"]) == (400, "Errors in the entity format")
    assert set(answer.json()["errors"]) == {"items[0].quantity", "createdAt"}
    assert crm.post("/orders/create", {"order": "{broken"}).json()["errorMsg"] == "Errors in the entity format"


def test_errors_in_the_values_are_a_list(crm: Account) -> None:
    answer = crm.post("/orders/create", {"order": {"status": "none", "payments": [{"type": "shells"}], "delivery": {"code": "owl"}}})
    assert (answer.status_code, answer.json()["errorMsg"]) == (400, "Validation error")
    assert answer.json()["errors"] == [
        'status: "none" does not exist.',
        'delivery.code: "owl" does not exist.',
        'payments[0].type: "shells" does not exist.',
    ]


def test_a_page_of_another_size_is_not_offered(crm: Account) -> None:
    assert crm.get("/orders", {"limit": 30}).json()["errors"] == {"limit": "The value you selected is not a valid choice."}
    assert crm.get("/orders", {"limit": "many"}).status_code == 400
    assert crm.get("/orders", {"page": 0}).status_code == 400


def test_what_is_not_there_is_404(crm: Account) -> None:
    assert crm.get("/nothing").json() == {"success": False, "errorMsg": "Not found"}
    assert crm.get("/reference/nothing").status_code == 404


def test_fields_that_nobody_reads_are_told_of(crm: Account) -> None:
    crm.create("1", staus="new", items=[], delivery={"adress": {}})
    assert crm.tell("GET", "/unread") == {"order.staus": 1, "order.delivery.adress": 1}
