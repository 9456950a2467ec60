"""Lines of an order: ours, and those that people added to it.

A line of ours is known again by its outer id. A composition is replaced whole (`reference/services.md` §2), so that all lines are said,
people's own by the id that the account gave them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from adapters.retailcrm import answers
from adapters.retailcrm.money import kopecks, roubles
from tasks.rules.crm import CrmLine, CrmOrder

OURS = "utyug"
"""Of which system the outer id of a line is."""

OFFER_KEYS = ("xmlId", "externalId")
"""Where 1C's Ид may stand in the account's catalogue, the likelier first: that depends on who fills it."""

_NO_OFFER = re.compile(r"items\[(\d+)\]\.?\[?offer")


class Offers:
    """Under which key the catalogue has an item, learned from what it refuses; one that is under none goes by its name."""

    def __init__(self) -> None:
        self._refused: Counter[str] = Counter()

    def named(self, item_ref: str | None) -> dict[str, str] | None:
        """The item as an offer; none where it has to go by its name."""
        if item_ref is None or self._refused[item_ref] >= len(OFFER_KEYS):
            return None
        return {OFFER_KEYS[self._refused[item_ref]]: item_ref}

    def learn(self, sent: Sequence[dict[str, Any]], errors: Sequence[str]) -> bool:
        """Whether a refusal was of offers that can be said in another way.

        Args:
            sent: the lines that were refused.
            errors: what the account said of them.
        """
        numbers = {int(found[1]) for words in errors if (found := _NO_OFFER.search(words))}
        refs = {ref for at in numbers if at < len(sent) for ref in sent[at].get("offer", {}).values()}
        self._refused.update(refs)
        return bool(refs)


def new_line(line: CrmLine, offers: Offers) -> dict[str, Any]:
    """A line that is not there yet."""
    offer = offers.named(line.item_ref)
    what = {"productName": line.name or line.sku} if offer is None else {"offer": offer}
    return {**_outer(line), **what, **_amounts(line)}


def changed_lines(order: CrmOrder, shown: answers.Order, offers: Offers) -> list[dict[str, Any]]:
    """The composition whole; empty where none of our lines differs, or where we have none."""
    there = {ref: item for item in shown.items or [] if (ref := line_ref(item)) is not None}
    ours = {line.line_ref: line for line in order.lines}
    if not ours or (there.keys() == ours.keys() and all(_is_same(line, there[ref]) for ref, line in ours.items())):
        return []
    said = [_changed(there[ref], line) if ref in there else new_line(line, offers) for ref, line in ours.items()]
    theirs = [{"id": item.id, "quantity": float(item.quantity)} for item in shown.items or [] if line_ref(item) is None]
    return [*said, *theirs]


def line_ref(item: answers.Item) -> str | None:
    """Our key of a line; none of one that people added."""
    return next((one.value for one in item.external_ids or [] if one.code == OURS), None)


def pieces(items: Sequence[answers.Item]) -> dict[str, int] | None:
    """Pieces by item, of lines whose item is known; none where a quantity is no number of pieces."""
    counted: Counter[str] = Counter()
    for item in items:
        ref = item.offer.xml_id or item.offer.external_id
        if item.quantity != item.quantity.to_integral_value():
            return None
        if ref is not None and not item.is_canceled:
            counted[ref] += int(item.quantity)
    return dict(counted)


def _is_same(line: CrmLine, item: answers.Item) -> bool:
    return item.quantity == line.pcs and line.price_kopecks in (None, kopecks(item.initial_price))


def _amounts(line: CrmLine) -> dict[str, Any]:
    price = {} if line.price_kopecks is None else {"initialPrice": roubles(line.price_kopecks)}
    return {"quantity": line.pcs, **price}


def _changed(item: answers.Item, line: CrmLine) -> dict[str, Any]:
    return {"id": item.id, **_outer(line), **_amounts(line)}


def _outer(line: CrmLine) -> dict[str, Any]:
    return {"externalIds": [{"code": OURS, "value": line.line_ref}]}
