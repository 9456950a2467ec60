from typing import Any

import polars as pl

from adapters.woocommerce.site import WooCommerceSite
from tests.world import Site
from validation.listings import CardWanted
from validation.prices import PriceOffered
from validation.stock import StockOffered


def listed(shop: WooCommerceSite, *skus: str) -> pl.DataFrame:
    """Listings of these codes, numbered in their order from 1."""
    found = shop.find_listings(list(skus)).passed
    numbers = pl.DataFrame(
        {"channel_sku": skus, "listing_id": range(1, len(skus) + 1)}, schema={"channel_sku": pl.String, "listing_id": pl.Int64}
    )
    return numbers.join(found, on="channel_sku", maintain_order="left").select("listing_id", "channel_sku", "refs")


def offer(listings: pl.DataFrame, *pcs: int, is_alone: bool = False) -> pl.DataFrame:
    """These figures for these listings, in their order."""
    told = {"warehouse_ref": pl.lit(""), "item_ref": pl.lit("item"), "is_alone": pl.lit(is_alone)}
    offered = listings.with_columns(pcs=pl.Series(pcs, dtype=pl.Int64), **told)
    return StockOffered.validate(offered.select(StockOffered.to_schema().columns.keys()))


def priced(listings: pl.DataFrame, *kopecks: int, old: int | None = None) -> pl.DataFrame:
    """These prices for these listings, in their order."""
    told = {"campaign_ref": pl.lit(""), "item_ref": pl.lit("item"), "old_kopecks": pl.lit(old, pl.Int64)}
    offered = listings.with_columns(price_kopecks=pl.Series(kopecks, dtype=pl.Int64), **told)
    return PriceOffered.validate(offered.select(PriceOffered.to_schema().columns.keys()))


def cards(*changes: dict[str, Any]) -> pl.DataFrame:
    """Cards that a site takes, but for these changes; items numbered from 1."""
    whole = {
        "channel_sku": "КР-7/2",
        "refs": None,
        "group_sku": None,
        "title": "Кружка фарфоровая 350 мл",
        "description": "Для чая.",
        "brand": None,
        "category": None,
        "attributes": "[]",
        "characteristics": "{}",
        "vat": None,
        "barcodes": "[]",
        "weight_g": 350,
        "length_mm": 105,
        "width_mm": 90,
        "height_mm": 110,
        "pictures": "[]",
        "price_kopecks": 49005,
        "content_hash": "hash",
    }
    rows = [{"item_id": number, **whole, **change} for number, change in enumerate(changes, 1)]
    types = {name: column.dtype.type for name, column in CardWanted.to_schema().columns.items()}
    return CardWanted.validate(pl.DataFrame(rows, schema=types))


def outcomes(sent: pl.DataFrame, key: str = "listing_id") -> dict[Any, tuple[str, str | None]]:
    return {row[key]: (row["outcome"], row["reason"]) for row in sent.to_dicts()}


def shows(shop: WooCommerceSite, listings: pl.DataFrame) -> dict[int, int | None]:
    return dict(shop.read_stock(listings).select("listing_id", "pcs").rows())


def asks(shop: WooCommerceSite, listings: pl.DataFrame) -> dict[int, int | None]:
    return dict(shop.read_prices(listings).select("listing_id", "price_kopecks").rows())


def goods_of(site: Site) -> dict[str, dict[str, Any]]:
    """The site's own truth."""
    goods: dict[str, dict[str, Any]] = site.order("GET", "/books")["goods"]
    return goods
