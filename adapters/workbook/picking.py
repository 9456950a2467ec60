"""The picking list as a workbook that a picker prints: place by place, the urgent first."""

import os
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from tasks.rules.picking import Pick

SHEET = "Собрать"
COLUMNS = {"Место": 18, "Артикул": 18, "Товар": 48, "Штук": 7, "Отправление": 14, "Канал": 12, "Заказ": 20, "Код": 7, "До": 16, "✓": 5}
"""Header → width in characters."""
NO_PLACE = "не указано"


def write_picking(path: Path, picks: Sequence[Pick], *, zone: ZoneInfo) -> None:
    """Write the list whole: whoever has the file open keeps the old one until he opens it anew.

    Args:
        path: of the workbook.
        picks: in the order of the walk.
        zone: the shop's, for the time by which a shipment has to leave.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with xlsxwriter.Workbook(half) as book:
        sheet = book.add_worksheet(SHEET)
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for column, (title, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        for row, pick in enumerate(picks, 1):
            for column, cell in enumerate(_cells(pick, zone)):
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell)
                else:
                    sheet.write_string(row, column, cell)
        sheet.autofilter(0, 0, max(1, len(picks)), len(COLUMNS) - 1)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    half.replace(path)


def _cells(pick: Pick, zone: ZoneInfo) -> tuple[str | int, ...]:
    until = f"{pick.ship_by_at.astimezone(zone):%d.%m %H:%M}" if pick.ship_by_at else ""
    code = "нужен" if pick.needs_code else ""
    place = pick.place or NO_PLACE
    return place, pick.article or "", pick.name, pick.pcs, pick.shipment, pick.channel, pick.order_ref, code, until, ""
