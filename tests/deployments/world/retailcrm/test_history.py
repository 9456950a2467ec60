"""`reference/services.md` §2: the cursor."""

import httpx
import pytest

from tests.deployments.world.retailcrm.conftest import API_KEY, Account


def test_history_is_walked_by_moving_since_id(crm: Account) -> None:
    crm.done("/orders/upload", {"orders": [{"externalId": str(number)} for number in range(45)]})
    seen: list[int] = []
    while page := crm.history(since=seen[-1] if seen else 0, limit=20):
        seen += [one["id"] for one in page]
    assert seen == list(range(1, 46))


def test_since_id_together_with_page_is_refused(crm: Account) -> None:
    answer = crm.get("/orders/history", {"filter[sinceId]": 1, "page": 1})
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert crm.get("/orders/history", {"page": 2}).status_code == 200
    assert crm.get("/orders/history", {"filter[sinceId]": "last"}).json()["errors"] == {"filter[sinceId]": "This value is not valid."}


@pytest.mark.parametrize("limit", [20, 50, 100])
def test_history_has_pages_of_three_sizes(crm: Account, limit: int) -> None:
    assert crm.read("/orders/history", {"limit": limit})["pagination"]["limit"] == limit
    assert crm.get("/orders/history", {"limit": 10}).status_code == 400


def test_a_new_order_is_one_record_with_the_order_whole(crm: Account) -> None:
    crm.create("1", firstName="Юлия")
    (record,) = crm.history()
    assert (record["created"], record["source"], record["field"], record["newValue"]) == (True, "api", "status", {"code": "new"})
    assert (record["oldValue"], record["order"]["firstName"]) == (None, "Юлия")
    assert record["createdAt"] == "2026-11-23 01:30:01"


def test_a_record_carries_one_field_and_a_cut_down_order(crm: Account) -> None:
    order_id = crm.create("1", firstName="Юлия", phone="1", delivery={"address": {"city": "Москва"}})
    change = {
        "phone": "2",
        "status": "complete",
        "delivery": {"code": "cdek", "cost": 300, "address": {"city": "Тверь"}},
        "customFields": {"note": "x"},
    }
    crm.tell("PUT", f"/orders/{order_id}", change)
    records = crm.history(since=1)
    assert [(one["field"], one["oldValue"], one["newValue"]) for one in records] == [
        ("status", {"code": "new"}, {"code": "complete"}),
        ("phone", "1", "2"),
        ("delivery_address.city", "Москва", "Тверь"),
        ("delivery_type", None, "cdek"),
        ("delivery_cost", None, 300),
        ("custom_note", None, "x"),
    ]
    assert records[1]["order"] == {"id": order_id, "externalId": "1", "site": "shop", "status": "complete"}


def test_own_changes_are_marked_as_an_echo_and_others_are_not(crm: Account) -> None:
    crm.tell("PUT", "/keys", {"api_key": "other", "sites": ["shop"]})
    crm.create("1")
    crm.post("/orders/1/edit", {"order": {"phone": "2"}}, key="other")
    crm.tell("PUT", "/orders/1", {"phone": "3"})
    mine = crm.history()
    assert [one.get("apiKey") for one in mine] == [{"current": True}, {"current": False}, None]
    assert [(one["source"], one.get("user")) for one in mine][2] == ("user", {"id": 19})
    answer = httpx.get(f"{crm.client.base_url}orders/history", headers={"X-API-KEY": "other"})
    assert [one.get("apiKey") for one in answer.json()["history"]] == [{"current": False}, {"current": True}, None]


def test_what_did_not_change_is_not_in_the_history(crm: Account) -> None:
    crm.create("1", phone="1", delivery={"cost": 300})
    crm.done("/orders/1/edit", {"order": {"phone": "1", "status": "new", "externalId": "1", "delivery": {"cost": 300}}})
    assert len(crm.history()) == 1


def test_lines_and_payments_are_named_in_their_records(crm: Account) -> None:
    crm.put("A")
    crm.put("B")
    crm.create("1", items=[{"offer": {"externalId": "A"}, "quantity": 1}])
    crm.tell("PUT", "/orders/1", {"items": [{"id": 1, "quantity": 2}, {"offer": {"externalId": "B"}}]})
    crm.tell("PUT", "/orders/1", {"items": [{"id": 2, "initialPrice": 5}]})
    payment_id = crm.done("/orders/payments/create", {"payment": {"order": {"id": 1}, "type": "cash", "amount": 5}})["id"]
    crm.done(f"/orders/payments/{payment_id}/edit", {"payment": {"status": "paid"}})
    crm.done(f"/orders/payments/{payment_id}/delete")
    records = crm.history(since=1)
    assert [one["field"] for one in records] == [
        "order_product.quantity",
        "order_product",
        "order_product",
        "order_product.initial_price",
        "payments",
        "payments.status",
        "payments",
    ]
    assert [one["item"]["offer"]["externalId"] for one in records[:4]] == ["A", "B", "A", "B"]
    assert (records[5]["payment"]["id"], records[5]["oldValue"], records[5]["newValue"]) == (payment_id, "not-paid", "paid")


