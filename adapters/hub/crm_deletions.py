"""Orders that people deleted in a CRM: remembered as questions of the quarantine, and not made anew behind anybody's back.

A question that is open or dismissed is the memory: the order stays away. A person who has the flow deliver with ``requeue`` answers the
open ones: those orders are made anew. One that is there again by itself (taken out of a bin, or of a copy) is told as before.
"""

from collections.abc import Collection
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, select, update

from adapters.hub.channel_refusals import settle_rows
from adapters.hub.hub import Hub
from adapters.hub.tables.journal import quarantine
from adapters.hub.tables.outbox import outbox
from validation.quarantine import refuse

ENTITY, REASON = "crm_order", "order_is_deleted_in_crm"
ORDER = "order"


class CrmDeletions:
    """What of a CRM's orders people deleted there.

    Args:
        hub: the hub.
        target: the CRM's in the outbox, ``crm:<name>``, which is the questions' source as well; their keys are our numbers.
    """

    def __init__(self, hub: Hub, target: str) -> None:
        self._hub = hub
        self._target = target

    def note(self, numbers: Collection[str]) -> None:
        """`note_deletions` in a transaction of its own."""
        if numbers:
            with self._hub.engine.begin() as connection:
                note_deletions(connection, self._hub.clock.now(), self._target, numbers)

    def among(self, numbers: Collection[str]) -> set[str]:
        """Those of these orders that were deleted there and not asked for since."""
        with self._hub.engine.begin() as connection:
            return deleted_among(connection, self._target, numbers)


def note_deletions(connection: Connection, now: datetime, target: str, numbers: Collection[str]) -> None:
    """Remember that people deleted these orders; whoever dismissed it already is not asked again."""
    rows = pl.DataFrame({"number": sorted(numbers)}, schema={"number": pl.String}).with_columns(
        reason=pl.lit(REASON), row=pl.lit(None, pl.Int64)
    )
    settle_rows(connection, now, target, entity=ENTITY, keys=[], refused=refuse(rows, entity=ENTITY, key=pl.col("number")))


def forget_deletions(connection: Connection, now: datetime, target: str, numbers: Collection[str]) -> None:
    """These orders are there, or are to be made anew."""
    if not numbers:
        return
    q = quarantine.c
    mine = (q.source == target, q.entity == ENTITY, q.key.in_(numbers), q.state.in_(("open", "dismissed")))
    connection.execute(update(quarantine).where(*mine).values(state="resolved", closed_at=now))


def forget_missed(connection: Connection, now: datetime, target: str, *, since: datetime | None) -> None:
    """Orders were missed in a CRM that had been set back meanwhile: those that nobody has judged are to be made anew.

    Args:
        connection: the transaction.
        now: the instant.
        target: the CRM's.
        since: when its history was last read; none: never.
    """
    q = quarantine.c
    missed = (q.source == target, q.entity == ENTITY, q.state == "open", *([] if since is None else [q.first_seen_at >= since]))
    connection.execute(update(quarantine).where(*missed).values(state="resolved", closed_at=now))


def deleted_among(connection: Connection, target: str, numbers: Collection[str]) -> set[str]:
    """`CrmDeletions.among` inside another book's transaction."""
    q = quarantine.c
    asked = select(q.key).where(q.source == target, q.entity == ENTITY, q.key.in_(numbers), q.state.in_(("open", "dismissed")))
    return set(connection.scalars(asked)) if numbers else set()


def make_anew(connection: Connection, now: datetime, *, target: str | None, kind: str | None, subject: str | None) -> list[str]:
    """A person wants back what was deleted: the open questions are answered, their orders owed as if never told; the target of each."""
    q, o = quarantine.c, outbox.c
    if kind not in (None, ORDER):
        return []
    chosen = [column == value for column, value in ((q.source, target), (q.key, subject)) if value is not None]
    asked = connection.execute(select(q.source, q.key).where(q.entity == ENTITY, q.state == "open", *chosen)).all()
    for source in {row.source for row in asked}:
        numbers = [row.key for row in asked if row.source == source]
        forget_deletions(connection, now, source, numbers)
        owed = update(outbox).where(o.target == source, o.kind == ORDER, o.subject.in_(numbers))
        connection.execute(
            owed.values(version=o.version + 1, foreign_ref=None, is_dead=False, attempts=0, sentence=None, enqueued_at=now, due_at=now)
        )
    return [row.source for row in asked]
