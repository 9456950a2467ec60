"""The directory, asked: cities, regions, suggestions, postal codes, delivery points."""

from typing import Any

from fastapi import APIRouter, Request, Response

from deployments.world.cdek.answers import error, page_of, refused, told, whole
from deployments.world.cdek.directory import City, Directory, Language, Point
from deployments.world.cdek.room import opened
from deployments.world.room import RoomRoute

router = APIRouter(prefix="/v2", route_class=RoomRoute)

SUGGESTED = 10


@router.get("/location/cities")
async def cities(request: Request) -> Response:
    """Rows that suit everything that was asked for; a name may have several."""
    _, books, now = opened(request)
    query = request.query_params
    code, region_code = whole(query.get("code"), "code", now), whole(query.get("region_code"), "region_code", now)
    lang: Language = "rus" if query.get("lang") in (None, "rus") else "eng"
    found = [
        city
        for city in books.directory.cities.values()
        if code in (None, city.code)
        and region_code in (None, city.region_code)
        and query.get("fias_guid") in (None, city.fias_guid)
        and _is_in(city, query.get("country_codes"))
        and ("postal_code" not in query or query["postal_code"] in city.postal_codes)
        and ("city" not in query or query["city"].casefold() == city.city.casefold())
    ]
    return told(page_of([city.shown(lang) for city in found], request, now))


@router.get("/location/regions")
async def regions(request: Request) -> Response:
    """One row for a region."""
    _, books, now = opened(request)
    region_code = whole(request.query_params.get("region_code"), "region_code", now)
    rows = {
        city.region_code: {
            "country_code": city.country_code,
            "country": city.country,
            "region": city.region,
            "region_code": city.region_code,
        }
        for city in books.directory.cities.values()
        if region_code in (None, city.region_code) and _is_in(city, request.query_params.get("country_codes"))
    }
    return told(page_of(list(rows.values()), request, now))


@router.get("/location/suggest/cities")
async def suggest(request: Request) -> Response:
    """Cities whose name begins so."""
    _, books, now = opened(request)
    name = request.query_params.get("name", "")
    if not name:
        raise refused("GET", now, [error("v2_field_is_empty", "name")])
    found = [
        {"city_uuid": city.fias_guid, "code": city.code, "full_name": _full_name(city), "country_code": city.country_code}
        for city in books.directory.cities.values()
        if city.city.casefold().startswith(name.casefold()) and _is_in(city, request.query_params.get("country_code"))
    ]
    return told(found[:SUGGESTED])


@router.get("/location/postalcodes")
async def postal_codes(request: Request) -> Response:
    """Those of a city."""
    _, books, now = opened(request)
    code = whole(request.query_params.get("code"), "code", now)
    if code is None:
        raise refused("GET", now, [error("v2_field_is_empty", "code")])
    city = books.directory.cities.get(code)
    return told({"code": code, "postal_codes": list(city.postal_codes) if city else []})


@router.get("/deliverypoints")
async def delivery_points(request: Request) -> Response:
    """Offices and lockers that suit everything that was asked for."""
    _, books, now = opened(request)
    query = request.query_params
    code, weight_kg = whole(query.get("city_code"), "city_code", now), whole(query.get("weight_max"), "weight_max", now)
    found = [
        _shown(point, books.directory)
        for point in books.directory.points.values()
        if code in (None, point.city_code)
        and query.get("type", "ALL") in ("ALL", point.type)
        and query.get("code") in (None, point.code)
        and _is_in(books.directory.cities[point.city_code], query.get("country_code"))
        and (weight_kg is None or not point.weight_max_kg or point.weight_max_kg >= weight_kg)
        and all(name not in query or _yes(query[name]) == getattr(point, name) for name in ("is_handout", "is_reception", "allowed_cod"))
    ]
    return told(page_of(found, request, now))


def _is_in(city: City, countries: str | None) -> bool:
    return countries is None or city.country_code in countries.split(",")


def _yes(text: str) -> bool:
    return text.lower() in ("1", "true")


def _full_name(city: City) -> str:
    return ", ".join(part for part in (city.city, city.sub_region, city.region, city.country) if part)


def _shown(point: Point, directory: Directory) -> dict[str, Any]:
    city = directory.cities[point.city_code]
    place = {name: value for name, value in city.shown().items() if name in ("country_code", "region_code", "region", "city", "fias_guid")}
    index = {"postal_code": city.postal_codes[0]} if city.postal_codes else {}
    whereabouts = {"longitude": city.at[1], "latitude": city.at[0], "address": point.address}
    full = f"{index.get('postal_code', '')}, {city.country}, {city.region}, {city.city}, {point.address}"
    return {
        "code": point.code,
        "name": f"{point.code}, {city.city}, {point.address}",
        "location": {**place, "city_code": city.code, **index, **whereabouts, "address_full": full},
        "type": point.type,
        "owner_code": "CDEK",
        "work_time": "Пн-Вс 10:00-20:00",
        "work_time_list": [{"day": day, "time": "10:00/20:00"} for day in range(1, 8)],
        "phones": [{"number": "+74950000000"}],
        "note": "",
        "take_only": not point.is_reception,
        "is_handout": point.is_handout,
        "is_reception": point.is_reception,
        "is_dressing_room": False,
        "have_cashless": point.allowed_cod,
        "have_cash": point.allowed_cod,
        "allowed_cod": point.allowed_cod,
        "weight_min": 0.0,
        **({"weight_max": point.weight_max_kg} if point.weight_max_kg else {}),
        **({"dimensions": [_cell(*cell) for cell in point.cells_cm]} if point.cells_cm else {}),
        "fulfillment": False,
    }


def _cell(width: int, height: int, depth: int) -> dict[str, int]:
    return {"width": width, "height": height, "depth": depth}
