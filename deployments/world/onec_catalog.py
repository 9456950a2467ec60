"""The reference books of a 1C base that a site's orders are matched with, and polluted by."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from deployments.world.onec_documents import ORDER_DELIVERY, SERVICE, Card, Item, Line, SaidLine

Habit = Literal["ut", "unf"]


class Books:
    """«Номенклатура» and «Контрагенты».

    Args:
        habit: whose configuration it is.
        items: what is there.
        kits: sets that УНФ knows, as pieces of their parts by Ид; УТ knows none.

    Attributes:
        items: by Ид.
        created_items: what orders have added, which nobody wanted.
        cards: buyers.
    """

    def __init__(self, habit: Habit, items: Iterable[Item], kits: Mapping[str, Mapping[str, int]]) -> None:
        self.items = {item.ref: item for item in items}
        self.created_items: list[Item] = []
        self.cards: list[Card] = []
        self._habit = habit
        self._kits = kits if habit == "unf" else {}
        self._delivery = Item(ref=str(uuid.uuid4()), name="Доставка", kind=SERVICE)

    def lines(self, said: SaidLine) -> list[Line]:
        """A line of the site's as 1C writes it.

        A line of no pieces is none. УНФ's sets become their parts; the sum follows the pieces, which the reference does not tell.
        """
        item = self._item(said) if said.pcs else None
        if item is None:
            return []
        parts = self._kits.get(item.ref)
        if parts is None:
            return [Line(item=item, pcs=said.pcs, price_kopecks=said.price_kopecks, sum_kopecks=said.sum_kopecks)]
        sums = [said.sum_kopecks * pcs // sum(parts.values()) for pcs in parts.values()]
        sums[0] += said.sum_kopecks - sum(sums)
        return [
            Line(item=self.items[ref], pcs=said.pcs * pcs, price_kopecks=rounded(total / (said.pcs * pcs)), sum_kopecks=total)
            for (ref, pcs), total in zip(parts.items(), sums, strict=True)
        ]

    def typed(self, ref: str, pcs: Decimal) -> Line:
        """A line that a manager enters, at the item's own price."""
        item = self.items[ref]
        return Line(item=item, pcs=pcs, price_kopecks=item.price_kopecks, sum_kopecks=rounded(item.price_kopecks * pcs))

    def card(self, said: Card) -> Card:
        """The buyer's card, found or new.

        By ИНН and КПП where the site tells them, else by name, which the reference does not tell; the site's Ид is not 1C's.
        """
        for card in self.cards:
            if (card.inn, card.kpp) == (said.inn, said.kpp) and (said.inn or card.name == said.name):
                return card
        card = replace(said, ref=str(uuid.uuid4()))
        self.cards.append(card)
        return card

    def _item(self, said: SaidLine) -> Item | None:
        """By Ид, else by article, else by name, else a new one; УТ passes over a line that says nothing of its goods."""
        if said.ref == ORDER_DELIVERY and said.kind == SERVICE:
            return self._delivery
        if said.ref in self.items:
            return self.items[said.ref]
        alike = [item for item in self.items.values() if said.article and item.article == said.article]
        alike += [item for item in self.items.values() if said.name and item.name == said.name]
        if alike:
            return alike[0]
        if self._habit == "ut" and not (said.ref or said.article or said.name):
            return None
        item = Item(ref=str(uuid.uuid4()), name=said.name, article=said.article, kind=said.kind)
        self.items[item.ref] = item
        self.created_items.append(item)
        return item


def rounded(kopecks: Decimal) -> int:
    """Half a kopeck up."""
    return int(kopecks.to_integral_value(ROUND_HALF_UP))
