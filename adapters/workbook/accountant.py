"""Returns for the accountant, where 1C takes no documents from us: one workbook per lot, each return in one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from xlsxwriter.worksheet import Worksheet

from adapters.workbook.saving import Book, height, saved, set_paper
from tasks.rules.return_documents import ReturnDocument, ReturnedGoods
from tasks.rules.return_rows import CONDITION_WORDS, DECISION_WORDS
from validation.returns import WORKBOOK

SHEET = "Возвраты для 1С"
HEADER_ROW = 4
NOTES = (
    "Внесите в 1С «Возврат товаров от покупателя» по каждому возврату и впишите номер документа в зелёный столбец: он только для вас.",
    "Каждый возврат стоит в одной книге один раз, новые придут в следующей. Годный товар вернётся в продажу, когда 1С передаст остаток.",
)
TOLD_BY = {WORKBOOK: "книга возвратов"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column: its header, its width in characters, how its cells look."""

    title: str
    width: int
    look: str = "cell"
    is_asked: bool = False


COLUMNS = (
    Column(title="Возврат №", width=11, look="pcs"),
    Column(title="Дата", width=12, look="date"),
    Column(title="Заказ в 1С", width=12, look="text"),
    Column(title="Артикул", width=16, look="text"),
    Column(title="Товар", width=40, look="wrapped"),
    Column(title="Штук", width=7, look="pcs"),
    Column(title="Цена, руб.", width=12, look="money"),
    Column(title="Сумма, руб.", width=14, look="money"),
    Column(title="Состояние", width=12),
    Column(title="Решение", width=13),
    Column(title="Склад", width=18, look="wrapped"),
    Column(title="Причина", width=24, look="wrapped"),
    Column(title="Внесено в 1С, № документа", width=15, look="fill_text", is_asked=True),
    Column(title="Площадка", width=12, look="text"),
    Column(title="Заказ площадки", width=20, look="text"),
    Column(title="Кто сообщил", width=16, look="wrapped"),
    Column(title="База 1С", width=10, look="small"),
    Column(title="Ид товара", width=22, look="small"),
    Column(title="Ид склада", width=22, look="small"),
)
PLACE = {column.title: number for number, column in enumerate(COLUMNS)}
PRINTED = PLACE["Площадка"]
"""What stands from here on is for search, and is not printed."""


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
    zone = ZoneInfo(time_zone)
    title = f"Возвраты для 1С № {number} от {at.astimezone(zone):%d.%m.%Y}"
    with saved(path, at=at) as book:
        sheet = book.sheet(SHEET)
        sheet.write_string(0, 0, title, book.look("title"))
        sheet.set_row(0, 26)
        for row, note in enumerate(NOTES, 1):
            sheet.write_string(row, 0, note, book.look("plain"))
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width)
            sheet.write_string(HEADER_ROW, place, column.title, book.look("asked" if column.is_asked else "header"))
        sheet.set_row(HEADER_ROW, 34)
        rows = [(document, line) for document in documents for line in document.lines]
        for row, (document, line) in enumerate(rows, HEADER_ROW + 1):
            wrapped = ((line.name, "Товар"), (line.reason, "Причина"), (line.place_name or line.place, "Склад"))
            sheet.set_row(row, height(*((text, COLUMNS[PLACE[title]].width) for text, title in wrapped)))
            for place, value in enumerate(_cells(document, line, zone)):
                book.write(sheet, row, place, value, COLUMNS[place].look)
        last = HEADER_ROW + len(rows)
        _write_sum(book, sheet, last + 1, [line for _, line in rows])
        sheet.freeze_panes(HEADER_ROW + 1, PLACE["Дата"])
        sheet.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), len(COLUMNS) - 1)
        set_paper(sheet, footer=title, repeated=(HEADER_ROW, HEADER_ROW))
        sheet.print_area(0, 0, last + 1, PRINTED - 1)
    return path


def _cells(document: ReturnDocument, line: ReturnedGoods, zone: ZoneInfo) -> tuple[str | float | datetime | None, ...]:
    """Values in the order of `COLUMNS`."""
    conditions = {code: word for word, code in CONDITION_WORDS.items()}
    decisions = {code: word for word, code in DECISION_WORDS.items()}
    return (
        document.return_id,
        document.received_at.astimezone(zone).replace(tzinfo=None),
        document.order_number,
        line.article,
        line.name,
        line.pcs,
        line.price_kopecks / 100,
        line.sum_kopecks / 100,
        conditions[line.condition],
        decisions[line.decision],
        line.place_name or line.place,
        line.reason,
        None,
        document.channel,
        document.order_ref,
        ", ".join(TOLD_BY.get(one, one) for one in document.told_by),
        document.base,
        line.item_ref,
        line.place,
    )


def _write_sum(book: Book, sheet: Worksheet, row: int, lines: Sequence[ReturnedGoods]) -> None:
    """Pieces and money of the lot, under the table."""
    for place in range(PRINTED):
        book.write(sheet, row, place, None, "sum")
    book.write(sheet, row, 0, "Итого", "sum")
    book.write(sheet, row, PLACE["Штук"], sum(line.pcs for line in lines), "sum_pcs")
    book.write(sheet, row, PLACE["Сумма, руб."], sum(line.sum_kopecks for line in lines) / 100, "sum_money")
