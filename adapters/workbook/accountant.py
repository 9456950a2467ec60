"""Returns for the accountant, where 1C takes no documents from us: one workbook per lot, each return in one of them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.workbook.saving import Book, saved
from tasks.rules.return_documents import ReturnDocument, ReturnedGoods
from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS

SHEET = "Возвраты для 1С"
HEADER_ROW = 3
TITLES = (
    ("Возврат №", 11), ("Дата", 12), ("База 1С", 12), ("Заказ в 1С", 13), ("Площадка", 14), ("Заказ площадки", 22), ("Склад (Ид)", 20),
    ("Артикул", 18), ("Товар", 40), ("Ид товара", 38), ("Штук", 8), ("Цена", 12), ("Сумма", 12), ("Состояние", 12), ("Решение", 14),
    ("Причина", 34), ("Кто сообщил", 20),
)  # fmt: skip
NOTE = (
    "Внесите в 1С возврат от покупателя по каждой строке. Каждый возврат стоит в одной книге один раз; новые придут в следующей. "
    "Годный товар вернётся в продажу, когда 1С передаст следующий остаток."
)


def paper_name(number: int) -> str:
    """The file of a lot."""
    return f"Возвраты для 1С № {number}.xlsx"


def write_paper(folder: Path, number: int, documents: Sequence[ReturnDocument], *, at: datetime, time_zone: str) -> Path:
    """Write a lot's workbook; one that is there is left alone, because the accountant may have written in it.

    Args:
        folder: where to.
        number: of the lot.
        documents: what stands in it.
        at: now.
        time_zone: of the shop.
    """
    path = folder / paper_name(number)
    if path.exists():
        return path
    with saved(path, at=at) as book:
        sheet = book.sheet(SHEET)
        sheet.write_string(0, 0, f"Возвраты для 1С № {number}", book.look("title"))
        sheet.write_string(1, 0, NOTE, book.look("plain"))
        for place, (title, width) in enumerate(TITLES):
            sheet.set_column(place, place, width)
            sheet.write_string(HEADER_ROW, place, title, book.look("header"))
        rows = [(document, line) for document in documents for line in document.lines]
        for row, (document, line) in enumerate(rows, HEADER_ROW + 1):
            for place, (value, look) in enumerate(_cells(document, line, ZoneInfo(time_zone))):
                _write(book, sheet, row, place, value, look)
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(1, len(rows)), len(TITLES) - 1)
    return path


def _cells(document: ReturnDocument, line: ReturnedGoods, zone: ZoneInfo) -> list[tuple[Any, str]]:
    conditions = {code: word for word, code in CONDITION_WORDS.items()}
    decisions = {code: word for word, code in DECISION_WORDS.items()}
    return [
        (document.return_id, "cell"),
        (document.received_at.astimezone(zone).replace(tzinfo=None), "date"),
        (document.base, "text"),
        (document.order_number or "", "text"),
        (document.channel, "text"),
        (document.order_ref, "text"),
        (line.place or "", "text"),
        (line.article or "", "text"),
        (line.name, "text"),
        (line.item_ref, "text"),
        (line.pcs, "cell"),
        (line.price_kopecks / 100, "money"),
        (line.sum_kopecks / 100, "money"),
        (conditions[line.condition], "cell"),
        (decisions[line.decision], "cell"),
        (line.reason or "", "text"),
        (", ".join(document.told_by), "text"),
    ]


def _write(book: Book, sheet: Any, row: int, place: int, value: Any, look: str) -> None:  # noqa: ANN401, PLR0917
    if isinstance(value, datetime):
        sheet.write_datetime(row, place, value, book.look(look))
    elif isinstance(value, str):
        sheet.write_string(row, place, value, book.look(look))
    else:
        sheet.write_number(row, place, value, book.look(look))
