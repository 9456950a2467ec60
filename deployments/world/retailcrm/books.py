"""What a RetailCRM account holds: orders, customers, payments, offers, reference books, and the history of changes.

Nothing here reads a clock: whoever asks says ``now``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from deployments.world.retailcrm.history import Act, Journal, Kind

Entity = Literal["orders", "customers"]


@dataclass(kw_only=True)
class Offer:
    """An offer of the catalogue with its stock by warehouse and its prices by type."""

    offer_id: int
    external_id: str
    xml_id: str | None
    name: str
    pcs: dict[str, Decimal] = field(default_factory=dict)
    bought_for: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)


@dataclass(kw_only=True)
class Line:
    """A line of an order; ``discount`` is off one piece."""

    line_id: int
    offer_id: int | None
    name: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    vat_rate: str
    status: str
    outer_ids: dict[str, str]
    created_at: datetime


@dataclass(kw_only=True)
class Payment:
    """A payment of an order; ``paid_at`` as it was said, in the account's zone."""

    payment_id: int
    order_id: int
    type: str
    status: str
    amount: Decimal
    external_id: str | None = None
    paid_at: str | None = None
    comment: str | None = None


@dataclass(kw_only=True)
class Order:
    """An order; ``fields`` is all that the account keeps as it was said."""

    order_id: int
    site: str
    external_id: str | None
    number: str
    status: str
    customer_id: int
    created_at: datetime
    status_at: datetime
    is_from_api: bool
    fields: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    payments: dict[int, Payment] = field(default_factory=dict)
    linked: list[int] = field(default_factory=list)

    @property
    def goods_sum(self) -> Decimal:
        """What the goods cost, discounts off."""
        return sum(((one.price - one.discount) * one.quantity for one in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Goods and delivery."""
        return self.goods_sum + Decimal(str(self.fields.get("delivery", {}).get("cost") or 0))

    @property
    def paid(self) -> Decimal:
        """What payments with the status ``paid`` come to."""
        return sum((one.amount for one in self.payments.values() if one.status == "paid"), Decimal(0))


@dataclass(kw_only=True)
class Customer:
    """A customer; ``fields`` as in an order."""

    customer_id: int
    site: str
    external_id: str | None
    created_at: datetime
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Counters:
    """The last number given of each thing; a copy restored does not turn them back."""

    orders: int = 0
    customers: int = 0
    lines: int = 0
    payments: int = 0
    offers: int = 0
    packs: int = 0


@dataclass(kw_only=True)
class Books:
    """The account. ``references`` are its own codes: a book of them by name, then by code."""

    references: dict[str, dict[str, dict[str, Any]]]
    offers: dict[int, Offer] = field(default_factory=dict)
    offers_by: dict[tuple[str, str], int] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    payments: dict[int, int] = field(default_factory=dict)
    known_as: dict[tuple[Entity, str, str], int] = field(default_factory=dict)
    journals: dict[Kind, Journal] = field(default_factory=lambda: {"orders": Journal(), "customers": Journal(), "packs": Journal()})
    counters: Counters = field(default_factory=Counters)

    def put(self, *, external_id: str, name: str, xml_id: str | None = None) -> Offer:
        """An offer of the catalogue."""
        self.counters.offers += 1
        offer = Offer(offer_id=self.counters.offers, external_id=external_id, xml_id=xml_id, name=name)
        self.offers[offer.offer_id] = offer
        self.offers_by["externalId", external_id] = offer.offer_id
        if xml_id is not None:
            self.offers_by["xmlId", xml_id] = offer.offer_id
        return offer

    def remove(self, offer: Offer) -> None:
        """The offer leaves the catalogue."""
        del self.offers[offer.offer_id]
        self.offers_by = {name: offer_id for name, offer_id in self.offers_by.items() if offer_id != offer.offer_id}

    def offer(self, named: Mapping[str, Any]) -> Offer | None:
        """The offer with the first id that is said: ``id``, ``externalId``, ``xmlId``."""
        if named.get("id") is not None:
            return self.offers.get(named["id"])
        name = next((name for name in ("externalId", "xmlId") if named.get(name) is not None), None)
        return None if name is None else self.offers.get(self.offers_by.get((name, named[name]), 0))

    def order(self, named: Mapping[str, Any], site: str | None) -> Order | None:
        """The order with the first id that is said: ``id``, ``externalId`` within its shop, ``number``."""
        if named.get("id") is not None:
            return self.orders.get(named["id"])
        if named.get("externalId") is not None:
            return self.orders.get(self.known_as.get(("orders", site or "", named["externalId"]), 0))
        return next((one for one in self.orders.values() if one.number == named.get("number")), None)

    def customer(self, named: Mapping[str, Any], site: str) -> Customer | None:
        """The customer with the first id that is said."""
        if named.get("id") is not None:
            return self.customers.get(named["id"])
        return self.customers.get(self.known_as.get(("customers", site, str(named.get("externalId"))), 0))

    def name_order(self, order: Order, external_id: str | None) -> None:
        """The order is known outside by this id."""
        self._rename("orders", order.site, order.external_id, external_id, order.order_id)
        order.external_id = external_id

    def name_customer(self, customer: Customer, external_id: str | None) -> None:
        """The customer is known outside by this id."""
        self._rename("customers", customer.site, customer.external_id, external_id, customer.customer_id)
        customer.external_id = external_id

    def is_taken(self, entity: Entity, site: str, external_id: str, but: int = 0) -> bool:
        """Something else in the shop is known by this id."""
        return self.known_as.get((entity, site, external_id), but) != but

    def forget(self, order: Order, act: Act, combined_to: Order | None = None) -> None:
        """The order is deleted."""
        subject = {"id": order.order_id, "externalId": order.external_id, "site": order.site}
        beside = {}
        if combined_to is not None:
            beside = {"combinedTo": {"id": combined_to.order_id, "externalId": combined_to.external_id, "site": combined_to.site}}
        self.journals["orders"].write(act, "id", order.order_id, None, subject, is_deleted=True, beside=beside)
        self.name_order(order, None)
        del self.orders[order.order_id]

    def forget_customer(self, customer: Customer, act: Act, combined_to: Customer) -> None:
        """The customer is combined into another one: orders are the other's now, and only the history says where they went."""
        subject, into = ({"id": one.customer_id, "externalId": one.external_id, "site": one.site} for one in (customer, combined_to))
        beside = {"combinedTo": into}
        self.journals["customers"].write(act, "id", customer.customer_id, None, subject, is_deleted=True, beside=beside)
        for order in self.orders.values():
            if order.customer_id == customer.customer_id:
                order.customer_id = combined_to.customer_id
        self.name_customer(customer, None)
        del self.customers[customer.customer_id]

    def _rename(self, entity: Entity, site: str, old: str | None, new: str | None, entity_id: int) -> None:
        if old is not None:
            self.known_as.pop((entity, site, old), None)
        if new is not None:
            self.known_as[entity, site, new] = entity_id
