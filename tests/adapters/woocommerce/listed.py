import polars as pl

from adapters.woocommerce.site import WooCommerceSite
from validation.stock import StockOffered


def listed(shop: WooCommerceSite, *skus: str) -> pl.DataFrame:
    """Listings of these codes, numbered in their order from 1."""
    found = shop.find_listings(list(skus)).passed
    numbers = pl.DataFrame(
        {"channel_sku": skus, "listing_id": range(1, len(skus) + 1)}, schema={"channel_sku": pl.String, "listing_id": pl.Int64}
    )
    return numbers.join(found, on="channel_sku", maintain_order="left").select("listing_id", "channel_sku", "refs")


def offer(listings: pl.DataFrame, *pcs: int) -> pl.DataFrame:
    """These figures for these listings, in their order."""
    told = {"warehouse_ref": pl.lit(""), "item_ref": pl.lit("item"), "is_alone": pl.lit(False)}
    offered = listings.with_columns(pcs=pl.Series(pcs, dtype=pl.Int64), **told)
    return StockOffered.validate(offered.select(StockOffered.to_schema().columns.keys()))


def outcomes(sent: pl.DataFrame) -> dict[int, tuple[str, str | None]]:
    return {row["listing_id"]: (row["outcome"], row["reason"]) for row in sent.to_dicts()}


def shows(shop: WooCommerceSite, listings: pl.DataFrame) -> dict[int, int | None]:
    return dict(shop.read_stock(listings).select("listing_id", "pcs").rows())
