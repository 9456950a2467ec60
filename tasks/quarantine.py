"""One step at the quarantine's desk each."""

from typing import Any

from prefect import task

from adapters.hub.feeds import Feed
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.quarantine import Quarantine
from adapters.hub.retries import Retries
from tasks.policy import policy

MOST_LISTED = 10_000


@task(name="показать карантин", **policy)
def list_rows(hub: Hub, *, reason: str | None, entity: str | None, source: str | None) -> list[dict[str, Any]]:
    """The open rows as the manager reads them, the newest first."""
    return as_read(hub, reason=reason, entity=entity, source=source)


@task(name="отклонить строки", **policy)
def dismiss_rows(
    hub: Hub, *, ids: list[int] | None = None, reason: str | None = None, entity: str | None = None, source: str | None = None
) -> int:
    """How many rows a person dismissed."""
    return Quarantine(hub).dismiss(ids=ids, reason=reason, entity=entity, source=source)


@task(name="проверить строки снова", **policy)
def enqueue_retries(
    hub: Hub, *, ids: list[int] | None = None, reason: str | None = None, entity: str | None = None, source: str | None = None
) -> list[int]:
    """The feeds made of refused rows."""
    return Retries(hub).enqueue(ids=ids, reason=reason, entity=entity, source=source)


def feed_of(hub: Hub, feed_id: int) -> Feed:
    """One feed by its number."""
    return Inbox(hub).feed(feed_id)


def as_read(hub: Hub, *, reason: str | None = None, entity: str | None = None, source: str | None = None) -> list[dict[str, Any]]:
    """Open rows of the quarantine in the manager's words."""
    rows = Quarantine(hub).list(source=source, entity=entity, reason=reason, limit=MOST_LISTED)
    return [
        {
            "№": row["quarantine_id"],
            "что": row["entity"],
            "ключ": row["key"],
            "почему": row["sentence"],
            "код": row["reason"],
            "раз": row["times"],
            "источник": row["source"],
        }
        for row in rows.to_dicts()
    ]
