"""Everything the world's Ozon can be asked, in Ozon's own words and by hand: good calls, and those that it refuses."""

from datetime import timedelta
from typing import Any

from deployments.world.ozon.make import BULKY, CLOSED, MAIN
from deployments.world.ozon.taxonomy import BRAND, HOUSEHOLD, MATERIAL, MODEL, TORCH
from tests.contracts.stage import Stage

GOODS = [
    {"sku": f"КР-{number}/2", "name": f"Фонарь {number}", "price": "1990.00", "pcs": {str(MAIN): number % 7}} for number in range(1, 131)
]


def play(stage: Stage) -> None:
    """Call everything."""
    stage.order("POST", "/goods", json=GOODS)
    _account(stage)
    _cards(stage)
    _prices(stage)
    _stock(stage)
    _orders(stage)
    _parting(stage)
    _refusals(stage)


def instant(stage: Stage, hours: float = 0) -> str:
    """As Ozon writes instants."""
    return (stage.clock.now() + timedelta(hours=hours)).isoformat(timespec="seconds").replace("+00:00", "Z")


def item(sku: str, **told: Any) -> dict[str, Any]:
    """A product as it is imported."""
    size = {"depth": 100, "width": 80, "height": 50, "dimension_unit": "mm", "weight": 300, "weight_unit": "g"}
    return {
        "offer_id": sku,
        "name": f"Фонарь {sku}",
        "description_category_id": HOUSEHOLD,
        "type_id": TORCH,
        "price": "990",
        "old_price": "1200",
        "vat": "0.2",
        "currency_code": "RUB",
        "barcode": "4600000000015",
        "images": ["https://shop.example/1.jpg"],
        "attributes": [
            {"id": BRAND, "complex_id": 0, "values": [{"value": "Нет бренда"}]},
            {"id": MODEL, "complex_id": 0, "values": [{"value": "Луч"}]},
            {"id": MATERIAL, "complex_id": 0, "values": [{"value": "Пластик"}]},
        ],
        **size,
        **told,
    }


def _account(stage: Stage) -> None:
    for path in ("/v1/roles", "/v1/seller/info", "/v4/product/info/limit"):
        stage.say("POST", path, {})
    tree = {"language": "RU"}
    stage.say("POST", "/v1/description-category/tree", tree)
    kind = {"description_category_id": HOUSEHOLD, "type_id": TORCH, "language": "DEFAULT"}
    stage.say("POST", "/v1/description-category/attribute", kind)
    stage.say("POST", "/v1/description-category/attribute/values", {**kind, "attribute_id": BRAND, "limit": 5, "last_value_id": 0})
    stage.say("POST", "/v2/warehouse/list", {"limit": 200})
    for warehouse_id in (str(MAIN), MAIN):
        stage.say("POST", "/v2/warehouse/list", {"limit": 1, "cursor": "", "warehouse_ids": [warehouse_id]})


def _cards(stage: Stage) -> None:
    task = stage.say("POST", "/v3/product/import", {"items": [item("НОВ-1"), item("НОВ-2", type_id=1), item("КР-1/2")]})
    stage.say("POST", "/v1/product/import/info", {"task_id": task["result"]["task_id"]})
    stage.order("PUT", "/archived", json={"КР-3/2": True})
    stage.say("POST", "/v1/product/import/info", {"task_id": str(task["result"]["task_id"])})
    listed = stage.say("POST", "/v3/product/list", {"filter": {"visibility": "ALL"}, "last_id": "", "limit": 100})
    stage.say("POST", "/v3/product/list", {"filter": {"offer_id": ["КР-1/2"]}, "last_id": listed["result"]["last_id"], "limit": 100})
    ids = [str(one["product_id"]) for one in listed["result"]["items"][:3]]
    stage.say("POST", "/v3/product/list", {"filter": {"product_id": ids, "visibility": "ARCHIVED"}, "limit": 10})
    stage.say("POST", "/v3/product/info/list", {"offer_id": ["КР-1/2", "НОВ-1", "НОВ-2", "НЕТ"]})
    stage.say("POST", "/v3/product/info/list", {"product_id": ids})
    stage.say("POST", "/v2/product/pictures/info", {"product_id": ids})


