"""Our codes among the goods of a WooCommerce site."""

from collections.abc import Sequence

import polars as pl

from adapters.woocommerce.goods import WooCommerceGoods
from validation.listings import ListingFound
from validation.quarantine import Judged, refuse

SOLD_BY_PIECE = ("simple", "variation")


class WooCommerceCatalog(WooCommerceGoods):
    """Finds products and variations by SKU."""

    def find_listings(self, skus: Sequence[str]) -> Judged:
        """Codes found on the site.

        Args:
            skus: our codes; «КР-7/2» is as good as any.

        Returns:
            `ListingFound`, one row per code; `RowRefused` for a blank code (asked for it, a site shows everything), a code with a comma
            that too many goods of the site hold to be told from them, a code that several goods share, and a code of a card that is not
            sold by the piece itself (variable, grouped, external). A code in neither is not on the site.

        Raises:
            SyncError: the site could not be asked.
        """
        codes = pl.Series("sku", skus, dtype=pl.String)
        is_blank = codes.str.strip_chars() == ""
        blank = codes.filter(is_blank).unique().to_frame().with_columns(reason=pl.lit("sku_is_illegal"))
        read = self.read_goods(codes.filter(~is_blank))
        unasked = pl.DataFrame({"sku": read.unasked}, schema={"sku": pl.String}).with_columns(reason=pl.lit("sku_has_comma"))
        goods = read.goods.join(unasked, on="sku", how="anti").with_columns(
            reason=pl.when(pl.len().over("sku") > 1)
            .then(pl.lit("sku_repeats_on_channel"))
            .when(~pl.col("type").is_in(SOLD_BY_PIECE))
            .then(pl.lit("is_not_sold_by_piece"))
        )
        refused = pl.concat([blank, unasked, goods.filter(pl.col("reason").is_not_null())], how="diagonal").unique(
            ["sku", "reason"], maintain_order=True
        )
        found = goods.filter(pl.col("reason").is_null()).select(channel_sku="sku", refs=pl.struct("id", "parent_id").struct.json_encode())
        return Judged(
            ListingFound.validate(found),
            refuse(refused.with_columns(row=pl.lit(None, pl.Int64)), entity="listing", key=pl.col("sku")),
        )
