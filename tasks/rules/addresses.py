"""Addresses of orders: read into parts, cleaned, and judged before anything is sent.

Called when an order is recorded and when its shipment is looked over, a line at a time (some milliseconds). The original is always kept.
What cannot be told for certain becomes a `Question` for a person, with the nearest names where any are known; which of its towns a carrier
means, the carrier says (`tasks.rules.destinations.city_question`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tasks.rules.address_asides import is_postcode
from tasks.rules.address_cleaning import cleaned, folded, has_cyrillic, has_latin
from tasks.rules.address_parts import Parts
from tasks.rules.address_places import known_city
from tasks.rules.address_reading import read
from tasks.rules.address_regions import FEDERAL, fits, region_of
from tasks.rules.address_words import CITIES, COUNTRIES, COUNTRY_OF, UNION
from tasks.rules.questions import Question, stopping
from tasks.rules.suggestions import nearest

GoesTo = Literal["door", "point"]
"""A courier brings it, or its buyer fetches it, so that neither street nor house matters."""

APART = ("postcode", "country", "region", "district", "city")
"""Parts that a channel may tell apart from the line."""

HOME = "RU"
VILLAGES = frozenset({"с.", "д.", "х.", "аул", "сл.", "ст.", "разъезд", "заимка", "кордон", "п.", "ст-ца", "пгт", "рп", "дп", "кп"})
"""Places that may have houses without streets, and houses without flats."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """An address as it was read.

    Args:
        original: as it was told, untouched.
        text: the same, cleaned.
        goes_to: door | point.
        country: ISO 3166-1; Russia where nobody says otherwise.
        parts: what is known of it. Of an address outside the customs union, or written in Latin, only what is told apart and the country:
            the rest stays whole in ``text``.
        within: of a text that was not read, what is left without the parts that were told apart before it; none where it was read.
        changed: codes of `address_cleaning.CHANGES`, for the audit.
        questions: what a person is to be asked.
    """

    original: str
    text: str
    goes_to: GoesTo = "door"
    country: str = HOME
    parts: Parts = field(default_factory=Parts)
    within: str | None = None
    changed: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether a parcel may leave for it."""
        return not stopping(self.questions)

    @property
    def line(self) -> str:
        """From the street inwards, for the carrier; the whole text where it was not read."""
        return self.parts.line or (self.text if self.within is None else self.within)


def read_address(told: str, *, apart: Mapping[str, str] | None = None, goes_to: GoesTo = "door") -> Address:
    """An address in one line, and the parts that its channel tells apart, which go before those read out of the line.

    Args:
        told: as a buyer or a channel wrote it.
        apart: of `APART`, what is known beside the line.
        goes_to: what it is needed for.
    """
    clean = cleaned(told)
    beside = {name: cleaned(value).text for name, value in (apart or {}).items() if name in APART and value.strip()}
    named = beside.pop("country", "")
    country, is_country_known = _country(named, clean.text)
    if country not in UNION or not has_cyrillic(clean.text + " ".join(beside.values())):
        parts = Parts(country=country, **beside)
        within = _within(clean.text, [*beside.values(), named])
        address = Address(
            original=told, text=clean.text, goes_to=goes_to, country=country, parts=parts, within=within, changed=clean.changed
        )  # fmt: skip
    else:
        line = read(clean.text)
        parts, more = _joined(line.parts, beside)
        changed = tuple(dict.fromkeys((*clean.changed, *line.changed, *more)))
        parts = replace(parts, country=parts.country or (country if named else ""))
        address = Address(original=told, text=clean.text, goes_to=goes_to, country=country, parts=parts, changed=changed)
    return replace(address, questions=tuple(_questions(address, is_country_known=is_country_known)))


def of_buyer(told: Mapping[str, str], *, goes_to: GoesTo = "door") -> Address:
    """The address of an order as `tasks.rules.buyers.normalised` keeps it: its text, and what was told or read apart."""
    return read_address(told.get("text", ""), apart={name: told[name] for name in APART if name in told}, goes_to=goes_to)


def _within(text: str, apart: list[str]) -> str:
    """The text after the parts that a channel told apart and that stand before it."""
    pieces, before = text.split(", "), [folded(one) for one in apart if one]
    while pieces and folded(pieces[0]) in before:
        before.remove(folded(pieces.pop(0)))
    return ", ".join(pieces)


