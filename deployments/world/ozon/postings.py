"""A posting as Ozon shows it: in the lists of v4 and, otherwise spelt, by itself in v3.

Trap: in ``financial_data`` the field ``product_id`` carries the SKU. A moment that has not come is null, as in the vendor's own examples;
what was not asked for is absent.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from deployments.world.ozon.asking import Asked, roubles, stamp
from deployments.world.ozon.posting_books import Posting
from deployments.world.ozon.shelves import Warehouse

REASONS = {
    352: ("Товар закончился на складе продавца", "seller"),
    400: ("Остался только бракованный товар", "seller"),
    401: ("Продавец отклонил арбитраж", "seller"),
    402: ("Другое (вина продавца)", "seller"),
    665: ("Покупатель не забрал заказ", "buyer"),
    666: ("Возврат из службы доставки: нет доставки в указанный регион", "buyer"),
    667: ("Заказ утерян службой доставки", "buyer"),
}
INITIATORS = {"": "", "seller": "Продавец", "client": "Клиент"}
SUBSTATUSES = {"cancelled": "posting_canceled", "awaiting_deliver": "posting_in_carriage", "delivering": "posting_on_way_to_city"} | {
    "delivered": "posting_delivered"
}
TO_ASSEMBLE = "awaiting_packaging"
ACTIONS = {
    TO_ASSEMBLE: ["cancel", "product_cancel", "ship", "ship_async"],
    "awaiting_deliver": ["cancel", "label_download", "label_download_small"],
}
ASSEMBLED_WITHIN = timedelta(days=1)
TPL = {"tpl_provider": "Доставка Ozon", "tpl_provider_id": 24}


class With(Asked):
    """What to add to an answer."""

    analytics_data: bool = False
    barcodes: bool = False
    financial_data: bool = False
    legal_info: bool = False
    product_exemplars: bool = False
    related_postings: bool = False
    translit: bool = False


def in_list(one: Posting, warehouse: Warehouse, asked: With) -> dict[str, Any]:
    """As the lists of v4 show it."""
    price = {"amount": roubles(one.price_kopecks), "currency": "RUB"}
    product = {"sku": one.sku, "offer_id": one.offer_id, "name": one.name, "quantity": one.pcs, "price": price}
    product |= {"imei": [], "is_blr_traceable": False, "is_marketplace_buyout": False, "product_color": "", "weight": 0.5}
    return {
        **_common(one, warehouse, asked),
        "delivery_schema": "fbs",
        "destination_place_id": 0,
        "destination_place_name": "",
        **_asked_for(asked.financial_data, financial_data={**_clusters(), "products": [{**_financial(one), **_modern(one)}]}),
        "is_click_and_collect": False,
        "is_presortable": False,
        "products": [product],
        "prr_option": "",
        "quantum_id": 0,
        "volume_weight": 0.1,
    }


def by_itself(one: Posting, warehouse: Warehouse, asked: With, parts: Sequence[str] = ()) -> dict[str, Any]:
    """As v3 shows one; ``parts`` were made of it."""
    sizes = {"height": "100.00", "length": "100.00", "weight": "500", "width": "100.00"}
    product = {"sku": one.sku, "offer_id": one.offer_id, "name": one.name, "quantity": one.pcs, "price": f"{roubles(one.price_kopecks)}00"}
    product |= {"currency_code": "RUB", "dimensions": sizes, "has_imei": False, "is_blr_traceable": False}
    product |= {"is_marketplace_buyout": False, "is_weight_needed": False, "weight_max": 0.5, "weight_min": 0}
    return {
        **_common(one, warehouse, asked),
        "additional_data": [],
        "delivery_price": "",
        **_asked_for(asked.financial_data, financial_data={**_clusters(), "products": [{**_financial(one), **_older(one)}]}),
        "previous_substatus": "posting_split_pending",
        **_asked_for(asked.product_exemplars, product_exemplars={"products": []}),
        "products": [product],
        "provider_status": "",
        "prr_option": {"code": "", "price": "", "currency_code": "RUB", "floor": ""},
        **_asked_for(asked.related_postings, related_postings={"related_posting_numbers": list(parts)}),
        "related_weight_postings": [],
    }


def _common(one: Posting, warehouse: Warehouse, asked: With) -> dict[str, Any]:
    shipped_by = one.created_at + ASSEMBLED_WITHIN
    named = {"warehouse": warehouse.name, "warehouse_id": warehouse.warehouse_id, **TPL}
    names = ("change_country", "country", "gtd", "imei", "jw_uin", "mandatory_mark", "rnpt", "weight")
    return {
        "posting_number": one.posting_number,
        "order_id": one.order_id,
        "order_number": one.order_number,
        "parent_posting_number": one.parent,
        "status": one.status,
        "substatus": _substatus(one),
        "in_process_at": stamp(one.in_process_at) if one.in_process_at else None,
        "shipment_date": stamp(shipped_by),
        "shipment_date_without_delay": stamp(shipped_by),
        "delivering_date": stamp(one.changed_at) if one.is_shipped else None,
        "tracking_number": "",
        "tpl_integration_type": "ozon",
        "integration_type_flow": "ozon",
        "delivery_method": {"id": warehouse.warehouse_id, "name": f"Доставка Ozon самостоятельно, {warehouse.name}", **named},
        **_asked_for(asked.barcodes, barcodes={"lower_barcode": str(one.order_id), "upper_barcode": f"%101%{one.order_id}"}),
        **_asked_for(asked.analytics_data, analytics_data=_analytics(one, named)),
        **_asked_for(asked.legal_info, legal_info={name: str(one.buyer.get(name, "")) for name in ("company_name", "inn", "kpp")}),
        "available_actions": _actions(one),
        "cancellation": _cancellation(one),
        "container_sort_type": "sort",
        "external_order": {"is_external": False, "platform_name": ""},
        "is_express": False,
        "is_multibox": False,
        "multi_box_qty": 1,
        "optional": {"products_with_possible_mandatory_mark": []},
        "require_blr_traceable_attrs": False,
        "requirements": {f"products_requiring_{name}": [] for name in names},
        "tariffication_steps": [],
    }


def _substatus(one: Posting) -> str:
    has_failed = one.has_failed and one.status == TO_ASSEMBLE
    return "ship_failed" if has_failed else SUBSTATUSES.get(one.status, "posting_created")


def _actions(one: Posting) -> list[str]:
    if one.status == TO_ASSEMBLE and one.assembles:
        return ["cancel", "ship_async_in_process"]
    return [*ACTIONS.get(one.status, []), *(["ship_async_retry"] if _substatus(one) == "ship_failed" else [])]


def _cancellation(one: Posting) -> dict[str, Any]:
    by = one.cancelled_by
    title = REASONS[one.cancel_reason_id][0] if one.cancel_reason_id in REASONS else "Покупатель отменил заказ" if by else ""
    return {
        "affect_cancellation_rating": by == "seller",
        "cancel_reason": title,
        "cancel_reason_id": one.cancel_reason_id,
        "cancellation_initiator": INITIATORS[by],
        "cancellation_type": by,
        "cancelled_after_ship": one.is_shipped and bool(by),
    }


def _analytics(one: Posting, named: dict[str, Any]) -> dict[str, Any]:
    return {
        **named,
        "city": "",
        "region": "",
        "delivery_date_begin": stamp(one.created_at + 2 * ASSEMBLED_WITHIN),
        "delivery_date_end": stamp(one.created_at + 3 * ASSEMBLED_WITHIN),
        "delivery_type": "PVZ",
        "is_legal": bool(one.buyer.get("is_legal", False)),
        "is_premium": False,
        "payment_type_group_name": "оплата на расчётный счёт" if one.buyer.get("is_legal") else "картой онлайн",
    }


def _asked_for(is_asked: bool, **part: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can say
    return part if is_asked else {}


def _clusters() -> dict[str, str]:
    return {"cluster_from": "Москва, МО и Дальние регионы", "cluster_to": "Москва, МО и Дальние регионы"}


def _financial(one: Posting) -> dict[str, Any]:
    price = one.price_kopecks / 100
    return {
        "product_id": one.sku,
        "quantity": one.pcs,
        "price": price,
        "old_price": price,
        "payout": 0,
        "total_discount_percent": 0,
        "total_discount_value": 0,
        "actions": [],
    }


def _modern(one: Posting) -> dict[str, Any]:
    return {
        "commission": {"amount": 0, "currency": "RUB", "percent": 0},
        "customer_price": {"amount": roubles(one.price_kopecks), "currency": "RUB"},
    }


def _older(one: Posting) -> dict[str, Any]:
    return {
        "commission_amount": 0,
        "commission_percent": 0,
        "commissions_currency_code": "RUB",
        "currency_code": "RUB",
        "customer_currency_code": "RUB",
        "customer_price": one.price_kopecks / 100,
    }
