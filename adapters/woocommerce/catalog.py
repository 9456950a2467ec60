"""Our codes among the goods of a WooCommerce site."""

import polars as pl

from adapters.woocommerce.client import WooCommerceClient
from validation.quarantine import Judged, refuse
from validation.stock import ListingFound

SOLD_BY_PIECE = ("simple", "variation")


class WooCommerceCatalog(WooCommerceClient):
    """Finds products and variations by SKU."""

    def find_listings(self, skus: list[str]) -> Judged:
        """Codes found on the site.

        Args:
            skus: our codes; «КР-7/2» is as good as any, only a comma cannot be asked for (the filter's own separator).

        Returns:
            `ListingFound`, one row per code; `RowRefused` for a code with a comma, a code that several goods share, and a code of
            a card that is not sold by the piece itself (variable, grouped, external). A code in neither is not on the site.

        Raises:
            SyncError: the site could not be asked.
        """
        asked = pl.Series("sku", skus, dtype=pl.String)
        has_comma = asked.str.contains(",", literal=True)
        goods = self.read_goods(asked.filter(~has_comma)).with_columns(
            reason=pl.when(pl.len().over("sku") > 1)
            .then(pl.lit("sku_repeats_on_channel"))
            .when(~pl.col("type").is_in(SOLD_BY_PIECE))
            .then(pl.lit("is_not_sold_by_piece"))
        )
        unasked = asked.filter(has_comma).to_frame().with_columns(reason=pl.lit("sku_has_comma"))
        refused = pl.concat([unasked, goods.filter(pl.col("reason").is_not_null())], how="diagonal").unique(
            ["sku", "reason"], maintain_order=True
        )
        found = goods.filter(pl.col("reason").is_null()).select(
            channel_sku="sku", refs=pl.struct("id", "parent_id").struct.json_encode(), pcs="pcs"
        )
        return Judged(
            ListingFound.validate(found),
            refuse(refused.with_columns(row=pl.lit(None, pl.Int64)), entity="listing", key=pl.col("sku")),
        )
