"""`mode=file`: pieces of a file become one feed, whatever 1C does on the way.

Pieces carry no number, no total and no end mark (`reference/commerceml.md` §1.3), so three things are told by their bytes: the
first piece once more means that 1C began the file anew; the last piece once more means that our answer was lost; and a file is
over at its closing root tag, at a zip's end record, at another name, at `import`, or after a silence.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from adapters.clock import Clock
from adapters.errors import FeedRefused
from adapters.gateway.bodies import Spool
from adapters.gateway.threads import HUB_AWAY, Threads
from adapters.hub.arrivals import Arrivals, Ends
from adapters.hub.inbox import Feed, Inbox, NotInState, Session
from adapters.onec.endings import REACH_BYTES, is_complete, opens_document
from adapters.onec.names import kind_of, safe_name
from adapters.settings import OnecSettings

TELLING_BYTES = 64


class Uploads:
    """The files of all sessions; one session's pieces are taken one after another, sessions side by side.

    Args:
        inbox: where pieces are stored.
        arrivals: what the inbox has of a file so far.
        threads: where the hub is spoken to.
        settings: limits and the silence after which a file is over.
        clock: how fast that silence passes.
    """

    def __init__(self, *, inbox: Inbox, arrivals: Arrivals, threads: Threads, settings: OnecSettings, clock: Clock) -> None:
        self._inbox = inbox
        self._arrivals = arrivals
        self._threads = threads
        self._settings = settings
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, session: Session, exchange: str, filename: str, spool: Spool) -> None:
        """Store one POST of a file.

        Raises:
            FeedRefused: the name is unsafe, the file is empty, or all pieces together are too large.
        """
        async with self._turn(session):
            try:
                await self._threads.heavy(self._take, session, exchange, safe_name(filename), spool)
            except NotInState as late:
                raise FeedRefused("late", "Файл передавался слишком долго и уже закрыт: повторите обмен.") from late

    async def finish(self, session: Session) -> None:
        """The session sends nothing more of the file it was sending."""
        async with self._turn(session):
            await self._threads.heavy(self._finish, session)

    @asynccontextmanager
    async def coming(self, session: Session) -> AsyncIterator[None]:
        """While a piece is on its way in, however slowly, the file it belongs to is not quiet."""
        is_in = asyncio.Event()
        keeper = asyncio.create_task(self._keep_awake(session, is_in))
        try:
            yield
        finally:
            is_in.set()
            await keeper

    async def _keep_awake(self, session: Session, is_in: asyncio.Event) -> None:
        every_s = self._settings.file_quiet_s / 3 / self._clock.speed
        while not is_in.is_set():
            with suppress(*HUB_AWAY):
                await self._threads.quick(self._touch, session)
            with suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await is_in.wait()

    def _touch(self, session: Session) -> None:
        if (open_feed := self._inbox.receiving(session.session_ref)) is not None:
            self._inbox.touch(open_feed.feed_id)

    def _turn(self, session: Session) -> asyncio.Lock:
        return self._turns.setdefault(session.session_ref, asyncio.Lock())

    def _finish(self, session: Session) -> None:
        if (open_feed := self._inbox.receiving(session.session_ref)) is not None:
            self._inbox.complete(open_feed.feed_id)

    def _take(self, session: Session, exchange: str, name: str, spool: Spool) -> None:
        open_feed = self._inbox.receiving(session.session_ref)
        if open_feed is not None and open_feed.name == name:
            self._continue(open_feed, spool)
            return
        if self._is_told_again(session, name, spool):
            return
        if open_feed is not None:
            self._inbox.complete(open_feed.feed_id)
        self._begin(session, exchange, name, spool)

    def _begin(self, session: Session, exchange: str, name: str, spool: Spool) -> None:
        kind = kind_of(name, spool.head(TELLING_BYTES))
        if spool.size_bytes == 0:
            if kind == "picture":
                return
            raise FeedRefused("empty", f"Файл {name} пришёл пустым. Проверьте, что прокси перед Utyug передаёт тело запроса.")
        self._check_size(name, spool.size_bytes)
        feed_id = self._inbox.begin(source=session.source, exchange=exchange, name=name, kind=kind, session_ref=session.session_ref)
        self._store(feed_id, kind, Ends(b"", b""), spool)

    def _continue(self, open_feed: Feed, spool: Spool) -> None:
        if spool.size_bytes == 0:
            return
        stored, size_bytes = self._arrivals.ends(open_feed.feed_id, REACH_BYTES), open_feed.size_bytes
        if _is_anew(stored, spool):
            self._inbox.truncate(open_feed.feed_id)
            stored, size_bytes = Ends(b"", b""), 0
        elif _is_repeated(stored, spool):
            return
        try:
            self._check_size(open_feed.name, size_bytes + spool.size_bytes)
        except FeedRefused as refused:
            self._inbox.truncate(open_feed.feed_id)
            self._inbox.abandon(open_feed.feed_id, refused.sentence)
            raise
        self._store(open_feed.feed_id, open_feed.kind, stored, spool)

    def _store(self, feed_id: int, kind: str, stored: Ends, spool: Spool) -> None:
        size_bytes = self._inbox.append(feed_id, spool.file)
        head = stored.head or spool.head(REACH_BYTES)
        tail = (stored.tail + spool.tail(REACH_BYTES))[-REACH_BYTES:]
        if is_complete(kind, head=head, tail=tail, size_bytes=size_bytes):
            self._inbox.complete(feed_id)

    def _check_size(self, name: str, size_bytes: int) -> None:
        if size_bytes > self._settings.max_file_bytes:
            raise FeedRefused(
                "too_big",
                f"Файл {name} больше {self._settings.max_file_bytes // 1_000_000 or 1} МБ и не принят. "
                "Уменьшите размер порции в настройках обмена 1С.",
            )

    def _is_told_again(self, session: Session, name: str, spool: Spool) -> bool:
        """Whether this is said once more of a file that is over: all of it, its last piece, or a newline after its end."""
        earlier = self._inbox.find(session.session_ref, name)
        if earlier is None or spool.size_bytes == 0 or earlier.size_bytes < spool.size_bytes:
            return False
        head, tail = spool.head(REACH_BYTES), spool.tail(REACH_BYTES)
        if earlier.kind == "xml" and not head.strip():
            return True
        stored = self._arrivals.ends(earlier.feed_id, REACH_BYTES)
        if not stored.tail.endswith(tail):
            return False
        return not opens_document(head, known_head=stored.head) if earlier.size_bytes > spool.size_bytes else stored.head == head


def complete_quiet(inbox: Inbox, arrivals: Arrivals, *, now: datetime, quiet_s: float, source: str | None = None) -> list[int]:
    """Complete the files of which nothing more came for a while; the supervisor calls it, and so does the source's next session.

    Returns:
        The feeds that are complete now.
    """
    feed_ids = arrivals.quiet(since=now - timedelta(seconds=quiet_s), source=source)
    for feed_id in feed_ids:
        inbox.complete(feed_id)
    return feed_ids


def _is_anew(stored: Ends, spool: Spool) -> bool:
    """Whether 1C sends the file from its start again."""
    head = spool.head(REACH_BYTES)
    return opens_document(head, known_head=stored.head) or (len(head) >= TELLING_BYTES and stored.head[: len(head)] == head)


def _is_repeated(stored: Ends, spool: Spool) -> bool:
    """Whether the last piece is here once more; a few bytes prove nothing, a zip may well end in two equal ones."""
    tail = spool.tail(REACH_BYTES)
    return len(tail) >= TELLING_BYTES and stored.tail.endswith(tail)
