"""A workbook that we write: whole under its name, or not there at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

LOOKS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"italic": True, "font_color": "#555555", "text_wrap": True, "valign": "top"},
    "header": {"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, "valign": "vcenter"},
    "asked": {"bold": True, "bg_color": "#CFE8CF", "border": 1, "text_wrap": True, "valign": "vcenter"},
    "told": {"font_color": "#555555", "bg_color": "#F4F4F4", "border": 1, "border_color": "#D9D9D9"},
    "cell": {"border": 1, "border_color": "#D9D9D9"},
    "text": {"border": 1, "border_color": "#D9D9D9", "num_format": "@"},
    "date": {"border": 1, "border_color": "#D9D9D9", "num_format": "dd.mm.yyyy"},
    "money": {"border": 1, "border_color": "#D9D9D9", "num_format": "#,##0.00"},
    "plain": {},
    "wrong": {"bg_color": "#F4B6B6", "font_color": "#7A0000", "bold": True, "border": 1, "border_color": "#7A0000"},
    "wrong_date": {"bg_color": "#F4B6B6", "font_color": "#7A0000", "bold": True, "border": 1, "num_format": "dd.mm.yyyy"},
    "fault": {"font_color": "#7A0000", "text_wrap": True, "valign": "top"},
    "good": {"font_color": "#2E6B2E"},
    "key": {"font_color": "#999999", "font_size": 8},
}


class Book:
    """A workbook being written, with the looks that all of ours share."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._formats: dict[str, Format] = {}

    def look(self, name: str) -> Format:
        """A format of `LOOKS`."""
        if name not in self._formats:
            self._formats[name] = self._book.add_format(LOOKS[name])
        return self._formats[name]

    def sheet(self, name: str) -> Worksheet:
        """A new sheet; what it is given never becomes a formula or a link."""
        return self._book.add_worksheet(name)


@contextmanager
def saved(path: Path, *, at: datetime) -> Iterator[Book]:
    """Write a workbook beside its place and put it there when it is whole; one of the same name is replaced.

    Args:
        path: where to; the folder is made if it is missing.
        at: when it is made, as its properties say: the same contents are the same bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    try:
        with xlsxwriter.Workbook(half, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
            book.set_properties({"created": at.replace(tzinfo=None)})
            yield Book(book)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
