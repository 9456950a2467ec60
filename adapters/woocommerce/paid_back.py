"""What of an order was paid back before it was shipped: that is cancelled, though the site's lines keep all their pieces.

What is paid back after shipping is a return (`tasks.rules.order_changes`). A site knows no shipping but completion; an order whose last
piece or kopeck was paid back became «refunded» with that, and whether its goods had left then, the site does not say: such a refund is
taken for a return too. Source: `reference/services.md` §3, measured on WooCommerce 10.0.2.
"""

from collections import Counter
from collections.abc import Sequence

from adapters.woocommerce.answers import Order
from adapters.woocommerce.order_answers import OneRefund

SHIPPED = frozenset({"completed", "refunded"})
OVER = frozenset({"cancelled", "failed", "trash"})
"""Nothing of such an order is sold, whatever was paid back."""


def may_be_less(order: Order) -> bool:
    """Whether its refunds say how much of it is sold."""
    return bool(order.refunds) and order.status not in OVER


def cancelled_pcs(order: Order, refunds: Sequence[OneRefund]) -> Counter[int]:
    """Pieces by line that were paid back before the order was shipped.

    Args:
        order: as a list of orders showed it; a refund that it does not name is younger than that list.
        refunds: all of the order's.
    """
    pieces = Counter[int]()
    for refund in _before_shipping(order, refunds):
        for line in order.line_items:
            pieces[line.id] += refund.pcs_of(line.id)
    return pieces


def _before_shipping(order: Order, refunds: Sequence[OneRefund]) -> list[OneRefund]:
    named = {one.id for one in order.refunds}
    shown = sorted((refund for refund in refunds if refund.id in named), key=lambda refund: refund.id)
    if order.status not in SHIPPED:
        return shown
    shipped_at = order.date_completed_gmt
    if shipped_at is None:
        return shown[:-1] if order.status == "refunded" else []
    return [refund for refund in shown if refund.date_created_gmt is not None and refund.date_created_gmt < shipped_at]
