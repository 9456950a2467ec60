"""`reference/services.md` §2: stock and prices."""

import pytest

from tests.deployments.world.retailcrm.conftest import Account


def rows(count: int) -> list[dict[str, object]]:
    return [{"externalId": str(number), "stores": [{"code": "main", "available": 1}]} for number in range(count)]


def test_success_with_offers_not_found_is_a_partial_failure(crm: Account) -> None:
    crm.put("A")
    offers = [{"externalId": one, "stores": [{"code": "main", "available": 5, "purchasePrice": 90.5}]} for one in ("A", "none")]
    told = crm.done("/store/inventories/upload", {"offers": offers, "site": "shop"})
    assert told == {"success": True, "processedOffersCount": 1, "notFoundOffers": [{"externalId": "none"}]}
    assert crm.books()["goods"]["A"]["pcs"] == {"main": 5}


def test_stock_is_absolute_and_of_one_warehouse(crm: Account) -> None:
    offer_id = crm.put("A", xml_id="guid-1", pcs={"main": 3, "second": 7})
    for named in ({"id": offer_id}, {"xmlId": "guid-1"}):
        crm.done("/store/inventories/upload", {"offers": [{**named, "stores": [{"code": "main", "available": 5}]}]})
        assert crm.books()["goods"]["A"]["pcs"] == {"main": 5, "second": 7}


def test_stock_is_read_back(crm: Account) -> None:
    crm.put("A")
    crm.put("B")
    crm.done(
        "/store/inventories/upload", {"offers": [{"externalId": "A", "stores": [{"code": "main", "available": 5, "purchasePrice": 90.5}]}]}
    )
    (offer,) = crm.read("/store/inventories", {"filter[offerExternalId]": "A", "limit": 250})["offers"]
    assert (offer["externalId"], offer["quantity"]) == ("A", 5)
    assert offer["stores"] == [{"store": "main", "quantity": 5, "purchasePrice": 90.5}]
    assert crm.read("/store/inventories")["pagination"]["totalCount"] == 2


@pytest.mark.parametrize(("what", "field"), [("inventories", "offers"), ("prices", "prices")])
def test_up_to_two_hundred_and_fifty_offers(crm: Account, what: str, field: str) -> None:
    said = [{**one, "prices": []} for one in rows(251)]
    assert crm.post(f"/store/{what}/upload", {field: said}).status_code == 400
    assert len(crm.done(f"/store/{what}/upload", {field: said[:250]})["notFoundOffers"]) == 250


def test_prices_are_set_by_type_and_answered_alike(crm: Account) -> None:
    crm.put("A", price="100")
    prices = [{"externalId": one, "site": "shop", "prices": [{"code": "wholesale", "price": 80.55}]} for one in ("A", "none")]
    told = crm.done("/store/prices/upload", {"prices": prices})
    assert told == {"success": True, "processedOffersCount": 1, "notFoundOffers": [{"externalId": "none"}]}
    assert crm.books()["goods"]["A"]["price_kopecks"] == {"base": 10000, "wholesale": 8055}


def test_codes_that_the_account_does_not_have_are_refused(crm: Account) -> None:
    crm.put("A")
    answer = crm.post("/store/inventories/upload", {"offers": [{"externalId": "A", "stores": [{"code": "moon", "available": 5}]}]})
    assert (answer.status_code, answer.json()["errors"]) == (400, ['offers: "moon" does not exist.'])
    assert crm.post("/store/prices/upload", {"prices": [{"externalId": "A", "prices": [{"code": "moon", "price": 5}]}]}).status_code == 400
    assert crm.post("/store/prices/upload", {"prices": [{"externalId": "A", "site": "moon", "prices": []}]}).status_code == 403
    assert (
        crm.post("/store/inventories/upload", {"offers": [{"externalId": "A", "stores": [{"code": "main", "available": -1}]}]}).status_code
        == 400
    )


def test_an_offer_that_left_is_not_found(crm: Account) -> None:
    crm.put("1", xml_id="guid-1")
    crm.tell("DELETE", "/goods", sku="1")
    assert len(crm.done("/store/inventories/upload", {"offers": rows(2)})["notFoundOffers"]) == 2
    assert crm.control.delete("/goods", params={"sku": "1"}).status_code == 404
    crm.put("1")
    assert crm.control.post("/goods", json=[{"sku": "1", "name": "x"}]).status_code == 409


def test_an_offer_can_be_ordered_not_to_be_found(crm: Account) -> None:
    crm.put("1")
    crm.tell("POST", "/faults", {"kind": "refuse_item", "sku": "1"})
    for missing in ([{"externalId": "1"}], []):
        assert crm.done("/store/inventories/upload", {"offers": rows(2)[1:]})["notFoundOffers"] == missing
