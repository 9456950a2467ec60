"""Returns for the accountant: one workbook per lot."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastexcel

from adapters.workbook.accountant import HEADER_ROW, write_paper
from tasks.rules.return_documents import ReturnDocument, ReturnedGoods
from validation.returns import WORKBOOK

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def goods(**told: Any) -> ReturnedGoods:
    blank: dict[str, Any] = {
        "item_ref": "ref-iron", "article": "УТ-101", "name": "=Утюг", "pcs": 2, "price_kopecks": 100_50, "sum_kopecks": 201_00,
        "condition": "sellable", "decision": "restock", "reason": None, "place": "main", "place_name": "Основной",
    }  # fmt: skip
    return ReturnedGoods(**blank | told)


def document(*lines: ReturnedGoods, return_id: int = 7) -> ReturnDocument:
    return ReturnDocument(
        return_id=return_id, base="main", order_number="100012", channel="ozon", order_ref="0001-1", received_at=AT,
        told_by=("ozon", WORKBOOK), lines=lines or (goods(),),
    )  # fmt: skip


def rows(path: Path) -> list[dict[str, str | None]]:
    sheet = fastexcel.read_excel(path).load_sheet(0, header_row=HEADER_ROW, dtypes="string")
    return sheet.to_polars().to_dicts()


def made(tmp_path: Path, *documents: ReturnDocument) -> Path:
    return write_paper(tmp_path, 3, documents, at=AT, time_zone="Europe/Moscow")


def test_the_workbook_says_what_to_book(tmp_path: Path) -> None:
    path = made(tmp_path, document())
    assert path.name == "Возвраты для 1С № 3.xlsx"
    row = rows(path)[0]
    assert row == row | {
        "Возврат №": "7", "Заказ в 1С": "100012", "Артикул": "УТ-101", "Товар": "=Утюг", "Штук": "2", "Цена, руб.": "100.5",
        "Сумма, руб.": "201", "Состояние": "годен", "Решение": "в продажу", "Склад": "Основной", "Кто сообщил": "ozon, книга возвратов",
        "Ид товара": "ref-iron", "Ид склада": "main",
    }  # fmt: skip


def test_a_warehouse_without_a_name_is_called_by_its_id(tmp_path: Path) -> None:
    assert rows(made(tmp_path, document(goods(place_name=None))))[0]["Склад"] == "main"


def test_pieces_and_money_are_summed_below_every_line_of_every_return(tmp_path: Path) -> None:
    told = rows(made(tmp_path, document(goods(), goods(pcs=3, sum_kopecks=99)), document(return_id=8)))
    assert [row["Возврат №"] for row in told] == ["7", "7", "8", "Итого"]
    assert (told[-1]["Штук"], told[-1]["Сумма, руб."]) == ("7", "402.99")


def test_a_workbook_that_the_accountant_has_is_left_alone(tmp_path: Path) -> None:
    made(tmp_path, document()).write_bytes(b"his own")
    assert made(tmp_path, document()).read_bytes() == b"his own"
