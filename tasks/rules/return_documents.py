"""A return as others are told it: the document of a 1C base, and the money that a site pays back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedGoods:
    """Pieces of one item; ``sum_kopecks`` is what the buyer paid for all of them.

    ``place``: the 1C warehouse they were sold from, by its ``Ид``; people know it as ``place_name``.
    """

    item_ref: str
    article: str | None
    name: str
    pcs: int
    price_kopecks: int
    sum_kopecks: int
    condition: str
    decision: str
    reason: str | None
    place: str | None
    place_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnDocument:
    """What one 1C base is to know of a return.

    Args:
        return_id: our number, the reference of the document: the same return is the same document.
        base: the 1C base whose goods these are.
        order_number: the order, as 1C knows it; None: it never had it from us.
        channel: where it was sold.
        order_ref: the channel's key of it.
        received_at: when the last of it came.
        told_by: who told of it.
        lines: at least one.
    """

    return_id: int
    base: str
    order_number: str | None
    channel: str
    order_ref: str
    received_at: datetime
    told_by: tuple[str, ...]
    lines: tuple[ReturnedGoods, ...]

    @property
    def comment(self) -> str:
        """For whoever looks at the document."""
        reasons = list(dict.fromkeys(line.reason for line in self.lines if line.reason))
        called = self.order_number or self.order_ref
        return f"Возврат Utyug № {self.return_id} по заказу {called} ({self.channel})" + (f": {'; '.join(reasons)}" if reasons else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnRefund:
    """What a site is to pay back of an order.

    Args:
        return_id: our number: the same return is paid back once.
        order_ref: the site's key of the order.
        pcs: pieces that came back, by the site's key of the line.
        reason: for whoever looks at the order.
    """

    return_id: int
    order_ref: str
    pcs: Mapping[str, int]
    reason: str


def shares(whole_kopecks: int, worths: list[int]) -> list[int]:
    """A sum shared out by what the parts are worth, to the kopeck; parts worth nothing share as equals."""
    weights = [worth or 1 for worth in worths] if not all(worths) else worths
    told, left = [], whole_kopecks
    for number, weight in enumerate(weights):
        share = left * weight // sum(weights[number:])
        told.append(share)
        left -= share
    return told
