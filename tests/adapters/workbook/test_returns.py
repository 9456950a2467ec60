"""The managers' workbook of returns: the form, the reading, the copy with the errors."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
import xlsxwriter

from adapters.errors import WorkbookRefused
from adapters.hub.return_views import LINES
from adapters.workbook.returns_errors import RowSaid, write_errors
from adapters.workbook.returns_form import FORM, HEADER_ROW, PLACE, write_form
from adapters.workbook.returns_read import read_returns
from adapters.workbook.saving import saved
from tasks.rules.return_rows import judge_rows
from tests.adapters.workbook.parts import MAIN, checks, formulas, lists, notes, part, red_cells
from tests.adapters.workbook.sheet import save

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HEADERS = ("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Дата возврата", "Заметка")


def line(**told: Any) -> dict[str, Any]:
    return {
        "order_name": "100012", "channel": "ozon", "order_ref": "0001-1", "line_ref": "iron", "channel_sku": "iron", "article": "УТ-101",
        "name": "Утюг", "sold_pcs": 2, "returned_pcs": 0, "awaited_pcs": None, "placed_at": AT, **told,
    }  # fmt: skip


def form(path: Path, *lines: Mapping[str, Any]) -> Path:
    write_form(path, pl.DataFrame(list(lines), schema=LINES), form_ref="5f", at=AT, today=TODAY)
    return path


def hidden_columns(path: Path) -> list[tuple[int, int]]:
    """First and last of each run, from 1."""
    found = part(path, "xl/worksheets/sheet1.xml").xpath("//m:col[@hidden='1']", namespaces=MAIN)
    return [(int(one.get("min")), int(one.get("max"))) for one in found]


def values(path: Path, sheet: int = 0) -> pl.DataFrame:
    return fastexcel.read_excel(path).load_sheet(sheet, header_row=None, skip_rows=0).to_polars()


def texts(path: Path) -> list[list[str | None]]:
    told = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return [list(row) for row in told.iter_rows()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "возвраты.xlsx"


def test_the_form_offers_the_words_and_checks_what_is_typed(path: Path) -> None:
    form(path, line())
    assert lists(path) == ["годен,брак,неизвестно", "в продажу,списать,поставщику,решить позже"]
    assert checks(path) == {"list", "whole", "date"}


def test_the_form_read_back_as_it_is_says_nothing_came_back(path: Path) -> None:
    sheet = read_returns(form(path, line(), line(order_name="100013")))
    judged = judge_rows(sheet.table, TODAY)
    assert (judged.rows.height, judged.refused.height) == (0, 0)
    assert sheet.table.filter(pl.col("order").is_not_null()).select("row", "key", "order", "sku").rows() == [
        (HEADER_ROW + 2, "5f-1x", "100012", "УТ-101"),
        (HEADER_ROW + 3, "5f-2x", "100013", "УТ-101"),
    ]


def test_every_empty_row_of_the_form_has_a_key_of_its_own(path: Path) -> None:
    keys = read_returns(form(path, line())).table["key"].to_list()
    assert len(keys) > 40
    assert len(set(keys)) == len(keys)


def test_what_an_order_says_never_becomes_a_formula(path: Path) -> None:
    form(path, line(name="=1+1", article="+7", order_name="=cmd"))
    assert formulas(path) == 0


def test_no_key_of_the_form_ends_in_a_digit_which_excel_would_count_on_when_a_row_is_dragged_down(path: Path) -> None:
    assert not any(key[-1].isdigit() for key in read_returns(form(path, line())).table["key"])


def test_nobody_has_to_see_the_keys(path: Path, copied: Path) -> None:
    place = PLACE["key"] + 1
    assert hidden_columns(form(path, line())) == [(place, place)]
    assert hidden_columns(copied) == [(9, 9)]


def test_the_day_of_a_return_may_be_any_until_the_day_one_types_it(path: Path) -> None:
    sheet = part(form(path, line()), "xl/worksheets/sheet1.xml")
    assert sheet.xpath("//m:dataValidation[@type='date']/m:formula2/text()", namespaces=MAIN) == ["TODAY()"]


def test_what_somebody_said_is_coming_stands_out(path: Path) -> None:
    form(path, line(awaited_pcs=1), line(order_name="100013"))
    sheet = part(path, "xl/worksheets/sheet1.xml")
    looks = [cell.get("s") for cell in sheet.xpath(f"//m:c[starts-with(@r, 'G') and @r != 'G{HEADER_ROW + 1}']", namespaces=MAIN)]
    assert looks[0] not in looks[1:]


def test_the_form_is_printed_across_a4_with_its_headers_on_every_page(path: Path) -> None:
    sheet = part(form(path, line()), "xl/worksheets/sheet1.xml")
    (setup,) = sheet.xpath("//m:pageSetup", namespaces=MAIN)
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight")) == ("9", "landscape", "0")
    names = part(path, "xl/workbook.xml").xpath("//m:definedName/text()", namespaces=MAIN)
    assert f"Возвраты!${HEADER_ROW + 1}:${HEADER_ROW + 1}" in names


def test_columns_stand_anywhere_and_further_ones_do_no_harm(path: Path) -> None:
    save(path, [("моё", 1, "УТ-101", "100012", "годен")], headers=("Заметка", "Вернулось, шт.", "АРТИКУЛ", "заказ", "Состояние"), at=6)
    (row,) = read_returns(path).table.to_dicts()
    assert (row["row"], row["order"], row["sku"], row["pcs"], row["condition"], row["key"]) == (7, "100012", "УТ-101", "1", "годен", None)


def test_a_wrong_sheet_is_refused_with_the_headers_it_lacks(path: Path) -> None:
    save(path, [("100012", 1)], headers=("Заказ", "Сколько"))
    with pytest.raises(WorkbookRefused, match="нет листа со столбцами «заказ»"):
        read_returns(path)


def test_a_second_sheet_with_the_headers_is_found(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Пусто").write(0, 0, "что-то своё")
        page = book.add_worksheet("Возвраты")
        page.write_row(0, 0, HEADERS)
        page.write_row(1, 0, ("100012", "УТ-101", 1, "годен"))
    assert read_returns(path).name == "Возвраты"


def test_merged_cells_are_told_in_the_rows_they_leave_empty(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS)
        page.merge_range(1, 0, 2, 0, "100012")
        page.write_row(1, 1, ("УТ-101", 1, "годен"))
        page.write_row(2, 1, ("УТ-102", 1, "годен"))
    judged = judge_rows(read_returns(path).table, TODAY)
    assert judged.rows["row"].to_list() == [2]
    assert judged.refused.select("row", "column").rows() == [(3, "order")]


@pytest.fixture
def copied(path: Path, tmp_path: Path) -> Path:
    """A manager's own workbook with two mistakes, and the copy of it."""
    rows = [
        ("00123", "УТ-101", 1, "годен", "в продажу", date(2026, 11, 20), "сам привёз"),
        ("100013", "УТ-102", 9, "норм", None, "вчера", 12.5),
    ]
    save(path, rows, headers=HEADERS, at=3)
    sheet = read_returns(path)
    faults = {"condition": "Выберите состояние.", "day": "Дата не читается."}
    said = {4: RowSaid(key="k-4", sentence="Принято: возврат № 7."), 5: RowSaid(key="k-5", faults=faults)}
    copy = tmp_path / "исправить" / "возвраты — исправить.xlsx"
    write_errors(copy, sheet, said, at=AT, today=TODAY)
    return copy


