"""Goods and orders as WooCommerce 10.0.2 shows them; the shape of an answer is that of the recorded samples."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from deployments.world.woocommerce.books import Books, Goods, kopecks
from deployments.world.woocommerce.hook_books import TOPICS, Webhook
from deployments.world.woocommerce.order_books import Line, Order, Refund, Refunded, Remark

ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€"}
NO_SUM = "0.00"


def as_product(goods: Goods, books: Books, api: str, *, is_edited: bool = False) -> dict[str, Any]:
    """Goods as the products' controller shows them, variations found by SKU too; after an edit there are two fields more."""
    home = api.partition("/wp-json")[0]
    slug = _slug(goods.name)
    edited = {"permalink_template": f"{home}/product/%pagename%/", "generated_slug": goods.name.lower()} if is_edited else {}
    return {
        **_common(goods, books),
        "slug": slug,
        "permalink": f"{home}/product/{slug}/",
        "featured": False,
        "catalog_visibility": "visible",
        "short_description": goods.short_description,
        "total_sales": goods.total_sales,
        "external_url": "",
        "button_text": "",
        "tax_class": "",
        "sold_individually": False,
        "shipping_required": True,
        "shipping_taxable": True,
        "reviews_allowed": True,
        "average_rating": "0.00",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "purchase_note": "",
        "categories": [{"id": number, "name": f"Категория {number}", "slug": f"category-{number}"} for number in goods.categories],
        "brands": [],
        "tags": [],
        "images": list(goods.images),
        "attributes": [_attribute(one) for one in goods.attributes],
        "default_attributes": [],
        "variations": list(goods.children),
        "grouped_products": [],
        "price_html": f"<span>{_price(goods, books)}</span>",
        "related_ids": [],
        "has_options": bool(goods.children),
        "post_password": "",
        "_links": {"self": [{"href": f"{api}/products/{goods.goods_id}"}], "collection": [{"href": f"{api}/products"}]},
        **edited,
    }


def as_variation(goods: Goods, books: Books, api: str) -> dict[str, Any]:
    """Goods as the variations' controller shows them."""
    parent = f"{api}/products/{goods.parent_id}"
    return {
        **_common(goods, books),
        "permalink": f"{api.partition('/wp-json')[0]}/product/{goods.parent_id}/?variation={goods.goods_id}",
        "tax_class": "parent",
        "image": goods.images[0] if goods.images else None,
        "attributes": [_attribute(one) for one in goods.attributes],
        "_links": {
            "self": [{"href": f"{parent}/variations/{goods.goods_id}"}],
            "collection": [{"href": f"{parent}/variations"}],
            "up": [{"href": parent}],
        },
    }


def as_order(order: Order, books: Books, api: str) -> dict[str, Any]:
    """An order as the orders' controller shows it."""
    total = sum(line.total_kopecks for line in order.lines)
    home = api.partition("/wp-json")[0]
    currency = books.settings["general"]["woocommerce_currency"]
    no_sums = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total_tax")
    texts = ("payment_method", "payment_method_title", "transaction_id", "customer_ip_address", "customer_user_agent", "cart_hash")
    dates = {"created": order.created_at, "modified": order.modified_at, "paid": order.paid_at, "completed": order.completed_at}
    return {
        "id": order.order_id,
        "parent_id": 0,
        "number": str(order.order_id),
        "status": order.status,
        "currency": currency,
        "currency_symbol": SYMBOLS.get(currency, currency),
        "version": "10.0.2",
        "prices_include_tax": False,
        **{f"date_{name}{zone}": _stamp(at) if at else None for name, at in dates.items() for zone in ("", "_gmt")},
        **dict.fromkeys(no_sums, NO_SUM),
        **dict.fromkeys(texts, ""),
        "total": _roubles(total),
        "customer_id": 0,
        "order_key": f"wc_order_{order.order_id:013}",
        "billing": {name: order.billing.get(name, "") for name in (*ADDRESS, "email", "phone")},
        "shipping": dict.fromkeys((*ADDRESS, "phone"), ""),
        "created_via": order.created_via,
        "customer_note": order.note,
        "meta_data": list(order.meta_data),
        "line_items": [_line(line) for line in order.lines],
        **{f"{kind}_lines": [] for kind in ("tax", "shipping", "fee", "coupon")},
        "refunds": [{"id": one.refund_id, "reason": one.reason, "total": f"-{_roubles(one.kopecks)}"} for one in order.refunds],
        "payment_url": f"{home}/checkout/order-pay/{order.order_id}/?pay_for_order=true",
        "is_editable": order.status in ("pending", "on-hold"),
        "needs_payment": order.status in ("pending", "failed") and total > 0,
        "needs_processing": bool(order.lines),
        "_links": {"self": [{"href": f"{api}/orders/{order.order_id}"}], "collection": [{"href": f"{api}/orders"}]},
    }


def as_refund(refund: Refund, order: Order, api: str) -> dict[str, Any]:
    """A refund as the refunds' controller shows it."""
    home = f"{api}/orders/{order.order_id}"
    return {
        "id": refund.refund_id,
        "date_created": _stamp(refund.at),
        "date_created_gmt": _stamp(refund.at),
        "amount": _roubles(refund.kopecks),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": list(refund.meta_data),
        "line_items": [_refunded(part, refund.refund_id + number) for number, part in enumerate(refund.parts)],
        **{f"{kind}_lines": [] for kind in ("shipping", "tax", "fee")},
        "_links": {
            "self": [{"href": f"{home}/refunds/{refund.refund_id}"}],
            "collection": [{"href": f"{home}/refunds"}],
            "up": [{"href": home}],
        },
    }


