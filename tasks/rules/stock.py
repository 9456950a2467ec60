"""What a channel is to show, what of that is worth sending, and what came of it.

A channel is compared with what it shows when read back, never with what it answered: a site may answer success and ignore a write
(DESIGN §4 rule 8).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from validation.quarantine import NONE_REFUSED, refuse
from validation.stock import ListingKept, StockDiffering, StockOffered, StockSent

GROWTH_REFUSED_WAITS = timedelta(hours=1)
"""A figure that would grow a listing and was refused is not offered again sooner; zeros and shrinks never wait."""


class Lanes(NamedTuple):
    """Two frames of `StockOffered`: what must leave first, because it stops sales of pieces that are not there, and the rest."""

    urgent: pl.DataFrame
    growth: pl.DataFrame


def offered_pcs() -> pl.Expr:
    """Nothing of an item that left 1C's export, else the pool, which may be negative."""
    return pl.when("is_live").then(pl.col("pcs").clip(lower_bound=0)).otherwise(pl.lit(0, pl.Int64))


def is_urgent() -> pl.Expr:
    """A zero, a shrink, and a listing that sells without limit because nobody manages its stock."""
    return (pl.col("pcs") == 0) | pl.col("shown_pcs").is_null() | (pl.col("pcs") < pl.col("shown_pcs"))


def offer(free: pl.DataFrame, listings: pl.DataFrame) -> pl.DataFrame:
    """What each listing is to show.

    Args:
        free: ``item_id, pcs``, one row per item that was ever counted at the channel's places.
        listings: `ListingKept`.

    Returns:
        `StockOffered`. A live item that 1C never counted is not offered at all: unknown is not zero.
    """
    counted = listings.join(free.select("item_id", "pcs"), on="item_id", how="left", maintain_order="left")
    known = counted.with_columns(pcs=offered_pcs()).drop_nulls("pcs")
    return StockOffered.validate(known.select("listing_id", "item_ref", "channel_sku", "refs", "pcs"))


