"""Which cards a channel is to be told, and what came of telling it."""

from datetime import datetime, timedelta

import polars as pl

from validation.listings import CardSent, CardWanted
from validation.quarantine import NONE_REFUSED, Judged

CARD_REFUSED_WAITS = timedelta(hours=24)
"""A card that was refused is not sent again sooner, unless it says something else by then."""


def writes_cards(kept: pl.DataFrame, *, creates: bool, updates: bool) -> bool:
    """Whether there is anything to write on a channel: cards to be made, or ours to be changed.

    Args:
        kept: `CardKept`.
        creates: whether cards are made at all.
        updates: whether cards that we made are changed.
    """
    return creates or (updates and bool(kept["is_ours"].any()))


def card_differences(wanted: pl.DataFrame, kept: pl.DataFrame, now: datetime, *, creates: bool, updates: bool) -> pl.DataFrame:
    """Cards that do not say what they should, as far as the channel has told us.

    A card that is not there yet is made once; one that is there is changed only where we made it, for somebody else's words are not ours
    to write over. Nothing is sent while the channel has not told what became of the last.

    Args:
        wanted: `CardWanted`.
        kept: `CardKept`.
        now: the shop's instant.
        creates: whether cards are made at all.
        updates: whether cards that we made are changed.

    Returns:
        `CardWanted`.
    """
    known = wanted.join(kept.drop("channel_sku", "refs"), on="item_id", how="left", maintain_order="left")
    is_new = pl.col("refs").is_null()
    is_ours = pl.col("is_ours").fill_null(False)
    is_refused = (pl.col("content_hash") == pl.col("refused_hash")) & (pl.col("refused_at") > now - CARD_REFUSED_WAITS)
    is_said = pl.col("content_hash") == pl.col("accepted_hash")
    is_held = pl.any_horizontal(is_said, is_refused, pl.col("task_ref").is_not_null()).fill_null(False)
    is_to_be_written = pl.when(is_new).then(pl.lit(creates)).otherwise(is_ours & updates)
    return CardWanted.validate(known.filter(is_to_be_written & ~is_held).select(wanted.columns))


def not_found(differing: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Differences without the cards that a search has just found under the item's own article: for a run that remembers nothing."""
    found = differing.filter(pl.col("refs").is_null()).join(known, on="item_id", how="semi")
    return differing.join(found, on="item_id", how="anti", maintain_order="left")


def settled_codes(wanted: pl.DataFrame, kept: pl.DataFrame) -> list[str]:
    """Codes whose cards say what they should, or are nobody's to write any more: whatever was refused of them is over.

    Args:
        wanted: `CardWanted`, what is to be written.
        kept: `CardKept`.
    """
    accepted = kept.select("item_id", content_hash="accepted_hash")
    unsaid = wanted.join(accepted, on=["item_id", "content_hash"], how="anti")
    return kept.join(unsaid, on="item_id", how="anti")["channel_sku"].to_list()


def new_codes(differing: pl.DataFrame) -> list[str]:
    """Codes under which cards are about to be made."""
    return differing.filter(pl.col("refs").is_null())["channel_sku"].to_list()


def unseen(differing: pl.DataFrame, seen: Judged) -> pl.DataFrame:
    """Differences without new cards under whose code the channel has something already: sending them would write it over.

    Args:
        differing: `CardWanted`.
        seen: what a look under `new_codes` gave: `ListingFound`, and `RowRefused` for what cannot be sold by.
    """
    is_seen = pl.col("channel_sku").is_in([*seen.passed["channel_sku"], *seen.refused["key"]])
    return differing.filter(~(pl.col("refs").is_null() & is_seen))


def unsent_cards(wanted: pl.DataFrame) -> pl.DataFrame:
    """`CardSent` of cards none of which left."""
    nothing = pl.lit(None, pl.String)
    told = wanted.select("item_id", "channel_sku", outcome=pl.lit("unsent"), task_ref=nothing, reason=nothing, sentence=nothing)
    return CardSent.validate(told)


def accepted_cards(told: pl.DataFrame) -> int:
    """How many cards of `CardSent` the channel took."""
    return told.filter(pl.col("outcome") == "accepted").height


def card_outcomes(sent: pl.DataFrame, heard: pl.DataFrame) -> pl.DataFrame:
    """For people: ``channel_sku, outcome, sentence`` of what was sent, in its order, by what was heard of it since."""
    latest = pl.concat([sent, heard]).unique("item_id", keep="last")
    told = sent.select("item_id").join(latest, on="item_id", maintain_order="left")
    return told.select("channel_sku", "outcome", "sentence")


def card_trials(differing: pl.DataFrame) -> pl.DataFrame:
    """The same of cards that were not sent."""
    return differing.select("channel_sku", outcome=pl.lit("differing"), sentence=pl.lit(None, pl.String))


def card_refusals(sent: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused` for the quarantine, one row per refused card, known by its code on the channel."""
    refused = sent.filter(pl.col("outcome") == "refused")
    if refused.is_empty():
        return NONE_REFUSED
    return refused.select(
        entity=pl.lit("card"),
        key="channel_sku",
        reason="reason",
        sentence="sentence",
        row=pl.lit(None, pl.Int64),
        payload=pl.struct("channel_sku", "item_id").struct.json_encode(),
    )
