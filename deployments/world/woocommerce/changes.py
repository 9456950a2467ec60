"""Orders that become smaller: pieces taken out of a line, or paid back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from deployments.world.woocommerce.books import Books
from deployments.world.woocommerce.order_books import REDUCING, Line, Order, Refund, Refunded


def cut(books: Books, order: Order, line: Line, pcs: int, now: datetime) -> None:
    """A line of fewer pieces, as if edited in the admin panel: what had left the shelf is back at once. A line of none is gone."""
    line.total_kopecks -= line.total_kopecks * pcs // line.pcs
    line.pcs -= pcs
    if order.status in REDUCING:
        books.take(line, max(line.pcs - line.refunded_pcs, 0) - line.reduced_pcs, now)
    if not line.pcs:
        order.lines = tuple(one for one in order.lines if one is not line)
    books.touch(order, now)


def refund(books: Books, order: Order, line: Line, pcs: int, now: datetime) -> Refund:
    """Pieces of a line are paid back, each at its share of the line, and are on the shelf again."""
    part = Refunded(line=line, pcs=pcs, kopecks=line.total_kopecks * pcs // line.pcs)
    return pay_back(books, order, [part], part.kopecks, now)


def pay_back(
    books: Books,
    order: Order,
    parts: Sequence[Refunded],
    kopecks: int,
    now: datetime,
    *,
    reason: str = "",
    restocks: bool = True,
    meta_data: Sequence[dict[str, Any]] = (),
) -> Refund:
    """Pieces are paid back; the lines keep their quantities, and an order of which all money is paid back is refunded.

    Where something in it was free, all pieces must be back too.
    """
    kept = tuple({"id": books.next_id(), "key": one["key"], "value": one.get("value")} for one in meta_data)
    one = Refund(refund_id=books.next_id(), parts=tuple(parts), kopecks=kopecks, reason=reason, meta_data=kept, at=now)
    order.refunds = (*order.refunds, one)
    for part in parts:
        part.line.refunded_pcs += part.pcs
        if restocks:
            books.take(part.line, -min(part.pcs, part.line.reduced_pcs), now)
    if _is_all_paid_back(order):
        books.move(order, "refunded", now)
    else:
        books.touch(order, now)
    return one


def left_kopecks(order: Order) -> int:
    """What could be paid back still."""
    return sum(line.total_kopecks for line in order.lines) - sum(one.kopecks for one in order.refunds)


def _is_all_paid_back(order: Order) -> bool:
    has_free = any(not line.total_kopecks for line in order.lines)
    return left_kopecks(order) <= 0 and not (has_free and any(line.refunded_pcs < line.pcs for line in order.lines))
