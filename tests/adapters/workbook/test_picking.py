"""The picking list as a workbook."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import fastexcel

from adapters.workbook.picking import COLUMNS, SHEET, write_picking
from tasks.rules.picking import Pick

MOSCOW = ZoneInfo("Europe/Moscow")
PICK = Pick(
    place="Основной", item_ref="iron", article="КР-7/2", name="=Утюг", pcs=2, shipment="100001-1", channel="site", order_ref="7",
    needs_code=True, ship_by_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
)  # fmt: skip


def rows(path: Path) -> list[tuple[str | None, ...]]:
    cells = fastexcel.read_excel(path).load_sheet(SHEET, header_row=None, dtypes="string").to_polars()
    return [tuple(row) for row in cells.iter_rows()]


def test_a_row_for_each_pick_under_the_headers(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "picking.xlsx"
    write_picking(path, [PICK], zone=MOSCOW)
    head, row = rows(path)
    assert head == tuple(COLUMNS)
    assert row[:9] == ("Основной", "КР-7/2", "=Утюг", "2", "100001-1", "site", "7", "нужен", "02.03 15:00")


def test_writing_again_replaces_it_whole_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "picking.xlsx"
    write_picking(path, [PICK, PICK], zone=MOSCOW)
    write_picking(path, [], zone=MOSCOW)
    assert len(rows(path)) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["picking.xlsx"]
