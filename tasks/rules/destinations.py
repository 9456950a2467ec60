"""Whom and where a shipment goes to, out of what is known of its buyer, and what of it a person has to tell before anybody is told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tasks.rules.carrier import Address, Person
from tasks.rules.carrier_places import CityAsked, CityFound, PointFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """A person at a door, or at a point of the carrier's; what is not known is empty.

    Args:
        phone: E.164.
        line: street, house, flat.
        point_ref: of the point the buyer chose; a door where there is none.
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

    @property
    def person(self) -> Person:
        """Who gets it."""
        return Person(
            name=self.name, phone=self.phone, extension=self.extension, email=self.email, company=self.company, inn=self.inn
        )  # fmt: skip

    @property
    def city_asked(self) -> CityAsked:
        """The town, as the carrier is asked which one it is."""
        return CityAsked(name=self.city, region=self.region, postcode=self.postcode, country=self.country)

    def at_door(self, city_ref: str) -> Address:
        """The door, in a town that the carrier knows."""
        return Address(
            city_ref=city_ref, line=self.line, city=self.city, region=self.region, postcode=self.postcode, country=self.country
        )  # fmt: skip


CORRECTABLE = tuple(Destination.__dataclass_fields__)


def destination(buyer: Mapping[str, Any] | None, *, point_ref: str = "", corrected: Mapping[str, str] | None = None) -> Destination:
    """What is known, with what a person put in its place.

    Args:
        buyer: as `tasks.rules.buyers.normalised` leaves it.
        point_ref: of the point that the order names.
        corrected: parts of a `Destination` by name.
    """
    told = buyer or {}
    who = told.get("recipient") or told.get("name") or {}
    phone: Mapping[str, str] = next((one for one in told.get("phones", ()) if one.get("e164")), {})
    place, company = told.get("address") or {}, told.get("company") or {}
    found = Destination(
        name=who.get("full", "") or company.get("name", ""),
        phone=phone.get("e164", ""),
        extension=phone.get("extension", "") or "",
        email=told.get("email", ""),
        company=company.get("name", ""),
        inn=company.get("inn", ""),
        comment=told.get("comment", ""),
        country=place.get("country", "") or "RU",
        region=place.get("region", ""),
        city=place.get("city", ""),
        postcode=place.get("postcode", ""),
        line=_line(place),
        point_ref=point_ref,
    )
    return replace(found, **{name: value for name, value in (corrected or {}).items() if name in CORRECTABLE})


def lacking(to: Destination) -> list[str]:
    """Codes of `validation.reasons` for what a person has to tell."""
    needed = {"shipment_has_recipient": to.name, "shipment_has_phone": to.phone}
    at_door = {"shipment_has_city": to.city or to.postcode, "shipment_has_street": to.line}
    return [reason for reason, value in (needed | ({} if to.point_ref else at_door)).items() if not value]


def point_of(payload: str, fields: Sequence[str]) -> str:
    """The code of the point that the buyer chose on a site: the first of these fields that its order has, on it or on its delivery."""
    told = json.loads(payload)
    if not isinstance(told, dict):
        return ""
    ways = [way for way in told.get("shipping_lines") or () if isinstance(way, dict)]
    metas = [meta for holder in (told, *ways) for meta in holder.get("meta_data") or () if isinstance(meta, dict)]
    values = {meta.get("key"): str(meta.get("value") or "").strip() for meta in reversed(metas)}
    return next((values[name] for name in fields if values.get(name)), "")


def city_question(found: CityFound) -> str:
    """What is asked of a town that is not certain, with those it may be."""
    named = "; ".join(city.title for city in found.candidates[:5])
    which = f" Подходят: {named}." if named else ""
    return f"{found.sentence or 'Перевозчик не узнал город.'}{which}"


def point_question(found: PointFound) -> str:
    """What is asked of a point that will not do, with those that will."""
    named = "; ".join(f"{point.point_ref} ({point.address})" for point in found.candidates[:5])
    return f"{found.sentence or 'Такого пункта у перевозчика нет.'}" + (f" Подойдут: {named}." if named else "")


def as_told(to: Destination) -> dict[str, str]:
    """Of a destination, what is not empty; for the hub to keep."""
    return {name: value for name, value in asdict(to).items() if value}


def _line(place: Mapping[str, str]) -> str:
    """Street, house and flat where they were told apart; else the whole text."""
    if place.get("street") and place.get("house"):
        flat = f"кв. {place['flat']}" if place.get("flat") else ""
        return ", ".join(part for part in (place["street"], place["house"], flat) if part)
    return place.get("street", "") or place.get("text", "")
