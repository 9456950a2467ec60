from typing import Any

from tests.deployments.world.yandex_market.cabinet import NEW_OFFER, WAREHOUSE, Cabinet


def test_goods_that_were_there_before_are_sellable_and_keep_their_ids(cabinet: Cabinet) -> None:
    good = {"sku": "А-1", "name": "Утюг", "price": "1990.50", "barcode": "4600000000015", "pcs": {"3001": 2}}
    first = cabinet.ask("POST", "/goods", json=[good])
    assert cabinet.ask("POST", "/goods", json=[good]) == first
    assert cabinet.books()["goods"] == {"А-1": {"name": "Утюг", "price_kopecks": 199050, "pcs": {"3001": 2}, "is_sellable": True}}
    offer = cabinet.post("/v2/{b}/offer-mappings").json()["result"]["offerMappings"][0]["offer"]
    assert offer["barcodes"] == ["4600000000015"]
    assert [shop["status"] for shop in offer["campaigns"]] == ["PUBLISHED", "NO_STOCKS"]


def test_what_is_not_there_cannot_be_changed(cabinet: Cabinet) -> None:
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("DELETE", "/goods", {"params": {"sku": "нет"}}),
        ("PUT", "/prices", {"json": {"нет": "1.00"}}),
        ("PUT", "/stock", {"json": {"нет": {"3001": 1}}}),
        ("PUT", "/cards/refused", {"params": {"sku": "нет", "because": "x"}}),
    ]
    assert {cabinet.control.request(method, path, **call).status_code for method, path, call in calls} == {404}


def test_a_card_that_left_takes_its_stock_along(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=2)
    cabinet.ask("DELETE", "/goods", params={"sku": "А-1"})
    assert cabinet.books()["goods"] == {}
    cabinet.put_good()
    assert cabinet.books()["goods"]["А-1"]["pcs"] == {}
    assert cabinet.post("/v3/{b}/offers/stocks", {"partnerWarehouseId": WAREHOUSE}).json()["result"]["offers"] == []


def test_a_lie_leaves_nothing_of_what_it_answered(cabinet: Cabinet) -> None:
    cabinet.put_good("КР-7/2", _3001=1)
    before = cabinet.books()
    cabinet.ask("POST", "/faults", json={"kind": "lie", "times": 3})
    changed = {**NEW_OFFER, "basicPrice": {"value": 1500, "currencyId": "RUR"}, "parameterValues": [{"parameterId": 1, "value": "x"}]}
    assert cabinet.post("/v2/{b}/offer-mappings/update", {"offerMappings": [{"offer": changed}]}).json() == {"status": "OK"}
    assert cabinet.post("/v2/{b}/offer-mappings/update", {"offerMappings": [{"offer": {**NEW_OFFER, "offerId": "Б"}}]}).json() == {
        "status": "OK"
    }
    row = {"sku": "КР-7/2", "partnerWarehouseId": WAREHOUSE, "count": 9}
    assert cabinet.post("/v3/{b}/offers/stocks/update", {"skuItems": [row]}).json() == {"status": "OK"}
    assert cabinet.books() == before
    assert "parameterValues" not in cabinet.post("/v2/{b}/offer-cards").json()["result"]["offerCards"][0]


def test_a_lie_about_a_cancelled_order_cancels_nothing(cabinet: Cabinet) -> None:
    cabinet.put_good(_3001=2)
    order = cabinet.buy()
    before = cabinet.books()
    cabinet.ask("POST", "/faults", json={"kind": "lie", "path": "/status"})
    body = {"order": {"status": "CANCELLED", "substatus": "SHOP_FAILED"}}
    assert cabinet.call("PUT", f"/v2/{{c}}/orders/{order}/status", json=body).json()["order"]["status"] == "CANCELLED"
    assert cabinet.books() == before
