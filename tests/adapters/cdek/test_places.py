"""Towns and points: found, or left to a person."""

from typing import Any

import pytest

from adapters.cdek.account import Cdek
from tasks.rules.carrier_places import CityAsked
from tests.adapters.cdek.vendor import MOSCOW, NOVOSIBIRSK, door, fault, item, of_room, parcel, shipment, terms
from tests.deployments.world.cdek.conftest import Contract

PETERSBURG, KLIMOVSK, VILLAGE = "137", "1198", "20044"


@pytest.mark.parametrize(
    ("asked", "city_ref"),
    [
        (CityAsked(name="Новосибирск"), NOVOSIBIRSK),
        (CityAsked(name="новосибирск", region="обл. Новосибирская", postcode="630099"), NOVOSIBIRSK),
        (CityAsked(name="Санкт-Петербург"), PETERSBURG),
        (CityAsked(name="Москва", region="г. Москва"), MOSCOW),
        (CityAsked(name="Москва", postcode="125009"), MOSCOW),
        (CityAsked(name="Новосибирск", region="Новосибирская"), NOVOSIBIRSK),
        (CityAsked(name="Москва", region="Кировская обл"), VILLAGE),
        (CityAsked(name="Москва", postcode="613318"), VILLAGE),
        (CityAsked(name="Новосибирск", postcode="999999"), NOVOSIBIRSK),
        (CityAsked(name="Климовск", postcode="142180"), KLIMOVSK),
        (CityAsked(name="Стамбул", country="TR"), "24001"),
        (CityAsked(name="что угодно", fias="0c5b2444-70a0-4932-980c-b4dc0d3f02b5"), MOSCOW),
    ],
)
def test_a_town_is_found_by_what_is_known_of_it(cdek: Cdek, asked: CityAsked, city_ref: str) -> None:
    found = cdek.find_city(asked)
    assert (found.state, found.city and found.city.city_ref) == ("found", city_ref)


@pytest.mark.parametrize(
    ("asked", "candidates"),
    [
        (CityAsked(name="Москва"), {MOSCOW, VILLAGE}),
        (CityAsked(name="Москва", region="Московская область"), {MOSCOW, VILLAGE}),
        (CityAsked(name="Москва", region="Москва", postcode="613318"), {MOSCOW, VILLAGE}),
        (CityAsked(name="Новосибирск", postcode="190000"), {NOVOSIBIRSK, PETERSBURG}),
        (CityAsked(name="Новосибирск", region="Томская область"), {NOVOSIBIRSK}),
        (CityAsked(name="Утюгинск", postcode="190000"), {PETERSBURG}),
    ],
)
def test_what_leaves_a_doubt_is_a_persons_to_choose(cdek: Cdek, asked: CityAsked, candidates: set[str]) -> None:
    found = cdek.find_city(asked)
    assert (found.state, found.city) == ("ambiguous", None)
    assert {city.city_ref for city in found.candidates} == candidates
    assert found.candidates[0].title in str(found.sentence)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("Климовск", ["Климовск микрорайон"]), ("Новосибиркс", ["Новосибирск"]), ("Новосебирск", ["Новосибирск"]), ("Ъ", [])],
)
def test_an_unknown_town_comes_with_the_nearest_names(cdek: Cdek, name: str, nearest: list[str]) -> None:
    found = cdek.find_city(CityAsked(name=name))
    assert (found.state, found.city, [city.name for city in found.candidates]) == ("unknown", None, nearest)
    assert "Проверьте" in str(found.sentence)


def test_a_point_that_will_do_is_found(cdek: Cdek) -> None:
    found = cdek.find_point("MSK5", [parcel()], collects=True)
    assert (found.state, found.point and found.point.city_ref, found.sentence) == ("found", MOSCOW, None)


def test_a_point_that_is_not_there_is_unknown(cdek: Cdek) -> None:
    found = cdek.find_point("MSK404", [parcel()], collects=False)
    assert (found.state, found.point) == ("unknown", None)


@pytest.mark.parametrize(
    ("point_ref", "parcels", "collects", "words", "others"),
    [
        ("MSK77", [parcel()], True, "нельзя оплатить", ["MSK900", "MSK5"]),
        ("MSK900", [parcel(weight_g=15_001)], False, "принимает до 15 кг", ["MSK5", "MSK77"]),
        ("MSK900", [parcel("1"), parcel("2")], False, "только одно место", ["MSK5", "MSK77"]),
        ("MSK900", [parcel(length_mm=650)], False, "не помещается", ["MSK5", "MSK77"]),
        ("SPB3", [parcel(weight_g=30_001)], False, "до 30 кг", []),
    ],
)
def test_a_point_that_will_not_do_says_why_and_names_others(
    cdek: Cdek, point_ref: str, parcels: list[object], collects: bool, words: str, others: list[str]
) -> None:
    found = cdek.find_point(point_ref, parcels, collects=collects)  # type: ignore[arg-type]
    assert found.state == "unsuited"
    assert words in str(found.sentence)
    assert sorted(point.point_ref for point in found.candidates) == sorted(others)


def test_points_of_a_town_are_those_that_will_do_the_nearest_first(cdek: Cdek) -> None:
    found = cdek.find_points(MOSCOW, [parcel()], collects=False, near="Москва, ул. Арбат, 12")
    assert found.candidates[0].point_ref == "MSK900"
    assert len(found.candidates) == 3
    assert [point.point_ref for point in cdek.find_points(MOSCOW, [parcel()], collects=True, kind="office").candidates] == ["MSK5"]
    assert [point.point_ref for point in cdek.find_points(MOSCOW, [parcel()], collects=False, kind="locker").candidates] == ["MSK900"]


def test_a_town_without_a_point_for_them_says_so(cdek: Cdek) -> None:
    found = cdek.find_points(PETERSBURG, [parcel(weight_g=31_000)], collects=False)
    assert (found.state, found.candidates) == ("unknown", ())
    assert "курьером" in str(found.sentence)


def test_a_quote_counts_the_insurance(cdek: Cdek) -> None:
    quote = cdek.quote(shipment(parcels=(parcel("1", item(pcs=1, cost_kopecks=1_000_000), weight_g=1000),)))
    assert (quote.tariff, quote.state, quote.price_kopecks) == ("136", "available", 20_000 + 4_000 + 7_500)
    assert (quote.days_min, quote.days_max) == (2, 5)


def test_a_quote_to_a_door_goes_by_its_own_tariff(cdek: Cdek) -> None:
    assert cdek.quote(shipment(to=door())).tariff == "137"
    assert cdek.quote(shipment(to="MSK900", to_locker=True)).tariff == "368"
    assert cdek.quote(shipment(tariff="234")).tariff == "234"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"tariff": "999"}, "999"), ({"to": door(city_ref="5")}, "город получателя"), ({"to": "NSK404"}, "NSK404")],
)
def test_what_cannot_go_so_is_refused_with_the_reason(cdek: Cdek, changes: dict[str, Any], words: str) -> None:
    quote = cdek.quote(shipment(**changes))
    assert (quote.state, quote.price_kopecks) == ("refused", None)
    assert words in str(quote.sentence)


def test_a_quote_from_a_point_that_is_not_there_is_refused(room: Contract) -> None:
    with of_room(room, terms=terms(shipment_point="MSK404")) as cdek:
        assert "MSK404" in str(cdek.quote(shipment()).sentence)


def test_a_quote_is_asked_again_where_it_was_not_answered(room: Contract, cdek: Cdek) -> None:
    fault(room, "rate_limited", "calculator", retry_after="1")
    assert cdek.quote(shipment()).state == "available"
