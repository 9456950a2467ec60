"""Archives of 1C, unpacked without trusting a single header.

УТ packs a whole export (XML and `import_files/`) into one zip of a temporary name. Members land in numbered files, so a hostile
name cannot reach the disk; sizes are counted as bytes come out, so a lying header cannot fill it. An archive is good as a
whole or refused as a whole: nothing is handed over before the last member is out and its checksum agreed.
"""

import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from adapters.errors import FeedRefused
from adapters.hub.arrivals import Arrivals
from adapters.hub.inbox import Feed, Inbox
from adapters.onec.endings import END, END64, END64_LOCATOR, END64_LOCATOR_MARK, END64_MARK, END_MARK, REACH_BYTES
from adapters.onec.names import intake_order, kind_of, safe_name
from adapters.settings import OnecSettings

PIECE = 1 << 16
TOUCH_EVERY = 200
ENTRY_BYTES = 1024
ENTRY_MARK = b"PK\x01\x02"
ENCRYPTED = 0x1
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
RATIO_COUNTS_FROM_BYTES = 10_000_000
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError, OverflowError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one archive may hold.

    Args:
        max_files: members, folders included.
        max_unpacked_bytes: all members together.
        max_ratio: unpacked bytes per packed byte, once there are enough of them to tell; XML packs 10–60 times.
    """

    max_files: int
    max_unpacked_bytes: int
    max_ratio: int = 250

    @classmethod
    def of(cls, settings: OnecSettings) -> Self:
        """The limits of the exchange's settings."""
        return cls(max_files=settings.max_archive_files, max_unpacked_bytes=settings.max_unpacked_bytes)


@dataclass(frozen=True, slots=True)
class Member:
    """One unpacked file: its name in the archive, made safe, what it is (`kind_of`), and where its bytes lie."""

    name: str
    kind: str
    path: Path


def unpack(path: Path, into: Path, *, limits: Limits) -> Iterator[Member]:
    """Unpack a whole archive and then hand its members over, in the archive's order.

    Args:
        path: the archive.
        into: an empty folder; members lie there under numbers, whatever their names.
        limits: what is too much.

    Raises:
        FeedRefused: at the call, before any member: ``truncated``, ``damaged_archive``, ``encrypted``, ``unsafe_archive``, ``too_big``.
    """
    _check_directory(path, limits)
    budget = _Budget(limits, packed_bytes=path.stat().st_size)
    members: list[Member] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for name, info in _named(archive):
                target = into / f"{len(members):06}"
                with archive.open(info) as packed, target.open("wb") as unpacked:
                    kind = _pour(name, packed, unpacked, budget)
                members.append(Member(name, kind, target))
    except DAMAGED as error:
        raise FeedRefused("damaged_archive", "Архив повреждён и не распаковывается: повторите выгрузку из 1С.") from error
    if not members:
        raise FeedRefused("damaged_archive", "В архиве нет ни одного файла: повторите выгрузку из 1С.")
    return iter(members)


