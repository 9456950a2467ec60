"""What Yandex Market tells of an order."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, model_validator

from adapters.yandex_market.answers import Rows, Told


class Sum(Told):
    """``CurrencyValueDTO``."""

    value: Decimal


class ItemPrices(Told):
    """``ItemPriceDTO``, of all pieces of the line: what the buyer pays, and what is paid with points."""

    payment: Sum | None = None
    cashback: Sum | None = None


class OrderItem(Told):
    """``BusinessOrderItemDTO``."""

    id: int
    offer_id: str
    count: int
    prices: ItemPrices | None = None


class Shipment(Told):
    """``BusinessOrderShipmentDTO``: a day, and an hour where one is told."""

    shipment_date: date
    shipment_time: str | None = None


class Delivery(Told):
    """``BusinessOrderDeliveryDTO``."""

    warehouse_id: str | None = None
    shipment: Shipment | None = None


class Order(Told):
    """``BusinessOrderDTO``; ``payload`` is the whole of it, as received."""

    order_id: int
    campaign_id: int
    program_type: str | None = None
    external_order_id: str | None = None
    status: str
    substatus: str
    creation_date: AwareDatetime
    update_date: AwareDatetime | None = None
    items: list[OrderItem]
    delivery: Delivery
    buyer_type: str | None = None
    payload: dict[str, Any]

    @model_validator(mode="before")
    @classmethod
    def _keeps_itself(cls, told: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
        return {**told, "payload": told} if isinstance(told, dict) else told


class Orders(Rows):
    """``GetBusinessOrdersResponse``, in no shell."""

    orders: list[Order]


ORDERS = TypeAdapter(Orders)
