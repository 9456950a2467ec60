"""Prices of a Wildberries cabinet: whole roubles, a price and a discount of it in whole per cent.

Source: POST /api/v2/upload/task, GET /api/v2/history/tasks, GET /api/v2/history/goods/task, POST /api/v2/list/goods/filter.
"""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from adapters.errors import ContractBroken, Rejected, Retryable, SyncError
from adapters.lots import BROKEN, all_rows, send_lots, vendors_words
from adapters.wildberries.answers import GOODS, PRICE_ROWS, UPLOAD, UPLOAD_HISTORY, PriceRow
from adapters.wildberries.client import REFS, WildberriesClient, words_of
from adapters.wildberries.limits import PRICES
from adapters.wildberries.reasons import ALREADY_SET, price_reason
from validation.prices import PriceSent, PriceShown
from validation.reasons import sentence_of

BATCH_MAX = 1000
RESULT_WAIT_S = 60.0
POLL_S = 2.0
DONE, CANCELLED = 3, 4
WITH_ERRORS = (5, 6)
ROW_DONE = 2

KOPECKS = 100
SENT = ("listing_id", "campaign_ref", "price_kopecks", "outcome", "reason", "sentence")


class WildberriesPrices(WildberriesClient):
    """`adapters.capabilities.SellsPrices`; a cabinet has one price for all, no campaigns."""

    def read_prices(self, listings: pl.DataFrame, campaigns: Sequence[str]) -> pl.DataFrame:
        """What each card asks after the seller's discount; nothing for campaigns, which do not exist here.

        A new card takes no price for up to half an hour; until Wildberries' prices know it, it has no row.
        """
        if campaigns and "" not in campaigns:
            listings = listings.clear()
        known = listings.select("listing_id", pl.col("refs").str.json_decode(REFS)).unnest("refs")
        shown = self._shown_prices(known["nm_id"].unique(maintain_order=True))
        read = known.join(shown, on=["nm_id", "chrt_id"], maintain_order="left")
        return PriceShown.validate(read.select("listing_id", pl.lit("").alias("campaign_ref"), "price_kopecks"))

    def send_prices(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Set prices, the crossed out one by a discount in whole per cent of it, and wait for the result up to a minute of shop time.

        A price without a crossed out one is set with discount 0. A crossed out one is taken only where a whole per cent of it gives our
        price to the kopeck: the buyer never sees another price than ours, nor a crossed out one that nobody set.

        Returns:
            `PriceSent`: ``pending`` where the minute was too short.
        """
        rows = _worded(offered)
        bad = rows.filter(pl.col("reason").is_not_null()).with_columns(outcome=pl.lit("refused"))
        lots = list(rows.filter(pl.col("reason").is_null()).drop("reason", "sentence").iter_slices(BATCH_MAX))
        sent = send_lots(lots, self._upload_prices) if lots else rows.clear().with_columns(outcome=pl.lit(None, pl.String))
        told = pl.concat([bad.select(SENT), *(self._settled_prices(part) for part in sent.partition_by("upload_ref", maintain_order=True))])
        return PriceSent.validate(told)

    def _upload_prices(self, lot: pl.DataFrame) -> pl.DataFrame:
        """The lot as an upload that is being processed; what is set already is accepted, a refusal that names nobody halves the lot."""
        data = lot.select(nmID="nm_id", price="roubles", discount="discount").to_dicts()
        connection = self._services["discounts-prices"]
        try:
            response = connection.call("POST", "/api/v2/upload/task", json={"data": data}, limits={PRICES: 1}, is_repeatable=True)
        except Rejected as error:
            words = words_of(error)
            same = self._already_set(lot) if ALREADY_SET in words else lot.clear()
            rest = lot.join(same, on="nm_id", how="anti", maintain_order="left")
            if rest.height == 1 and same.is_empty():
                return all_rows(lot, "refused", price_reason(words), vendors_words(price_reason(words), words))
            half = (rest.height + 1) // 2 if same.is_empty() else rest.height
            parts = [self._upload_prices(part) for part in rest.iter_slices(half)] if rest.height else []
            return pl.concat([all_rows(same, "accepted", None, None), *parts])
        taken = connection.read(response, UPLOAD, is_repeatable=True)
        return all_rows(lot.with_columns(upload_ref=pl.lit(taken.data.id, pl.Int64)), "pending", None, None)

    def _already_set(self, lot: pl.DataFrame) -> pl.DataFrame:
        """Rows of the lot whose price is what the cabinet asks already."""
        return lot.join(self._shown_prices(lot["nm_id"]), on=["nm_id", "chrt_id", "price_kopecks"], how="semi", maintain_order="left")

    def _settled_prices(self, part: pl.DataFrame) -> pl.DataFrame:
        """The rows of one upload with what became of them; rows of no upload as they are.

        The prices have left: an error while asking after them is theirs and not the whole call's.
        """
        upload_ref = part["upload_ref"][0]
        if upload_ref is None:
            return part.select(SENT)
        try:
            return self._result_of(upload_ref, part).select(SENT)
        except Retryable:
            return part.select(SENT)
        except SyncError as error:
            reason = BROKEN if isinstance(error, ContractBroken) else "price_outcome_is_unknown"
            return all_rows(part, "unknown", reason, error.sentence).select(SENT)

    def _result_of(self, upload_ref: int, part: pl.DataFrame) -> pl.DataFrame:
        status = self._wait_for(upload_ref)
        if status is None:
            return part
        if status == DONE:
            return all_rows(part, "accepted", None, None)
        if status == CANCELLED:
            return all_rows(part, "refused", "price_is_cancelled", sentence_of("price_is_cancelled"))
        return _told(part, self._price_rows(upload_ref))

    def _wait_for(self, upload_ref: int) -> int | None:
        """How the upload ended; none where it has not."""
        connection = self._services["discounts-prices"]
        until = self._clock.now() + timedelta(seconds=RESULT_WAIT_S)
        while True:
            response = connection.call("GET", "/api/v2/history/tasks", params={"uploadID": upload_ref}, limits={PRICES: 1})
            state = connection.read(response, UPLOAD_HISTORY, is_repeatable=True).data
            if state and state.status in (DONE, CANCELLED, *WITH_ERRORS):
                return state.status
            if self._clock.now() >= until:
                return None
            self._clock.sleep_until(self._clock.now() + timedelta(seconds=POLL_S))

    def _price_rows(self, upload_ref: int) -> list[PriceRow]:
        """What became of each row of an upload."""
        connection = self._services["discounts-prices"]
        rows: list[PriceRow] = []
        page: list[PriceRow] | None = None
        while page is None or len(page) == BATCH_MAX:
            params = {"limit": BATCH_MAX, "offset": len(rows), "uploadID": upload_ref}
            response = connection.call("GET", "/api/v2/history/goods/task", params=params, limits={PRICES: 1})
            page = connection.read(response, PRICE_ROWS, is_repeatable=True).data.history_goods or []
            rows += page
        return rows

    def _shown_prices(self, nm_ids: pl.Series) -> pl.DataFrame:
        """``nm_id, chrt_id, price_kopecks``: sizes of the cards that Wildberries' prices know; null for one without a price."""
        connection = self._services["discounts-prices"]
        rows: list[tuple[int, int, int | None]] = []
        for part in nm_ids.to_frame().iter_slices(BATCH_MAX):
            body = {"nmList": part.to_series().to_list()}
            response = connection.call("POST", "/api/v2/list/goods/filter", json=body, limits={PRICES: 1}, is_repeatable=True)
            page = connection.read(response, GOODS, is_repeatable=True)
            rows += [
                (goods.nm_id, size.size_id, int(size.discounted_price * KOPECKS) or None)
                for goods in page.data.list_goods
                for size in goods.sizes
            ]
        return pl.DataFrame(rows, schema={"nm_id": pl.Int64, "chrt_id": pl.Int64, "price_kopecks": pl.Int64}, orient="row")


def _worded(offered: pl.DataFrame) -> pl.DataFrame:
    """The rows in Wildberries' words, ``roubles`` and ``discount``; those that cannot be said so have their ``reason``.

    ``roubles · (100 − discount) = price in kopecks``, so a discount is whole only where the price divides by the crossed out roubles.
    """
    before = pl.coalesce("old_kopecks", "price_kopecks")
    roubles = before // KOPECKS
    reason = (
        pl.when((pl.col("price_kopecks") % KOPECKS != 0) | (before % KOPECKS != 0))
        .then(pl.lit("price_is_not_whole_roubles"))
        .when((before < pl.col("price_kopecks")) | (pl.col("price_kopecks") % roubles != 0))
        .then(pl.lit("old_price_needs_whole_percent"))
    )
    sentences = {code: sentence_of(code) for code in ("price_is_not_whole_roubles", "old_price_needs_whole_percent")}
    return (
        offered.with_columns(pl.col("refs").str.json_decode(REFS), upload_ref=pl.lit(None, pl.Int64), roubles=roubles, reason=reason)
        .unnest("refs")
        .with_columns(discount=100 - pl.col("price_kopecks") // pl.col("roubles"))
        .with_columns(sentence=pl.col("reason").replace_strict(sentences, default=None, return_dtype=pl.String))
    )


def _told(part: pl.DataFrame, rows: Sequence[PriceRow]) -> pl.DataFrame:
    """An upload that ended with errors, row by row; a row that is not told of is unknown."""
    said = [(row.nm_id, *_meaning(row)) for row in rows]
    schema = {"nm_id": pl.Int64, "outcome": pl.String, "reason": pl.String, "sentence": pl.String}
    # A card with prices by size is told of once per size; the worst counts.
    told = pl.DataFrame(said, schema=schema, orient="row").sort("outcome", descending=True).unique("nm_id", keep="first")
    untold = pl.col("outcome").is_null()
    return (
        part.drop("outcome", "reason", "sentence")
        .join(told, on="nm_id", how="left", maintain_order="left")
        .with_columns(
            outcome=pl.col("outcome").fill_null("unknown"),
            reason=pl.when(untold).then(pl.lit("price_outcome_is_unknown")).otherwise("reason"),
            sentence=pl.when(untold).then(pl.lit(sentence_of("price_outcome_is_unknown"))).otherwise("sentence"),
        )
    )


def _meaning(row: PriceRow) -> tuple[str, str | None, str | None]:
    words = row.error_text or ""
    if row.status == ROW_DONE or ALREADY_SET in words:
        return "accepted", None, None
    return "refused", price_reason(words), vendors_words(price_reason(words), words)
