"""The folder that managers put workbooks into: what may be read, and where it goes."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from adapters.workbook.folder import DONE, REFUSED, WorkbookFolder, is_whole, read_whole, stem_of
from tests.adapters.workbook.sheet import save

TODAY = date(2026, 11, 23)


@pytest.fixture
def folder(tmp_path: Path) -> WorkbookFolder:
    return WorkbookFolder(tmp_path / "returns")


def put(folder: WorkbookFolder, name: str = "книга.xlsx") -> Path:
    folder.present()
    return save(folder.path / name, [("1", "2", 3)])


def test_a_whole_and_closed_workbook_may_be_read(folder: WorkbookFolder) -> None:
    file = put(folder)
    assert folder.present() == [file]
    assert folder.waits(file) is None


def test_a_workbook_that_is_still_copied_waits(folder: WorkbookFolder) -> None:
    file = put(folder)
    body = file.read_bytes()
    for size in (0, 10, len(body) // 2, len(body) - 1):
        file.write_bytes(body[:size])
        waiting = folder.waits(file)
        assert waiting is not None
        assert not waiting.is_open
    file.write_bytes(body)
    assert folder.waits(file) is None


@pytest.mark.parametrize("owner", ["~$книга.xlsx", "~$ига.xlsx", ".~lock.книга.xlsx#"])
def test_a_workbook_that_is_open_in_excel_or_libreoffice_waits_and_its_owners_file_is_no_workbook(
    folder: WorkbookFolder, owner: str
) -> None:
    file = put(folder)
    (folder.path / owner).write_bytes(b"\x05Manager")
    assert folder.present() == [file]
    waiting = folder.waits(file)
    assert waiting is not None
    assert waiting.is_open
    (folder.path / owner).unlink()
    assert folder.waits(file) is None


def test_what_is_no_workbook_at_all_is_whole_so_that_somebody_refuses_it(folder: WorkbookFolder) -> None:
    folder.present()
    file = folder.path / "возвраты.docx"
    file.write_bytes(b"text")
    assert is_whole(file)
    assert folder.waits(file) is None


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old or locked", b"a;b", "заказ".encode(), b"<html>"])
def test_what_only_calls_itself_a_workbook_is_refused_at_once_and_not_waited_for(folder: WorkbookFolder, content: bytes) -> None:
    folder.present()
    file = folder.path / "возвраты.xlsx"
    file.write_bytes(content)
    assert folder.waits(file) is None


def test_a_file_that_has_its_size_and_none_of_its_bytes_yet_waits(folder: WorkbookFolder) -> None:
    file = put(folder)
    file.write_bytes(bytes(4096))
    assert folder.waits(file) is not None


@pytest.mark.parametrize(
    "name",
    ["Thumbs.db", "desktop.ini", ".DS_Store", "~$книга.xlsx", "~WRL0001.tmp", "книга.xlsx.crdownload", "1A2B3C4D", ".~lock.книга.xlsx#"],
)
def test_what_programs_leave_in_folders_is_nobodys_workbook(folder: WorkbookFolder, name: str) -> None:
    file = put(folder)
    (folder.path / name).write_bytes(b"x")
    assert folder.present() == [file]


@pytest.mark.parametrize(
    "name",
    [
        "книга — исправить.xlsx", "книга — исправить (1).xlsx", "книга — исправить-2.xlsx", "книга — исправить - копия.xlsx",
        "Копия книга — исправить.xlsx", "книга — исправить — копия (2).xlsx",
    ],
)  # fmt: skip
def test_a_copy_is_known_by_its_name_whatever_systems_make_of_it(folder: WorkbookFolder, name: str) -> None:
    assert stem_of(folder.path / name) == "книга"


def test_a_book_of_another_name_is_another_book(folder: WorkbookFolder) -> None:
    assert stem_of(folder.path / "Копия книги (2).xlsx") == "Копия книги (2)"
    assert stem_of(folder.path / unicodedata.normalize("NFD", "Йод — исправить.xlsx")) == "Йод"


def test_folders_inside_are_left_alone(folder: WorkbookFolder) -> None:
    moved = folder.put_away(put(folder), DONE, TODAY)
    assert moved == folder.path / DONE / "2026-11-23" / "книга.xlsx"
    assert folder.present() == []


def test_a_second_file_of_the_same_name_does_not_replace_the_first(folder: WorkbookFolder) -> None:
    names = [folder.put_away(put(folder), DONE, TODAY).name for _ in range(3)]
    assert names == ["книга.xlsx", "книга-2.xlsx", "книга-3.xlsx"]


def test_a_refused_file_has_the_reason_beside_it(folder: WorkbookFolder) -> None:
    moved = folder.refuse(put(folder), "Нет листа.", TODAY)
    assert moved.parent.parent.name == REFUSED
    assert (moved.parent / "книга.xlsx.txt").read_text(encoding="utf-8") == "Нет листа.\n"


def test_the_corrections_of_a_copy_go_into_the_same_copy(folder: WorkbookFolder) -> None:
    first = folder.to_fix(folder.path / "книга.xlsx")
    assert folder.to_fix(folder.path / first.name) == first


def test_a_file_that_changes_while_it_is_read_is_read_again_later(folder: WorkbookFolder) -> None:
    file = put(folder)

    def reading(path: Path) -> str:
        path.write_bytes(path.read_bytes() + b"\0")
        return "half of it"

    assert read_whole(file, reading) is None
    assert read_whole(file, lambda path: path.name) == "книга.xlsx"
