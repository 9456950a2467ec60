"""Everything the world's Yandex Market can be asked, in its own words and by hand: good calls, and those that it refuses."""

from datetime import timedelta
from typing import Any

from deployments.world.yandex_market.make import BUSINESS
from tests.contracts.stage import Stage

HOME = "https://api.partner.market.yandex.ru"
OFFERS = f"/v2/businesses/{BUSINESS}"
CAMPAIGN, WAREHOUSE = 2_001, 3_001
SKUS = [f"КР-{number}/2" for number in range(1, 131)]


def play(stage: Stage, *, has_groups: bool) -> None:
    """Call everything; stock the way that suits the cabinet."""
    ref = str(CAMPAIGN if has_groups else WAREHOUSE)
    goods = [{"sku": sku, "name": f"Фонарь {sku}", "price": "1990.00", "pcs": {ref: number % 7}} for number, sku in enumerate(SKUS)]
    stage.order("POST", "/goods", json=goods)
    _cabinet(stage)
    _cards(stage)
    _prices(stage)
    _stock(stage)
    _orders(stage)
    _refusals(stage)


def instant(stage: Stage, seconds: float = -60) -> str:
    """As Yandex writes instants."""
    return (stage.clock.now() + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def offer(sku: str, **told: Any) -> dict[str, Any]:
    """A good as it is put into the catalogue."""
    return {
        "offerId": sku,
        "name": f"Фонарь {sku}",
        "marketCategoryId": 90_402,
        "pictures": ["https://shop.example/1.jpg"],
        "vendor": "Утюг и Ко",
        "description": "Светит далеко.",
        "barcodes": ["4600000000015"],
        "weightDimensions": {"length": 10, "width": 8.5, "height": 5, "weight": 0.3},
        "basicPrice": {"value": 990, "currencyId": "RUR", "discountBase": 1290},
        **told,
    }


def paged(stage: Stage, path: str, body: Any, limit: int) -> None:
    """A list to its end, or its third page."""
    query = [("limit", str(limit))]
    for _ in range(3):
        page = stage.say("POST", path, body, query=query)
        token = page.get("result", {}).get("paging", {}).get("nextPageToken")
        if token is None:
            return
        query = [("limit", str(limit)), ("pageToken", token)]


def _cabinet(stage: Stage) -> None:
    stage.say("POST", "/v2/auth/token")
    stage.say("GET", "/v2/campaigns", query=[("limit", "1")])
    stage.say("GET", "/v2/campaigns")
    stage.say("GET", f"/v2/campaigns/{CAMPAIGN}")
    stage.say("GET", f"/v2/campaigns/{CAMPAIGN}/settings")
    stage.say("POST", f"/v2/businesses/{BUSINESS}/settings")
    stage.say("POST", "/v2/categories/tree", {"language": "RU"})
    paged(stage, f"/v3/businesses/{BUSINESS}/warehouses", {"components": ["ADDRESS"]}, 1)
    paged(stage, f"/v2/businesses/{BUSINESS}/warehouses", {"components": ["ADDRESS", "STATUS"], "campaignIds": [CAMPAIGN]}, 1)


def _cards(stage: Stage) -> None:
    update = f"{OFFERS}/offer-mappings/update"
    stage.say("POST", update, {"offerMappings": [{"offer": offer("НОВ-1")}, {"offer": offer("НОВ-2")}]}, query=[("language", "RU")])
    stage.say("POST", update, {"offerMappings": [{"offer": {"offerId": "КР-1/2", "name": "Другое имя"}}]})
    stage.say("POST", update, {"offerMappings": [{"offer": offer("НОВ-3", marketCategoryId=1)}, {"offer": {"offerId": "НОВ-4"}}]})
    paged(stage, f"{OFFERS}/offer-mappings", {"archived": False}, 50)
    stage.say("POST", f"{OFFERS}/offer-mappings", {"offerIds": ["КР-1/2", "НОВ-1", "НЕТ"]})
    stage.order("PUT", "/cards/refused", params={"sku": "КР-2/2", "because": "Плохое описание"})
    stage.say("POST", f"{OFFERS}/offer-cards", {"offerIds": ["КР-1/2", "КР-2/2", "НОВ-1", "НЕТ"], "withRecommendations": False})
    paged(stage, f"{OFFERS}/offer-cards", {}, 60)


def _prices(stage: Stage) -> None:
    def price(sku: str, value: float, **told: Any) -> dict[str, Any]:
        return {"offerId": sku, "price": {"value": value, "currencyId": "RUR", **told}}

    update, shop = f"{OFFERS}/offer-prices/updates", f"/v2/campaigns/{CAMPAIGN}/offer-prices"
    stage.say("POST", update, {"offers": [price("КР-1/2", 1490, discountBase=1990), price("КР-2/2", 10), price("НЕТ", 10)]})
    stage.say("POST", update, {"offers": [price("КР-1/2", 1490), price("КР-1/2", 1500)]})
    stage.say("POST", f"{shop}/updates", {"offers": [price("КР-3/2", 1490)]})
    stage.order("PUT", "/cabinet", json={"only_default_price": False})
    stage.say("POST", f"{shop}/updates", {"offers": [price("КР-3/2", 1490, vat=6)]})
    stage.say("POST", f"{OFFERS}/offer-prices", {"offerIds": ["КР-1/2", "НЕТ"], "archived": False})
    paged(stage, f"{OFFERS}/offer-prices", {}, 50)
    paged(stage, shop, {"offerIds": SKUS[:5]}, 500)
    paged(stage, f"{OFFERS}/price-quarantine", {"offerIds": ["КР-2/2"]}, 10)
    stage.say("POST", f"{OFFERS}/price-quarantine/confirm", {"offerIds": ["КР-2/2"]})


def _stock(stage: Stage) -> None:
    by_warehouse = f"/v3/businesses/{BUSINESS}/offers/stocks"
    item = {"sku": "КР-1/2", "partnerWarehouseId": WAREHOUSE, "count": 3}
    for row in (
        item,
        {**item, "updatedAt": instant(stage)},
        {**item, "updatedAt": instant(stage, 9000)},
        {**item, "partnerWarehouseId": 7},
    ):
        stage.say("POST", f"{by_warehouse}/update", {"skuItems": [row]})
    stage.say("POST", f"{by_warehouse}/update", {"skuItems": [item, {**item, "count": 4}]})
    paged(stage, by_warehouse, {"partnerWarehouseId": WAREHOUSE, "offerIds": SKUS[:100]}, 50)
    by_shop = f"/v2/campaigns/{CAMPAIGN}/offers/stocks"
    for counted in ({"count": 5}, {"count": 0, "updatedAt": instant(stage)}, {"count": 5, "updatedAt": instant(stage, -200_000)}):
        stage.say("PUT", by_shop, {"skus": [{"sku": "КР-2/2", "items": [counted]}]})
    stage.say("PUT", by_shop, {"skus": [{"sku": "КР-2/2", "items": [{"count": 5}]}] * 2})
    stage.order("PUT", "/returned", json={"КР-3/2": 2})
    paged(stage, by_shop, {"offerIds": SKUS[:100], "withTurnover": False}, 50)


def _orders(stage: Stage) -> None:
    states: tuple[dict[str, Any], ...] = ({}, {"state": "UNPAID"}, {"state": "PENDING"}, {"fake": True}, {"buyer": {"type": "BUSINESS"}})
    bought = [
        int(stage.order("POST", "/orders", json={"sku": SKUS[number], "pcs": 1, **told})["order_ref"])
        for number, told in enumerate(states, start=8)
    ]
    stage.order("DELETE", f"/orders/{bought[0]}")
    orders = f"/v1/businesses/{BUSINESS}/orders"
    now = stage.clock.now()
    dates = {"updateDateFrom": instant(stage, -86_400), "updateDateTo": instant(stage, 3_600)}
    for told in ({"dates": dates}, {"orderIds": bought}, {"campaignIds": [CAMPAIGN], "statuses": ["PROCESSING"], "fake": True}):
        stage.say("POST", orders, told, query=[("limit", "2")])
    placed = {"creationDateFrom": f"{now - timedelta(days=2):%Y-%m-%d}", "creationDateTo": f"{now + timedelta(days=2):%Y-%m-%d}"}
    first = stage.say("POST", orders, {"dates": placed}, query=[("limit", "2")])
    stage.say("POST", orders, {"dates": placed}, query=[("limit", "2"), ("pageToken", first["paging"]["nextPageToken"])])
    pieces = [["PICKED", "DEFECT"]]
    for kind in ("RETURN", "UNREDEEMED"):
        stage.order("POST", f"/orders/{bought[1]}/returns", json={"pieces": pieces, "kind": kind})
    span = [("fromDate", f"{now - timedelta(days=2):%Y-%m-%d}"), ("toDate", f"{now + timedelta(days=2):%Y-%m-%d}")]
    stage.say("GET", f"/v2/campaigns/{CAMPAIGN}/returns", query=[("limit", "1"), *span])
    stage.say("GET", f"/v2/campaigns/{CAMPAIGN}/returns", query=[("type", "RETURN"), ("limit", "100")])
    shop = f"/v2/campaigns/{CAMPAIGN}/orders"
    ready = {"status": "PROCESSING", "substatus": "READY_TO_SHIP"}
    line = {"id": bought[4] * 10, "fullCount": 1}
    for boxes in ([{"items": [line]}], [{"items": [{"id": 7, "fullCount": 1}]}]):
        stage.say("PUT", f"{shop}/{bought[4]}/boxes", {"boxes": boxes, "allowRemove": False})
    for page in ("A7", "A4"):
        stage.say("GET", f"{shop}/{bought[4]}/delivery/labels", query=[("format", page)])
    stage.say("GET", f"{shop}/{bought[0]}/delivery/labels", query=[("format", "A7")])
    for number in ("777", "778"):
        stage.say("POST", f"{shop}/{bought[4]}/external-id", {"externalOrderId": number})
    stage.say("POST", f"{shop}/7/external-id", {"externalOrderId": "777"})
    stage.say("PUT", f"{shop}/{bought[4]}/status", {"order": ready})
    stage.say("PUT", f"{shop}/{bought[0]}/status", {"order": ready})
    failed = [{"id": order_id, "status": "CANCELLED", "substatus": "SHOP_FAILED"} for order_id in (bought[4], bought[0], 7)]
    stage.say("POST", f"{shop}/status-update", {"orders": failed})
    stage.say("GET", shop, query=[("limit", "2")])
    stage.say("GET", f"{shop}/{bought[0]}")
    stage.say("GET", f"{shop}/7")


def _refusals(stage: Stage) -> None:
    stock = {"skuItems": [{"sku": "КР-1/2", "partnerWarehouseId": WAREHOUSE, "count": 3}]}
    for headers in ({"Api-Key": "ACMA:чужой".encode().hex()}, {"Api-Key": ""}, {"Api-Key": "reader"}):
        stage.say("POST", f"/v3/businesses/{BUSINESS}/offers/stocks/update", stock, headers=headers)
        stage.say("GET", "/v2/campaigns", headers=headers)
        stage.say("POST", "/v2/auth/token", headers=headers)
    stage.say("POST", f"{OFFERS}/offer-mappings", {"offerIds": SKUS[:101]})
    stage.say("GET", "/v2/campaigns/7")
    stage.order("PUT", "/cabinet", json={"campaigns": {str(CAMPAIGN): "DISABLED_BY_INACTIVITY"}})
    stage.say("PUT", f"/v2/campaigns/{CAMPAIGN}/offers/stocks", {"skus": [{"sku": "КР-2/2", "items": [{"count": 1}]}]})
    stage.order("PUT", "/cabinet", json={"campaigns": {str(CAMPAIGN): "AVAILABLE"}, "is_locked": True})
    stage.say("POST", f"{OFFERS}/offer-mappings/update", {"offerMappings": [{"offer": offer("НОВ-5")}]})
    stage.say("POST", f"{OFFERS}/offer-prices/updates", {"offers": [{"offerId": "КР-1/2", "price": {"value": 1, "currencyId": "RUR"}}]})
    stage.order("PUT", "/cabinet", json={"is_locked": False})
