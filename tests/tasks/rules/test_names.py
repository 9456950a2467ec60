"""Names: told apart where it is certain, whole where it is not."""

import pytest

from tasks.rules.names import of_parts, read_name


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        ("Петров Пётр Ильич", ("Петров", "Пётр", "Ильич")),
        ("Пётр Ильич Петров", ("Петров", "Пётр", "Ильич")),
        ("петров пётр петрович", ("петров", "пётр", "петрович")),
        ("Рабинович Анна Марковна", ("Рабинович", "Анна", "Марковна")),
        ("Анна Марковна Рабинович", ("Рабинович", "Анна", "Марковна")),
        ("Салтыков-Щедрин Михаил Евграфович", ("Салтыков-Щедрин", "Михаил", "Евграфович")),
        ("Мамедов Али Гасан оглы", ("Мамедов", "Али", "Гасан оглы")),
        ("Петров П.П.", ("Петров", "П.", "П.")),
        ("П. П. Петров", ("Петров", "П.", "П.")),
        ("Петров П", ("Петров", "П.", "")),
        ("Анна Марковна", ("", "Анна", "Марковна")),
        ("ИП Петров Пётр Петрович", ("Петров", "Пётр", "Петрович")),
    ],
)
def test_a_name_is_told_apart_where_its_words_say_what_they_are(told: str, parts: tuple[str, str, str]) -> None:
    name = read_name(told)
    assert (name.surname, name.given, name.patronymic) == parts
    assert (name.full, name.original, name.questions) == (told, told, ())


@pytest.mark.parametrize(
    "told", ["Пётр Петров", "Пётр Ильич Рабинович", "Иван Абрамович", "Оганесян Ашот", "Maria del Carmen", "Ли Си Цын"]
)
def test_a_name_whose_order_is_not_certain_is_kept_whole(told: str) -> None:
    name = read_name(told)
    assert (name.full, name.surname, name.given, name.patronymic, name.questions) == (told, "", "", "", ())


@pytest.mark.parametrize("told", ["ООО «Утюг»", "Утюг ООО", "АО Ромашка", "Acme LLC", "ооо ромашка"])
def test_a_company_is_no_person(told: str) -> None:
    name = read_name(told)
    assert (name.is_company, name.surname, name.questions) == (True, "", ())


@pytest.mark.parametrize("told", ["АО", "Аооо Анна", "Оаоян Ашот"])
def test_a_person_is_no_company_for_some_letters(told: str) -> None:
    assert read_name(told).is_company is (told == "АО")


@pytest.mark.parametrize("told", ["89123456789", "Вася123", "a@b.ru", "Пётр!!! №1"])
def test_what_has_digits_or_signs_in_it_is_asked(told: str) -> None:
    assert [(one.code, one.stops) for one in read_name(told).questions] == [("name_is_a_name", True)]


def test_no_name_stops_the_parcel_and_one_word_is_asked_beside() -> None:
    assert [(one.code, one.stops) for one in read_name(" ").questions] == [("name_is_told", True)]
    assert [(one.code, one.stops) for one in read_name("Анна").questions] == [("name_is_full", False)]


def test_a_name_is_cleaned_and_the_original_kept() -> None:
    name = read_name("  Пeтров\u00a0 Пётр Ильич 😀")
    assert (name.full, name.original) == ("Петров Пётр Ильич", "  Пeтров\u00a0 Пётр Ильич 😀")
    assert set(name.changed) == {"signs", "spaces", "letters"}


def test_parts_that_are_told_apart_stay_apart() -> None:
    name = of_parts(surname=" Петров", given="Пётр Ильич")
    assert (name.surname, name.given, name.patronymic, name.full) == ("Петров", "Пётр", "Ильич", "Петров Пётр Ильич")
    assert of_parts(given="Анна Мария", surname="Хуарес").given == "Анна Мария"
    assert of_parts(surname="ООО Утюг").is_company
    assert of_parts().questions[0].code == "name_is_told"
