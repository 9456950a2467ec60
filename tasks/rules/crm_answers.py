"""Answers to questions about an order that a person gave by putting it right in the CRM.

Only what was asked is answered: a phone that could not be read, an address that is missing, a line without a price, a line of which nobody
knows what it is. Everything else of an order is its channel's word, whatever stands in the CRM.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.rules.buyers import Phone, read_address, read_phone
from tasks.rules.comments import is_exact
from tasks.rules.crm import CrmChange, CrmGoods


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedLine:
    """A line of an order as the hub has it.

    Args:
        line_ref: the channel's key.
        sku: the channel's code.
        pcs: still sold.
        is_unknown: nobody knows what was sold.
        is_unpriced: its price is not known, or nothing.
    """

    line_ref: str
    sku: str
    pcs: int
    is_unknown: bool = False
    is_unpriced: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is open of an order."""

    lacks_phone: bool = False
    lacks_address: bool = False
    lines: tuple[AskedLine, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What a person found out.

    Args:
        phone: the buyer's.
        address: where to deliver, in one line.
        prices: kopecks by ``line_ref``.
        items: our item by ``line_ref``.
    """

    phone: Phone | None = None
    address: str | None = None
    prices: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Questions that are answered."""
        return (self.phone is not None) + (self.address is not None) + len(self.prices) + len(self.items)


def answers_of(change: CrmChange, asked: Asked, items: Mapping[str, int]) -> Answers:
    """What of the open questions the CRM's order answers; nothing twice, since what is answered is open no more.

    Args:
        change: the order as it stands in the CRM.
        asked: what is open.
        items: our items by words that name exactly one of them.
    """
    if change.is_deleted:
        return Answers()
    phone = read_phone(change.phone) if asked.lacks_phone and change.phone else None
    address = change.address if asked.lacks_address and change.address and is_exact(read_address(change.address)) else None
    goods = _by_line(change.goods, asked.lines)
    named = {ref: item_id for ref, one in goods.items() if (item_id := _item(one, items)) is not None}
    return Answers(
        phone=phone if phone is not None and phone.e164 is not None else None,
        address=address,
        prices={
            line.line_ref: price
            for line in asked.lines
            if line.is_unpriced and line.line_ref in goods and (price := goods[line.line_ref].price_kopecks or 0) > 0
        },
        items={line.line_ref: named[line.line_ref] for line in asked.lines if line.is_unknown and line.line_ref in named},
    )


def words_of(change: CrmChange) -> set[str]:
    """By what its lines may name an item of ours."""
    return {name for one in change.goods for name in one.names}


def _by_line(goods: Sequence[CrmGoods], lines: Sequence[AskedLine]) -> dict[str, CrmGoods]:
    """The CRM's line of each of ours, where there is exactly one.

    A manager who cannot change what a line is of removes it and adds another. That is told only where one unknown line of ours is gone
    and one line of theirs, of as many pieces, stands there instead; with two nobody could say which is which.
    """
    theirs = {line.line_ref: [one for one in goods if _is_of(one, line, lines)] for line in lines}
    found = {ref: mine[0] for ref, mine in theirs.items() if len(mine) == 1}
    gone = [line for line in lines if line.is_unknown and not theirs[line.line_ref]]
    added = [one for one in goods if one.pcs and one.line_ref is None and not any(one in mine for mine in theirs.values())]
    if len(gone) == len(added) == 1 and added[0].pcs == gone[0].pcs:
        found[gone[0].line_ref] = added[0]
    return found


def _is_of(goods: CrmGoods, line: AskedLine, lines: Sequence[AskedLine]) -> bool:
    if goods.line_ref is not None:
        return goods.line_ref == line.line_ref
    return goods.sku == line.sku and sum(one.sku == line.sku for one in lines) == 1


def _item(goods: CrmGoods, items: Mapping[str, int]) -> int | None:
    """The one item that its names mean; none where they mean several."""
    meant = {items[name] for name in goods.names if name in items}
    return meant.pop() if len(meant) == 1 else None
