"""How a hold ends without an order: its pieces go back to the pool, what it waited for is promised to others."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, select, update

from adapters.hub import backorders
from adapters.hub.hold_carts import Hold
from adapters.hub.incidents import report_incident
from adapters.hub.journal import write
from adapters.hub.ledger_moves import Movement, is_among, lock_pools, move, notify
from adapters.hub.ledger_shortfall import judge_again
from adapters.hub.tables.ledger import ledger_balance
from adapters.hub.tables.offer import channel_watch
from adapters.hub.tables.orders import hold
from tasks.rules.ledger import POOL

UNORDERED = "hold_without_order"
AT_ONCE = 200
"""So many holds end in one transaction: buyers wait for their goods meanwhile."""

COLUMNS = [hold.c[name] for name in ("hold_id", "channel", "key", "state", "order_ref", "cart", "expires_at", "committed_at")]


def find_holds(connection: Connection, query: Select[Any]) -> list[Hold]:
    """Holds that a query of `COLUMNS` finds."""
    return [Hold.kept(row._asdict()) for row in connection.execute(query)]


def is_overdue(at: datetime) -> ColumnElement[bool]:
    """Held, and its time is over."""
    return and_(hold.c.state == "held", hold.c.expires_at <= at)


def is_unordered(at: datetime, *, within: timedelta) -> ColumnElement[bool]:
    """Committed long ago, and its order did not come with a complete poll that had to show it.

    While the site cannot be asked for its orders nothing is given back: the order may well be there.
    """
    w = channel_watch.c
    covers = (w.channel == hold.c.channel, w.poll_began_at >= hold.c.committed_at + within, w.polled_since <= hold.c.committed_at)
    return and_(hold.c.state == "committed", hold.c.committed_at <= at - within, exists().where(*covers))


def end_some(connection: Connection, at: datetime, which: ColumnElement[bool], *, state: str) -> list[Hold]:
    """End some of the holds of which this is true, the oldest first; returns those, as they were."""
    wanted = find_holds(connection, select(*COLUMNS).where(which).order_by(hold.c.expires_at).limit(AT_ONCE))
    return end(connection, at, wanted, which, state=state) if wanted else []


def end(connection: Connection, at: datetime, holds: Collection[Hold], which: ColumnElement[bool], *, state: str) -> list[Hold]:
    """End those of these holds of which this is still true once their goods are locked."""
    lock_pools(connection, {item_id for one in holds for item_id in one.item_ids})
    ids = [one.hold_id for one in holds]
    locked = select(*COLUMNS).where(hold.c.hold_id.in_(ids), which).order_by(hold.c.hold_id).with_for_update()
    ended = find_holds(connection, locked)
    give_back(connection, at, ended, reason=f"hold_{state}")
    changed: dict[str, Any] = {"state": state, "ended_at": at}
    connection.execute(update(hold).where(hold.c.hold_id.in_([one.hold_id for one in ended])).values(changed))
    return ended


def give_back(connection: Connection, at: datetime, holds: Sequence[Hold], *, reason: str) -> int:
    """What these holds still have goes to the pool, and they wait for nothing more; their goods are locked. Returns the pieces."""
    b = ledger_balance.c
    accounts = {one.account for one in holds}
    rows = connection.execute(
        select(b.item_id, b.place, b.account, b.pcs)
        .where(b.account.in_(accounts), is_among(b.item_id, {item_id for one in holds for item_id in one.item_ids}))
        .order_by(b.account, b.item_id, b.place)
    ).all()
    for account in sorted({row.account for row in rows}):
        theirs = [Movement(row.item_id, row.place, account, POOL, row.pcs, reason) for row in rows if row.account == account]
        move(connection, at, theirs, reference=account)
    backorders.drop(connection, at, accounts)
    if rows:
        judge_again(connection, at, {(row.item_id, row.place) for row in rows})
        notify(connection)
    return sum(row.pcs for row in rows)


def tell_unordered(connection: Connection, at: datetime, holds: Sequence[Hold]) -> None:
    """A person hears of carts whose payment was allowed and whose order never came."""
    for one in holds:
        named = f" (заказ {one.order_ref})" if one.order_ref else ""
        sentence = f"Сайт «{one.channel}» подтвердил корзину {one.hold_id}{named}, но заказа по ней не прислал: товар снова в продаже."
        write(connection, at, UNORDERED, f"hold:{one.hold_id}", sentence, {"lines": [line.as_kept() for line in one.lines]})
        report_incident(
            connection,
            at,
            kind=UNORDERED,
            cause=f"channel:{one.channel}",
            sentence=sentence,
            meaning="Покупатель мог начать оплату. Если деньги списаны, товара за ним больше нет.",
            advice="Найдите эту оплату на сайте и в платёжной системе: верните деньги или оформите заказ вручную.",
        )
