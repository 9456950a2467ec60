"""Orders of the site: lines, what was refunded of them, and when their goods leave the shelf and come back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

REDUCING = ("on-hold", "processing", "completed")
"""Statuses of an order whose goods have left the shelf."""
RESTORING = ("pending", "cancelled")


@dataclass(kw_only=True)
class Line:
    """A line of an order; ``reduced_pcs`` of it have left the shelf and would come back. Goods that are not there have no id."""

    line_id: int
    goods_id: int
    parent_id: int
    sku: str | None
    name: str
    pcs: int
    total_kopecks: int
    reduced_pcs: int = 0
    refunded_pcs: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Refunded:
    """Pieces of a line that were paid back, and what for them."""

    line: Line
    pcs: int
    kopecks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refund:
    """What was paid back in one go."""

    refund_id: int
    parts: tuple[Refunded, ...]
    kopecks: int
    reason: str = ""
    meta_data: tuple[dict[str, Any], ...] = ()
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """What somebody wrote beside an order."""

    remark_id: int
    words: str
    is_for_buyer: bool
    at: datetime


@dataclass(kw_only=True)
class Order:
    """An order of the site. ``seen_from`` is when anybody but the buyer first sees it; lists in it are replaced whole."""

    order_id: int
    status: str
    lines: tuple[Line, ...]
    billing: dict[str, str] = field(default_factory=dict)
    note: str = ""
    meta_data: tuple[dict[str, Any], ...] = ()
    refunds: tuple[Refund, ...] = ()
    remarks: tuple[Remark, ...] = ()
    created_via: str
    created_at: datetime
    modified_at: datetime
    seen_from: datetime
    paid_at: datetime | None = None
    completed_at: datetime | None = None
