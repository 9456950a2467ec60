"""Frames that tests of Ozon begin with."""

import json
from typing import Any

import polars as pl

from validation.listings import CardPending, CardWanted
from validation.prices import PriceOffered
from validation.stock import StockOffered


def listings(**product_ids: int) -> pl.DataFrame:
    """Listings numbered from 1 in their order: code → product id."""
    return pl.DataFrame(
        {
            "listing_id": range(1, len(product_ids) + 1),
            "channel_sku": list(product_ids),
            "refs": [json.dumps({"product_id": one, "sku": one + 900}) for one in product_ids.values()],
        },
        schema={"listing_id": pl.Int64, "channel_sku": pl.String, "refs": pl.String},
    )


def stock(listed: pl.DataFrame, *pcs: int, warehouse: str = "5", is_alone: bool = False) -> pl.DataFrame:
    """These figures for these listings, in their order."""
    offered = listed.with_columns(
        item_ref=pl.lit("item"), pcs=pl.Series(pcs, dtype=pl.Int64), warehouse_ref=pl.lit(warehouse), is_alone=pl.lit(is_alone)
    )
    return StockOffered.validate(offered.select(StockOffered.to_schema().columns.keys()))


def prices(listed: pl.DataFrame, *kopecks: int, old: int | None = None) -> pl.DataFrame:
    """These prices for these listings, in their order."""
    offered = listed.with_columns(
        item_ref=pl.lit("item"),
        campaign_ref=pl.lit(""),
        price_kopecks=pl.Series(kopecks, dtype=pl.Int64),
        old_kopecks=pl.lit(old, pl.Int64),
    )
    return PriceOffered.validate(offered.select(PriceOffered.to_schema().columns.keys()))


def cards(*changes: dict[str, Any]) -> pl.DataFrame:
    """Cards that Ozon takes, but for these changes; items numbered from 1."""
    whole = {
        "channel_sku": "КР-7/2",
        "refs": None,
        "group_sku": None,
        "title": "Кружка фарфоровая 350 мл",
        "description": None,
        "brand": None,
        "category": '{"category": 17028922, "type": 94765}',
        "attributes": "[]",
        "characteristics": "{}",
        "vat": "22",
        "barcodes": "[]",
        "weight_g": 350,
        "length_mm": 100,
        "width_mm": 90,
        "height_mm": 110,
        "pictures": "[]",
        "price_kopecks": 49005,
        "content_hash": "hash",
    }
    rows = [{"item_id": number, **whole, **change} for number, change in enumerate(changes, 1)]
    types = {name: column.dtype.type for name, column in CardWanted.to_schema().columns.items()}
    return CardWanted.validate(pl.DataFrame(rows, schema=types))


def pending(*skus: str, task: str, sent_at: Any) -> pl.DataFrame:
    """Cards of one task, items numbered from 1."""
    rows = [{"item_id": number, "channel_sku": sku, "task_ref": task, "sent_at": sent_at} for number, sku in enumerate(skus, 1)]
    return CardPending.validate(pl.DataFrame(rows, schema_overrides={"sent_at": pl.Datetime("us", "UTC")}))


def outcomes(sent: pl.DataFrame, key: str = "listing_id") -> dict[Any, tuple[str, str | None]]:
    """What became of each row, and why."""
    return {row[key]: (row["outcome"], row["reason"]) for row in sent.to_dicts()}