def test_errors_are_red_cells_with_a_sentence_each_and_nothing_else_is_red(copied: Path) -> None:
    assert red_cells(copied) == {"D5", "F5"}
    assert notes(copied) == {"D5": "Выберите состояние.", "F5": "Дата не читается."}


def test_the_copy_says_beside_each_row_what_became_of_it(copied: Path) -> None:
    rows = texts(copied)
    assert [row[7] for row in rows[2:]] == ["Что вышло", "Принято: возврат № 7.", "Выберите состояние. Дата не читается."]
    assert [row[8] for row in rows[2:]] == ["Ключ строки", "k-4", "k-5"]


def test_the_copy_keeps_what_the_manager_wrote_where_he_wrote_it(copied: Path, path: Path) -> None:
    before, after = texts(path), texts(copied)
    assert [row[:7] for row in after] == before
    typed = values(copied)
    assert isinstance(fastexcel.read_excel(copied).load_sheet(0, header_row=2).to_polars()["Заказ"][0], str)
    assert typed.height == 5


def test_the_copy_has_the_drop_downs_and_is_read_like_the_form(copied: Path) -> None:
    assert len(lists(copied)) == 2
    table = read_returns(copied).table
    assert table["key"].to_list() == ["k-4", "k-5"]


def test_the_copy_lists_its_mistakes_and_leads_to_each(copied: Path) -> None:
    listed = fastexcel.read_excel(copied).load_sheet("Что исправить", header_row=3, dtypes="string").to_polars()
    assert listed.rows() == [
        ("5", "Состояние", "норм", "Выберите состояние."),
        ("5", "Дата возврата", "вчера", "Дата не читается."),
    ]
    links = part(copied, "xl/worksheets/sheet2.xml").xpath("//m:hyperlink/@location", namespaces=MAIN)
    assert links == ["Составы!D5", "Составы!F5"] or links == ["'Составы'!D5", "'Составы'!F5"]


