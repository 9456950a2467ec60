"""Orders and customers come to be and change; every change is written into the history, whoever made it."""

import copy
import dataclasses
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from deployments.world.retailcrm.asking import STAMP, kept
from deployments.world.retailcrm.books import Books, Customer, Line, Order, Payment
from deployments.world.retailcrm.history import Act, Author, changes
from deployments.world.retailcrm.said import CustomerSaid, ItemSaid, OrderSaid, PaymentSaid
from deployments.world.retailcrm.telling import cut, cut_customer, cut_line, order_told, payment_told

FIRST_STATUS = "new"
APART = ("externalId", "number", "createdAt", "status", "customer", "items", "payments")
CODES = {"status": "statuses", "orderType": "orderTypes", "orderMethod": "orderMethods", "shipmentStore": "stores"}
PAYMENT_CODES = {"type": "paymentTypes", "status": "paymentStatuses"}
LINE_FIELDS = {"quantity": "quantity", "price": "initial_price", "discount": "discount_manual_amount", "status": "status"}
FIELD_NAMES = {"delivery.cost": "delivery_cost", "delivery.netCost": "delivery_net_cost", "delivery.code": "delivery_type"}


def faults_of(books: Books, said: OrderSaid, site: str) -> list[str]:
    """What of an order the account cannot accept, each with the path to it."""
    told = kept(said)
    wrong = _unknown(books, told, CODES)
    wrong += _unknown(books, told.get("delivery") or {}, {"code": "deliveryTypes"}, "delivery.")
    for at, payment in enumerate(told.get("payments") or []):
        wrong += _unknown(books, payment, PAYMENT_CODES, f"payments[{at}].")
    if told.get("customer") and books.customer(told["customer"], site) is None:
        wrong.append("customer: Customer not found.")
    for at, item in enumerate(told.get("items") or []):
        named = item.get("offer")
        if named and books.offer(named) is None:
            name = next((one for one in ("id", "externalId", "xmlId") if named.get(one) is not None), "id")
            wrong.append(f"items[{at}].offer.{name}: Offer with {name} {named.get(name)} not found.")
    return wrong


def payment_faults(books: Books, said: PaymentSaid) -> list[str]:
    """What of a payment the account cannot accept."""
    return _unknown(books, kept(said), PAYMENT_CODES)


def place(books: Books, said: OrderSaid, site: str, act: Act) -> Order:
    """A new order; where no customer is named, one is made of its contacts."""
    told = kept(said)
    customer = books.customer(told["customer"], site) if told.get("customer") else None
    if customer is None:
        contacts = CustomerSaid.model_validate(_contacts(told))
        customer = enlist(books, contacts, site, dataclasses.replace(act, author=Author(source="code")))
    books.counters.orders += 1
    order = Order(
        order_id=books.counters.orders,
        site=site,
        external_id=None,
        number=told.get("number") or f"{books.counters.orders}C",
        status=told.get("status") or FIRST_STATUS,
        customer_id=customer.customer_id,
        created_at=_moment(told.get("createdAt"), act),
        status_at=act.at,
        is_from_api=act.author.source == "api",
        fields={name: value for name, value in told.items() if name not in APART and value is not None},
    )
    order.lines = [_line(books, item, None, act.at) for item in said.items or []]
    books.orders[order.order_id] = order
    books.name_order(order, told.get("externalId"))
    for payment in said.payments or []:
        _pay(books, order, payment)
    subject = order_told(books, order, act.zone)
    subject["payments"] = [payment_told(one) for one in order.payments.values()]
    books.journals["orders"].write(act, "status", None, {"code": order.status}, subject, is_created=True)
    return order


def change(books: Books, order: Order, said: OrderSaid, act: Act) -> None:
    """What is said replaces what was; ``items`` replace the whole composition, payments are left alone."""
    told, journal = kept(said), books.journals["orders"]
    if told.get("externalId") not in (None, order.external_id):
        journal.write(act, "external_id", order.external_id, told["externalId"], cut(order))
        books.name_order(order, told["externalId"])
    if told.get("status") not in (None, order.status):
        old, order.status, order.status_at = order.status, told["status"], act.at
        journal.write(act, "status", {"code": old}, {"code": order.status}, cut(order))
    if told.get("customer"):
        customer = books.customer(told["customer"], order.site)
        order.customer_id = customer.customer_id if customer else order.customer_id
    before = copy.deepcopy(order.fields)
    order.fields = _merged(order.fields, {name: value for name, value in told.items() if name not in APART})
    for path, was, is_now in changes(before, order.fields):
        journal.write(act, _field_name(path), was, is_now, cut(order))
    if said.items is not None:
        _recompose(books, order, said.items, act)


def pay(books: Books, order: Order, said: PaymentSaid, act: Act) -> Payment:
    """A payment is added to an order."""
    payment = _pay(books, order, said)
    brief = {"id": payment.payment_id, "type": payment.type}
    books.journals["orders"].write(act, "payments", None, brief, cut(order), beside={"payment": payment_told(payment)})
    return payment


def change_payment(books: Books, payment: Payment, said: PaymentSaid, act: Act) -> None:
    """What is said of a payment replaces what was."""
    order, before = books.orders[payment.order_id], payment_told(payment)
    for name in said.model_fields_set & set(PaymentSaid.model_fields):
        if getattr(said, name) is not None or name in ("paid_at", "comment"):
            setattr(payment, name, getattr(said, name))
    for path, was, is_now in changes(before, payment_told(payment)):
        beside = {"payment": payment_told(payment)}
        books.journals["orders"].write(act, f"payments.{_snake(path)}", was, is_now, cut(order), beside=beside)


