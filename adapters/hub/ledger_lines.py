"""Order lines as the ledger keeps them, and what cancellations and 1C's reports do to them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.journal import write
from adapters.hub.ledger_moves import Movement, lock_pools, move, notify
from adapters.hub.ledger_rows import as_line, as_movements, keep_lines
from adapters.hub.ledger_shortfall import judge_again
from adapters.hub.tables.catalog import item
from adapters.hub.tables.ledger import sold_line
from tasks.rules.ledger import Line, Report, Told, spread, tell_report
from tasks.rules.ledger_draw import Drawn

UNRESERVED = "order_unreserved"


class Kept(NamedTuple):
    """A line of the ledger with its item and that item's reference in 1C."""

    item_id: int
    item_ref: str
    line: Line


def add_lines(
    connection: Connection, at: datetime, drawn: Iterable[Drawn], *, source: str, order_number: str, returns_to: str | None
) -> None:
    """Remember what each order line took, and where."""
    same = {"source": source, "order_number": order_number, "returns_to": returns_to, "sold_at": at}
    connection.execute(
        insert(sold_line),
        [{"line_ref": part.line_ref, "item_id": part.item_id, "place": part.place, "pcs": part.pcs, **same} for part in drawn],
    )


def lines_of_order(connection: Connection, source: str, order_number: str) -> list[Kept]:
    """The lines of an order, their items locked, in the order in which a report is spread over them: what is cancelled comes last."""
    s = sold_line.c
    is_order = (s.source == source, s.order_number == order_number)
    item_ids = set(connection.scalars(select(s.item_id).where(*is_order)))
    if not item_ids:
        return []
    lock_pools(connection, item_ids)
    rows = connection.execute(
        select(sold_line, item.c.item_ref)
        .join(item, item.c.item_id == s.item_id)
        .where(*is_order)
        .order_by(s.item_id, s.cancelled_at.is_not(None), s.line_ref, s.place)
    )
    return [Kept(row.item_id, row.item_ref, as_line(row)) for row in rows]


def settle_told(connection: Connection, at: datetime, told: Sequence[tuple[Kept, Told]], *, reference: str) -> list[Movement]:
    """Write down what an order's locked lines became when they were told something; returns what it moved."""
    movements = [moved for kept, after in told for moved in as_movements(kept.item_id, after.moves)]
    keep_lines(connection, at, [(kept.item_id, after.line) for kept, after in told if after.line != kept.line])
    move(connection, at, movements, reference=reference, may_owe=True)
    judge_again(connection, at, {(moved.item_id, moved.place) for moved in movements})
    if movements:
        notify(connection)
    return movements


def note_handed_over(connection: Connection, *, source: str, order_numbers: Collection[str], at: datetime) -> int:
    """Remember that 1C was given these orders; returns how many lines heard it for the first time.

    To be called where the answer to ``mode=query`` is recorded, not at ``success``: 1C keeps the orders before the first bad one and
    sends no ``success`` then (`reference/commerceml.md` §1.6).
    """
    s = sold_line.c
    return connection.execute(
        update(sold_line).where(s.source == source, s.order_number.in_(order_numbers), s.handed_over_at.is_(None)).values(handed_over_at=at)
    ).rowcount


def note_report(
    connection: Connection,
    *,
    source: str,
    order_number: str,
    lines: Iterable[tuple[str, int]],
    is_reserved: bool,
    formed_at: datetime | None,
    received_at: datetime,
    is_cancelled: bool = False,
) -> int:
    """Note 1C's report of an order; returns the number of our lines it speaks of. Safe to repeat, in any order.

    Args:
        connection: the transaction that records the report's feed.
        source: the 1C base.
        order_number: «Номер», which is ours.
        lines: item references and pieces: all lines of the document; one of ours that is not among them is given up by 1C.
        is_reserved: its pieces are out of 1C's free figure (`tasks.rules.ledger.is_reserved`).
        formed_at: «ДатаФормирования» of the report's file; None where missing or a day only.
        received_at: our instant of its arrival.
        is_cancelled: 1C cancelled the order or marked it for deletion.
    """
    stated: dict[str, int] = {}
    for item_ref, pcs in lines:
        stated[item_ref] = stated.get(item_ref, 0) + pcs
    kept = lines_of_order(connection, source, order_number)
    told: list[tuple[Kept, Told]] = []
    for item_ref, group in groupby(kept, key=lambda one: one.item_ref):
        parts = list(group)
        for part, pcs in zip(parts, spread(stated.get(item_ref, 0), [one.line for one in parts]), strict=True):
            report = Report(
                reserved_pcs=pcs if is_reserved and not is_cancelled else 0,
                is_given_up=is_cancelled or pcs == 0,
                formed_at=formed_at,
                received_at=received_at,
            )
            told.append((part, tell_report(part.line, report)))
    moved = settle_told(connection, received_at, told, reference=f"order:{source}:{order_number}")
    _alarm(connection, received_at, source, order_number, lost_pcs=sum(movement.pcs for movement in moved), is_well=is_reserved)
    return len(told)


def _alarm(connection: Connection, at: datetime, source: str, order_number: str, *, lost_pcs: int, is_well: bool) -> None:
    """1C gave up pieces of a live order: until a person looks, somebody in 1C may sell them."""
    cause = f"order:{source}:{order_number}"
    if lost_pcs:
        sentence = f"1С сняла с резерва заказ {order_number} ({lost_pcs} шт.), хотя он не отменён."
        meaning = "Эти штуки снова могут продать в 1С. Utyug считает их проданными и другим каналам не отдаёт."
        advice = "Проведите или отгрузите заказ в 1С, а если он отменён, отмените его там, где он куплен."
        write(connection, at, UNRESERVED, cause, sentence, {"pcs": lost_pcs})
        report_incident(connection, at, kind=UNRESERVED, cause=cause, sentence=sentence, meaning=meaning, advice=advice)
    elif is_well:
        recover_incident(connection, at, kind=UNRESERVED, cause=cause)
