"""What became of a workbook of returns, written into a copy of it: red cells with a sentence each, what was taken in green.

The copy is written anew and not changed in place: every cell of the sheet stands where it stood, with what it said. Other sheets, colours
and formulas are in the manager's own file, which is kept as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from adapters.workbook.returns_checks import add_checks, mark_contradictions
from adapters.workbook.returns_form import FORM, PLACE, Column
from adapters.workbook.returns_mistakes import Mistake, write_mistakes
from adapters.workbook.saving import Book, height, saved, set_paper
from adapters.workbook.sheets import Sheet

OUTCOME, KEY = "Что вышло", "Ключ строки"
MOST_ROWS_BELOW = 50
WIDTH_OF_OUTCOME, WIDTH_OF_OTHERS = 60, 16
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,10})?")
DATE = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00(\.0+)?")
TEXTS = frozenset({"order", "sku", "reason", "key"})
"""Columns whose digits are a name: they stay text."""
BY_TITLE: Mapping[str, Column] = {column.title.casefold(): column for column in FORM}
LONGEST_COMPARED = 200
"""Excel's formulas hold texts of up to 255 characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowSaid:
    """What became of a row.

    Args:
        key: its own.
        sentence: what was done with it; empty where something is wrong.
        faults: column → what is wrong with its cell, a sentence.
    """

    key: str
    sentence: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


def write_errors(path: Path, sheet: Sheet, said: Mapping[int, RowSaid], *, at: datetime, today: date) -> None:
    """Write the copy: the sheet, and a list of its mistakes that leads to each.

    Args:
        path: where to.
        sheet: as it was read.
        said: by the number that Excel shows beside the row.
        at: now.
        today: the shop's day, which the copy names.
    """
    with saved(path, at=at) as book:
        copy = _Copy(book=book, page=book.sheet(sheet.name), sheet=sheet, said=said)
        for row, texts in enumerate(sheet.cells.iter_rows()):
            copy.write_row(row, texts)
        copy.write_frame(today)
        write_mistakes(book, sheet.name, copy.mistakes)


