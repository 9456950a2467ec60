"""The inbox: whatever 1C sends is kept whole first, answered, and worked on after."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import ARRAY, BigInteger, Connection, Select, cast, delete, func, insert, select, update

from adapters.hub.feeds import Feed, NotInState, Session, as_feed, change_state, read_feed, read_parts, recover_if_none_held
from adapters.hub.hub import Hub
from adapters.hub.journal import write
from adapters.hub.pictures import keep_picture
from adapters.hub.tables.inbox import exchange_session, feed, feed_part, picture

__all__ = ["Feed", "Inbox", "NotInState", "Session"]

PART_BYTES = 1_000_000


class Inbox:
    """The book of files from 1C and of the sessions that brought them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def open_session(self, *, source: str, exchange: str) -> str:
        """A new session; its reference is the cookie's value, unguessable."""
        now = self._hub.clock.now()
        session_ref = secrets.token_urlsafe(24)
        with self._hub.engine.begin() as connection:
            connection.execute(
                insert(exchange_session).values(session_ref=session_ref, source=source, exchange=exchange, began_at=now, seen_at=now)
            )
        return session_ref

    def session(self, session_ref: str) -> Session | None:
        """The session of a cookie, marked as seen now; None where there is none."""
        seen = update(exchange_session).where(exchange_session.c.session_ref == session_ref)
        with self._hub.engine.begin() as connection:
            row = connection.execute(seen.values(seen_at=self._hub.clock.now()).returning(exchange_session)).one_or_none()
        return None if row is None else Session(**{name: row._mapping[name] for name in Session.__dataclass_fields__})

    def end_session(self, session_ref: str) -> None:
        """The client said that it is done."""
        with self._hub.engine.begin() as connection:
            connection.execute(
                update(exchange_session)
                .where(exchange_session.c.session_ref == session_ref)
                .values(ended_at=func.coalesce(exchange_session.c.ended_at, self._hub.clock.now()))
            )

    def begin(
        self,
        *,
        source: str,
        exchange: str,
        name: str,
        kind: str,
        session_ref: str | None = None,
        archive_id: int | None = None,
    ) -> int:
        """A new file in state receiving; a member of an archive inherits the archive's session."""
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            began_at = now
            if archive_id is not None:
                archive = read_feed(connection, archive_id)
                session_ref, began_at = session_ref or archive.session_ref, archive.session_began_at
            elif session_ref is not None:
                sessions = select(exchange_session.c.began_at).where(exchange_session.c.session_ref == session_ref)
                began_at = connection.execute(sessions).scalar_one()
            begun = insert(feed).values(
                source=source,
                exchange=exchange,
                name=name,
                kind=kind,
                state="receiving",
                session_ref=session_ref,
                archive_id=archive_id,
                session_began_at=began_at,
                received_at=now,
                moved_at=now,
            )
            return int(connection.execute(begun.returning(feed.c.feed_id)).scalar_one())

    def append(self, feed_id: int, body: BinaryIO) -> int:
        """Add bytes to the end of a file that is being received; returns its size so far.

        Raises:
            NotInState: the file is complete or given up.
        """
        with self._hub.engine.begin() as connection:
            known = self._receiving(connection, feed_id)
            parts, size_bytes = known.parts, known.size_bytes
            while piece := body.read(PART_BYTES):
                connection.execute(insert(feed_part).values(feed_id=feed_id, n=parts, body=piece))
                parts, size_bytes = parts + 1, size_bytes + len(piece)
            sized = update(feed).where(feed.c.feed_id == feed_id)
            connection.execute(sized.values(parts=parts, size_bytes=size_bytes, moved_at=self._hub.clock.now()))
        return size_bytes

    def truncate(self, feed_id: int) -> None:
        """Forget the bytes so far: the file is being sent anew.

        Raises:
            NotInState: the file is complete or given up.
        """
        with self._hub.engine.begin() as connection:
            self._receiving(connection, feed_id)
            connection.execute(delete(feed_part).where(feed_part.c.feed_id == feed_id))
            emptied = update(feed).where(feed.c.feed_id == feed_id)
            connection.execute(emptied.values(parts=0, size_bytes=0, moved_at=self._hub.clock.now()))

    def complete(self, feed_id: int) -> Feed:
        """The last byte is in: the file waits to be worked on; a picture is recorded at once. Twice is once."""
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            known = read_feed(connection, feed_id, is_locked=True)
            if known.state != "receiving":
                return known
            digest = hashlib.sha256()
            for piece in read_parts(connection, feed_id):
                digest.update(piece)
            if known.kind == "picture":
                keep_picture(connection, known, sha256=digest.hexdigest(), now=now)
            done = {"state": "recorded", "recorded_at": now, "posted_at": now} if known.kind == "picture" else {"state": "waiting"}
            return change_state(connection, feed_id, expected=("receiving",), now=now, sha256=digest.hexdigest(), **done)

    def abandon(self, feed_id: int, sentence: str) -> None:
        """Give up a file that was never received whole.

        Raises:
            NotInState: it is no longer being received.
        """
        with self._hub.engine.begin() as connection:
            now = self._hub.clock.now()
            change_state(connection, feed_id, expected=("receiving",), now=now, state="dismissed", sentence=sentence)
            connection.execute(delete(feed_part).where(feed_part.c.feed_id == feed_id))
            write(connection, now, "feed_abandoned", f"feed:{feed_id}", sentence)

    def receiving(self, session_ref: str) -> Feed | None:
        """The file that this session is sending just now."""
        query = select(feed).where(feed.c.session_ref == session_ref, feed.c.state == "receiving", feed.c.archive_id.is_(None))
        return self._newest(query)

    def find(self, session_ref: str, name: str) -> Feed | None:
        """The newest file of that session by its name; members of its archives included."""
        return self._newest(select(feed).where(feed.c.session_ref == session_ref, feed.c.name == name))

    def feed(self, feed_id: int) -> Feed:
        """One file.

        Raises:
            NoResultFound: there is none.
        """
        with self._hub.engine.begin() as connection:
            return read_feed(connection, feed_id)

    def feeds(self, *, state: str | None = None, source: str | None = None, limit: int = 200) -> list[Feed]:
        """The newest files, newest first."""
        query = select(feed).order_by(feed.c.feed_id.desc()).limit(limit)
        query = query if state is None else query.where(feed.c.state == state)
        query = query if source is None else query.where(feed.c.source == source)
        with self._hub.engine.begin() as connection:
            return [as_feed(row) for row in connection.execute(query)]

    def waiting(self, *, source: str | None = None) -> list[Feed]:
        """Files to be worked on, in the order they came."""
        query = select(feed).where(feed.c.state == "waiting", feed.c.kind != "picture").order_by(feed.c.feed_id)
        query = query if source is None else query.where(feed.c.source == source)
        with self._hub.engine.begin() as connection:
            return [as_feed(row) for row in connection.execute(query)]

    def body(self, feed_id: int) -> Iterator[bytes]:
        """A file's bytes in pieces, a few in memory at a time."""
        with self._hub.engine.begin() as connection:
            yield from read_parts(connection, feed_id)

    def fetch(self, feed_id: int, into: Path) -> Path:
        """Write a file's bytes to the path ``into``."""
        with into.open("wb") as written:
            for piece in self.body(feed_id):
                written.write(piece)
        return into

    def finish_archive(self, feed_id: int, sentence: str, outcome: object = None) -> None:
        """An archive was unpacked into feeds of its own: nothing of it is left to do.

        Raises:
            NotInState: it is no longer waiting.
        """
        now = self._hub.clock.now()
        done = {"state": "recorded", "recorded_at": now, "posted_at": now, "sentence": sentence, "outcome": outcome}
        with self._hub.engine.begin() as connection:
            change_state(connection, feed_id, expected=("waiting",), now=now, **done)

    def refuse(self, feed_id: int, sentence: str, *, reason: str) -> None:
        """The file cannot be read as a whole; nothing of it was taken.

        Raises:
            NotInState: it is no longer waiting.
        """
        now = self._hub.clock.now()
        said = {"state": "refused", "sentence": sentence, "outcome": {"reason": reason}}
        with self._hub.engine.begin() as connection:
            change_state(connection, feed_id, expected=("receiving", "waiting"), now=now, **said)
            write(connection, now, "feed_refused", f"feed:{feed_id}", sentence, {"reason": reason})

    def hold(self, feed_id: int, sentence: str, outcome: object) -> None:
        """Keep the file until a person decides.

        Raises:
            NotInState: it is no longer waiting.
        """
        now = self._hub.clock.now()
        said = {"state": "held", "sentence": sentence, "outcome": outcome}
        with self._hub.engine.begin() as connection:
            change_state(connection, feed_id, expected=("waiting",), now=now, **said)
            write(connection, now, "feed_held", f"feed:{feed_id}", sentence, outcome)

    def accept(self, feed_id: int) -> Feed:
        """A person lets a held file past the gate; it waits again. Twice is once.

        Raises:
            NotInState: it is not held.
        """
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            known = read_feed(connection, feed_id, is_locked=True)
            if known.is_accepted:
                return known
            write(connection, now, "feed_accepted", f"feed:{feed_id}", "Человек разрешил загрузить задержанный файл.")
            return change_state(connection, feed_id, expected=("held",), now=now, state="waiting", is_accepted=True)

    def dismiss(self, feed_id: int, sentence: str = "Файл отклонён человеком: из него ничего не взято.") -> None:
        """A person throws the file away; nothing of it is taken.

        Raises:
            NotInState: it is recorded already.
        """
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            expected = ("receiving", "waiting", "held", "refused")
            known = change_state(connection, feed_id, expected=expected, now=now, state="dismissed", sentence=sentence)
            write(connection, now, "feed_dismissed", f"feed:{feed_id}", sentence)
            recover_if_none_held(connection, known.source, now)

    def touch(self, feed_id: int) -> None:
        """Work on the file moves on."""
        with self._hub.engine.begin() as connection:
            connection.execute(update(feed).where(feed.c.feed_id == feed_id).values(moved_at=self._hub.clock.now()))

    def stumble(self, feed_id: int) -> int:
        """A run failed on the file for no fault that it could name; how often by now."""
        counted = update(feed).where(feed.c.feed_id == feed_id).values(stumbles=feed.c.stumbles + 1).returning(feed.c.stumbles)
        with self._hub.engine.begin() as connection:
            return int(connection.execute(counted).scalar_one())

    def purge(self, *, older_than: datetime) -> int:
        """Forget the bytes of files that are done with since then; their rows stay. Pictures and held files keep theirs.

        Returns:
            How many files lost their bytes.
        """
        shown = select(picture.c.feed_id)
        is_done = feed.c.state.in_(("recorded", "refused", "dismissed")) & (feed.c.moved_at < older_than)
        emptied = update(feed).where(is_done, feed.c.parts > 0, feed.c.feed_id.not_in(shown)).values(parts=0)
        with self._hub.engine.begin() as connection:
            feed_ids = list(connection.scalars(emptied.returning(feed.c.feed_id)))
            connection.execute(delete(feed_part).where(feed_part.c.feed_id == func.any(cast(feed_ids, ARRAY(BigInteger)))))
        return len(feed_ids)

    def _receiving(self, connection: Connection, feed_id: int) -> Feed:
        known = read_feed(connection, feed_id, is_locked=True)
        if known.state != "receiving":
            raise NotInState(feed_id, known.state)
        return known

    def _newest(self, query: Select[Any]) -> Feed | None:
        with self._hub.engine.begin() as connection:
            row = connection.execute(query.order_by(feed.c.feed_id.desc()).limit(1)).one_or_none()
        return None if row is None else as_feed(row)
