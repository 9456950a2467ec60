"""Latin by the standard, letter by letter, and only where a route needs it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.latin import RUSSIAN, STANDARDS, LatinRules, Script, Standard, spelled, to_latin

ICAO = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z", "И": "I", "Й": "I", "К": "K", "Л": "L",
    "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH",
    "Щ": "SHCH", "Ы": "Y", "Ъ": "IE", "Э": "E", "Ю": "IU", "Я": "IA",
}  # fmt: skip
"""ICAO Doc 9303, the rows of Russian; `reference/services.md` §5 has what was measured by it."""
NOT_IN_THE_TABLE = {"Ь": ""}
"""The soft sign has no row: it is left out."""


@pytest.mark.parametrize(("letter", "latin"), (ICAO | NOT_IN_THE_TABLE).items())
def test_every_letter_is_written_as_the_standard_says(letter: str, latin: str) -> None:
    assert to_latin(letter * 2).text == latin * 2
    assert to_latin(letter.lower()).text == latin.lower()
    assert to_latin(f"а{letter.lower()}а").text == f"a{latin.lower()}a"


def test_the_table_has_every_letter_of_the_alphabet() -> None:
    assert {letter.lower() for letter in ICAO | NOT_IN_THE_TABLE} == RUSSIAN


@pytest.mark.parametrize(
    ("told", "latin"),
    [
        ("Юлия Щеглова", "Iuliia Shcheglova"),
        ("ЩУКИН Юрий", "SHCHUKIN Iurii"),
        ("ООО «ЩИТ»", 'OOO "SHCHIT"'),
        ("Щ. Цой", "Shch. Tsoi"),
        ("г. Подъячев, Объездной пр., д. 5, кв. № 10", "g. Podieiachev, Obieezdnoi pr., d. 5, kv. No. 10"),
        ("Компьютерная — 5", "Kompiuternaia - 5"),
        ("и\u0306од, ее\u0308ж", "iod, eezh"),
    ],
)
def test_words_are_written_as_in_a_passport(told: str, latin: str) -> None:
    result = to_latin(told)
    assert (result.text, result.original, result.standard) == (latin, told, "ICAO Doc 9303")


def test_what_is_latin_already_stays() -> None:
    assert to_latin("John O'Brien").text == "John O'Brien"
    assert to_latin("John O'Brien").standard == ""
    assert to_latin("Иван Smith").text == "Ivan Smith"


def test_letters_of_other_languages_are_asked_and_not_guessed() -> None:
    result, asked = spelled("Әсел Їжак", "latin", part="name")
    assert (result.text, result.foreign) == ("Әсел Їжак", ("ї", "ә"))
    assert [(one.code, one.stops) for one in asked] == [("name_is_in_latin", True)]
    assert spelled("ул. Қазақ", "latin", part="address")[1][0].code == "address_is_in_latin"


def test_a_spelling_that_the_buyer_gave_is_never_overwritten() -> None:
    assert spelled("Julia Shcheglova", "latin", part="name")[0].text == "Julia Shcheglova"


@pytest.mark.parametrize(
    ("standard", "latin"),
    [
        ("icao_doc_9303", "Iuliia Shcheglova, Obieezdnoi, Khabarovsk, Tsoi"),
        ("gost_52535", "Iuliia Shcheglova, Obezdnoi, Khabarovsk, Tcoi"),
        ("mvd_782", "Yuliya Shcheglova, Obyezdnoy, Khabarovsk, Tsoy"),
        ("yandex_maps", "Yuliya Scheglova, Obyezdnoy, Khabarovsk, Tsoy"),
    ],
)
def test_the_standard_is_a_setting(standard: Standard, latin: str) -> None:
    result = to_latin("Юлия Щеглова, Объездной, Хабаровск, Цой", standard)
    assert (result.text, result.standard) == (latin, STANDARDS[standard][0])


@pytest.mark.parametrize("standard", sorted(STANDARDS))
def test_every_standard_that_may_be_chosen_leaves_nothing_but_ascii(standard: Standard) -> None:
    assert all(to_latin(f"а{letter}а {letter}", standard).text.isascii() for letter in RUSSIAN)


def test_a_latin_address_within_russia_is_asked_and_not_turned_back() -> None:
    result, asked = spelled("ul. Lenina", "cyrillic", part="address")
    assert result.text == "ul. Lenina"
    assert [(one.code, one.stops) for one in asked] == [("address_is_in_cyrillic", True)]


def test_a_latin_name_within_russia_is_asked_beside() -> None:
    assert [(one.code, one.stops) for one in spelled("John Smith", "cyrillic", part="name")[1]] == [("name_is_in_cyrillic", False)]


@pytest.mark.parametrize("script", ["cyrillic", "any"])
def test_nothing_is_transliterated_where_the_route_does_not_need_it(script: Script) -> None:
    result, asked = spelled("г. Орёл, ул. Щорса", script, part="address")
    assert (result.text, result.standard, asked) == ("г. Орёл, ул. Щорса", "", ())


def test_which_parcels_are_latin_is_a_setting_that_is_off() -> None:
    assert [LatinRules().script(country) for country in ("", "RU", "KZ", "DE")] == ["cyrillic", "cyrillic", "cyrillic", "any"]
    assert [LatinRules(abroad=True).script(country) for country in ("RU", "BY", "DE", "UZ")] == ["cyrillic", "cyrillic", "latin", "latin"]
    assert LatinRules(countries=frozenset({"AM"})).script("AM") == "latin"


@given(st.text(st.sampled_from("АБВГДЕЁЖЗИЙабвщъыьэюяёй0123456789 ,.-/№«»—")))
def test_latin_is_ascii_and_keeps_every_digit_and_the_original(told: str) -> None:
    result = to_latin(told)
    if result.standard:
        assert result.text.isascii()
    assert [sign for sign in result.text if sign.isdigit()] == [sign for sign in told if sign.isdigit()]
    assert result.original == told
    assert to_latin(result.text).text == result.text
