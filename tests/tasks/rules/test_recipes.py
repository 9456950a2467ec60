from datetime import date
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from tasks.rules.recipes import Recipe, judge_recipes, recipes_read
from tests.tasks.rules.shelf import frame, items
from validation.assortment import RecipeKept, RecipeRead
from validation.quarantine import Judged

SHELF = items(
    {"article": "НБ-01"},
    {"article": "УТ-101"},
    {"article": None, "product_article": "ДГ-1"},
    {"article": None, "product_article": "ЧД-1"},
    {"article": None, "product_article": "ЧД-1"},
    {"article": "ref-2"},
)
ROW: dict[str, Any] = {"bundle": "НБ-01", "promotion": None, "valid_from": None, "valid_to": None, "part": "УТ-101", "pcs": "1"}


def judged(*rows: dict[str, Any]) -> Judged:
    return judge_recipes(frame(RecipeRead, [{"row": number} | ROW | row for number, row in enumerate(rows, 1)]), SHELF)


def reasons(*rows: dict[str, Any]) -> list[tuple[int, str]]:
    return judged(*rows).refused.select("row", "reason").rows()


def parts(*rows: dict[str, Any]) -> list[tuple[int, int, int]]:
    return judged(*rows).passed.select("bundle_id", "component_id", "pcs").rows()


def test_a_recipe_of_the_settings_becomes_rows_of_the_hub() -> None:
    told = Recipe(bundle="НБ-01", promotion="Март", valid_from=date(2026, 3, 1), valid_to=date(2026, 3, 31), parts={"УТ-101": 1, "ДГ-1": 2})
    passed, refused = judge_recipes(recipes_read([told]), SHELF)
    assert refused.is_empty()
    RecipeKept.validate(passed)
    assert passed.rows() == [(1, part, pcs, "Март", date(2026, 3, 1), date(2026, 3, 31)) for part, pcs in ((2, 1), (3, 2))]


def test_no_recipes_are_no_rows() -> None:
    assert judge_recipes(recipes_read([]), SHELF).passed.is_empty()


def test_goods_are_named_by_article_or_reference_and_the_reference_goes_first() -> None:
    assert parts({"bundle": " ref-1 ", "part": "ДГ-1"}) == [(1, 3, 1)]
    assert parts({"part": "ref-2"}) == [(1, 2, 1)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"bundle": "НБ-99"}, "recipe_bundle_is_known"),
        ({"bundle": None}, "recipe_bundle_is_known"),
        ({"part": "УТ-999"}, "component_is_known"),
        ({"part": " "}, "component_is_known"),
        ({"part": "ЧД-1"}, "recipe_article_is_one"),
        ({"bundle": "ЧД-1"}, "recipe_article_is_one"),
        ({"part": "ref-1"}, "recipe_is_not_its_own_part"),
        ({"pcs": "0"}, "recipe_pcs_is_whole"),
        ({"pcs": "-1"}, "recipe_pcs_is_whole"),
        ({"pcs": "1,5"}, "recipe_pcs_is_whole"),
        ({"pcs": "две"}, "recipe_pcs_is_whole"),
        ({"pcs": None}, "recipe_pcs_is_whole"),
        ({"valid_from": "31.02.2026"}, "recipe_date_is_read"),
        ({"valid_to": "весной"}, "recipe_date_is_read"),
        ({"valid_from": "02.03.2026", "valid_to": "01.03.2026"}, "recipe_period_is_right"),
    ],
)
def test_a_row_that_is_wrong_is_refused_with_its_reason(row: dict[str, Any], reason: str) -> None:
    assert reasons(row) == [(1, reason)]


@pytest.mark.parametrize("text", ["2026-03-01", "01.03.2026", "1.3.2026", "01.03.26", "2026-03-01 00:00:00", "2026-03-01T00:00:00"])
def test_a_date_is_read_as_people_and_excel_write_it(text: str) -> None:
    assert judged({"valid_from": text}).passed["valid_from"].to_list() == [date(2026, 3, 1)]


def test_pieces_may_come_as_excel_writes_whole_numbers() -> None:
    assert parts({"pcs": "2.0"}) == [(1, 2, 2)]


def test_one_wrong_row_refuses_its_whole_recipe_and_no_other() -> None:
    rows: tuple[dict[str, Any], ...] = ({}, {"part": "УТ-999"}, {"promotion": "Март"}, {"bundle": "ДГ-1"})
    assert reasons(*rows) == [(1, "recipe_is_whole"), (2, "component_is_known")]
    assert parts(*rows) == [(1, 2, 1), (3, 2, 1)]


def test_rows_of_one_recipe_may_write_its_bundle_and_dates_differently() -> None:
    rows = ({"valid_from": "01.03.2026"}, {"bundle": "ref-1", "valid_from": "2026-03-01", "part": "УТ-999"})
    assert reasons(*rows) == [(1, "recipe_is_whole"), (2, "component_is_known")]


def test_a_part_that_stands_twice_is_not_summed_in_silence() -> None:
    assert reasons({}, {"part": "ref-2", "pcs": "3"}) == [(1, "recipe_part_is_not_repeated"), (2, "recipe_part_is_not_repeated")]
    assert reasons({}, {"promotion": "Март"}) == []


def test_a_refused_row_keeps_what_was_written() -> None:
    refused = judged({"pcs": "две"}).refused
    assert refused["key"].to_list() == ["НБ-01|УТ-101"]
    assert '"pcs":"две"' in refused["payload"].item()


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"bundle": "НБ-01", "parts": {"УТ-101": 0}}, "больше нуля: УТ-101"),
        ({"bundle": "НБ-01", "parts": {}}, "at least 1"),
        ({"bundle": "НБ-01", "parts": {"УТ-101": 1}, "valid_from": "2026-03-02", "valid_to": "2026-03-01"}, "раньше, чем начинается"),
        ({"bundle": "НБ-01", "parts": {"УТ-101": 1}, "until": "2026-03-02"}, "extra"),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused(recipe: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){words}"):
        Recipe.model_validate(recipe)


def test_dates_of_the_settings_are_read_back_as_they_were() -> None:
    told = recipes_read([Recipe(bundle="НБ-01", valid_to=date(2026, 12, 31), parts={"УТ-101": 1})])
    assert told.select(pl.exclude("row")).rows() == [("НБ-01", "", None, "2026-12-31", "УТ-101", "1")]
