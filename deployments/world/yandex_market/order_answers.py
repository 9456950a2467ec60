"""An order as the Market tells of it: in the cabinet's own shape, and in the older one of a shop."""

from datetime import datetime, timedelta
from typing import Any

from deployments.world.yandex_market.order_books import Order
from deployments.world.yandex_market.order_search import shipment_day
from deployments.world.yandex_market.price_rules import CURRENCY
from deployments.world.yandex_market.shapes import MOSCOW, as_moment

DELIVERY_SERVICE = {"serviceName": "Яндекс Маркет", "deliveryServiceId": 1_005_720}


def business_order(order: Order) -> dict[str, Any]:
    """``BusinessOrderDTO``; the buyer of an FBS order is not told."""
    rub = order.kopecks * order.pcs / 100
    payment = {"payment": {"value": rub, "currencyId": CURRENCY}}
    line = {"id": order.id * 10, "offerId": order.sku, "offerName": order.name, "count": order.pcs, "prices": {**payment, "vat": "VAT_22"}}
    shipped_on = shipment_day(order)
    return {
        "orderId": order.id,
        "campaignId": order.campaign_id,
        "programType": "FBS",
        **({"externalOrderId": order.external_id} if order.external_id else {}),
        "status": order.status,
        "substatus": order.substatus,
        "creationDate": as_moment(order.created_at),
        "updateDate": as_moment(order.updated_at),
        "paymentType": "PREPAID",
        "paymentMethod": "YANDEX",
        "fake": order.is_fake,
        "items": [line],
        "prices": payment,
        "delivery": {
            "type": "PICKUP",
            **DELIVERY_SERVICE,
            "warehouseId": str(order.warehouse_id),
            "deliveryPartnerType": "YANDEX_MARKET",
            "dates": {"fromDate": f"{shipped_on + timedelta(days=2)}", "toDate": f"{shipped_on + timedelta(days=4)}"},
            "shipment": {"id": order.campaign_id * 1000 + shipped_on.toordinal() % 1000, "shipmentDate": f"{shipped_on}"},
        },
        "buyerType": "PERSON",
        "sourcePlatform": "MARKET",
    }


def campaign_order(order: Order) -> dict[str, Any]:
    """``OrderDTO``, whose dates are of another kind: ``23-09-2022 09:12:41``, Moscow's."""
    rub = order.kopecks / 100
    prices = {"price": rub, "buyerPrice": rub, "buyerPriceBeforeDiscount": rub}
    line = {"id": order.id * 10, "offerId": order.sku, "offerName": order.name, "count": order.pcs, "shopSku": order.sku, **prices}
    shipped_on = shipment_day(order)
    return {
        "id": order.id,
        "status": order.status,
        "substatus": order.substatus,
        "creationDate": _old_moment(order.created_at),
        "updatedAt": _old_moment(order.updated_at),
        "currency": CURRENCY,
        "itemsTotal": rub * order.pcs,
        "deliveryTotal": 0,
        "buyerItemsTotalBeforeDiscount": rub * order.pcs,
        "paymentType": "PREPAID",
        "paymentMethod": "YANDEX",
        "fake": order.is_fake,
        "items": [{**line, "vat": "VAT_22"}],
        "delivery": {
            "type": "PICKUP",
            **DELIVERY_SERVICE,
            "deliveryPartnerType": "YANDEX_MARKET",
            "dates": {"fromDate": f"{shipped_on + timedelta(days=2):%d-%m-%Y}", "toDate": f"{shipped_on + timedelta(days=4):%d-%m-%Y}"},
            "shipments": [{"shipmentDate": f"{shipped_on:%d-%m-%Y}"}],
        },
        "buyer": {"type": "PERSON"},
        "taxSystem": "USN",
    }


def _old_moment(at: datetime) -> str:
    return f"{at.astimezone(MOSCOW):%d-%m-%Y %H:%M:%S}"
