"""Stock of a Wildberries cabinet: absolute figures per size and warehouse of the seller.

Source: PUT and POST /api/v3/stocks/{warehouseId}, GET /api/v3/warehouses. Names within a body are not looked at: a misspelt one is
answered 204 and changes nothing, so what was answered is never what counts; read back.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from adapters.errors import Rejected
from adapters.lots import all_rows, send_lots, vendors_words
from adapters.wildberries.answers import STOCKS as STOCKS_SHAPE
from adapters.wildberries.answers import WAREHOUSES as WAREHOUSES_SHAPE
from adapters.wildberries.answers import Warehouse
from adapters.wildberries.client import REFS, WildberriesClient, refusals, words_of
from adapters.wildberries.limits import STOCKS, WAREHOUSES
from adapters.wildberries.reasons import STOCK, WAREHOUSE_GONE, WHOLE
from validation.listings import WarehouseFound
from validation.reasons import sentence_of
from validation.stock import StockSent, StockShown

BATCH_MAX = 1000
PCS_MAX = 100_000
FBS = 1
NOT_FOUND = "NotFound"
SENT = ("listing_id", "warehouse_ref", "pcs", "outcome", "reason", "sentence")


class WildberriesStock(WildberriesClient):
    """`adapters.capabilities.SellsStock`. Wildberries does not say what it keeps for orders beside a figure."""

    figures_at_once = BATCH_MAX
    pause_s = 0.0
    shows_within_s = 0.0

    def read_stock(self, listings: pl.DataFrame, warehouses: Sequence[str]) -> pl.DataFrame:
        """What each listing shows in each of the warehouses; ``pcs`` null where it was never told."""
        known = listings.select("listing_id", pl.col("refs").str.json_decode(REFS)).unnest("refs")
        places = pl.DataFrame({"warehouse_ref": list(warehouses)}, schema={"warehouse_ref": pl.String})
        read = known.join(places, how="cross").join(
            self._shown_stock(known["chrt_id"], warehouses), on=["warehouse_ref", "chrt_id"], how="left", maintain_order="left"
        )
        return StockShown.validate(read.select("listing_id", "warehouse_ref", "pcs", reserved_pcs=pl.lit(None, pl.Int64)))

    def send_stock(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Write figures: zeros first, then the others, at last those that go alone.

        What Wildberries does with the good rows of a batch in which it names bad ones is not documented: in a batch of positive figures
        they are ``unknown``. Zeros are sent again without the bad ones.
        """
        over = pl.col("pcs") > PCS_MAX
        rows = offered.with_columns(pl.col("refs").str.json_decode(REFS)).unnest("refs")
        too_many = all_rows(rows.filter(over), "refused", "stock_is_too_big", sentence_of("stock_is_too_big"))
        lots = _lots(rows.filter(~over))
        sent = [send_lots(lots, self._send_stock_lot).select(SENT)] if lots else []
        return StockSent.validate(pl.concat([too_many.select(SENT), *sent]))

    def read_warehouses(self) -> pl.DataFrame:
        """The seller's warehouses; one that is being changed or that Wildberries does not take goods from takes no figures now."""
        found = [(str(one.id), one.name, (note := _note(one)) is None, note) for one in self._found_warehouses()]
        schema = {"warehouse_ref": pl.String, "name": pl.String, "is_open": pl.Boolean, "note": pl.String}
        return WarehouseFound.validate(pl.DataFrame(found, schema=schema, orient="row"))

    def _found_warehouses(self) -> list[Warehouse]:
        connection = self._services["marketplace"]
        response = connection.call("GET", "/api/v3/warehouses", limits={WAREHOUSES: 1})
        return connection.read(response, WAREHOUSES_SHAPE, is_repeatable=True)

    def _shown_stock(self, chrt_ids: pl.Series, warehouses: Sequence[str]) -> pl.DataFrame:
        connection = self._services["marketplace"]
        rows: list[tuple[str, int, int]] = []
        lots = [lot.to_series().to_list() for lot in chrt_ids.unique(maintain_order=True).to_frame().iter_slices(BATCH_MAX)]
        for warehouse in warehouses:
            for lot in lots:
                response = connection.call(
                    "POST", f"/api/v3/stocks/{warehouse}", json={"chrtIds": lot}, limits={STOCKS: 1}, is_repeatable=True
                )
                page = connection.read(response, STOCKS_SHAPE, is_repeatable=True)
                rows += [(warehouse, row.chrt_id, row.amount) for row in page.stocks]
        return pl.DataFrame(rows, schema={"warehouse_ref": pl.String, "chrt_id": pl.Int64, "pcs": pl.Int64}, orient="row")

    def _send_stock_lot(self, lot: pl.DataFrame) -> pl.DataFrame:
        is_zero = lot["pcs"][0] == 0
        body = {"stocks": lot.select(chrtId="chrt_id", amount="pcs").to_dicts()}
        try:
            self._services["marketplace"].call(
                "PUT", f"/api/v3/stocks/{lot['warehouse_ref'][0]}", json=body, limits={STOCKS: 1}, is_repeatable=is_zero
            )
        except Rejected as error:
            bad = _named(lot, error)
            if bad.is_empty():
                return self._refused_whole(lot, error, is_zero=is_zero)
            rest = lot.join(bad, on="chrt_id", how="anti", maintain_order="left")
            if rest.is_empty():
                return bad
            unknown = all_rows(rest, "unknown", "outcome_is_unknown", sentence_of("outcome_is_unknown"))
            return pl.concat([bad, self._send_stock_lot(rest) if is_zero else unknown])
        return all_rows(lot, "accepted", None, None)

    def _refused_whole(self, lot: pl.DataFrame, error: Rejected, *, is_zero: bool) -> pl.DataFrame:
        """A batch in which no row is named: about the warehouse, or about a row that has to be looked for."""
        reason, words = _reason_of_whole(error), words_of(error)
        if reason is None and lot.height == 1:
            codes = [str(one.get("code")) for one in refusals(error)]
            reason = next((STOCK[code] for code in codes if code in STOCK), "channel_rejects")
        if reason is not None:
            return all_rows(lot, "refused", reason, vendors_words(reason, words))
        if is_zero:
            return pl.concat([self._send_stock_lot(half) for half in lot.iter_slices((lot.height + 1) // 2)])
        return all_rows(lot, "refused", "batch_is_refused", vendors_words("batch_is_refused", words))


def _lots(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Batches of one warehouse, of zeros or of positive figures; rows that go alone are last and each a batch of its own."""
    is_positive = pl.col("pcs") > 0
    keys = ("is_alone", "is_positive", "warehouse_ref")
    size = pl.when("is_alone").then(1).otherwise(BATCH_MAX)
    return (
        rows.with_columns(is_positive=is_positive)
        .sort("is_alone", "is_positive", maintain_order=True)
        .with_columns(lot=pl.int_range(pl.len()).over(keys) // size)
        .partition_by(*keys, "lot", maintain_order=True)
    )


def _named(lot: pl.DataFrame, error: Rejected) -> pl.DataFrame:
    """The rows that a refusal names by their size, each with why."""
    said = {
        row["chrtId"]: (STOCK.get(str(one.get("code")), "channel_rejects"), str(one.get("message") or ""))
        for one in refusals(error)
        for row in _rows_of(one)
        if isinstance(row.get("chrtId"), int)
    }
    bad = all_rows(lot.filter(pl.col("chrt_id").is_in(list(said))), "refused", None, None)
    reasons = {chrt_id: reason for chrt_id, (reason, _) in said.items()}
    sentences = {chrt_id: vendors_words(reason, words) for chrt_id, (reason, words) in said.items()}
    return bad.with_columns(
        reason=pl.col("chrt_id").replace_strict(reasons, default=None, return_dtype=pl.String),
        sentence=pl.col("chrt_id").replace_strict(sentences, default=None, return_dtype=pl.String),
    )


def _rows_of(refusal: dict[str, Any]) -> list[dict[str, Any]]:
    data = refusal.get("data")
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def _reason_of_whole(error: Rejected) -> str | None:
    """Our reason where no row is to blame: the warehouse or the seller; none where one is."""
    told = refusals(error)
    for one in told:
        if one.get("code") in WHOLE:
            return WHOLE[one["code"]]
    # An unknown warehouse is one object; an unknown size is a list of them.
    is_one = not error.answer.lstrip().startswith(b"[")
    return WAREHOUSE_GONE if is_one and any(one.get("code") == NOT_FOUND for one in told) else None


def _note(warehouse: Warehouse) -> str | None:
    """Why it takes no figures now."""
    if warehouse.is_deleting:
        return "склад удаляется"
    if warehouse.is_processing:
        return "данные склада обновляются, остатки пока не принимаются"
    return None if warehouse.delivery_type == FBS else "склад не для доставки на склад Wildberries (FBS)"
