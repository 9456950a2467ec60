"""`reference/services.md` §2: customers, and the account's own codes."""

from tests.deployments.world.retailcrm.conftest import Account


def test_a_customer_is_created_read_and_changed(crm: Account) -> None:
    answer = crm.post("/customers/create", {"customer": {"externalId": "c1", "firstName": "Юлия", "phones": [{"number": "+79161234567"}]}})
    assert answer.status_code == 201
    customer_id = answer.json()["id"]
    crm.done("/customers/c1/edit", {"customer": {"email": "a@example.com"}, "by": "externalId", "site": "shop"})
    crm.done(f"/customers/{customer_id}/edit", {"customer": {"lastName": "Щеглова"}, "by": "id"})
    read = crm.read("/customers/c1")["customer"]
    assert read == crm.read(f"/customers/{customer_id}", {"by": "id"})["customer"]
    assert (read["firstName"], read["lastName"], read["email"], read["phones"]) == (
        "Юлия",
        "Щеглова",
        "a@example.com",
        [{"number": "+79161234567"}],
    )


def test_a_known_external_id_is_refused(crm: Account) -> None:
    for name in ("c1", "c2"):
        crm.done("/customers/create", {"customer": {"externalId": name}})
    assert crm.post("/customers/create", {"customer": {"externalId": "c1"}}).status_code == 400
    assert crm.post("/customers/c2/edit", {"customer": {"externalId": "c1"}}).status_code == 400


def test_a_customer_that_is_not_there_is_404(crm: Account) -> None:
    assert crm.get("/customers/c1").json() == {"success": False, "errorMsg": "Not found"}
    assert crm.get("/customers/77", {"by": "id"}).status_code == 404
    assert crm.get("/customers/77", {"by": "phone"}).status_code == 400


def test_an_upload_of_customers_fails_in_part_with_a_map_of_errors(crm: Account) -> None:
    crm.done("/customers/create", {"customer": {"externalId": "c1"}})
    answer = crm.post("/customers/upload", {"customers": [{"externalId": "c1"}, {"externalId": "c2"}]})
    assert answer.status_code == 460
    assert answer.json() == {
        "success": False,
        "uploadedCustomers": [{"id": 2, "externalId": "c2"}],
        "failedCustomers": [{"externalId": "c1"}],
        "errorMsg": "Customers are loaded with errors",
        "errors": {"externalId": "Customer already exists."},
    }


def test_up_to_fifty_customers_are_uploaded(crm: Account) -> None:
    customers = [{"externalId": str(number)} for number in range(51)]
    assert crm.post("/customers/upload", {"customers": customers}).status_code == 400
    assert len(crm.done("/customers/upload", {"customers": customers[:50]})["uploadedCustomers"]) == 50


def test_customers_are_listed_and_found_by_name_or_phone(crm: Account) -> None:
    crm.done("/customers/create", {"customer": {"externalId": "c1", "firstName": "Юлия", "phones": [{"number": "+79161234567"}]}})
    crm.done("/customers/create", {"customer": {"externalId": "c2", "firstName": "Анна", "email": "a@example.com"}})
    assert crm.read("/customers")["pagination"]["totalCount"] == 2
    for query, found in (
        ({"filter[name]": "9161234567"}, ["c1"]),
        ({"filter[name]": "анна"}, ["c2"]),
        ({"filter[email]": "a@example.com"}, ["c2"]),
        ({"filter[externalIds][]": "c1"}, ["c1"]),
    ):
        assert [one["externalId"] for one in crm.read("/customers", query)["customers"]] == found


def test_external_ids_of_customers_are_fixed_all_or_none(crm: Account) -> None:
    customer_id = int(crm.tell("POST", "/customers", {"firstName": "Юлия"})["customer_ref"])
    rows = [{"id": customer_id, "externalId": "c9"}]
    assert crm.post("/customers/fix-external-ids", {"customers": [*rows, {"id": 77, "externalId": "c8"}]}).status_code == 400
    assert crm.get("/customers/c9").status_code == 404
    crm.done("/customers/fix-external-ids", {"customers": rows})
    assert crm.read("/customers/c9")["customer"]["id"] == customer_id


def test_statuses_belong_to_groups_and_are_the_accounts_own(crm: Account) -> None:
    statuses = crm.read("/reference/statuses")["statuses"]
    assert statuses["no-product"]["group"] == "cancel"
    crm.tell("PUT", "/statuses", {"code": "to-wb", "name": "Передан Wildberries", "group": "delivery"})
    assert crm.read("/reference/statuses")["statuses"]["to-wb"]["name"] == "Передан Wildberries"
    assert "to-wb" in crm.read("/reference/status-groups")["statusGroups"]["delivery"]["statuses"]
    crm.create("1", status="to-wb")
    assert crm.read("/orders/statuses", {"externalIds[]": "1"})["orders"][0]["group"] == "delivery"
    assert crm.control.put("/statuses", json={"code": "x", "name": "x", "group": "none"}).status_code == 404


def test_shops_are_a_map_and_warehouses_a_list(crm: Account) -> None:
    assert crm.read("/reference/sites")["sites"] == {"shop": {"code": "shop", "name": "Магазин", "active": True}}
    assert [one["code"] for one in crm.read("/reference/stores")["stores"]] == ["main", "second"]
    assert [one["code"] for one in crm.read("/reference/price-types")["priceTypes"]] == ["base", "wholesale"]


def test_shops_are_those_that_the_key_opens(crm: Account) -> None:
    crm.tell("PUT", "/keys", {"api_key": "none", "sites": []})
    answer = crm.client.get("/reference/sites", headers={"X-API-KEY": "none"})
    assert answer.json()["sites"] == {}


def test_the_control_refuses_what_it_does_not_know(crm: Account) -> None:
    crm.create("1")
    assert crm.control.put("/orders/1", json={"fone": "1"}).status_code == 422
    assert crm.control.put("/orders/1", json={"status": "none"}).status_code == 422
    assert crm.control.put("/customers/1", json={"fone": "1"}).status_code == 422
    assert crm.control.post("/customers", json={"fone": "1"}).status_code == 422
    for path in ("/orders/77", "/customers/77"):
        assert crm.control.put(path, json={}).status_code == 404
    assert crm.control.post("/copies/77/restore").status_code == 404
    assert crm.control.post("/orders", json={}, params={"site": "none"}).status_code == 404
