"""Addresses as people type them: what is read of them, what is asked, and that nothing is lost."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules.address_asides import aside
from tasks.rules.address_cleaning import CHANGES, cleaned, folded
from tasks.rules.address_parts import Draft
from tasks.rules.address_places import known_city
from tasks.rules.address_reading import read
from tasks.rules.address_regions import fits, region_by_postcode, region_of
from tasks.rules.address_words import CITIES, LONGEST, WORDS
from tasks.rules.addresses import Address, of_buyer, read_address
from tasks.rules.buyers import normalised

LINES = (Path(__file__).parent / "addresses.txt").read_text(encoding="utf-8").splitlines()[2:]
TABLE = list(zip(LINES[::2], LINES[1::2], strict=True))
quick = settings(deadline=None, max_examples=200)
typed = st.text(st.sampled_from("МоскваОмскулдквГ .,;5710/-—()«»№\u00a0\u200b\tёЁAaxЙ\n😀"), max_size=60)


def shown(address: Address) -> str:
    parts = "; ".join(f"{name}={value}" for name, value in asdict(address.parts).items() if value)
    asked = ", ".join(question.code + ("!" if question.stops else "") for question in address.questions)
    return f"{parts} | {','.join(address.changed)} | {asked}"


def codes(address: Address) -> list[str]:
    return [question.code for question in address.questions]


def digits(text: str) -> list[str]:
    return sorted(re.findall(r"\d", text))


def said(address: Address) -> str:
    return " ".join(str(value) for value in asdict(address.parts).values())


@pytest.mark.parametrize(("told", "expected"), TABLE, ids=[told for told, _ in TABLE])
def test_an_address_of_the_table_is_read_so(told: str, expected: str) -> None:
    assert " ".join(shown(read_address(told)).split()) == " ".join(expected.split())


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(TABLE) >= 120
    assert len({told for told, _ in TABLE}) == len(TABLE)


@pytest.mark.parametrize("told", [told for told, _ in TABLE if re.search("[А-я]", told)])
def test_no_digit_of_the_table_is_lost_and_none_is_made_up(told: str) -> None:
    address = read_address(told)
    if address.country in {"RU", "KZ", "BY", "AM", "KG"}:
        assert digits(said(address)) == digits(told)
    assert address.original == told


@pytest.mark.parametrize("told", [told for told, _ in TABLE])
def test_what_was_read_and_written_again_is_read_the_same(told: str) -> None:
    parts = read_address(told).parts
    again = read_address(", ".join(part for part in (f"{parts.city_kind} {parts.city}".strip(), parts.line) if part)).parts
    if parts.city and parts.street and not parts.area and not parts.intercom and not parts.rest:
        assert (again.street, again.house, again.block, again.building, again.flat) == (
            parts.street, parts.house, parts.block, parts.building, parts.flat,
        )  # fmt: skip


@quick
@given(typed)
def test_cleaning_again_changes_nothing(text: str) -> None:
    once = cleaned(text)
    again = cleaned(once.text)
    assert (again.text, again.changed) == (once.text, ())
    assert digits(once.text) == digits(text)


@quick
@given(typed)
def test_no_text_breaks_the_reading_and_no_digit_of_it_is_lost(text: str) -> None:
    address = read_address(text)
    assert address.original == text
    if re.search("[А-яЁё]", address.text):
        assert set(digits(said(address))) == set(digits(text))
        assert "repeats" in address.changed or digits(said(address)) == digits(text)
    assert all(question.sentence for question in address.questions)


houses = st.from_regex(r"[1-9][0-9]{0,2}[АБВ]?(/[1-9][0-9]?)?", fullmatch=True)
flats = st.integers(1, 999).map(str)
streets = st.sampled_from(["ул. Кирова", "Ленинский пр-т", "пер. 3-й Почтовый", "ул. 8 Марта", "наб. реки Мойки", "Красная пл."])
cities = st.sampled_from(["Омск", "г. Великие Луки", "Нижний Новгород", "с. Малое Село", "пгт Сириус"])
marks = st.sampled_from([("д. ", "кв. "), ("д.", "кв."), ("дом ", "квартира "), ("д", "кв"), ("", "кв ")])


@quick
@given(cities, streets, houses, flats, marks, st.sampled_from([", ", " ,", ",  ", "; "]))
def test_house_and_flat_survive_however_they_are_written(
    city: str, street: str, house: str, flat: str, mark: tuple[str, str], comma: str
) -> None:
    parts = read_address(comma.join([city, street, mark[0] + house, mark[1] + flat])).parts
    assert (parts.house, parts.flat, parts.street) == (house, flat, street)
    assert parts.city in city


@quick
@given(st.permutations(["644000", "Омская область", "г. Омск", "ул. Мира", "д. 5", "корп. 2", "кв. 3"]))
def test_the_order_of_parts_that_say_what_they_are_does_not_matter(pieces: list[str]) -> None:
    parts = read_address(", ".join(pieces)).parts
    told = (parts.postcode, parts.region, parts.city, parts.street, parts.house, parts.block, parts.flat)
    assert told == ("644000", "Омская область", "Омск", "ул. Мира", "5", "2", "3")


@pytest.mark.parametrize(
    ("told", "text", "changed"),
    [
        ("  Омск,\u00a0ул. Мира  ", "Омск, ул. Мира", ("spaces",)),
        ("Омск,,; ул. Мира,", "Омск, ул. Мира", ("punctuation",)),
        ("Омск\nул. Мира", "Омск, ул. Мира", ("spaces",)),
        ("\u200bОмск 🏠", "Омск", ("signs", "spaces")),
        ("Омск, д. 5️⃣", "Омск, д. 5", ("signs",)),
        ("д. ５", "д. 5", ("signs",)),
        ("Oмcк", "Омск", ("letters",)),
        ("MOCKBA, ул. Мира", "МОСКВА, ул. Мира", ("letters",)),
        ("ПВЗ MSК20", "ПВЗ MSK20", ("letters",)),
        ("Орёл, пр. Н.Н.", "Орёл, пр. Н.Н.", ()),
        ("кв. № 5", "кв. № 5", ()),
    ],
)
def test_cleaning_says_what_it_did(told: str, text: str, changed: tuple[str, ...]) -> None:
    assert cleaned(told).text == text
    assert cleaned(told).changed == changed


def test_latin_words_and_codes_of_points_keep_their_letters() -> None:
    assert cleaned("Омск, ЖК Green Park, ПВЗ OMC12").text == "Омск, ЖК Green Park, ПВЗ OMC12"
    assert cleaned("CAXAP").text == "CAXAP"


def test_yo_is_kept_for_people_and_folded_for_comparing() -> None:
    assert read_address("г. Орёл, ул. Королёва, 5, кв 1").parts.street == "ул. Королёва"
    assert folded("Орёл") == folded("ОРЕЛ") == "орел"


def test_what_a_channel_tells_apart_goes_before_what_is_read() -> None:
    apart = {"country": "RU", "region": "Московская", "city": "г. Красногорск", "postcode": "143400"}
    parts = read_address("п. Нахабино, ул. Школьная, 5", apart=apart).parts
    assert (parts.city, parts.city_kind, parts.town, parts.region) == ("Красногорск", "г.", "Нахабино", "Московская область")
    assert (parts.postcode, parts.country, parts.street, parts.house) == ("143400", "RU", "ул. Школьная", "5")


def test_a_city_that_both_the_channel_and_the_line_tell_is_one() -> None:
    address = read_address("Омск, ул. Мира, 5, кв 1", apart={"city": "г Омск"})
    assert (address.parts.city, address.parts.town, address.questions) == ("Омск", "", ())
    assert "repeats" in address.changed


def test_moscow_is_a_town_and_a_region_at_once() -> None:
    parts = read_address("ул. Мира, 5, кв 1", apart={"region": "Москва", "city": "Москва"}).parts
    assert (parts.city, parts.region) == ("Москва", "")


def test_an_unknown_country_is_asked_and_a_known_one_is_two_letters() -> None:
    assert codes(read_address("ул. Мира, 5", apart={"country": "Атлантида"})) == ["address_country_is_known"]
    assert read_address("ул. Мира, 5", apart={"country": "Расия"}).questions[0].suggestions[0] == "Россия"
    assert read_address("Rīga, Brīvības 5", apart={"country": "Латвия"}).country == "LV"
    assert read_address("Минск, ул. Мира, 5, кв 1", apart={"country": "by"}).country == "BY"


def test_an_address_abroad_is_left_whole_and_not_questioned() -> None:
    address = read_address("Invalidenstr. 5, Berlin", apart={"country": "DE", "city": "Berlin", "postcode": "10115"})
    assert (address.is_ready, address.line, address.parts.place) == (True, "Invalidenstr. 5, Berlin", "Berlin")


def test_a_russian_address_in_latin_is_asked_and_never_turned_back() -> None:
    address = read_address("Russia, Moskva, ul. Tverskaya, d. 1, kv. 2")
    assert (codes(address), address.is_ready, address.parts.street) == (["address_is_in_cyrillic"], False, "")


def test_a_town_in_latin_beside_a_russian_line_is_asked_with_its_russian_name() -> None:
    (question,) = read_address("ул. Мира, 5, кв 1", apart={"city": "Moskva"}).questions
    assert (question.code, question.suggestions) == ("address_is_in_cyrillic", ("Москва",))


def test_the_line_of_an_address_abroad_does_not_repeat_what_the_channel_told_apart() -> None:
    buyer = (
        normalised(json.dumps({"billing": {"country": "DE", "city": "Berlin", "postcode": "10115", "address_1": "Berlin Str. 5"}})) or {}
    )
    assert of_buyer(buyer["address"]).line == "Berlin Str. 5"


def test_to_a_point_neither_street_nor_house_is_needed() -> None:
    assert not read_address("Омск").is_ready
    assert read_address("Омск", goes_to="point").is_ready
    assert not read_address("", goes_to="point").is_ready


def test_a_flat_is_asked_beside_and_holds_the_parcel_up_only_where_there_surely_is_one() -> None:
    beside = read_address("Омск, ул. Мира, 5")
    assert (codes(beside), beside.is_ready) == (["address_has_flat"], True)
    assert not read_address("Омск, ул. Мира, 5, подъезд 2").is_ready
    assert codes(read_address("с. Ивановка, ул. Мира, 5")) == []


def test_a_postcode_of_another_region_holds_the_parcel_up_and_one_of_the_neighbours_does_not() -> None:
    assert not read_address("644000, Самарская обл., г. Самара, ул. Мира, 5, кв 1").is_ready
    assert read_address("142000, г. Москва, ул. Мира, 5, кв 1").is_ready
    assert read_address("999999, Омская обл., г. Омск, ул. Мира, 5, кв 1").is_ready
    assert not fits("644000", "Самарская область")
    assert fits("644000", "Атлантида")


@pytest.mark.parametrize(
    ("postcode", "region"),
    [("101000", "Москва"), ("143400", "Московская область"), ("190000", "Санкт-Петербург"), ("420000", "Республика Татарстан"),
     ("628400", "Ханты-Мансийский АО — Югра"), ("690000", "Приморский край"), ("236000", "Калининградская область"),
     ("385000", "Республика Адыгея"), ("677000", "Республика Саха (Якутия)"), ("299000", "Севастополь")],
)  # fmt: skip
def test_a_region_is_known_by_its_postcode(postcode: str, region: str) -> None:
    assert region_by_postcode(postcode) == region


@pytest.mark.parametrize(
    ("told", "region"),
    [("обл. Омская", "Омская область"), ("Респ Татарстан", "Республика Татарстан"), ("Алтай", "Республика Алтай"),
     ("Алтайский край", "Алтайский край"), ("хмао-югра", "Ханты-Мансийский АО — Югра"), ("г. Москва", "Москва"), ("Ленина", None)],
)  # fmt: skip
def test_a_region_is_known_by_what_people_call_it(told: str, region: str | None) -> None:
    assert region_of(told) == region


def test_an_order_keeps_parts_that_1c_knows() -> None:
    buyer = normalised('{"shipping": {"city": "Омск", "postcode": "644000", "address_1": "ул. Мира, д. 5 к 2 стр 1, кв. 3"}}') or {}
    address = of_buyer(buyer["address"])
    assert address.parts.told() == {
        "postcode": "644000", "city": "Омск", "street": "ул. Мира", "house": "5", "block": "2 стр. 1", "flat": "3"
    }  # fmt: skip
    assert address.line == "ул. Мира, д. 5, корп. 2, стр. 1, кв. 3"


def test_an_order_of_a_site_is_read_again_without_anything_left_over() -> None:
    told = {"city": "Кулебаки", "state": "Нижегородская", "country": "RU", "address_1": "п. Гремячево, Школьная 5"}
    address = of_buyer((normalised(json.dumps({"billing": told})) or {})["address"])
    assert (address.parts.city, address.parts.town, address.parts.street, address.questions) == ("Кулебаки", "Гремячево", "Школьная", ())


def test_a_line_for_the_courier_has_all_that_is_inside_the_house() -> None:
    line = "мкр. 5, д. 3, лит. А, оф. 4, подъезд 2, этаж 3, домофон 12К"
    assert read_address(f"г. Сургут, {line}").line == line


def test_a_district_with_the_towns_name_is_suggested_as_the_town() -> None:
    question = read_address("Московская область, г.о. Химки, ул. Мира, 5").questions[0]
    assert (question.code, question.suggestions) == ("address_has_city", ("Химки",))


def test_remarks_phones_and_codes_are_not_taken_for_parts() -> None:
    draft = Draft()
    left = aside("Омск, ул. Мира, 5 (код 12), тел. 8 (912) 345-67-89, СДЭК OMS13, звонить за час", draft)
    assert (draft.found, left.replace(" ,", "").strip(", ")) == ({"intercom": "12", "point": "OMS13"}, "Омск, ул. Мира, 5")
    assert draft.comments == ["тел. 8 (912) 345-67-89", "звонить за час"]


def test_every_change_that_can_be_made_has_words_for_people() -> None:
    made = {code for told, _ in TABLE for code in read_address(told).changed}
    assert made == set(CHANGES)


def test_the_tables_are_written_as_they_are_compared() -> None:
    assert all(folded(word) == word for word in WORDS)
    assert all(len(word.split()) <= LONGEST for word in WORDS)
    assert all(known_city(city) == city for city in CITIES)


def test_reading_the_same_twice_gives_the_same() -> None:
    assert read(TABLE[0][0]) == read(TABLE[0][0])
