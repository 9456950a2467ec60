"""The picking list as a workbook that a picker prints: what leaves first on top, by channel and time, place by place."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from xlsxwriter.worksheet import Worksheet

from adapters.workbook.saving import Book, height, saved, set_paper
from tasks.rules.picking import Pick, Round, rounds_of

SHEET = "Собрать"
COLUMNS = {
    "✓": 5,
    "Место": 18,
    "Артикул": 17,
    "Штрихкод": 16,
    "Товар": 50,
    "Штук": 7,
    "Отправление": 14,
    "Заказ": 24,
    "Честный ЗНАК": 13,
}
"""Header → width in characters."""
HEADER_ROW = 2
ROW_POINTS = 22
"""High enough for a pencil."""
NO_PLACE = "не указано"
NOTHING = "Собирать нечего: всё, что оплачено и есть на полке, уже передано."


def write_picking(path: Path, picks: Sequence[Pick], *, at: datetime, zone: ZoneInfo) -> None:
    """Write the list whole: whoever has the file open keeps the old one until he opens it anew.

    Args:
        path: of the workbook.
        picks: what is to be fetched.
        at: now: what should have left by then is red.
        zone: the shop's, for the times that it names.
    """
    rounds = rounds_of(picks)
    made = f"{at.astimezone(zone):%d.%m.%Y %H:%M}"
    with saved(path, at=at) as book:
        sheet = book.sheet(SHEET)
        sheet.write_string(0, 0, f"Лист сборки, {made}", book.look("title"))
        sheet.set_row(0, 26)
        pieces, shipments = sum(one.pcs for one in picks), len({one.shipment for one in picks})
        summed = f"Отправлений: {shipments}, штук: {pieces}. Сверху то, что уезжает раньше."
        sheet.write_string(1, 0, summed if picks else NOTHING, book.look("plain"))
        for place, (title, width) in enumerate(COLUMNS.items()):
            sheet.set_column(place, place, width)
            sheet.write_string(HEADER_ROW, place, title, book.look("header"))
        sheet.set_row(HEADER_ROW, 34)
        row = HEADER_ROW + 1
        for one in rounds:
            row = _write_round(book, sheet, row, one, at=at, zone=zone)
        sheet.freeze_panes(HEADER_ROW + 1, 0)
        set_paper(sheet, footer=f"Лист сборки, {made}", repeated=(HEADER_ROW, HEADER_ROW))
        sheet.print_area(0, 0, row - 1, len(COLUMNS) - 1)


def _write_round(book: Book, sheet: Worksheet, row: int, one: Round, *, at: datetime, zone: ZoneInfo) -> int:
    """A band that names channel and time, and its rows; returns the row behind them."""
    is_late = one.ship_by_at is not None and one.ship_by_at <= at
    look = book.look("late" if is_late else "group")
    for place in range(len(COLUMNS)):
        sheet.write_blank(row, place, None, look)
    sheet.write_string(row, 0, f"{one.channel}: {_until(one, zone, is_late=is_late)} · отправлений {one.shipments}, штук {one.pcs}", look)
    sheet.set_row(row, 24)
    for pick in one.picks:
        row += 1
        sheet.set_row(row, max(ROW_POINTS, height((pick.name, COLUMNS["Товар"]), (pick.place, COLUMNS["Место"]))))
        for place, (value, name) in enumerate(_cells(pick)):
            book.write(sheet, row, place, value, name)
    return row + 1


def _until(one: Round, zone: ZoneInfo, *, is_late: bool) -> str:
    if one.ship_by_at is None:
        return "срок не указан"
    until = f"{one.ship_by_at.astimezone(zone):%d.%m %H:%M}"
    return f"СРОК ПРОШЁЛ {until}" if is_late else f"отгрузить до {until}"


def _cells(pick: Pick) -> tuple[tuple[str | int, str], ...]:
    """Values and looks in the order of `COLUMNS`."""
    return (
        ("☐", "box"),
        (pick.place or NO_PLACE, "wrapped"),
        (pick.article or "", "wrapped"),
        (pick.barcode or "", "text"),
        (pick.name, "wrapped"),
        (pick.pcs, "many" if pick.pcs > 1 else "one"),
        (pick.shipment, "text"),
        (pick.order_ref, "text"),
        ("нужен код" if pick.needs_code else "", "code"),
    )
