"""Order lines between the ledger's table and its rules."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from adapters.hub.ledger_moves import Movement
from tasks.rules.ledger import Line, Move

KEEP = text("""
    update sold_line set
        handed_over_at = coalesce(handed_over_at, case when :is_handed_over then cast(:at as timestamptz) end),
        reserved_pcs = :reserved_pcs, left_pcs = :left_pcs, left_feed_id = coalesce(cast(:feed_id as bigint), left_feed_id),
        report_formed_at = :report_formed_at, report_received_at = :report_received_at, is_given_up = :is_given_up,
        cancelled_at = case when :is_cancelled then coalesce(cancelled_at, :at) end,
        released_at = case when :is_released then coalesce(released_at, :at) end
    where line_ref = :line_ref and item_id = :item_id and place = :place
""")


def as_line(row: Row[Any]) -> Line:
    """A row of ``sold_line`` as the rules see it."""
    return Line(
        line_ref=row.line_ref,
        place=row.place,
        pcs=row.pcs,
        returns_to=row.returns_to,
        is_handed_over=row.handed_over_at is not None,
        reserved_pcs=row.reserved_pcs,
        left_pcs=row.left_pcs,
        report_formed_at=row.report_formed_at,
        report_received_at=row.report_received_at,
        is_cancelled=row.cancelled_at is not None,
        is_given_up=row.is_given_up,
        is_released=row.released_at is not None,
    )


def as_movements(item_id: int, moves: Iterable[Move]) -> list[Movement]:
    """The rules' moves as movements of an item."""
    return [Movement(item_id, one.place, one.from_account, one.to_account, one.pcs, one.reason) for one in moves]


def keep_lines(connection: Connection, at: datetime, changed: Sequence[tuple[int, Line]], *, feed_id: int | None = None) -> None:
    """Write back lines that a rule changed, each with its item; ``feed_id`` is the count that changed them."""
    if changed:
        connection.execute(
            KEEP,
            [
                {
                    "item_id": item_id,
                    "at": at,
                    "feed_id": feed_id,
                    **{name: getattr(line, name) for name in Line.__dataclass_fields__},
                }
                for item_id, line in changed
            ],
        )
