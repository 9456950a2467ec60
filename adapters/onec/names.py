"""The names 1C gives its files, made safe, and what a file is by its name and first bytes.

A name is data, never a path on our disk: bytes lie in the hub under numbers. It is still checked, because Excel, a site or a
person may later make a path of it, and because `Товар/Картинка` names pictures by the same relative path.
"""

import re
import unicodedata
from pathlib import PurePosixPath

from adapters.errors import FeedRefused

MAX_NAME = 500
MAX_SEGMENT = 255
ATTACHMENTS_FOLDER = "import_files"
ATTACHMENTS = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".png", ".gif", ".bmp", ".webp", ".svg", ".tif", ".tiff",
        ".ico", ".avif", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".rtf", ".txt", ".mp4",
    }
)  # fmt: skip
ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
XML_HEADS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

_BITRIX_PREFIX = re.compile(r"\A(?:/tmp/|/?upload/1c/webdata(?:/|\Z))")
_DRIVE = re.compile(r"\A[A-Za-z]:")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_INTAKE_ORDER = ("import", "service", "goods", "offer", "price", "rest", "order")


def safe_name(given: str) -> str:
    """The relative name of a file as we keep it: forward slashes, no Bitrix prefix, nothing that leaves its folder.

    What stands before `import_files` is dropped: a product names its picture from there on.

    Args:
        given: `filename` of a POST, or the name of an archive's member.

    Raises:
        FeedRefused: ``unsafe_name``: empty, too long, absolute, with a drive, with `..` or with unseen characters.
    """
    name = _BITRIX_PREFIX.sub("", given.replace("\\", "/"))
    segments = [segment for segment in name.split("/") if segment not in {"", "."}]
    if not segments or len(name) > MAX_NAME or any(len(segment) > MAX_SEGMENT for segment in segments):
        raise FeedRefused("unsafe_name", "Имя файла пустое или слишком длинное: файл не принят. Проверьте настройки выгрузки в 1С.")
    if (
        name.startswith("/")
        or _DRIVE.match(name)
        or ".." in segments
        or any(unicodedata.category(character) in _UNSEEN for character in name)
    ):
        raise FeedRefused(
            "unsafe_name",
            "Имя файла ведёт за пределы выгрузки или содержит запрещённые знаки: файл не принят. Проверьте настройки выгрузки в 1С.",
        )
    start = segments.index(ATTACHMENTS_FOLDER) if ATTACHMENTS_FOLDER in segments[:-1] else 0
    return "/".join(segments[start:])


def kind_of(name: str, head: bytes) -> str:
    """What a file is: ``xml``, ``archive`` or ``picture`` (any attachment of a product).

    Decided by content; the name counts only for attachments, since a document of a product may itself be a zip inside.

    Args:
        name: as `safe_name` leaves it.
        head: the file's first bytes, at least four where it has them.
    """
    path = PurePosixPath(name.lower())
    if path.suffix in ATTACHMENTS or ATTACHMENTS_FOLDER in path.parts[:-1]:
        return "picture"
    if head.startswith(ZIP_HEADS) or (path.suffix == ".zip" and not head.lstrip().startswith(XML_HEADS)):
        return "archive"
    return "xml" if head.lstrip().startswith(XML_HEADS) or path.suffix == ".xml" else "picture"


def intake_order(name: str) -> tuple[int, str]:
    """A sort key of names in which products come before their offers, those before prices and rests, orders last."""
    lowered = PurePosixPath(name).name.lower()
    rank = next((n for n, word in enumerate(_INTAKE_ORDER) if lowered.startswith(word)), None)
    if rank is None:
        rank = next((n for n, word in enumerate(_INTAKE_ORDER) if word in lowered), len(_INTAKE_ORDER))
    return rank, name
