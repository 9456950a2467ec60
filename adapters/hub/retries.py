"""Refused rows put into the inbox once more, to be judged anew."""

import io
from collections.abc import Collection
from itertools import groupby

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.quarantine import Quarantine, Refusal
from adapters.onec.rows import KIND, can_be_read_again, write_rows

COMPARED = frozenset({"is_not_repeated", "total_differs"})
"""Reasons that lie between rows of one file: alone, either of them would pass."""


class Retries:
    """Sends quarantined rows through the same door as 1C's files."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def enqueue(
        self, *, ids: Collection[int] | None = None, reason: str | None = None, entity: str | None = None, source: str | None = None
    ) -> list[int]:
        """Make one file for each file that rows came from; the catalogue flow takes them in, and rows that pass leave the quarantine.

        Rows that mean nothing without others (a component, a line) and those refused by comparing them with others are left where
        they are: they leave when 1C sends them right.

        Returns:
            The new feeds.
        """
        rows = Quarantine(self._hub).rows_for_retry(ids=ids, reason=reason, entity=entity, source=source)
        alone = [row for row in rows if row.feed_id is not None and row.reason not in COMPARED]
        readable = [row for row in alone if can_be_read_again(row.entity, row.payload)]
        readable.sort(key=lambda row: (row.feed_id or 0, row.quarantine_id))
        return [self._put(origin, list(group)) for origin, group in groupby(readable, key=lambda row: row.feed_id or 0)]

    def _put(self, origin: int, rows: list[Refusal]) -> int:
        inbox = Inbox(self._hub)
        first = inbox.feed(origin)
        body = write_rows(((row.entity, row.payload) for row in rows), formed_at=first.formed_at, is_day_only=False)
        name = first.name if first.kind == KIND else f"карантин из {first.name}"
        feed_id = inbox.begin(source=first.source, exchange="retry", name=name, kind=KIND)
        inbox.append(feed_id, io.BytesIO(body))
        return inbox.complete(feed_id).feed_id
