import json
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.onec.reader import COLUMNS
from adapters.onec.rows import RowsReading, can_be_read_again, write_rows
from tasks.rules.intake import judge_portion, judged
from tests.intake import NOON


def row(kind: str, **said: Any) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS[kind][1:]) | said


def read(path: Path, *rows: tuple[str, dict[str, Any]], formed_at: datetime | None = NOON) -> RowsReading:
    path.write_bytes(write_rows(rows, formed_at=formed_at, is_day_only=False))
    return RowsReading(path)


def test_what_was_written_is_read_again_kind_by_kind(tmp_path: Path) -> None:
    price = row("price", item_ref="iron", price="1 000,50")
    reading = read(tmp_path / "rows", ("price", price), ("product", row("product", product_ref="iron")), ("price", price | {"price": "2"}))
    portions = dict(reading)
    assert list(portions) == ["price", "product"]
    assert portions["price"].select("item_ref", "price").rows() == [("iron", "1 000,50"), ("iron", "2")]
    assert portions["price"].columns == sorted(COLUMNS["price"], key=COLUMNS["price"].index)
    assert portions["price"].schema["row"] == pl.Int64


def test_the_stamp_of_the_first_file_is_kept_and_the_rows_are_a_list_of_changes(tmp_path: Path) -> None:
    header = read(tmp_path / "rows").header
    assert (header.formed_at, header.is_day_only, header.is_changes_only) == (NOON, False, True)
    assert read(tmp_path / "rows", formed_at=None).header.formed_at is None


@pytest.mark.parametrize("odd", ["\u2028", "\u0085", "\x1c", "\n", "\r\n", '"', "\\"])
def test_no_sign_within_a_text_ends_a_row(tmp_path: Path, odd: str) -> None:
    reading = read(tmp_path / "rows", ("product", row("product", product_ref="iron", name=f"Утюг{odd}лучший")))
    assert dict(reading)["product"]["name"].to_list() == [f"Утюг{odd}лучший"]


def test_a_refused_row_can_be_judged_again_from_what_the_quarantine_kept(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        [row("price", item_ref="iron", price_type_ref="retail", price="-5") | {"row": 7}],
        schema_overrides=dict.fromkeys(COLUMNS["price"][1:], pl.String),
    )
    (kept,) = judge_portion("price", frame.select(COLUMNS["price"])).refused["payload"].to_list()
    assert can_be_read_again("price", json.loads(kept))
    ((_, again),) = judged(read(tmp_path / "rows", ("price", json.loads(kept))))
    assert again.refused["reason"].to_list() == ["price_is_positive"]
    assert json.loads(again.refused["payload"][0]) == json.loads(kept)


def test_a_figure_at_one_place_is_not_compared_with_the_total_of_all(tmp_path: Path) -> None:
    ((_, alone),) = judged(read(tmp_path / "rows", ("count", row("count", item_ref="iron", place="north", count="3", total="7"))))
    assert alone.refused.is_empty()
    assert alone.passed.select("pcs", "is_whole").rows() == [(3, False)]


def test_a_figure_without_a_place_keeps_its_total(tmp_path: Path) -> None:
    ((_, alone),) = judged(read(tmp_path / "rows", ("count", row("count", item_ref="iron", place="", count="3", total="3"))))
    assert alone.passed.select("pcs", "is_whole").rows() == [(3, True)]


@pytest.mark.parametrize("kind", ["recipe", "line", "document"])
def test_a_part_of_a_recipe_or_an_order_is_never_judged_alone(kind: str) -> None:
    assert not can_be_read_again(kind, row(kind))


def test_what_the_hub_refused_by_comparing_or_a_channel_refused_is_not_readable() -> None:
    assert not can_be_read_again("count", {"item_ref": "iron", "place": "", "pcs": 4, "is_whole": True})
    assert not can_be_read_again("listing", {"channel_sku": "КР-7/2"})
