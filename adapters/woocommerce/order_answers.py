"""What a site answers of one order and its refunds. Sums are the site's own text, in its currency.

Source: recorded schemas and answers of WooCommerce 10.0.2.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import Field, TypeAdapter

from adapters.woocommerce.answers import Answer, Instant, RefundNamed

REFUNDED = "_refunded_item_id"


class Meta(Answer):
    """What somebody keeps beside an order or a line."""

    key: str
    value: Any = None


class Tax(Answer):
    """A tax on a line, by the id of its rate."""

    id: int
    total: str


class OrderLine(Answer):
    """A line; of all its pieces, also those paid back."""

    id: int
    quantity: int
    total: str
    taxes: list[Tax] = Field(default_factory=list)
    meta_data: list[Meta] = Field(default_factory=list)

    def is_refund_of(self, line_id: int) -> bool:
        """Whether this line of a refund is of that line of the order."""
        return any(one.key == REFUNDED and str(one.value) == str(line_id) for one in self.meta_data)


class OneOrder(Answer):
    """An order as it is now."""

    id: int
    status: str
    meta_data: list[Meta] = Field(default_factory=list)
    line_items: list[OrderLine]
    refunds: list[RefundNamed] = Field(default_factory=list)

    def keeps(self, key: str, value: str) -> bool:
        """Whether this stands beside it."""
        return any(one.key == key and str(one.value) == value for one in self.meta_data)


class OneRefund(Answer):
    """Pieces that were paid back; numbers and sums are negative, a line names the one it is of."""

    id: int
    date_created_gmt: Instant | None = None
    line_items: list[OrderLine] = Field(default_factory=list)

    def pcs_of(self, line_id: int) -> int:
        """Pieces of a line of the order that it paid back."""
        return -sum(line.quantity for line in self.line_items if line.is_refund_of(line_id))


class Note(Answer):
    """A remark beside an order."""

    note: str = ""


def kopecks(told: str) -> int:
    """A sum of the site's as whole kopecks; the site rounds it for show."""
    return int((Decimal(told or "0") * 100).to_integral_value(ROUND_HALF_UP))


ORDER = TypeAdapter(OneOrder)
REFUNDS = TypeAdapter(list[OneRefund])
REFUND = TypeAdapter(OneRefund)
NOTE = TypeAdapter(Note)
NOTES = TypeAdapter(list[Note])
