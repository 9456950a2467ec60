"""An order as 1C is told it: bundles as their parts, pieces that are still sold, and sums that add up to the kopeck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

Recipe = Sequence[tuple[int, int]]
"""Item and pieces per bundle; an item alone is its own recipe of one piece."""

STATUSES = {
    "unpaid": "Ожидает оплаты",
    "new": "Новый",
    "confirmed": "Собирается",
    "shipped": "Отгружен",
    "delivered": "Доставлен",
    "cancelled": "Отменён",
    "returned": "Возврат",
    "other": "Уточняется",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SoldLine:
    """A line of an order whose goods are known; ``price_kopecks`` of one piece, None where the channel did not tell it in roubles."""

    pcs: int
    cancelled_pcs: int
    price_kopecks: int | None
    recipe: Recipe


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """An item as 1C knows it; ``worth_kopecks`` is its price there, which a bundle's price is shared by."""

    source: str
    item_ref: str
    name: str
    article: str | None = None
    vat: str | None = None
    worth_kopecks: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentLine:
    """Pieces of an item: ``price_kopecks * pcs - discount_kopecks`` is what the buyer pays for them."""

    item_id: int
    pcs: int
    price_kopecks: int
    discount_kopecks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What one 1C base is told of an order."""

    source: str
    lines: tuple[DocumentLine, ...]
    is_cancelled: bool


def documents(lines: Sequence[SoldLine], goods: Mapping[int, Goods], *, is_cancelled: bool) -> list[Document]:
    """A document for each 1C base whose goods are in the order.

    A cancelled order, and what of an order falls to a base whose lines were all cancelled, is told as it was, cancelled.
    """
    told = [(line, parts) for line in lines for parts in [_by_source(line, goods)]]
    found = []
    for source in sorted({source for _, parts in told for source in parts}):
        here = [(line, parts[source]) for line, parts in told if source in parts]
        gone = is_cancelled or not any(line.pcs > line.cancelled_pcs for line, _ in here)
        rows = [row for line, _ in here for row in _rows(line, goods, source, pcs=line.pcs if gone else line.pcs - line.cancelled_pcs)]
        found.append(Document(source=source, lines=tuple(rows), is_cancelled=gone))
    return found


def shared(total_kopecks: int, weights: Sequence[int]) -> list[int]:
    """A sum shared by weights without losing a kopeck: the largest remainders get what rounding left. Weights of nothing share evenly."""
    even = weights if sum(weights) else [1] * len(weights)
    whole = sum(even)
    shares = [total_kopecks * weight // whole for weight in even]
    remainders = sorted(range(len(even)), key=lambda at: (-(total_kopecks * even[at] % whole), at))
    for at in remainders[: total_kopecks - sum(shares)]:
        shares[at] += 1
    return shares


def _by_source(line: SoldLine, goods: Mapping[int, Goods]) -> dict[str, list[int]]:
    parts = sorted((goods[item_id].source, item_id) for item_id, _ in line.recipe)
    return {source: [item_id for _, item_id in group] for source, group in groupby(parts, key=lambda part: part[0])}


def _rows(line: SoldLine, goods: Mapping[int, Goods], source: str, *, pcs: int) -> list[DocumentLine]:
    """The line's parts that are of this base; the price is shared over all of its parts first."""
    if not pcs:
        return []
    sums = shared((line.price_kopecks or 0) * pcs, _weights(line.recipe, goods))
    return [
        _row(item_id, per_bundle * pcs, paid)
        for (item_id, per_bundle), paid in zip(line.recipe, sums, strict=True)
        if goods[item_id].source == source
    ]


def _weights(recipe: Recipe, goods: Mapping[int, Goods]) -> list[int]:
    """By what the parts cost in 1C, where that is known of all of them; else by pieces."""
    worth = [goods[item_id].worth_kopecks for item_id, _ in recipe]
    return [pcs * (price or 0) if all(worth) else pcs for (_, pcs), price in zip(recipe, worth, strict=True)]


def _row(item_id: int, pcs: int, paid_kopecks: int) -> DocumentLine:
    """A sum that pieces do not divide is the next higher price less a discount of some kopecks."""
    price = -(-paid_kopecks // pcs)
    return DocumentLine(item_id=item_id, pcs=pcs, price_kopecks=price, discount_kopecks=price * pcs - paid_kopecks)
