"""The list of a workbook's mistakes, on a sheet of its own, each a link to its cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.workbook.saving import Book, height, set_paper

SHEET, OTHER_NAME = "Что исправить", "Что исправить (2)"
HEADER_ROW = 3
COLUMNS = {"Строка": 9, "Столбец": 18, "Написано": 30, "Что не так и что сделать": 90}
"""Header → width in characters."""
ADVICE = (
    "Исправьте красные ячейки (исправленная станет зелёной), сохраните, закройте книгу и положите её в папку возвратов.",
    "Строки, у которых написано «Принято», второй раз не запишутся: удалять их не нужно.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A cell that is wrong: ``row`` as Excel shows it, ``column`` as its header says."""

    cell: str
    row: int
    column: str
    written: str
    sentence: str


def write_mistakes(book: Book, table: str, mistakes: Sequence[Mistake]) -> None:
    """Add the sheet.

    Args:
        book: the workbook.
        table: the sheet that they are on.
        mistakes: from above to below.
    """
    sheet = book.sheet(OTHER_NAME if table.casefold() == SHEET.casefold() else SHEET)
    sheet.set_tab_color("#C00000")
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, f"Что исправить: {len(mistakes)}", book.look("title"))
    for row, sentence in enumerate(ADVICE, 1):
        sheet.write_string(row, 0, sentence, book.look("plain"))
    for place, (title, width) in enumerate(COLUMNS.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(HEADER_ROW, place, title, book.look("header"))
    quoted = table.replace("'", "''")
    for row, one in enumerate(mistakes, HEADER_ROW + 1):
        sheet.write_url(row, 0, f"internal:'{quoted}'!{one.cell}", book.look("link"), str(one.row))
        book.write(sheet, row, 1, one.column, "cell")
        book.write(sheet, row, 2, one.written or "(пусто)", "wrapped")
        book.write(sheet, row, 3, one.sentence, "fault")
        sheet.set_row(row, height((one.written, COLUMNS["Написано"]), (one.sentence, COLUMNS["Что не так и что сделать"])))
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    set_paper(sheet, footer="Что исправить", repeated=(HEADER_ROW, HEADER_ROW))
