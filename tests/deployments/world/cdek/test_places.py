from typing import Any

import pytest

from tests.deployments.world.cdek.conftest import Contract, goods, parcel

SENDER, RECIPIENT = "v2_sender_location_not_recognized", "v2_recipient_location_not_recognized"


def codes(rows: Any) -> list[Any]:
    return [row["code"] for row in rows]


@pytest.mark.parametrize(
    "place",
    [
        {"city": "Москва"},
        {"city": "Санкт-Петербург"},
        {"city": "Климовск"},
        {"city": "Нетакогорода"},
        {"code": 999_999},
        {"postal_code": "000000", "city": "Новосибирск"},
        {"address": "Ленина, 1"},
        {"city": "Минск", "country_code": "RU"},
    ],
)
def test_some_places_are_not_recognised(cdek: Contract, place: dict[str, Any]) -> None:
    assert cdek.refused("POST", "/orders", parcel(shipment_point=None, from_location=place)) == [SENDER]
    assert cdek.refused("POST", "/orders", parcel(delivery_point=None, to_location=place)) == [RECIPIENT]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"code": 137}, 137),
        ({"code": 44, "city": "Москва"}, 44),
        ({"city": "Новосибирск"}, 270),
        ({"city": "Климовск микрорайон"}, 1198),
        ({"postal_code": "125009", "city": "Москва"}, 44),
        ({"postal_code": "190000", "city": "Санкт-Петербург"}, 137),
        ({"fias_guid": "c2deb16a-0330-4f05-821f-1d09c93331e6"}, 137),
        ({"city": "Москва", "region_code": 81}, 44),
    ],
)
def test_a_code_a_postal_code_or_fias_is_recognised(cdek: Contract, place: dict[str, Any], code: int) -> None:
    uuid = cdek.sent(delivery_point=None, to_location={**place, "address": "Ленина, 1"})
    shown = cdek.read(uuid)["entity"]["to_location"]
    assert (shown["code"], shown["address"]) == (code, "Ленина, 1")


def test_moscow_has_two_rows_in_the_directory(cdek: Contract) -> None:
    assert codes(cdek.told("GET", "/location/cities", city="Москва")) == [44, 20044]
    assert codes(cdek.told("GET", "/location/cities", city="Москва", region_code=81)) == [44]


def test_the_directory_knows_petersburg_by_name(cdek: Contract) -> None:
    assert codes(cdek.told("GET", "/location/cities", city="Санкт-Петербург")) == [137]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"code": 270}, [270]),
        ({"postal_code": "142180"}, [1198]),
        ({"fias_guid": "8dea00e3-9aab-4d8e-887c-ef2aaa546456"}, [270]),
        ({"country_codes": "BY,TR"}, [9220, 24001]),
        ({"country_codes": "RU", "size": 2}, [44, 20044]),
        ({"country_codes": "RU", "size": 2, "page": 1}, [137, 270]),
        ({"city": "Нигде"}, []),
    ],
)
def test_cities_are_found_by_everything_that_was_asked(cdek: Contract, query: dict[str, Any], found: list[int]) -> None:
    assert codes(cdek.told("GET", "/location/cities", **query)) == found


def test_a_page_without_a_size_or_a_code_that_is_no_number_is_refused(cdek: Contract) -> None:
    assert cdek.refused("GET", "/location/cities", page=1) == ["v2_field_is_empty"]
    assert cdek.refused("GET", "/location/cities", code="abc") == ["v2_invalid_value_type"]


def test_names_come_in_the_language_that_was_asked(cdek: Contract) -> None:
    (row,) = cdek.told("GET", "/location/cities", code=137, lang="eng")
    assert row["city"] == "Saint Petersburg"


def test_regions_have_a_row_each(cdek: Contract) -> None:
    rows = cdek.told("GET", "/location/regions", country_codes="RU")
    assert [row["region_code"] for row in rows] == [81, 43, 82, 23, 9]
    assert [row["region"] for row in cdek.told("GET", "/location/regions", region_code=82)] == ["Санкт-Петербург"]


def test_cities_are_suggested_by_the_beginning_of_a_name(cdek: Contract) -> None:
    (row,) = cdek.told("GET", "/location/suggest/cities", name="климовск")
    assert (row["code"], row["country_code"]) == (1198, "RU")
    assert row["full_name"].startswith("Климовск микрорайон")
    assert codes(cdek.told("GET", "/location/suggest/cities", name="Моск")) == [44, 20044]
    assert cdek.refused("GET", "/location/suggest/cities") == ["v2_field_is_empty"]


