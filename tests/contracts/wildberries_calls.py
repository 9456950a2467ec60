"""Everything the world's Wildberries can be asked, in Wildberries' own words and by hand: good calls, and those that it refuses."""

from datetime import timedelta
from typing import Any

from deployments.world.clock import WorldClock
from deployments.world.wildberries.make import WAREHOUSE_ID
from deployments.world.wildberries.subjects import ANY_SUBJECT_ID
from deployments.world.wildberries.tokens import make_token
from tests.contracts.stage import Stage

COMMON, CONTENT, PRICES, MARKETPLACE, ANALYTICS = (
    f"https://{service}-api.wildberries.ru" for service in ("common", "content", "discounts-prices", "marketplace", "seller-analytics")
)
CARDS = f"{CONTENT}/content/v2"
STOCKS = f"{MARKETPLACE}/api/v3/stocks/{WAREHOUSE_ID}"
GOODS = [
    {"sku": f"КР-{number}/2", "name": f"Фонарь {number}", "price": "1990", "pcs": {str(WAREHOUSE_ID): number % 7}}
    for number in range(1, 131)
]


def token(clock: WorldClock, **told: Any) -> str:
    """A token good for half a year."""
    return make_token(expires_at=clock.now() + timedelta(days=180), **told)


def play(stage: Stage) -> None:
    """Call everything."""
    nm_ids = stage.order("POST", "/goods", json=GOODS)
    for service in (COMMON, CONTENT, PRICES, MARKETPLACE):
        stage.say("GET", f"{service}/ping")
    stage.say("GET", f"{COMMON}/api/v1/seller-info")
    _directories(stage)
    _cards(stage, nm_ids)
    _prices(stage, nm_ids)
    _stock(stage)
    _orders(stage)
    _refusals(stage, nm_ids)


def variant(sku: str, **told: Any) -> dict[str, Any]:
    """A card's variant, as it is uploaded."""
    return {
        "vendorCode": sku,
        "title": f"Фонарь {sku}",
        "description": "Светит далеко.",
        "brand": "Утюг и Ко",
        "dimensions": {"length": 10, "width": 8, "height": 5, "weightBrutto": 0.3},
        "characteristics": [],
        "sizes": [{"price": 990, "skus": []}],
        **told,
    }


def _directories(stage: Stage) -> None:
    stage.say("GET", f"{CARDS}/object/parent/all", query=[("locale", "ru")])
    stage.say("GET", f"{CARDS}/object/all", query=[("name", "о"), ("limit", "5"), ("offset", "1"), ("locale", "ru")])
    stage.say("GET", f"{CARDS}/object/charcs/{ANY_SUBJECT_ID}")
    stage.say("GET", f"{CARDS}/object/charcs/7")
    for directory in ("colors", "kinds", "countries", "seasons", "vat"):
        stage.say("GET", f"{CARDS}/directory/{directory}", query=[("locale", "ru")])


def _cards(stage: Stage, nm_ids: list[int]) -> None:
    def listed(**cursor: Any) -> Any:
        settings = {"sort": {"ascending": True}, "filter": {"withPhoto": -1}, "cursor": {"limit": 100, **cursor}}
        return stage.say("POST", f"{CARDS}/get/cards/list", {"settings": settings})

    stage.say("POST", f"{CARDS}/barcodes", {"count": 3})
    stage.say("POST", f"{CARDS}/cards/upload", [{"subjectID": ANY_SUBJECT_ID, "variants": [variant("НОВ-1"), variant("НОВ-2")]}])
    stage.say("POST", f"{CARDS}/cards/upload", [{"subjectID": ANY_SUBJECT_ID, "variants": [variant("КР-1/2")]}])
    stage.say("POST", f"{CARDS}/cards/upload", [{"subjectID": 7, "variants": [variant("НОВ-3")]}])
    cursor = listed()["cursor"]
    card = listed(updatedAt=cursor["updatedAt"], nmID=cursor["nmID"])["cards"][0]
    found = stage.say("POST", f"{CARDS}/get/cards/list", {"settings": {"filter": {"textSearch": "КР-2/2", "withPhoto": -1}}})
    card = found["cards"][0]
    stage.say("POST", f"{CARDS}/cards/upload/add", {"imtID": card["imtID"], "cardsToAdd": [variant("НОВ-4")]})
    sizes = [{"chrtID": one["chrtID"], "techSize": one["techSize"], "wbSize": one["wbSize"], "skus": one["skus"]} for one in card["sizes"]]
    kept = {"nmID": card["nmID"], "vendorCode": card["vendorCode"], "title": "Фонарь новый", "sizes": sizes, "characteristics": []}
    stage.say("POST", f"{CARDS}/cards/update", [kept])
    stage.say("POST", f"{CARDS}/cards/update", [{**kept, "nmID": 1}])
    stage.say("POST", f"{CONTENT}/content/v3/media/save", {"nmId": nm_ids[0], "data": ["https://shop.example/1.jpg"]})
    page = stage.say("POST", f"{CARDS}/cards/error/list", {"cursor": {"limit": 1}, "order": {"ascending": True}})
    if page["data"]["cursor"]["next"]:
        told = {"limit": 100, "updatedAt": page["data"]["cursor"]["updatedAt"], "batchUUID": page["data"]["cursor"]["batchUUID"]}
        stage.say("POST", f"{CARDS}/cards/error/list", {"cursor": told, "order": {"ascending": True}})


