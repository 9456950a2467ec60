"""Which prices a channel is to be told, and what came of telling it.

A channel is compared with what it shows, not with what it answered.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from validation.prices import PriceDiffering, PriceOffered, PriceSent
from validation.quarantine import NONE_REFUSED

PRICE_REFUSED_WAITS = timedelta(hours=1)
"""A price that was refused is not offered again sooner, unless it changed."""
PLACE = ("listing_id", "campaign_ref")


def offer_prices(listings: pl.DataFrame, priced: pl.DataFrame) -> pl.DataFrame:
    """What each listing is to ask for.

    Args:
        listings: `ListingKept`.
        priced: ``item_id, campaign_ref, price_kopecks, old_kopecks`` of `prices`.

    Returns:
        `PriceOffered`. A listing without a price keeps the one it has; so does one whose item left 1C's export.
    """
    told = listings.filter("is_live").join(priced, on="item_id", maintain_order="left_right")
    return PriceOffered.validate(told.select(*PriceOffered.to_schema().columns))


def price_differences(offered: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """What the channel does not ask for as it should; prices that rise come first, as each minute costs the shop the difference.

    Args:
        offered: `PriceOffered`.
        shown: `PriceShown`; a listing without a row is not there to be written to.

    Returns:
        `PriceDiffering`.
    """
    both = offered.join(shown.rename({"price_kopecks": "shown_kopecks"}), on=PLACE, maintain_order="left")
    differing = both.filter(pl.col("price_kopecks").ne_missing(pl.col("shown_kopecks")))
    falls = (pl.col("price_kopecks") < pl.col("shown_kopecks")).fill_null(False)
    return PriceDiffering.validate(differing.sort(falls, maintain_order=True))


def prices_held_back(differing: pl.DataFrame, remembered: pl.DataFrame, now: datetime, *, shows_within_s: float = 0.0) -> pl.DataFrame:
    """Differences without the prices that the channel refused a short while ago, or took and may not show yet.

    Args:
        differing: `PriceDiffering`.
        remembered: `PriceRemembered`.
        now: the shop's instant.
        shows_within_s: how long a price that was taken may need until the channel shows it; 0: at once.

    Returns:
        `PriceDiffering`.
    """
    known = differing.join(remembered, on=PLACE, how="left", maintain_order="left")
    is_refused = (pl.col("price_kopecks") == pl.col("refused_kopecks")) & (pl.col("refused_at") > now - PRICE_REFUSED_WAITS)
    is_awaited = _is_taken() & (pl.col("accepted_at") > now - timedelta(seconds=shows_within_s))
    may_leave = ~pl.any_horizontal(is_refused, is_awaited).fill_null(False)
    return PriceDiffering.validate(known.filter(may_leave).select(differing.columns))


def prices_overdue(differing: pl.DataFrame, remembered: pl.DataFrame, now: datetime, *, shows_within_s: float) -> pl.DataFrame:
    """Prices that the channel took, and does not show although their time is over: `PriceSent`, refused as ``price_is_not_shown``.

    Args:
        differing: `PriceDiffering`, all of it.
        remembered: `PriceRemembered`.
        now: the shop's instant.
        shows_within_s: how long a price that was taken may need; 0: it is judged by the read-back that follows it.
    """
    known = differing.join(remembered, on=PLACE, maintain_order="left")
    is_late = _is_taken() & (pl.col("accepted_at") <= now - timedelta(seconds=shows_within_s)) & pl.col("refused_at").is_null()
    late = known.filter(is_late & (shows_within_s > 0)).rename({"shown_kopecks": "read_kopecks"})
    told = {"outcome": pl.lit("refused"), "reason": pl.lit("price_is_not_shown"), "sentence": _not_shown()}
    return PriceSent.validate(late.select(*PLACE, "price_kopecks", **told))


def settle_prices(
    differing: pl.DataFrame, sent: Sequence[pl.DataFrame], shown: pl.DataFrame, *, shows_within_s: float = 0.0
) -> pl.DataFrame:
    """What really became of each price, by what is read back after it.

    A price that equals ours was taken, whatever was answered; one that does not, after an answer of success, was not, unless the channel
    needs time to show it. What the vendor decides later stays pending.

    Args:
        differing: `PriceDiffering`, as sent.
        sent: `PriceSent`, as answered.
        shown: `PriceShown`, read after sending.
        shows_within_s: how long a price that was taken may need until the channel shows it; 0: at once.

    Returns:
        `PriceSent`.
    """
    read = (
        pl.concat(sent)
        .join(differing.select(PLACE), on=PLACE, maintain_order="left")
        .join(shown.rename({"price_kopecks": "read_kopecks"}), on=PLACE, how="left", maintain_order="left")
    )
    is_taken = (pl.col("read_kopecks") == pl.col("price_kopecks")).fill_null(False)
    is_unseen = (pl.col("outcome") == "accepted") & ~is_taken
    is_lie, is_awaited = is_unseen & (shows_within_s <= 0), is_unseen & (shows_within_s > 0)
    outcome = pl.when(is_taken).then(pl.lit("accepted")).when(is_lie).then(pl.lit("refused")).when(is_awaited).then(pl.lit("pending"))
    return PriceSent.validate(
        read.select(
            *PLACE,
            "price_kopecks",
            outcome=outcome.otherwise("outcome"),
            reason=pl.when(is_lie).then(pl.lit("price_is_not_shown")).when(~is_taken).then("reason"),
            sentence=pl.when(is_lie).then(_not_shown()).when(~is_taken).then("sentence"),
        )
    )


def price_outcomes(differing: pl.DataFrame, settled: pl.DataFrame | None = None) -> pl.DataFrame:
    """For people: ``channel_sku, campaign_ref, shown_kopecks, price_kopecks, outcome, sentence``.

    ``differing`` is the outcome of what was not sent at all.
    """
    if settled is None:
        told = differing.with_columns(outcome=pl.lit("differing"), sentence=pl.lit(None, pl.String))
    else:
        told = differing.join(settled.select(*PLACE, "outcome", "sentence"), on=PLACE, maintain_order="left")
    return told.select("channel_sku", "campaign_ref", "shown_kopecks", "price_kopecks", "outcome", "sentence")


def price_refusals(settled: pl.DataFrame, differing: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused` for the quarantine, one row per refused price, known by its code on the channel and its campaign."""
    refused = settled.filter(pl.col("outcome") == "refused").join(
        differing.select(*PLACE, "item_ref", "channel_sku", "shown_kopecks"), on=PLACE, maintain_order="left"
    )
    if refused.is_empty():
        return NONE_REFUSED
    return refused.select(
        entity=pl.lit("price"),
        key=price_key(),
        reason="reason",
        sentence="sentence",
        row=pl.lit(None, pl.Int64),
        payload=pl.struct("channel_sku", "campaign_ref", "item_ref", "price_kopecks", "shown_kopecks").struct.json_encode(),
    )


def price_key() -> pl.Expr:
    """What a refused price is known by: its code, and its campaign where it has one."""
    return pl.when(pl.col("campaign_ref") == "").then("channel_sku").otherwise(pl.format("{}|{}", "channel_sku", "campaign_ref"))


def _is_taken() -> pl.Expr:
    return pl.col("price_kopecks") == pl.col("accepted_kopecks")


def _not_shown() -> pl.Expr:
    asked, shown = _roubles("price_kopecks"), _roubles("read_kopecks").fill_null("без цены")
    return pl.format(
        "Площадка ответила успехом, но показывает {} вместо {}. Через час отправим снова; если не сменится, посмотрите карантин цен "
        "и акции в её кабинете.",
        shown,
        asked,
    )


def _roubles(column: str) -> pl.Expr:
    price = pl.col(column)
    return pl.format("{},{} ₽", price // 100, (price % 100).cast(pl.String).str.zfill(2))
