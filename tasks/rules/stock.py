"""What a channel is to show, what of that is worth sending, and what came of it.

A channel is compared with what it shows when read back, never with what it answered: a site may answer success and ignore a write
(DESIGN §4 rule 8).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from validation.listings import ListingKept
from validation.quarantine import NONE_REFUSED, refuse
from validation.stock import StockDiffering, StockOffered, StockSent

GRAIN = ["listing_id", "warehouse_ref"]
GROWTH_REFUSED_WAITS = timedelta(hours=1)
"""A figure that would grow a listing and was refused is not offered again sooner; zeros and shrinks never wait."""
CARD_RIPENS_IN = timedelta(minutes=2)
"""A card that its channel has not finished yet takes no figure; it is tried again so soon."""
ZERO_AGAIN_S = 15.0
"""A 0 that is not shown yet is not sent again sooner."""
WITH_OTHERS = "batch_is_refused"
"""Nobody knows whether this very figure was meant: it goes alone the next time, and that is not put off."""


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


def offer(free: pl.DataFrame, listings: pl.DataFrame, kept: pl.DataFrame, warehouses: Sequence[str]) -> pl.DataFrame:
    """What each listing is to show.

    Args:
        free: ``warehouse_ref, item_id, pcs``, one row per warehouse of the channel and item that was ever counted at all.
        listings: `ListingKept`.
        kept: `StockKept`.
        warehouses: of the channel.

    Returns:
        `StockOffered`. A live item that 1C never counted is not offered at all: unknown is not zero.
    """
    everywhere = listings.join(pl.DataFrame({"warehouse_ref": warehouses}), how="cross", maintain_order="left_right")
    counted = everywhere.join(free, on=["warehouse_ref", "item_id"], how="left", maintain_order="left")
    known = (
        counted.with_columns(pcs=offered_pcs())
        .drop_nulls("pcs")
        .join(refused_with_others(kept), on=GRAIN, how="left", maintain_order="left")
    )
    return StockOffered.validate(known.with_columns(pl.col("is_alone").fill_null(False)).select(StockOffered.to_schema().columns.keys()))


def refused_with_others(kept: pl.DataFrame) -> pl.DataFrame:
    """``listing_id, warehouse_ref, is_alone`` of what goes in a batch of its own the next time.

    Args:
        kept: `StockKept`.
    """
    return kept.filter(pl.col("refused_reason") == WITH_OTHERS).select(*GRAIN, is_alone=pl.lit(True))


def differences(offered: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """What the channel does not show as it should, in the order of sending: zeros, shrinks from the largest, then growth.

    Args:
        offered: `StockOffered`.
        shown: `StockShown`; a listing without a row is not there to be written to. Where a channel has several warehouses, one for which
            it has no figure sells nothing.

    Returns:
        `StockDiffering`.
    """
    untold = pl.when(pl.col("warehouse_ref") != "").then(pl.col("pcs").fill_null(0)).otherwise("pcs")
    both = offered.join(shown.select(*GRAIN, shown_pcs=untold), on=GRAIN, maintain_order="left")
    differing = both.filter(pl.col("pcs").ne_missing(pl.col("shown_pcs")))
    order = [pl.col("pcs") != 0, ~is_urgent(), pl.col("pcs") - pl.col("shown_pcs")]
    return StockDiffering.validate(differing.sort(order, nulls_last=False, maintain_order=True))


def agreeing(offered: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """What the channel shows as it should: `StockOffered`. Whatever was wrong with such a figure is over."""
    return offered.join(shown, on=GRAIN, how="semi").join(differences(offered, shown), on=GRAIN, how="anti", maintain_order="left")


def held_back(differing: pl.DataFrame, kept: pl.DataFrame, now: datetime, *, pause_s: float, shows_within_s: float) -> pl.DataFrame:
    """Differences without those whose time has not come.

    Growth that the channel refused a short while ago, a figure that left a short while ago and may not be shown yet, and whatever comes
    sooner after the last one than the channel allows.

    Args:
        differing: `StockDiffering`.
        kept: `StockKept`.
        now: the shop's instant.
        pause_s: the shortest time between two figures of one listing and warehouse.
        shows_within_s: how long a figure may take until the channel shows it.

    Returns:
        `StockDiffering`.
    """
    known = differing.join(kept, on=GRAIN, how="left", maintain_order="left")
    is_refused = ~is_urgent() & (pl.col("pcs") == pl.col("refused_pcs")) & (pl.col("refused_at") > now - _waits())
    is_paused = pl.col("sent_at") > now - timedelta(seconds=pause_s)
    is_awaited = (pl.col("pcs") == pl.col("sent_pcs")) & (pl.col("sent_at") > now - timedelta(seconds=shows_within_s))
    may_leave = ~pl.any_horizontal(is_refused, is_paused, is_awaited).fill_null(False)
    return known.filter(may_leave).select(differing.columns)


def may_be_told(known: pl.DataFrame, now: datetime, *, pause_s: float, shows_within_s: float) -> pl.DataFrame:
    """With ``may_write``: a positive figure may go to a listing now, and ``may_freeze``: a 0 may.

    Args:
        known: with ``write_pcs, told_at, refused_at, refused_reason``: the unsettled write, when a figure last left, what was refused.
        now: the shop's instant.
        pause_s: the shortest time between two figures of one listing and warehouse.
        shows_within_s: how long a figure may take until the channel shows it.
    """
    is_paused = (pl.col("told_at") > now - timedelta(seconds=pause_s)).fill_null(False)
    is_refused = (pl.col("refused_at") > now - _waits()).fill_null(False)
    again = timedelta(seconds=max(pause_s, shows_within_s, ZERO_AGAIN_S))
    is_awaited = ((pl.col("write_pcs") == 0) & (pl.col("told_at") > now - again)).fill_null(False)
    return known.with_columns(may_write=~is_paused & ~is_refused, may_freeze=~is_paused & ~is_awaited)


def is_at_rest() -> pl.Expr:
    """A listing that shows all it may sell and all it is to sell, and of which nothing is under way."""
    is_open = (pl.col("phase") == "open") & pl.col("frozen_for").is_null() & pl.col("write_pcs").is_null() & ~pl.col("is_alive")
    shows = pl.col("shown_pcs").eq_missing(pl.col("exposed_pcs")) & pl.col("target_pcs").is_not_null()
    return is_open & shows & (pl.col("target_pcs") == pl.col("shown_pcs"))


def _waits() -> pl.Expr:
    reason = pl.col("refused_reason")
    soon = pl.when(reason == WITH_OTHERS).then(timedelta(0)).when(reason == "card_is_not_ready").then(CARD_RIPENS_IN)
    return soon.otherwise(GROWTH_REFUSED_WAITS)


def overdue(differing: pl.DataFrame, kept: pl.DataFrame, now: datetime, *, shows_within_s: float) -> pl.DataFrame:
    """Figures that the channel took, and has not shown although its time is over: `StockSent`, refused as ``not_shown``.

    Args:
        differing: `StockDiffering`, all of it.
        kept: `StockKept`.
        now: the shop's instant.
        shows_within_s: how long a figure may take until the channel shows it; 0: it is judged by the read-back that follows it.
    """
    known = differing.join(kept, on=GRAIN, maintain_order="left")
    is_late = (pl.col("pcs") == pl.col("sent_pcs")) & (pl.col("sent_at") <= now - timedelta(seconds=shows_within_s))
    is_silent = pl.col("refused_at").is_null() | (pl.col("refused_reason") == "not_shown")
    late = known.filter(is_late & is_silent & (shows_within_s > 0)).rename({"shown_pcs": "read_pcs"})
    told = {"outcome": pl.lit("refused"), "reason": pl.lit("not_shown"), "sentence": _not_shown()}
    return StockSent.validate(late.select(*GRAIN, "pcs", **told))


def ignored(listings: pl.DataFrame, shown: pl.DataFrame, writes: Sequence[tuple[int, str, int]]) -> pl.DataFrame:
    """`RowRefused` for writes that came to rest without an effect, whatever was answered; they are not put off for it.

    Args:
        listings: `ListingKept`.
        shown: `StockShown`.
        writes: listing, warehouse and figure.
    """
    if not writes:
        return NONE_REFUSED
    schema = {"listing_id": pl.Int64, "warehouse_ref": pl.String, "pcs": pl.Int64}
    made = pl.DataFrame(list(writes), schema=schema, orient="row").join(listings, on="listing_id", maintain_order="left")
    read = made.join(shown.select(*GRAIN, read_pcs="pcs"), on=GRAIN, how="left", maintain_order="left")
    told = {"outcome": pl.lit("refused"), "reason": pl.lit("not_shown"), "sentence": _not_shown()}
    return refusals(read.select(*GRAIN, "pcs", **told), read.rename({"read_pcs": "shown_pcs"}))


def lanes(differing: pl.DataFrame) -> Lanes:
    """`StockDiffering` split for sending, order kept; what else a row carries goes with it."""
    rows = differing.drop("shown_pcs")
    return Lanes(rows.filter(differing.select(is_urgent()).to_series()), rows.filter(differing.select(~is_urgent()).to_series()))


def lost(listings: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Listings that the channel no longer has: `ListingKept`."""
    return listings.join(shown, on="listing_id", how="anti", maintain_order="left")


