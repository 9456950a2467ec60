"""An empty workbook of returns for the managers: recent shipped orders, drop-downs, and checks as they type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter.worksheet import Worksheet

from adapters.workbook.saving import Book, saved
from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS
from validation.returns import MOST_PCS

SHEET = "Возвраты"
HEADER_ROW = 3
EMPTY_ROWS = 50
"""Below those that are filled in: for orders that the form does not list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the form: its header, its width in characters, and whether the manager fills it in."""

    name: str
    title: str
    width: int
    is_asked: bool = False
    look: str = "told"


FORM = (
    Column(name="order", title="Заказ", width=16, look="text"),
    Column(name="sku", title="Артикул", width=18, look="text"),
    Column(name="name", title="Товар", width=38),
    Column(name="channel", title="Площадка", width=14),
    Column(name="sold_pcs", title="Продано", width=9),
    Column(name="returned_pcs", title="Уже сообщено", width=11),
    Column(name="awaited_pcs", title="Ждёт осмотра", width=11),
    Column(name="pcs", title="Вернулось, шт.", width=12, is_asked=True, look="cell"),
    Column(name="condition", title="Состояние", width=14, is_asked=True, look="cell"),
    Column(name="decision", title="Решение", width=16, is_asked=True, look="cell"),
    Column(name="reason", title="Причина", width=30, is_asked=True, look="text"),
    Column(name="day", title="Дата возврата", width=14, is_asked=True, look="date"),
    Column(name="key", title="Ключ строки", width=14, look="key"),
)
PLACE: Mapping[str, int] = {column.name: number for number, column in enumerate(FORM)}

HELP = (
    "Заполните зелёные столбцы у того, что вернулось; остальные строки оставьте пустыми.",
    "Состояние: годен, брак или неизвестно. Годный товар вернётся в продажу со следующим остатком из 1С.",
    "Решение можно не указывать: годный вернут в продажу, остальное подождёт решения.",
    "Если часть штук годна, а часть нет, скопируйте строку, очистите в копии ключ и разделите количество.",
    "Заказ, которого нет в списке, впишите внизу: номер заказа в 1С или номер отправления на площадке, и артикул.",
    "Сохраните книгу, закройте её и положите в папку возвратов. Ошибки придут в копии этой книги, красным.",
    "Ключ строки не меняйте: по нему каждая строка берётся один раз, сколько бы раз книгу ни положили в папку.",
)


def write_form(path: Path, lines: pl.DataFrame, *, form_ref: str, at: datetime, today: date) -> None:
    """Write the form.

    Args:
        path: where to.
        lines: columns of `adapters.hub.return_views.LINES`.
        form_ref: begins the keys of its rows, so that no two forms share one.
        at: now.
        today: the shop's day: nothing comes back later.
    """
    with saved(path, at=at) as book:
        sheet = book.sheet(SHEET)
        sheet.write_string(0, 0, "Возвраты покупателей", book.look("title"))
        sheet.write_string(1, 0, f"Составлено {today:%d.%m.%Y}. {HELP[0]} {HELP[5]}", book.look("plain"))
        write_headers(book, sheet)
        rows = lines.to_dicts()
        for number, line in enumerate(rows, 1):
            _write_line(book, sheet, HEADER_ROW + number, line)
        last = HEADER_ROW + len(rows) + EMPTY_ROWS
        for row in range(HEADER_ROW + 1, last + 1):
            for column in FORM:
                if column.is_asked or row > HEADER_ROW + len(rows):
                    sheet.write_blank(row, PLACE[column.name], None, book.look(column.look))
            sheet.write_string(row, PLACE["key"], f"{form_ref}-{row - HEADER_ROW}", book.look("key"))
        add_checks(sheet, PLACE, first=HEADER_ROW + 1, last=last, today=today)
        _mark_excess(book, sheet, last)
        sheet.freeze_panes(HEADER_ROW + 1, 2)
        sheet.autofilter(HEADER_ROW, 0, last, len(FORM) - 1)
        _write_help(book)


def write_headers(book: Book, sheet: Worksheet) -> None:
    """The headers, and the columns' widths."""
    for column in FORM:
        place = PLACE[column.name]
        sheet.set_column(place, place, column.width)
        sheet.write_string(HEADER_ROW, place, column.title, book.look("asked" if column.is_asked else "header"))
    sheet.set_row(HEADER_ROW, 32)


def add_checks(sheet: Worksheet, found: Mapping[str, int], *, first: int, last: int, today: date) -> None:
    """Drop-downs and checks as one types, for those of the columns that are there.

    Args:
        sheet: which.
        found: name of a column → where it stands, from 0.
        first: row, from 0.
        last: row, included.
        today: the shop's day.
    """
    for name, check in _checks(today).items():
        if name in found:
            sheet.data_validation(first, found[name], last, found[name], check)


def _checks(today: date) -> dict[str, dict[str, Any]]:
    return {
        "pcs": {
            "validate": "integer",
            "criteria": "between",
            "minimum": 1,
            "maximum": MOST_PCS,
            "error_title": "Количество",
            "error_message": "Целое число штук, от 1.",
        },
        "condition": _choice(list(CONDITION_WORDS), "Состояние"),
        "decision": _choice(list(DECISION_WORDS), "Решение"),
        "day": {
            "validate": "date",
            "criteria": "between",
            "minimum": date(2020, 1, 1),
            "maximum": today,
            "error_title": "Дата возврата",
            "error_message": "Дата не позже сегодняшней, например 31.12.2025.",
            "error_type": "warning",
        },
    }


def _choice(words: Sequence[str], title: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(words),
        "error_title": title,
        "error_message": "Выберите из списка: " + ", ".join(words) + ".",
        "input_title": title,
        "input_message": ", ".join(words),
    }


def _write_line(book: Book, sheet: Worksheet, row: int, line: Mapping[str, Any]) -> None:
    told = {**line, "order": line["order_name"], "sku": line["article"]}
    for column in FORM[: PLACE["pcs"]]:
        value, place = told[column.name], PLACE[column.name]
        if isinstance(value, int):
            sheet.write_number(row, place, value, book.look(column.look))
        else:
            sheet.write_string(row, place, value or "", book.look(column.look))


def _mark_excess(book: Book, sheet: Worksheet, last: int) -> None:
    """Red as one types: more than was sold, and what is to be sold again although it is not good."""
    first = HEADER_ROW + 1
    sold, pcs, condition, decision = (_letter(PLACE[name]) for name in ("sold_pcs", "pcs", "condition", "decision"))
    excel_row, good, restock = first + 1, next(iter(CONDITION_WORDS)), next(iter(DECISION_WORDS))
    for name, formula in (
        ("pcs", f'=AND(${sold}{excel_row}<>"",${pcs}{excel_row}>${sold}{excel_row})'),
        ("decision", f'=AND(${decision}{excel_row}="{restock}",${condition}{excel_row}<>"{good}")'),
        ("condition", f'=AND(${pcs}{excel_row}<>"",${condition}{excel_row}="")'),
    ):
        place = PLACE[name]
        sheet.conditional_format(first, place, last, place, {"type": "formula", "criteria": formula, "format": book.look("wrong")})


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _write_help(book: Book) -> None:
    sheet = book.sheet("Как заполнять")
    sheet.set_column(0, 0, 110)
    for row, sentence in enumerate(HELP):
        sheet.write_string(row, 0, sentence, book.look("plain"))
