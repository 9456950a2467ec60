"""The directory of cities and delivery points.

A city named in an order is not always recognised: «Москва» is the name of two rows, «Санкт-Петербург» by name was answered 400, «Климовск»
is there as «Климовск микрорайон» (`reference/services.md` §1, Orders, Places).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from deployments.world.cdek.answers import Said

MOSCOW, MOSCOW_VILLAGE, PETERSBURG, NOVOSIBIRSK, KLIMOVSK, MINSK, ISTANBUL = 44, 20_044, 137, 270, 1_198, 9_220, 24_001

Language = Literal["rus", "eng", "zho"]


class Location(Said):
    """An address in a request: the city by its code, or by postal code, FIAS or name."""

    code: int | None = None
    fias_guid: str | None = None
    postal_code: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    country_code: str | None = None
    region: str | None = None
    region_code: int | None = None
    sub_region: str | None = None
    city: str | None = None
    kladr_code: str | None = None
    address: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """A row of the directory."""

    code: int
    city: str
    english: str
    region: str
    region_code: int
    fias_guid: str = ""
    country_code: str = "RU"
    country: str = "Россия"
    sub_region: str = ""
    postal_codes: tuple[str, ...] = ()
    at: tuple[float, float] = (0.0, 0.0)
    is_known_by_name: bool = True

    def shown(self, lang: Language = "rus") -> dict[str, Any]:
        """As ``/location/cities`` shows it."""
        return {
            "code": self.code,
            "city_uuid": self.fias_guid,
            "city": self.city if lang == "rus" else self.english,
            "fias_guid": self.fias_guid,
            "country_code": self.country_code,
            "country": self.country,
            "region": self.region,
            "region_code": self.region_code,
            **({"sub_region": self.sub_region} if self.sub_region else {}),
            "longitude": self.at[1],
            "latitude": self.at[0],
            "time_zone": "Europe/Moscow",
            "payment_limit": -1.0,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """An office or a parcel locker; of a locker's cells width, height and depth."""

    code: str
    type: Literal["PVZ", "POSTAMAT"]
    city_code: int
    address: str
    is_handout: bool = True
    is_reception: bool = True
    allowed_cod: bool = True
    weight_max_kg: float = 0.0
    cells_cm: tuple[tuple[int, int, int], ...] = ()


CITIES = (
    City(
        code=MOSCOW,
        city="Москва",
        english="Moscow",
        region="Москва",
        region_code=81,
        fias_guid="0c5b2444-70a0-4932-980c-b4dc0d3f02b5",
        postal_codes=("101000", "125009", "125212"),
        at=(55.7540471, 37.620405),
    ),
    City(
        code=MOSCOW_VILLAGE,
        city="Москва",
        english="Moscow",
        region="Кировская область",
        region_code=43,
        fias_guid="b1f30c6a-9f4f-4b8f-9c45-0f3a1d6a2b77",
        sub_region="Верхошижемский район",
        postal_codes=("613318",),
        at=(58.02, 49.1),
    ),
    City(
        code=PETERSBURG,
        city="Санкт-Петербург",
        english="Saint Petersburg",
        region="Санкт-Петербург",
        region_code=82,
        fias_guid="c2deb16a-0330-4f05-821f-1d09c93331e6",
        postal_codes=("190000", "191186"),
        at=(59.939095, 30.315868),
        is_known_by_name=False,
    ),
    City(
        code=NOVOSIBIRSK,
        city="Новосибирск",
        english="Novosibirsk",
        region="Новосибирская область",
        region_code=23,
        fias_guid="8dea00e3-9aab-4d8e-887c-ef2aaa546456",
        postal_codes=("630000", "630099"),
        at=(55.030204, 82.92043),
    ),
    City(
        code=KLIMOVSK,
        city="Климовск микрорайон",
        english="Klimovsk",
        region="Московская область",
        region_code=9,
        fias_guid="7b9f2a54-54f8-4d3c-8f4b-1c1de8d30b6a",
        sub_region="городской округ Подольск",
        postal_codes=("142180",),
        at=(55.3636, 37.5302),
    ),
    City(
        code=MINSK,
        city="Минск",
        english="Minsk",
        region="Минская область",
        region_code=509,
        country_code="BY",
        country="Беларусь",
        postal_codes=("220000",),
        at=(53.9, 27.56),
    ),
    City(
        code=ISTANBUL,
        city="Стамбул",
        english="Istanbul",
        region="Стамбул",
        region_code=970,
        country_code="TR",
        country="Турция",
        postal_codes=("34000",),
        at=(41.01, 28.95),
    ),
)

POINTS = (
    Point(code="MSK5", type="PVZ", city_code=MOSCOW, address="ул. Тверская, 1"),
    Point(code="MSK77", type="PVZ", city_code=MOSCOW, address="ул. Утюжная, 7", is_reception=False, allowed_cod=False),
    Point(
        code="MSK900",
        type="POSTAMAT",
        city_code=MOSCOW,
        address="ул. Арбат, 9",
        is_reception=False,
        weight_max_kg=15.0,
        cells_cm=((45, 36, 64),),
    ),
    Point(code="NSK1", type="PVZ", city_code=NOVOSIBIRSK, address="Красный проспект, 20"),
    Point(code="SPB3", type="PVZ", city_code=PETERSBURG, address="Невский проспект, 30", weight_max_kg=30.0),
)


@dataclass(kw_only=True)
class Directory:
    """Cities by code, points by code."""

    cities: dict[int, City] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)

    @classmethod
    def of(cls, cities: Iterable[City] = CITIES, points: Iterable[Point] = POINTS) -> "Directory":
        """A directory of these rows."""
        return cls(cities={city.code: city for city in cities}, points={point.code: point for point in points})

    def recognised(self, location: Location) -> City | None:
        """The city that an address means; none where CDEK would not know."""
        if location.code is not None:
            return self.cities.get(location.code)
        named = [city for city in self.cities.values() if self._suits(city, location)]
        return named[0] if len(named) == 1 else None

    @staticmethod
    def _suits(city: City, location: Location) -> bool:
        if location.fias_guid:
            return city.fias_guid == location.fias_guid
        if location.postal_code:
            return location.postal_code in city.postal_codes
        is_named = city.is_known_by_name and city.city.casefold() == (location.city or "").casefold()
        in_region = location.region_code in (None, city.region_code) and (location.region or city.region) == city.region
        return is_named and in_region and location.country_code in (None, city.country_code)