def as_remark(remark: Remark, order: Order, api: str) -> dict[str, Any]:
    """A remark as the notes' controller shows it."""
    home = f"{api}/orders/{order.order_id}"
    return {
        "id": remark.remark_id,
        "author": "system",
        "date_created": _stamp(remark.at),
        "date_created_gmt": _stamp(remark.at),
        "note": remark.words,
        "customer_note": remark.is_for_buyer,
        "_links": {
            "self": [{"href": f"{home}/notes/{remark.remark_id}"}],
            "collection": [{"href": f"{home}/notes"}],
            "up": [{"href": home}],
        },
    }


def _refunded(part: Refunded, line_id: int) -> dict[str, Any]:
    sums = dict.fromkeys(("subtotal", "total"), f"-{_roubles(part.kopecks)}")
    of_line = {"id": line_id, "key": "_refunded_item_id", "value": str(part.line.line_id), "display_key": "_refunded_item_id"}
    meta = [{**of_line, "display_value": of_line["value"]}]
    return {**_line(part.line), "id": line_id, **sums, "quantity": -part.pcs, "meta_data": meta}


def as_webhook(hook: Webhook, api: str) -> dict[str, Any]:
    """A webhook as its controller shows it, without its secret."""
    resource, _, event = hook.topic.partition(".")
    dates = {"created": hook.created_at, "modified": hook.modified_at}
    return {
        "id": hook.webhook_id,
        "name": hook.name,
        "status": hook.status,
        "topic": hook.topic,
        "resource": resource,
        "event": event,
        "hooks": TOPICS[hook.topic],
        "delivery_url": hook.delivery_url,
        **{f"date_{name}{zone}": _stamp(at) for name, at in dates.items() for zone in ("", "_gmt")},
        "_links": {"self": [{"href": f"{api}/webhooks/{hook.webhook_id}"}], "collection": [{"href": f"{api}/webhooks"}]},
    }


def _line(line: Line) -> dict[str, Any]:
    reduced = {"key": "_reduced_stock", "value": str(line.reduced_pcs), "display_key": "_reduced_stock"}
    whole, fraction = divmod(line.total_kopecks, 100 * line.pcs)
    return {
        "id": line.line_id,
        "name": line.name,
        "product_id": line.parent_id or line.goods_id,
        "variation_id": line.goods_id if line.parent_id else 0,
        "quantity": line.pcs,
        "tax_class": "",
        "subtotal": _roubles(line.total_kopecks),
        "subtotal_tax": NO_SUM,
        "total": _roubles(line.total_kopecks),
        "total_tax": NO_SUM,
        "taxes": [],
        "meta_data": [{"id": line.line_id, **reduced, "display_value": str(line.reduced_pcs)}] if line.reduced_pcs else [],
        "sku": line.sku,
        "price": line.total_kopecks / line.pcs / 100 if fraction else whole,
        "image": {"id": "", "src": ""},
        "parent_name": None,
    }


def _common(goods: Goods, books: Books) -> dict[str, Any]:
    pcs = books.shown_pcs(goods)
    price = _price(goods, books)
    return {
        "id": goods.goods_id,
        "type": goods.type,
        "name": ", ".join(one["option"] for one in goods.attributes) or goods.name if goods.parent_id else goods.name,
        "status": goods.status,
        "sku": goods.sku,
        "parent_id": goods.parent_id,
        "date_created": _stamp(goods.created_at),
        "date_created_gmt": _stamp(goods.created_at),
        "date_modified": _stamp(goods.modified_at),
        "date_modified_gmt": _stamp(goods.modified_at),
        "description": goods.description,
        "global_unique_id": "",
        "price": price,
        "regular_price": "" if goods.type == "variable" else goods.regular_price,
        "sale_price": goods.sale_price,
        "date_on_sale_from": None,
        "date_on_sale_from_gmt": None,
        "date_on_sale_to": None,
        "date_on_sale_to_gmt": None,
        "on_sale": goods.is_on_sale,
        "purchasable": bool(price),
        "virtual": False,
        "downloadable": False,
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
        "tax_status": "taxable",
        "manage_stock": goods.manage_stock,
        "stock_quantity": pcs,
        "stock_status": "instock" if pcs is None or pcs > 0 else "outofstock",
        "backorders": "no",
        "backorders_allowed": False,
        "backordered": False,
        "low_stock_amount": None,
        "weight": goods.weight,
        "dimensions": {side: goods.dimensions.get(side, "") for side in ("length", "width", "height")},
        "shipping_class": "",
        "shipping_class_id": 0,
        "menu_order": 0,
        "meta_data": list(goods.meta_data),
    }


def _price(goods: Goods, books: Books) -> str:
    """A variable product asks what its cheapest variation asks."""
    asked = [child.price for child in books.variations(goods) if child.price] if goods.type == "variable" else [goods.price]
    return min(asked, key=lambda price: kopecks(price) or 0, default="")


def _attribute(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": told["id"],
        "name": told["name"],
        "slug": _slug(told["name"]),
        **{k: v for k, v in told.items() if k not in ("id", "name")},
    }


def _slug(name: str) -> str:
    return quote(name.lower().replace(" ", "-"), safe="-").lower()


def _roubles(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02}"


def _stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S")
