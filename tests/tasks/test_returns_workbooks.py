"""Every way in which a manager's workbook of returns can be wrong: his sentence, nothing lost, each row taken once."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import fastexcel
import pytest
import xlsxwriter

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.settings import Settings
from tasks.returns import read_folder
from tests.adapters.hub.return_shop import ReturnShop
from tests.adapters.workbook.parts import notes, red_cells
from tests.adapters.workbook.sheet import save
from validation.reasons import SENTENCES

HEADERS = ("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Дата возврата", "Ключ строки")
RIGHT = ("1", "iron", 1, "годен", None, None, "right")


@pytest.fixture
def shop(hub: Hub) -> ReturnShop:
    shop = ReturnShop(hub)
    shop.ships(3)
    return shop


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path)


@pytest.fixture
def place(settings: Settings) -> Path:
    settings.returns_folder().mkdir(parents=True)
    return settings.returns_folder()


def put(place: Path, *rows: tuple[Any, ...], name: str = "книга.xlsx") -> Path:
    return save(place / name, rows, headers=HEADERS)


def take(shop: ReturnShop, settings: Settings) -> None:
    read_folder(shop.hub, settings, dry_run=False)


def copy_of(place: Path, name: str = "книга") -> Path:
    return place / "исправить" / f"{name} — исправить.xlsx"


def cells(path: Path) -> list[list[str | None]]:
    told = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return [list(row) for row in told.iter_rows()]


WRONG: dict[str, tuple[tuple[Any, ...], str, str]] = {
    "no order": ((None, "iron", 1, "годен"), "A", "return_row_has_order"),
    "an order that is not ours": (("77", "iron", 1, "годен"), "A", "return_order_is_known"),
    "no goods": (("1", None, 1, "годен"), "B", "return_row_has_goods"),
    "goods that the order has not": (("1", "kettle", 1, "годен"), "B", "return_line_is_known"),
    "how many is not said": (("1", "iron", None, "годен"), "C", "return_pcs_is_told"),
    "none": (("1", "iron", 0, "годен"), "C", "return_pcs_is_whole"),
    "less than none": (("1", "iron", -1, "годен"), "C", "return_pcs_is_whole"),
    "half a piece": (("1", "iron", 0.5, "годен"), "C", "return_pcs_is_whole"),
    "half a piece as text": (("1", "iron", "1,5", "годен"), "C", "return_pcs_is_whole"),
    "a word for a number": (("1", "iron", "два", "годен"), "C", "return_pcs_is_whole"),
    "more than was sold": (("1", "iron", 4, "годен"), "C", "return_is_within_sold"),
    "no condition": (("1", "iron", 1, None), "D", "return_condition_is_told"),
    "a condition of his own": (("1", "iron", 1, "норм"), "D", "return_condition_is_told"),
    "a decision of his own": (("1", "iron", 1, "годен", "подарить"), "E", "return_decision_is_known"),
    "defective goods on sale": (("1", "iron", 1, "брак", "в продажу"), "E", "return_restock_is_sellable"),
    "yesterday": (("1", "iron", 1, "годен", None, "вчера"), "F", "return_date_is_read"),
    "a day that is none": (("1", "iron", 1, "годен", None, "31.02.2026"), "F", "return_date_is_read"),
    "a day to come": (("1", "iron", 1, "годен", None, date(2096, 1, 1)), "F", "return_date_has_come"),
    "a day long gone": (("1", "iron", 1, "годен", None, "01.01.2016"), "F", "return_date_is_recent"),
}


@pytest.mark.parametrize(("row", "column", "reason"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_row_comes_back_red_with_its_sentence_and_the_right_one_beside_it_is_taken_once(
    shop: ReturnShop, settings: Settings, place: Path, row: tuple[Any, ...], column: str, reason: str
) -> None:
    put(place, (*row, *[None] * (6 - len(row)), "wrong"), RIGHT)
    before = cells(place / "книга.xlsx")
    take(shop, settings)
    copy = copy_of(place)
    assert red_cells(copy) == {f"{column}2"}
    assert notes(copy) == {f"{column}2": SENTENCES[reason]}
    assert [told[: len(HEADERS)] for told in cells(copy)] == before
    assert cells(copy)[1][7] == SENTENCES[reason]
    assert "Принято: возврат №" in str(cells(copy)[2][7])
    assert shop.returned() == 1
    copy.rename(place / copy.name)
    take(shop, settings)
    assert shop.returned() == 1
    assert red_cells(copy) == {f"{column}2"}
    assert "Было принято раньше" in str(cells(copy)[2][7])


DAYS: dict[str, Callable[[date], object]] = {
    "21.11.26": lambda day: f"{day:%d.%m.%y}",
    "2026-11-21": lambda day: f"{day:%Y-%m-%d}",
    "21/11/2026": lambda day: f"{day:%d/%m/%Y}",
    "with spaces that do not break": lambda day: f"\u00a0{day:%d.%m.%Y} г.",
    "a date of Excel's": lambda day: day,
    "Excel's number of the day": lambda day: (day - date(1899, 12, 30)).days,
    "that number as text": lambda day: str((day - date(1899, 12, 30)).days),
}


@pytest.mark.parametrize("written", DAYS.values(), ids=DAYS.keys())
def test_a_day_is_taken_however_it_is_written(shop: ReturnShop, settings: Settings, place: Path, written: Callable[[date], object]) -> None:
    day = shop.hub.clock.now().date() - timedelta(days=30)
    put(place, ("1", "iron", 1, "годен", None, written(day), "a"))
    take(shop, settings)
    assert shop.rows("select (received_at at time zone 'Europe/Moscow')::date from return_line") == [(day,)]


@pytest.mark.parametrize("pcs", [2, 2.0, "2", " 2 ", "2\u00a0", "2,0", "2 шт."])
def test_pieces_are_taken_however_they_are_written(shop: ReturnShop, settings: Settings, place: Path, pcs: object) -> None:
    put(place, ("1", "iron", pcs, "годен", None, None, "a"))
    take(shop, settings)
    assert shop.returned() == 2


def test_merged_orders_are_told_in_the_rows_below_and_the_first_row_is_taken(shop: ReturnShop, settings: Settings, place: Path) -> None:
    with xlsxwriter.Workbook(place / "книга.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS)
        page.merge_range(1, 0, 2, 0, "1")
        page.write_row(1, 1, ("iron", 1, "годен"))
        page.write_row(2, 1, ("iron", 1, "брак"))
    take(shop, settings)
    assert shop.returned() == 1
    assert "разъедините" in notes(copy_of(place))["A3"]


def test_a_row_parted_by_copying_it_is_two_rows_however_often_the_book_comes(shop: ReturnShop, settings: Settings, place: Path) -> None:
    rows = [("1", "iron", 1, "годен", None, None, "5f-1x"), ("1", "iron", 1, "брак", "списать", None, "5f-1x")]
    for name in ("книга.xlsx", "книга.xlsx", "книга (копия).xlsx"):
        put(place, *rows, name=name)
        take(shop, settings)
    assert sorted(row[1:4] for row in shop.batches()) == [(1, "received", "defect"), (1, "received", "sellable")]
    assert Incidents(shop.hub).live() == []


def test_a_row_pasted_twice_is_taken_once_and_the_second_is_red(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, RIGHT, RIGHT)
    take(shop, settings)
    assert shop.returned() == 1
    assert notes(copy_of(place)) == {"C3": SENTENCES["return_row_is_not_repeated"]}


def test_a_corrected_copy_that_was_fetched_twice_ends_what_its_book_began(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, RIGHT, ("77", "iron", 1, "годен", None, None, "wrong"))
    take(shop, settings)
    assert [one.cause for one in Incidents(shop.hub).live()] == ["книга"]
    put(place, RIGHT, ("1", "iron", 1, "годен", None, None, "wrong"), name="книга — исправить (1).xlsx")
    take(shop, settings)
    assert shop.returned() == 2
    assert Incidents(shop.hub).live() == []


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("письмо.docx", b"text", "это текст"),
        ("возвраты.csv", "Заказ;Артикул\n1;2\n".encode("cp1251"), "это текст, CSV"),
        ("возвраты.xlsx", b"<html><table></table></html>", "веб-страница"),
        ("секрет.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "закрыт паролем"),
    ],
)
def test_what_is_no_workbook_is_refused_at_once_and_kept_with_the_reason_beside_it(
    shop: ReturnShop, settings: Settings, place: Path, name: str, content: bytes, why: str
) -> None:
    (place / name).write_bytes(content)
    take(shop, settings)
    (incident,) = Incidents(shop.hub).live(kind="returns_unread")
    assert why in incident.sentence
    (kept,) = (place / "не прочитано").rglob(name)
    assert kept.read_bytes() == content
    assert why in kept.with_name(f"{name}.txt").read_text(encoding="utf-8")


def test_what_programs_leave_in_the_folder_is_neither_read_nor_moved(shop: ReturnShop, settings: Settings, place: Path) -> None:
    for name in ("Thumbs.db", "desktop.ini", "~$книга.xlsx", "книга.xlsx.tmp"):
        (place / name).write_bytes(b"x")
    take(shop, settings)
    assert sorted(file.name for file in place.iterdir()) == ["Thumbs.db", "desktop.ini", "~$книга.xlsx", "книга.xlsx.tmp"]
    assert Incidents(shop.hub).live() == []


def test_a_book_that_libreoffice_has_open_waits_until_it_is_closed(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, RIGHT)
    lock = place / ".~lock.книга.xlsx#"
    lock.write_text("Manager")
    take(shop, settings)
    assert shop.returned() == 0
    lock.unlink()
    take(shop, settings)
    assert shop.returned() == 1