def test_a_red_cell_turns_green_when_somebody_writes_something_else(copied: Path) -> None:
    sheet = part(copied, "xl/worksheets/sheet1.xml")
    rules = {
        str(one.get("sqref")): one.xpath("string(m:cfRule[@stopIfTrue]/m:formula)", namespaces=MAIN)
        for one in sheet.xpath("//m:conditionalFormatting", namespaces=MAIN)
    }
    assert (rules["D5"], rules["F5"]) == ('D5<>"норм"', 'F5<>"вчера"')


def test_a_workbook_whose_sheet_is_called_like_our_list_is_copied_all_the_same(path: Path, tmp_path: Path) -> None:
    save(path, [(None, "УТ-101", 1, "годен")], headers=HEADERS, sheet="что исправить")
    copy = tmp_path / "copy.xlsx"
    write_errors(copy, read_returns(path), {2: RowSaid(key="k", faults={"order": "Нет номера."})}, at=AT, today=TODAY)
    assert read_returns(copy).name == "что исправить"


def test_a_copy_of_a_copy_has_no_second_column_of_outcomes(copied: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_errors(again, read_returns(copied), {4: RowSaid(key="k-4", sentence="Было принято раньше.")}, at=AT, today=TODAY)
    rows = texts(again)
    assert rows[2].count("Что вышло") == 1
    assert rows[3][7] == "Было принято раньше."
    assert rows[4][7] is None


def test_a_fault_in_an_empty_cell_is_red_too(path: Path, tmp_path: Path) -> None:
    save(path, [(None, "УТ-101", 1, "годен")], headers=HEADERS)
    copy = tmp_path / "copy.xlsx"
    write_errors(copy, read_returns(path), {2: RowSaid(key="k", faults={"order": "Нет номера."})}, at=AT, today=TODAY)
    assert red_cells(copy) == {"A2"}


def test_a_writing_that_dies_leaves_nothing_under_the_name(path: Path) -> None:
    def dies() -> None:
        with saved(path, at=AT) as book:
            book.sheet("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dies()
    assert list(path.parent.iterdir()) == []


def test_the_form_has_a_column_for_everything_that_is_read() -> None:
    assert {"order", "sku", "pcs", "condition", "decision", "reason", "day", "key"} <= PLACE.keys()
    assert [column.name for column in FORM if column.is_asked] == ["pcs", "condition", "decision", "reason", "day"]
