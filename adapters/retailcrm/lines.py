"""Lines of an order: ours, and those that people added to it.

A line of ours is known again by its outer id. A composition is replaced whole (`reference/services.md` §2), so that all lines are said,
people's own by the id that the account gave them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.retailcrm import answers
from adapters.retailcrm.money import kopecks, roubles
from tasks.rules.crm import CrmGoods, CrmLine, CrmOrder, LineState

Statuses = Mapping[LineState, str]
"""What has become of a whole line → the account's status of goods."""

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


def new_line(line: CrmLine, offers: Offers, statuses: Statuses) -> dict[str, Any]:
    """A line that is not there yet; a price that nobody knows is none, or the account would take its catalogue's for it."""
    offer = offers.named(line.item_ref)
    what = {"productName": line.name or line.sku} if offer is None else {"offer": offer}
    return {**_outer(line), **what, "quantity": line.pcs, "initialPrice": roubles(line.price_kopecks or 0), **_status(line, statuses)}


def changed_lines(order: CrmOrder, shown: answers.Order, offers: Offers, statuses: Statuses) -> list[dict[str, Any]]:
    """The composition whole; empty where none of our lines differs, or where we have none.

    A line that people put in place of one of ours, since they cannot change what a line is of, becomes ours.
    """
    items = shown.items or []
    there = {ref: item for item in items if (ref := line_ref(item)) is not None}
    ours = {line.line_ref: line for line in order.lines}
    taken = _in_place(ours, there, items)
    if not ours or (not taken and there.keys() == ours.keys() and all(_is_same(line, there[ref], statuses) for ref, line in ours.items())):
        return []
    kept = there | taken
    said = [_changed(kept[ref], line, statuses) if ref in kept else new_line(line, offers, statuses) for ref, line in ours.items()]
    adopted = {item.id for item in taken.values()}
    theirs = [{"id": item.id, "quantity": float(item.quantity)} for item in items if line_ref(item) is None and item.id not in adopted]
    return [*said, *theirs]


def _in_place(ours: Mapping[str, CrmLine], there: Mapping[str, answers.Item], items: Sequence[answers.Item]) -> dict[str, answers.Item]:
    """People's lines instead of ours that are gone: of the same item, or the only one of as many pieces where nobody knows the item."""
    gone = [line for ref, line in ours.items() if ref not in there]
    added = [item for item in items if line_ref(item) is None and _names(item) and not item.is_canceled]
    taken: dict[str, answers.Item] = {}
    for line in gone:
        same = next((item for item in added if line.item_ref in _names(item) and item.quantity == line.pcs), None)
        if same is not None:
            added.remove(same)
            taken[line.line_ref] = same
    unknown = [line for line in gone if line.item_ref is None]
    if len(unknown) == len(added) == 1 and added[0].quantity == unknown[0].pcs:
        taken[unknown[0].line_ref] = added[0]
    return taken


def line_ref(item: answers.Item) -> str | None:
    """Our key of a line; none of one that people added."""
    return next((one.value for one in item.external_ids or [] if one.code == OURS), None)


def goods(items: Sequence[answers.Item]) -> tuple[CrmGoods, ...]:
    """The lines as people left them; cancelled ones are left out."""
    return tuple(
        CrmGoods(
            line_ref=line_ref(item),
            names=_names(item),
            pcs=int(item.quantity) if item.quantity == item.quantity.to_integral_value() else None,
            price_kopecks=int(price) if (price := kopecks(item.initial_price)) == price.to_integral_value() else None,
        )
        for item in items
        if not item.is_canceled
    )


def _names(item: answers.Item) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (item.offer.xml_id, item.offer.external_id, item.offer.article) if name))


def _is_same(line: CrmLine, item: answers.Item, statuses: Statuses) -> bool:
    """A price that we do not know, or that is nothing, is people's to write; and so is a status that is not ours to tell."""
    is_priced_so = not line.price_kopecks or line.price_kopecks == kopecks(item.initial_price)
    return item.quantity == line.pcs and is_priced_so and _status(line, statuses).get("status", item.status) == item.status


def _changed(item: answers.Item, line: CrmLine, statuses: Statuses) -> dict[str, Any]:
    price = {"initialPrice": roubles(line.price_kopecks)} if line.price_kopecks else {}
    return {"id": item.id, **_outer(line), "quantity": line.pcs, **price, **_status(line, statuses)}


def _status(line: CrmLine, statuses: Statuses) -> dict[str, str]:
    """What has become of all of it, where the settings have a status for that."""
    status = statuses.get(line.state) if line.state is not None else None
    return {"status": status} if status is not None else {}


def _outer(line: CrmLine) -> dict[str, Any]:
    return {"externalIds": [{"code": OURS, "value": line.line_ref}]}
