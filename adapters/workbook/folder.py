"""The folder that managers put workbooks into: what is there, what is whole, and where it goes when it has been read.

A workbook is an archive with its table of contents at the end, so that one that is still being copied cannot be opened. One that is open
in Excel has a file of its owner beside it; it is left alone until that is gone.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

Read = TypeVar("Read")

DONE, REFUSED, TO_FIX = "принято", "не прочитано", "исправить"
KINDS = frozenset({".xlsx", ".xlsm"})
OWNER = "~$"
NOT_OURS = (".", OWNER)
PARTS = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file looks: a copy that goes on looks otherwise a moment later."""

    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A file that is left where it is: it is open in Excel, or not whole yet."""

    name: str
    shape: Shape
    is_open: bool


class WorkbookFolder:
    """One folder; made if it is missing.

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def present(self) -> list[Path]:
        """Files in it, the oldest name first; those of Excel's own and folders are left out."""
        self.path.mkdir(parents=True, exist_ok=True)
        return sorted(
            file for file in self.path.iterdir() if file.is_file() and not file.is_symlink() and not file.name.startswith(NOT_OURS)
        )

    def waits(self, file: Path) -> Waiting | None:
        """Why a file is left alone for now; None: it may be read."""
        is_open = _owner_of(file).exists()
        return Waiting(name=file.name, shape=shape_of(file), is_open=is_open) if is_open or not is_whole(file) else None

    def put_away(self, file: Path, where: str, day: date) -> Path:
        """Move a file to one of the folders inside, under its day; a name that is taken there gets a number."""
        wanted = self.path / where / day.isoformat() / file.name
        wanted.parent.mkdir(parents=True, exist_ok=True)
        target, number = wanted, 1
        while target.exists():
            number += 1
            target = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        return file.rename(target)

    def refuse(self, file: Path, sentence: str, day: date) -> Path:
        """Put a file away that cannot be read, with the reason beside it."""
        moved = self.put_away(file, REFUSED, day)
        moved.with_name(f"{moved.name}.txt").write_text(sentence + "\n", encoding="utf-8")
        return moved

    def to_fix(self, file: Path) -> Path:
        """Where the copy with the errors goes; the next one of the same file replaces it."""
        return self.path / TO_FIX / f"{stem_of(file)} — исправить.xlsx"


def stem_of(file: Path) -> str:
    """The name that a workbook and its copies share."""
    return file.stem.removesuffix("— исправить").strip()


def shape_of(file: Path) -> Shape:
    """How it looks now."""
    told = file.stat()
    return Shape(told.st_size, told.st_mtime_ns)


def is_whole(file: Path) -> bool:
    """Whether a workbook shows its end; what is none at all is whole: it has to be refused."""
    if file.suffix.lower() not in KINDS:
        return True
    try:
        with zipfile.ZipFile(file) as archive:
            return PARTS in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def read_whole(file: Path, read: Callable[[Path], Read]) -> Read | None:
    """What a reader makes of a file; None where the file changed meanwhile."""
    before = shape_of(file)
    told = read(file)
    return told if shape_of(file) == before else None


def _owner_of(file: Path) -> Path:
    """Excel's note of who has the file open; of a long name the first two characters give way to its mark."""
    short = file.with_name(f"{OWNER}{file.name}")
    long = file.with_name(f"{OWNER}{file.name[2:]}")
    return long if long.exists() else short
