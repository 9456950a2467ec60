"""Orders that 1C has fewer pieces of than are sold: what of them the channel is to be told (`tasks.rules.order_less`).

Nothing is read out of a report that may be about something else than a manager's hand: one that came before 1C had confirmed the document
as it stands now, one of a cancelled document, one of an order that 1C was not told whole or whose other bases have not reported, and any
report of an order that grew after 1C was given it. For УТ takes a change of an order it has agreed to with «success» and keeps its own
lines: what was added is lacking there although nobody took it out (`reference/commerceml.md` §2.4).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text

from tasks.rules.order_less import OpenLine, left_units, sold_pcs, stated_pcs
from validation.orders import ORDER

KIND = "less"
"""What is owed a channel, in the outbox; its subject is the order's number, its detail the units that stay."""
STAYS = "left_pcs"
"""In the detail: line → units."""

STRANGE = 0
"""Stands for goods in 1C's document that are in no line of ours; no item has this number."""

STATED = text("""
    select o.order_id, o.number, q.source, q.document -> 'lines' as told, r.lines,
        coalesce(q.acknowledged_version = q.version and r.received_at >= q.acknowledged_at
            and not (r.is_cancelled or r.is_marked_deleted), false)
        and not exists (
            select from sold_line s
            where s.source = q.source and s.order_number = o.number and s.cancelled_at is null and s.sold_at > (
                select min(given.handed_over_at) from sold_line given where given.source = q.source and given.order_number = o.number
            )
        ) as is_plain
    from sale_order o
    join onec_outgoing q on q.order_number = o.number and not (q.document ->> 'is_cancelled')::boolean
    left join onec_report r
        on r.source = q.source and r.order_number = q.order_number and r.number = q.order_number and r.operation = :operation
    where o.number = any (:numbers) and o.channel = any (:channels) and o.state in ('new', 'confirmed') and not o.is_by_channel
""").bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("numbers", "channels")))

SOLD = text("""
    select s.order_id, s.line_ref, s.pcs - s.cancelled_pcs as units, s.recipe
    from sale_line s
    where s.order_id = any (:order_ids) and s.state in ('sold', 'backordered') and s.pcs > s.cancelled_pcs
    order by s.order_id, s.line_ref
""").bindparams(bindparam("order_ids", type_=ARRAY(BigInteger)))

ITEMS = text("select item_id, source, item_ref from item where item_id = any (:item_ids)").bindparams(
    bindparam("item_ids", type_=ARRAY(BigInteger))
)


def lessened(connection: Connection, channels: Collection[str], numbers: Collection[str]) -> dict[str, dict[str, int]]:
    """Units that stay of the lines that 1C took something out of, by order and line; orders without any are left out.

    Args:
        connection: the transaction, in which 1C's reports and the orders stand.
        channels: orders of others are left out.
        numbers: orders, as 1C and people know them.
    """
    named = {"numbers": sorted(numbers), "channels": sorted(channels), "operation": ORDER}
    stated: dict[int, list[Any]] = {}
    for row in connection.execute(STATED, named):
        stated.setdefault(row.order_id, []).append(row)
    plain = {order_id: rows for order_id, rows in stated.items() if all(row.is_plain and row.lines is not None for row in rows)}
    lines = _sold(connection, plain)
    items = _items(connection, {item_id for sold in lines.values() for line in sold for item_id, _ in line.recipe})
    left = {rows[0].number: _left(lines.get(order_id, []), rows, items) for order_id, rows in plain.items()}
    return {number: units for number, units in left.items() if units}


def _left(sold: Sequence[OpenLine], rows: Sequence[Any], items: Mapping[tuple[str, str], int]) -> dict[str, int] | None:
    told = _pieces(((row.source, row.told) for row in rows), items)
    return left_units(sold, _pieces(((row.source, row.lines) for row in rows), items)) if told == sold_pcs(sold) else None


def _sold(connection: Connection, order_ids: Collection[int]) -> dict[int, list[OpenLine]]:
    lines: dict[int, list[OpenLine]] = {}
    for row in connection.execute(SOLD, {"order_ids": sorted(order_ids)}):
        line = OpenLine(line_ref=row.line_ref, units=int(row.units), recipe=[(int(item_id), int(pcs)) for item_id, pcs in row.recipe])
        lines.setdefault(row.order_id, []).append(line)
    return lines


def _items(connection: Connection, item_ids: Collection[int]) -> dict[tuple[str, str], int]:
    return {(row.source, row.item_ref): row.item_id for row in connection.execute(ITEMS, {"item_ids": sorted(item_ids)})}


def _pieces(stated: Iterable[tuple[str, Collection[Mapping[str, Any]]]], items: Mapping[tuple[str, str], int]) -> Counter[int]:
    """Pieces by item in the documents of one order, each with its base."""
    pieces = Counter[int]()
    for source, lines in stated:
        for item_ref, pcs in stated_pcs(lines).items():
            pieces[items.get((source, item_ref), STRANGE)] += pcs
    return pieces
