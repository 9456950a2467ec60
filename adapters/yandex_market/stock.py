"""Stock of a Yandex Market business, told per warehouse, or per shop where there are warehouse groups."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

import polars as pl

from adapters.errors import Rejected
from adapters.lots import all_rows, isolated, send_lots, vendors_words
from adapters.yandex_market.answers import SHOP_STOCKED, WAREHOUSE_STOCKED, WRITTEN, OfferStocked, Written
from adapters.yandex_market.client import REFS, shop
from adapters.yandex_market.limits import SHOP_STOCK_READ, SHOP_STOCK_SENT, STOCK_READ, STOCK_SENT, of_business, of_campaign
from adapters.yandex_market.reasons import Complaints, complaints, complaints_of, others, refused, sent_without_the_bad
from adapters.yandex_market.warehouses import YandexMarketWarehouses
from validation.stock import StockSent, StockShown


class YandexMarketStock(YandexMarketWarehouses):
    """Shows and takes absolute figures. A positive one leaves at most once; a zero may be repeated.

    Attributes:
        pause_s: the Market sets no pause between two figures.
        shows_within_s: "up to several minutes", and a quarter of an hour at the worst.
    """

    figures_at_once = 1000
    pause_s = 0.0
    shows_within_s = 900.0

    ROWS_MAX = 2000
    # A body has at most 512 KB; a row is its SKU and about 110 bytes more.
    BYTES_MAX = 500_000
    ROW_BYTES = 130
    # A page has at most 100 rows, whatever is asked for; a list of SKUs is documented to come whole.
    STOCK_ASKED_MAX = 100
    SHOP_STOCK_ASKED_MAX = 500
    # A figure from the future is refused together with its batch, so a clock may be a minute fast.
    BEHIND = timedelta(minutes=1)

    def read_stock(self, listings: pl.DataFrame, warehouses: Sequence[str]) -> pl.DataFrame:
        """What the Market shows now.

        Args:
            listings: ``listing_id, channel_sku, refs``.
            warehouses: warehouses, or campaigns where there are warehouse groups.

        Returns:
            `StockShown`; a listing that is no longer there has no row.

        Raises:
            SyncError: the Market could not be asked.
        """
        known = listings.select("listing_id", offer_id=pl.col("refs").str.json_decode(REFS).struct.field("offer_id"))
        read = self._shop_offers if self._has_groups else self._offers_stocked
        rows = [
            (warehouse, offer.offer_id, *_figures(offer))
            for warehouse in warehouses
            for offer in read(warehouse, known["offer_id"].to_list())
        ]
        shown = pl.DataFrame(rows, schema=_SHOWN, orient="row").unique(["warehouse_ref", "offer_id"])
        return StockShown.validate(
            known.join(shown, on="offer_id")
            .select("listing_id", "warehouse_ref", "pcs", "reserved_pcs")
            .sort("warehouse_ref", "listing_id")
        )

    def send_stock(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Write absolute figures, zeros first, as true a minute ago by the instant they were decided.

        Args:
            offered: `StockOffered`.

        Returns:
            `StockSent`, one row per row offered. The Market has no word about single rows: accepted means that it took the batch, and
            what it shows decides. Of a refused batch of positive figures the rows it names are ``refused`` and the others ``unknown``.

        Raises:
            Retryable: nothing at all was written, and it may be tried again.
            Unauthorized: nothing at all was written, the key is bad.
        """
        updated_at = (self._clock.now() - self.BEHIND).isoformat(timespec="seconds")
        sent = send_lots(self._lots(offered), partial(self._send_lot, updated_at))
        return StockSent.validate(pl.concat([sent, pl.DataFrame(schema=_SENT)], how="diagonal").select(_SENT.keys()))

    def _lots(self, offered: pl.DataFrame) -> list[pl.DataFrame]:
        """Zeros, which are isolated from a bad row anyway; then positives; then those that go alone. Each lot within rows and bytes."""
        order = pl.when(pl.col("pcs") == 0).then(0).when(~pl.col("is_alone")).then(1).otherwise(2)
        place = pl.col("warehouse_ref") if self._has_groups else pl.lit("")
        row_bytes = pl.struct("offer_id").struct.json_encode().str.len_bytes().cast(pl.Int64) + self.ROW_BYTES
        group = ["order", "place"]
        return (
            offered.with_columns(offer_id=pl.col("refs").str.json_decode(REFS).struct.field("offer_id"), order=order, place=place)
            .sort("order", maintain_order=True)
            .with_columns(
                by_rows=pl.int_range(pl.len()).over(group) // pl.when(pl.col("order") == 2).then(1).otherwise(self.ROWS_MAX),
                by_bytes=row_bytes.cum_sum().over(group) // self.BYTES_MAX,
            )
            .partition_by(*group, "by_rows", "by_bytes", maintain_order=True)
        )

    def _send_lot(self, updated_at: str, lot: pl.DataFrame) -> pl.DataFrame:
        if lot["pcs"][0] == 0:
            write = partial(self._write, updated_at, is_repeatable=True)
            return isolated(lot, lambda part: sent_without_the_bad(part, write))
        found = self._write(updated_at, lot, is_repeatable=False)
        if found is None:
            return all_rows(lot, "accepted", None, None)
        if found.rows:
            rest = all_rows(others(lot, found.rows), "unknown", "outcome_is_unknown", vendors_words("outcome_is_unknown", found.words))
            return pl.concat([refused(lot, found.rows), rest])
        reason = found.reason if found.is_of_all or lot.height == 1 else "batch_is_refused"
        return all_rows(lot, "refused", reason, vendors_words(reason, found.words))

    def _write(self, updated_at: str, lot: pl.DataFrame, *, is_repeatable: bool) -> Complaints | None:
        """One call; what the Market complains of, none where it took all."""
        skus = lot["offer_id"].to_list()
        write = self._write_shop if self._has_groups else self._write_cabinet
        try:
            told = write(updated_at, lot, is_repeatable=is_repeatable)
        except Rejected as error:
            return complaints_of(error, skus, reason="channel_rejects")
        return None if told.status == "OK" else complaints(told.errors or (), skus, reason="channel_rejects")

    def _write_cabinet(self, updated_at: str, lot: pl.DataFrame, *, is_repeatable: bool) -> Written:
        rows = zip(lot["offer_id"], lot["warehouse_ref"], lot["pcs"], strict=True)
        items = [{"sku": sku, "partnerWarehouseId": int(warehouse), "count": pcs, "updatedAt": updated_at} for sku, warehouse, pcs in rows]
        path, limits = self.business("offers/stocks/update", version=3), of_business(STOCK_SENT)
        return self.tell("POST", path, {"skuItems": items}, WRITTEN, limits=limits, is_repeatable=is_repeatable)

    def _write_shop(self, updated_at: str, lot: pl.DataFrame, *, is_repeatable: bool) -> Written:
        rows = zip(lot["offer_id"], lot["pcs"], strict=True)
        skus = [{"sku": sku, "items": [{"count": pcs, "updatedAt": updated_at}]} for sku, pcs in rows]
        campaign = lot["warehouse_ref"][0]
        limits = of_campaign(campaign, SHOP_STOCK_SENT, lot.height)
        return self.tell("PUT", shop(campaign, "offers/stocks"), {"skus": skus}, WRITTEN, limits=limits, is_repeatable=is_repeatable)

    def _offers_stocked(self, warehouse: str, offer_ids: Sequence[str]) -> Iterator[OfferStocked]:
        path, limits = self.business("offers/stocks", version=3), of_business(STOCK_READ)
        for start in range(0, len(offer_ids), self.STOCK_ASKED_MAX):
            body = {"partnerWarehouseId": int(warehouse), "offerIds": list(offer_ids[start : start + self.STOCK_ASKED_MAX])}
            for page in self.pages("POST", path, WAREHOUSE_STOCKED, limits=limits, body=body):
                yield from page.result.offers

    def _shop_offers(self, campaign: str, offer_ids: Sequence[str]) -> Iterator[OfferStocked]:
        """Of the shop's own warehouse; a warehouse of the Market's that keeps returns may be in the list too."""
        own = {one.id for one in self.shop_warehouses if str(one.campaign_id) == campaign}
        if not own:
            raise Rejected(f"У магазина {campaign} нет склада на Яндекс Маркете. Проверьте номер в настройках.", system="yandex_market")
        for start in range(0, len(offer_ids), self.SHOP_STOCK_ASKED_MAX):
            asked = list(offer_ids[start : start + self.SHOP_STOCK_ASKED_MAX])
            limits = of_campaign(campaign, SHOP_STOCK_READ, len(asked))
            for page in self.pages("POST", shop(campaign, "offers/stocks"), SHOP_STOCKED, limits=limits, body={"offerIds": asked}):
                yield from (offer for place in page.result.warehouses if place.warehouse_id in own for offer in place.offers)


_SENT = {
    "listing_id": pl.Int64,
    "warehouse_ref": pl.String,
    "pcs": pl.Int64,
    "outcome": pl.String,
    "reason": pl.String,
    "sentence": pl.String,
}
_SHOWN = {"warehouse_ref": pl.String, "offer_id": pl.String, "pcs": pl.Int64, "reserved_pcs": pl.Int64}


def _figures(offer: OfferStocked) -> tuple[int | None, int | None]:
    """Pieces available and reserved; a kind that is not told has none, and nobody told a figure where nothing at all is told."""
    told: dict[str, int] = {}
    for stock in offer.stocks:
        told[stock.type] = told.get(stock.type, 0) + stock.count
    if not told and offer.updated_at is None:
        return None, None
    return told.get("AVAILABLE", 0), told.get("FREEZE", 0)