def _prices(stage: Stage, nm_ids: list[int]) -> None:
    def sent(*rows: dict[str, int]) -> Any:
        return stage.say("POST", f"{PRICES}/api/v2/upload/task", {"data": list(rows)})

    uploads = [sent({"nmID": nm_ids[0], "price": 1490, "discount": 5}), sent({"nmID": nm_ids[0], "price": 1490, "discount": 5})]
    uploads.append(sent({"nmID": nm_ids[1], "price": 100, "discount": 0}, {"nmID": nm_ids[2], "price": 1500}))
    sent({"nmID": 1, "price": 1490})
    sent({"nmID": nm_ids[3], "price": 1990, "discount": 0})
    sent({"nmID": nm_ids[3], "price": 1}, {"nmID": nm_ids[3], "price": 2})
    for upload in uploads:
        upload_id = [("uploadID", str(upload["data"]["id"]))] if upload.get("data") else [("uploadID", "1")]
        for kind in ("history", "buffer"):
            stage.say("GET", f"{PRICES}/api/v2/{kind}/tasks", query=upload_id)
            stage.say("GET", f"{PRICES}/api/v2/{kind}/goods/task", query=[*upload_id, ("limit", "1000"), ("offset", "0")])
    stage.say("GET", f"{PRICES}/api/v2/list/goods/filter", query=[("limit", "1000"), ("offset", "0")])
    stage.say("GET", f"{PRICES}/api/v2/list/goods/filter", query=[("limit", "10"), ("filterNmID", str(nm_ids[0]))])
    stage.say("POST", f"{PRICES}/api/v2/list/goods/filter", {"nmList": nm_ids[:100]})
    stage.say("GET", f"{PRICES}/api/v2/quarantine/goods", query=[("limit", "1000"), ("offset", "0")])


def _stock(stage: Stage) -> None:
    stage.say("GET", f"{MARKETPLACE}/api/v3/warehouses")
    chrts = [
        card["sizes"][0]["chrtID"]
        for card in stage.say("POST", f"{CARDS}/get/cards/list", {"settings": {"filter": {"withPhoto": -1}, "cursor": {"limit": 20}}})[
            "cards"
        ]
    ]
    stage.say("PUT", STOCKS, {"stocks": [{"chrtId": chrt_id, "amount": number} for number, chrt_id in enumerate(chrts[:6])]})
    stage.say("POST", STOCKS, {"chrtIds": chrts})
    stage.say("DELETE", STOCKS, {"chrtIds": chrts[:1]})
    stage.say("PUT", STOCKS, {"stocks": [{"chrtId": chrts[0], "amount": 1}, {"chrtId": 1, "amount": 1}]})
    stage.say("PUT", f"{MARKETPLACE}/api/v3/stocks/7", {"stocks": [{"chrtId": chrts[0], "amount": 1}]})
    stage.order("PUT", f"/warehouses/{WAREHOUSE_ID}", json={"is_processing": True})
    stage.say("PUT", STOCKS, {"stocks": [{"chrtId": chrts[0], "amount": 1}]})
    stage.say("GET", f"{MARKETPLACE}/api/v3/warehouses")
    stage.order("PUT", f"/warehouses/{WAREHOUSE_ID}", json={"is_processing": False, "is_blocked": True})
    stage.say("PUT", STOCKS, {"stocks": [{"chrtId": chrts[0], "amount": 1}]})
    stage.order("PUT", f"/warehouses/{WAREHOUSE_ID}", json={"is_blocked": False})
    stage.order("PUT", "/ban", params={"is_banned": True})
    stage.say("PUT", STOCKS, {"stocks": [{"chrtId": chrts[0], "amount": 1}]})
    stage.order("PUT", "/ban", params={"is_banned": False})


def _returns(stage: Stage, basket: dict[str, Any]) -> None:
    for task_id, where in zip(basket["task_ids"], ("coming", "received"), strict=False):
        stage.order("PUT", f"/orders/{basket['order_ref']}/tasks/{task_id}/return", json={"where": where})
    since, until = (f"{stage.clock.now() - timedelta(days=ago):%Y-%m-%d}" for ago in (20, 0))
    for days in ((since, until), ("2026-01-01", "2026-11-01"), (until, until), (until, since)):
        stage.say("GET", f"{ANALYTICS}/api/v1/analytics/goods-return", query=list(zip(("dateFrom", "dateTo"), days, strict=True)))