def test_a_deleted_order_leaves_a_record(crm: Account) -> None:
    order_id = crm.create("1", payments=[{"type": "cash"}])
    crm.tell("DELETE", f"/orders/{order_id}")
    record = crm.history()[-1]
    assert (record["deleted"], record["order"]) == (True, {"id": order_id, "externalId": "1", "site": "shop"})
    assert crm.get("/orders/1").status_code == 404
    assert crm.post("/orders/payments/1/delete").status_code == 404
    assert crm.create("1") == order_id + 1


def test_a_combined_order_says_into_which_it_went(crm: Account) -> None:
    crm.put("A")
    first, second = (crm.create(one, items=[{"offer": {"externalId": "A"}}]) for one in "12")
    crm.tell("POST", f"/orders/{first}/combine", into=second)
    record = crm.history()[-1]
    assert (record["deleted"], record["source"]) == (True, "combine")
    assert record["combinedTo"] == {"id": second, "externalId": "2", "site": "shop"}
    assert len(crm.order_(second)["items"]) == 2


def test_history_can_begin_at_a_date_of_the_accounts_zone(crm: Account) -> None:
    crm.create("1")
    crm.clock.pass_(hours=2)
    crm.create("2")
    query = {"filter[startDate]": "2026-11-23 03:00:00"}
    assert [one["order"]["externalId"] for one in crm.read("/orders/history", query)["history"]] == ["2"]
    query = {"filter[endDate]": "2026-11-23 03:00:00"}
    assert [one["order"]["externalId"] for one in crm.read("/orders/history", query)["history"]] == ["1"]
    assert crm.get("/orders/history", {"filter[startDate]": "2020-13-12"}).json()["errors"] == {
        "children[startDate]": "This value is not valid."
    }


def test_customers_have_a_history_with_numbers_of_its_own(crm: Account) -> None:
    crm.create("1")
    customer_ref = crm.tell("POST", "/customers", {"firstName": "Юлия"})["customer_ref"]
    crm.tell("PUT", f"/customers/{customer_ref}", {"firstName": "Анна", "phones": [{"number": "1"}]})
    records = crm.history("customers")
    assert [(one["id"], one["source"], one["field"], one.get("created", False)) for one in records] == [
        (1, "code", "id", True),
        (2, "user", "id", True),
        (3, "user", "first_name", False),
        (4, "user", "phones", False),
    ]
    assert records[2]["customer"] == {"id": 2, "site": "shop"}


def test_packs_have_a_history_too(crm: Account) -> None:
    crm.put("A")
    order_id = crm.create("1", items=[{"offer": {"externalId": "A"}, "quantity": 3}])
    crm.tell("POST", "/packs", {"order_ref": str(order_id), "sku": "A", "pcs": 3, "store": "main"})
    (record,) = crm.history("orders/packs")
    assert (record["created"], record["pack"]["quantity"], record["pack"]["item"]["order"]["id"]) == (True, 3, order_id)


def test_a_restored_copy_forgets_the_changes_since_but_gives_no_number_twice(crm: Account) -> None:
    crm.create("1")
    copy_ref = crm.tell("POST", "/copies")["copy_ref"]
    crm.create("2")
    crm.done("/orders/1/edit", {"order": {"phone": "2"}})
    crm.tell("POST", f"/copies/{copy_ref}/restore")
    assert [one["externalId"] for one in crm.read("/orders")["orders"]] == ["1"]
    assert [one["id"] for one in crm.history()] == [1]
    assert crm.get("/orders/2").status_code == 404
    assert crm.create("3") == 3
    assert [one["id"] for one in crm.history(since=1)] == [4]


def test_a_lie_leaves_no_trace(crm: Account) -> None:
    crm.tell("POST", "/faults", {"kind": "lie", "path": "/orders/create"})
    assert crm.post("/orders/create", {"order": {"externalId": "1"}}).status_code == 201
    assert crm.get("/orders/1").status_code == 404
    assert crm.history() == []


def test_a_slow_answer_has_its_effect(crm: Account) -> None:
    crm.tell("POST", "/faults", {"kind": "timeout_after", "path": "/orders/create", "seconds": 5})
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{crm.client.base_url}orders/create", data={"order": '{"externalId": "1"}'}, headers={"X-API-KEY": API_KEY}, timeout=0.3
        )
    assert crm.read("/orders/1")["order"]["externalId"] == "1"
