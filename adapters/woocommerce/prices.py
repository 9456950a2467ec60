"""Prices of a WooCommerce site: written so that it cannot misread them, and looked at in its answer."""

from collections.abc import Sequence

import polars as pl

from adapters.errors import Rejected
from adapters.lots import isolated, send_lots
from adapters.woocommerce import answers, paths
from adapters.woocommerce.goods import REFS, WooCommerceGoods
from adapters.woocommerce.money import kopecks, roubles
from adapters.woocommerce.reasons import judged, refused, rows_told
from validation.prices import PriceSent, PriceShown

SENT = list(PriceSent.to_schema().columns)
SHOWN = {"id": pl.Int64(), "regular_price": pl.String(), "sale_price": pl.String(), "on_sale": pl.Boolean()}


class WooCommercePrices(WooCommerceGoods):
    """Asks one price everywhere. A price crossed out is the regular one, and what the buyer pays is the sale price then."""

    def read_prices(self, listings: pl.DataFrame, campaigns: Sequence[str] = ("",)) -> pl.DataFrame:
        """What buyers pay now.

        Args:
            listings: ``listing_id, channel_sku, refs``.
            campaigns: the site knows one price, the empty one.

        Returns:
            `PriceShown`; null where there is no price or it is no amount of whole kopecks. A listing that is no longer there has no row.

        Raises:
            SyncError: the site could not be asked.
        """
        goods = self.read_goods(listings["channel_sku"]).goods
        known = listings.select("listing_id", "channel_sku", pl.col("refs").str.json_decode(REFS)).unnest("refs")
        shown = known.join(goods, left_on=["channel_sku", "id"], right_on=["sku", "id"], maintain_order="left")
        told = pl.DataFrame({"campaign_ref": list(campaigns)}, schema={"campaign_ref": pl.String})
        priced = shown.join(told, how="cross").select("listing_id", "campaign_ref", price_kopecks=_paid())
        return PriceShown.validate(priced)

    def send_prices(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Set prices, at most 100 in a call, variations under their product.

        Args:
            offered: `PriceOffered`; ``old_kopecks`` that is not above the price is no old price.

        Returns:
            `PriceSent`; refused as ``price_is_misread`` where the site answers with another price than the one sent.

        Raises:
            Retryable: nothing at all was sent, and it may be tried again.
            Unauthorized: nothing at all was sent, the keys are bad.
        """
        old = pl.when(pl.col("old_kopecks") > pl.col("price_kopecks")).then("old_kopecks")
        lots = (
            offered.with_columns(pl.col("refs").str.json_decode(REFS), regular_kopecks=pl.coalesce(old, "price_kopecks"))
            .unnest("refs")
            .with_columns(
                regular_price=roubles(pl.col("regular_kopecks")),
                sale_price=pl.when(old.is_null()).then(pl.lit("")).otherwise(roubles(pl.col("price_kopecks"))),
                lot=pl.int_range(pl.len()).over("parent_id") // self.BATCH_MAX,
            )
            .partition_by("parent_id", "lot", maintain_order=True)
        )
        sent = send_lots(lots, lambda lot: isolated(lot, self._send_prices))
        return PriceSent.validate(sent.select(SENT)) if lots else PriceSent.empty()

    def _send_prices(self, lot: pl.DataFrame) -> pl.DataFrame:
        items = lot.select("id", "regular_price", "sale_price").to_dicts()
        try:
            told = self.tell("POST", paths.batch(lot["parent_id"][0]), {"update": items}, answers.REPRICED, is_repeatable=True)
        except Rejected as error:
            if lot.height > 1:
                raise
            return refused(lot, error, otherwise="price_is_refused")
        return judged(lot, _compared(lot, told.update), on="id", otherwise="price_is_refused")


def _compared(lot: pl.DataFrame, rows: Sequence[answers.Failed | answers.Priced]) -> pl.DataFrame:
    """What the site said of each row; ``fault`` where it has taken another price than the one sent."""
    taken = [(row.id, row.regular_price, row.sale_price, row.on_sale) for row in rows if isinstance(row, answers.Priced)]
    shown = pl.DataFrame(taken, schema=SHOWN, orient="row").select("id", regular=kopecks(pl.col("regular_price")), paid=_paid())
    is_as_sent = (pl.col("regular") == pl.col("regular_kopecks")) & (pl.col("paid") == pl.col("price_kopecks"))
    wanted = lot.select("id", "regular_kopecks", "price_kopecks").join(shown.unique("id"), on="id")
    misread = wanted.filter(~is_as_sent.fill_null(False)).select("id", fault=pl.lit("price_is_misread"))
    return rows_told(rows).join(misread.unique("id"), on="id", how="left", maintain_order="left")


def _paid() -> pl.Expr:
    """The sale price while the sale lasts, else the regular one."""
    is_on_sale = pl.col("on_sale") & (pl.col("sale_price") != "")
    return kopecks(pl.when(is_on_sale).then("sale_price").otherwise("regular_price"))
