"""What the doors into the inbox ask of the hub beside its feeds: the order of an exchange, how a file begins and ends."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, update

from adapters.hub.hub import Hub
from adapters.hub.tables.inbox import exchange_session, feed, feed_part


@dataclass(frozen=True, slots=True)
class Ends:
    """How the bytes received so far begin and end."""

    head: bytes
    tail: bytes


class Arrivals:
    """The book of what is on its way in."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def agree(self, session_ref: str) -> None:
        """The terms of this session (`init`) were told; files may come."""
        with self._hub.engine.begin() as connection:
            connection.execute(
                update(exchange_session)
                .where(exchange_session.c.session_ref == session_ref)
                .values(agreed_at=func.coalesce(exchange_session.c.agreed_at, self._hub.clock.now()))
            )

    def is_agreed(self, session_ref: str) -> bool:
        """Whether the terms of this session were told."""
        query = select(exchange_session.c.agreed_at).where(exchange_session.c.session_ref == session_ref)
        with self._hub.engine.begin() as connection:
            return connection.scalar(query) is not None

    def ends(self, feed_id: int, reach_bytes: int) -> Ends:
        """The first and the last bytes of a file, at most ``reach_bytes`` of each."""
        with self._hub.engine.begin() as connection:
            head = b"".join(connection.scalars(_parts_within(feed_id, reach_bytes, from_end=False)))
            tail = b"".join(connection.scalars(_parts_within(feed_id, reach_bytes, from_end=True)))
        return Ends(head[:reach_bytes], tail[-reach_bytes:])

    def quiet(self, *, since: datetime, source: str | None = None) -> list[int]:
        """Files that sessions are still sending and of which nothing was heard since then, oldest first."""
        conditions: list[ColumnElement[bool]] = [
            feed.c.state == "receiving",
            feed.c.moved_at <= since,
            feed.c.session_ref.is_not(None),
            feed.c.archive_id.is_(None),
        ]
        if source is not None:
            conditions.append(feed.c.source == source)
        with self._hub.engine.begin() as connection:
            return list(connection.scalars(select(feed.c.feed_id).where(*conditions).order_by(feed.c.feed_id)))

    def archives(self, session_ref: str) -> list[int]:
        """The archives of a session, newest first."""
        query = select(feed.c.feed_id).where(feed.c.session_ref == session_ref, feed.c.kind == "archive")
        with self._hub.engine.begin() as connection:
            return list(connection.scalars(query.order_by(feed.c.feed_id.desc())))

    def members(self, archive_id: int) -> dict[str, tuple[int, str]]:
        """Feed id and state by name of what was unpacked from an archive so far."""
        query = select(feed.c.name, feed.c.feed_id, feed.c.state).where(feed.c.archive_id == archive_id)
        with self._hub.engine.begin() as connection:
            return {row.name: (row.feed_id, row.state) for row in connection.execute(query)}

    def ahead_moved_at(self, feed_id: int) -> datetime | None:
        """When anything that waits before this feed was last worked on."""
        query = select(func.max(feed.c.moved_at)).where(feed.c.state == "waiting", feed.c.feed_id < feed_id)
        with self._hub.engine.begin() as connection:
            moved_at: datetime | None = connection.scalar(query)
        return moved_at

    def is_known(self, *, source: str, sha256: str) -> bool:
        """Whether a file of exactly these bytes was taken from this source and not refused or thrown away."""
        query = select(feed.c.feed_id).where(
            feed.c.source == source, feed.c.sha256 == sha256, feed.c.state.not_in(["refused", "dismissed"])
        )
        with self._hub.engine.begin() as connection:
            return connection.scalar(query.limit(1)) is not None


def _parts_within(feed_id: int, reach_bytes: int, *, from_end: bool) -> Select[tuple[bytes]]:
    """The parts, in order, that hold the first or the last bytes."""
    size_bytes = func.octet_length(feed_part.c.body)
    order = feed_part.c.n.desc() if from_end else feed_part.c.n
    before = (func.sum(size_bytes).over(order_by=order) - size_bytes).label("before")
    placed = select(feed_part.c.n, before).where(feed_part.c.feed_id == feed_id).subquery()
    return (
        select(feed_part.c.body)
        .join(placed, placed.c.n == feed_part.c.n)
        .where(feed_part.c.feed_id == feed_id, placed.c.before < reach_bytes)
        .order_by(feed_part.c.n)
    )
