"""What a workbook of returns checks while one types: drop-downs, numbers, dates, and what does not go together turns red."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from adapters.workbook.saving import Book
from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS
from validation.returns import MOST_PCS

OLDEST = date(2020, 1, 1)
CONDITION_HINT = "годен: снова пойдёт в продажу\nбрак: продавать нельзя\nнеизвестно: ещё не осмотрели"
DECISION_HINT = "Можно не указывать: годный вернут в продажу, остальное подождёт решения."


def add_checks(sheet: Worksheet, found: Mapping[str, int], *, first: int, last: int) -> None:
    """Drop-downs and checks as one types, for those of the columns that are there.

    Args:
        sheet: which.
        found: name of a column → where it stands, from 0.
        first: row, from 0.
        last: row, included.
    """
    for name, check in _checks().items():
        if name in found:
            sheet.data_validation(first, found[name], last, found[name], check)


def mark_contradictions(book: Book, sheet: Worksheet, found: Mapping[str, int], *, first: int, last: int) -> None:
    """Red as one types: more than was sold, a row half filled in, what is to be sold again although it is not good.

    Args:
        book: the workbook.
        sheet: which.
        found: name of a column → where it stands, from 0; what a missing column would tell is not marked.
        first: row, from 0.
        last: row, included.
    """
    at = {name: xl_rowcol_to_cell(first, place, col_abs=True) for name, place in found.items()}
    good, restock = next(iter(CONDITION_WORDS)), next(iter(DECISION_WORDS))
    rules = (
        ("pcs", ("pcs", "sold_pcs"), '=AND(ISNUMBER({sold_pcs}),{pcs}<>"",{pcs}>{sold_pcs})'),
        ("pcs", ("pcs", "condition"), '=AND({pcs}="",{condition}<>"")'),
        ("condition", ("pcs", "condition"), '=AND({pcs}<>"",{condition}="")'),
        ("decision", ("condition", "decision"), f'=AND({{decision}}="{restock}",{{condition}}<>"{good}")'),
    )
    for name, needed, formula in rules:
        if at.keys() >= set(needed):
            rule = {"type": "formula", "criteria": formula.format(**at), "format": book.look("wrong")}
            sheet.conditional_format(first, found[name], last, found[name], rule)


def _checks() -> dict[str, dict[str, Any]]:
    return {
        "pcs": {
            "validate": "integer",
            "criteria": "between",
            "minimum": 1,
            "maximum": MOST_PCS,
            "error_title": "Вернулось, шт.",
            "error_message": "Впишите целое число штук, от 1. Если ничего не вернулось, оставьте ячейку пустой.",
        },
        "condition": _choice(list(CONDITION_WORDS), "Состояние", CONDITION_HINT),
        "decision": _choice(list(DECISION_WORDS), "Решение", DECISION_HINT),
        "day": {
            "validate": "date",
            "criteria": "between",
            "minimum": OLDEST,
            "maximum": "=TODAY()",
            "error_title": "Дата возврата",
            "error_message": "Впишите дату не позже сегодняшней, например 31.12.2025. Если день неизвестен, оставьте ячейку пустой.",
        },
    }


def _choice(words: Sequence[str], title: str, hint: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(words),
        "error_title": title,
        "error_message": "Выберите из списка: " + ", ".join(words) + ".",
        "input_title": title,
        "input_message": hint,
    }
