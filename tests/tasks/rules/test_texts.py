import re
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules.formats import OZON, WILDBERRIES, YANDEX_MARKET, Format
from tasks.rules.texts import LEAST_NAME, cut, description, one_line, titles
from tests.tasks.rules.shelf import items, patient

VARIANT: dict[str, Any] = {
    "name": "Утюг паровой «Зарница-2000» (Белый)",
    "product_name": "Утюг паровой «Зарница-2000»",
    "characteristics": '{"Цвет": "Белый"}',
}
words = st.lists(st.sampled_from(["утюг", "«Зарница", "2000»", "(с", "паром)", "—", "220В,", "и", "белый"]), min_size=1, max_size=20).map(
    " ".join
)


def title(row: dict[str, Any], channel: Format = WILDBERRIES) -> str:
    return str(titles(items(row), channel)["title"].item())


def told(text: str, channel: Format = WILDBERRIES) -> str | None:
    shown: str | None = pl.DataFrame({"description": [text]}).select(description(channel)).item()
    return shown


def cut_to(text: str, most: int) -> str:
    return str(pl.select(cut(pl.lit(text), most)).item())


def test_a_title_that_fits_is_1cs_own_name() -> None:
    assert title(VARIANT) == "Утюг паровой «Зарница-2000» (Белый)"


def test_a_title_says_what_tells_the_variant_apart_where_its_name_does_not() -> None:
    assert title(VARIANT | {"name": None}) == "Утюг паровой «Зарница-2000» (Белый)"
    unsaid = {"name": "Утюг паровой (Белый)", "characteristics": '{"Цвет": "Белый", "Вилка": "евро"}'}
    assert title(VARIANT | unsaid) == "Утюг паровой (Белый) (евро)"


def test_a_title_that_is_cut_keeps_what_tells_variants_apart() -> None:
    long = "Утюг паровой «Зарница-2000» с вертикальным отпариванием и керамической подошвой"
    row = VARIANT | {"name": f"{long} (Белый)", "product_name": long}
    assert title(row) == "Утюг паровой «Зарница-2000» с вертикальным (Белый)"
    assert title(row, OZON) == f"{long} (Белый)"


def test_variants_of_one_product_keep_different_titles_when_cut() -> None:
    long = "Чехол для гладильной доски универсальный хлопковый с войлочной подкладкой"
    rows = [
        VARIANT | {"name": f"{long} ({value})", "product_name": long, "characteristics": f'{{"Ц":"{value}"}}'} for value in ("Белый", "Беж")
    ]
    assert titles(items(*rows), WILDBERRIES)["title"].n_unique() == 2


def test_a_title_is_one_line_without_markup_or_invisible_characters() -> None:
    assert title({"name": " Утюг\u00a0<b>паровой</b>\r\n\t&laquo;Зарница&raquo;\u200b \x07 "}) == "Утюг паровой «Зарница»"


def test_a_composed_letter_counts_once() -> None:
    assert title({"name": "Чаи\u0306ник"}) == "Чайник"


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Утюг паровой белый", 18, "Утюг паровой белый"),
        ("Утюг паровой белый", 17, "Утюг паровой"),
        ("Утюг паровой белый", 12, "Утюг паровой"),
        ("Утюг паровой белый", 13, "Утюг паровой"),
        ("Утюг паровой, белый", 14, "Утюг паровой"),
        ("Утюг паровой — белый", 15, "Утюг паровой"),
        ("Электроутюгоотпариватель", 10, "Электроутю"),
        ("Набор для глажки (утюг, доска, чехол)", 30, "Набор для глажки"),
        ("Утюг паровой «Зарница 2000»", 22, "Утюг паровой Зарница"),
        ("Утюг паровой «Зарница 2000»", 15, "Утюг паровой"),
    ],
)
def test_a_text_is_cut_where_a_word_ends(text: str, most: int, short: str) -> None:
    assert cut_to(text, most) == short