def _orders(stage: Stage) -> None:
    bought = [
        stage.order("POST", "/orders", json={"sku": f"КР-{number}/2", "pcs": 2, "buyer": {"comment": "Быстрее"}}) for number in (9, 10, 11)
    ]
    stage.order("DELETE", f"/orders/{bought[0]['order_ref']}")
    tasks = [task_id for one in bought for task_id in one["task_ids"]]
    stage.say("GET", f"{MARKETPLACE}/api/v3/orders/new")
    now = int(stage.clock.now().timestamp())
    span = [("dateFrom", str(now - 86400)), ("dateTo", str(now + 3600))]
    page = stage.say("GET", f"{MARKETPLACE}/api/v3/orders", query=[("limit", "2"), ("next", "0"), *span])
    stage.say("GET", f"{MARKETPLACE}/api/v3/orders", query=[("limit", "1000"), ("next", str(page["next"])), *span])
    stage.say(
        "GET",
        f"{MARKETPLACE}/api/v3/orders",
        query=[("limit", "1000"), ("next", "0"), ("dateFrom", str(now - 86400 * 60)), ("dateTo", str(now))],
    )
    stage.say("POST", f"{MARKETPLACE}/api/v3/orders/status", {"orders": [*tasks, 1]})
    _returns(stage, bought[1])
    _supplies(stage, tasks[2:4])
    for task_id in (tasks[-1], tasks[-1], 1):
        stage.say("PATCH", f"{MARKETPLACE}/api/v3/orders/{task_id}/cancel")
    stage.say("POST", f"{MARKETPLACE}/api/v3/orders/status", {"orders": tasks})


def _supplies(stage: Stage, tasks: list[int]) -> None:
    supplies, added = f"{MARKETPLACE}/api/v3/supplies", f"{MARKETPLACE}/api/marketplace/v3/supplies"
    refs = [stage.say("POST", supplies, {"name": f"Поставка {number}"})["id"] for number in range(2)]
    stage.say("GET", f"{supplies}/{refs[0]}")
    for ref, inside in ((refs[0], tasks), (refs[1], tasks[:1]), (refs[1], [1]), ("WB-GI-1", tasks)):
        stage.say("PATCH", f"{added}/{ref}/orders", {"orders": inside})
    stickers = [("type", "png"), ("width", "58"), ("height", "40")]
    for is_lacking in ("true", "false"):
        stage.order("PUT", f"/tasks/{tasks[1]}/declaration", params={"is_lacking": is_lacking})
        stage.say("POST", f"{MARKETPLACE}/api/v3/orders/stickers", {"orders": [*tasks, 1]}, query=stickers)
    stage.say("GET", f"{supplies}/{refs[0]}/barcode", query=[("type", "svg")])
    empty = stage.say("POST", supplies, {"name": "Пустая"})["id"]
    for ref in (refs[0], empty):
        stage.say("PATCH", f"{supplies}/{ref}/deliver")
    stage.say("GET", f"{supplies}/{refs[0]}/barcode", query=[("type", "png")])
    stage.order("PUT", f"/supplies/{refs[1]}/closed")
    stage.say("PATCH", f"{added}/{refs[1]}/orders", {"orders": tasks})
    for ref in (*refs, "WB-GI-1"):
        stage.say("GET", f"{supplies}/{ref}")
        stage.say("GET", f"{added}/{ref}/order-ids")
    first = stage.say("GET", supplies, query=[("limit", "1"), ("next", "0")])
    stage.say("GET", supplies, query=[("limit", "1000"), ("next", str(first["next"]))])


def _refusals(stage: Stage, nm_ids: list[int]) -> None:
    doors = [token(stage.clock, scopes=()), token(stage.clock, is_read_only=True), "чужой".encode().hex(), ""]
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"{COMMON}/api/v1/seller-info", None),
        ("POST", f"{CARDS}/get/cards/list", {"settings": {"cursor": {"limit": 1}}}),
        ("POST", f"{CARDS}/cards/upload", [{"subjectID": ANY_SUBJECT_ID, "variants": [variant("Я")]}]),
        ("POST", f"{PRICES}/api/v2/upload/task", {"data": [{"nmID": nm_ids[0], "price": 1490}]}),
        ("GET", f"{PRICES}/api/v2/list/goods/filter?limit=1", None),
        ("PUT", STOCKS, {"stocks": [{"chrtId": 1, "amount": 1}]}),
        ("GET", f"{MARKETPLACE}/api/v3/orders/new", None),
        ("GET", f"{MARKETPLACE}/api/v3/warehouses", None),
    ]
    for door in doors:
        for method, address, body in calls:
            stage.say(method, address, body, headers={"Authorization": door})
