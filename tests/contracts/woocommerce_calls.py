"""Everything the world's site can be asked, in WooCommerce's own words and by hand: good calls, and those that it refuses."""

from typing import Any

from tests.contracts.stage import Stage

REST = "/wp-json/wc/v3"
PRODUCTS = f"{REST}/products"
GOODS = [{"sku": f"КР-{number}/2", "name": f"Фонарь {number}", "price": "1990.00", "pcs": {"": number % 7}} for number in range(1, 131)]
SHELVES: list[dict[str, Any]] = [
    {"sku": "FREE", "pcs": None},
    {"sku": "P", "variations": [{"sku": "P-1", "pcs": 1}, {"sku": "P-2", "is_managed_by_parent": True}]},
    {"sku": "T", "variations": [{"sku": "ТР-109-1,5-ЗЕЛ", "pcs": 1}]},
]
VARIANTS = ("P-1", "P-2", "ТР-109-1,5-ЗЕЛ")


def play(stage: Stage) -> None:
    """Call everything."""
    stage.order("POST", "/goods", json=GOODS)
    stage.order("POST", "/products", json=SHELVES)
    _products(stage)
    _orders(stage)
    _written_orders(stage)
    _webhooks(stage)
    _settings(stage)
    _refusals(stage)


def product(sku: str, **told: Any) -> dict[str, Any]:
    """A product as it is created."""
    return {
        "type": "simple",
        "sku": sku,
        "name": f"Фонарь {sku}",
        "description": "Светит далеко.",
        "regular_price": "1490.00",
        "sale_price": "1290.00",
        "manage_stock": True,
        "stock_quantity": 0,
        "weight": "0.35",
        "dimensions": {"length": "10", "width": "9", "height": "11"},
        "images": [{"src": "https://shop.example/1.jpg"}],
        **told,
    }


def found(stage: Stage, sku: str) -> dict[str, Any]:
    """The goods of this code."""
    goods: dict[str, Any] = stage.say("GET", PRODUCTS, query=[("sku", sku), ("per_page", "10")])[0]
    return goods


def _products(stage: Stage) -> None:
    for page in ("1", "2"):
        stage.say("GET", PRODUCTS, query=[("per_page", "100"), ("page", page), ("search_sku", "КР"), ("orderby", "id"), ("order", "asc")])
    simple, shared = found(stage, "КР-1/2"), found(stage, "P")
    stage.say("GET", f"{PRODUCTS}/{simple['id']}")
    stage.say("GET", f"{PRODUCTS}/999999")
    stage.say("POST", PRODUCTS, product("НОВ-1"))
    stage.say("POST", PRODUCTS, product("НОВ-1"))
    options = {"name": "Цвет", "visible": True, "variation": True, "options": ["красный", "синий"]}
    group = stage.say("POST", PRODUCTS, {"type": "variable", "sku": "ГР", "name": "Фонари", "attributes": [options]})
    stage.say("PUT", f"{PRODUCTS}/{group['id']}", {"attributes": [{**options, "options": ["красный", "синий", "белый"]}]})
    stage.say("PUT", f"{PRODUCTS}/999999", {"name": "Нет такого"})
    changed = [{"id": simple["id"], "manage_stock": True, "stock_quantity": 3}, {"id": 999_999, "stock_quantity": 1}]
    stage.say("POST", f"{PRODUCTS}/batch", {"create": [product("НОВ-2")], "update": changed})
    stage.say("POST", f"{PRODUCTS}/batch", {"update": [{"id": simple["id"], "regular_price": "1990.00", "sale_price": ""}]})
    stage.say("POST", f"{PRODUCTS}/batch", {"update": [{"id": simple["id"], "stock_quantity": 1.5}]})
    red = {"sku": "ГР-К", "regular_price": "990.00", "attributes": [{"name": "Цвет", "option": "красный"}]}
    stage.say("POST", f"{PRODUCTS}/{group['id']}/variations/batch", {"create": [red]})
    inner = found(stage, "P-1")
    update = {"update": [{"id": inner["id"], "manage_stock": True, "stock_quantity": 7}]}
    stage.say("POST", f"{PRODUCTS}/{shared['id']}/variations/batch", update)
    for sku in VARIANTS:
        found(stage, sku)


