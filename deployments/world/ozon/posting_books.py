"""FBS postings («отправления»), and what a company has reserved and not paid for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

FIRST_ORDER = 33_301_885_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembly:
    """What Ozon makes of a posting that the seller has assembled, and when: into how many pieces each."""

    due_at: datetime
    parts: tuple[int, ...]


@dataclass(kw_only=True)
class Posting:
    """A posting of one product; it reserves its pieces from the moment the buyer orders. Parts of a split order have a ``parent``.

    ``assembly_fails`` is how many times it will, ``has_failed`` that it did the last time.
    ``number`` counts all postings of the cabinet, ``order_no`` the orders, ``part`` the postings of an order.
    """

    number: int
    order_no: int
    part: int = 1
    parent: str = ""
    product_id: int
    sku: int
    offer_id: str
    name: str
    price_kopecks: int
    pcs: int
    warehouse_id: int
    created_at: datetime
    visible_at: datetime
    changed_at: datetime
    in_process_at: datetime | None
    buyer: dict[str, Any]
    status: str = "awaiting_packaging"
    cancel_reason_id: int = 0
    cancelled_by: str = ""
    is_shipped: bool = False
    assembles: Assembly | None = None
    assembly_fails: int = 0
    has_failed: bool = False

    @property
    def order_id(self) -> int:
        """Ozon's order."""
        return FIRST_ORDER + self.order_no

    @property
    def order_number(self) -> str:
        """The order as people know it."""
        return f"{41_517_061 + self.order_no // 10_000:08d}-{self.order_no % 10_000:04d}"

    @property
    def posting_number(self) -> str:
        """The key of a posting."""
        return f"{self.order_number}-{self.part}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """Pieces that a company has reserved: no posting shows them until they are paid for."""

    ref: str
    product_id: int
    warehouse_id: int
    pcs: int
