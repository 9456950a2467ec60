"""The vendor's own clients: custom fields, settings, customers combined, history of one."""

from tests.deployments.world.retailcrm.conftest import Account


def test_fields_of_the_accounts_own_are_listed_by_whose_they_are_and_by_code(crm: Account) -> None:
    for code, entity in (("tier", "customer"), ("tier", "order"), ("size", "customer")):
        crm.tell("PUT", "/fields", {"code": code, "name": code, "entity": entity})
    assert len(crm.read("/custom-fields")["customFields"]) == 3
    (field,) = crm.read("/custom-fields", {"filter[entity]": "customer", "filter[code]": "tier"})["customFields"]
    assert (field["code"], field["entity"]) == ("tier", "customer")


def test_an_account_tells_its_zone(crm: Account) -> None:
    assert crm.read("/settings")["settings"]["timezone"]["value"] == "Europe/Moscow"


def test_a_combined_customer_is_gone_and_its_record_says_where_to(crm: Account) -> None:
    for name in ("c1", "c2"):
        crm.done("/customers/create", {"customer": {"externalId": name}})
    order_id = crm.create("1", customer={"externalId": "c1"})
    crm.tell("POST", "/customers/1/combine", into=2)
    assert crm.get("/customers/c1").status_code == 404
    assert crm.order_(order_id)["customer"]["externalId"] == "c2"
    record = crm.history("customers")[-1]
    assert (record["deleted"], record["source"], record["combinedTo"]) == (True, "combine", {"id": 2, "externalId": "c2", "site": "shop"})


def test_the_history_of_one_is_asked_for_by_either_id(crm: Account) -> None:
    for name in ("1", "2"):
        crm.create(name)
    for query in ({"filter[orderExternalId]": "2"}, {"filter[orderId]": 2}):
        assert [one["order"]["id"] for one in crm.read("/orders/history", query)["history"]] == [2]
    assert crm.read("/customers/history", {"filter[customerExternalId]": "none"})["history"] == []


def test_a_line_without_an_offer_is_told_by_its_name(crm: Account) -> None:
    order_id = crm.create("1", items=[{"productName": "Кружка", "quantity": 1}])
    (line,) = crm.order_(order_id)["items"]
    assert (line["productName"], "offer" in line) == ("Кружка", False)