def _orders(stage: Stage) -> None:
    bought = [stage.order("POST", "/orders", json={"sku": f"КР-{number}/2", "pcs": 1})["order_ref"] for number in (9, 10, 11)]
    buyer = {"first_name": "Анна", "phone": "+79990000000", "email": "anna@shop.example"}
    stage.order("POST", "/orders", json={"sku": "P-1", "pcs": 2, "buyer": buyer, "status": "pending"})
    stage.order("DELETE", f"/orders/{bought[0]}")
    stage.say("GET", f"{REST}/orders", query=[("per_page", "2")])
    since = [("modified_after", "2026-01-01T00:00:00"), ("dates_are_gmt", "true"), ("orderby", "modified"), ("order", "asc")]
    stage.say("GET", f"{REST}/orders", query=[("status", "any"), *since, ("per_page", "100"), ("page", "1")])
    stage.say("GET", f"{REST}/orders", query=[("status", "trash"), *since])


def _written_orders(stage: Stage) -> None:
    line = {"product_id": found(stage, "КР-12/2")["id"], "quantity": 2}
    kept = [{"key": "_utyug_reservation", "value": "r-1"}]
    made = stage.say(
        "POST", f"{REST}/orders", {"status": "processing", "line_items": [line], "meta_data": kept, "billing": {"city": "Москва"}}
    )
    stage.say("POST", f"{REST}/orders", {"set_paid": True, "line_items": [{"product_id": 999_999, "quantity": 1}]})
    home = f"{REST}/orders/{made['id']}"
    stage.order("DELETE", f"/orders/{made['id']}/lines", json={"sku": "КР-12/2", "pcs": 1, "how": "refund"})
    piece = {"id": made["line_items"][0]["id"], "quantity": 1, "refund_total": 19.9}
    stage.say("POST", f"{home}/refunds", {"amount": "19.90", "line_items": [piece]})
    stage.say("POST", f"{home}/refunds", {"amount": "99999.00", "line_items": [piece], "api_refund": False})
    stage.say(
        "POST", f"{home}/refunds", {"amount": "19.90", "reason": "Брак", "line_items": [piece], "api_refund": False, "api_restock": True}
    )
    stage.say("POST", f"{REST}/orders/999999/refunds", {"amount": "1.00", "api_refund": False})
    stage.say("POST", f"{home}/notes", {"note": "Отправление 777-1", "customer_note": True})
    stage.say("POST", f"{home}/notes", {"customer_note": True})
    stage.say("GET", f"{home}/notes", query=[("type", "customer")])
    for path in (home, f"{home}/refunds", f"{home}/notes", f"{REST}/orders/999999"):
        stage.say("GET", path)
    stage.say("PUT", home, {"status": "cancelled", "meta_data": [{"key": "_hub_id", "value": "7"}]})
    stage.say("DELETE", home)


def _webhooks(stage: Stage) -> None:
    hooks = f"{REST}/webhooks"
    said = {"name": "Утюг", "topic": "order.created", "delivery_url": "http://127.0.0.1:9/hears", "secret": "тайна", "status": "paused"}
    number = stage.say("POST", hooks, said)["id"]
    stage.say("POST", hooks, {**said, "topic": "order.eaten"})
    stage.say("GET", hooks, query=[("status", "paused"), ("per_page", "10")])
    stage.say("GET", f"{hooks}/{number}")
    stage.say("PUT", f"{hooks}/{number}", {"status": "active"})
    stage.say("DELETE", f"{hooks}/{number}")
    stage.say("GET", f"{hooks}/999999")


def _settings(stage: Stage) -> None:
    for group in ("general", "products", "nothing"):
        stage.say("GET", f"{REST}/settings/{group}")


def _refusals(stage: Stage) -> None:
    stage.say("GET", PRODUCTS, query=[("per_page", "101")])
    stage.say("GET", f"{REST}/orders", query=[("per_page", "101")])
    stage.say("POST", f"{PRODUCTS}/batch", {"update": [{"id": 1}] * 101})
