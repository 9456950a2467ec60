"""Stock of an Ozon cabinet: a figure per product and warehouse.

The figure sent is what may be ordered, without what Ozon has reserved; read back it is ``free_stock``.

Source: `reference/marketplaces.md` §2; https://docs.ozon.ru/api/seller/#operation/ProductAPI_ProductsStocksV2
"""

import re
from collections.abc import Sequence

import polars as pl

from adapters.errors import Rejected
from adapters.lots import all_rows, isolated, send_lots, vendors_words
from adapters.ozon import answers, paths
from adapters.ozon.catalog import OzonCatalog
from adapters.ozon.client import message_of
from adapters.ozon.limits import ALL, STOCKS
from adapters.ozon.reasons import judged, rows_told
from adapters.ozon.refs import product_id
from validation.listings import WarehouseFound
from validation.reasons import sentence_of
from validation.stock import StockSent, StockShown

FIGURE = {
    "channel_sku": pl.String(),
    "product_id": pl.Int64(),
    "warehouse_ref": pl.String(),
    "pcs": pl.Int64(),
    "reserved_pcs": pl.Int64(),
}
WAREHOUSE = {"warehouse_ref": pl.String(), "name": pl.String(), "is_open": pl.Boolean(), "note": pl.String()}
SENT = list(StockSent.to_schema().columns)
OPEN = "created"
STATUSES = {
    "new": "ещё не активирован",
    "disabled": "в архиве",
    "blocked": "заблокирован",
    "disabled_due_to_limit": "на паузе из-за лимита",
    "error": "в ошибке",
}
"""https://docs.ozon.ru/api/seller/#operation/WarehouseAPI_WarehouseList; its successor does not list them."""
BAD_ROW = re.compile(r"Stocks\[(\d+)\]")
"""Of «Request validation error: invalid ProductsStocksRequest.Stocks[0]: …» (https://docs.ozon.ru/api/seller/#tag/Errors)."""


