import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from adapters.errors import FeedRefused
from adapters.hub.arrivals import Arrivals
from adapters.hub.hub import Hub
from adapters.hub.inbox import Feed, Inbox
from adapters.onec.archive import Limits, store_members, unpack

LIMITS = Limits(max_files=20, max_unpacked_bytes=50_000_000)
XML = '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация></КоммерческаяИнформация>'.encode()


def zipped(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return packed.getvalue()


def opened(tmp_path: Path, body: bytes, *, limits: Limits = LIMITS) -> dict[str, bytes]:
    path, into = tmp_path / "archive", tmp_path / "into"
    path.write_bytes(body)
    into.mkdir(exist_ok=True)
    return {member.name: member.path.read_bytes() for member in unpack(path, into, limits=limits)}


def reason_of(tmp_path: Path, body: bytes, *, limits: Limits = LIMITS) -> str:
    with pytest.raises(FeedRefused) as refused:
        opened(tmp_path, body, limits=limits)
    return refused.value.reason


def renamed(body: bytes, plain: bytes, hostile: bytes) -> bytes:
    assert len(plain) == len(hostile)
    return body.replace(plain, hostile)


def flagged(body: bytes, *, local_at: int, central_at: int, value: int) -> bytes:
    """The archive with a 16-bit field of its first local header and first directory entry overwritten."""
    changed = bytearray(body)
    struct.pack_into("<H", changed, body.index(b"PK\x03\x04") + local_at, value)
    struct.pack_into("<H", changed, body.index(b"PK\x01\x02") + central_at, value)
    return bytes(changed)


def test_an_archive_gives_its_files_with_their_relative_names(tmp_path: Path) -> None:
    members = {"import0_1.xml": XML, "import_files/ab/x.jpg": b"\xff\xd8\xff"}
    assert opened(tmp_path, zipped(members)) == members


def test_backslashes_of_windows_are_folders_and_folders_are_no_files(tmp_path: Path) -> None:
    body = zipped({"import_files\\ab\\x.jpg": b"1", "import_files\\ab\\": b"", "empty/": b""})
    assert opened(tmp_path, body) == {"import_files/ab/x.jpg": b"1"}


@pytest.mark.parametrize("encoding", ["cp866", "utf-8"])
def test_russian_names_are_read_whether_or_not_the_archive_says_their_encoding(tmp_path: Path, encoding: str) -> None:
    raw = "Выгрузка.xml".encode(encoding)
    body = renamed(zipped({"n" * len(raw): XML}), b"n" * len(raw), raw)
    assert opened(tmp_path, body) == {"Выгрузка.xml": XML}


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "C:\\x.xml", "a\\..\\..\\x.xml"])
def test_a_name_that_leaves_its_folder_refuses_the_whole_archive(tmp_path: Path, name: str) -> None:
    assert reason_of(tmp_path, zipped({"import.xml": XML, name: b"x"})) == "unsafe_archive"
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["000000", "archive"]


def test_a_name_cut_by_a_zero_byte_is_refused(tmp_path: Path) -> None:
    body = renamed(zipped({"import.xml_jpg": XML}), b"import.xml_jpg", b"import.xml\0jpg")
    assert reason_of(tmp_path, body) == "unsafe_archive"


def test_a_link_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("import.xml")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert reason_of(tmp_path, packed.getvalue()) == "unsafe_archive"


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    body = renamed(zipped({"import1.xml": XML, "import2.xml": XML}), b"import2.xml", b"import1.xml")
    assert reason_of(tmp_path, body) == "unsafe_archive"


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    body = flagged(zipped({"import.xml": XML}), local_at=6, central_at=8, value=1)
    assert reason_of(tmp_path, body) == "encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, 9, 99])
def test_an_unusual_compression_is_refused(tmp_path: Path, method: int) -> None:
    body = flagged(zipped({"import.xml": XML}), local_at=8, central_at=10, value=method)
    assert reason_of(tmp_path, body) == "unsafe_archive"


def test_an_archive_inside_an_archive_is_refused_and_a_document_that_is_a_zip_inside_is_not(tmp_path: Path) -> None:
    inner = zipped({"word/document.xml": b"<a/>"})
    assert reason_of(tmp_path, zipped({"import.xml": inner})) == "unsafe_archive"
    assert opened(tmp_path, zipped({"import_files/aa/manual.docx": inner})) == {"import_files/aa/manual.docx": inner}


def test_an_archive_cut_anywhere_is_refused(tmp_path: Path) -> None:
    body = zipped({"import.xml": XML * 50, "offers.xml": XML})
    for size in range(0, len(body), 37):
        assert reason_of(tmp_path, body[:size]) in {"truncated", "damaged_archive"}


def test_a_flipped_bit_is_found_by_the_checksum(tmp_path: Path) -> None:
    body = bytearray(zipped({"import.xml": XML}, compression=zipfile.ZIP_STORED))
    body[60] ^= 1
    assert reason_of(tmp_path, bytes(body)) == "damaged_archive"