def _prices(stage: Stage) -> None:
    price = {"offer_id": "КР-1/2", "price": "1490", "old_price": "1990", "currency_code": "RUB", "vat": "0.2"}
    stage.say("POST", "/v1/product/import/prices", {"prices": [price, {"offer_id": "НЕТ", "price": "10"}, {**price, "price": "0"}]})
    page = stage.say("POST", "/v5/product/info/prices", {"filter": {"visibility": "ALL"}, "limit": 50, "cursor": ""})
    stage.say("POST", "/v5/product/info/prices", {"filter": {"offer_id": ["КР-1/2", "НЕТ"]}, "limit": 1000, "cursor": page["cursor"]})


def _stock(stage: Stage) -> None:
    def row(sku: str, pcs: int, warehouse_id: int = MAIN) -> dict[str, Any]:
        return {"offer_id": sku, "stock": pcs, "warehouse_id": warehouse_id}

    rows = [row("КР-1/2", 5), row("КР-2/2", 0), row("НЕТ", 1), row("КР-4/2", 1, 7), row("КР-4/2", 1, BULKY), row("КР-4/2", 1, CLOSED)]
    stage.say("POST", "/v2/products/stocks", {"stocks": rows})
    stage.say("POST", "/v2/products/stocks", {"stocks": [row("КР-1/2", 6)] * 2})
    by_sku = {"offer_id": [f"КР-{number}/2" for number in range(1, 60)], "limit": 20}
    page = stage.say("POST", "/v2/product/info/stocks-by-warehouse/fbs", by_sku)
    stage.say("POST", "/v2/product/info/stocks-by-warehouse/fbs", {**by_sku, "cursor": page["cursor"]})
    sku = stage.say("POST", "/v3/product/info/list", {"offer_id": ["КР-1/2"]})["items"][0]["sku"]
    stage.say("POST", "/v2/product/info/stocks-by-warehouse/fbs", {"sku": [str(sku)], "limit": 20})
    stage.say("POST", "/v1/product/info/warehouse/stocks", {"warehouse_id": MAIN, "limit": 100, "cursor": ""})
    page = stage.say("POST", "/v4/product/info/stocks", {"filter": {"visibility": "ALL"}, "limit": 100, "cursor": ""})
    stage.say("POST", "/v4/product/info/stocks", {"filter": {"offer_id": ["КР-1/2"]}, "limit": 100, "cursor": page["cursor"]})


def _orders(stage: Stage) -> None:
    bought = [stage.order("POST", "/orders", json={"sku": f"КР-{number}/2", "pcs": 1})["order_ref"] for number in (8, 9, 10)]
    late = {"sku": "КР-11/2", "pcs": 1, "buyer": {"is_legal": True, "is_paid": False}}
    unpaid = stage.order("POST", "/orders", json=late)["order_ref"]
    stage.order("DELETE", f"/orders/{bought[0]}")
    everything = {"analytics_data": True, "barcodes": True, "financial_data": True, "legal_info": True}
    span = {"since": instant(stage, -48), "to": instant(stage, 1)}
    page = {"filter": {**span, "statuses": []}, "limit": 2, "sort_dir": "ASC", "translit": False, "with": everything}
    first = stage.say("POST", "/v4/posting/fbs/list", page)
    stage.say("POST", "/v4/posting/fbs/list", {**page, "cursor": first["cursor"]})
    changed = {"from": instant(stage, -1), "to": instant(stage, 1)}
    stage.say("POST", "/v4/posting/fbs/list", {"filter": {**span, "last_changed_status_date": changed}, "limit": 100})
    for number in (MAIN, str(MAIN)):
        numbers = {"delivery_method_ids": [number], "provider_ids": [number], "warehouse_ids": [number]}
        direction = "asc" if number == MAIN else "DESC"
        stage.say("POST", "/v4/posting/fbs/list", {"filter": {**span, **numbers}, "limit": 1, "sort_dir": direction})
        stage.say("POST", "/v4/posting/fbs/unfulfilled/list", {"filter": numbers, "limit": 1, "sort_dir": direction})
    new = {"cutoff_from": instant(stage, -24), "cutoff_to": instant(stage, 24 * 30), "statuses": ["awaiting_packaging"]}
    stage.say("POST", "/v4/posting/fbs/unfulfilled/list", {"filter": new, "limit": 100, "with": everything})
    told = {**everything, "product_exemplars": True, "related_postings": True, "translit": True}
    for order_ref in (*bought, unpaid, "00000000-0000-9"):
        stage.say("POST", "/v3/posting/fbs/get", {"posting_number": order_ref, "with": told})
    returned = stage.order("POST", f"/orders/{bought[2]}/returns", json={"pcs": 1})
    stage.order("PUT", f"/returns/{returned}", params={"status": "ReceivedBySeller"})
    moved = {"time_from": instant(stage, -24), "time_to": instant(stage, 1)}
    stage.say("POST", "/v1/returns/list", {"filter": {"visual_status_change_moment": moved, "return_schema": "FBS"}, "limit": 500})
    stage.say("POST", "/v1/returns/list", {"filter": {"posting_numbers": bought}, "limit": 1, "last_id": returned})
    stage.say("POST", "/v1/posting/fbs/cancel-reason", {"related_posting_numbers": bought})
    for order_ref in (bought[1], bought[1], "00000000-0000-9"):
        reason = {"posting_number": order_ref, "cancel_reason_id": 352, "cancel_reason_message": "Товар закончился"}
        stage.say("POST", "/v2/posting/fbs/cancel", reason)