def shown_since(kept: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Figures of earlier runs of which nobody knew what became, and which the channel shows now: `StockSent`, accepted.

    Args:
        kept: `StockKept`.
        shown: `StockShown`.
    """
    read = kept.filter("is_open").join(shown.select(*GRAIN, "pcs"), on=GRAIN).filter(pl.col("pcs") == pl.col("sent_pcs"))
    nothing = {"reason": pl.lit(None, pl.String), "sentence": pl.lit(None, pl.String)}
    return StockSent.validate(read.select(*GRAIN, "pcs", outcome=pl.lit("accepted"), **nothing))


def settle(differing: pl.DataFrame, sent: Sequence[pl.DataFrame], shown: pl.DataFrame, *, shows_within_s: float) -> pl.DataFrame:
    """What really became of each write, by the figure read back after it.

    A figure that equals ours was taken, whatever was answered. One below ours that has moved was taken and bought from. After an answer
    of success, anything else is refused as ``not_shown``, or ``pending`` where the channel needs a while to show it.

    Args:
        differing: `StockDiffering`, as sent.
        sent: `StockSent` of each lane, as answered.
        shown: `StockShown`, read after sending.
        shows_within_s: how long a figure may take until the channel shows it.

    Returns:
        `StockSent`.
    """
    before = differing.select(*GRAIN, "shown_pcs")
    read = (
        pl.concat(sent)
        .join(before, on=GRAIN, how="left", maintain_order="left")
        .join(shown.select(*GRAIN, read_pcs="pcs"), on=GRAIN, how="left", maintain_order="left")
    )
    moved_below = (pl.col("read_pcs") < pl.col("pcs")) & pl.col("read_pcs").ne_missing(pl.col("shown_pcs"))
    is_accepted = pl.col("outcome") == "accepted"
    is_taken = ((pl.col("read_pcs") == pl.col("pcs")) | (is_accepted & moved_below)).fill_null(False)
    is_hidden = is_accepted & ~is_taken
    is_lie = is_hidden & (shows_within_s == 0)
    outcome = pl.when(is_taken).then(pl.lit("accepted")).when(is_lie).then(pl.lit("refused")).when(is_hidden).then(pl.lit("pending"))
    return StockSent.validate(
        read.select(
            *GRAIN,
            "pcs",
            outcome=outcome.otherwise("outcome"),
            reason=pl.when(is_lie).then(pl.lit("not_shown")).when(~is_taken).then("reason"),
            sentence=pl.when(is_lie).then(_not_shown()).when(~is_taken).then("sentence"),
        )
    )


def outcomes(differing: pl.DataFrame, settled: pl.DataFrame | None = None) -> pl.DataFrame:
    """For people: ``channel_sku, warehouse_ref, shown_pcs, pcs, outcome, sentence``; what was not sent at all is ``differing``."""
    if settled is None:
        told = differing.with_columns(outcome=pl.lit("differing"), sentence=pl.lit(None, pl.String))
    else:
        told = differing.join(settled.select(*GRAIN, "outcome", "sentence"), on=GRAIN, maintain_order="left")
    return told.select("channel_sku", "warehouse_ref", "shown_pcs", "pcs", "outcome", "sentence")


def gone(lost: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused` for listings that the channel no longer has."""
    return refuse(
        lost.select("channel_sku", "item_ref", reason=pl.lit("listing_is_gone"), row=pl.lit(None, pl.Int64)),
        entity="listing",
        key=pl.col("channel_sku"),
    )


def refusals(settled: pl.DataFrame, differing: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused` for the quarantine, one row per refused write, known by its code on the channel and the warehouse there."""
    named = differing.select(*GRAIN, "item_ref", "channel_sku", "shown_pcs")
    refused = settled.filter(pl.col("outcome") == "refused").join(named, on=GRAIN, maintain_order="left")
    evidence = pl.struct("channel_sku", "warehouse_ref", "item_ref", "pcs", "shown_pcs").struct.json_encode()
    rows = refused.select(
        entity=pl.lit("stock"),
        key=stock_key(),
        reason="reason",
        sentence="sentence",
        row=pl.lit(None, pl.Int64),
        payload=evidence,
    )
    return rows if rows.height else NONE_REFUSED


def stock_key() -> pl.Expr:
    """What a figure is known by in the quarantine: the code, and the warehouse where the channel has several."""
    return pl.when(pl.col("warehouse_ref") == "").then("channel_sku").otherwise(pl.format("{}|{}", "channel_sku", "warehouse_ref"))


def _not_shown() -> pl.Expr:
    figure = pl.col("read_pcs").cast(pl.String).fill_null("не ведёт остаток")
    return pl.format(
        "Площадка ответила успехом, но показывает {} вместо {}. Остаток на ней не изменился: "
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
    matched = searched.join(found.select("channel_sku", "refs"), on="channel_sku", maintain_order="left")
    numbered = matched.with_columns(listing_id=-1 - pl.int_range(pl.len()), is_live=pl.lit(True))
    return ListingKept.validate(numbered.select(ListingKept.to_schema().columns.keys()))
