"""Whom and where a shipment goes to, out of what is known of its buyer, and what of it a person has to tell before anybody is told.

Names are read by `tasks.rules.names`, addresses by `tasks.rules.addresses`, phones by `tasks.rules.buyers`: what they ask is what is asked
of the shipment. What a person answers is taken at his word; only what it changes of the rest is read anew.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tasks.rules.address_cleaning import cleaned
from tasks.rules.address_regions import FEDERAL
from tasks.rules.address_words import CITIES, UNION
from tasks.rules.addresses import APART, GoesTo, of_buyer, read_address
from tasks.rules.addresses import Address as Read
from tasks.rules.buyers import Phone, read_phone
from tasks.rules.carrier import Address, Passport, Person
from tasks.rules.carrier_places import City, CityAsked, CityFound, PointFound
from tasks.rules.latin import LatinRules, spelled, to_latin
from tasks.rules.names import read_name
from tasks.rules.questions import Question, once
from tasks.rules.suggestions import likeness, nearest

MOST_NAMED = 5
"""Towns or points in a sentence."""
PLACED = ("region", "postcode", "district")
"""Parts that say where a town lies; those of another town say nothing of the one that a person names in its place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """A person at a door, or at a point of the carrier's; what is not known is empty.

    Args:
        name: as it is written on the parcel.
        phone: E.164.
        inn: a company's, or a person's where customs ask for it.
        line: from the street inwards, as a courier reads it.
        point_ref: of the point the buyer chose; a door where there is none.
        passport_series: for customs, abroad only, as the four after it.
        passport_issued_on: a day, as 2020-01-31; ``born_on`` likewise.
        questions: what a person has to tell of all this, and what he had better look at.
    """

    name: str = ""
    phone: str = ""
    extension: str = ""
    email: str = ""
    company: str = ""
    inn: str = ""
    comment: str = ""
    country: str = "RU"
    region: str = ""
    city: str = ""
    postcode: str = ""
    line: str = ""
    point_ref: str = ""
    passport_series: str = ""
    passport_number: str = ""
    passport_issued_on: str = ""
    passport_issued_by: str = ""
    born_on: str = ""
    questions: tuple[Question, ...] = ()

    @property
    def is_abroad(self) -> bool:
        """Outside the customs union: customs look at it."""
        return self.country not in UNION

    @property
    def person(self) -> Person:
        """Who gets it."""
        return Person(
            name=self.name,
            phone=self.phone,
            extension=self.extension,
            email=self.email,
            company=self.company,
            inn=self.inn,
            passport=self.passport,
        )

    @property
    def passport(self) -> Passport | None:
        """For customs; none where any of it is not known, or not needed."""
        issued_on, born_on = read_day(self.passport_issued_on), read_day(self.born_on)
        if not (self.is_abroad and self.passport_series and self.passport_number and self.passport_issued_by and issued_on and born_on):
            return None
        return Passport(
            series=self.passport_series,
            number=self.passport_number,
            issued_on=issued_on,
            issued_by=self.passport_issued_by,
            born_on=born_on,
        )

    @property
    def city_asked(self) -> CityAsked:
        """The town, as the carrier is asked which one it is: a town that is a region is in that region."""
        region = self.region or (self.city if self.city in FEDERAL else "")
        return CityAsked(name=self.city, region=region, postcode=self.postcode, country=self.country)

    def at_door(self, city_ref: str) -> Address:
        """The door, in a town that the carrier knows."""
        return Address(
            city_ref=city_ref, line=self.line, city=self.city, region=self.region, postcode=self.postcode, country=self.country
        )  # fmt: skip


CORRECTABLE = tuple(name for name in Destination.__dataclass_fields__ if name != "questions")


def destination(buyer: Mapping[str, Any] | None, *, point_ref: str = "", corrected: Mapping[str, str] | None = None) -> Destination:
    """What is known, with what a person put in its place.

    Args:
        buyer: as `tasks.rules.buyers.normalised` leaves it.
        point_ref: of the point that the order names.
        corrected: parts of a `Destination` by name.
    """
    told, answers = buyer or {}, _answers(corrected or {})
    company, place = told.get("company") or {}, told.get("address") or {}
    who = told.get("recipient") or told.get("name") or {}
    name = read_name(answers.get("name") or who.get("full", "") or company.get("name", ""))
    phone = _phone(told, answers)
    known_point = answers.get("point_ref", point_ref)
    read = _address(place, answers, goes_to="point" if known_point else "door")
    within = place.get("town", "") if "line" in answers and not read.parts.town else ""
    found = Destination(
        name=name.full,
        phone=phone.e164 or "",
        extension=phone.extension or "",
        email=told.get("email", ""),
        company=company.get("name", ""),
        inn=company.get("inn", ""),
        comment="; ".join(part for part in (told.get("comment", ""), read.parts.comment, read.parts.rest) if part),
        country=read.country,
        region=read.parts.region,
        city=within or read.parts.place,
        postcode=read.parts.postcode,
        line=read.line,
        point_ref=known_point if "point_ref" in answers else known_point or read.parts.point,
    )
    verbatim: dict[str, Any] = {part: value for part, value in answers.items() if part not in RULED}
    found = replace(_in_city(found, answers), **verbatim)
    return replace(found, questions=once([*_of_person(found, name.questions, answers), *_of_place(found, read, answers)]))


RULED = frozenset({"name", "phone", "extension", "city", "country", "point_ref"})
"""Answers that are read; the others are taken letter for letter."""
MAY_BE_NONE = frozenset({"point_ref", "extension", "email", "company", "comment"})
"""An empty answer to these says that there is none."""