@dataclass(kw_only=True)
class _Copy:
    """A copy being written. The key of each row stands where it stood, or in a column of its own behind everything."""

    book: Book
    page: Worksheet
    sheet: Sheet
    said: Mapping[int, RowSaid]
    mistakes: list[Mistake] = field(default_factory=list)

    def __post_init__(self) -> None:
        headers = [" ".join((text or "").split()) for text in self.sheet.cells.row(self.sheet.header_row)]
        self.outcome_at = headers.index(OUTCOME) if OUTCOME in headers else len(headers)
        self.found = {"key": max(self.outcome_at + 1, len(headers)), **self.sheet.found}
        self.names = {place: name for name, place in self.found.items()}
        self.columns = {place: BY_TITLE[title.casefold()] for place, title in enumerate(headers) if title.casefold() in BY_TITLE}
        self.columns |= {place: FORM[PLACE[name]] for place, name in self.names.items()}
        self.titles = dict(enumerate(headers))
        self.last_said = self.sheet.header_row

    def write_row(self, row: int, texts: Sequence[str | None]) -> None:
        """One row, with what became of it."""
        said = self.said.get(row + 1)
        faults = {self.found[name]: sentence for name, sentence in (said.faults if said else {}).items() if name in self.found}
        for place, text in enumerate(texts):
            if place != self.outcome_at and place not in faults:
                self._write(row, place, text or "")
            if text and place not in {self.outcome_at, self.found["key"]}:
                self.last_said = row
        for place, sentence in faults.items():
            self._write_fault(row, place, (texts[place] if place < len(texts) else None) or "", sentence)
        if said is not None:
            self.page.write_string(row, self.found["key"], said.key, self.book.look("wrong" if self.found["key"] in faults else "key"))
            sentence = " ".join(dict.fromkeys(faults.values())) or said.sentence
            self.page.write_string(row, self.outcome_at, sentence, self.book.look("fault" if faults else "good"))
            self._set_height(row, texts, sentence)
        elif row > self.sheet.header_row:
            self._set_height(row, texts)

    def write_frame(self, today: date) -> None:
        """Headers of our own, widths, drop-downs, paper; the first mistake is the cell that Excel opens at."""
        at, last = self.sheet.header_row, self.sheet.cells.height - 1
        self.page.set_column(0, self.outcome_at, WIDTH_OF_OTHERS)
        for place, column in self.columns.items():
            self.page.set_column(place, place, column.width)
        self.page.write_string(at, self.outcome_at, OUTCOME, self.book.look("header"))
        self.page.set_column(self.outcome_at, self.outcome_at, WIDTH_OF_OUTCOME)
        self.page.write_string(at, self.found["key"], KEY, self.book.look("header"))
        self.page.set_column(self.found["key"], self.found["key"], FORM[PLACE["key"]].width, None, {"hidden": True})
        self.page.set_row(at, 34)
        add_checks(self.page, self.sheet.found, first=at + 1, last=last + MOST_ROWS_BELOW)
        told = {column.name: place for place, column in self.columns.items()}
        mark_contradictions(self.book, self.page, told, first=at + 1, last=last + MOST_ROWS_BELOW)
        self.page.freeze_panes(at + 1, self._frozen())
        self.page.autofilter(at, 0, max(last, at + 1), self.outcome_at)
        set_paper(self.page, footer=f"Возвраты, исправить, {today:%d.%m.%Y}", repeated=(at, at))
        self.page.print_area(0, 0, max(self.last_said, at + 1), self.outcome_at)
        if self.mistakes:
            self.page.set_selection(self.mistakes[0].cell)

    def _set_height(self, row: int, texts: Sequence[str | None], sentence: str = "") -> None:
        wrapped = ((place, column) for place, column in self.columns.items() if "wrapped" in column.look and place < len(texts))
        cells = ((texts[place], column.width) for place, column in wrapped if place != self.outcome_at)
        self.page.set_row(row, height((sentence, WIDTH_OF_OUTCOME), *cells))

    def _frozen(self) -> int:
        """Columns that stay when one scrolls: order and goods, where they stand first."""
        places = (self.sheet.found["order"], self.sheet.found["sku"])
        return max(places) + 1 if max(places) < 3 else 0

    def _write_fault(self, row: int, place: int, text: str, sentence: str) -> None:
        """Red, with a note; green as soon as somebody writes something else."""
        cell = xl_rowcol_to_cell(row, place)
        self._write(row, place, text, is_wrong=True)
        self.page.write_comment(row, place, sentence, {"x_scale": 2.5})
        if len(text) <= LONGEST_COMPARED:
            rule = {"type": "formula", "criteria": f"={cell}<>{self._as_formula(row, place, text)}", "format": self.book.look("mended")}
            self.page.conditional_format(row, place, row, place, {**rule, "stop_if_true": True})
        self.mistakes.append(Mistake(cell=cell, row=row + 1, column=self.titles.get(place, ""), written=text, sentence=sentence))

    def _write(self, row: int, place: int, text: str, *, is_wrong: bool = False) -> None:
        """As the manager wrote it: a date as a date, a number as a number, what is a name as text."""
        look = "wrong" if is_wrong else self._look(row, place, text)
        value = self._value(row, place, text)
        if value or look:
            self.book.write(
                self.page, row, place, value, {"wrong": "wrong_date"}.get(look, "date") if isinstance(value, datetime) else look
            )

    def _value(self, row: int, place: int, text: str) -> str | float | datetime:
        if day := DATE.fullmatch(text):
            return datetime.fromisoformat(day[1])
        is_number = row > self.sheet.header_row and self.names.get(place, "") not in TEXTS and NUMBER.fullmatch(text)
        return float(text) if is_number else text

    def _as_formula(self, row: int, place: int, text: str) -> str:
        value = self._value(row, place, text)
        if isinstance(value, datetime):
            return f"DATE({value:%Y,%m,%d})"
        return repr(value) if isinstance(value, float) else '"' + value.replace('"', '""') + '"'

    def _look(self, row: int, place: int, text: str) -> str:
        """How the form has it; an empty cell above the table, or of a column that is not ours, has no look at all."""
        column = self.columns.get(place)
        if row > self.sheet.header_row:
            if column is None:
                return "cell" if text else ""
            if column.name in {"order", "sku"} and not text:
                return "fill_text"
            return "awaited" if column.name == "awaited_pcs" and text else column.look
        if row == self.sheet.header_row:
            return "asked" if column is not None and column.is_asked else "header"
        return ("title" if row == 0 else "plain") if text else ""
