"""The managers' workbook of returns, as it comes back: found by its headers, read as text.

| заказ | артикул | вернулось, шт. | состояние | решение | причина | дата возврата | ключ строки |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 100012 | УТ-101 | 1 | годен | в продажу | не подошёл | 20.11.2026 | 5f2a-1 |

One row per order, goods and condition. The form (`adapters.workbook.returns_form`) has more columns, which only tell; a workbook of the
manager's own will do as well, where it has the headers.
"""

from pathlib import Path

import polars as pl

from adapters.errors import WorkbookRefused
from adapters.workbook.sheets import Sheet, read_sheets
from tasks.rules.return_rows import FILLED
from validation.returns import ReturnWritten

COLUMNS = {
    "ключ строки": "key",
    "заказ": "order",
    "артикул": "sku",
    "вернулось, шт.": "pcs",
    "состояние": "condition",
    "решение": "decision",
    "причина": "reason",
    "дата возврата": "day",
}
NEEDED = frozenset({"order", "sku", "pcs", "condition"})


def read_returns(path: Path) -> Sheet:
    """The sheet with the headers that somebody has filled in, or the first of them; its ``table`` is `ReturnWritten`.

    Raises:
        WorkbookRefused: there is no such file, it is no workbook, no sheet has the columns, or several that are filled in have.
    """
    sheets = list(read_sheets(path, COLUMNS, needed=NEEDED))
    filled = [sheet for sheet in sheets if _is_filled(sheet)]
    if len(filled) > 1:
        names = ", ".join(f"«{sheet.name}»" for sheet in filled)
        raise WorkbookRefused(
            f"В файле {path.name} возвраты записаны на нескольких листах: {names}. Ни один не принят, чтобы ничего не потерялось. "
            "Перенесите строки на один лист или сохраните листы отдельными книгами; посмотрите и скрытые листы."
        )
    (sheet,) = filled or sheets[:1]
    ReturnWritten.validate(sheet.table)
    return sheet


def _is_filled(sheet: Sheet) -> bool:
    """Rows of the form that nobody has filled in only tell."""
    return not sheet.table.filter(pl.any_horizontal(pl.col(FILLED).str.strip_chars() != "")).is_empty()
