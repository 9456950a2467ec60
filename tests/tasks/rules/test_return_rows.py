"""Rows of the managers' workbook: read, judged cell by cell, each under its own key."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS, as_received, judge_rows
from validation.reasons import SENTENCES
from validation.returns import CONDITIONS, DECISIONS, ReturnWritten

TODAY = date(2026, 11, 23)
RIGHT = {"key": None, "order": "100012", "sku": "УТ-101", "pcs": "1", "condition": "годен", "decision": None, "reason": None, "day": None}


def written(*rows: dict[str, Any]) -> pl.DataFrame:
    told = [{"row": number, **RIGHT, **row} for number, row in enumerate(rows, 5)]
    schema = {name: column.dtype.type for name, column in ReturnWritten.to_schema().columns.items()}
    return ReturnWritten.validate(pl.DataFrame(told, schema=schema))


def faults(*rows: dict[str, Any]) -> list[tuple[int, str, str]]:
    return judge_rows(written(*rows), TODAY).refused.select("row", "column", "reason").rows()


def test_a_right_row_passes_with_its_words_and_pieces_read() -> None:
    judged = judge_rows(written({"key": "5f-1", "pcs": "2", "condition": " Брак ", "decision": "Поставщику", "day": "20.11.2026"}), TODAY)
    assert judged.refused.is_empty()
    assert judged.rows.row(0, named=True) == {
        "row": 5, "key": "5f-1", "order": "100012", "sku": "УТ-101", "pcs": 2, "condition": "defect", "decision": "to_supplier",
        "reason": None, "received_on": date(2026, 11, 20),
    }  # fmt: skip


def test_rows_of_the_form_that_nobody_has_filled_in_are_no_rows() -> None:
    empty = {"key": "5f-1", "pcs": None, "condition": None}
    judged = judge_rows(written(empty, {"key": "5f-2", "order": None, "sku": None, "pcs": None, "condition": None}), TODAY)
    assert (judged.rows.height, judged.refused.height) == (0, 0)


def test_every_wrong_cell_of_a_row_is_named_and_not_only_the_first() -> None:
    assert faults({"order": None, "pcs": "полторы", "condition": "норм"}) == [
        (5, "order", "return_row_has_order"),
        (5, "pcs", "return_pcs_is_whole"),
        (5, "condition", "return_condition_is_told"),
    ]


@pytest.mark.parametrize("pcs", ["0", "-1", "1.5", "1,5", "много", "10001", "1e3", "две шт", "2 уп"])
def test_pieces_are_a_whole_number(pcs: str) -> None:
    assert faults({"pcs": pcs}) == [(5, "pcs", "return_pcs_is_whole")]


@pytest.mark.parametrize("pcs", [None, "", "\u00a0"])
def test_a_row_that_does_not_say_how_many_is_told_so(pcs: str | None) -> None:
    assert faults({"pcs": pcs}) == [(5, "pcs", "return_pcs_is_told")]


@pytest.mark.parametrize(("pcs", "read"), [("1\u00a0000", 1000), ("1\u202f000,0", 1000), ("2 шт.", 2), ("2шт", 2), ("2 штуки", 2)])
def test_pieces_are_read_with_the_spaces_and_words_that_people_add(pcs: str, read: int) -> None:
    assert judge_rows(written({"pcs": pcs}), TODAY).rows["pcs"].to_list() == [read]


@pytest.mark.parametrize("pcs", ["2", "2.0", " 2 ", "2,00"])
def test_excel_may_write_a_whole_number_with_a_fraction_of_nothing(pcs: str) -> None:
    assert judge_rows(written({"pcs": pcs}), TODAY).rows["pcs"].to_list() == [2]


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-20 00:00:00",
        "20.11.2026",
        "20.11.26",
        "20/11/2026",
        "46346",
        "46346.5",
        "20.11.2026 г.",
        "2026-11-20T12:30:00",
        "2026-11-20",
        "2026.11.20",
        "20-11-2026",
        "20,11,26",
        "\u00a020.11.2026\u200b",
    ],
)
def test_a_date_is_read_however_excel_or_a_person_wrote_it(day: str) -> None:
    assert judge_rows(written({"day": day}), TODAY).rows["received_on"].to_list() == [date(2026, 11, 20)]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("вчера", "return_date_is_read"),
        ("32.11.2026", "return_date_is_read"),
        ("21.11", "return_date_is_read"),
        ("24.11.2026", "return_date_has_come"),
        ("20.11.2062", "return_date_has_come"),
        ("20.11.2006", "return_date_is_recent"),
        ("20.11.0026", "return_date_is_recent"),
    ],
)
def test_a_date_that_is_none_or_has_not_come_is_wrong(day: str, reason: str) -> None:
    assert faults({"day": day}) == [(5, "day", reason)]


def test_only_what_is_good_goes_back_on_sale() -> None:
    assert faults({"condition": "брак", "decision": "в продажу"}) == [(5, "decision", "return_restock_is_sellable")]
    assert faults({"condition": "годен", "decision": "в продажу"}) == []


def test_a_row_below_a_merged_order_is_told_to_be_unmerged() -> None:
    ((_, column, reason),) = faults({}, {"order": None})
    assert (column, reason) == ("order", "return_row_has_order")
    assert "объединены" in SENTENCES[reason]


def test_a_row_copied_to_part_its_pieces_gets_a_key_of_its_own_the_same_every_time() -> None:
    rows = [{"key": "5f-1x"}, {"key": "5f-1x", "condition": "брак"}, {"key": "5f-1x", "condition": "неизвестно"}]
    for _ in range(2):
        judged = judge_rows(written(*rows), TODAY)
        assert judged.rows["key"].to_list() == ["5f-1x", "5f-1x/2", "5f-1x/3"]
        assert judged.refused.is_empty()


def test_a_key_that_a_copied_row_got_before_is_given_to_no_other_copy() -> None:
    rows = [{"key": "5f-1x"}, {"key": "5f-1x", "condition": "неизвестно"}, {"key": "5f-1x/2", "condition": "брак"}]
    assert judge_rows(written(*rows), TODAY).rows["key"].to_list() == ["5f-1x", "5f-1x/3", "5f-1x/2"]


def test_a_row_pasted_twice_word_for_word_is_wrong_and_the_first_of_them_is_not() -> None:
    assert faults({"key": "5f-1x"}, {"key": "5f-1x"}) == [(6, "pcs", "return_row_is_not_repeated")]


def test_equal_rows_without_keys_are_a_piece_each() -> None:
    assert faults({}, {}) == []


@pytest.mark.parametrize("order", ["№ 100012", "№100012", "Заказ № 100012", "100\u00a0012", "100 012", "\ufeff100012\u200b ", "100012.0"])
def test_an_order_is_read_however_people_and_web_pages_write_its_number(order: str) -> None:
    assert judge_rows(written({"order": order}), TODAY).rows["order"].to_list() == ["100012"]


@pytest.mark.parametrize("order", ["0001-1 2", "WB 12", "12 34"])
def test_an_order_that_has_spaces_of_its_own_keeps_them(order: str) -> None:
    assert judge_rows(written({"order": order}), TODAY).rows["order"].to_list() == [order]


def test_rows_without_keys_get_one_of_what_they_say_and_not_of_how_many() -> None:
    first = judge_rows(written({"pcs": "1"}, {"pcs": "1"}), TODAY).rows["key"].to_list()
    again = judge_rows(written({"pcs": "2"}, {"pcs": "1"}), TODAY).rows["key"].to_list()
    assert first == again
    assert len(set(first)) == 2


def test_a_row_says_that_the_goods_lie_there_since_its_day() -> None:
    judged = judge_rows(written({"key": "5f-1", "day": "20.11.2026"}, {"key": "5f-2"}), TODAY)
    told = as_received(judged.rows, "Europe/Moscow")
    assert told["return_ref"].to_list() == ["5f-1", "5f-2"]
    assert told["state"].unique().to_list() == ["received"]
    assert told["received_at"].to_list() == [datetime(2026, 11, 20, 9, tzinfo=UTC), None]


def test_the_lists_of_the_form_are_all_the_words_there_are() -> None:
    assert set(CONDITION_WORDS.values()) == set(CONDITIONS)
    assert set(DECISION_WORDS.values()) == set(DECISIONS)
