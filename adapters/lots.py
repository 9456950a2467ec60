"""Sending rows in batches: what happens to the rest when a batch fails.

Every adapter's way of sending is the same: batches in order, an outcome for each row, no row forgotten.
"""

from collections.abc import Callable, Sequence

import polars as pl

from adapters.errors import ContractBroken, OutcomeUnknown, Rejected, Retryable, Unauthorized
from validation.reasons import sentence_of

UNKNOWN_MAX = 3
"""So many unanswered batches one after another mean that the other side is down."""

WORDS = 300
"""Characters of a vendor's own words that a sentence quotes."""

Send = Callable[[pl.DataFrame], pl.DataFrame]
TOLD = {"outcome": pl.String, "reason": pl.String, "sentence": pl.String}
BROKEN = "contract_is_broken"
"""Reason of rows whose answer broke the vendor's contract: the caller stops the channel after remembering what happened."""


def send_lots(lots: Sequence[pl.DataFrame], send: Send) -> pl.DataFrame:
    """The rows of all lots with their ``outcome``, ``reason`` and ``sentence``.

    A lot that was not answered is ``unknown``; one that was answered in a way its vendor does not document is ``unknown`` too, and no
    further one leaves. When the other side stops answering, refuses the keys or asks for silence, the rest is ``unsent``.

    Args:
        lots: batches in the order of sending.
        send: sends one; gives its rows back with the three columns. Raises a `SyncError` where nothing is known row by row.

    Raises:
        Retryable: nothing at all was sent, and it may be tried again.
        Unauthorized: nothing at all was sent, the keys are bad.
    """
    done: list[pl.DataFrame] = []
    silent = 0
    for number, lot in enumerate(lots):
        try:
            done.append(send(lot))
            silent = 0
        except OutcomeUnknown as error:
            done.append(all_rows(lot, "unknown", "outcome_is_unknown", error.sentence))
            silent += 1
        except Rejected as error:
            done.append(all_rows(lot, "refused", "channel_rejects", error.sentence))
        except (Retryable, Unauthorized) as error:
            if not done:
                raise
            return _with_rest(done, lots[number:], error.sentence)
        except ContractBroken as error:
            done.append(all_rows(lot, "unknown", BROKEN, error.sentence))
            return _with_rest(done, lots[number + 1 :], error.sentence)
        if silent == UNKNOWN_MAX:
            return _with_rest(done, lots[number + 1 :], sentence_of("channel_is_silent"))
    return _with_rest(done, [], "")


def isolated(lot: pl.DataFrame, send: Send) -> pl.DataFrame:
    """The lot sent so that one bad row does not hold back the others: refused as a whole, it is halved and sent again.

    Only for what may be repeated: cards, prices, zeros.

    Raises:
        SyncError: whatever ``send`` raises but `Rejected`.
    """
    try:
        return send(lot)
    except Rejected as error:
        if lot.height == 1:
            return all_rows(lot, "refused", "channel_rejects", error.sentence)
        half = lot.height // 2
        return pl.concat([isolated(lot[:half], send), isolated(lot[half:], send)], how="diagonal_relaxed")


def all_rows(lot: pl.DataFrame, outcome: str, reason: str | None, sentence: str | None) -> pl.DataFrame:
    """The rows of a lot to which one thing happened."""
    told = {"outcome": outcome, "reason": reason, "sentence": sentence}
    return lot.with_columns(pl.lit(value, pl.String).alias(name) for name, value in told.items())


def vendors_words(reason: str, words: str | None) -> str:
    """The sentence of a refusal, with what the vendor said of it."""
    told = " ".join((words or "").split())[:WORDS]
    return f"{sentence_of(reason)} Площадка пишет: «{told}»." if told else sentence_of(reason)


def _with_rest(done: list[pl.DataFrame], rest: Sequence[pl.DataFrame], sentence: str) -> pl.DataFrame:
    left = [all_rows(lot, "unsent", "channel_is_silent", sentence) for lot in rest]
    return pl.concat([*done, *left], how="diagonal_relaxed") if done or left else pl.DataFrame(schema=TOLD)
