"""The folder that managers put workbooks into: what is there, what is whole, and where it goes when it has been read.

A workbook is an archive with its table of contents at the end, so that one that is still being copied cannot be opened. One that is open
in Excel or LibreOffice has a file of its owner beside it; it is left alone until that is gone.
"""

import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

Read = TypeVar("Read")

DONE, REFUSED, TO_FIX = "принято", "не прочитано", "исправить"
OWNER, LOCK = "~$", ".~lock.{}#"
"""What Excel, and what LibreOffice, keeps beside a workbook that it has open."""
NOT_OURS = re.compile(r"\..*|~\$.*|.*\.(tmp|part|crdownload)|thumbs\.db|desktop\.ini|[0-9A-F]{8}", re.IGNORECASE)
"""What systems and browsers leave in folders, and what Excel saves into before it gives a workbook its name."""
ARCHIVE = b"PK\3\4"
COPY = re.compile(r"^(?:копия )?(.*?)\s*— исправить(?:\s*(?:\(\d+\)|-\s*\d+|[-—]\s*копия(?:\s*\(\d+\))?))*$", re.IGNORECASE)
"""What systems make of the name of a copy when it is copied or fetched once more."""


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
        """Files in it, by name; those that programs keep for themselves, and folders, are left out."""
        self.path.mkdir(parents=True, exist_ok=True)
        return sorted(
            file for file in self.path.iterdir() if file.is_file() and not file.is_symlink() and not NOT_OURS.fullmatch(file.name)
        )

    def waits(self, file: Path) -> Waiting | None:
        """Why a file is left alone for now; None: it may be read."""
        is_open = any(owner.exists() for owner in _owners_of(file))
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
    """The name that a workbook and its copies share, also where a Mac wrote its letters in parts."""
    stem = unicodedata.normalize("NFC", file.stem).strip()
    found = COPY.match(stem)
    return found[1].strip() if found else stem


def shape_of(file: Path) -> Shape:
    """How it looks now."""
    told = file.stat()
    return Shape(told.st_size, told.st_mtime_ns)


def is_whole(file: Path) -> bool:
    """Whether an archive shows its end; what is none at all is whole, so that somebody refuses it. Nothing yet is not."""
    try:
        with file.open("rb") as opened:
            head = opened.read(len(ARCHIVE))
        if head.strip(b"\0") and not ARCHIVE.startswith(head):
            return True
        with zipfile.ZipFile(file):
            return True
    except (zipfile.BadZipFile, OSError):
        return False


def read_whole(file: Path, read: Callable[[Path], Read]) -> Read | None:
    """What a reader makes of a file; None where the file changed meanwhile."""
    before = shape_of(file)
    told = read(file)
    return told if shape_of(file) == before else None


def _owners_of(file: Path) -> tuple[Path, ...]:
    """Notes of who has the file open; in Excel's of a long name the first two characters give way to its mark."""
    names = (OWNER + file.name, OWNER + file.name[2:], LOCK.format(file.name))
    return tuple(file.with_name(name) for name in names)
