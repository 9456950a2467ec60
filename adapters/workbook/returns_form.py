"""An empty workbook of returns for the managers: recent shipped orders, drop-downs, checks as they type, and how to fill it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter.worksheet import Worksheet

from adapters.workbook.returns_checks import add_checks, mark_contradictions
from adapters.workbook.returns_help import write_help
from adapters.workbook.saving import Book, height, saved, set_paper

SHEET = "Возвраты"
HEADER_ROW = 3
EMPTY_ROWS = 50
"""Below those that are filled in: for orders that the form does not list."""
PRINTED_EMPTY_ROWS = 10
"""So many of these are printed for whoever walks along the shelves with a pencil."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the form: its header, its width in characters, how it looks, and whether the manager fills it in."""

    name: str
    title: str
    width: int
    is_asked: bool = False
    is_hidden: bool = False
    look: str = "told"


FORM = (
    Column(name="order", title="Заказ", width=15, look="text"),
    Column(name="sku", title="Артикул", width=16, look="text"),
    Column(name="name", title="Товар", width=44, look="told_wrapped"),
    Column(name="channel", title="Площадка", width=13),
    Column(name="sold_pcs", title="Продано", width=9, look="told_pcs"),
    Column(name="returned_pcs", title="Уже в возвратах", width=11, look="told_pcs"),
    Column(name="awaited_pcs", title="Ждёт осмотра", width=10, look="told_pcs"),
    Column(name="pcs", title="Вернулось, шт.", width=12, is_asked=True, look="fill_pcs"),
    Column(name="condition", title="Состояние", width=13, is_asked=True, look="fill"),
    Column(name="decision", title="Решение", width=14, is_asked=True, look="fill"),
    Column(name="reason", title="Причина", width=28, is_asked=True, look="fill_wrapped"),
    Column(name="day", title="Дата возврата", width=13, is_asked=True, look="fill_date"),
    Column(name="outcome", title="Что вышло", width=44, look="told_wrapped"),
    Column(name="key", title="Ключ строки", width=14, is_hidden=True, look="key"),
)
"""The key is hidden: nobody has to look after it, and a row that is copied may take it along."""
PLACE: Mapping[str, int] = {column.name: number for number, column in enumerate(FORM)}
STEPS = (
    "1. Заполните зелёные столбцы у того, что вернулось, остальное не трогайте. Жёлтым отмечено то, о чём уже сообщили: оно ждёт осмотра.",
    "2. Сохраните, закройте и положите книгу в папку возвратов. Если что-то не так, рядом появится её копия с красными ячейками. "
    "Подробнее на листе «Как заполнять».",
)


def write_form(path: Path, lines: pl.DataFrame, *, form_ref: str, at: datetime, today: date) -> None:
    """Write the form.

    Args:
        path: where to.
        lines: columns of `adapters.hub.return_views.LINES`.
        form_ref: begins the keys of its rows, so that no two forms share one.
        at: now.
        today: the shop's day, which the form names.
    """
    with saved(path, at=at) as book:
        sheet = book.sheet(SHEET)
        sheet.write_string(0, 0, f"Возвраты покупателей, {today:%d.%m.%Y}", book.look("title"))
        sheet.set_row(0, 26)
        for row, step in enumerate(STEPS, 1):
            sheet.write_string(row, 0, step, book.look("plain"))
        write_headers(book, sheet)
        rows = lines.to_dicts()
        first, last = HEADER_ROW + 1, HEADER_ROW + len(rows) + EMPTY_ROWS
        for row in range(first, last + 1):
            _write_row(book, sheet, row, rows[row - first] if row - first < len(rows) else None, f"{form_ref}-{row - HEADER_ROW}x")
        add_checks(sheet, PLACE, first=first, last=last)
        mark_contradictions(book, sheet, PLACE, first=first, last=last)
        sheet.freeze_panes(first, PLACE["name"])
        sheet.autofilter(HEADER_ROW, 0, last, PLACE["day"])
        sheet.set_selection(first, PLACE["pcs"], first, PLACE["pcs"])
        set_paper(sheet, footer=f"Возвраты покупателей, {today:%d.%m.%Y}", repeated=(HEADER_ROW, HEADER_ROW))
        sheet.print_area(0, 0, last - EMPTY_ROWS + PRINTED_EMPTY_ROWS, PLACE["day"])
        write_help(book)


def write_headers(book: Book, sheet: Worksheet) -> None:
    """The headers, and the columns' widths."""
    for column in FORM:
        place = PLACE[column.name]
        sheet.set_column(place, place, column.width, None, {"hidden": column.is_hidden})
        sheet.write_string(HEADER_ROW, place, column.title, book.look("asked" if column.is_asked else "header"))
    sheet.set_row(HEADER_ROW, 34)


def _write_row(book: Book, sheet: Worksheet, row: int, line: Mapping[str, Any] | None, key: str) -> None:
    """A row of an order, or an empty one, whose key ends in a letter: Excel counts on what ends in a digit when it is dragged down."""
    told = {**line, "order": line["order_name"], "sku": line["article"]} if line is not None else {}
    sheet.set_row(row, height((told.get("name"), FORM[PLACE["name"]].width)))
    for column in FORM:
        value = key if column.name == "key" else told.get(column.name)
        book.write(sheet, row, PLACE[column.name], value, _look(column, value, is_empty=line is None))


def _look(column: Column, value: object, *, is_empty: bool) -> str:
    if column.name == "awaited_pcs" and value:
        return "awaited"
    if is_empty and column.name in {"order", "sku"}:
        return "fill_text"
    return column.look
