"""Sales beyond a quota that a cancellation which is not listed yet may explain (DESIGN §4 rules 4 and 5).

A channel puts a cancelled piece back on sale by itself, sells it again, and may list that sale before the cancellation. Its pieces are
reserved at once like any others; but a person hears of it only when a complete poll that began L after the sale was seen has brought no
cancellation. What no open order could explain is told at once.

While a listing is being connected its exposure counts what may have been sold already, and its sales come from the pool: a piece may be
counted twice, and lack in the books alone. It does not where the pools hold enough after all. Else it is judged when the exposure is known
and no cancellation before it can keep a piece in it any more that is sold; `CONNECTS_WITHIN` at the latest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, delete, func, insert, select, text, tuple_, update

from adapters.hub import oversells
from adapters.hub.ledger_moves import is_among
from adapters.hub.order_rows import OrderRow
from adapters.hub.order_settling import Beyond
from adapters.hub.tables.ledger import ledger_balance
from adapters.hub.tables.offer import unexplained
from tasks.rules.ledger import POOL
from tasks.rules.order_changes import OPEN
from tasks.rules.oversell import certain_pcs, explained
from tasks.rules.sales import ChannelOrders

OPEN_UNITS = text("""
    select s.listing_id, s.order_id, sum(s.pcs - s.cancelled_pcs)::bigint as units
    from sale_line s join sale_order o using (order_id)
    where s.listing_id = any (:listing_ids) and s.state = 'sold' and o.state = any (:states)
    group by s.listing_id, s.order_id
""").bindparams(bindparam("listing_ids", type_=ARRAY(BigInteger)), bindparam("states", value=sorted(OPEN), type_=ARRAY(Text)))

CONNECTS_WITHIN = timedelta(hours=1)
"""Longer than any bounds let a connection take; after it nobody waits for the exposure."""

DUE = text("""
    delete from unexplained u using channel_watch w, sale_order o
    where u.channel = :channel and w.channel = u.channel and o.order_id = u.order_id and u.sold_at + :visible <= w.poll_began_at
        and (not u.is_connecting or u.sold_at <= :overdue or (
            not exists (
                select from offer f where f.listing_id = u.listing_id and f.warehouse_ref = u.warehouse_ref and f.phase <> 'open'
            ) and (
                (select sum(b.pcs) from ledger_balance b where b.item_id = u.item_id and b.account = 'pool') >= 0
                or (u.sold_at + :settled <= w.poll_began_at and not exists (
                    select from withdrawal d where d.listing_id = u.listing_id and d.warehouse_ref = u.warehouse_ref
                        and d.learned_at + :settled > w.poll_began_at
                ))
            )
        ))
    returning u.unexplained_id, coalesce(o.number, o.order_ref) as order_number, u.channel_sku, u.item_id, u.pcs, u.is_connecting
