"""The append-only record of everything that went wrong or was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from adapters.hub.hub import Hub
from adapters.hub.tables.journal import journal


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the journal."""

    journal_id: int
    at: datetime
    kind: str
    subject: str
    sentence: str
    detail: Any


class Journal:
    """The book of what happened."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def note(self, *, kind: str, subject: str, sentence: str, detail: object = None) -> None:
        """Add one line; nothing ever changes or removes it."""
        with self._hub.engine.begin() as connection:
            write(connection, self._hub.clock.now(), kind, subject, sentence, detail)

    def entries(self, *, subject: str | None = None, kind: str | None = None, limit: int = 200) -> list[Entry]:
        """The newest lines, newest first; of one subject or kind if asked."""
        query = select(journal).order_by(journal.c.journal_id.desc()).limit(limit)
        if subject is not None:
            query = query.where(journal.c.subject == subject)
        if kind is not None:
            query = query.where(journal.c.kind == kind)
        with self._hub.engine.begin() as connection:
            return [Entry(**row) for row in connection.execute(query).mappings()]


def write(  # noqa: PLR0917
    connection: Connection, at: datetime, kind: str, subject: str, sentence: str, detail: object = None
) -> None:
    """`Journal.note` inside another book's transaction."""
    connection.execute(insert(journal).values(at=at, kind=kind, subject=subject, sentence=sentence, detail=detail))
