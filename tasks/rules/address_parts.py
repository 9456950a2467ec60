"""The parts of an address, and how they are written in a line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOLD = ("postcode", "country", "region", "district", "city", "town", "street", "house", "block", "flat")
"""Parts that an order keeps beside its text and 1C knows."""

WITHOUT_NUMBER = "б/н"
"""A house that has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What of an address is known; what is not is empty.

    Args:
        country: ISO 3166-1, two letters; empty where nobody said.
        region: officially called, where it is a region of Russia.
        city: the place that was told first, without the word for what it is, which is ``city_kind``: «г.», «пгт», «с.».
        town: a place within or beside it, told after it, likewise.
        area: what is planned as one: «мкр. 5», «СНТ Ромашка», «тер. завода», «41 км».
        street: with the word for what it is: «ул. Кирова», «Ленинский пр-т».
        house: «5», «5/7», «10А», «вл. 3», «уч. 15».
        block: «корпус»; ``building``: with its word, «стр. 2»; ``letter``: «литера».
        flat: «12», «оф. 5», «пом. 3».
        point: the code of a place where parcels are given out.
        comment: what is said to the courier.
        rest: words that found no place.
    """

    country: str = ""
    postcode: str = ""
    region: str = ""
    district: str = ""
    city: str = ""
    city_kind: str = ""
    town: str = ""
    town_kind: str = ""
    area: str = ""
    street: str = ""
    house: str = ""
    block: str = ""
    building: str = ""
    letter: str = ""
    flat: str = ""
    entrance: str = ""
    floor: str = ""
    intercom: str = ""
    point: str = ""
    comment: str = ""
    rest: str = ""

    @property
    def place(self) -> str:
        """What a carrier looks for in its directory: the innermost place."""
        return self.town or self.city

    @property
    def building_line(self) -> str:
        """The house with all that tells it from its neighbours: «д. 5/7, корп. 1, стр. 2, лит. А»."""
        is_worded = self.house[:1].isalpha() and self.house != WITHOUT_NUMBER
        house = self.house if is_worded or not self.house else f"д. {self.house}"
        told = (house, _worded("корп.", self.block), self.building, _worded("лит.", self.letter))
        return ", ".join(part for part in told if part)

    @property
    def line(self) -> str:
        """From the street inwards, as a courier reads it."""
        flat = self.flat if not self.flat or self.flat[0].isalpha() else f"кв. {self.flat}"
        inner = (_worded("подъезд", self.entrance), _worded("этаж", self.floor), _worded("домофон", self.intercom))
        told = (self.area, self.street, self.building_line, flat, *inner)
        return ", ".join(part for part in told if part)

    def told(self) -> dict[str, str]:
        """As an order keeps it: only what is known, by the names of `TOLD`."""
        block = " ".join(part for part in (self.block, self.building, _worded("лит.", self.letter)) if part)
        street = ", ".join(part for part in (self.area, self.street) if part)
        known: Mapping[str, Any] = {name: getattr(self, name) for name in TOLD} | {"block": block, "street": street}
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, kw_only=True, slots=True)
class Loose:
    """A name that no word announces.

    Args:
        is_early: it stands before any street and house.
        has_number: a number follows it in the same piece, as a house follows its street.
    """

    text: str
    is_early: bool
    has_number: bool


@dataclass(kw_only=True, slots=True)
class Draft:
    """Parts as they are found; what is told twice and differs is kept as the rest."""

    found: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Whether any of these is found."""
        return any(self.found.get(name) for name in names)

    def note(self, code: str) -> None:
        """Remember what was done, once."""
        if code not in self.changed:
            self.changed.append(code)

    def put(self, name: str, value: str) -> None:
        """Keep a part; a second, different one is kept as the rest."""
        if not self.found.get(name):
            self.found[name] = value
        elif self.found[name] != value:
            self.rest.append(value)
        else:
            self.note("repeats")

    def add(self, name: str, value: str) -> None:
        """Keep a part that may be told in several words."""
        told = self.found.get(name, "")
        self.found[name] = f"{told}, {value}" if told and value not in told.split(", ") else told or value

    def parts(self) -> Parts:
        """What was found."""
        return Parts(**self.found, comment=", ".join(self.comments), rest=", ".join(self.rest))


def _worded(word: str, value: str) -> str:
    return f"{word} {value}" if value else ""