""")


def weigh_beyond(
    connection: Connection,
    at: datetime,
    *,
    rules: ChannelOrders,
    orders: Mapping[str, OrderRow],
    beyond: Sequence[Beyond],
    returned: Mapping[tuple[int, str], int],
) -> None:
    """What a frame of orders sold beyond a quota: told where it is certain, else kept until it is; the orders are recorded already.

    Args:
        connection: the caller's transaction, which holds the items.
        at: now.
        rules: how the channel's orders are taken.
        orders: those of the frame, by ``order_ref``.
        beyond: what was sold without pieces set aside for it.
        returned: units by listing and warehouse, sold before this frame and cancelled in it: they explain what was sold before.
    """
    _explain(connection, returned)
    certain = _certain(connection, orders, beyond)
    waits = [(one, one.pcs - pcs) for one, pcs in zip(beyond, certain, strict=True) if one.pcs > pcs]
    if waits:
        connection.execute(insert(unexplained), [_row(at, orders[one.order_ref], one, pcs) for one, pcs in waits])
    told = [_named(orders[one.order_ref], one, pcs) for one, pcs in zip(beyond, certain, strict=True) if pcs]
    oversells.report_beyond(connection, at, _with_pools(connection, told), penalties=rules.penalties, cost_price_type=rules.cost_price_type)


def judge_unexplained(connection: Connection, at: datetime, *, channel: str, rules: ChannelOrders) -> None:
    """Tell what the newest complete poll of a channel must have explained, and has not; of a listing connected since, what lacks."""
    due = {"channel": channel, "visible": rules.visible, "overdue": at - CONNECTS_WITHIN, "settled": rules.visible + rules.restored}
    rows = sorted(connection.execute(DUE, due), key=lambda row: int(row.unexplained_id))
    sold = [
        oversells.Beyond(
            channel=channel, order_number=row.order_number, channel_sku=row.channel_sku, item_id=row.item_id, pcs=row.pcs, pool_pcs=0
        )
        for row in rows
    ]
    pairs = zip(_with_pools(connection, sold), rows, strict=True)
    told = [one for one, row in pairs if one.pool_pcs < 0 or not row.is_connecting]
    oversells.report_beyond(connection, at, told, penalties=rules.penalties, cost_price_type=rules.cost_price_type)


def _explain(connection: Connection, returned: Mapping[tuple[int, str], int]) -> None:
    """The oldest sales of a listing first."""
    if not returned:
        return
    u = unexplained.c
    rows = connection.execute(
        select(unexplained).where(tuple_(u.listing_id, u.warehouse_ref).in_(returned)).order_by(u.unexplained_id)
    ).all()
    for listing_id, warehouse_ref, item_id in sorted({(row.listing_id, row.warehouse_ref, row.item_id) for row in rows}):
        waiting = [row for row in rows if (row.listing_id, row.warehouse_ref, row.item_id) == (listing_id, warehouse_ref, item_id)]
        units = returned[listing_id, warehouse_ref]
        left = explained([row.pcs for row in waiting], units * max(row.per_unit for row in waiting))
        for row, pcs in zip(waiting, left, strict=True):
            same = u.unexplained_id == row.unexplained_id
            connection.execute(update(unexplained).where(same).values(pcs=pcs) if pcs else delete(unexplained).where(same))


def _certain(connection: Connection, orders: Mapping[str, OrderRow], beyond: Sequence[Beyond]) -> list[int]:
    """Of each sale the pieces that nothing can explain; a channel without a quota has nothing that could, an unknown quota anything."""
    told = [one for one in beyond if one.is_told]
    if not told:
        return [0 if one.is_connecting else one.pcs for one in beyond]
    listing_ids = sorted({one.listing_id for one in told if one.listing_id is not None})
    units = {(row.listing_id, row.order_id): int(row.units) for row in connection.execute(OPEN_UNITS, {"listing_ids": listing_ids})}
    of_listing = _summed((listing_id, pcs) for (listing_id, _), pcs in units.items())
    u = unexplained.c
    kept = connection.execute(select(u.listing_id, u.item_id, u.pcs).where(is_among(u.listing_id, listing_ids), ~u.is_connecting))
    waiting = _summed([
        *(((row.listing_id, row.item_id), row.pcs) for row in kept),
        *(((one.listing_id, one.item_id), one.pcs) for one in told),
    ])  # fmt: skip
    return [
        certain_pcs(
            one.pcs,
            open_pcs=of_listing.get(one.listing_id, 0) * one.per_unit,
            own_pcs=units.get((one.listing_id, orders[one.order_ref].order_id), 0) * one.per_unit,
            unexplained_pcs=waiting[one.listing_id, one.item_id],
        )
        if one.is_told
        else 0
        if one.is_connecting
        else one.pcs
        for one in beyond
    ]


def _with_pools(connection: Connection, sold: Sequence[oversells.Beyond]) -> list[oversells.Beyond]:
    """With what the pools hold; what still waits for its explanation is not lacking yet."""
    if not sold:
        return []
    b, u, item_ids = ledger_balance.c, unexplained.c, {one.item_id for one in sold}
    pools = select(b.item_id, func.sum(b.pcs).label("pcs")).where(b.account == POOL, is_among(b.item_id, item_ids)).group_by(b.item_id)
    waiting = select(u.item_id, func.sum(u.pcs).label("pcs")).where(is_among(u.item_id, item_ids)).group_by(u.item_id)
    pcs = _summed((row.item_id, int(row.pcs)) for query in (pools, waiting) for row in connection.execute(query))
    return [replace(one, pool_pcs=pcs.get(one.item_id, 0)) for one in sold]


def _named(order: OrderRow, one: Beyond, pcs: int) -> oversells.Beyond:
    return oversells.Beyond(
        channel=one.channel,
        order_number=order.number or one.order_ref,
        channel_sku=order.lines[one.line_ref].channel_sku,
        item_id=one.item_id,
        pcs=pcs,
        pool_pcs=0,
    )


def _row(at: datetime, order: OrderRow, one: Beyond, pcs: int) -> dict[str, Any]:
    return {
        "channel": one.channel,
        "order_id": order.order_id,
        "channel_sku": order.lines[one.line_ref].channel_sku,
        "listing_id": one.listing_id,
        "warehouse_ref": one.warehouse_ref,
        "item_id": one.item_id,
        "pcs": pcs,
        "per_unit": one.per_unit,
        "is_connecting": one.is_connecting,
        "sold_at": at,
    }


def _summed(parts: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for key, pcs in parts:
        found[key] = found.get(key, 0) + pcs
    return found
