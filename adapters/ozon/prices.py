"""Prices of an Ozon cabinet.

Source: `reference/marketplaces.md` §2; https://docs.ozon.ru/api/seller/#operation/ProductAPI_ImportProductsPrices
"""

from collections.abc import Sequence

import polars as pl

from adapters.lots import isolated, send_lots
from adapters.ozon import answers, paths
from adapters.ozon.client import OzonClient
from adapters.ozon.limits import PRICES
from adapters.ozon.money import kopecks, roubles
from adapters.ozon.reasons import judged, rows_told
from adapters.ozon.refs import product_id
from validation.prices import PriceSent, PriceShown

SHOWN = {"product_id": pl.Int64(), "price_kopecks": pl.Int64()}
SENT = list(PriceSent.to_schema().columns)


class OzonPrices(OzonClient):
    """Asks one price for the whole country. A product's price may change ten times an hour."""

    # https://docs.ozon.ru/api/seller/#operation/ProductAPI_GetProductInfoPrices, and of the products asked for all fit a page
    PRICES_MAX = 1000

    def read_prices(self, listings: pl.DataFrame, campaigns: Sequence[str] = ("",)) -> pl.DataFrame:
        """What Ozon asks for, before its own discounts.

        Args:
            listings: ``listing_id, channel_sku, refs``.
            campaigns: Ozon knows the whole account only, the empty one.

        Returns:
            `PriceShown`; a listing that is no longer there, or is in the archive, has no row.

        Raises:
            SyncError: Ozon could not be asked.
        """
        known = listings.select("listing_id", product_id=product_id()).unique("product_id", maintain_order=True)
        shown = [
            (product.product_id, kopecks(product.price.price) if product.price.price else None)
            for lot in known.iter_slices(self.PRICES_MAX)
            for product in self.ask(paths.PRICES, _question(lot, self.PRICES_MAX), answers.PRICED_PRODUCTS).items
        ]
        both = known.join(pl.DataFrame(shown, schema=SHOWN, orient="row"), on="product_id", maintain_order="left")
        told = pl.DataFrame({"campaign_ref": list(campaigns)}, schema={"campaign_ref": pl.String})
        return PriceShown.validate(both.join(told, how="cross").select("listing_id", "campaign_ref", "price_kopecks"))

    def send_prices(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Set prices, at most 1000 in a call; a price crossed out before goes where there is none.

        Args:
            offered: `PriceOffered`.

        Returns:
            `PriceSent`; ``unsent`` where the product's price has changed too often in this hour.

        Raises:
            Retryable: nothing at all was sent, and it may be tried again.
            Unauthorized: nothing at all was sent, the key is bad.
        """
        rows = offered.with_columns(
            product_id=product_id(),
            price=roubles(pl.col("price_kopecks")),
            old_price=roubles(pl.col("old_kopecks")).fill_null("0"),
        )
        sent = send_lots(list(rows.iter_slices(self.PRICES_MAX)), lambda lot: isolated(lot, self._send_prices))
        return PriceSent.validate(sent.select(SENT)) if not rows.is_empty() else PriceSent.empty()

    def _send_prices(self, lot: pl.DataFrame) -> pl.DataFrame:
        body = {"prices": lot.select("product_id", "price", "old_price").to_dicts()}
        told = self.tell(paths.SET_PRICES, body, answers.ROW_ANSWERS, limits={PRICES: 1}, is_repeatable=True)
        return judged(lot, rows_told(told), on=["product_id"], otherwise="price_is_refused")


def _question(lot: pl.DataFrame, limit: int) -> dict[str, object]:
    """Numbers go as text there."""
    return {"filter": {"product_id": lot["product_id"].cast(pl.String).to_list(), "visibility": "ALL"}, "limit": limit}
