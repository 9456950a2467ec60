"""What the demo's 1C exports: the sample shop of ours, or the reader's own files, one session each."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zipfile import is_zipfile

from adapters.errors import FeedRefused, Misconfigured
from adapters.onec.archive import Limits, unpack
from adapters.onec.names import intake_order
from adapters.onec.reader import Reading
from adapters.settings import OnecSettings


def own_files(given: Path, work: Path) -> list[Path]:
    """The XML files of a folder or archive, in the order 1C would send them.

    Raises:
        Misconfigured: there is no such folder or archive, or no XML in it.
        FeedRefused: the archive is damaged or unsafe.
    """
    if given.is_dir():
        inside = sorted(given.rglob("*"))
        files = [path for path in inside if path.suffix.lower() == ".xml"]
        for number, archive in enumerate(path for path in inside if path.suffix.lower() == ".zip"):
            files.extend(_unpacked(archive, work / f"{number:05}"))
    elif given.is_file() and is_zipfile(given):
        files = list(_unpacked(given, work))
    elif given.is_file():
        files = [given]
    else:
        raise Misconfigured(f"Папки или архива {given} нет: укажите EXPORT=папка или EXPORT=архив.zip.")
    if not files:
        raise Misconfigured(f"В {given} нет файлов XML: выгрузите каталог из 1С («Обмен с сайтом», выгрузка в каталог на диске).")
    return sorted(files, key=lambda path: intake_order(path.name))


def alone(path: Path, work: Path) -> Path:
    """A folder with just this file in it, as 1C's export folder of one portion."""
    folder = work / "portion"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(path, folder / path.name)
    return folder


def articles(files: list[Path], *, limit: int) -> list[str]:
    """Articles of the goods in these files, once each; a file that cannot be read as a whole has none."""
    found: dict[str, None] = {}
    for path in files:
        with suppress(FeedRefused):
            listed = [frame["article"].drop_nulls() for kind, frame in Reading(path) if kind in ("product", "offer")]
            found.update(dict.fromkeys(article for articles in listed for article in articles))
    return list(found)[:limit]


def _unpacked(archive: Path, work: Path) -> Iterator[Path]:
    raw, named = work / "raw", work / "unpacked"
    raw.mkdir(parents=True, exist_ok=True)
    for number, member in enumerate(unpack(archive, raw, limits=Limits.of(OnecSettings()))):
        if member.name.lower().endswith(".xml"):
            folder = named / f"{number:05}"
            folder.mkdir(parents=True, exist_ok=True)
            yield member.path.rename(folder / Path(member.name).name)