def store_members(inbox: Inbox, arrivals: Arrivals, archive: Feed, *, limits: Limits, scratch: Path) -> list[int]:
    """Turn a waiting archive into feeds of its own and record it; after a crash the same call goes on where it stopped.

    Attachments come first, then XML in the order it should be read, so that what waits is never ahead of what it needs.

    Args:
        inbox: where the archive is and its members go.
        arrivals: which members are there already.
        archive: the feed to unpack, in state waiting.
        limits: what is too much.
        scratch: a folder with room for the archive and everything in it; left as it was.

    Returns:
        The members' feeds.

    Raises:
        FeedRefused: as `unpack` does; nothing was stored, the archive still waits and is the caller's to refuse.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        packed = inbox.fetch(archive.feed_id, Path(folder) / "archive")
        unpacked = Path(folder) / "members"
        unpacked.mkdir()
        members = sorted(unpack(packed, unpacked, limits=limits), key=_storing_order)
        packed.unlink()
        known = arrivals.members(archive.feed_id)
        stored = []
        for number, member in enumerate(members):
            if number % TOUCH_EVERY == 0:
                inbox.touch(archive.feed_id)
            stored.append(_store(inbox, archive, member, known.get(member.name)))
    inbox.finish_archive(archive.feed_id, f"Архив распакован: файлов {len(stored)}.")
    return stored


def _storing_order(member: Member) -> tuple[bool, tuple[int, str]]:
    return member.kind != "picture", intake_order(member.name)


def _store(inbox: Inbox, archive: Feed, member: Member, known: tuple[int, str] | None) -> int:
    if known is not None and known[1] != "receiving":
        return known[0]
    if known is not None:
        feed_id = known[0]
        inbox.truncate(feed_id)
    else:
        feed_id = inbox.begin(
            source=archive.source, exchange=archive.exchange, name=member.name, kind=member.kind, archive_id=archive.feed_id
        )
    with member.path.open("rb") as body:
        inbox.append(feed_id, body)
    inbox.complete(feed_id)
    return feed_id


class _Budget:
    """What may still come out of an archive."""

    def __init__(self, limits: Limits, *, packed_bytes: int) -> None:
        self._most = min(limits.max_unpacked_bytes, max(RATIO_COUNTS_FROM_BYTES, packed_bytes * limits.max_ratio))
        self._spent = 0

    def spend(self, size_bytes: int) -> None:
        self._spent += size_bytes
        if self._spent > self._most:
            raise _too_big("Архив распаковывается в недопустимо большой объём")


def _check_directory(path: Path, limits: Limits) -> None:
    """Refuse a directory that would itself fill the memory, before anything reads it whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - REACH_BYTES))
        tail = file.read()
        at = tail.rfind(END_MARK)
        if at < 0 or len(tail) - at < END.size:
            raise FeedRefused("truncated", "Архив пришёл не до конца: повторите выгрузку из 1С.")
        _, _, _, _, entries, directory_bytes, _, _ = END.unpack_from(tail, at)
        locator = tail[max(0, at - END64_LOCATOR.size) : at]
        if locator.startswith(END64_LOCATOR_MARK):
            file.seek(min(size, END64_LOCATOR.unpack(locator)[2]))
            record = file.read(END64.size)
            if len(record) == END64.size and record.startswith(END64_MARK):
                entries, directory_bytes = END64.unpack(record)[7:9]
        if entries > limits.max_files or directory_bytes > min(size, limits.max_files * ENTRY_BYTES):
            raise _too_big("В архиве слишком много файлов")
        end_at = size - len(tail) + at
        file.seek(max(0, end_at - END64_LOCATOR.size - END64.size - directory_bytes))
        if _entries(file, limits.max_files) > limits.max_files:
            raise _too_big("В архиве слишком много файлов")


def _entries(file: IO[bytes], most: int) -> int:
    """How many directory entries begin from here on, counted no further than needed."""
    found, kept = 0, b""
    while found <= most and (piece := file.read(PIECE)):
        window = kept + piece
        found += window.count(ENTRY_MARK)
        kept = window[-len(ENTRY_MARK) + 1 :]
    return found


def _named(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    seen: set[str] = set()
    for info in archive.infolist():
        given = _given_name(info)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _unsafe("ссылка вместо файла")
        if info.flag_bits & ENCRYPTED:
            raise FeedRefused("encrypted", "Архив зашифрован паролем: прочитать его нельзя. Уберите пароль в настройках выгрузки.")
        if given.endswith(("/", "\\")):
            continue
        if info.compress_type not in COMPRESSIONS:
            raise FeedRefused("unsafe_archive", "Архив сжат необычным способом и не принят: выгружайте обычный ZIP.")
        try:
            name = safe_name(given)
        except FeedRefused as refused:
            raise _unsafe("имя файла, ведущее за пределы выгрузки") from refused
        if name in seen:
            raise _unsafe("два файла с одним именем")
        seen.add(name)
        yield name, info


def _given_name(info: zipfile.ZipInfo) -> str:
    """The member's name before any guess: UTF-8 where the bytes allow it, else cp866 as Windows packs it."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp866")


def _pour(name: str, packed: IO[bytes], unpacked: IO[bytes], budget: _Budget) -> str:
    head = b""
    while piece := packed.read(PIECE):
        budget.spend(len(piece))
        unpacked.write(piece)
        head = head or piece
    if (kind := kind_of(name, head)) == "archive":
        raise _unsafe("ещё один архив")
    return kind


def _unsafe(what: str) -> FeedRefused:
    return FeedRefused("unsafe_archive", f"В архиве {what}: такой архив не принимается целиком. Выгрузите из 1С заново.")


def _too_big(what: str) -> FeedRefused:
    return FeedRefused("too_big", f"{what}: он не принят целиком. Выгружайте порциями или увеличьте предел в настройках Utyug.")
