"""What became of a workbook of returns, written into a copy of it: red cells with a sentence each, what was taken in green.

The copy is written anew and not changed in place: every cell of the sheet stands where it stood, with what it said. Other sheets, colours
and formulas are in the manager's own file, which is kept as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from xlsxwriter.worksheet import Worksheet

from adapters.workbook.returns_form import FORM, add_checks
from adapters.workbook.saving import Book, saved
from adapters.workbook.sheets import Sheet

OUTCOME, KEY = "Что вышло", "Ключ строки"
MOST_ROWS_BELOW = 50
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,10})?")
DATE = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00(\.0+)?")
TEXTS = frozenset({"order", "sku", "key"})
"""Columns whose digits are a name: they stay text."""


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
    """Write the copy.

    Args:
        path: where to.
        sheet: as it was read.
        said: by the number that Excel shows beside the row.
        at: now.
        today: the shop's day.
    """
    with saved(path, at=at) as book:
        copy = _Copy(book=book, page=book.sheet(sheet.name), sheet=sheet, said=said)
        for row, texts in enumerate(sheet.cells.iter_rows()):
            copy.write_row(row, texts)
        copy.write_frame(today)


@dataclass(kw_only=True)
class _Copy:
    """A copy being written. The key of each row stands where it stood, or in a column of its own behind everything."""

    book: Book
    page: Worksheet
    sheet: Sheet
    said: Mapping[int, RowSaid]

    def __post_init__(self) -> None:
        headers = [" ".join((text or "").split()) for text in self.sheet.cells.row(self.sheet.header_row)]
        self.outcome_at = headers.index(OUTCOME) if OUTCOME in headers else len(headers)
        self.found = {"key": max(self.outcome_at + 1, len(headers)), **self.sheet.found}
        self.names = {place: name for name, place in self.found.items()}

    def write_row(self, row: int, texts: Sequence[str | None]) -> None:
        """One row, with what became of it."""
        said = self.said.get(row + 1)
        faults = {self.found[name]: sentence for name, sentence in (said.faults if said else {}).items() if name in self.found}
        for place, text in enumerate(texts):
            if text is not None and place != self.outcome_at and place not in faults:
                self._write(row, place, text)
        for place, sentence in faults.items():
            self._write(row, place, (texts[place] if place < len(texts) else None) or "", is_wrong=True)
            self.page.write_comment(row, place, sentence, {"x_scale": 2.5})
        if said is not None:
            self.page.write_string(row, self.found["key"], said.key, self.book.look("wrong" if self.found["key"] in faults else "key"))
            sentence = " ".join(dict.fromkeys(faults.values())) or said.sentence
            self.page.write_string(row, self.outcome_at, sentence, self.book.look("fault" if faults else "good"))

    def write_frame(self, today: date) -> None:
        """Headers of our own, widths, drop-downs."""
        at = self.sheet.header_row
        self.page.write_string(at, self.outcome_at, OUTCOME, self.book.look("header"))
        self.page.write_string(at, self.found["key"], KEY, self.book.look("header"))
        widths = {column.name: column.width for column in FORM}
        for name, place in self.found.items():
            self.page.set_column(place, place, widths[name])
        self.page.set_column(self.outcome_at, self.outcome_at, 70)
        add_checks(self.page, self.sheet.found, first=at + 1, last=self.sheet.cells.height - 1 + MOST_ROWS_BELOW, today=today)
        self.page.freeze_panes(at + 1, 0)

    def _write(self, row: int, place: int, text: str, *, is_wrong: bool = False) -> None:
        """As the manager wrote it: a date as a date, a number as a number, what is a name as text."""
        name = self.names.get(place, "")
        if day := DATE.fullmatch(text):
            self.page.write_datetime(row, place, datetime.fromisoformat(day[1]), self.book.look("wrong_date" if is_wrong else "date"))
        elif row > self.sheet.header_row and name not in TEXTS and NUMBER.fullmatch(text):
            self.page.write_number(row, place, float(text), self.book.look(self._look(row, name, is_wrong=is_wrong)))
        elif text or is_wrong:
            self.page.write_string(row, place, text, self.book.look(self._look(row, name, is_wrong=is_wrong)))

    def _look(self, row: int, name: str, *, is_wrong: bool) -> str:
        if is_wrong:
            return "wrong"
        if row <= self.sheet.header_row:
            return "header" if row == self.sheet.header_row else "title" if row == 0 else "plain"
        return {"order": "text", "sku": "text", "key": "key"}.get(name, "cell")
