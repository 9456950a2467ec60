"""The managers' workbook of returns, as it comes back: found by its headers, read as text.

| заказ | артикул | вернулось, шт. | состояние | решение | причина | дата возврата | ключ строки |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 100012 | УТ-101 | 1 | годен | в продажу | не подошёл | 20.11.2026 | 5f2a-1 |

One row per order, goods and condition. The form (`adapters.workbook.returns_form`) has more columns, which only tell; a workbook of the
manager's own will do as well, where it has the headers.
"""

from pathlib import Path

from adapters.workbook.sheets import Sheet, read_sheet
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
    """The first sheet with the headers; its ``table`` is `ReturnWritten`.

    Raises:
        WorkbookRefused: there is no such file, it is no workbook, or no sheet has the columns.
    """
    sheet = read_sheet(path, COLUMNS, needed=NEEDED)
    ReturnWritten.validate(sheet.table)
    return sheet
