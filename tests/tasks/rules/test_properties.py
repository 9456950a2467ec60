import json

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.rules.groups import is_within, nearest
from tasks.rules.properties import all_values, json_list, value_of, values_of
from tests.tasks.rules.shelf import patient

texts = st.text(st.sampled_from('абAB ",:[]{}\\/\n\t«»5'), min_size=1, max_size=8).filter(lambda text: text.strip() != "")
objects = st.dictionaries(texts, texts | st.lists(texts, min_size=1, max_size=3), max_size=4)


def listed(said: str | list[str]) -> list[str]:
    return [text.strip() for text in (said if isinstance(said, list) else [said])]


def frame(told: dict[str, str | list[str]]) -> pl.DataFrame:
    return pl.DataFrame({"properties": [json.dumps(told, ensure_ascii=False)]})


@patient
@example({'"5': "55", "5": "5"}, "x")
@given(objects, texts)
def test_what_is_said_under_a_name_is_found_and_nothing_else(told: dict[str, str | list[str]], other: str) -> None:
    for name, said in told.items():
        assert frame(told).select(values_of("properties", name)).item().to_list() == listed(said)
    if other not in told:
        assert frame(told).select(values_of("properties", other)).item().to_list() == []


@patient
@given(objects)
def test_all_values_come_in_their_order(told: dict[str, str | list[str]]) -> None:
    assert frame(told).select(all_values("properties")).item().to_list() == [text for said in told.values() for text in listed(said)]


@patient
@given(st.lists(texts, max_size=4))
def test_a_list_is_json_that_anyone_reads_back(told: list[str]) -> None:
    made = pl.DataFrame({"told": [told]}, schema={"told": pl.List(pl.String)}).select(json_list(pl.col("told"))).item()
    assert json.loads(made) == told


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"Вес": 5.5}', "5.5"), ('{"Вес": null}', None), ('{"Вес": ""}', None), ("{}", None), (None, None), ('{"Вес": [ "1", "2" ]}', "1")],
)
def test_the_first_value_of_a_name(text: str | None, value: str | None) -> None:
    assert pl.DataFrame({"p": [text]}, schema={"p": pl.String}).select(value_of("p", "Вес")).item() == value


PATHS = pl.DataFrame({"group_path": ["А/Б/В", "А/Б", "А/Бэ", "А", None]})


def test_a_group_is_itself_and_everything_below_it() -> None:
    assert PATHS.select(is_within(["А/Б"])).to_series().to_list() == [True, True, False, False, False]
    assert PATHS.select(is_within([" /А/Б/ ", "А/Бэ"])).to_series().to_list() == [True, True, True, False, False]
    assert PATHS.filter(is_within([])).is_empty()


def test_the_nearest_group_is_the_longest_whatever_its_place() -> None:
    assert PATHS.select(nearest(["А", "А/Б/В", "А/Б"])).to_series().to_list() == [1, 2, 0, 0, None]
    assert PATHS.with_columns(place=nearest([]))["place"].to_list() == [None] * 5
