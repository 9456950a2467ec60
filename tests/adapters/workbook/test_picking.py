"""The picking list as a workbook."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fastexcel

from adapters.workbook.picking import COLUMNS, HEADER_ROW, SHEET, write_picking
from tasks.rules.picking import Pick
from tests.adapters.workbook.parts import MAIN, part, red_cells

MOSCOW = ZoneInfo("Europe/Moscow")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PICK = Pick(
    place="Основной", item_ref="iron", article="КР-7/2", name="=Утюг", pcs=2, shipment="100001-1", channel="site", order_ref="7",
    needs_code=True, ship_by_at=datetime(2026, 3, 2, 12, tzinfo=UTC), barcode="4600439931256",
)  # fmt: skip


def write(path: Path, *picks: Pick, at: datetime = AT) -> Path:
    write_picking(path, picks, at=at, zone=MOSCOW)
    return path


def rows(path: Path) -> list[tuple[str | None, ...]]:
    cells = fastexcel.read_excel(path).load_sheet(SHEET, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return [tuple(row) for row in cells.iter_rows()][HEADER_ROW:]


def test_a_row_for_each_pick_with_a_box_to_tick_under_what_it_leaves_with(tmp_path: Path) -> None:
    head, band, row = rows(write(tmp_path / "deep" / "picking.xlsx", PICK))
    assert head == tuple(COLUMNS)
    assert band[0] == "site: отгрузить до 02.03 15:00 · отправлений 1, штук 2"
    assert row == ("☐", "Основной", "КР-7/2", "4600439931256", "=Утюг", "2", "100001-1", "7", "нужен код")


def test_what_leaves_first_stands_first_and_channels_stand_apart(tmp_path: Path) -> None:
    later, none = replace(PICK, ship_by_at=AT + timedelta(days=1)), replace(PICK, ship_by_at=None, channel="ozon")
    told = [row[0] for row in rows(write(tmp_path / "picking.xlsx", none, later, PICK, replace(PICK, channel="ozon")))]
    assert [band.split(" ·")[0] for band in told if band not in {"✓", "☐"}] == [  # type: ignore[union-attr]
        "ozon: отгрузить до 02.03 15:00",
        "site: отгрузить до 02.03 15:00",
        "site: отгрузить до 03.03 12:00",
        "ozon: срок не указан",
    ]


def test_what_should_have_left_is_red_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "picking.xlsx", PICK, at=AT + timedelta(hours=3))
    assert "СРОК ПРОШЁЛ 02.03 15:00" in str(rows(path)[1][0])
    assert "A4" in red_cells(path)
    assert red_cells(write(tmp_path / "early.xlsx", PICK)) == set()


def test_a_place_that_the_ledger_does_not_know_is_named_so(tmp_path: Path) -> None:
    assert rows(write(tmp_path / "picking.xlsx", replace(PICK, place="")))[2][1] == "не указано"


def test_it_is_printed_across_a4_as_wide_as_the_paper(tmp_path: Path) -> None:
    (setup,) = part(write(tmp_path / "picking.xlsx", PICK), "xl/worksheets/sheet1.xml").xpath("//m:pageSetup", namespaces=MAIN)
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight")) == ("9", "landscape", "0")


def test_writing_again_replaces_it_whole_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = write(tmp_path / "picking.xlsx", PICK, PICK)
    assert len(rows(write(path))) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["picking.xlsx"]
