"""Text that people type, cleaned without a word being lost: spaces, invisible signs, emoji, letters of the wrong alphabet, commas.

What was typed is kept beside it by whoever calls; «ё» stays as it is, and only comparing (`folded`) takes it for «е».
"""

import re
import unicodedata
from dataclasses import dataclass

LATIN, CYRILLIC = "ABEKMHOPCTXYaeopcxy", "АВЕКМНОРСТХУаеорсху"
TO_CYRILLIC, TO_LATIN = str.maketrans(LATIN, CYRILLIC), str.maketrans(CYRILLIC, LATIN)
"""Letters that look the same in both alphabets."""

CHANGES = {
    "spaces": "лишние пробелы",
    "signs": "невидимые знаки и значки",
    "letters": "латинские буквы вместо русских, похожих на них, или наоборот",
    "punctuation": "лишние знаки препинания",
    "repeats": "повторы одного и того же",
    "region": "регион записан полным названием",
    "flat_by_order": "квартира понята по порядку: второе число после улицы",
    "flat_by_dash": "дом и квартира записаны через дефис",
}
"""What may have been changed in an address or a name, or read into it, for people."""

DASHES = re.compile(r"[‐‑‒–—―−]")
WORD = re.compile(r"[A-Za-zА-Яа-яЁё0-9]+")
NOTHING = " ,;:.|/-–—_*!?"
LEADING = NOTHING + ")"
INITIAL_LAST = re.compile(r"(?:^|[\s.-])[A-ZА-ЯЁ]$")
HIDDEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Me"})
KEPT = frozenset("№°\n\t\r")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleaned:
    """A line, and the codes of `CHANGES` for what was done to it."""

    text: str
    changed: tuple[str, ...] = ()


def cleaned(told: str) -> Cleaned:
    """One line without what only looks like text; cleaning it again changes nothing."""
    steps = (("signs", _without_signs), ("spaces", _spaced), ("letters", _in_one_alphabet), ("punctuation", _punctuated))
    text, changed = unicodedata.normalize("NFC", told), []
    for code, step in steps:
        before, text = text, step(text)
        if text != before:
            changed.append(code)
    return Cleaned(text=text, changed=tuple(changed))


def folded(text: str) -> str:
    """For comparing only: small letters, «ё» as «е», hyphens of one kind, no dots, quotes or brackets."""
    small = DASHES.sub("-", text.lower()).replace("ё", "е").replace(".", " ")
    return " ".join(re.sub(r"[^\w\s/№-]", " ", small).split()).strip("-")


def has_latin(text: str) -> bool:
    """Whether any letter is Latin."""
    return bool(re.search(r"[A-Za-zÀ-ɏ]", text))


def has_cyrillic(text: str) -> bool:
    """Whether any letter is Cyrillic."""
    return bool(re.search(r"[Ѐ-ӿ]", text))


def _without_signs(text: str) -> str:
    return "".join(_sign(sign) for sign in text)


def _sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign in KEPT or (sign.isascii() and kind != "Cc"):
        return sign
    if kind == "Nd":
        return str(unicodedata.digit(sign))
    if kind in HIDDEN or sign in "\ufe0e\ufe0f":
        return " " if kind in ("Cc", "Cn", "Co") else ""
    return " " if kind in ("So", "Sk") else sign


def _spaced(text: str) -> str:
    lines = re.sub(r"\s*[\r\n]+\s*", ", ", text.strip())
    return " ".join(lines.split())


def _in_one_alphabet(text: str) -> str:
    is_cyrillic = has_cyrillic(text)
    return WORD.sub(lambda found: _one_alphabet(found[0], is_cyrillic=is_cyrillic), text)


def _one_alphabet(word: str, *, is_cyrillic: bool) -> str:
    latin = [letter for letter in word if letter.isascii() and letter.isalpha()]
    cyrillic = [letter for letter in word if not letter.isascii()]
    if not latin or not is_cyrillic:
        return word
    is_alike = all(letter in LATIN for letter in latin)
    if cyrillic:
        if is_alike:
            return word.translate(TO_CYRILLIC)
        return word.translate(TO_LATIN) if all(letter in CYRILLIC for letter in cyrillic) else word
    is_code = len(latin) > 1 and len(latin) < len(word)
    return word.translate(TO_CYRILLIC) if is_alike and not is_code and (len(latin) == 1 or word == word.upper()) else word


def _punctuated(text: str) -> str:
    """Until nothing more is to be taken away: what one sign hid may be one too many now."""
    before = ""
    while before != text:
        before, text = text, _punctuated_once(text)
    return text


def _punctuated_once(text: str) -> str:
    open_ended = re.sub(r"\(\s*\)", " ", text)
    dotted = re.sub(r"\s+\.(?=\s|$)", ".", re.sub(r"\.{2,}", ".", open_ended))
    one = " ".join(re.sub(r"\s*[,;|]+(?:[\s.]*[,;|]+)*\s*", ", ", dotted).split())
    bare = one.rstrip(NOTHING).lstrip(LEADING)
    is_initial = INITIAL_LAST.search(bare) is not None and f"{bare}." in one
    return f"{bare}." if is_initial else bare
