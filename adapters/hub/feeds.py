"""What the hub knows of one file from 1C, and how its state changes inside another book's transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from adapters.hub.incidents import recover_incident
from adapters.hub.journal import write
from adapters.hub.tables.inbox import feed, feed_part

CHANNEL = "feed"
HELD = "feed_held"
PARTS_IN_HAND = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """One file from 1C.

    ``state``: receiving, then waiting, then recorded, held, refused or dismissed. ``sentence`` is what 1C's user sees.
    ``formed_at`` is a stamp of 1C's clock, null where it names no more than a day.
    """

    feed_id: int
    source: str
    session_ref: str | None
    session_began_at: datetime
    exchange: str
    name: str
    kind: str
    archive_id: int | None
    state: str
    sha256: str | None
    size_bytes: int
    parts: int
    formed_at: datetime | None
    is_changes_only: bool | None
    is_accepted: bool
    received_at: datetime
    moved_at: datetime
    recorded_at: datetime | None
    posted_at: datetime | None
    sentence: str | None
    outcome: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One exchange session of 1C; ``session_ref`` is its cookie's value."""

    session_ref: str
    source: str
    exchange: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None


class NotInState(Exception):
    """The feed is not in a state where this can be done to it: somebody else was first."""

    def __init__(self, feed_id: int, state: str) -> None:
        super().__init__(f"Файл {feed_id} сейчас в состоянии {state}: действие к нему не подходит.")
        self.feed_id = feed_id
        self.state = state


def as_feed(row: Row[Any]) -> Feed:
    """A row of the table as what the rest of the code knows."""
    return Feed(**{name: row._mapping[name] for name in Feed.__dataclass_fields__})


def read_feed(connection: Connection, feed_id: int, *, is_locked: bool = False) -> Feed:
    """One feed, locked against others' changes if asked.

    Raises:
        NoResultFound: there is none.
    """
    query = select(feed).where(feed.c.feed_id == feed_id)
    return as_feed(connection.execute(query.with_for_update() if is_locked else query).one())


def change_state(connection: Connection, feed_id: int, *, expected: tuple[str, ...], now: datetime, **values: object) -> Feed:
    """Move a feed from one of the expected states, and tell who listens.

    Raises:
        NotInState: it is in none of them.
    """
    changed = update(feed).where(feed.c.feed_id == feed_id, feed.c.state.in_(expected))
    row = connection.execute(changed.values(moved_at=now, **values).returning(feed)).one_or_none()
    if row is None:
        raise NotInState(feed_id, read_feed(connection, feed_id).state)
    notify(connection, feed_id)
    return as_feed(row)


def notify(connection: Connection, feed_id: int) -> None:
    """Wake who waits for this feed, when the transaction is over."""
    connection.execute(select(func.pg_notify(CHANNEL, str(feed_id))))


def read_parts(connection: Connection, feed_id: int) -> Iterator[bytes]:
    """A feed's bytes in order, a few parts in memory at a time."""
    pieces = select(feed_part.c.body).where(feed_part.c.feed_id == feed_id).order_by(feed_part.c.n)
    yield from connection.scalars(pieces, execution_options={"yield_per": PARTS_IN_HAND})


def replace_held(connection: Connection, newer: Feed, now: datetime) -> None:
    """A file taken in takes the place of held ones that an earlier exchange of the base brought under the same first word.

    1C was told `failure` for those and sends everything in them again. What came by a folder nobody sends again: it stays held.
    """
    if newer.session_ref is None:
        return
    word = func.substring(func.lower(feed.c.name), "[[:alpha:]]+")
    older = (
        select(feed.c.feed_id)
        .where(feed.c.source == newer.source, feed.c.state == "held", feed.c.session_ref.is_not(None))
        .where(feed.c.moved_at < newer.session_began_at, word == func.substring(newer.name.lower(), "[[:alpha:]]+"))
        .order_by(feed.c.feed_id)
    )
    sentence = f"Заменён более новым файлом «{newer.name}» ({newer.feed_id}): 1С прислала всё заново."
    for feed_id in connection.execute(older).scalars().all():
        change_state(connection, feed_id, expected=("held",), now=now, state="dismissed", sentence=sentence)
        write(connection, now, "feed_replaced", f"feed:{feed_id}", sentence)


def recover_if_none_held(connection: Connection, source: str, now: datetime) -> None:
    """Close the incident of held feeds of a source when none is held any more."""
    held = select(feed.c.feed_id).where(feed.c.source == source, feed.c.state == "held").limit(1)
    if connection.execute(held).scalar() is None:
        recover_incident(connection, now, kind=HELD, cause=source)
