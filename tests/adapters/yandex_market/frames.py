"""Frames that tests of Yandex Market begin with."""

import json
from typing import Any

import polars as pl

from validation.listings import CardPending, CardWanted
from validation.prices import PriceOffered
from validation.stock import StockOffered


def listings(*skus: str) -> pl.DataFrame:
    """Listings numbered from 1 in their order."""
    return pl.DataFrame(
        {
            "listing_id": range(1, len(skus) + 1),
            "channel_sku": skus,
            "refs": [json.dumps({"offer_id": sku.strip()}, ensure_ascii=False) for sku in skus],
        },
        schema={"listing_id": pl.Int64, "channel_sku": pl.String, "refs": pl.String},
    )


def stock(listed: pl.DataFrame, *pcs: int, warehouse: str = "3001", is_alone: bool = False) -> pl.DataFrame:
    """These figures for these listings, in their order."""
    offered = listed.with_columns(
        item_ref=pl.lit("item"), pcs=pl.Series(pcs, dtype=pl.Int64), warehouse_ref=pl.lit(warehouse), is_alone=pl.lit(is_alone)
    )
    return StockOffered.validate(offered.select(StockOffered.to_schema().columns.keys()))


def prices(listed: pl.DataFrame, *kopecks: int, old: int | None = None, campaign: str = "") -> pl.DataFrame:
    """These prices for these listings, in their order."""
    offered = listed.with_columns(
        item_ref=pl.lit("item"),
        campaign_ref=pl.lit(campaign),
        price_kopecks=pl.Series(kopecks, dtype=pl.Int64),
        old_kopecks=pl.lit(old, pl.Int64),
    )
    return PriceOffered.validate(offered.select(PriceOffered.to_schema().columns.keys()))


def cards(*changes: dict[str, Any]) -> pl.DataFrame:
    """Cards that the Market takes, but for these changes; items numbered from 1."""
    whole = {
        "channel_sku": "КР-7/2",
        "refs": None,
        "group_sku": None,
        "title": "Кружка фарфоровая 350 мл",
        "description": "Кружка белая.",
        "brand": "Дулёво",
        "category": '{"category": 90401}',
        "attributes": '[{"id": 24, "values": ["белый", "синий"]}]',
        "characteristics": "{}",
        "vat": "22",
        "barcodes": '["4600000000015"]',
        "weight_g": 355,
        "length_mm": 105,
        "width_mm": 90,
        "height_mm": 110,
        "pictures": '["https://shop.example/1.jpg"]',
        "price_kopecks": 49005,
        "content_hash": "hash",
    }
    rows = [{"item_id": number, **whole, **change} for number, change in enumerate(changes, 1)]
    types = {name: column.dtype.type for name, column in CardWanted.to_schema().columns.items()}
    return CardWanted.validate(pl.DataFrame(rows, schema=types))


def pending(*skus: str, sent_at: Any) -> pl.DataFrame:
    """Cards taken at that instant, items numbered from 1."""
    rows = [{"item_id": number, "channel_sku": sku, "task_ref": sku, "sent_at": sent_at} for number, sku in enumerate(skus, 1)]
    return CardPending.validate(pl.DataFrame(rows, schema_overrides={"sent_at": pl.Datetime("us", "UTC")}))


def outcomes(sent: pl.DataFrame, key: str = "listing_id") -> dict[Any, tuple[str, str | None]]:
    """What became of each row, and why."""
    return {row[key]: (row["outcome"], row["reason"]) for row in sent.to_dicts()}
