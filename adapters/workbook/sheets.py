"""A table that a person keeps on a sheet of an Excel workbook: found by its headers, read as text.

Headers may stand in any order and below a title; further columns do no harm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import fastexcel
import polars as pl

from adapters.errors import WorkbookRefused

HEADED_WITHIN = 20
"""The headers stand in one of the first rows."""
ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files begin: workbooks of today's Excel are archives; those of old Excel, and all that have a password, are OLE."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The sheet of a workbook that has the headers.

    Args:
        name: of the sheet.
        cells: all of them as text, the first row of Excel's being the first here.
        header_row: where the headers stand, from 0.
        found: name of a column → where it stands, from 0.
        table: ``row``, the number that Excel shows beside it, and the columns; rows without any of them are left out.
    """

    name: str
    cells: pl.DataFrame
    header_row: int
    found: Mapping[str, int]
    table: pl.DataFrame


def read_table(path: Path, columns: Mapping[str, str], *, needed: frozenset[str]) -> pl.DataFrame:
    """The first sheet with these headers, as it is.

    Args:
        path: of the workbook.
        columns: header in lower case → name of the column.
        needed: names of the columns that must be there; the others are null where they are not.

    Returns:
        ``row``, the number that Excel shows beside it, and the columns as text; rows without any of them are left out.

    Raises:
        WorkbookRefused: there is no such file, it is no workbook, or no sheet has the headers.
    """
    return read_sheet(path, columns, needed=needed).table


def read_sheet(path: Path, columns: Mapping[str, str], *, needed: frozenset[str]) -> Sheet:
    """`read_table` with everything that stands around the table.

    Raises:
        WorkbookRefused: as `read_table`.
    """
    return next(read_sheets(path, columns, needed=needed))


def read_sheets(path: Path, columns: Mapping[str, str], *, needed: frozenset[str]) -> Iterator[Sheet]:
    """Every sheet with these headers, hidden ones too, in the order of the workbook; at least one.

    Raises:
        WorkbookRefused: as `read_table`.
    """
    book = _opened(path)
    nearest, is_found = Nearest(), False
    for name in book.sheet_names:
        cells = _cells(book, path, name)
        for row, headers in _headers(cells):
            found = _found(path, name, headers, columns)
            nearest = max(nearest, Nearest(len(found), name, frozenset(found)), key=lambda one: one.matched)
            if needed <= found.keys():
                table = _below(cells, row, found, list(columns.values()))
                is_found = True
                yield Sheet(name=name, cells=cells, header_row=row, found=found, table=table)
                break
    if is_found:
        return
    wanted = ", ".join(f"«{header}»" for header, name in columns.items() if name in needed)
    lacking = ", ".join(f"«{header}»" for header, name in columns.items() if name in needed - nearest.found)
    raise WorkbookRefused(
        f"В файле {path.name} нет листа со столбцами {wanted}. "
        + (f"На листе «{nearest.sheet}» не хватает: {lacking}. " if nearest.matched else "")
        + f"Есть листы: {', '.join(book.sheet_names)}. Напишите эти заголовки в одной из первых {HEADED_WITHIN} строк листа."
    )


class Nearest(NamedTuple):
    """The row that has the most of the headers."""

    matched: int = 0
    sheet: str = ""
    found: frozenset[str] = frozenset()


def _opened(path: Path) -> fastexcel.ExcelReader:
    """By what the file holds, whatever its name ends in: workbooks of old Excel and of LibreOffice do as well."""
    if not path.is_file():
        raise WorkbookRefused(f"Файла {path} нет. Верните его на место или исправьте путь в настройках.")
    try:
        content = path.read_bytes()
        return fastexcel.read_excel(content)
    except OSError as error:
        raise WorkbookRefused(_unread(path, "к нему нет доступа")) from error
    except fastexcel.FastExcelError as error:
        raise WorkbookRefused(_unread(path, _why_unread(content))) from error


def _unread(path: Path, why: str) -> str:
    return f"Файл {path.name} не читается как книга Excel: {why}. Откройте его в Excel и сохраните заново как .xlsx без пароля."


def _why_unread(content: bytes) -> str:
    """What a file is that is no workbook, as far as its first bytes tell."""
    if not content.strip(b"\0"):
        return "он пуст"
    if content.startswith(OLE) and ENCRYPTED in content:
        return "он закрыт паролем"
    if content.startswith((OLE, ZIP)):
        return "он повреждён или это другой документ"
    return "это текст, CSV или веб-страница, как бы файл ни назывался"


def _cells(book: fastexcel.ExcelReader, path: Path, sheet: str) -> pl.DataFrame:
    """All cells from the first one on: leading empty rows stay, so that rows keep their numbers."""
    try:
        return book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise WorkbookRefused(
            f"Лист «{sheet}» файла {path.name} не читается: книга повреждена. Откройте её в Excel и сохраните заново."
        ) from error


def _headers(cells: pl.DataFrame) -> Iterator[tuple[int, list[str]]]:
    for row, texts in enumerate(cells.head(HEADED_WITHIN).iter_rows()):
        yield row, [" ".join((text or "").split()).casefold() for text in texts]


def _found(path: Path, sheet: str, headers: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Name of a column → where it stands.

    Raises:
        WorkbookRefused: one of them stands there twice.
    """
    known = [header for header in headers if header in columns]
    if twice := sorted({header for header in known if known.count(header) > 1}):
        raise WorkbookRefused(
            f"На листе «{sheet}» файла {path.name} столбец «{twice[0]}» стоит дважды: неизвестно, какой верен. Оставьте один."
        )
    return {columns[header]: headers.index(header) for header in known}


def _below(cells: pl.DataFrame, header_row: int, found: Mapping[str, int], names: list[str]) -> pl.DataFrame:
    texts = [cells.to_series(found[name]).alias(name) if name in found else pl.lit(None, pl.String).alias(name) for name in names]
    table = cells.with_row_index("row", offset=1).select(pl.col("row").cast(pl.Int64), *texts).slice(header_row + 1)
    return table.filter(pl.any_horizontal(pl.col(names).str.strip_chars() != ""))
