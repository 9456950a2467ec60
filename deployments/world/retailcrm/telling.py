"""How an account tells of its orders, customers and changes."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from deployments.world.php import php_array
from deployments.world.retailcrm.asking import STAMP, number
from deployments.world.retailcrm.books import Books, Customer, Line, Offer, Order, Payment
from deployments.world.retailcrm.history import Record


def stamp(at: datetime, zone: ZoneInfo) -> str:
    """A moment in the account's zone, which it does not name."""
    return at.astimezone(zone).strftime(STAMP)


def order_told(books: Books, order: Order, zone: ZoneInfo) -> dict[str, Any]:
    """An order whole. Empty maps are lists, as PHP writes them."""
    customer = books.customers[order.customer_id]
    fields = _plain(order.fields)
    told = {
        "slug": order.order_id,
        "id": order.order_id,
        "number": order.number,
        "externalId": order.external_id,
        "orderMethod": "phone",
        "privilegeType": "none",
        "countryIso": "RU",
        "createdAt": stamp(order.created_at, zone),
        "statusUpdatedAt": stamp(order.status_at, zone),
        "summ": number(order.goods_sum),
        "totalSumm": number(order.total),
        "prepaySum": number(order.paid),
        "call": False,
        "expired": False,
        **fields,
        "customer": {"type": "customer", **customer_told(customer, zone)},
        "delivery": {"cost": 0, "netCost": 0, "address": [], **fields.get("delivery", {})},
        "site": order.site,
        "status": order.status,
        "items": [_line_told(books, line, zone) for line in order.lines],
        "payments": php_array({one.payment_id: payment_told(one) for one in order.payments.values()}),
        "fromApi": order.is_from_api,
        "shipped": False,
        "links": [{"order": cut(books.orders[linked])} for linked in order.linked if linked in books.orders],
        "customFields": php_array(fields.get("customFields", {})),
    }
    return {name: value for name, value in told.items() if value is not None}


def customer_told(customer: Customer, zone: ZoneInfo) -> dict[str, Any]:
    """A customer whole."""
    fields = _plain(customer.fields)
    told = {
        "id": customer.customer_id,
        "externalId": customer.external_id,
        "isContact": False,
        "createdAt": stamp(customer.created_at, zone),
        "vip": False,
        "bad": False,
        "site": customer.site,
        "tags": [],
        "segments": [],
        **fields,
        "phones": fields.get("phones", []),
        "customFields": php_array(fields.get("customFields", {})),
    }
    return {name: value for name, value in told.items() if value is not None}


def payment_told(payment: Payment) -> dict[str, Any]:
    """A payment."""
    told = {
        "id": payment.payment_id,
        "externalId": payment.external_id,
        "status": payment.status,
        "type": payment.type,
        "amount": number(payment.amount),
        "paidAt": payment.paid_at,
        "comment": payment.comment,
    }
    return {name: value for name, value in told.items() if value is not None}


def cut(order: Order) -> dict[str, Any]:
    """An order as a record of history has it: not all of it."""
    told = {"id": order.order_id, "externalId": order.external_id, "site": order.site, "status": order.status}
    return {name: value for name, value in told.items() if value is not None}


def cut_customer(customer: Customer) -> dict[str, Any]:
    """A customer as a record of history has it."""
    told = {"id": customer.customer_id, "externalId": customer.external_id, "site": customer.site}
    return {name: value for name, value in told.items() if value is not None}


def cut_line(books: Books, line: Line) -> dict[str, Any]:
    """A line as a record of history has it."""
    offer = books.offers.get(line.offer_id or 0)
    return {"id": line.line_id, **({"offer": offer_ids(offer)} if offer else {})}


def offer_ids(offer: Offer) -> dict[str, Any]:
    """An offer by its ids."""
    told = {"id": offer.offer_id, "externalId": offer.external_id, "xmlId": offer.xml_id}
    return {name: value for name, value in told.items() if value is not None}


def record_told(record: Record, subject_name: str, api_key: str, zone: ZoneInfo) -> dict[str, Any]:
    """A record of history; ``apiKey.current`` is the caller's own echo."""
    told: dict[str, Any] = {"id": record.record_id, "createdAt": stamp(record.at, zone)}
    if record.is_created:
        told["created"] = True
    if record.is_deleted:
        told["deleted"] = True
    told["source"] = record.author.source
    if record.author.user_id is not None:
        told["user"] = {"id": record.author.user_id}
    told["field"] = record.what
    if record.author.api_key is not None:
        told["apiKey"] = {"current": record.author.api_key == api_key}
    return {**told, "oldValue": _plain(record.old), "newValue": _plain(record.new), subject_name: record.subject, **record.beside}


def _line_told(books: Books, line: Line, zone: ZoneInfo) -> dict[str, Any]:
    offer = books.offers.get(line.offer_id or 0)
    told: dict[str, Any] = {
        "id": line.line_id,
        "externalIds": [{"code": code, "value": value} for code, value in line.outer_ids.items()],
        "initialPrice": number(line.price),
        "discountTotal": number(line.discount),
        "prices": [{"price": number(line.price - line.discount), "quantity": number(line.quantity)}],
        "vatRate": line.vat_rate,
        "createdAt": stamp(line.created_at, zone),
        "quantity": number(line.quantity),
        "status": line.status,
        "properties": [],
        "purchasePrice": 0,
    }
    return (
        {**told, "productName": line.name}
        if offer is None
        else {**told, "offer": {"displayName": offer.name, **offer_ids(offer), "name": offer.name}}
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - a field's value
    if isinstance(value, dict):
        return {name: _plain(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return number(value) if isinstance(value, Decimal) else value
