"""Which town a buyer means, and where in it a parcel may be given out.

A town named in an order is not always recognised: «Москва» is the name of two rows, «Санкт-Петербург» by its name was answered with an
error, «Климовск» is there as «Климовск микрорайон». So it is found in the directory first and named by its code; where name, region and
postal code leave a doubt, a person chooses (`reference/services.md` §1, Orders, Places).
"""

import math
import re
from collections.abc import Sequence

from adapters.cdek import answers, paths
from adapters.cdek.client import CdekClient
from tasks.rules.address_regions import region_of
from tasks.rules.carrier import Parcel
from tasks.rules.carrier_places import City, CityAsked, CityFound, Point, PointFound, PointKind, unsuited

BEGINNINGS = (5, 3)
"""Letters of a name that is not known, tried one after the other."""
TOLD_MAX = 5
CANDIDATES_MAX = 20
LOCKER = "POSTAMAT"
TYPES: dict[PointKind, str] = {"office": "PVZ", "locker": LOCKER}
OF_REGION = re.compile(r"\b(область|обл|край|республика|респ|автономный округ|автономная область|ао|город|г)\b\.?")


class CdekPlaces(CdekClient):
    """Knows towns and points."""

    def find_city(self, asked: CityAsked) -> CityFound:
        """The town meant, or those it may be; never a guess.

        Raises:
            SyncError: the directory could not be asked.
        """
        if asked.fias and len(by_key := self._cities(fias_guid=asked.fias)) == 1:
            return _found(by_key[0])
        named = self._cities(city=asked.name, country_codes=asked.country)
        posted = self._cities(postal_code=asked.postcode, country_codes=asked.country) if asked.postcode else []
        if not named:
            return self._like(asked, posted)
        fitting = [city for city in named if not asked.region or _is_region(asked.region, city)]
        fitting = [city for city in fitting if not posted or city in posted]
        if len(fitting) == 1:
            return _found(fitting[0])
        return _ambiguous(asked, list(dict.fromkeys((*named, *posted))))

    def find_point(self, point_ref: str, parcels: Sequence[Parcel], *, collects: bool) -> PointFound:
        """Whether the parcels may go to this point, and where else in its town they may.

        Raises:
            SyncError: the directory could not be asked.
        """
        point = self.point(point_ref)
        if point is None:
            sentence = f"Пункта {point_ref} в СДЭК нет: он закрылся, или код написан с ошибкой. Выберите другой."
            return PointFound(state="unknown", sentence=sentence)
        if (why := unsuited(point, parcels, collects=collects)) is None:
            return PointFound(state="found", point=point)
        others = self.find_points(point.city_ref, parcels, collects=collects, near=point.address).candidates
        return PointFound(state="unsuited", point=point, candidates=others, sentence=f"{why} Выберите другой пункт.")

    def find_points(
        self, city_ref: str, parcels: Sequence[Parcel], *, collects: bool, kind: PointKind | None = None, near: str = ""
    ) -> PointFound:
        """The points of a town that will do for these parcels, as ``candidates``; nearest words of ``near`` first. ``unknown``: none.

        Raises:
            SyncError: the directory could not be asked.
        """
        weight_kg = math.ceil(sum(parcel.weight_g for parcel in parcels) / 1000)
        query: dict[str, str | int] = {"city_code": city_ref, "type": TYPES[kind] if kind else "ALL", "is_handout": "true"}
        query |= {"weight_max": weight_kg} if weight_kg else {}
        query |= {"allowed_cod": "true"} if collects else {}
        points = [_point(one) for one in self.ask(paths.POINTS, answers.POINTS, query)]
        fitting = [point for point in points if unsuited(point, parcels, collects=collects) is None and kind in (None, point.kind)]
        wanted = _words(near)
        nearest = sorted(fitting, key=lambda point: -len(wanted & _words(point.address)))[:CANDIDATES_MAX]
        if nearest:
            return PointFound(state="found", candidates=tuple(nearest))
        sentence = "В этом городе нет пункта СДЭК, который примет такую посылку: отправьте её курьером или разделите."
        return PointFound(state="unknown", sentence=sentence)

    def point(self, point_ref: str) -> Point | None:
        """A point by its code.

        Raises:
            SyncError: the directory could not be asked.
        """
        rows = self.ask(paths.POINTS, answers.POINTS, {"code": point_ref})
        return next((_point(row) for row in rows if row.code == point_ref), None)

    def _cities(self, **query: str | int) -> list[City]:
        return [_city(row) for row in self.ask(paths.CITIES, answers.CITIES, query)]

    def _like(self, asked: CityAsked, posted: Sequence[City]) -> CityFound:
        """No town has this very name. One of those that begin so is meant where the postal code is its, and it is the only one."""
        known = [city for city in posted if _plain(city.name).startswith(_plain(asked.name))]
        if len(known) == 1:
            return _found(known[0])
        if posted:
            return _ambiguous(asked, list(posted))
        candidates = self._suggested(asked)
        sentence = f"Города «{asked.name}» в справочнике СДЭК нет. Проверьте, как он написан, и выберите подходящий."
        return CityFound(state="unknown", candidates=tuple(candidates), sentence=sentence)

    def _suggested(self, asked: CityAsked) -> list[City]:
        """Towns whose name begins like it; a slip of the pen is mostly not among the first letters."""
        name = asked.name.strip()
        for beginning in dict.fromkeys((name, *(name[:letters] for letters in BEGINNINGS))):
            query: dict[str, str | int] = {"name": beginning, "country_code": asked.country}
            if beginning and (rows := self.ask(paths.SUGGESTED_CITIES, answers.SUGGESTED, query)):
                return [_suggestion(row, asked.country) for row in rows][:CANDIDATES_MAX]
        return []


