"""A workbook that we write: whole under its name, or not there at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from math import ceil
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

A4 = 9
"""Excel's number of the paper."""
LINE_POINTS, PADDING_POINTS = 15, 4
"""How high a line of text is, and how much is left free above and below."""
GRID = {"border": 1, "border_color": "#C9CDD2", "valign": "vcenter"}
CELL = {**GRID, "indent": 1}
TO_FILL = {**CELL, "bg_color": "#EAF5EA"}
WRONG = {
    "bg_color": "#F4B6B6",
    "font_color": "#7A0000",
    "bold": True,
    "border": 1,
    "border_color": "#7A0000",
    "valign": "vcenter",
    "indent": 1,
}
HEAD = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}
BAND = {"bold": True, "top": 1, "bottom": 1, "valign": "vcenter", "font_size": 12}

LOOKS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3B57"},
    "chapter": {"bold": True, "font_size": 12, "font_color": "#1F3B57", "valign": "vcenter"},
    "plain": {"valign": "vcenter"},
    "header": {**HEAD, "bg_color": "#DDE3EA", "border_color": "#8A939C"},
    "asked": {**HEAD, "bg_color": "#BFE3BF", "border_color": "#5E8F5E"},
    "told": {**CELL, "font_color": "#444444", "bg_color": "#F6F7F8"},
    "told_wrapped": {**CELL, "font_color": "#444444", "bg_color": "#F6F7F8", "text_wrap": True},
    "told_pcs": {**GRID, "font_color": "#444444", "bg_color": "#F6F7F8", "align": "center"},
    "awaited": {**GRID, "bg_color": "#FFE699", "bold": True, "align": "center"},
    "cell": CELL,
    "wrapped": {**CELL, "text_wrap": True},
    "word": {**CELL, "bold": True, "text_wrap": True},
    "pcs": {**GRID, "align": "center"},
    "text": {**CELL, "num_format": "@"},
    "date": {**GRID, "num_format": "dd.mm.yyyy", "align": "center"},
    "money": {**CELL, "num_format": "#,##0.00", "align": "right"},
    "small": {**CELL, "font_size": 8, "font_color": "#777777", "num_format": "@"},
    "fill_pcs": {**GRID, "bg_color": "#EAF5EA", "align": "center", "bold": True},
    "fill": TO_FILL,
    "fill_text": {**TO_FILL, "num_format": "@"},
    "fill_wrapped": {**TO_FILL, "num_format": "@", "text_wrap": True},
    "fill_date": {**GRID, "bg_color": "#EAF5EA", "num_format": "dd.mm.yyyy", "align": "center"},
    "sum": {"bold": True, "top": 2, "valign": "vcenter", "indent": 1},
    "sum_pcs": {"bold": True, "top": 2, "align": "center", "valign": "vcenter"},
    "sum_money": {"bold": True, "top": 2, "num_format": "#,##0.00", "valign": "vcenter", "align": "right", "indent": 1},
    "wrong": WRONG,
    "wrong_date": {**WRONG, "num_format": "dd.mm.yyyy"},
    "mended": {"bg_color": "#C6EFCE", "font_color": "#1E5B1E"},
    "fault": {**CELL, "font_color": "#7A0000", "text_wrap": True},
    "good": {**CELL, "font_color": "#2E6B2E", "text_wrap": True},
    "key": {"font_color": "#999999", "font_size": 8},
    "link": {**GRID, "font_color": "#0B5CAD", "underline": 1, "align": "center"},
    "group": {**BAND, "bg_color": "#DDE3EA"},
    "late": {**BAND, "bg_color": "#F4B6B6", "font_color": "#7A0000"},
    "box": {**GRID, "align": "center", "font_size": 14},
    "many": {**GRID, "align": "center", "bold": True, "font_size": 14, "bg_color": "#FFE699"},
    "one": {**GRID, "align": "center", "bold": True, "font_size": 12},
    "code": {**GRID, "align": "center", "bold": True, "font_color": "#7A0000"},
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

    def write(self, sheet: Worksheet, row: int, place: int, value: str | float | datetime | None, look: str) -> None:
        """A cell as what it is: a text, a number, a date without a zone, or nothing but its look."""
        if value is None or value == "":
            sheet.write_blank(row, place, None, self.look(look))
        elif isinstance(value, datetime):
            sheet.write_datetime(row, place, value, self.look(look))
        elif isinstance(value, str):
            sheet.write_string(row, place, value, self.look(look))
        else:
            sheet.write_number(row, place, value, self.look(look))


def height(*cells: tuple[str | None, float]) -> float:
    """Points that a row needs for its wrapped texts, each with the width of its column: not every program finds it out by itself."""
    lines = [sum(max(1, ceil(len(line) / (width - 2))) for line in (text or "").split("\n")) for text, width in cells]
    return max(lines, default=1) * LINE_POINTS + PADDING_POINTS


def set_paper(sheet: Worksheet, *, footer: str, repeated: tuple[int, int]) -> None:
    """Have a sheet printed on A4 across, as wide as the paper, with its headers on every page.

    Args:
        sheet: which.
        footer: said at the foot of every page.
        repeated: first and last row, from 0, that stand on every page.
    """
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(*repeated)
    sheet.set_footer(f"&L{footer.replace('&', '&&')}&Rстр. &P из &N")


@contextmanager
def saved(path: Path, *, at: datetime) -> Iterator[Book]:
    """Write a workbook beside its place and put it there when it is whole; one of the same name is replaced.

    Args:
        path: where to; the folder is made if it is missing.
        at: when it is made, as its properties say: the same contents are the same bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with xlsxwriter.Workbook(half, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
            book.set_properties({"created": at.replace(tzinfo=None)})
            yield Book(book)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
