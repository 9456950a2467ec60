"""What is to be paid back of an order of which a part cannot be sent: pieces and sums of each line, to the kopeck.

A refund keeps the lines as they are: what is left of a line is what it has less what was paid back of it before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.woocommerce.order_answers import OneOrder, OneRefund, OrderLine, kopecks


@dataclass(frozen=True, kw_only=True)
class PaidBack:
    """What was paid back of one line: pieces, and kopecks without tax and by rate of tax."""

    pcs: int
    kopecks: int
    taxes: Counter[int]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is to be paid back of one line."""

    line: OrderLine
    pcs: int
    kopecks: int
    taxes: Mapping[int, int]

    @property
    def body(self) -> dict[str, Any]:
        """As the site is told of it."""
        taxes = [{"id": rate, "refund_total": float(_roubles(sum_))} for rate, sum_ in self.taxes.items()]
        told = {"id": self.line.id, "quantity": self.pcs, "refund_total": float(_roubles(self.kopecks))}
        return {**told, "refund_tax": taxes} if taxes else told


def parts_to_refund(order: OneOrder, refunds: Sequence[OneRefund], left_pcs: Mapping[str, int]) -> list[Part]:
    """The lines that have more pieces than are to stay; those not named stay as they are."""
    parts = []
    for line in order.line_items:
        before = _paid_back(line, refunds)
        left = line.quantity - before.pcs
        pcs = left - left_pcs.get(str(line.id), left)
        if pcs > 0:
            parts.append(_part(line, before, pcs))
    return parts


def is_everything(order: OneOrder, refunds: Sequence[OneRefund], parts: Sequence[Part]) -> bool:
    """Whether nothing stays."""
    pcs = {part.line.id: part.pcs for part in parts}
    return all(line.quantity - _paid_back(line, refunds).pcs == pcs.get(line.id, 0) for line in order.line_items)


def refund_body(parts: Sequence[Part], reason: str) -> dict[str, Any]:
    """A refund by hand: the payment gateway is not asked, and the goods are back on the shelf.

    Asking the gateway is the default, and an order without one answers 500 (`reference/services.md` §3).
    """
    whole = sum(part.kopecks + sum(part.taxes.values()) for part in parts)
    lines = [part.body for part in parts]
    return {"amount": f"{_roubles(whole)}", "reason": reason, "line_items": lines, "api_refund": False, "api_restock": True}


def _part(line: OrderLine, before: PaidBack, pcs: int) -> Part:
    """A share by pieces; with the last of them all that is left of the line's sum."""
    is_last = before.pcs + pcs == line.quantity

    def share(whole: int, paid: int) -> int:
        return whole - paid if is_last else min(whole - paid, whole * pcs // line.quantity)

    taxes = {tax.id: share(kopecks(tax.total), before.taxes[tax.id]) for tax in line.taxes}
    return Part(line=line, pcs=pcs, kopecks=share(kopecks(line.total), before.kopecks), taxes=taxes)


def _paid_back(line: OrderLine, refunds: Sequence[OneRefund]) -> PaidBack:
    mine = [one for refund in refunds for one in refund.line_items if one.is_refund_of(line.id)]
    taxes: Counter[int] = Counter()
    for one in mine:
        for tax in one.taxes:
            taxes[tax.id] -= kopecks(tax.total)
    return PaidBack(pcs=sum(refund.pcs_of(line.id) for refund in refunds), kopecks=-sum(kopecks(one.total) for one in mine), taxes=taxes)


def _roubles(sum_kopecks: int) -> Decimal:
    return (Decimal(sum_kopecks) / 100).quantize(Decimal("0.01"))