def differences(offered: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """What the channel does not show as it should, in the order of sending: zeros, shrinks from the largest, then growth.

    Args:
        offered: `StockOffered`.
        shown: `StockShown`; a listing without a row is not there to be written to.

    Returns:
        `StockDiffering`.
    """
    both = offered.join(shown.rename({"pcs": "shown_pcs"}), on="listing_id", maintain_order="left")
    differing = both.filter(pl.col("pcs").ne_missing(pl.col("shown_pcs")))
    order = [pl.col("pcs") != 0, ~is_urgent(), pl.col("pcs") - pl.col("shown_pcs")]
    return StockDiffering.validate(differing.sort(order, nulls_last=False, maintain_order=True))


def held_back(differing: pl.DataFrame, listings: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Differences without the growth that the channel refused a short while ago.

    Args:
        differing: `StockDiffering`.
        listings: `ListingKept`.
        now: the shop's instant.

    Returns:
        `StockDiffering`.
    """
    refused = listings.filter(pl.col("refused_at") > now - GROWTH_REFUSED_WAITS).select("listing_id", pcs="refused_pcs")
    waiting = differing.filter(~is_urgent()).join(refused, on=["listing_id", "pcs"], how="semi")
    return differing.join(waiting, on="listing_id", how="anti", maintain_order="left")


def lanes(differing: pl.DataFrame) -> Lanes:
    """`StockDiffering` split for sending, order kept."""
    columns = list(StockOffered.to_schema().columns)
    return Lanes(differing.filter(is_urgent()).select(columns), differing.filter(~is_urgent()).select(columns))


def lost(listings: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Listings that the channel no longer has: `ListingKept`."""
    return listings.join(shown, on="listing_id", how="anti", maintain_order="left")


def settle(differing: pl.DataFrame, sent: Sequence[pl.DataFrame], shown: pl.DataFrame) -> pl.DataFrame:
    """What really became of each write, by the figure read back after it.

    A figure that equals ours was taken, whatever was answered. One below ours that has moved was taken and bought from. After an answer
    of success, anything else is refused as ``not_shown``.

    Args:
        differing: `StockDiffering`, as sent.
        sent: `StockSent` of each lane, as answered.
        shown: `StockShown`, read after sending.

    Returns:
        `StockSent`.
    """
    before = differing.select("listing_id", "shown_pcs")
    read = (
        pl.concat(sent)
        .join(before, on="listing_id", how="left", maintain_order="left")
        .join(shown.rename({"pcs": "read_pcs"}), on="listing_id", how="left", maintain_order="left")
    )
    moved_below = (pl.col("read_pcs") < pl.col("pcs")) & pl.col("read_pcs").ne_missing(pl.col("shown_pcs"))
    is_accepted = pl.col("outcome") == "accepted"
    is_taken = ((pl.col("read_pcs") == pl.col("pcs")) | (is_accepted & moved_below)).fill_null(False)
    is_lie = is_accepted & ~is_taken
    return StockSent.validate(
        read.select(
            "listing_id",
            "pcs",
            outcome=pl.when(is_taken).then(pl.lit("accepted")).when(is_lie).then(pl.lit("refused")).otherwise("outcome"),
            reason=pl.when(is_lie).then(pl.lit("not_shown")).when(~is_taken).then("reason"),
            sentence=pl.when(is_lie).then(_not_shown()).when(~is_taken).then("sentence"),
        )
    )


def outcomes(differing: pl.DataFrame, settled: pl.DataFrame | None = None) -> pl.DataFrame:
    """For people: ``channel_sku, shown_pcs, pcs, outcome, sentence``; ``differing`` is the outcome of what was not sent at all."""
    if settled is None:
        told = differing.with_columns(outcome=pl.lit("differing"), sentence=pl.lit(None, pl.String))
    else:
        told = differing.join(settled.select("listing_id", "outcome", "sentence"), on="listing_id", maintain_order="left")
    return told.select("channel_sku", "shown_pcs", "pcs", "outcome", "sentence")


def gone(lost: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused` for listings that the channel no longer has."""
    return refuse(
        lost.select("channel_sku", "item_ref", reason=pl.lit("listing_is_gone"), row=pl.lit(None, pl.Int64)),
        entity="listing",
        key=pl.col("channel_sku"),
    )


def refusals(settled: pl.DataFrame, differing: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused` for the quarantine, one row per refused write, known by its code on the channel."""
    refused = settled.filter(pl.col("outcome") == "refused").join(
        differing.select("listing_id", "item_ref", "channel_sku", "shown_pcs"), on="listing_id", maintain_order="left"
    )
    evidence = pl.struct("channel_sku", "item_ref", "pcs", "shown_pcs").struct.json_encode()
    rows = refused.select(
        entity=pl.lit("stock"),
        key="channel_sku",
        reason="reason",
        sentence="sentence",
        row=pl.lit(None, pl.Int64),
        payload=evidence,
    )
    return rows if rows.height else NONE_REFUSED


def _not_shown() -> pl.Expr:
    figure = pl.col("read_pcs").cast(pl.String).fill_null("не ведёт остаток")
    return pl.format(
        "Сайт ответил успехом, но показывает {} вместо {}. Остаток на нём не изменился: "
        "проверьте, не правит ли его плагин или другая программа.",
        figure,
        "pcs",
    )


def would_be_listed(searched: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """`ListingKept` as it would be after saving the matches, under numbers below zero: for a run that writes nothing.

    Args:
        searched: ``item_id, item_ref, channel_sku``.
        found: `ListingFound`.
    """
    nothing = {"refused_pcs": pl.lit(None, pl.Int64), "refused_at": pl.lit(None, pl.Datetime("us", "UTC"))}
    matched = searched.join(found.select("channel_sku", "refs"), on="channel_sku", maintain_order="left")
    numbered = matched.with_columns(listing_id=-1 - pl.int_range(pl.len()), is_live=pl.lit(True), **nothing)
    return ListingKept.validate(numbered.select(ListingKept.to_schema().columns.keys()))
