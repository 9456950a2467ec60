"""Cards of a Wildberries cabinet: found by the seller's code, made, overwritten, and what became of that."""

from collections.abc import Sequence

import polars as pl

from adapters.wildberries.card_results import WildberriesCardResults
from adapters.wildberries.card_sending import WildberriesCardSending
from validation.listings import ListingFound
from validation.quarantine import Judged, refuse


class WildberriesCatalog(WildberriesCardSending, WildberriesCardResults):
    """`adapters.capabilities.SellsCatalog`."""

    def find_listings(self, skus: Sequence[str]) -> Judged:
        """Our codes among the seller's codes, compared letter by letter; the whole list of cards is read, unless there are none.

        Returns:
            `ListingFound` with ``refs`` ``{"nm_id", "chrt_id"}``; `RowRefused` for a card with several sizes, of which our code cannot
            tell which, and for a code that several cards share.
        """
        asked = set(skus)
        read = self.read_cards() if asked else ()
        cards = {card.nm_id: card for card in read if card.vendor_code in asked and card.sizes}
        found = pl.DataFrame(
            [(card.vendor_code, card.nm_id, card.sizes[0].chrt_id, len(card.sizes)) for card in cards.values()],
            schema={"channel_sku": pl.String, "nm_id": pl.Int64, "chrt_id": pl.Int64, "sizes": pl.Int64},
            orient="row",
        ).with_columns(
            reason=pl.when(pl.len().over("channel_sku") > 1)
            .then(pl.lit("sku_repeats_on_channel"))
            .when(pl.col("sizes") > 1)
            .then(pl.lit("card_has_sizes")),
            row=pl.lit(None, pl.Int64),
        )
        good = found.filter(pl.col("reason").is_null())
        bad = found.filter(pl.col("reason").is_not_null()).unique("channel_sku", keep="first", maintain_order=True)
        return Judged(
            ListingFound.validate(good.select("channel_sku", refs=pl.struct("nm_id", "chrt_id").struct.json_encode())),
            refuse(bad, entity="listing", key=pl.col("channel_sku")),
        )
