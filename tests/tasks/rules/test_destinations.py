"""Whom and where a shipment goes to, and what a person must tell first."""

import json
from typing import Any

import pytest

from tasks.rules.buyers import normalised
from tasks.rules.carrier_places import City, CityFound, Point, PointFound
from tasks.rules.destinations import CORRECTABLE, Destination, as_told, city_question, destination, in_script, point_of, point_question
from tasks.rules.latin import LatinRules
from tasks.rules.questions import stopping
from validation.reasons import SENTENCES

ABROAD = LatinRules(abroad=True)


def buyer(**told: Any) -> dict[str, Any]:
    """A buyer of a site, as the hub keeps him."""
    billing = {
        "first_name": "Пётр", "last_name": "Петров", "phone": "8 916 123-45-67 доб. 12", "city": "Тула", "postcode": "300000",
        "address_1": "ул. Мира, 1, кв. 5",
    }  # fmt: skip
    read = normalised(json.dumps({"billing": billing | told, "note": "после шести"}))
    assert read is not None
    return read


def asked(to: Destination) -> list[str]:
    return [question.code for question in to.questions]


def stops(to: Destination) -> list[str]:
    return [question.code for question in stopping(to.questions)]


def test_a_buyer_with_an_address_is_asked_nothing() -> None:
    to = destination(buyer())
    assert asked(to) == []
    assert (to.name, to.phone, to.extension, to.city, to.postcode) == ("Петров Пётр", "+79161234567", "12", "Тула", "300000")
    assert (to.line, to.comment, to.country) == ("ул. Мира, д. 1, кв. 5", "после шести", "RU")


def test_a_messy_address_goes_clean_and_what_is_no_address_goes_to_the_courier() -> None:
    to = destination(buyer(city=" г. Tула ", address_1="ул.Мира д.1к2кв5, этаж 3, позвонить за час", last_name="Петрoв 😀"))
    assert (to.city, to.line) == ("Тула", "ул. Мира, д. 1, корп. 2, кв. 5, этаж 3")
    assert (to.name, to.comment) == ("Петров Пётр", "после шести; позвонить за час")


def test_the_recipient_goes_before_the_buyer() -> None:
    assert destination(buyer() | {"recipient": {"full": "Иванова Анна"}}).name == "Иванова Анна"


def test_a_company_without_a_person_gets_it_itself() -> None:
    to = destination({"company": {"name": "ООО «Утюг»", "inn": "7700000016"}})
    assert (to.name, to.inn) == ("ООО «Утюг»", "7700000016")
    assert "name_is_told" not in asked(to)


def test_nothing_known_is_all_asked() -> None:
    assert stops(destination(None)) == ["name_is_told", "shipment_has_phone", "address_is_told"]


def test_a_point_needs_no_street_and_may_stand_in_the_address() -> None:
    nowhere = {**buyer(), "address": {}}
    assert asked(destination(nowhere, point_ref="MSK5")) == []
    to = destination(buyer(address_1="ПВЗ СДЭК TUL7"))
    assert (to.point_ref, asked(to)) == ("TUL7", [])


def test_a_person_sends_it_to_the_door_instead_of_a_point() -> None:
    to = destination(buyer(), point_ref="MSK5", corrected={"point_ref": ""})
    assert (to.point_ref, to.line) == ("", "ул. Мира, д. 1, кв. 5")


def test_a_name_that_is_none_is_asked_until_a_person_says_that_it_is_one() -> None:
    odd = buyer(first_name="Цех", last_name="№7")
    assert stops(destination(odd)) == ["name_is_a_name"]
    assert asked(destination(odd, corrected={"name": "Цех 7"})) == []


def test_a_phone_that_a_person_found_out_is_e164() -> None:
    to = destination({**buyer(), "phones": []}, corrected={"phone": "8 (916) 000-00-00 доб. 3"})
    assert (to.phone, to.extension, asked(to)) == ("+79160000000", "3", [])
    assert stops(destination(buyer(), corrected={"phone": "дома"})) == ["shipment_has_phone"]