def _country(told: str, text: str) -> tuple[str, bool]:
    """The country, and whether what was told of it is known. The line may name it first or last."""
    if told:
        code = told.upper() if told.upper() in COUNTRIES else COUNTRY_OF.get(folded(told), "")
        return code or told, bool(code)
    pieces = [folded(piece) for piece in text.split(",")]
    named = next((COUNTRY_OF[piece] for piece in (pieces[0], pieces[-1]) if piece in COUNTRY_OF), None)
    first = COUNTRY_OF.get(pieces[0].split(" ")[0]) if len(pieces[0].split(" ")[0]) > 3 else None
    return named or first or HOME, True


def _joined(line: Parts, beside: Mapping[str, str]) -> tuple[Parts, tuple[str, ...]]:
    """Parts of a line under those told apart; a place of the line that differs from the city told apart is a place within it."""
    told = dict(beside)
    city = read(told.pop("city")).parts if "city" in told else Parts()
    if region := region_of(told.get("region", "")):
        told["region"] = region
    place = city.city or city.street or city.rest
    apart = {folded(value) for value in (*beside.values(), *told.values(), place)}
    line = replace(line, rest=", ".join(word for word in line.rest.split(", ") if folded(word) not in apart))
    if region in FEDERAL and folded(place or line.city) == folded(region):
        told.pop("region")
    parts = replace(line, **told, country=line.country)
    if not place:
        return parts, ()
    known = known_city(place) or place
    is_same = folded(line.city) in ("", folded(known))
    town = (line.town, line.town_kind) if is_same else (line.city, line.city_kind)
    kind = city.city_kind or (line.city_kind if is_same else "")
    street = "" if line.street and folded(line.street) == folded(known) else line.street
    joined = replace(parts, city=known, city_kind=kind, town=town[0], town_kind=town[1], street=street, region=parts.region or city.region)
    return joined, ("repeats",) if is_same and line.city else ()


def _questions(address: Address, *, is_country_known: bool) -> Iterable[Question]:
    parts = address.parts
    if not address.text and not (parts.place or parts.point):
        yield Question(code="address_is_told", part="address")
        return
    if not is_country_known:
        names = nearest(address.country, (name.title() for name in COUNTRY_OF if has_cyrillic(name)))
        yield Question(code="address_country_is_known", part="country", told=address.country, suggestions=names)
        return
    if address.country not in UNION:
        return
    if not has_cyrillic(address.text):
        yield Question(code="address_is_in_cyrillic", part="address", told=address.text)
        return
    yield from _about_postcode(address)
    yield from _about_place(address)
    if address.goes_to == "door" and not parts.point:
        yield from _about_door(parts)
        if set(address.changed) & {"flat_by_order", "flat_by_dash"}:
            yield Question(code="address_flat_is_certain", part="flat", told=parts.flat, stops=False)
    if parts.rest:
        yield Question(code="address_is_read_whole", part="rest", told=parts.rest, stops=False)


def _about_postcode(address: Address) -> Iterable[Question]:
    code, parts = address.parts.postcode, address.parts
    region = parts.region or (parts.city if parts.city in FEDERAL else "")
    if address.country != HOME or not code:
        return
    if not is_postcode(code):
        yield Question(code="address_postcode_is_six_digits", part="postcode", told=code, stops=False)
    elif not fits(code, region):
        yield Question(code="address_postcode_fits_region", part="postcode", told=f"{code}, {region}")


def _about_place(address: Address) -> Iterable[Question]:
    parts = address.parts
    if not parts.place and not parts.point:
        names = (known_city(word) for word in parts.district.replace(",", " ").split())
        yield Question(code="address_has_city", part="city", told=parts.rest, suggestions=tuple(name for name in names if name))
    for part, value in (("city", parts.place), ("street", parts.street)):
        if has_latin(value) and not has_cyrillic(value):
            known = nearest(value, CITIES, most=1) if part == "city" else ()
            yield Question(code="address_is_in_cyrillic", part=part, told=value, suggestions=known)


def _about_door(parts: Parts) -> Iterable[Question]:
    is_village = parts.city_kind in VILLAGES or bool(parts.town)
    if not (parts.street or parts.area or is_village or (parts.block and not parts.house)):
        yield Question(code="address_has_street", part="street")
    if not parts.building_line:
        yield Question(code="address_has_house", part="house")
        return
    is_within = bool(parts.entrance or parts.floor or parts.intercom)
    if not parts.flat and (is_within or not (is_village or parts.area)):
        yield Question(code="address_has_flat", part="flat", stops=is_within)
