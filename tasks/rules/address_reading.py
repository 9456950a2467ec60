"""Reading an address in one line: which of its words is what. Nothing is looked up, and nothing is guessed that can be asked.

A line is cut at its commas, and its pieces are read from left to right: words of `tasks.rules.address_words` announce what stands after
them or before them, and what nothing announces gets its place by the order in which people tell addresses.
"""

import re
from dataclasses import dataclass

from tasks.rules.address_asides import aside, opened
from tasks.rules.address_cleaning import folded
from tasks.rules.address_parts import Draft, Loose, Parts
from tasks.rules.address_pieces import LETTER, ORDINAL, Piece, Word, announced, is_number, is_value
from tasks.rules.address_places import is_adjective, known_city, set_number, set_place, set_region, settle
from tasks.rules.address_regions import region_of
from tasks.rules.address_words import COUNTRY_OF, ISLANDS, LONGEST, NAMED, ROADS, WORDS, Kind

ARMENIAN_POSTCODE = re.compile(r"^\d{4}$")
CLOSED_TOWN = "ЗАТО"
"""A town may follow it with a word of its own: «ЗАТО г. Железногорск»."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """Parts of a line, and the codes of `address_cleaning.CHANGES` for what was read into it."""

    parts: Parts
    changed: tuple[str, ...] = ()


def read(text: str) -> Read:
    """The parts of a cleaned line."""
    draft = Draft()
    for words in opened(aside(text, draft)):
        _read_piece(Piece(words=words), draft)
    settle(draft)
    return Read(parts=draft.parts(), changed=tuple(draft.changed))


def _read_piece(piece: Piece, draft: Draft) -> None:
    whole = " ".join(piece.words)
    if country := COUNTRY_OF.get(folded(whole)):
        draft.put("country", country)
        return
    if ARMENIAN_POSTCODE.match(whole) and draft.found.get("country") == "AM" and not draft.has("street"):
        draft.put("postcode", whole)
        return
    while not piece.is_over:
        word = announced(piece, draft)
        if word is None:
            _read_word(piece, draft)
        elif word.kind in NAMED:
            _read_named(piece, draft, word)
        else:
            _read_numbered(piece, draft, word)
    _place_waiting(piece, draft)


def _read_word(piece: Piece, draft: Draft) -> None:
    """A word that announces nothing waits, unless it begins a town that is known without «г.» or a region that needs no word."""
    if not piece.waiting and not draft.has("street", "house"):
        for width in range(min(LONGEST, len(piece.words) - piece.at), 0, -1):
            words = " ".join(piece.words[piece.at : piece.at + width])
            if (city := known_city(words)) and not _is_anothers_name(piece, width):
                piece.take(width)
                is_named_after = folded(piece.word()) in ("г", "гор", "город") and not piece.word(1)
                set_place(draft, city, "г." if is_named_after else "")
                piece.take(int(is_named_after))
                return
    piece.waiting += piece.take()


def _is_anothers_name(piece: Piece, width: int) -> bool:
    """Whether the next words name a street or a region and no town: «Киров ул», but not «Москва ул Ленина»."""
    kind, _ = WORDS.get(folded(piece.word(width)), ("", ""))
    has_name = bool(piece.word(width + 1)) and not is_number(piece.word(width + 1))
    return kind in ("street", "region", "district") and not has_name


def _read_numbered(piece: Piece, draft: Draft, word: Word) -> None:
    is_after = bool(piece.waiting) and is_number(piece.waiting[-1]) and (not is_value(piece.word(word.width)) or _is_told_after(piece))
    value = piece.waiting.pop() if is_after else ""
    _place_waiting(piece, draft)
    piece.take(word.width)
    if not is_after:
        value = piece.take()[0]
        if word.kind == "house" and LETTER.match(piece.word()) and announced(piece, draft) is None:
            value += piece.take()[0]
    value = value.lstrip("№").upper() if word.kind == "letter" else value.lstrip("№")
    draft.put(word.kind, f"{word.written} {value}".strip())


def _is_told_after(piece: Piece) -> bool:
    """Whether a piece tells its numbers before their words: «3 дом 12 квартира», «2 подъезд 5 этаж»."""
    last = folded(piece.words[-1])
    return (last in WORDS and WORDS[last][0] not in NAMED) or last == "кв"


def _read_named(piece: Piece, draft: Draft, word: Word) -> None:
    name, value = _named(piece, draft, word)
    if word.kind == "town" and name:
        set_place(draft, name, word.written)
    elif word.kind == "region":
        set_region(draft, value, name)
    elif word.kind in ("district", "area"):
        draft.add(word.kind, value)
    elif word.kind == "street" and name:
        _set_street(draft, value)
    elif word.written == CLOSED_TOWN:
        draft.add("district", value)
    else:
        draft.rest.append(value)


def _named(piece: Piece, draft: Draft, word: Word) -> tuple[str, str]:
    """The name that a word announces, and the two together in the order in which they stand."""
    if word.kind == "street" and len(piece.waiting) == 1 and ORDINAL.match(piece.waiting[0]):
        ordinal = piece.waiting.pop()
        piece.take(word.width)
        return ordinal, f"{ordinal} {word.written} {_name_after(piece, draft, word.kind)}".strip()
    if _stands_after(piece, draft, word):
        name = _name_before(piece, draft, word.kind)
        piece.take(word.width)
        return name, f"{name} {word.written}"
    _place_waiting(piece, draft)
    piece.take(word.width)
    inner = announced(piece, draft) if word.written == CLOSED_TOWN else None
    name = _name_after(piece, draft, word.kind) if inner is None or inner.kind != "town" else ""
    return name, f"{word.written} {name}".strip()


def _set_street(draft: Draft, value: str) -> None:
    """Of two streets the second is the one with the house: the first is what it belongs to."""
    if draft.has("street") and draft.found["street"] != value and not draft.has("house"):
        draft.add("area", draft.found["street"])
        draft.found["street"] = value
    else:
        draft.put("street", value)


def _stands_after(piece: Piece, draft: Draft, word: Word) -> bool:
    """Whether a word names what stands before it: «Ленинский пр-т», «Московская обл», «7 мкр», but «Москва ул. Ленина»."""
    if not piece.waiting:
        return False
    following, last = piece.word(word.width), piece.waiting[-1]
    ahead = Piece(words=piece.words, at=piece.at + word.width)
    is_closed = not following or is_number(following) or announced(ahead, draft) is not None
    if word.kind == "area" and is_number(following):
        return is_number(last) or is_adjective(last)
    if word.kind == "street" and ORDINAL.match(following):
        return is_adjective(last)
    return is_closed or is_adjective(last) or (word.kind == "area" and bool(ORDINAL.match(last)))


def _name_before(piece: Piece, draft: Draft, kind: Kind) -> str:
    """All that waits; of a piece that begins with a place too, only the last word with its adjectives."""
    words, first = piece.waiting, 0
    if kind == "region" and region_of(" ".join(words)):
        piece.waiting = []
        return " ".join(words)
    if kind in ("region", "district", "town") or (not draft.has("city") and len(words) > 2):
        first = len(words) - 1
        while first and (is_adjective(words[first - 1]) or ORDINAL.match(words[first - 1])):
            first -= 1
    while first < len(words) - 1 and is_number(words[first]) and kind != "area":
        first += 1
    piece.waiting = words[:first]
    _place_waiting(piece, draft)
    return " ".join(words[first:])


def _name_after(piece: Piece, draft: Draft, kind: Kind) -> str:
    """Up to a number or to a word that announces something else; a number may begin it: «ул. 8 Марта», «мкр. 5»."""
    if kind == "town":
        for width in range(min(LONGEST, len(piece.words) - piece.at), 0, -1):
            if known_city(" ".join(piece.words[piece.at : piece.at + width])):
                return " ".join(piece.take(width))
    words: list[str] = []
    while not piece.is_over and not _ends(piece, draft, kind, words):
        words += piece.take()
        if kind == "area" and len(words) == 1 and is_number(words[0]):
            break
    if kind == "town" and len(words) > 1 and is_number(piece.word()):
        least = 2 if is_adjective(words[0]) else 1
        piece.waiting, words = words[least:], words[:least]
    return " ".join(words)


def _ends(piece: Piece, draft: Draft, kind: Kind, words: list[str]) -> bool:
    """Whether a name ends before the next word."""
    word = piece.word()
    if is_number(word):
        return bool(words) or not _begins_with_number(piece, draft, kind)
    following = announced(piece, draft)
    if following is None:
        return False
    if not words:
        return following.kind not in ("town", "street", "region") and not (kind == "region" and following.kind == "area")
    is_full_word = len(word.rstrip(".")) > 3
    is_of_name = kind in ("town", "street") and following.kind in ("town", kind) and is_adjective(words[-1])
    return not (is_full_word and is_of_name)


def _begins_with_number(piece: Piece, draft: Draft, kind: Kind) -> bool:
    """«мкр. 5», «линия 7», «ул. 8 Марта», «ул. 50 лет Октября», but not «ул. 5» with a house in front."""
    following = piece.word(1)
    if kind == "area":
        return True
    is_name = len(following) > 2 and not is_number(following) and folded(following) not in WORDS
    return kind == "street" and piece.word().isdigit() and (is_name or not draft.has("area"))


def _place_waiting(piece: Piece, draft: Draft) -> None:
    """Words that nothing announces: a country, a region, a road, a name, numbers by their order."""
    words, piece.waiting = piece.waiting, []
    name: list[str] = []
    for at, word in enumerate(words):
        if is_number(word) and not (not name and _begins_name(words[at:], draft)):
            _place_name(name, draft, has_number=True)
            name = []
            letter = words[at + 1] if at + 1 < len(words) and LETTER.match(words[at + 1]) else ""
            set_number(draft, word + letter)
        elif not (LETTER.match(word) and at and is_number(words[at - 1])):
            name.append(word)
    _place_name(name, draft, has_number=False)


def _begins_name(words: list[str], draft: Draft) -> bool:
    """Whether a number begins the name of a street that no word announces: «9 мая 77», with its house behind, or after a comma."""
    return len(words) > 1 and words[0].isdigit() and len(words[1]) > 2 and words[1].isalpha() and not draft.has("street", "area")


def _place_name(words: list[str], draft: Draft, *, has_number: bool) -> None:
    text = " ".join(words)
    country, is_early = COUNTRY_OF.get(folded(text)), not draft.has("street", "house")
    if not text:
        return
    if country:
        draft.put("country", country)
    elif not draft.has("city") and not has_number and (city := known_city(text)):
        set_place(draft, city, "")
    elif folded(text) in ISLANDS:
        draft.add("area", ISLANDS[folded(text)])
    elif folded(text) in ROADS and is_early:
        draft.put("street", text)
    elif region_of(text) and is_early and not has_number and not (draft.has("region", "city") and is_adjective(text)):
        set_region(draft, text, text)
    else:
        draft.loose.append(Loose(text=text, is_early=is_early, has_number=has_number))