def drop_payment(books: Books, payment: Payment, act: Act) -> None:
    """A payment leaves its order."""
    order = books.orders[payment.order_id]
    del order.payments[payment.payment_id]
    del books.payments[payment.payment_id]
    brief = {"id": payment.payment_id, "type": payment.type}
    books.journals["orders"].write(act, "payments", brief, None, cut(order), beside={"payment": brief})


def enlist(books: Books, said: CustomerSaid, site: str, act: Act) -> Customer:
    """A new customer."""
    told = kept(said)
    books.counters.customers += 1
    customer = Customer(
        customer_id=books.counters.customers,
        site=site,
        external_id=None,
        created_at=_moment(told.get("createdAt"), act),
        fields={name: value for name, value in told.items() if name not in APART and value is not None},
    )
    books.customers[customer.customer_id] = customer
    books.name_customer(customer, told.get("externalId"))
    books.journals["customers"].write(act, "id", None, customer.customer_id, cut_customer(customer), is_created=True)
    return customer


def change_customer(books: Books, customer: Customer, said: CustomerSaid, act: Act) -> None:
    """What is said replaces what was."""
    told, journal = kept(said), books.journals["customers"]
    if told.get("externalId") not in (None, customer.external_id):
        journal.write(act, "external_id", customer.external_id, told["externalId"], cut_customer(customer))
        books.name_customer(customer, told["externalId"])
    before = copy.deepcopy(customer.fields)
    customer.fields = _merged(customer.fields, {name: value for name, value in told.items() if name not in APART})
    for path, was, is_now in changes(before, customer.fields):
        journal.write(act, _field_name(path), was, is_now, cut_customer(customer))


def _recompose(books: Books, order: Order, items: list[ItemSaid], act: Act) -> None:
    journal, old = books.journals["orders"], order.lines
    order.lines = [_line(books, item, _same_line(old, item), act.at) for item in items]
    stay = {line.line_id: line for line in order.lines}
    for was in old:
        beside = {"item": cut_line(books, was)}
        line = stay.pop(was.line_id, None)
        if line is None:
            journal.write(act, "order_product", {"id": was.line_id}, None, cut(order), beside=beside)
            continue
        for name, what in LINE_FIELDS.items():
            if getattr(line, name) != getattr(was, name):
                journal.write(act, f"order_product.{what}", getattr(was, name), getattr(line, name), cut(order), beside=beside)
    for line in stay.values():
        journal.write(act, "order_product", None, {"id": line.line_id}, cut(order), beside={"item": cut_line(books, line)})


def _same_line(lines: list[Line], item: ItemSaid) -> Line | None:
    if item.id is not None:
        return next((line for line in lines if line.line_id == item.id), None)
    outer = {one.code: one.value for one in item.external_ids or []}
    return next((line for line in lines if outer and line.outer_ids == outer), None)


def _line(books: Books, item: ItemSaid, was: Line | None, now: datetime) -> Line:
    told = kept(item)
    if was is None:
        books.counters.lines += 1
        offer = books.offer(told["offer"]) if told.get("offer") else None
        name = told.get("productName") or (offer.name if offer else "")
        offer_id = offer.offer_id if offer else None
        line_id = books.counters.lines
        was = Line(line_id=line_id, offer_id=offer_id, name=name, quantity=Decimal(1), price=Decimal(0), discount=Decimal(0),
                   vat_rate="none", status=FIRST_STATUS, outer_ids={}, created_at=now)  # fmt: skip
    line = copy.copy(was)
    line.quantity = told.get("quantity", was.quantity)
    line.price = told.get("initialPrice", was.price)
    line.discount = told.get("discountManualAmount", was.discount)
    line.vat_rate = told.get("vatRate", was.vat_rate)
    line.status = told.get("status", was.status)
    line.outer_ids = {one["code"]: one["value"] for one in told.get("externalIds") or []} or was.outer_ids
    return line


def _pay(books: Books, order: Order, said: PaymentSaid) -> Payment:
    books.counters.payments += 1
    payment = Payment(
        payment_id=books.counters.payments,
        order_id=order.order_id,
        type=said.type or "cash",
        status=said.status or "not-paid",
        amount=order.total - order.paid if said.amount is None else said.amount,
        external_id=said.external_id,
        paid_at=said.paid_at,
        comment=said.comment,
    )
    order.payments[payment.payment_id] = payment
    books.payments[payment.payment_id] = order.order_id
    return payment


def _unknown(books: Books, told: Mapping[str, Any], codes: Mapping[str, str], path: str = "") -> list[str]:
    return [
        f'{path}{name}: "{told[name]}" does not exist.'
        for name, book in codes.items()
        if told.get(name) is not None and told[name] not in books.references[book]
    ]


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**old}
    for name, value in new.items():
        below = merged.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[name] = _merged(below, value)
        elif value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged


def _contacts(told: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: told[name] for name in ("firstName", "lastName", "patronymic", "email") if told.get(name)}
    return {**named, "phones": [{"number": told["phone"]}]} if told.get("phone") else named


def _moment(text: str | None, act: Act) -> datetime:
    return act.at if text is None else datetime.strptime(text, STAMP).replace(tzinfo=act.zone)


def _field_name(path: str) -> str:
    if path.startswith("customFields."):
        return "custom_" + path.removeprefix("customFields.")
    return FIELD_NAMES.get(path) or _snake(path.replace("delivery.address", "delivery_address").replace("delivery.data", "delivery"))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
