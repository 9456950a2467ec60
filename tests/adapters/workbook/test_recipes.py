import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from adapters.errors import WorkbookRefused
from adapters.workbook.recipes import read_recipes
from tasks.rules.recipes import judge_recipes
from tests.adapters.workbook.sheet import HEADERS, save
from tests.tasks.rules.shelf import items
from validation.assortment import RecipeRead


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "составы.xlsx"


def parts(read: pl.DataFrame) -> list[tuple[int, str | None, str | None, str | None]]:
    return read.select("row", "bundle", "part", "pcs").rows()


def test_a_sheet_is_read_with_the_numbers_excel_shows_beside_its_rows(path: Path) -> None:
    read = read_recipes(save(path, [("НБ-01", "УТ-101", 1), ("НБ-01", "ДГ-1", 2)]))
    RecipeRead.validate(read)
    assert parts(read) == [(2, "НБ-01", "УТ-101", "1"), (3, "НБ-01", "ДГ-1", "2")]


def test_headers_stand_in_any_order_below_a_title_between_other_columns(path: Path) -> None:
    headers = ("Примечание", " ШТУК ", "Деталь", "цена", "Комплект")
    read = read_recipes(save(path, [("не трогать", 2, "ДГ-1", 99.5, "НБ-01")], headers=headers, at=4))
    assert parts(read) == [(5, "НБ-01", "ДГ-1", "2")]
    assert read.select("promotion", "valid_from", "valid_to").rows() == [(None, None, None)]


def test_empty_rows_are_left_out_and_the_others_keep_their_numbers(path: Path) -> None:
    read = read_recipes(save(path, [("НБ-01", "УТ-101", 1), (None, " "), (), ("НБ-01", None, 1)]))
    assert parts(read) == [(2, "НБ-01", "УТ-101", "1"), (5, "НБ-01", None, "1")]


def test_the_sheet_with_the_headers_is_found_among_others(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Пусто")
        book.add_worksheet("Цены").write_row(0, 0, ["Комплект", "Цена"])
        page = book.add_worksheet("Лист3")
        page.write_row(0, 0, HEADERS)
        page.write_row(1, 0, ["НБ-01", "УТ-101", 1])
    assert parts(read_recipes(path)) == [(2, "НБ-01", "УТ-101", "1")]


@pytest.mark.parametrize("day", [date(2026, 12, 1), "01.12.2026", "1.12.26", "2026-12-01"])
def test_a_date_is_a_date_whether_excel_or_a_person_wrote_it(path: Path, day: object) -> None:
    read = read_recipes(save(path, [("НБ-01", "УТ-101", 1, "Зима", day, None)]))
    passed, refused = judge_recipes(read, items({"article": "НБ-01"}, {"article": "УТ-101"}))
    assert refused.is_empty()
    assert passed.select("promotion", "valid_from", "valid_to").rows() == [("Зима", date(2026, 12, 1), None)]


def test_an_article_of_digits_keeps_its_digits_whatever_excel_thinks_of_it(path: Path) -> None:
    read = read_recipes(save(path, [("00012", 4601234567890, 1), (101, "1e5", 2.0)]))
    assert parts(read) == [(2, "00012", "4601234567890", "1"), (3, "101", "1e5", "2")]


def test_a_cell_with_an_error_is_empty(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS)
        page.write_row(1, 0, ["НБ-01", "УТ-101"])
        page.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    assert parts(read_recipes(path)) == [(2, "НБ-01", "УТ-101", None)]


def test_a_sheet_with_headers_only_has_no_recipes(path: Path) -> None:
    assert read_recipes(save(path, [])).is_empty()


def refusal(path: Path) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read_recipes(path)
    return refused.value.sentence


def test_a_missing_file_is_named_with_what_to_do(path: Path) -> None:
    assert refusal(path) == f"Файла {path} нет. Верните его на место или исправьте путь в настройках."


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 torn"])
def test_what_is_no_workbook_is_refused_in_words(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert re.match("Файл составы.xlsx не читается как книга Excel: .* сохраните заново", refusal(path))


@pytest.mark.parametrize("lacking", ["комплект", "деталь", "штук"])
def test_a_sheet_without_a_column_is_refused_with_the_columns_and_sheets(path: Path, lacking: str) -> None:
    sentence = refusal(save(path, [], headers=[header for header in HEADERS if header != lacking], sheet="Наборы"))
    assert "«комплект», «деталь», «штук»" in sentence
    assert "Есть листы: Наборы." in sentence


def test_headers_too_far_below_are_not_headers(path: Path) -> None:
    assert parts(read_recipes(save(path, [("НБ-01", "УТ-101", 1)], at=20)))
    assert "в одной из первых 20 строк" in refusal(save(path, [], at=21))


def test_a_column_that_stands_twice_is_refused(path: Path) -> None:
    assert "столбец «штук» стоит дважды" in refusal(save(path, [], headers=[*HEADERS, "Штук"]))