def _found(city: City) -> CityFound:
    return CityFound(state="found", city=city)


def _ambiguous(asked: CityAsked, candidates: Sequence[City]) -> CityFound:
    told = "; ".join(city.title for city in candidates[:TOLD_MAX])
    sentence = f"Непонятно, какой город имеет в виду покупатель: «{asked.name}» с таким регионом и индексом. Выберите: {told}."
    return CityFound(state="ambiguous", candidates=tuple(candidates[:CANDIDATES_MAX]), sentence=sentence)


def _city(row: answers.City) -> City:
    return City(city_ref=str(row.code), name=row.city, region=row.region or "", district=row.sub_region or "", country=row.country_code)


def _suggestion(row: answers.Suggested, country: str) -> City:
    name, _, region = row.full_name.partition(", ")
    return City(city_ref=str(row.code), name=name, region=region, country=row.country_code or country)


def _point(row: answers.Point) -> Point:
    return Point(
        point_ref=row.code,
        kind="locker" if row.type == LOCKER else "office",
        city_ref=str(row.location.city_code),
        name=row.name or row.code,
        address=row.location.address or row.location.address_full or "",
        hands_out=row.is_handout is not False,
        takes_in=bool(row.is_reception),
        takes_money=bool(row.allowed_cod),
        weight_max_g=int(row.weight_max * 1000) if row.weight_max else None,
        cells_mm=tuple(_sides(cell) for cell in row.dimensions),
    )


def _sides(cell: answers.Cell) -> tuple[int, int, int]:
    longest, middle, shortest = sorted((int(side * 10) for side in (cell.width, cell.height, cell.depth)), reverse=True)
    return longest, middle, shortest


def _is_region(asked: str, city: City) -> bool:
    """«обл. Московская» is «Московская область», «ХМАО» is «Ханты-Мансийский автономный округ - Югра»."""
    official = region_of(asked)
    return _plain_region(asked) == _plain_region(city.region) or (official is not None and official == region_of(city.region))


def _plain_region(told: str) -> str:
    return " ".join(OF_REGION.sub(" ", _plain(told)).split())


def _plain(told: str) -> str:
    return " ".join(told.casefold().replace("ё", "е").split())


def _words(told: str) -> set[str]:
    return set(re.findall(r"\w+", _plain(told)))
