"""Buyers of every channel as one shape; nothing is lost, nothing is shown."""

import json
from typing import Any

import pytest

from tasks.rules.buyers import answered, answered_address, masked, normalised, questions, read_address, read_phone, with_answers


def read(told: Any) -> dict[str, Any]:
    buyer = normalised(json.dumps(told, ensure_ascii=False))
    assert buyer is not None
    return buyer


@pytest.mark.parametrize("told", ["8 (912) 345-67-89", "+7 912 345 67 89", "9123456789", "7-912-345-67-89"])
def test_a_phone_as_people_write_it_is_e164(told: str) -> None:
    assert read_phone(told).e164 == "+79123456789"


def test_a_phone_keeps_its_extension() -> None:
    phone = read_phone("8 (495) 123-45-67 доб. 12")
    assert (phone.e164, phone.extension) == ("+74951234567", "12")


def test_a_phone_that_cannot_be_read_is_kept_raw_and_asked_about() -> None:
    buyer = read({"billing": {"phone": "12"}})
    assert buyer["phones"] == [{"raw": "12"}]
    assert questions(buyer) == ["buyer_phone_is_read"]
    assert questions(None) == []


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Петров Пётр Ильич", {"full": "Петров Пётр Ильич", "last": "Петров", "first": "Пётр", "middle": "Ильич"}),
        ("Пётр Ильич  Пeтров", {"full": "Пётр Ильич Петров", "last": "Петров", "first": "Пётр", "middle": "Ильич"}),
        ("Петров П.И.", {"full": "Петров П.И.", "last": "Петров", "first": "П.", "middle": "И."}),
        ("Пётр Петров", {"full": "Пётр Петров"}),
        ("ООО «Утюг»", {"full": "ООО «Утюг»"}),
    ],
)
def test_a_name_in_one_line_is_told_apart_where_that_is_certain(told: str, name: dict[str, str]) -> None:
    assert read({"customer": {"name": told}})["name"] == name


def test_a_patronymic_that_stands_with_the_given_name_is_taken_out_of_it() -> None:
    name = read({"billing": {"first_name": "Пётр Ильич", "last_name": "Петров"}})["name"]
    assert name == {"full": "Петров Пётр Ильич", "last": "Петров", "first": "Пётр", "middle": "Ильич"}


def test_an_address_in_one_line_is_read_where_it_is_certain_and_kept_whole() -> None:
    text = "454000, Челябинская область, г. Челябинск, ул. Кирова, д. 10А, кв. 42"
    assert read_address(text) == {
        "text": text, "postcode": "454000", "region": "Челябинская область", "city": "Челябинск", "street": "ул. Кирова",
        "house": "10А", "flat": "42",
    }  # fmt: skip


def test_an_entrance_is_no_town_and_a_flat_written_together_is_one() -> None:
    read_apart = read_address("Москва, ул. Мира, д.5к2, п. 2, кв10")
    assert {name: read_apart[name] for name in read_apart if name != "text"} == {
        "city": "Москва", "street": "ул. Мира", "house": "5", "block": "2", "flat": "10"
    }  # fmt: skip


def test_a_site_tells_who_pays_and_where_it_goes() -> None:
    billing = {"first_name": "Пётр", "last_name": "Петров", "email": "P@Mail.ru", "phone": "89123456789", "city": "Омск"}
    buyer = read({"billing": billing, "shipping": {"first_name": "Анна", "city": "Томск", "address_1": "ул. Мира, 5"}, "note": "до 18"})
    assert (buyer["name"]["full"], buyer["email"], buyer["address"]["city"]) == ("Петров Пётр", "p@mail.ru", "Томск")
    assert (buyer["recipient"]["full"], buyer["comment"], buyer["address"]["house"]) == ("Анна", "до 18", "5")


def test_ozon_tells_of_a_company_and_of_whom_it_delivers_to() -> None:
    told = {"customer": {"name": "Петров Пётр", "phone": "79123456789", "address": {"city": "Омск", "zip_code": "644000"}},
            "legal_info": {"company_name": "ООО «Утюг»", "inn": "7700000016"}}  # fmt: skip
    buyer = read(told)
    assert (buyer["company"], buyer["address"]["postcode"]) == ({"name": "ООО «Утюг»", "inn": "7700000016"}, "644000")


def test_wildberries_and_yandex_market_tell_little_and_no_buyer_is_none() -> None:
    assert read({"address": {"fullAddress": "г. Омск, ул. Мира"}, "comment": "звонить"})["address"]["city"] == "Омск"
    assert read({"type": "PERSON"}) == {"kind": "PERSON"}
    assert normalised(None) is None
    assert normalised("{}") is None


def test_a_masked_buyer_shows_no_name_no_phone_and_no_street() -> None:
    buyer = read({"billing": {"first_name": "Пётр", "last_name": "Петров", "phone": "89123456789", "city": "Омск", "address_1": "Мира 5"}})
    assert masked(buyer) == "П. П., …67-89, Омск"
    assert masked(None) == "***"


def test_a_phone_that_a_person_found_out_is_not_asked_again_when_the_channel_repeats_what_it_told() -> None:
    told = {"phones": [{"raw": "дома"}], "comment": "новый"}
    known = answered({"phones": [{"raw": "дома"}]}, read_phone("8 916 123-45-67"))
    assert questions(known) == []
    again = with_answers(told, known)
    assert again is not None
    assert questions(again) == []
    assert (again["phones"][0]["e164"], again["comment"]) == ("+79161234567", "новый")


def test_another_phone_that_cannot_be_read_is_asked_although_one_was_answered() -> None:
    known = answered({"phones": [{"raw": "дома"}]}, read_phone("8 916 123-45-67"))
    assert questions(with_answers({"phones": [{"raw": "на работе"}]}, known)) == ["buyer_phone_is_read"]


def test_an_address_in_the_comment_is_asked_about_until_a_person_has_found_it_out() -> None:
    told = read({"billing": {"city": "Тула"}, "note": "ул. Мира, 5"})
    assert questions(told) == ["buyer_address_in_comment"]
    assert questions(told, delivery_method="Самовывоз") == []
    known = answered_address(told, "Тула, ул. Мира, 5")
    assert (known["address"]["street"], questions(known)) == ("ул. Мира", [])
    again = with_answers(told, known)
    assert again is not None
    assert (again["address"], questions(again)) == (known["address"], [])


def test_an_address_that_the_channel_tells_at_last_counts_more_than_what_people_found_out() -> None:
    known = answered_address(read({"note": "ул. Мира, 5"}), "ул. Мира, 5")
    later = with_answers(read({"shipping": {"city": "Омск", "address_1": "ул. Ленина, 1"}}), known)
    assert later is not None
    assert (later["address"]["city"], "is_address_answer" in later) == ("Омск", False)


def test_a_phone_and_an_address_that_were_found_out_are_both_kept() -> None:
    told = read({"billing": {"phone": "12"}, "note": "ул. Мира, 5"})
    known = answered_address(answered(told, read_phone("8 912 345-67-89")), "ул. Мира, 5")
    again = with_answers(told, known)
    assert questions(again) == []
