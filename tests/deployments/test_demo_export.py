import zipfile
from pathlib import Path

import pytest

from adapters.errors import FeedRefused, Misconfigured
from deployments.demo_export import alone, articles, own_files
from tests.intake import export


def lay(folder: Path, **files: bytes) -> Path:
    for name, body in files.items():
        path = folder / f"{name.replace('__', '/')}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return folder


def pack(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in files.items():
            archive.writestr(f"{name.replace('__', '/')}.xml", body)
        archive.writestr("import_files/a.jpg", b"\xff\xd8")
    return path


def test_files_of_a_folder_go_in_the_order_1c_would_send_them(tmp_path: Path) -> None:
    folder = lay(tmp_path / "given", rests=b"<", webdata__offers=b"<", import0_2=b"<", prices=b"<", import0_1=b"<")
    (folder / "readme.txt").write_text("нет")
    assert [path.name for path in own_files(folder, tmp_path)] == [
        "import0_1.xml",
        "import0_2.xml",
        "offers.xml",
        "prices.xml",
        "rests.xml",
    ]


def test_an_archive_gives_its_files_under_their_names_even_equal_ones(tmp_path: Path) -> None:
    archive = pack(tmp_path / "export.zip", offers=b"<o/>", first__import=b"<a/>", second__import=b"<b/>")
    files = own_files(archive, tmp_path / "work")
    assert [path.name for path in files] == ["import.xml", "import.xml", "offers.xml"]
    assert [path.read_bytes() for path in files] == [b"<a/>", b"<b/>", b"<o/>"]


def test_archives_within_a_folder_are_unpacked_too(tmp_path: Path) -> None:
    folder = lay(tmp_path / "given", offers=b"<o/>")
    pack(folder / "one.zip", import0_1=b"<a/>")
    pack(folder / "two.zip", import0_1=b"<b/>")
    files = own_files(folder, tmp_path / "work")
    assert sorted(path.read_bytes() for path in files) == [b"<a/>", b"<b/>", b"<o/>"]


def test_a_single_file_is_an_export(tmp_path: Path) -> None:
    folder = lay(tmp_path, import0_1=b"<")
    assert own_files(folder / "import0_1.xml", tmp_path) == [folder / "import0_1.xml"]


def test_nothing_to_export_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="нет файлов XML"):
        own_files(tmp_path, tmp_path)
    with pytest.raises(Misconfigured, match="нет: укажите EXPORT"):
        own_files(tmp_path / "nowhere", tmp_path)


def test_a_damaged_archive_in_a_folder_is_refused(tmp_path: Path) -> None:
    pack(tmp_path / "export.zip", import0_1=b"<" * 1000)
    (tmp_path / "export.zip").write_bytes((tmp_path / "export.zip").read_bytes()[:-30])
    with pytest.raises(FeedRefused):
        own_files(tmp_path, tmp_path / "work")


def test_each_file_is_a_portion_of_its_own(tmp_path: Path) -> None:
    folder = lay(tmp_path / "given", import0_1=b"<a/>", import0_2=b"<b/>")
    for path in sorted(folder.iterdir()):
        portion = alone(path, tmp_path / "work")
        assert [(found.name, found.read_bytes()) for found in portion.iterdir()] == [(path.name, path.read_bytes())]


def test_articles_are_named_once_each_up_to_the_limit(tmp_path: Path) -> None:
    folder = lay(tmp_path, import0_1=export(["b", "a"]), import0_2=export(["a", "c"]))
    files = sorted(folder.iterdir())
    assert articles(files, limit=10) == ["А-b", "А-a", "А-c"]
    assert articles(files, limit=2) == ["А-b", "А-a"]


def test_a_file_that_cannot_be_read_as_a_whole_has_no_articles(tmp_path: Path) -> None:
    lay(tmp_path, import0_1=export([f"iron-{n}" for n in range(30_000)])[:-40], import0_2=export(["a"]))
    assert articles(sorted(tmp_path.iterdir()), limit=10) == ["А-a"]
