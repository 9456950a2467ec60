"""The watched folder: an export dropped by a file share or FTP enters by the same inbox as one sent over HTTP.

Whoever drops a file may still be writing it, so it is taken only when two scans in a row see it unchanged and it shows its own
end. Taken files move to `done/<date>/`, unreadable ones to `refused/<date>/` with the reason beside them.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from adapters.errors import FeedRefused
from adapters.hub.arrivals import Arrivals
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.journal import Journal
from adapters.onec.endings import REACH_BYTES, is_complete
from adapters.onec.names import ATTACHMENTS, ATTACHMENTS_FOLDER, intake_order, kind_of, safe_name

EXCHANGE = "folder"
DONE, REFUSED = "done", "refused"
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".partial", "~")
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Seen:
    """How a file looked when it was last seen, and since when it looks so."""

    size_bytes: int
    mtime_ns: int
    since: datetime


@dataclass(slots=True)
class Scan:
    """What one scan did, names relative to the folder.

    Args:
        taken: feed ids by name.
        repeated: files whose bytes had been taken before.
        refused: sentences by name.
        waiting: files that are not finished yet.
    """

    taken: dict[str, int] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)


class _StillWritten(Exception):
    """The file changed while it was read."""


class WatchedFolder:
    """One folder of one source; `scan` it every few seconds.

    Args:
        hub: whose inbox the files go to, and whose clock tells how long one stands still.
        folder: what is watched; made if missing.
        source: the name these files are kept under (`onec.watched_base`).
        patience_s: a file that shows no end and has not changed for so long is refused as cut short.
    """

    def __init__(self, hub: Hub, *, folder: Path, source: str, patience_s: float = 600.0) -> None:
        self._hub = hub
        self._inbox = Inbox(hub)
        self._arrivals = Arrivals(hub)
        self._journal = Journal(hub)
        self._folder = folder
        self._source = source
        self._patience = timedelta(seconds=patience_s)
        self._seen: dict[Path, Seen] = {}

    def scan(self) -> Scan:
        """Take what is finished; attachments first, then documents in the order they should be read."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._give_up_halves()
        now, done, present = self._hub.clock.now(), Scan(), sorted(self._files(), key=self._order)
        before, self._seen = self._seen, {}
        for path in present:
            name = path.relative_to(self._folder).as_posix()
            try:
                seen = self._look(path, before.get(path), now)
                self._consider(path, name, seen, is_still=before.get(path) == seen, now=now, done=done)
            except FeedRefused as refused:
                self._refuse(path, name, refused, now)
                done.refused[name] = refused.sentence
            except OSError as error:
                self._refuse_unreadable(path, name, error, now, done)
        return done

    def _give_up_halves(self) -> None:
        """Files that a killed scan left half stored are still in the folder, and will be taken anew."""
        for half in self._inbox.feeds(state="receiving", source=self._source):
            if half.exchange == EXCHANGE and half.archive_id is None:
                self._inbox.abandon(half.feed_id, f"Приём файла {half.name} из папки прервался; он будет принят заново.")

    def _files(self) -> Iterator[Path]:
        for root, folders, names in os.walk(self._folder):
            top = Path(root)
            folders[:] = [name for name in folders if not name.startswith(".") and not (top == self._folder and name in {DONE, REFUSED})]
            yield from (top / name for name in names if not name.startswith(".") and not name.lower().endswith(UNFINISHED))

    def _order(self, path: Path) -> tuple[bool, tuple[int, str]]:
        name = path.relative_to(self._folder).as_posix()
        return not _is_attachment(name), intake_order(name)

    def _look(self, path: Path, before: Seen | None, now: datetime) -> Seen:
        if path.is_symlink() or not path.is_file():
            raise FeedRefused("unsafe_name", "Это не файл, а ссылка или устройство: из папки берутся только файлы.")
        shape = path.stat()
        if before is not None and (before.size_bytes, before.mtime_ns) == (shape.st_size, shape.st_mtime_ns):
            now = before.since
        seen = Seen(shape.st_size, shape.st_mtime_ns, now)
        self._seen[path] = seen
        return seen

    def _consider(self, path: Path, name: str, seen: Seen, *, is_still: bool, now: datetime, done: Scan) -> None:
        kept_name, head, tail = safe_name(name), *_ends(path, seen.size_bytes)
        kind = kind_of(kept_name, head)
        is_over = _is_attachment(kept_name) or is_complete(kind, head=head, tail=tail, size_bytes=seen.size_bytes)
        if not (is_still and is_over):
            if now - seen.since > self._patience:
                raise FeedRefused("truncated", "Файл не дописан или это не выгрузка 1С: положите его в папку заново целиком.")
            done.waiting.append(name)
            return
        try:
            feed_id = self._take(path, kept_name, kind, seen)
        except _StillWritten:
            done.waiting.append(name)
            return
        if feed_id is None:
            done.repeated.append(name)
        else:
            done.taken[name] = feed_id
        self._move(path, DONE, name, now)

    def _take(self, path: Path, name: str, kind: str, seen: Seen) -> int | None:
        with path.open("rb") as body:
            digest = hashlib.file_digest(body, "sha256").hexdigest()
            if self._arrivals.is_known(source=self._source, sha256=digest):
                return None
            body.seek(0)
            feed_id = self._inbox.begin(source=self._source, exchange=EXCHANGE, name=name, kind=kind)
            self._inbox.append(feed_id, body)
            shape = os.fstat(body.fileno())
        if (shape.st_size, shape.st_mtime_ns) != (seen.size_bytes, seen.mtime_ns):
            self._inbox.abandon(feed_id, f"Файл {name} изменился, пока его читали; он будет принят заново.")
            raise _StillWritten
        self._inbox.complete(feed_id)
        return feed_id

    def _refuse(self, path: Path, name: str, refused: FeedRefused, now: datetime) -> None:
        moved = self._move(path, REFUSED, name, now)
        moved.with_name(moved.name + ".txt").write_text(refused.sentence + "\n", encoding="utf-8")
        subject = "folder:" + name.encode("utf-8", "replace").decode()
        self._journal.note(kind="file_refused", subject=subject, sentence=refused.sentence, detail={"reason": refused.reason})

    def _refuse_unreadable(self, path: Path, name: str, error: OSError, now: datetime, done: Scan) -> None:
        """A file that vanished meanwhile is nobody's fault; one that cannot be read is told of."""
        if isinstance(error, FileNotFoundError):
            return
        sentence = "Файл не читается: проверьте права на него и положите его в папку заново."
        self._refuse(path, name, FeedRefused("unreadable", sentence), now)
        done.refused[name] = sentence

    def _move(self, path: Path, where: str, name: str, now: datetime) -> Path:
        wanted = self._folder / where / now.date().isoformat() / name
        wanted.parent.mkdir(parents=True, exist_ok=True)
        target, number = wanted, 1
        while target.exists() or target.is_symlink():
            number += 1
            target = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        self._seen.pop(path, None)
        return path.rename(target)


def _is_attachment(name: str) -> bool:
    path = Path(name.lower())
    return path.suffix in ATTACHMENTS or ATTACHMENTS_FOLDER in path.parts[:-1]


def _ends(path: Path, size_bytes: int) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(REACH_BYTES)
        file.seek(max(0, size_bytes - REACH_BYTES))
        return head, file.read(REACH_BYTES)
