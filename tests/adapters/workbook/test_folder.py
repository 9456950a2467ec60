"""The folder that managers put workbooks into: what may be read, and where it goes."""

from datetime import date
from pathlib import Path

import pytest

from adapters.workbook.folder import DONE, REFUSED, WorkbookFolder, is_whole, read_whole
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


@pytest.mark.parametrize("owner", ["~$книга.xlsx", "~$ига.xlsx"])
def test_a_workbook_that_is_open_in_excel_waits_and_its_owners_file_is_no_workbook(folder: WorkbookFolder, owner: str) -> None:
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
