"""Rows of 1C that were refused once and are to be judged again: a file of our own, one JSON object a line.

The first line is the header of the file the rows came from, so that their order among newer files is kept; each further line is one
row as the reader gave it, with its kind. It lies in the inbox like any file of 1C and is taken in by the same flow.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from adapters.onec.reader import COLUMNS, FeedHeader, Portion

KIND = "rows"
ON_THEIR_OWN = frozenset(COLUMNS) - {"recipe", "document", "line"}
"""A component or a line alone would pass for the whole recipe or order."""


def can_be_read_again(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether a refused row says something on its own and still holds all that the reader gave."""
    return kind in ON_THEIR_OWN and all(name in payload for name in COLUMNS[kind] if name != "row")


def write_rows(rows: Iterable[tuple[str, Mapping[str, Any]]], *, formed_at: datetime | None, is_day_only: bool) -> bytes:
    """The file; a figure at a place comes without the total, whose other places are not here.

    Args:
        rows: kind, and what the reader gave.
        formed_at: stamp of that file.
        is_day_only: whether that stamp had no hour.
    """
    lines: list[dict[str, Any]] = [{"formed_at": formed_at.isoformat() if formed_at else None, "is_day_only": is_day_only}]
    for row, (kind, payload) in enumerate(rows, 1):
        alone = {"total": None} if payload.get("place") else {}
        lines.append({"kind": kind} | {name: payload[name] for name in COLUMNS[kind] if name != "row"} | alone | {"row": row})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


class RowsReading:
    """One pass over such a file, of the same shape as `adapters.onec.reader.Reading`."""

    def __init__(self, path: Path) -> None:
        first, *self._lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        said = json.loads(first)
        formed_at = datetime.fromisoformat(said["formed_at"]) if said["formed_at"] else None
        self.header = FeedHeader(formed_at=formed_at, is_day_only=said["is_day_only"], is_changes_only=True)

    def __iter__(self) -> Iterator[Portion]:
        """One portion for each kind."""
        rows = [json.loads(line) for line in self._lines]
        for kind in dict.fromkeys(row["kind"] for row in rows):
            schema = {name: pl.Int64 if name == "row" else pl.String for name in COLUMNS[kind]}
            yield Portion(kind, pl.DataFrame([row for row in rows if row["kind"] == kind], schema=schema))
