"""Labels as files that packers print: below ``var_dir/labels``, one file per label, replaced whole.

A file is what its first bytes say, whatever was asked for or whatever the answer was called: a printer does not open a PNG named PDF, and a
page that says "try again later" is no label.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from tasks.rules.labels import LabelKind

FOLDER = "labels"
UNSAFE = re.compile(r"[^\w.-]+")
NAMES: Mapping[LabelKind, str] = {"label": "этикетка", "waybill": "накладная", "barcode": "штрихкод места", "supply": "код поставки"}
"""How packers find a file: «100001-1 этикетка.pdf»."""
LONGEST = 60
"""Letters of a name of ours or of a channel's; file systems take 255 bytes, two for each letter of Russian."""
WITHIN = 1024
"""A PDF begins within so many bytes."""
SVG = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>/]", re.DOTALL | re.IGNORECASE)
ZPL = re.compile(rb"^(?:\xef\xbb\xbf)?[\s\x02]*(?:[~^][A-Z]{2}[^~^]*)*\^XA")


def kind_of_file(content: bytes) -> str | None:
    """What a printer takes it for, as the ending of its name; None: it is no label at all."""
    if b"%PDF" in content[:WITHIN]:
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if SVG.match(content):
        return "svg"
    return "zpl" if ZPL.match(content) else None


def keep_label(var_dir: Path, *, owner: str, subject: str, kind: LabelKind, content: bytes) -> tuple[str, str] | None:
    """Write a label; the same again is the same file. None where the content is no label, and nothing is written.

    Args:
        var_dir: of the shop.
        owner: the channel's or carrier's name: the folder.
        subject: what the label is for.
        kind: of the label.
        content: the file.

    Returns:
        Its path below ``var_dir``, and the SHA-256 of its content.
    """
    ending = kind_of_file(content)
    if ending is None:
        return None
    path = Path(FOLDER) / _safe(owner) / f"{_safe(subject)} {NAMES[kind]}.{ending}"
    whole = var_dir / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    half = whole.with_name(f".{whole.name}.{os.getpid()}")
    half.write_bytes(content)
    half.replace(whole)
    return path.as_posix(), hashlib.sha256(content).hexdigest()


def _safe(name: str) -> str:
    """A foreign key makes no path: letters, digits, dots inside, dashes."""
    return UNSAFE.sub("_", name).strip(".")[:LONGEST] or "_"
