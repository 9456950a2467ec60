"""Stock of a WooCommerce site: read by SKU, written in batches."""

from collections.abc import Sequence

import polars as pl

from adapters.lots import send_lots
from adapters.woocommerce.client import REFS, WooCommerceClient
from validation.listings import WarehouseFound
from validation.reasons import sentence_of
from validation.stock import StockSent, StockShown

WRITTEN = pl.Struct({"id": pl.Int64, "error": pl.Struct({"code": pl.String})})
REASONS = {
    "woocommerce_rest_product_invalid_id": "listing_is_gone",
    "woocommerce_rest_product_variation_invalid_id": "listing_is_gone",
    "woocommerce_rest_invalid_product_id": "listing_is_gone",
    "woocommerce_rest_cannot_edit": "channel_forbids",
    "rest_invalid_param": "channel_rejects",
}


class WooCommerceStock(WooCommerceClient):
    """Shows and takes absolute figures. A positive one leaves at most once; a zero may be repeated."""

    # https://woocommerce.github.io/woocommerce-rest-api-docs/#batch-update-products: above it 413
    BATCH_MAX = 100

    def read_warehouses(self) -> pl.DataFrame:
        """`WarehouseFound`: a site sells from one place, which has no name there."""
        only = {"warehouse_ref": "", "name": "Сайт", "is_open": True, "note": None}
        return WarehouseFound.validate(pl.DataFrame([only], schema_overrides={"note": pl.String}))

    def read_stock(self, listings: pl.DataFrame, warehouses: Sequence[str] = ("",)) -> pl.DataFrame:
        """What the site shows now.

        Args:
            listings: ``listing_id, channel_sku, refs``.
            warehouses: the site has one, the empty one.

        Returns:
            `StockShown`; a listing whose code or id is no longer there, or can no longer be asked for, has no row. What a site keeps
            for unpaid orders it does not say.

        Raises:
            SyncError: the site could not be asked.
        """
        goods = self.read_goods(listings["channel_sku"]).goods
        known = listings.select("listing_id", "channel_sku", pl.col("refs").str.json_decode(REFS)).unnest("refs")
        shown = known.join(goods, left_on=["channel_sku", "id"], right_on=["sku", "id"])
        return StockShown.validate(
            shown.join(pl.DataFrame({"warehouse_ref": warehouses}), how="cross").select(
                "listing_id", "warehouse_ref", "pcs", reserved_pcs=pl.lit(None, pl.Int64)
            )
        )

    def send_stock(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Write absolute figures, zeros first, at most 100 in a call, variations under their product.

        Args:
            offered: `StockOffered`.

        Returns:
            `StockSent`, one row per row offered.

        Raises:
            Retryable: nothing at all was written, and it may be tried again.
            Unauthorized: nothing at all was written, the keys are bad.
        """
        is_positive = pl.col("pcs") > 0
        lots = (
            offered.with_columns(pl.col("refs").str.json_decode(REFS))
            .unnest("refs")
            .sort(is_positive, maintain_order=True)
            .with_columns(is_positive=is_positive, lot=pl.int_range(pl.len()).over(is_positive, "parent_id") // self.BATCH_MAX)
            .partition_by("is_positive", "parent_id", "lot", maintain_order=True)
        )
        sent = send_lots(lots, self._send_lot)
        return StockSent.validate(sent.select(_SENT)) if lots else StockSent.empty()

    def _send_lot(self, lot: pl.DataFrame) -> pl.DataFrame:
        parent_id, is_zero = lot["parent_id"][0], not lot["is_positive"][0]
        path = f"products/{parent_id}/variations/batch" if parent_id else "products/batch"
        items = lot.select("id", manage_stock=pl.lit(True), stock_quantity="pcs").to_dicts()
        response = self._connection.call("POST", path, json={"update": items}, is_repeatable=is_zero)
        answer = self._parse(response, {"update": pl.List(WRITTEN)}, is_repeatable=False)
        written = answer.explode("update").unnest("update").unnest("error").unique("id")
        return _judged(lot.join(written.with_columns(is_told=pl.lit(True)), on="id", how="left", maintain_order="left"))


_SENT = list(StockSent.to_schema().columns)


def _judged(lot: pl.DataFrame) -> pl.DataFrame:
    """The rows of a batch with what the site said of each."""
    refused = pl.col("code").replace_strict(REASONS, default="channel_rejects", return_dtype=pl.String)
    reason = pl.when(pl.col("code").is_not_null()).then(refused).when(pl.col("is_told").is_null()).then(pl.lit("outcome_is_unknown"))
    sentences = {code: sentence_of(code) for code in {*REASONS.values(), "channel_rejects", "outcome_is_unknown"}}
    outcome = (
        pl.when(pl.col("reason").is_null())
        .then(pl.lit("accepted"))
        .when(pl.col("is_told").is_null())
        .then(pl.lit("unknown"))
        .otherwise(pl.lit("refused"))
    )
    return lot.with_columns(reason=reason).with_columns(
        outcome=outcome, sentence=pl.col("reason").replace_strict(sentences, default=None, return_dtype=pl.String)
    )
