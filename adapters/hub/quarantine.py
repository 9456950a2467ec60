"""The quarantine: rows that were refused, kept whole until a later feed is right, or somebody fixes or dismisses them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.hub.findings import FINDINGS
from adapters.hub.hub import Hub
from adapters.hub.journal import write
from adapters.hub.tables.journal import quarantine

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "quarantine_id": pl.Int64,
    "source": pl.String,
    "entity": pl.String,
    "key": pl.String,
    "reason": pl.String,
    "sentence": pl.String,
    "feed_id": pl.Int64,
    "row": pl.Int64,
    "times": pl.Int64,
    "first_seen_at": pl.Datetime("us", "UTC"),
    "last_seen_at": pl.Datetime("us", "UTC"),
    "payload": pl.String,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One open row; ``payload`` is the row as it was read, to be judged again."""

    quarantine_id: int
    source: str
    entity: str
    key: str
    reason: str
    feed_id: int | None
    payload: dict[str, Any]


class Quarantine:
    """The book of refused rows. Every choice of rows is by any of ids, reason, entity and source; all of them must fit."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def list(self, *, source: str | None = None, entity: str | None = None, reason: str | None = None, limit: int = 200) -> pl.DataFrame:
        """Open rows, the newest first: one row per refused row, columns as in `SCHEMA`, ``payload`` as JSON text."""
        q = quarantine.c
        columns = [q[name] for name in SCHEMA if name != "payload"]
        payload = cast(q.payload, Text).label("payload")
        query = select(*columns, payload).where(*_chosen(None, reason, entity, source))
        with self._hub.engine.begin() as connection:
            rows = connection.execute(query.order_by(q.last_seen_at.desc(), q.quarantine_id).limit(limit)).all()
        return pl.DataFrame([tuple(row) for row in rows], schema=SCHEMA, orient="row")

    def counts(self, *, source: str | None = None) -> dict[str, int]:
        """Open rows by reason, the most frequent first."""
        rows = func.count().label("rows")
        query = select(quarantine.c.reason, rows).where(*_chosen(None, None, None, source)).group_by(quarantine.c.reason)
        with self._hub.engine.begin() as connection:
            return {row.reason: row.rows for row in connection.execute(query.order_by(rows.desc(), quarantine.c.reason))}

    def rows_for_retry(
        self,
        *,
        ids: Collection[int] | None = None,
        reason: str | None = None,
        entity: str | None = None,
        source: str | None = None,
        limit: int = 100_000,
    ) -> Sequence[Refusal]:
        """Open rows to be judged again and recorded as a feed of their own; a row that passes then leaves by itself.

        What was found by comparing rows (`adapters.hub.findings`) is not among them: it leaves when the rows no longer show it.
        """
        q = quarantine.c
        query = select(*(q[name] for name in Refusal.__dataclass_fields__)).where(
            *_chosen(ids, reason, entity, source), q.reason.not_in([finding.reason for finding in FINDINGS])
        )
        with self._hub.engine.begin() as connection:
            found = connection.execute(query.order_by(q.quarantine_id).limit(limit)).mappings()
            return tuple(Refusal(**row) for row in found)

    def dismiss(
        self,
        *,
        ids: Collection[int] | None = None,
        reason: str | None = None,
        entity: str | None = None,
        source: str | None = None,
    ) -> int:
        """A person says that these rows need no fixing; one that comes again unchanged stays dismissed. Returns how many.

        Raises:
            ValueError: nothing is said of which rows; all at once is never meant.
        """
        if ids is None and reason is None and entity is None and source is None:
            raise ValueError("say which rows: by ids, reason, entity or source")
        now = self._hub.clock.now()
        closed = update(quarantine).where(*_chosen(ids, reason, entity, source)).values(state="dismissed", closed_at=now)
        with self._hub.engine.begin() as connection:
            rows = connection.execute(closed).rowcount
            chosen = {"ids": sorted(ids) if ids is not None else None, "reason": reason, "entity": entity, "source": source}
            write(connection, now, "quarantine_dismissed", "quarantine", f"Из карантина отклонено строк: {rows}.", chosen)
        return rows


def _chosen(ids: Collection[int] | None, reason: str | None, entity: str | None, source: str | None) -> list[ColumnElement[bool]]:
    q = quarantine.c
    chosen = [q.state == "open"]
    if ids is not None:
        chosen.append(q.quarantine_id == func.any(literal([*ids], ARRAY(BigInteger))))
    named = {q.reason: reason, q.entity: entity, q.source: source}
    return chosen + [column == value for column, value in named.items() if value is not None]
