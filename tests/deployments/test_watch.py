"""An export dropped by a file share or FTP."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from adapters.clock import Clock
from adapters.gateway.uploads import complete_quiet
from adapters.hub.arrivals import Arrivals
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.journal import Journal
from adapters.hub.pictures import Pictures
from deployments.watch import Scan, WatchedFolder

XML = "<?xml version='1.0'?>\n<КоммерческаяИнформация>{}</КоммерческаяИнформация>"


def document(text: str = "") -> bytes:
    return XML.format(text).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dropped = tmp_path / "dropped"
    dropped.mkdir()
    return dropped


@pytest.fixture
def watched(hub: Hub, folder: Path) -> WatchedFolder:
    return WatchedFolder(hub, folder=folder, source="folder")


def twice(watched: WatchedFolder) -> Scan:
    watched.scan()
    return watched.scan()


def left(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def today(hub: Hub) -> str:
    return hub.clock.now().date().isoformat()


def test_a_finished_file_goes_to_the_inbox_and_then_to_done(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    (folder / "import.xml").write_bytes(document())
    assert watched.scan().waiting == ["import.xml"]
    assert list(watched.scan().taken) == ["import.xml"]
    (feed,) = Inbox(hub).waiting()
    assert (feed.source, feed.exchange, feed.kind) == ("folder", "folder", "xml")
    assert b"".join(Inbox(hub).body(feed.feed_id)) == document()
    assert left(folder) == {f"done/{today(hub)}/import.xml"}
    assert twice(watched) == Scan()


def test_a_file_that_still_grows_is_left_alone(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    (folder / "import.xml").write_bytes(document())
    watched.scan()
    (folder / "import.xml").write_bytes(document("<Каталог/>"))
    assert watched.scan().waiting == ["import.xml"]
    assert list(watched.scan().taken) == ["import.xml"]


@pytest.mark.parametrize("body", [document()[:-1], b"", b"PK\x03\x04half"])
def test_a_file_that_shows_no_end_waits_and_then_is_refused_with_the_reason_beside_it(
    hub: Hub, folder: Path, watched: WatchedFolder, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    (folder / "import.xml").write_bytes(body)
    assert twice(watched).waiting == ["import.xml"]
    now = hub.clock.now()
    monkeypatch.setattr(Clock, "now", lambda _: now + timedelta(seconds=601))
    assert list(watched.scan().refused) == ["import.xml"]
    day = today(hub)
    assert left(folder) == {f"refused/{day}/import.xml", f"refused/{day}/import.xml.txt"}
    assert "целиком" in (folder / "refused" / day / "import.xml.txt").read_text(encoding="utf-8")
    (entry,) = Journal(hub).entries(kind="file_refused")
    assert entry.subject == "folder:import.xml"
    assert Inbox(hub).feeds() == []


@pytest.mark.parametrize("name", ["import.xml.part", "import.xml.tmp", ".import.xml.swp", "import.xml.filepart", "import.xml~"])
def test_names_of_unfinished_files_are_not_looked_at(folder: Path, watched: WatchedFolder, name: str) -> None:
    (folder / name).write_bytes(document())
    assert twice(watched) == Scan()
    assert left(folder) == {name}


def test_files_enter_in_the_order_they_should_be_read_with_pictures_first(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    for name in ("orders.xml", "rests.xml", "offers.xml", "import.xml"):
        (folder / name).write_bytes(document(name))
    (folder / "import_files" / "ab").mkdir(parents=True)
    (folder / "import_files" / "ab" / "x.jpg").write_bytes(b"\xff\xd8\xff")
    assert list(twice(watched).taken) == ["import_files/ab/x.jpg", "import.xml", "offers.xml", "rests.xml", "orders.xml"]
    assert Pictures(hub).find("folder", "import_files/ab/x.jpg") is not None
    assert f"done/{today(hub)}/import_files/ab/x.jpg" in left(folder)


def test_an_export_in_a_subfolder_keeps_its_pictures_by_the_names_its_products_know(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    (folder / "monday" / "import_files").mkdir(parents=True)
    (folder / "monday" / "import_files" / "x.jpg").write_bytes(b"\xff\xd8\xff")
    twice(watched)
    assert Pictures(hub).find("folder", "import_files/x.jpg") is not None


def test_an_archive_is_taken_whole(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("import.xml", document())
    (folder / "export.zip").write_bytes(packed.getvalue())
    twice(watched)
    assert [feed.kind for feed in Inbox(hub).waiting()] == ["archive"]


def test_the_same_bytes_are_taken_once_whatever_their_name(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    (folder / "import.xml").write_bytes(document())
    twice(watched)
    (folder / "import.xml").write_bytes(document())
    (folder / "import-copy.xml").write_bytes(document())
    assert sorted(twice(watched).repeated) == ["import-copy.xml", "import.xml"]
    assert len(Inbox(hub).feeds()) == 1
    assert left(folder) == {f"done/{today(hub)}/{name}" for name in ("import.xml", "import-2.xml", "import-copy.xml")}


def test_the_same_bytes_are_taken_again_after_they_were_refused(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    (folder / "import.xml").write_bytes(document())
    (feed_id,) = twice(watched).taken.values()
    Inbox(hub).refuse(feed_id, "Не читается.", reason="truncated")
    (folder / "import.xml").write_bytes(document())
    assert list(twice(watched).taken) == ["import.xml"]


def test_a_link_is_never_followed(tmp_path: Path, folder: Path, watched: WatchedFolder) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(document("тайна"))
    (folder / "import.xml").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path)
    assert list(watched.scan().refused) == ["import.xml"]
    assert secret.read_bytes() == document("тайна")


def test_a_name_that_cannot_be_kept_is_refused(hub: Hub, folder: Path, watched: WatchedFolder) -> None:
    (folder / "a\nb.xml").write_bytes(document())
    (folder / os.fsdecode(b"\xff.xml")).write_bytes(document())
    assert len(watched.scan().refused) == 2
    assert Inbox(hub).feeds() == []
    assert len(Journal(hub).entries(kind="file_refused")) == 2


def test_an_unreadable_file_is_refused_and_the_others_are_taken(
    folder: Path, watched: WatchedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "import.xml").write_bytes(document())
    (folder / "offers.xml").write_bytes(document("1"))
    opened = Path.open

    def guarded(path: Path, mode: str = "r", **given: str) -> object:
        if path.name == "import.xml" and mode == "rb":
            raise PermissionError
        return opened(path, mode, **given)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", guarded)
    assert list(watched.scan().refused) == ["import.xml"]
    assert list(watched.scan().taken) == ["offers.xml"]


@pytest.mark.parametrize("dies_at", ["append", "complete", "rename"])
def test_a_scan_killed_halfway_loses_and_doubles_nothing(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str) -> None:
    (folder / "import.xml").write_bytes(document())

    def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(Path if dies_at == "rename" else Inbox, dies_at, killed)
        patch.setattr(WatchedFolder, "_refuse_unreadable", killed)
        with pytest.raises(ConnectionError):
            twice(WatchedFolder(hub, folder=folder, source="folder"))
    twice(WatchedFolder(hub, folder=folder, source="folder"))
    assert [feed.name for feed in Inbox(hub).waiting()] == ["import.xml"]
    assert Inbox(hub).feeds(state="receiving") == []
    assert left(folder) == {f"done/{today(hub)}/import.xml"}


def test_a_file_half_read_from_the_folder_is_never_ended_by_silence(hub: Hub) -> None:
    inbox = Inbox(hub)
    inbox.begin(source="folder", exchange="folder", name="import.xml", kind="xml")
    assert complete_quiet(inbox, Arrivals(hub), now=hub.clock.now() + timedelta(days=1), quiet_s=30) == []


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_scan(
    hub: Hub, folder: Path, watched: WatchedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "import.xml"
    path.write_bytes(document())
    watched.scan()
    append = Inbox.append

    def grows(self: Inbox, feed_id: int, body: BytesIO) -> int:
        path.write_bytes(document("<Каталог/>"))
        return append(self, feed_id, body)

    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "append", grows)
        assert watched.scan().waiting == ["import.xml"]
    twice(watched)
    (feed,) = Inbox(hub).waiting()
    assert b"".join(Inbox(hub).body(feed.feed_id)) == document("<Каталог/>")
