"""Names and addresses in the alphabet that a route needs; the original always stays beside what was made of it.

The standard is a setting, ICAO Doc 9303 unless another is named: it is what Russian passports are written by now, so that a parcel abroad
bears the name that its owner can show (`reference/services.md` §5). Nothing is ever turned back from Latin: several Russian spellings have
one Latin one.

Which routes need it: `reference/services.md` §1 (CDEK). Within the customs union carriers find places by their Russian names; for other
countries no vendor's text was found that asks for Latin, so it is a setting.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Literal

import iuliia
from pydantic import Field

from tasks.rules.address_cleaning import DASHES, has_cyrillic, has_latin
from tasks.rules.address_words import UNION
from tasks.rules.questions import Question
from validation.part import Part

Standard = Literal["icao_doc_9303", "gost_52535", "mvd_782", "yandex_maps"]
STANDARD: Standard = "icao_doc_9303"
STANDARDS: dict[Standard, tuple[str, iuliia.Schema]] = {
    "icao_doc_9303": ("ICAO Doc 9303", iuliia.ICAO_DOC_9303),
    "gost_52535": ("ГОСТ Р 52535.1", iuliia.GOST_52535),
    "mvd_782": ("приказ МВД 782", iuliia.MVD_782),
    "yandex_maps": ("Яндекс Карты", iuliia.YANDEX_MAPS),
}
"""What people call each, and its table. Only those that leave nothing but ASCII: carriers check the characters of a label."""
Script = Literal["cyrillic", "latin", "any"]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
"""Letters that the standard has a row for in Russian. Others have other rows in other languages, and which language it is is not known."""

SIGNS = str.maketrans({"«": '"', "»": '"', "„": '"', "“": '"', "”": '"', "’": "'", "‘": "'", "№": "No. ", "…": "...", "\u00a0": " "})
WORD = re.compile(r"[^\W\d_]+")


class LatinRules(Part):
    """Which parcels bear Latin names and addresses: the section ``latin`` of a carrier's settings."""

    countries: frozenset[Country] = Field(default=frozenset(), description="страны (ISO, две буквы), куда имя и адрес пишутся латиницей")
    abroad: bool = Field(default=False, description="латиницей во все страны вне ЕАЭС")
    standard: Standard = Field(default=STANDARD, description="по какому стандарту")

    def script(self, country: str) -> Script:
        """What a parcel to a country is written in; an empty country is Russia."""
        if country in self.countries or (self.abroad and country not in UNION | {""}):
            return "latin"
        return "cyrillic" if country in UNION | {""} else "any"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spelled:
    """A text as a route needs it.

    Args:
        original: as it was.
        text: as it is to be sent; the original where it needs no change or cannot be changed.
        standard: by what it was transliterated, as people call it; empty where it was not.
        foreign: letters that the standard does not tell in Russian.
    """

    original: str
    text: str
    standard: str = ""
    foreign: tuple[str, ...] = ()


def to_latin(told: str, standard: Standard = STANDARD) -> Spelled:
    """Latin by a standard; words that are Latin already stay as they are, and so does every digit. Wholly capital words stay capital."""
    composed = unicodedata.normalize("NFC", told)
    foreign = tuple(sorted({letter for letter in composed.lower() if has_cyrillic(letter) and letter not in RUSSIAN}))
    if foreign or not has_cyrillic(composed):
        return Spelled(original=told, text=told, foreign=foreign)
    is_capital = _is_capital(composed)
    name, schema = STANDARDS[standard]
    latin = WORD.sub(lambda word: _word(word[0], schema, is_capital=is_capital or _is_capital(word[0])), composed)
    return Spelled(original=told, text=" ".join(DASHES.sub("-", latin.translate(SIGNS)).split()), standard=name)


def spelled(told: str, script: Script, *, part: str, standard: Standard = STANDARD) -> tuple[Spelled, tuple[Question, ...]]:
    """A name or an address as a route needs it, and what is to be asked where it cannot be written so.

    Args:
        told: as it is known.
        script: what the route needs.
        part: what it is, for the question; ``name`` or a part of an address.
        standard: by which it is transliterated; what is Latin already is never overwritten.
    """
    kind = "name" if part == "name" else "address"
    if script == "latin":
        result = to_latin(told, standard)
        is_asked = bool(result.foreign) or not result.text.isascii()
        asked = Question(code=f"{kind}_is_in_latin", part=part, told=told)
        return result, (asked,) if is_asked else ()
    if script == "cyrillic" and has_latin(told) and not has_cyrillic(told):
        return Spelled(original=told, text=told), (Question(code=f"{kind}_is_in_cyrillic", part=part, told=told, stops=kind == "address"),)
    return Spelled(original=told, text=told), ()


def _word(word: str, schema: iuliia.Schema, *, is_capital: bool) -> str:
    latin = schema.translate(word)
    return str(latin.upper() if is_capital else latin)


def _is_capital(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)