def _parting(stage: Stage) -> None:
    """Splits, packages and what is missing; a refusal of each."""
    stage.order("POST", "/goods", json=[{**GOODS[0], "sku": "ДЕЛ-1", "pcs": {str(MAIN): 99}}])
    sku = stage.say("POST", "/v3/product/info/list", {"offer_id": ["ДЕЛ-1"]})["items"][0]["sku"]
    numbers = [stage.order("POST", "/orders", json={"sku": "ДЕЛ-1", "pcs": 4})["order_ref"] for _ in range(3)]
    piece = {"products": [{"product_id": sku, "quantity": 1}]}
    reason = {"cancel_reason_id": 352, "cancel_reason_message": "Товар закончился"}
    for _ in range(2):
        whole = {"posting_number": numbers[0], "packages": [piece] * 4, "with": {"additional_data": True}}
        stage.say("POST", "/v4/posting/fbs/ship", whole)
    stage.say("POST", "/v4/posting/fbs/ship", {"posting_number": numbers[1], "packages": [piece]})
    stage.say("POST", "/v1/posting/fbs/split", {"posting_number": numbers[1], "postings": [piece, piece]})
    stage.say("POST", "/v4/posting/fbs/ship/package", {"posting_number": numbers[1], **piece})
    dropped = [{"sku": sku, "quantity": 1}]
    stage.say("POST", "/v2/posting/fbs/product/cancel", {"posting_number": numbers[2], "items": dropped, **reason})
    stage.say("POST", "/v2/posting/fbs/product/cancel", {"posting_number": numbers[2], "items": [{"sku": 1, "quantity": 1}], **reason})
    stage.say("POST", "/v3/posting/fbs/get", {"posting_number": numbers[1], "with": {"related_postings": True}})


def _refusals(stage: Stage) -> None:
    for headers in ({"Api-Key": "чужой".encode().hex()}, {"Client-Id": "0"}):
        stage.say("POST", "/v3/product/list", {"filter": {}, "limit": 1}, headers=headers)
    stage.say("POST", "/v1/product/import/info", {"task_id": 1})
    stage.say("POST", "/v2/products/stocks", {"stocks": []})
    stage.say("POST", "/v3/product/import", {"items": [item(f"МН-{number}") for number in range(101)]})
    stage.order("PUT", "/offer", params={"is_signed": False})
    stage.say("POST", "/v2/products/stocks", {"stocks": [{"offer_id": "КР-1/2", "stock": 1, "warehouse_id": MAIN}]})
    stage.order("PUT", "/offer", params={"is_signed": True})
