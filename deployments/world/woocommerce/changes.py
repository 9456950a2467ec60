"""Orders that become smaller: pieces taken out of a line, or paid back."""

from datetime import datetime

from deployments.world.woocommerce.books import Books
from deployments.world.woocommerce.order_books import REDUCING, Line, Order, Refund


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
    """Pieces are paid back and are on the shelf again; the line keeps its quantity, and an order of which all is paid back is refunded."""
    one = Refund(refund_id=books.next_id(), line=line, pcs=pcs, kopecks=line.total_kopecks * pcs // line.pcs, at=now)
    order.refunds = (*order.refunds, one)
    line.refunded_pcs += pcs
    books.take(line, -min(pcs, line.reduced_pcs), now)
    if all(line.refunded_pcs == line.pcs for line in order.lines):
        books.move(order, "refunded", now)
    else:
        books.touch(order, now)
    return one
