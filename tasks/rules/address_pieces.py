"""Words between two commas, and what those that come next announce."""

import re
from dataclasses import dataclass, field

from tasks.rules.address_cleaning import folded
from tasks.rules.address_parts import WITHOUT_NUMBER, Draft
from tasks.rules.address_words import AMBIGUOUS, LONGEST, NAMED, WORDS, Kind

NUMBER = re.compile(r"^№?\d+[а-яёa-z]{0,2}(?:[/\\-]\d*[а-яёa-z]?\d*)*$", re.IGNORECASE)
ORDINAL = re.compile(r"^\d+(?:-(?:я|й|е|х|го|ая|ый|ий|ой|ое|летия|лет)|ая|ый|ий|ой|ое|го)$", re.IGNORECASE)
LETTER = re.compile(r"^[а-яёa-z]$", re.IGNORECASE)
ROMAN = re.compile(r"^[IVXХ]+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What the next words announce, how that is written, and how many words it is."""

    kind: Kind
    written: str
    width: int = 1


@dataclass(kw_only=True, slots=True)
class Piece:
    """Words between two commas, how far they are read, and those that wait for what comes after them."""

    words: list[str]
    at: int = 0
    waiting: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Nothing is left to read."""
        return self.at >= len(self.words)

    def word(self, ahead: int = 0) -> str:
        """A word from here on; empty after the last."""
        return self.words[self.at + ahead] if self.at + ahead < len(self.words) else ""

    def take(self, count: int = 1) -> list[str]:
        """The next words."""
        words = self.words[self.at : self.at + count]
        self.at += count
        return words


def is_number(word: str) -> bool:
    """Whether a word is the number of something: «5», «5/7», «10А», but not «1-я»."""
    return bool(NUMBER.match(word)) and not ORDINAL.match(word)


def is_value(word: str) -> bool:
    """Whether a word may stand after «дом», «корпус», «помещение»: a number, a letter, a Roman number, «б/н»."""
    is_counted = any(sign.isdigit() for sign in word) and not ORDINAL.match(word)
    return is_counted or bool(LETTER.match(word) or ROMAN.match(word)) or word == WITHOUT_NUMBER


def announced(piece: Piece, draft: Draft) -> Word | None:
    """What the next words announce, by the longest of `address_words.WORDS` that they are; none where they are but words.

    What a number would have to follow, and does not, announces nothing.
    """
    for width in range(min(LONGEST, len(piece.words) - piece.at), 0, -1):
        words = folded(" ".join(piece.words[piece.at : piece.at + width]))
        if words in AMBIGUOUS:
            return _ambiguous(words, piece, draft)
        if words in WORDS:
            kind, written = WORDS[words]
            is_lettered = kind == "letter" and 0 < len(piece.word(width)) < 3
            is_told = kind in NAMED or is_lettered or is_value(piece.word(width)) or bool(piece.waiting and is_number(piece.waiting[-1]))
            return Word(kind=kind, written=written, width=width) if is_told else None
    return None


def _ambiguous(letters: str, piece: Piece, draft: Draft) -> Word | None:
    """«д», «к», «кв», «с», «п»: told by what stands after them, and by what is known already."""
    number, name = AMBIGUOUS[letters]
    following = piece.word(1)
    is_inner = draft.has("house", "street", "area", "city", "town") or piece.at > 0 or bool(draft.loose) or letters in ("д", "кв")
    is_lettered = bool(LETTER.match(following)) and draft.has("house", "street") and letters in ("д", "к", "с")
    if number and is_inner and (is_number(following) or is_lettered or following == WITHOUT_NUMBER):
        return Word(kind=number[0], written=number[1])
    if number and letters == "кв" and piece.waiting and is_number(piece.waiting[-1]) and draft.has("house"):
        return Word(kind=number[0], written=number[1])
    is_late = draft.has("street", "house")
    if name is None or (name[0] == "town" and is_late and (not following[:1].isupper() or (draft.has("city") and letters != "г"))):
        return None
    is_named = bool(following) and not is_number(following)
    return Word(kind=name[0], written=name[1]) if is_named or (piece.waiting and not following) else None
