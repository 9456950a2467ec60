"""What of a report of returns a person must look at: rows that could not be taken, and goods that nobody has decided upon."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection

from adapters.hub.channel_refusals import settle_rows
from validation.quarantine import NONE_REFUSED, refuse

ENTITY, DECISION = "return", "return_decision"
SOURCE = "returns"
"""Of questions about the returns themselves, whoever told of them."""
WAITS = "return_waits_for_decision"
EVIDENCE = ("return_ref", "order_ref", "line_ref", "sku", "pcs", "state", "status", "condition")


def ask_about_rows(
    connection: Connection, now: datetime, source: str, rows: Sequence[Mapping[str, Any]], reasons: Sequence[str | None]
) -> None:
    """Ask about the rows that have a reason; those of the same keys that are answered leave the quarantine.

    Args:
        connection: the transaction that recorded them.
        now: the instant.
        source: who told.
        rows: of `ReturnReceived`.
        reasons: of each row, why it was not taken.
    """
    if not rows:
        return
    told = [{**{name: row[name] for name in EVIDENCE}, "reason": reason} for row, reason in zip(rows, reasons, strict=True) if reason]
    shape: dict[str, Any] = dict.fromkeys((*EVIDENCE, "reason"), pl.String) | {"pcs": pl.Int64}
    frame = pl.DataFrame(told, schema=shape).with_columns(row=pl.lit(None, pl.Int64))
    named = pl.concat_str(["return_ref", "line_ref"], separator="|", ignore_nulls=True)
    refused = refuse(frame, entity=ENTITY, key=named)
    keys = ["|".join(part for part in (row["return_ref"], row["line_ref"]) if part) for row in rows]
    settle_rows(connection, now, source, entity=ENTITY, keys=keys, refused=refused)


def ask_for_decisions(connection: Connection, now: datetime, looked_at: Collection[int], waiting: Collection[int]) -> None:
    """Ask what is to become of returns that lie there; those of ``looked_at`` that are decided are not asked about any more."""
    if not looked_at:
        return
    frame = pl.DataFrame({"return_id": sorted(waiting)}, schema={"return_id": pl.Int64}).with_columns(
        reason=pl.lit(WAITS), row=pl.lit(None, pl.Int64)
    )
    refused = refuse(frame, entity=DECISION, key=pl.col("return_id").cast(pl.String)) if waiting else NONE_REFUSED
    settle_rows(connection, now, SOURCE, entity=DECISION, keys=[str(one) for one in looked_at], refused=refused)
