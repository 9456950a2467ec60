"""A product as Ozon shows it."""

from datetime import datetime
from typing import Any

from deployments.world.ozon.asking import roubles, stamp
from deployments.world.ozon.books import Card


def on_sale(card: Card, now: datetime) -> bool:
    """Buyers see it and can buy it."""
    return card.is_sellable(now) and card.free_pcs > 0


def brief(card: Card, now: datetime) -> dict[str, Any]:
    """In the list of all goods; a product has no SKU until it is ready."""
    return {
        "product_id": card.product_id,
        "offer_id": card.offer_id,
        "sku": card.sku if card.is_ready(now) else 0,
        "has_fbo_stocks": False,
        "has_fbs_stocks": any(shelf.present_pcs for shelf in card.shelves.values()),
        "archived": card.is_archived,
        "is_discounted": False,
        "quants": [],
    }


def full(card: Card, now: datetime) -> dict[str, Any]:
    """With all that is known of it."""
    content, prices, is_ready = card.content, card.prices, card.is_ready(now)
    sku = card.sku if is_ready else 0
    present, reserved = sum(shelf.present_pcs for shelf in card.shelves.values()), sum(one.reserved_pcs for one in card.shelves.values())
    competitors = {"minimal_price": "", "minimal_price_currency": "", "price_index_value": 0}
    return {
        "availabilities": [],
        "barcodes": [content.barcode] if content.barcode else [],
        "color_image": [content.color_image] if content.color_image else [],
        "commissions": [{"delivery_amount": 60, "percent": 12, "return_amount": 40, "sale_schema": "FBS", "value": 0}],
        "created_at": stamp(card.created_at),
        "currency_code": "RUB",
        "description_category_id": content.description_category_id,
        "discounted_fbo_stocks": 0,
        "errors": [],
        "has_discounted_fbo_item": False,
        "id": card.product_id,
        "images": list(content.images[1:]),
        "is_archived": card.is_archived,
        "is_autoarchived": False,
        "is_discounted": False,
        "is_kgt": card.is_kgt,
        "is_prepayment_allowed": True,
        "is_super": False,
        "min_price": roubles(prices.min_price_kopecks) if prices.min_price_kopecks else "",
        "model_info": {"count": 1, "model_id": card.product_id},
        "name": content.name,
        "offer_id": card.offer_id,
        "old_price": roubles(prices.old_price_kopecks) if prices.old_price_kopecks else "",
        "price": roubles(prices.price_kopecks) if prices.price_kopecks else "",
        "price_indexes": {
            "color_index": "COLOR_INDEX_WITHOUT_INDEX",
            "external_index_data": competitors,
            "ozon_index_data": competitors,
            "self_marketplaces_index_data": competitors,
        },
        "primary_image": list(content.images[:1]),
        "promotions": [],
        "sku": sku,
        "sources": [_source(card)] if is_ready else [],
        "statuses": _statuses(card, now),
        "stocks": {
            "has_stock": present > 0,
            "stocks": [{"present": present, "reserved": reserved, "sku": sku, "source": "fbs"}] if card.shelves else [],
        },
        "type_id": content.type_id,
        "updated_at": stamp(card.updated_at),
        "vat": content.vat,
        "visibility_details": {"has_price": prices.price_kopecks > 0, "has_stock": card.free_pcs > 0},
        "volume_weight": volume_weight(card),
    }


def volume_weight(card: Card) -> float:
    """Volume in litres over five: what the carrier bills by."""
    content = card.content
    return round(content.depth_mm * content.width_mm * content.height_mm / 5_000_000, 1)


def _source(card: Card) -> dict[str, Any]:
    return {
        "created_at": stamp(card.ready_at),
        "quant_code": "",
        "shipment_type": "SHIPMENT_TYPE_GENERAL",
        "sku": card.sku,
        "source": "SDS",
    }


def _statuses(card: Card, now: datetime) -> dict[str, Any]:
    is_ready = card.is_ready(now)
    name = "На модерации"
    if is_ready:
        name = "В архиве" if card.is_archived else "Продается" if on_sale(card, now) else "Готов к продаже"
    return {
        "is_created": is_ready,
        "moderate_status": "approved" if is_ready else "",
        "status": "price_sent" if is_ready else "imported",
        "status_description": "",
        "status_failed": "",
        "status_name": name,
        "status_tooltip": "",
        "status_updated_at": stamp(card.ready_at if is_ready else card.created_at),
        "validation_status": "success" if is_ready else "pending",
    }
