"""What customs ask of a parcel that leaves the union, and a person has to tell.

Source: `reference/services.md` §1, Latin or Cyrillic: the data of international orders, and the lengths that the vendor's plugin allows.
The gross weight of a piece is that of 1C's card: goods are weighed in their package there.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from tasks.rules.destinations import Destination, read_day
from tasks.rules.latin import to_latin
from tasks.rules.questions import Question

PAPERS = {
    "passport_series": "серия паспорта",
    "passport_number": "номер паспорта",
    "passport_issued_on": "когда выдан",
    "passport_issued_by": "кем выдан",
    "born_on": "дата рождения",
    "inn": "ИНН",
}
"""Parts of a `Destination` that an order abroad must have."""
LONGEST = {"passport_series": 4, "passport_number": 6, "inn": 12}
DAYS = frozenset({"passport_issued_on", "born_on"})


class Declared(Protocol):
    """Goods as customs are told of them."""

    @property
    def sku(self) -> str:
        """The code that people know them by."""
        ...

    @property
    def name(self) -> str:
        """As the shop calls them."""
        ...

    @property
    def brand(self) -> str:
        """Whose make."""
        ...

    @property
    def origin(self) -> str:
        """From which country, ISO, two letters."""
        ...


def papers_question(to: Destination) -> Question | None:
    """Which of the recipient's papers are missing or cannot be right; none where customs have all of them."""
    lacking = [f"{name} ({title})" for name, title in PAPERS.items() if not _is_right(name, getattr(to, name))]
    if not lacking:
        return None
    return Question(code="shipment_has_papers", part="papers", more=f"Не хватает или записано неверно: {', '.join(lacking)}.")


def goods_question(goods: Iterable[Declared]) -> Question | None:
    """What of the goods is not known, by their codes; none where customs can be told all of it."""
    lacking = [f"{one.sku}: {', '.join(missing)}" for one in goods if (missing := list(_missing(one)))]
    if not lacking:
        return None
    return Question(code="shipment_goods_are_declared", part="goods", more=f"Не хватает: {'; '.join(dict.fromkeys(lacking))}.")


def _is_right(name: str, told: str) -> bool:
    if name in DAYS:
        return read_day(told) is not None
    return 0 < len(told) <= LONGEST.get(name, len(told))


def _missing(one: Declared) -> Iterator[str]:
    if to_latin(one.name).foreign:
        yield "название, которое можно записать латиницей"
    if not one.brand:
        yield "бренд"
    if not one.origin:
        yield "страна происхождения"
