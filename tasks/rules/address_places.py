"""Regions and places of an address, and where names go that nothing announces."""

import re

from tasks.rules.address_cleaning import folded
from tasks.rules.address_parts import Draft, Loose
from tasks.rules.address_regions import FEDERAL, region_of
from tasks.rules.address_words import CALLED, CITIES

ADJECTIVE = re.compile(r"(?:[иыо]й|[ая]я|[ое]е|[иы]е)$", re.IGNORECASE)
BY_DASH = re.compile(r"^(\d+[а-яё]?)-(\d+)$", re.IGNORECASE)


def _key(text: str) -> str:
    return " ".join(folded(text).replace("-", " ").split())


KNOWN = {_key(city): city for city in CITIES} | CALLED


def known_city(text: str) -> str | None:
    """A town that needs no «г.», as it is written; none where it is not known to be one."""
    return KNOWN.get(_key(text))


def is_adjective(word: str) -> bool:
    """Whether a word may be one: «Ленинский», «Большая», «Малое»."""
    return len(word) > 3 and bool(ADJECTIVE.search(word.rstrip(".")))


def set_place(draft: Draft, name: str, kind: str) -> None:
    """A town; told twice it is one, a second one is within or beside the first, and of three the last is the innermost."""
    written = known_city(name) or name
    for place in ("city", "town"):
        if draft.has(place) and _key(draft.found[place]) == _key(written):
            draft.found[f"{place}_kind"] = draft.found.get(f"{place}_kind") or kind
            draft.note("repeats")
            return
        if not draft.has(place):
            draft.found |= {place: written, f"{place}_kind": kind}
            return
    draft.add("district", f"{draft.found['town_kind']} {draft.found['town']}".strip())
    draft.found |= {"town": written, "town_kind": kind}


def set_region(draft: Draft, value: str, name: str) -> None:
    """A region by its official name; a town that is one is a town."""
    region = region_of(value) or region_of(name)
    if region in FEDERAL:
        set_place(draft, region, "")
        return
    if region and region != value:
        draft.note("region")
    draft.put("region", region or value)


def set_number(draft: Draft, number: str) -> None:
    """A number that nothing announces: the house, then the flat."""
    value = number.lstrip("№")
    if not draft.has("house", "block") and (draft.has("street", "area", "city", "town") or draft.loose):
        draft.found["house"] = value
    elif not draft.has("flat") and draft.has("house", "block"):
        draft.found["flat"] = value
        draft.note("flat_by_order")
    else:
        draft.rest.append(value)


def settle(draft: Draft) -> None:
    """Give the names that are left their places: town before street; what may be both is asked about later."""
    names = draft.loose
    early = [one for one in names if one.is_early]
    if not draft.has("city") and early and not (len(early) == 1 and early[0].has_number and not draft.has("street")):
        names.remove(early[0])
        set_place(draft, early[0].text, "")
    if not draft.has("street") and (street := _street(names, draft)):
        names.remove(street)
        draft.found["street"] = street.text
    draft.rest[:0] = [one.text for one in names]
    if not draft.has("flat") and (both := BY_DASH.match(draft.found.get("house", ""))):
        draft.found |= {"house": both[1], "flat": both[2]}
        draft.note("flat_by_dash")


def _street(names: list[Loose], draft: Draft) -> Loose | None:
    numbered = [one for one in names if one.has_number]
    if numbered:
        return numbered[0]
    return names[-1] if names and names[-1].is_early and (draft.has("house") or not draft.has("area")) else None