def test_more_files_than_allowed_are_refused(tmp_path: Path) -> None:
    members = {f"{n}.xml": b"x" for n in range(21)}
    assert reason_of(tmp_path, zipped(members)) == "too_big"
    assert len(opened(tmp_path, zipped(dict(list(members.items())[:20])))) == 20


def test_a_directory_that_names_fewer_files_than_it_holds_is_counted(tmp_path: Path) -> None:
    body = bytearray(zipped({f"{n}.xml": b"x" for n in range(21)}))
    struct.pack_into("<HH", body, body.rindex(b"PK\x05\x06") + 8, 1, 1)
    assert reason_of(tmp_path, bytes(body)) == "too_big"


def test_more_bytes_than_allowed_are_refused_while_they_come_out(tmp_path: Path) -> None:
    body = zipped({"import.xml": b"a" * 2_000_000})
    assert reason_of(tmp_path, body, limits=Limits(max_files=2, max_unpacked_bytes=1_000_000)) == "too_big"
    assert (tmp_path / "into" / "000000").stat().st_size <= 1_000_000


def test_a_bomb_is_refused_by_its_ratio_long_before_the_limit_of_bytes(tmp_path: Path) -> None:
    body = zipped({"import.xml": b"0" * 40_000_000})
    assert reason_of(tmp_path, body) == "too_big"
    assert (tmp_path / "into" / "000000").stat().st_size <= 11_000_000


def test_a_size_that_lies_in_the_headers_is_not_believed(tmp_path: Path) -> None:
    body = bytearray(zipped({"import.xml": b"a" * 2_000_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", body, body.index(mark) + at, 10)
    assert reason_of(tmp_path, bytes(body)) == "damaged_archive"


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    assert reason_of(tmp_path, zipped({})) == "damaged_archive"


def received(hub: Hub, body: bytes) -> Feed:
    inbox = Inbox(hub)
    session_ref = inbox.open_session(source="main", exchange="catalog")
    feed_id = inbox.begin(source="main", exchange="catalog", name="v8_1.zip", kind="archive", session_ref=session_ref)
    inbox.append(feed_id, io.BytesIO(body))
    return inbox.complete(feed_id)


def test_members_become_feeds_of_the_archives_session_and_the_archive_is_done(hub: Hub, tmp_path: Path) -> None:
    inbox = Inbox(hub)
    archive = received(hub, zipped({"offers0_1.xml": XML, "import0_1.xml": XML + b" ", "import_files/ab/x.jpg": b"jpg"}))
    store_members(inbox, Arrivals(hub), archive, limits=LIMITS, scratch=tmp_path)
    assert [(feed.name, feed.kind) for feed in inbox.waiting()] == [("import0_1.xml", "xml"), ("offers0_1.xml", "xml")]
    assert archive.session_ref is not None
    found = inbox.find(archive.session_ref, "import0_1.xml")
    assert found is not None
    assert found.archive_id == archive.feed_id
    assert b"".join(inbox.body(found.feed_id)) == XML + b" "
    assert inbox.feed(archive.feed_id).state == "recorded"
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_is_refused_leaves_no_feed_behind(hub: Hub, tmp_path: Path) -> None:
    inbox = Inbox(hub)
    archive = received(hub, zipped({"import0_1.xml": XML, "../x": b"x"}))
    with pytest.raises(FeedRefused):
        store_members(inbox, Arrivals(hub), archive, limits=LIMITS, scratch=tmp_path)
    assert Arrivals(hub).members(archive.feed_id) == {}
    assert inbox.feed(archive.feed_id).state == "waiting"


@pytest.mark.parametrize("dies_at", ["begin", "append", "complete", "finish_archive"])
def test_members_stored_before_a_crash_are_not_doubled(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str) -> None:
    inbox = Inbox(hub)
    archive = received(hub, zipped({"import0_1.xml": XML, "offers0_1.xml": XML + b" "}))
    whole = getattr(inbox, dies_at)
    calls = []

    def dies_on_the_second_call(*given: object, **named: object) -> object:
        calls.append(given)
        if len(calls) == 2 or dies_at == "finish_archive":
            raise ConnectionError
        return whole(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(inbox, dies_at, dies_on_the_second_call)
        with pytest.raises(ConnectionError):
            store_members(inbox, Arrivals(hub), archive, limits=LIMITS, scratch=tmp_path)
    store_members(inbox, Arrivals(hub), inbox.feed(archive.feed_id), limits=LIMITS, scratch=tmp_path)
    bodies = {feed.name: b"".join(inbox.body(feed.feed_id)) for feed in inbox.waiting()}
    assert bodies == {"import0_1.xml": XML, "offers0_1.xml": XML + b" "}
    assert len(inbox.feeds()) == 3