def test_what_a_person_found_out_goes_before_what_was_told() -> None:
    to = destination(buyer(), corrected={"city": "Калуга", "line": "за баней", "unknown": "x"})
    assert (to.city, to.line, to.name, asked(to)) == ("Калуга", "за баней", "Петров Пётр", [])


def test_another_town_has_neither_the_region_nor_the_postcode_of_the_first() -> None:
    told = buyer(city="Калугга", state="Тульская", postcode="300000")
    to = destination(told, corrected={"city": "Калуга, Калужская область"})
    assert (to.city, to.region, to.postcode, to.line, stops(to)) == ("Калуга", "Калужская область", "", "ул. Мира, д. 1, кв. 5", [])
    assert destination(told, corrected={"city": "Калуга", "postcode": "248000"}).postcode == "248000"


def test_a_suggestion_is_an_answer_as_it_stands() -> None:
    city = City(city_ref="1", name="Мирный", district="Мирнинский район", region="Республика Саха (Якутия)")
    to = destination(buyer(city="Мирный"), corrected={"city": city.title})
    assert (to.city_asked.name, to.city_asked.region) == ("Мирный", "Республика Саха (Якутия)")
    abroad = City(city_ref="2", name="Стамбул", region="Стамбул", country="TR")
    there = destination(buyer(country="TR", city="Istambul"), corrected={"city": abroad.title})
    assert (there.city_asked.name, there.city_asked.region, there.city_asked.country) == ("Стамбул", "Стамбул", "TR")


def test_a_corrected_line_stays_in_the_village_that_the_address_told() -> None:
    told = buyer(city="Кулебаки", postcode="", address_1="п. Гремячево, Школьная 5")
    assert destination(told, corrected={"line": "ул. Школьная, 7"}).city == "Гремячево"


def test_a_town_that_is_a_region_is_in_that_region() -> None:
    assert destination(buyer(city="Москва", postcode="")).city_asked.region == "Москва"
    assert destination(buyer(city="Москва", state="Кировская обл", postcode="")).city_asked.region == "Кировская область"
    assert destination(buyer()).city_asked.region == ""


def test_a_russian_address_in_latin_is_asked_and_answered_in_russian() -> None:
    latin = buyer(city="Tula", address_1="ul. Mira, 1, kv. 5")
    assert stops(destination(latin)) == ["address_is_in_cyrillic"]
    assert stops(destination(latin, corrected={"line": "ул. Мира, 1"})) == ["address_is_in_cyrillic"]
    assert stops(destination(latin, corrected={"line": "ул. Мира, 1", "city": "Тула"})) == []


def test_an_address_abroad_is_left_as_it_is_without_what_was_told_apart() -> None:
    to = destination(buyer(country="TR", city="Стамбул", postcode="34000", address_1="ул. Истикляль, 1, кв. 5"))
    assert (to.is_abroad, to.city, to.postcode, to.line, stops(to)) == (True, "Стамбул", "34000", "ул. Истикляль, 1, кв. 5", [])


def test_abroad_a_town_and_a_street_are_asked_too() -> None:
    assert stops(destination({**buyer(), "address": {"text": "TR", "country": "TR"}})) == ["address_has_city", "address_has_street"]


def test_a_route_that_needs_latin_is_written_so_and_the_original_stays() -> None:
    to = destination(buyer(country="TR", city="Стамбул", postcode="34000", address_1="ул. Щорса, 1"))
    written, questions = in_script(to, ABROAD)
    assert (written.name, written.city, written.line, written.comment) == ("Petrov Petr", "Stambul", "ul. Shchorsa, 1", "posle shesti")
    assert (to.name, to.city, to.line, questions) == ("Петров Пётр", "Стамбул", "ул. Щорса, 1", ())