@patient
@given(words, st.integers(1, 80))
def test_what_is_cut_fits_and_is_made_of_the_texts_own_words(text: str, most: int) -> None:
    short = cut_to(text, most)
    assert len(short) <= most
    assert short == text if len(text) <= most else True
    whole = {re.sub(r"\W", "", word) for word in text.split()}
    own = [re.sub(r"\W", "", word) for word in short.split()]
    assert len(own) == 1 or set(own) <= whole


@settings(patient, max_examples=25)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120),
    st.lists(st.sampled_from(["Белый", "110×30 см", "x" * 70]), max_size=3),
)
def test_a_title_never_exceeds_the_maximum(name: str, values: list[str]) -> None:
    characteristics = "{" + ",".join(f'"{n}":"{value}"' for n, value in enumerate(values)) + "}"
    for channel in (WILDBERRIES, OZON, YANDEX_MARKET):
        found = title({"name": name, "product_name": name, "characteristics": characteristics}, channel)
        assert len(found) <= channel.title_max
        assert found == found.strip()


@patient
@given(st.lists(st.sampled_from(["Белый", "Чёрный", "110×30 см"]), min_size=1, max_size=2, unique=True), words)
def test_what_tells_variants_apart_is_always_in_the_title(values: list[str], name: str) -> None:
    characteristics = "{" + ",".join(f'"{n}":"{value}"' for n, value in enumerate(values)) + "}"
    found = title({"name": None, "product_name": name * 3, "characteristics": characteristics})
    assert all(value in found for value in values)
    assert len(found) <= WILDBERRIES.title_max


def test_however_much_there_is_to_tell_apart_the_name_keeps_its_share() -> None:
    found = title({"name": None, "product_name": "Чехол для гладильной доски", "characteristics": '{"Р":"' + "очень " * 20 + '"}'})
    assert found.startswith("Чехол для гладильной"[:LEAST_NAME])
    assert len(found) <= 60


def test_plain_descriptions_lose_markup_and_keep_their_lines() -> None:
    html = "<p style='x'>Утюг&nbsp;&laquo;Зарница&raquo; &mdash; лучший</p><ul><li>пар</li><LI>t < 200 °C</LI></ul><script>alert('<p>')</script>"
    assert told(html, OZON) == "Утюг «Зарница» — лучший\n\n– пар\n\n– t < 200 °C"


def test_what_only_looks_like_markup_stays() -> None:
    text = "Гарантия & ремонт у нас; температура <200 °C, a<b и c>d."
    assert told(text) == text
    assert told(text, YANDEX_MARKET) == text


def test_yandex_market_keeps_the_elements_it_knows_and_no_others() -> None:
    html = '<h2 class="t">Утюг</h2>\n<p>Гладит <b>всё</b>.</p>\nИ <a href="https://shop.example">ссылка</a>\nконец<table><tr><td>1</td></tr></table>'
    assert told(html, YANDEX_MARKET) == "<h2>Утюг</h2><p>Гладит всё.</p>И ссылка<br>конец<br><br>1"


def test_a_marked_up_description_that_is_too_long_is_cut_as_plain_text() -> None:
    long = told("<p>" + "слово " * 2000 + "</p>", YANDEX_MARKET)
    assert long is not None
    assert len(long) <= 6000
    assert "<" not in long
    assert long.endswith("слово")


@patient
@given(st.text(st.sampled_from("<>/&;бb рp\n\t\x00\u200b#1li=\"'"), max_size=60))
def test_no_text_breaks_the_cleaning_and_cleaning_twice_changes_little(text: str) -> None:
    shown = str(pl.select(one_line(pl.lit(text))).item())
    assert shown == shown.strip()
    assert "\n" not in shown
    assert "  " not in shown
    assert not re.search(r"[\x00-\x1f\u200b]", shown)


def test_a_description_of_nothing_is_none() -> None:
    assert [told(text, channel) for text in ("", " \n", "<br/>", "<!-- x -->") for channel in (WILDBERRIES, OZON)] == [None] * 8
