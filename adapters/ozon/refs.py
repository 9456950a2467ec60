"""Ozon's own ids of a listing, as `validation.listings` keeps them: ``product_id`` of the card, ``sku`` of the thing sold."""

import polars as pl

REFS = pl.Struct({"product_id": pl.Int64, "sku": pl.Int64})


def product_id() -> pl.Expr:
    """Out of ``refs``."""
    return pl.col("refs").str.json_decode(REFS).struct.field("product_id")
