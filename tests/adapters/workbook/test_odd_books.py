"""Workbooks of returns as they come: from other programs, renamed, locked, with sheets and columns of their own."""

import struct
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from adapters.errors import WorkbookRefused
from adapters.workbook.folder import is_whole
from adapters.workbook.returns_read import read_returns
from tasks.rules.return_rows import judge_rows
from tests.adapters.workbook.by_hand import formula, number, text, write
from tests.adapters.workbook.sheet import save

TODAY = date(2026, 11, 23)
HEADERS = ("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Дата возврата", "Ключ строки")
HEAD = "".join(map(text, HEADERS))
BOOKS = Path(__file__).parent / "books"
"""Written by LibreOffice."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "возвраты.xlsx"


def taken(path: Path) -> list[tuple[Any, ...]]:
    """Order, goods, pieces, day of every row that is right; nothing of the book may be wrong."""
    judged = judge_rows(read_returns(path).table, TODAY)
    assert judged.refused.is_empty()
    return judged.rows.select("order", "sku", "pcs", "received_on").rows()


def refusal(path: Path) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read_returns(path)
    return refused.value.sentence


def test_texts_that_stand_in_their_cells_are_read(path: Path) -> None:
    write(path, HEAD, text("100012") + text("УТ-101") + number("2") + text("годен") + text("") + text("21.11.26"))
    assert taken(path) == [("100012", "УТ-101", 2, date(2026, 11, 21))]


def test_formulas_are_read_by_what_they_came_to(path: Path) -> None:
    cells = (
        formula("A1&1", "100012", is_text=True),
        text("УТ-101"),
        formula("1+1", "2"),
        text("годен"),
        text(""),
        formula("TODAY()-3", "46346"),
    )
    write(path, HEAD, "".join(cells))
    assert taken(path) == [("100012", "УТ-101", 2, date(2026, 11, 20))]


def test_a_formula_that_nobody_computed_is_an_empty_cell_and_told_so(path: Path) -> None:
    write(path, HEAD, text("100012") + text("УТ-101") + formula("1+1", None) + text("годен"))
    refused = judge_rows(read_returns(path).table, TODAY).refused
    assert refused.select("row", "column", "reason").rows() == [(2, "pcs", "return_pcs_is_told")]


def test_what_is_hidden_is_read_like_the_rest(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for row, cells in enumerate([HEADERS, ("100012", "УТ-101", 1, "годен"), ("100013", "УТ-102", 2, "брак")]):
            page.write_row(row, 0, cells)
        page.set_row(1, None, None, {"hidden": True})
        page.set_column(1, 2, None, None, {"hidden": True})
    assert [row[:3] for row in taken(path)] == [("100012", "УТ-101", 1), ("100013", "УТ-102", 2)]


def test_empty_rows_between_are_no_rows_and_the_others_keep_their_numbers(path: Path) -> None:
    save(path, [("100012", "УТ-101", 1, "годен"), (), (" ", None), ("100013", "УТ-102", 1, "годен")], headers=HEADERS, at=3)
    assert judge_rows(read_returns(path).table, TODAY).rows["row"].to_list() == [4, 7]


@pytest.mark.parametrize("name", ["returns.ods", "returns.xls"])
def test_a_book_of_libreoffice_or_of_old_excel_is_read_also_under_todays_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "возвраты.xlsx"
    for copy in (tmp_path / name, path):
        copy.write_bytes((BOOKS / name).read_bytes())
        assert is_whole(copy)
        assert taken(copy) == [("100012", "УТ-101", 1, date(2026, 11, 20))]


def test_a_book_is_read_by_what_it_holds_and_not_by_its_name(path: Path) -> None:
    save(path, [("100012", "УТ-101", 1, "годен")], headers=HEADERS)
    for name in ("возвраты.XLSX", "возвраты", "возвраты.xls", "возвраты.csv"):
        path = path.rename(path.with_name(name))
        assert is_whole(path)
        assert taken(path) == [("100012", "УТ-101", 1, None)]


def test_a_book_without_the_sheet_names_the_nearest_and_what_it_lacks(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Цены").write_row(0, 0, ["Артикул", "Цена"])
        book.add_worksheet("Ноябрь").write_row(2, 0, ["Заказ", "Артикул", "Состояние", "Сколько"])
    assert refusal(path) == (
        "В файле возвраты.xlsx нет листа со столбцами «заказ», «артикул», «вернулось, шт.», «состояние». На листе «Ноябрь» не хватает: "
        "«вернулось, шт.». Есть листы: Цены, Ноябрь. Напишите эти заголовки в одной из первых 20 строк листа."
    )


def several(path: Path, *sheets: str, **filled: tuple[object, ...]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name in sheets:
            page = book.add_worksheet(name)
            page.write_row(0, 0, HEADERS)
            page.write_row(1, 0, filled.get(name, ("100012", "УТ-101", None, None, None, None, "5f-1x")))
    return path


def test_of_several_sheets_the_one_that_is_filled_in_is_read(path: Path) -> None:
    several(path, "Бланк", "Ноябрь", Ноябрь=("100013", "УТ-102", 1, "годен"))
    assert taken(path) == [("100013", "УТ-102", 1, None)]


def test_of_several_sheets_that_nobody_filled_in_the_first_is_read_and_has_no_rows(path: Path) -> None:
    assert taken(several(path, "Бланк", "Ноябрь")) == []


def test_returns_on_several_sheets_are_refused_whole_so_that_none_is_lost(path: Path) -> None:
    row = ("100013", "УТ-102", 1, "годен")
    sentence = refusal(several(path, "Октябрь", "Пусто", "Ноябрь", Октябрь=row, Ноябрь=row))
    assert "на нескольких листах: «Октябрь», «Ноябрь»" in sentence
    assert "Перенесите строки на один лист" in sentence


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "он пуст"),
        (OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "он закрыт паролем"),
        (OLE + bytes(512), "он повреждён или это другой документ"),
        (b"PK\x03\x04 torn", "он повреждён или это другой документ"),
        ("Заказ;Артикул;Вернулось\n1;2;3".encode("cp1251"), "это текст, CSV или веб-страница"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "это текст, CSV или веб-страница"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_it_is(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    assert refusal(path) == (
        f"Файл возвраты.xlsx не читается как книга Excel: {why}"
        + (", как бы файл ни назывался" if why.startswith("это текст") else "")
        + ". Откройте его в Excel и сохраните заново как .xlsx без пароля."
    )


def test_a_book_that_lost_some_of_its_middle_is_refused_and_not_half_read(path: Path) -> None:
    save(path, [("100012", "УТ-101", 1, "годен")], headers=HEADERS)
    body = bytearray(path.read_bytes())
    (start,) = struct.unpack("<H", body[26:28])
    body[30 + start : len(body) // 2] = bytes(len(body) // 2 - 30 - start)
    path.write_bytes(bytes(body))
    assert "не читается" in refusal(path)


def test_a_sheet_that_is_a_chart_does_no_harm(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        chart = book.add_chart({"type": "column"})
        page = book.add_worksheet("Данные")
        page.write_row(0, 0, HEADERS)
        page.write_row(1, 0, ("100012", "УТ-101", 1, "годен"))
        chart.add_series({"values": "=Данные!$C$2:$C$2"})
        book.add_chartsheet("График").set_chart(chart)
    assert taken(path) == [("100012", "УТ-101", 1, None)]
