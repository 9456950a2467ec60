"""What channels are owed of their orders: what 1C says has happened, where the channel does not show it (`tasks.rules.order_news`)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, bindparam, select, text

from adapters.hub.order_less import KIND as LESS
from adapters.hub.order_less import STAYS, lessened
from adapters.hub.outbox import Owed, owe, withdraw
from adapters.hub.tables.orders import sale_order
from tasks.rules.onward import ChannelTells, Onward
from tasks.rules.order_news import OnecSaid, Standing, wanted

STANDINGS = text("""
    select o.channel, o.number, o.state, o.is_by_channel,
        coalesce(bool_and(r.is_posted), false) as is_posted, coalesce(bool_and(r.is_shipped), false) as is_shipped,
        coalesce(bool_and(r.is_cancelled or r.is_marked_deleted), false) as is_cancelled, max(r.status) as status
    from sale_order o
    join onec_outgoing q on q.order_number = o.number
    join onec_report r on r.source = q.source and r.order_number = q.order_number and r.number = q.order_number
    where o.number = any (:numbers) and o.channel = any (:channels)
    group by o.order_id
    having count(*) = (select count(*) from onec_outgoing told where told.order_number = o.number)
""").bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("numbers", "channels")))
"""An order whose goods are of several 1C bases stands where the slowest of them is; until all have reported nothing is told."""


def owe_reported(connection: Connection, now: datetime, onward: Onward, numbers: Collection[str]) -> None:
    """Owe what 1C's reports of these orders mean, in the transaction that recorded them: to CRMs in any case, to channels what is news.

    Args:
        connection: of that transaction.
        now: the instant.
        onward: who hears of what.
        numbers: orders, as 1C and people know them; those that are not ours are left out.
    """
    if numbers and onward.crms:
        o = sale_order.c
        rows = connection.execute(select(o.channel, o.number).where(o.number.in_(numbers))).all()
        names = [(name, row.number) for row in rows for name in onward.crms.get(row.channel, ())]
        owe(connection, now, [Owed(target=f"crm:{name}", kind="order", subject=number) for name, number in names])
    owe_news(connection, now, onward, numbers)


def owe_news(connection: Connection, now: datetime, onward: Onward, numbers: Collection[str]) -> None:
    """Owe channels what 1C says of these orders and they do not show; what it no longer says of their pieces is not owed any more."""
    if numbers and onward.tells:
        rows = connection.execute(STANDINGS, {"numbers": sorted(numbers), "channels": sorted(onward.tells)}).all()
        less = lessened(connection, [name for name, channel in onward.tells.items() if channel.less == "cancel"], numbers)
        withdraw(connection, now, kind=LESS, subjects=set(numbers) - less.keys())
        owe(connection, now, [one for row in rows for one in _news(row, onward.tells[row.channel], less.get(row.number))])


def _news(row: Any, tells: ChannelTells, left: Mapping[str, int] | None) -> list[Owed]:  # noqa: ANN401 - a row
    """Each action once in an order's life: what the channel answers to it is final, or told again by the outbox.

    While the channel shows pieces that 1C has taken out of the order, it is told of nothing else: it would take the order for whole.
    """
    target = f"channel:{row.channel}"
    if left is not None:
        return [Owed(target=target, kind=LESS, subject=row.number, detail={STAYS: dict(left)}, is_once=True, is_restated=True)]
    said = OnecSaid(is_posted=row.is_posted, is_shipped=row.is_shipped, is_cancelled=row.is_cancelled, status=row.status)
    standing = Standing(state=row.state, said=said, is_by_channel=row.is_by_channel)
    due = wanted(standing, tells=tells.tells, statuses=tells.statuses)
    return [Owed(target=target, kind=action, subject=row.number, is_once=True) for action in due]
