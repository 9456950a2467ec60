"""What bundles are made of, as a manager keeps it on an Excel sheet.

| комплект | деталь | штук | акция | с | по |
| --- | --- | --- | --- | --- | --- |
| НБ-01 | УТ-101 | 1 | | | |
| НБ-01 | УТ-101 | 2 | Чёрная пятница | 27.11.2026 | 29.11.2026 |

One row per part; rows of one bundle, promotion and period are one recipe. Goods go by article or ``Ид``.
"""

from pathlib import Path

import polars as pl

from adapters.workbook.sheets import read_table
from validation.assortment import RecipeRead

COLUMNS = {"комплект": "bundle", "акция": "promotion", "с": "valid_from", "по": "valid_to", "деталь": "part", "штук": "pcs"}
NEEDED = frozenset({"bundle", "part", "pcs"})


def read_recipes(path: Path) -> pl.DataFrame:
    """`RecipeRead` of the first sheet with the columns above; ``row`` is the number that Excel shows.

    Raises:
        WorkbookRefused: there is no such file, it is no workbook, or no sheet has the columns.
    """
    return RecipeRead.validate(read_table(path, COLUMNS, needed=NEEDED))
