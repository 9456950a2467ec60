"""Parts of order lines between ``sold_line`` and those who sell and cancel them.

A line may lie in several rows of ``sold_line``: one per item and place, and one more for every part that was cancelled by itself or came
later. All of them are named by the line: ``<order>/<line>``, then ``<order>/<line>~1`` and so on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, TextClause, any_, insert, literal, select, text

from adapters.hub.ledger_moves import is_among
from adapters.hub.ledger_rows import as_line, keep_lines
from adapters.hub.tables.ledger import sold_line
from tasks.rules.ledger import Line

PART = "~"
"""What the number of a line's part follows."""

RESIZE = text("""
    update sold_line s set pcs = v.pcs
    from unnest(cast(:line_refs as text[]), cast(:item_ids as bigint[]), cast(:places as text[]), cast(:pcs as bigint[]))
        as v (line_ref, item_id, place, pcs)
    where s.line_ref = v.line_ref and s.item_id = v.item_id and s.place = v.place
""")
FORGET = text("""
    delete from sold_line s
    using unnest(cast(:line_refs as text[]), cast(:item_ids as bigint[]), cast(:places as text[])) as v (line_ref, item_id, place)
    where s.line_ref = v.line_ref and s.item_id = v.item_id and s.place = v.place
""")
KEPT = ("line_ref", "place", "pcs", "returns_to", "reserved_pcs", "left_pcs", "report_formed_at", "report_received_at", "is_given_up")


@dataclass(kw_only=True, slots=True)
class Part:
    """A row of ``sold_line``: as it was (None: not there), as it is (None: no longer there)."""

    item_id: int
    source: str
    order_number: str
    before: Line | None
    now: Line | None


def read_parts(connection: Connection, item_ids: Collection[int], order_numbers: Collection[str]) -> dict[str, list[Part]]:
    """Parts of these orders' lines that are of these items, by line."""
    s = sold_line.c
    numbered = s.order_number == any_(literal(sorted(order_numbers), ARRAY(Text)))
    parts: dict[str, list[Part]] = {}
    for row in connection.execute(select(sold_line).where(is_among(s.item_id, item_ids), numbered).order_by(s.line_ref)):
        part = Part(item_id=row.item_id, source=row.source, order_number=row.order_number, before=as_line(row), now=as_line(row))
        parts.setdefault(row.line_ref.partition(PART)[0], []).append(part)
    return parts


def read_sources(connection: Connection, item_ids: Collection[int]) -> dict[int, str]:
    """The 1C base of each of these items."""
    rows = connection.execute(text("select item_id, source from item where item_id = any (:item_ids)"), {"item_ids": sorted(item_ids)})
    return {row.item_id: row.source for row in rows}


def write_parts(connection: Connection, at: datetime, parts: Sequence[Part]) -> None:
    """Write back what of these is no longer what it was."""
    parts = [part for part in parts if part.now != part.before]
    gone = [(part.before.line_ref, part.item_id, part.before.place) for part in parts if part.before and not part.now]
    changed = [(part, part.before, part.now) for part in parts if part.before and part.now]
    resized = [(now.line_ref, part.item_id, now.place, now.pcs) for part, before, now in changed if now.pcs != before.pcs]
    keep_lines(connection, at, [(part.item_id, now) for part, _, now in changed])
    _run(connection, RESIZE, resized, "line_refs", "item_ids", "places", "pcs")
    _run(connection, FORGET, gone, "line_refs", "item_ids", "places")
    if made := [_row(at, part, part.now) for part in parts if part.now and not part.before]:
        connection.execute(insert(sold_line), made)


def live(part: Part) -> Line | None:
    """What of a part is sold and not cancelled."""
    return part.now if part.now is not None and not part.now.is_cancelled else None


def alive(part: Part) -> Line:
    """The same, of a part that has it.

    Raises:
        ValueError: it is cancelled or gone.
    """
    if part.now is None or part.now.is_cancelled:
        raise ValueError("a line that is cancelled or gone cannot be changed")
    return part.now


def is_same(part: Part, item_id: int, line: Line) -> bool:
    """Whether a living part is the row that a line of an item would be."""
    now = part.now
    return now is not None and not now.is_cancelled and (part.item_id, now.line_ref, now.place) == (item_id, line.line_ref, line.place)


def _row(at: datetime, part: Part, line: Line) -> dict[str, Any]:
    return {
        **{name: getattr(line, name) for name in KEPT},
        "item_id": part.item_id,
        "source": part.source,
        "order_number": part.order_number,
        "sold_at": at,
        "handed_over_at": at if line.is_handed_over else None,
        "cancelled_at": at if line.is_cancelled else None,
        "released_at": at if line.is_released else None,
    }


def _run(connection: Connection, statement: TextClause, rows: Sequence[tuple[Any, ...]], *names: str) -> None:
    if rows:
        connection.execute(statement, {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