def test_postal_codes_are_those_of_a_city(cdek: Contract) -> None:
    assert cdek.told("GET", "/location/postalcodes", code=44) == {"code": 44, "postal_codes": ["101000", "125009", "125212"]}
    assert cdek.refused("GET", "/location/postalcodes") == ["v2_field_is_empty"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"city_code": 44}, ["MSK5", "MSK77", "MSK900"]),
        ({"city_code": 44, "type": "PVZ"}, ["MSK5", "MSK77"]),
        ({"city_code": 44, "type": "POSTAMAT"}, ["MSK900"]),
        ({"city_code": 44, "type": "ALL"}, ["MSK5", "MSK77", "MSK900"]),
        ({"city_code": 44, "is_reception": "true"}, ["MSK5"]),
        ({"city_code": 44, "allowed_cod": "false"}, ["MSK77"]),
        ({"city_code": 44, "weight_max": 16}, ["MSK5", "MSK77"]),
        ({"country_code": "BY"}, []),
        ({"code": "SPB3"}, ["SPB3"]),
        ({"size": 1, "page": 3}, ["NSK1"]),
    ],
)
def test_delivery_points_are_found_by_everything_that_was_asked(cdek: Contract, query: dict[str, Any], found: list[str]) -> None:
    assert codes(cdek.told("GET", "/deliverypoints", **query)) == found


def test_a_delivery_point_tells_where_it_is(cdek: Contract) -> None:
    (row,) = cdek.told("GET", "/deliverypoints", code="MSK900")
    assert (row["type"], row["location"]["city_code"], row["location"]["address"]) == ("POSTAMAT", 44, "ул. Арбат, 9")
    assert (row["weight_max"], row["is_handout"], row["take_only"]) == (15.0, True, True)
    assert row["dimensions"] == [{"width": 45, "height": 36, "depth": 64}]


ROUTE = {
    "from_location": {"code": 44},
    "to_location": {"code": 270},
    "packages": [{"weight": 1500, "length": 20, "width": 20, "height": 10}],
}


def errors(answer: Any) -> list[str]:
    assert answer.status_code == 400
    return [one["code"] for one in answer.json()["errors"]]


def test_a_tariff_is_reckoned_with_its_insurance(cdek: Contract) -> None:
    bare = cdek.told("POST", "/calculator/tariff", {**ROUTE, "tariff_code": 136})
    assert (bare["delivery_sum"], bare["total_sum"], bare["weight_calc"], bare["currency"]) == (240.0, 240.0, 1500, "RUB")
    insured = cdek.told(
        "POST", "/calculator/tariff", {**ROUTE, "tariff_code": 136, "services": [{"code": "INSURANCE", "parameter": "2000"}]}
    )
    assert (insured["delivery_sum"], insured["total_sum"]) == (240.0, 255.0)


def test_the_list_of_tariffs_leaves_services_out(cdek: Contract) -> None:
    rows = cdek.told("POST", "/calculator/tarifflist", {**ROUTE, "services": [{"code": "INSURANCE", "parameter": "2000"}]})["tariff_codes"]
    row = next(row for row in rows if row["tariff_code"] == 136)
    assert (row["delivery_sum"], row["delivery_mode"]) == (240.0, 4)
    assert {row["tariff_code"]: row["delivery_mode"] for row in rows} == {
        **{136: 4, 137: 3, 138: 2, 139: 1, 366: 6, 368: 7},
        **{231: 1, 232: 2, 233: 3, 234: 4, 378: 7},
        **{480: 1, 481: 2, 482: 3, 483: 4},
    }


def test_a_big_light_parcel_is_paid_by_its_volume(cdek: Contract) -> None:
    big = {**ROUTE, "packages": [{"weight": 100, "length": 50, "width": 50, "height": 50}], "tariff_code": 136}
    assert cdek.told("POST", "/calculator/tariff", big)["weight_calc"] == 25_000


def test_the_calculator_s_errors_are_at_the_top(cdek: Contract) -> None:
    unknown = {**ROUTE, "from_location": {"city": "Москва"}, "to_location": {"city": "Санкт-Петербург"}}
    assert errors(cdek.ask("POST", "/calculator/tarifflist", unknown)) == [SENDER, RECIPIENT]
    assert errors(cdek.ask("POST", "/calculator/tariff", ROUTE)) == ["v2_field_is_empty"]
    assert errors(cdek.ask("POST", "/calculator/tariff", {**ROUTE, "tariff_code": 1})) == ["v2_invalid_format"]
    assert errors(cdek.ask("POST", "/calculator/tarifflist", {**ROUTE, "packages": []})) == ["v2_field_is_empty"]


def test_money_is_that_of_one_piece(cdek: Contract) -> None:
    uuid = cdek.sent(packages=[{"number": "1", "weight": 2000, "items": [goods(amount=2, cost=1990.0)]}])
    (item,) = cdek.read(uuid)["entity"]["packages"][0]["items"]
    assert (item["cost"], item["amount"]) == (1990.0, 2)