class OzonStock(OzonCatalog):
    """Shows and takes absolute figures. A positive one leaves at most once, a zero may be repeated."""

    # https://docs.ozon.ru/api/seller/#operation/ProductAPI_GetProductInfoStocksByWarehouseFbsV2
    FIGURES_MAX = 1000
    # https://docs.ozon.ru/api/seller/#operation/ProductAPI_ProductsStocksV2
    PAIRS_MAX = 100
    figures_at_once = PAIRS_MAX
    # https://docs.ozon.ru/api/seller/#operation/WarehouseListV2
    WAREHOUSES_MAX = 200

    def read_warehouses(self) -> pl.DataFrame:
        """`WarehouseFound`: the seller's own warehouses, FBS and rFBS.

        Raises:
            SyncError: Ozon could not be asked.
        """
        found = [
            (str(one.warehouse_id), one.name, one.status == OPEN and one.pause_at is None, _note(one))
            for page in self.pages(paths.WAREHOUSES, {"limit": self.WAREHOUSES_MAX}, answers.WAREHOUSE_PAGE)
            for one in page.warehouses
        ]
        return WarehouseFound.validate(pl.DataFrame(found, schema=WAREHOUSE, orient="row"))

    def read_stock(self, listings: pl.DataFrame, warehouses: Sequence[str]) -> pl.DataFrame:
        """What Ozon shows now.

        Args:
            listings: ``listing_id, channel_sku, refs``.
            warehouses: the warehouses asked about.

        Returns:
            `StockShown`, ``pcs`` what may be ordered, ``reserved_pcs`` what is in orders beside that; both null for a warehouse that
            was never told of the listing. A listing whose code or card is no longer there, or is in the archive, has no row.

        Raises:
            SyncError: Ozon could not be asked.
        """
        known = listings.select("listing_id", "channel_sku", product_id=product_id())
        figures = self._read_figures(known["channel_sku"])
        card = ["channel_sku", "product_id"]
        silent = known.join(figures, on=card, how="anti")
        there = self.read_products(silent["channel_sku"].to_list()).filter(~pl.col("is_archived"))
        present = pl.concat([figures.select(card), there.select(card)]).unique()
        asked = pl.DataFrame({"warehouse_ref": list(warehouses)}, schema={"warehouse_ref": pl.String})
        shown = (
            known.join(present, on=card, how="semi", maintain_order="left")
            .join(asked, how="cross")
            .join(figures.unique([*card, "warehouse_ref"], keep="last"), on=[*card, "warehouse_ref"], how="left", maintain_order="left")
        )
        return StockShown.validate(shown.select("listing_id", "warehouse_ref", "pcs", "reserved_pcs"))

    def send_stock(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Write absolute figures, zeros first, at most 100 in a call; those that go alone last.

        Args:
            offered: `StockOffered`; each pair no sooner than `PAUSE_S` after its last figure.

        Returns:
            `StockSent`; ``unsent`` where Ozon says that it was too soon.

        Raises:
            Retryable: nothing at all was written, and it may be tried again.
            Unauthorized: nothing at all was written, the key is bad.
        """
        rows = offered.with_columns(product_id=product_id(), warehouse_id=pl.col("warehouse_ref").cast(pl.Int64, strict=False))
        is_named = pl.col("warehouse_id").is_not_null()
        unnamed = all_rows(rows.filter(~is_named), "refused", "warehouse_is_unknown", sentence_of("warehouse_is_unknown"))
        sent = send_lots(self._lots(rows.filter(is_named)), self._send_lot)
        parts = [part.select(SENT) for part in (unnamed, sent) if not part.is_empty()]
        return StockSent.validate(pl.concat(parts)) if parts else StockSent.empty()

    def _read_figures(self, skus: pl.Series) -> pl.DataFrame:
        figures = [
            (row.offer_id, row.product_id, str(row.warehouse_id), row.free_stock, row.reserved)
            for lot in pl.DataFrame({"sku": skus.unique(maintain_order=True)}).iter_slices(self.FIGURES_MAX)
            for page in self.pages(paths.STOCKS, {"offer_id": lot["sku"].to_list(), "limit": self.FIGURES_MAX}, answers.STOCK_PAGE)
            for row in page.products
        ]
        return pl.DataFrame(figures, schema=FIGURE, orient="row")

    def _lots(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        """Either zeros or positives each."""
        kinds = [(is_alone, is_zero) for is_alone in (False, True) for is_zero in (True, False)]
        return [
            lot
            for is_alone, is_zero in kinds
            for lot in rows.filter((pl.col("is_alone") == is_alone) & ((pl.col("pcs") == 0) == is_zero)).iter_slices(
                1 if is_alone else self.PAIRS_MAX
            )
        ]

    def _send_lot(self, lot: pl.DataFrame) -> pl.DataFrame:
        if lot["pcs"][0] == 0:
            return isolated(lot, self._write)
        try:
            return self._write(lot)
        except Rejected as error:
            return _told_apart(lot, message_of(error.answer))

    def _write(self, lot: pl.DataFrame) -> pl.DataFrame:
        body = {"stocks": lot.select("product_id", "warehouse_id", stock="pcs").to_dicts()}
        is_zero = lot["pcs"][0] == 0
        told = self.tell(paths.SET_STOCKS, body, answers.ROW_ANSWERS, limits={ALL: 1, STOCKS: 1}, is_repeatable=is_zero)
        return judged(lot, rows_told(told), on=["product_id", "warehouse_id"], otherwise="channel_rejects")


def _told_apart(lot: pl.DataFrame, words: str) -> pl.DataFrame:
    """Positive figures of a batch that was refused whole: whether the good ones were applied Ozon does not say."""
    bad = [0] if lot.height == 1 else [int(number) for number in BAD_ROW.findall(words)]
    if not bad:
        return all_rows(lot, "refused", "batch_is_refused", vendors_words("batch_is_refused", words))
    is_bad = pl.int_range(pl.len()).is_in(bad)
    refused = all_rows(lot.filter(is_bad), "refused", "channel_rejects", vendors_words("channel_rejects", words))
    return pl.concat([refused, all_rows(lot.filter(~is_bad), "unknown", "outcome_is_unknown", sentence_of("outcome_is_unknown"))])


def _note(warehouse: answers.Warehouse) -> str | None:
    if warehouse.status != OPEN:
        return STATUSES.get(warehouse.status, f"не работает ({warehouse.status})")
    return "на паузе" if warehouse.pause_at else None