def in_script(to: Destination, rules: LatinRules) -> tuple[Destination, tuple[Question, ...]]:
    """A destination as its route writes it, and what cannot be written so.

    Args:
        to: as it is told.
        rules: which routes are written in Latin, by which standard.
    """
    script = rules.script(to.country)
    name, of_name = spelled(to.name, script, part="name", standard=rules.standard)
    line, of_line = spelled(to.line, script, part="line", standard=rules.standard)
    if script != "latin":
        return to, () if to.point_ref else (*of_name, *of_line)
    city, of_city = spelled(to.city, script, part="city", standard=rules.standard)
    beside: dict[str, Any] = {part: to_latin(getattr(to, part), rules.standard).text for part in ("company", "region", "comment")}
    written = replace(to, name=name.text, line=line.text, city=city.text, **beside)
    return written, of_name if to.point_ref else once((*of_name, *of_line, *of_city))


def point_of(payload: str, fields: Sequence[str]) -> str:
    """The code of the point that the buyer chose on a site: the first of these fields that its order has, on it or on its delivery."""
    told = json.loads(payload)
    if not isinstance(told, dict):
        return ""
    ways = [way for way in told.get("shipping_lines") or () if isinstance(way, dict)]
    metas = [meta for holder in (told, *ways) for meta in holder.get("meta_data") or () if isinstance(meta, dict)]
    values = {meta.get("key"): str(meta.get("value") or "").strip() for meta in reversed(metas)}
    return next((values[name] for name in fields if values.get(name)), "")


def city_question(found: CityFound, to: Destination, number: str) -> Question:
    """What is asked of a town that is not certain, with those it may be, and how to answer: «Калуга? Калуга, Калужская область / …»."""
    titles = _titles(found.candidates, to.city) or nearest(to.city, CITIES)
    code = "address_city_is_one" if found.state == "ambiguous" else "address_city_is_known"
    named = f"{to.city}? {' / '.join(titles)}." if titles else f"Указано: {to.city}."
    answer = titles[0] if titles else "…"
    return Question(code=code, part="city", told=to.city, more=f'{named} Ответ: utyug shipment fix {number} "city={answer}".')


def point_question(found: PointFound) -> Question:
    """What is asked of a point that will not do, with those that will."""
    named = " / ".join(f"{point.point_ref} ({point.address})" for point in found.candidates[:MOST_NAMED])
    told = (found.sentence or "", f"Подойдут: {named}." if named else "")
    return Question(code="shipment_point_is_found", part="point_ref", more=" ".join(part for part in told if part))


def as_told(to: Destination) -> dict[str, str]:
    """Of a destination, what is not empty; for the hub to keep."""
    return {name: value for name in CORRECTABLE if (value := getattr(to, name))}


def read_day(told: str) -> date | None:
    """A day as people write it: 2020-01-31, 31.01.2020."""
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(told, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _answers(corrected: Mapping[str, str]) -> dict[str, str]:
    told = {name: cleaned(value).text for name, value in corrected.items() if name in CORRECTABLE}
    return {name: value for name, value in told.items() if value or name in MAY_BE_NONE}


def _phone(told: Mapping[str, Any], answers: Mapping[str, str]) -> Phone:
    if "phone" in answers:
        phone = read_phone(answers["phone"])
        return replace(phone, extension=answers.get("extension", phone.extension))
    known: Mapping[str, str] = next((one for one in told.get("phones", ()) if one.get("e164")), {})
    return Phone(raw="", e164=known.get("e164"), extension=answers.get("extension", known.get("extension")))


def _address(told: Mapping[str, str], answers: Mapping[str, str], *, goes_to: GoesTo) -> Read:
    """The order's address under the answers; a line that a person gives takes the place of the whole text."""
    apart = {name: told[name] for name in APART if name in told}
    if "city" in answers:
        apart = {name: value for name, value in apart.items() if name not in PLACED}
    apart |= {name: answers[name] for name in APART if name in answers and name != "city"}
    line = answers.get("line", "")
    if "city" in answers and (line or not told.get("text")):
        apart["city"] = answers["city"]
    if line:
        return read_address(line, apart=apart, goes_to=goes_to)
    return of_buyer({**apart, "text": told.get("text", "")}, goes_to=goes_to)


def _in_city(found: Destination, answers: Mapping[str, str]) -> Destination:
    """The town that a person names, with the region that he may name in the same breath: «Калуга, Калужская область»."""
    if "city" not in answers:
        return found
    if found.is_abroad:
        name, *wider = [piece for piece in answers["city"].split(", ") if piece != found.country]
        return replace(found, city=name, region=wider[-1] if wider else "", postcode="")
    named = read_address(answers["city"]).parts
    return replace(found, city=named.place or answers["city"], region=named.region, postcode="")


def _of_person(found: Destination, of_name: Iterable[Question], answers: Mapping[str, str]) -> Iterable[Question]:
    yield from () if "name" in answers else of_name
    if not found.phone:
        yield Question(code="shipment_has_phone", part="phone")


def _of_place(found: Destination, read: Read, answers: Mapping[str, str]) -> Iterable[Question]:
    """What the reader asks and nobody has answered; of a point the carrier knows where it is, of an address abroad less is read."""
    if found.point_ref:
        return
    settled = ({"city", "postcode"} if "city" in answers else set()) | ({"street", "house", "flat", "rest"} if "line" in answers else set())
    yield from (question for question in read.questions if question.part not in settled)
    if found.is_abroad and not found.city:
        yield Question(code="address_has_city", part="city")
    if found.is_abroad and not found.line:
        yield Question(code="address_has_street", part="street")


def _titles(candidates: Sequence[City], told: str) -> tuple[str, ...]:
    """The likeliest first."""
    ranked = sorted(candidates, key=lambda city: -likeness(told, city.name))
    return tuple(dict.fromkeys(city.title for city in ranked))[:MOST_NAMED]
