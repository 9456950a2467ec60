import pytest

from tests.deployments.world.yandex_market.cabinet import BUSINESS, FAR_SHOP, KEY, NEW_OFFER, SHOP, Cabinet, complaint, opened


def test_a_call_without_a_key_or_with_a_wrong_one_is_401(cabinet: Cabinet) -> None:
    cabinet.client.headers.pop("Api-Key")
    assert (cabinet.post("/v2/{b}/settings").status_code, complaint(cabinet.post("/v2/{b}/settings"))) == (
        401,
        "Api-Key token is not specified",
    )
    wrong = cabinet.post("/v2/{b}/settings", headers={"Api-Key": "ACMA:no"})
    assert wrong.status_code == 401
    assert wrong.json() == {"status": "ERROR", "errors": [{"code": "UNAUTHORIZED", "message": "Api-Key token is invalid"}]}


def test_a_key_to_read_may_read_and_not_write() -> None:
    with opened(other_keys={"ACMA:reader": ("ALL_METHODS_READ_ONLY",)}) as cabinet:
        cabinet.client.headers["Api-Key"] = "ACMA:reader"
        assert cabinet.post("/v2/auth/token").json()["result"]["apiKey"]["authScopes"] == ["ALL_METHODS_READ_ONLY"]
        assert cabinet.post("/v2/{b}/offer-mappings").status_code == 200
        refused = cabinet.post("/v2/{b}/offer-mappings/update", {"offerMappings": [{"offer": NEW_OFFER}]})
        assert refused.status_code == 403
        assert complaint(refused).startswith("Token does not have any of the scopes")
        assert "КР-7/2" not in cabinet.room.books.offers


def test_stock_is_written_with_the_scope_of_goods_and_not_of_orders() -> None:
    keys = {"ACMA:orders": ("INVENTORY_AND_ORDER_PROCESSING",), "ACMA:goods": ("OFFERS_AND_CARDS_MANAGEMENT",)}
    with opened(other_keys=keys) as cabinet:
        body = {"skuItems": [{"sku": "А-1", "partnerWarehouseId": 3001, "count": 1}]}
        answers = {key: cabinet.post("/v3/{b}/offers/stocks/update", body, headers={"Api-Key": key}).status_code for key in keys}
    assert answers == {"ACMA:orders": 403, "ACMA:goods": 200}


def test_another_cabinet_is_closed_and_another_shop_not_found(cabinet: Cabinet) -> None:
    assert cabinet.post("/v2/businesses/77/settings").status_code == 403
    assert cabinet.call("GET", "/v2/campaigns/77/settings").status_code == 404
    assert cabinet.call("GET", "/v2/campaigns/abc/settings").status_code == 400
    assert complaint(cabinet.call("GET", "/v4/anything")) == "Resource not found"


def test_a_shop_switched_off_is_told_in_the_list_and_refused_elsewhere(cabinet: Cabinet) -> None:
    cabinet.ask("PUT", "/cabinet", json={"campaigns": {SHOP: "DISABLED_BY_INACTIVITY"}})
    assert [shop["apiAvailability"] for shop in cabinet.call("GET", "/v2/campaigns").json()["campaigns"]] == [
        "DISABLED_BY_INACTIVITY",
        "AVAILABLE",
    ]
    refused = cabinet.call("GET", "/v2/{c}/settings")
    assert (refused.status_code, complaint(refused)) == (403, f"API for campaign {SHOP} disabled due to inactivity")
    assert cabinet.post("/v2/{b}/settings").status_code == 200
    cabinet.ask("PUT", "/cabinet", json={"campaigns": {FAR_SHOP: "MANUALLY_DISABLED"}})
    refused = cabinet.post("/v2/{b}/settings")
    assert (refused.status_code, complaint(refused)) == (403, f"API for business {BUSINESS} disabled because it has only disabled partners")


def test_a_locked_cabinet_takes_no_offers_and_prices_but_stock(cabinet: Cabinet) -> None:
    cabinet.put_good()
    cabinet.ask("PUT", "/cabinet", json={"is_locked": True})
    prices = {"offers": [{"offerId": "А-1", "price": {"value": 1500, "currencyId": "RUR"}}]}
    refused = cabinet.post("/v2/{b}/offer-prices/updates", prices)
    assert refused.status_code == 423
    assert refused.json()["errors"] == [{"code": "LOCKED", "message": "Business is in migration"}]
    stock = {"skuItems": [{"sku": "А-1", "partnerWarehouseId": 3001, "count": 1}]}
    assert cabinet.post("/v3/{b}/offers/stocks/update", stock).status_code == 200
    cabinet.ask("PUT", "/cabinet", json={"is_locked": False})
    assert cabinet.post("/v2/{b}/offer-prices/updates", prices).status_code == 200


@pytest.mark.parametrize("query", [{"page": 1}, {"pageSize": 50}])
def test_pages_of_the_old_kind_are_refused(cabinet: Cabinet, query: dict[str, int]) -> None:
    assert cabinet.call("GET", "/v2/campaigns", params=query).status_code == 400


def test_warehouses_are_listed_with_their_groups(cabinet: Cabinet, grouped: Cabinet) -> None:
    assert [row["id"] for row in cabinet.post("/v3/{b}/warehouses").json()["result"]["warehouses"]] == [3001, 3002]
    assert all("groupInfo" not in row for row in cabinet.post("/v2/{b}/warehouses").json()["result"]["warehouses"])
    assert grouped.post("/v3/{b}/warehouses").json()["result"]["warehouses"] == []
    rows = grouped.post("/v2/{b}/warehouses").json()["result"]["warehouses"]
    assert [(row["campaignId"], row["groupInfo"]["id"]) for row in rows] == [(2001, 4001), (2002, 4001)]


def test_the_cabinet_tells_whether_shops_may_have_prices(cabinet: Cabinet, grouped: Cabinet) -> None:
    assert cabinet.post("/v2/{b}/settings").json()["result"]["settings"]["onlyDefaultPrice"] is True
    assert grouped.post("/v2/{b}/settings").json()["result"]["settings"]["onlyDefaultPrice"] is False


def test_the_key_is_not_among_what_was_heard(cabinet: Cabinet) -> None:
    cabinet.post("/v2/{b}/settings")
    heard = cabinet.control.get("/exchanges")
    assert [exchange["path"] for exchange in heard.json()] == [f"/v2/businesses/{BUSINESS}/settings"]
    assert KEY not in heard.text


def test_a_shop_is_told_by_itself_and_with_its_settings(cabinet: Cabinet) -> None:
    shop = cabinet.call("GET", "/v2/{c}").json()["campaign"]
    assert (shop["id"], shop["business"]["id"], shop["placementType"]) == (SHOP, BUSINESS, "FBS")
    assert cabinet.call("GET", "/v2/{c}/settings").json()["settings"]["shopName"] == shop["domain"]
