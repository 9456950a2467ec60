"""Labels as files that packers print: below ``var_dir/labels``, one file per label, replaced whole."""

import hashlib
import os
import re
from pathlib import Path

FOLDER = "labels"
UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


def keep_label(var_dir: Path, *, owner: str, subject: str, kind: str, extension: str, content: bytes) -> tuple[str, str]:
    """Write a label; the same again is the same file. Returns its path below ``var_dir`` and the SHA-256 of its content.

    Args:
        var_dir: of the shop.
        owner: the channel's or carrier's name: the folder.
        subject: what the label is for.
        kind: `tasks.rules.labels.LabelKind`.
        extension: of the file, without a dot.
        content: the file.
    """
    path = Path(FOLDER) / _safe(owner) / f"{_safe(subject)}-{_safe(kind)}.{_safe(extension)}"
    whole = var_dir / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    half = whole.with_name(f".{whole.name}.{os.getpid()}")
    half.write_bytes(content)
    half.replace(whole)
    return path.as_posix(), hashlib.sha256(content).hexdigest()


def _safe(name: str) -> str:
    """A foreign key makes no path: letters, digits, dots inside, dashes."""
    return UNSAFE.sub("_", name).strip(".") or "_"
