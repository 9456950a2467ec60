"""A file of 1C written for one test."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from adapters.onec.reader import FeedHeader, Reading

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a body, with a root around it unless it is whole already, and give its path."""

    def _write(body: str, *, encoding: str = "utf-8", root: str = 'ВерсияСхемы="2.07" ДатаФормирования="2026-01-02T03:04:05"') -> Path:
        if not body.lstrip().startswith("<?xml"):
            body = f'<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация {root}>{body}</КоммерческаяИнформация>'
        path = tmp_path / "file.xml"
        path.write_bytes(body.encode(encoding))
        return path

    return _write


def read_all(path: Path, *, rows_in_portion: int = 20_000) -> tuple[FeedHeader, dict[str, pl.DataFrame]]:
    """Header, and the frames of each kind put together."""
    reading = Reading(path, rows_in_portion=rows_in_portion)
    frames: dict[str, list[pl.DataFrame]] = {}
    for kind, frame in reading:
        frames.setdefault(kind, []).append(frame)
    return reading.header, {kind: pl.concat(parts) for kind, parts in frames.items()}
