"""How pieces move in the ledger: pools locked in key order, balances guarded, every movement written down.

The pool's row is the lock of its item and place: whoever moves pieces there holds it first. Everything here runs inside a transaction
of another file of this room.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, any_, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.tables.ledger import ledger_balance, ledger_entry, ledger_movement
from tasks.rules.ledger import ONEC, POOL
from tasks.rules.ledger_draw import Shelf

NOTICE = "stock"


class Movement(NamedTuple):
    """Pieces of an item from one account to another at a place; ``reference`` where it is its own."""

    item_id: int
    place: str
    from_account: str
    to_account: str
    pcs: int
    reason: str
    reference: str | None = None


class Overdrawn(Exception):
    """An account was to give more than it holds; the transaction is undone."""


TAKE_OUT = text("""
    update ledger_balance b set pcs = b.pcs - v.pcs
    from unnest(cast(:item_ids as bigint[]), cast(:places as text[]), cast(:accounts as text[]), cast(:pcs as bigint[]))
        as v (item_id, place, account, pcs)
    where b.item_id = v.item_id and b.place = v.place and b.account = v.account
        and (b.pcs >= v.pcs or (b.account = 'pool' and :may_owe))
""")


SWEEP = text("""
    delete from ledger_balance b
    using unnest(cast(:item_ids as bigint[]), cast(:places as text[]), cast(:accounts as text[])) as v (item_id, place, account)
    where b.item_id = v.item_id and b.place = v.place and b.account = v.account and b.pcs = 0
""")


def is_among(column: ColumnElement[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Membership in a list of any length: one array instead of as many parameters."""
    return column == any_(literal(sorted(ids), ARRAY(BigInteger)))


def lock_pools(connection: Connection, item_ids: Collection[int]) -> dict[Shelf, int]:
    """Lock these items at all of their places, in key order; returns what is in their pools."""
    b = ledger_balance.c
    rows = connection.execute(
        select(b.item_id, b.place, b.pcs)
        .where(b.account == POOL, is_among(b.item_id, item_ids))
        .order_by(b.item_id, b.place)
        .with_for_update()
    )
    return {(row.item_id, row.place): row.pcs for row in rows}


def balances(connection: Connection, account: str, item_ids: Collection[int]) -> dict[Shelf, int]:
    """What an account holds of these items; they are locked (`lock_pools`)."""
    b = ledger_balance.c
    rows = connection.execute(select(b.item_id, b.place, b.pcs).where(b.account == account, is_among(b.item_id, item_ids)))
    return {(row.item_id, row.place): row.pcs for row in rows}


def move(connection: Connection, at: datetime, movements: Iterable[Movement], *, reference: str, may_owe: bool = False) -> None:
    """Move pieces and write it down; the items are locked.

    Args:
        connection: the caller's transaction.
        at: now.
        movements: each of at least one piece.
        reference: what caused those that have no reference of their own.
        may_owe: the pool may go below zero, because this is news and not a wish.

    Raises:
        Overdrawn: an account holds less than it was to give.
    """
    written = list(movements)
    if not written:
        return
    changes: dict[tuple[int, str, str], int] = {}
    for item_id, place, from_account, to_account, pcs, *_ in written:
        for account, sign in ((from_account, -1), (to_account, 1)):
            if account != ONEC:
                key = (item_id, place, account)
                changes[key] = changes.get(key, 0) + sign * pcs
    _put_in(connection, {key: pcs for key, pcs in changes.items() if pcs > 0})
    _take_out(connection, {key: -pcs for key, pcs in changes.items() if pcs < 0}, may_owe=may_owe)
    _sweep(connection, changes)
    connection.execute(
        insert(ledger_movement), [{"at": at, **movement._asdict(), "reference": movement.reference or reference} for movement in written]
    )


def is_first(connection: Connection, at: datetime, *, verb: str, reference: str) -> bool:
    """Whether this act was not done before; one who does it at the same moment is waited for."""
    done = upsert(ledger_entry).values(verb=verb, reference=reference, at=at).on_conflict_do_nothing()
    return connection.execute(done.returning(ledger_entry.c.at)).first() is not None


def notify(connection: Connection) -> None:
    """Tell who publishes stock that it changed."""
    connection.execute(select(func.pg_notify(NOTICE, "")))


def _put_in(connection: Connection, gains: Mapping[tuple[int, str, str], int]) -> None:
    if gains:
        rows = [
            {"item_id": item_id, "place": place, "account": account, "pcs": pcs} for (item_id, place, account), pcs in sorted(gains.items())
        ]
        put = upsert(ledger_balance)
        connection.execute(
            put.on_conflict_do_update(
                index_elements=["item_id", "place", "account"], set_={"pcs": ledger_balance.c.pcs + put.excluded.pcs}
            ),
            rows,
        )


def _take_out(connection: Connection, losses: Mapping[tuple[int, str, str], int], *, may_owe: bool) -> None:
    if losses:
        keys = sorted(losses)
        done = connection.execute(
            TAKE_OUT,
            {
                "item_ids": [key[0] for key in keys],
                "places": [key[1] for key in keys],
                "accounts": [key[2] for key in keys],
                "pcs": [losses[key] for key in keys],
                "may_owe": may_owe,
            },
        )
        if done.rowcount != len(keys):
            raise Overdrawn(f"{len(keys) - done.rowcount} of {len(keys)} accounts hold too little")


def _sweep(connection: Connection, keys: Iterable[tuple[int, str, str]]) -> None:
    """An emptied account other than the pool is forgotten; its movements stay."""
    spent = [key for key in keys if key[2] != POOL]
    if spent:
        item_ids, places, accounts = (list(part) for part in zip(*spent, strict=True))
        connection.execute(SWEEP, {"item_ids": item_ids, "places": places, "accounts": accounts})
