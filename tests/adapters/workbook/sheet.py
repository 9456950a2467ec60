"""A workbook as a manager saves it, for tests."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

HEADERS = ("комплект", "деталь", "штук", "акция", "с", "по")


def save(path: Path, rows: Sequence[Sequence[object]], *, headers: Sequence[str] = HEADERS, at: int = 1, sheet: str = "Составы") -> Path:
    """A workbook of one sheet, the headers in row ``at`` of Excel's numbering, the rows right below; a date is written as Excel's."""
    with xlsxwriter.Workbook(path) as book:
        shown_as_date = book.add_format({"num_format": "dd.mm.yyyy"})
        page = book.add_worksheet(sheet)
        for number, row in enumerate([headers, *rows], at - 1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, column, value, shown_as_date)
                elif value is not None:
                    page.write(number, column, value)
    return path