def test_a_standard_is_a_setting() -> None:
    to = destination(buyer(country="TR", first_name="Юлия", last_name="Цой"))
    assert in_script(to, LatinRules(abroad=True, standard="gost_52535"))[0].name == "Tcoi Iuliia"


def test_letters_that_no_standard_knows_are_asked_and_only_where_latin_is_needed() -> None:
    to = destination(buyer(country="TR", last_name="Әсел"))
    assert [one.code for one in in_script(to, ABROAD)[1]] == ["name_is_in_latin"]
    assert in_script(to, LatinRules())[1] == ()


@pytest.mark.parametrize("country", ["", "RU", "KZ", "BY"])
def test_within_the_union_everything_stays_cyrillic(country: str) -> None:
    to = destination(buyer(country=country))
    assert in_script(to, ABROAD) == (to, ())


def test_a_latin_name_within_russia_is_looked_at_and_holds_nothing_up() -> None:
    to = destination(buyer(first_name="John", last_name="Smith"))
    assert [(one.code, one.stops) for one in in_script(to, ABROAD)[1]] == [("name_is_in_cyrillic", False)]


@pytest.mark.parametrize(
    "told",
    [
        {"meta_data": [{"key": "_point", "value": "MSK5"}]},
        {"meta_data": None, "shipping_lines": [{"meta_data": [{"key": "x", "value": 1}, {"key": "_point", "value": " MSK5 "}]}]},
    ],
)
def test_the_point_that_the_buyer_chose_is_read_of_the_order(told: object) -> None:
    assert point_of(json.dumps(told), ["_other", "_point"]) == "MSK5"
    assert point_of(json.dumps(told), []) == ""


def test_a_question_about_a_town_names_what_it_may_be_and_how_to_answer() -> None:
    cities = (City(city_ref="1", name="Мирный", region="Тульская область"), City(city_ref="2", name="Мирный", district="Ясный"))
    asked_ = city_question(CityFound(state="ambiguous", candidates=cities), destination(buyer(city="Мирный")), "1-1")
    assert asked_.sentence == (
        SENTENCES["address_city_is_one"] + ' Мирный? Мирный, Тульская область / Мирный, Ясный. Ответ: utyug shipment fix 1-1 "city=Мирный, '
        'Тульская область".'
    )


def test_a_town_that_the_carrier_cannot_guess_at_is_likened_to_those_that_are_known() -> None:
    asked_ = city_question(CityFound(state="unknown"), destination(buyer(city="Масква")), "1-1")
    assert (asked_.code, "Масква? Москва" in asked_.sentence) == ("address_city_is_known", True)
    nothing = city_question(CityFound(state="unknown"), destination(buyer(city="Ыыы")), "1-1")
    assert 'Указано: Ыыы. Ответ: utyug shipment fix 1-1 "city=…".' in nothing.sentence


def test_the_likeliest_town_comes_first() -> None:
    cities = (City(city_ref="1", name="Калязин"), City(city_ref="2", name="Калуга", region="Калужская область"))
    asked_ = city_question(CityFound(state="unknown", candidates=cities), destination(buyer(city="Калугга")), "1-1")
    assert "Калугга? Калуга, Калужская область / Калязин." in asked_.sentence


def test_a_question_about_a_point_names_those_that_will_do() -> None:
    point = Point(
        point_ref="T1", kind="office", city_ref="1", name="T1", address="ул. Мира, 2", hands_out=True, takes_in=True, takes_money=True
    )
    assert "Подойдут: T1 (ул. Мира, 2)." in point_question(PointFound(state="unknown", candidates=(point,))).sentence
    assert point_question(PointFound(state="unknown")).sentence == SENTENCES["shipment_point_is_found"]


def test_the_hub_keeps_what_is_known_by_the_names_that_a_person_corrects() -> None:
    kept = as_told(destination(buyer()))
    assert kept.keys() <= set(CORRECTABLE)
    assert "questions" not in CORRECTABLE
    assert kept["line"] == "ул. Мира, д. 1, кв. 5"
