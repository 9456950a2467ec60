"""Entities as a call says them. A field that is absent is not the same as an empty one."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from deployments.world.retailcrm.asking import Day, Moment, Said

Code = Annotated[str, Field(min_length=1, max_length=255)]
Amount = Annotated[Decimal, Field(ge=0)]


class OfferSaid(Said):
    """An offer of the catalogue by one of its ids."""

    id: int | None = None
    external_id: str | None = None
    xml_id: str | None = None


class OuterId(Said):
    """The id of a line in another system."""

    code: Code
    value: str


class ItemSaid(Said):
    """A line of an order."""

    id: int | None = None
    offer: OfferSaid | None = None
    product_name: str | None = None
    quantity: Amount | None = None
    initial_price: Amount | None = None
    discount_manual_amount: Amount | None = None
    vat_rate: str | None = None
    status: str | None = None
    external_ids: list[OuterId] | None = None


class AddressSaid(Said):
    """Where to."""

    index: str | None = None
    country_iso: str | None = None
    region: str | None = None
    city: str | None = None
    street: str | None = None
    building: str | None = None
    flat: str | None = None
    text: str | None = None


class CarriageSaid(Said):
    """What a delivery service knows of a parcel."""

    track_number: str | None = None
    status: str | None = None
    pickuppoint_address: str | None = None


class DeliverySaid(Said):
    """How an order is delivered."""

    code: str | None = None
    cost: Amount | None = None
    net_cost: Amount | None = None
    date: Day | None = None
    address: AddressSaid | None = None
    data: CarriageSaid | None = None


class PaymentSaid(Said):
    """A payment of an order."""

    external_id: str | None = None
    type: str | None = None
    status: str | None = None
    amount: Amount | None = None
    paid_at: Moment | None = None
    comment: str | None = None


class NewPaymentSaid(PaymentSaid):
    """A payment that names its order."""

    order: "OrderRef | None" = None


class OrderRef(Said):
    """An order by one of its ids."""

    id: int | None = None
    external_id: str | None = None
    number: str | None = None


class CustomerRef(Said):
    """A customer by one of the ids."""

    id: int | None = None
    external_id: str | None = None


class OrderSaid(Said):
    """An order."""

    external_id: Code | None = None
    number: Code | None = None
    created_at: Moment | None = None
    order_type: str | None = None
    order_method: str | None = None
    status: str | None = None
    status_comment: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    patronymic: str | None = None
    phone: str | None = None
    email: str | None = None
    customer_comment: str | None = None
    manager_comment: str | None = None
    customer: CustomerRef | None = None
    items: list[ItemSaid] | None = None
    delivery: DeliverySaid | None = None
    payments: list[PaymentSaid] | None = None
    shipment_store: str | None = None
    shipment_date: Day | None = None
    custom_fields: dict[str, Any] | None = None


class PhoneSaid(Said):
    """A phone of a customer."""

    number: str


class CustomerSaid(Said):
    """A customer."""

    external_id: Code | None = None
    created_at: Moment | None = None
    first_name: str | None = None
    last_name: str | None = None
    patronymic: str | None = None
    email: str | None = None
    phones: list[PhoneSaid] | None = None
    address: AddressSaid | None = None
    custom_fields: dict[str, Any] | None = None


class FixSaid(Said):
    """An order or a customer that is to be known outside by another id."""

    id: int
    external_id: Code


class LinkSaid(Said):
    """Orders that belong together."""

    comment: str | None = None
    orders: list[OrderRef] = Field(min_length=2)


class ShelfSaid(Said):
    """Pieces at a warehouse."""

    code: Code
    available: Amount
    purchase_price: Amount | None = None


class InventorySaid(OfferSaid):
    """An offer's stock."""

    stores: list[ShelfSaid]


class PriceSaid(Said):
    """A price of one type."""

    code: Code
    price: Amount


class PricesSaid(OfferSaid):
    """An offer's prices."""

    site: str | None = None
    prices: list[PriceSaid]


NewPaymentSaid.model_rebuild()
