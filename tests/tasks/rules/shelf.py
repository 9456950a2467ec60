"""A shelf of goods for the tests of the channels' rules: rows with everything usual, spoilt where a test says so."""

from datetime import date
from typing import Any

import pandera.polars as pa
import polars as pl
from hypothesis import settings

from validation.assortment import ItemKept, PriceKept, RecipeKept

patient = settings(deadline=None, max_examples=60)
"""A frame takes its time when the machine is busy; how long is measured in benches, not here."""
TODAY = date(2026, 3, 8)
ITEM: dict[str, Any] = {
    "item_id": 1,
    "item_ref": "ref-1",
    "product_ref": "ref-1",
    "article": "УТ-101",
    "product_article": "УТ-101",
    "name": "Утюг паровой «Зарница-2000»",
    "product_name": "Утюг паровой «Зарница-2000»",
    "barcode": None,
    "product_barcode": None,
    "vat": "20",
    "weight_g": 1350,
    "description": "Гладит.",
    "group_path": "Глажение/Утюги/Утюги паровые",
    "pictures": '["import_files/a1/утюг 1.png"]',
    "properties": '{"Марка": "Зарница"}',
    "characteristics": "{}",
    "is_bundle": False,
}


def frame(model: type[pa.DataFrameModel], rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A frame of a model, its columns in any order and its nulls typed."""
    schema = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    return model.validate(pl.DataFrame(rows, schema=schema, orient="row"))


def items(*rows: dict[str, Any]) -> pl.DataFrame:
    """`ItemKept`; items without a number are numbered from 1."""
    numbered = [
        {"item_id": number, "item_ref": f"ref-{number}", "product_ref": f"ref-{number}"} | row for number, row in enumerate(rows, 1)
    ]
    return frame(ItemKept, [ITEM | row for row in numbered])


def kept(*prices: tuple[int, str, int] | tuple[int, str, int, str]) -> pl.DataFrame:
    """`PriceKept` from item, price type, kopecks and, where not roubles, currency."""
    rows = [dict(zip(("item_id", "price_type", "price_kopecks", "currency"), (*price, "RUB"), strict=False)) for price in prices]
    return frame(PriceKept, rows)


def recipes(*parts: dict[str, Any]) -> pl.DataFrame:
    """`RecipeKept`; everyday and for ever where not said otherwise."""
    return frame(RecipeKept, [{"pcs": 1, "promotion": "", "valid_from": None, "valid_to": None} | part for part in parts])
