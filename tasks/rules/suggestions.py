"""What somebody may have meant: the nearest of known names to one that is not known. Always the same answer to the same question."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from tasks.rules.address_cleaning import folded, has_cyrillic, has_latin
from tasks.rules.address_words import CALLED, WORDS
from tasks.rules.latin import to_latin

MOST = 3
"""More to choose from is no help."""
LEAST_LIKENESS = 0.6
"""Below this two names are not taken for spellings of one."""

KEYBOARD = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё")
"""Typed without switching the keyboard to Russian."""
ABROAD = {"moscow": "москва", "saint petersburg": "санкт петербург", "st petersburg": "санкт петербург"}
"""Towns that foreigners call otherwise than they are spelled."""


def nearest(told: str, candidates: Iterable[str], *, most: int = MOST) -> tuple[str, ...]:
    """Up to so many of the candidates, the likeliest first; of equally likely ones the first by the alphabet. Empty where none is near.

    Args:
        told: a town or a street as it was written, in any alphabet, with or without «г.», «ул.».
        candidates: as they are to be shown.
        most: how many to choose from.
    """
    ranked = sorted({(-likeness(told, one), one) for one in candidates})
    return tuple(name for distance, name in ranked if -distance >= LEAST_LIKENESS)[:most]


def likeness(told: str, known: str) -> float:
    """How alike two names are, from 0 to 1: «ё» is «е», the words for what they are do not count, nor does the order of words."""
    written = _bare(told)
    tries = [(written, _bare(known))]
    if has_latin(told) and not has_cyrillic(told):
        tries += [(ABROAD.get(written, written), _bare(known)), (written, _bare(to_latin(known).text))]
        tries.append((_bare(told.lower().translate(KEYBOARD)), _bare(known)))
    elif written in CALLED:
        tries.append((_bare(CALLED[written]), _bare(known)))
    return round(max(_ratio(*pair) for pair in tries), 4)


def _ratio(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    pairs = ((one, other), (_sorted(one), _sorted(other)))
    return max(SequenceMatcher(None, left, right, autojunk=False).ratio() for left, right in pairs)


def _bare(text: str) -> str:
    words = folded(text).replace("-", " ").split()
    return " ".join(word for word in words if word not in WORDS) or " ".join(words)


def _sorted(text: str) -> str:
    return " ".join(sorted(text.split()))
