"""What was meant: near names, always the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.suggestions import LEAST_LIKENESS, MOST, likeness, nearest

CITIES = ("Москва", "Мосальск", "Казань", "Рязань", "Санкт-Петербург", "Орёл", "Ростов-на-Дону", "Нижний Новгород")


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("Масква", "Москва"), ("москва", "Москва"), ("г. Москва", "Москва"), ("Moskva", "Москва"), ("Moscow", "Москва"),
        ("vjcrdf", "Москва"), ("орел", "Орёл"), ("Новгород Нижний", "Нижний Новгород"), ("спб", "Санкт-Петербург"),
        ("Ростов на Дону", "Ростов-на-Дону"), ("Kazan", "Казань"),
    ],
)  # fmt: skip
def test_the_town_that_was_meant_comes_first(told: str, meant: str) -> None:
    assert nearest(told, CITIES)[0] == meant


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert nearest("Ыыы", CITIES) == ()
    assert nearest("", CITIES) == ()


def test_words_for_streets_and_their_order_do_not_count() -> None:
    assert nearest("ул. Вайнера Карла", ["Карла Вайнера ул", "Малышева ул"]) == ("Карла Вайнера ул",)


@given(st.text("москвакзнь", min_size=1, max_size=8), st.permutations(CITIES))
def test_the_order_and_repeats_of_candidates_do_not_matter(told: str, names: list[str]) -> None:
    assert nearest(told, names) == nearest(told, CITIES) == nearest(told, [*names, *names])
    assert len(nearest(told, names)) <= MOST
    assert all(likeness(told, one) >= LEAST_LIKENESS for one in nearest(told, names))
