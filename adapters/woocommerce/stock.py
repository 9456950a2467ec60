"""Stock of a WooCommerce site: read by SKU, written in batches."""

from collections.abc import Sequence

import polars as pl

from adapters.errors import Rejected
from adapters.lots import isolated, send_lots
from adapters.woocommerce import answers, paths
from adapters.woocommerce.goods import REFS, WooCommerceGoods
from adapters.woocommerce.reasons import judged, refused, rows_told
from validation.listings import WarehouseFound
from validation.stock import StockSent, StockShown

SENT = list(StockSent.to_schema().columns)


class WooCommerceStock(WooCommerceGoods):
    """Shows and takes absolute figures. A positive one leaves at most once; a zero may be repeated."""

    figures_at_once = 100

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
        """Write absolute figures, zeros first, at most 100 in a call, variations under their product; those that go alone last.

        Args:
            offered: `StockOffered`.

        Returns:
            `StockSent`, one row per row offered.

        Raises:
            Retryable: nothing at all was written, and it may be tried again.
            Unauthorized: nothing at all was written, the keys are bad.
        """
        is_positive = pl.col("pcs") > 0
        size = pl.when("is_alone").then(1).otherwise(self.BATCH_MAX)
        lots = (
            offered.with_columns(pl.col("refs").str.json_decode(REFS))
            .unnest("refs")
            .sort("is_alone", is_positive, maintain_order=True)
            .with_columns(is_positive=is_positive)
            .with_columns(lot=pl.int_range(pl.len()).over("is_alone", "is_positive", "parent_id") // size)
            .partition_by("is_alone", "is_positive", "parent_id", "lot", maintain_order=True)
        )
        sent = send_lots(lots, self._send_figures)
        return StockSent.validate(sent.select(SENT)) if lots else StockSent.empty()

    def _send_figures(self, lot: pl.DataFrame) -> pl.DataFrame:
        if not lot["is_positive"][0]:
            return isolated(lot, self._write_figures)
        try:
            return self._write_figures(lot)
        except Rejected as error:
            return refused(lot, error, otherwise="channel_rejects" if lot.height == 1 else "batch_is_refused")

    def _write_figures(self, lot: pl.DataFrame) -> pl.DataFrame:
        items = lot.select("id", manage_stock=pl.lit(True), stock_quantity="pcs").to_dicts()
        is_zero = not lot["is_positive"][0]
        told = self.tell("POST", paths.batch(lot["parent_id"][0]), {"update": items}, answers.UPDATED, is_repeatable=is_zero)
        return judged(lot, rows_told(told.update), on="id", otherwise="channel_rejects")
