"""Pieces promised of receipts that are still to come: announced, promised at checkout, served first when they are counted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, tuple_, update

from adapters.hub.driver import Driver, driver_of
from adapters.hub.hub import Hub
from adapters.hub.ledger_moves import Movement, is_among, move, notify
from adapters.hub.tables.catalog import item
from adapters.hub.tables.ledger import ledger_balance
from adapters.hub.tables.orders import backorder, receipt
from tasks.rules.checkout import Expected, Promised, still_promised
from tasks.rules.ledger import POOL
from tasks.rules.ledger_draw import Shelf

REASON = "backorder_served"

OPEN = """
    select r.receipt_id, r.item_id, r.pcs, r.expected_on,
        coalesce((select sum(b.pcs - b.served_pcs) from backorder b where b.receipt_id = r.receipt_id and b.ended_at is null), 0)::bigint,
        coalesce((
            select sum(m.pcs) from ledger_movement m
            where m.item_id = r.item_id and m.from_account = 'onec' and m.reason = 'count' and m.at > r.opened_at
        ), 0)::bigint
    from (
        select * from receipt where item_id = any (%s::bigint[]) and closed_at is null order by receipt_id {lock}
    ) r
"""

PROMISE = """
    insert into backorder (receipt_id, item_id, account, pcs, promised_on, ordered_at)
    select receipt_id, item_id, account, pcs, promised_on, %s
    from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::date[]) as v (receipt_id, item_id, account, pcs, promised_on)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A receipt that is expected: ``free_pcs`` of its pieces may yet be promised."""

    receipt_id: int
    item_ref: str
    article: str | None
    pcs: int
    free_pcs: int
    expected_on: date
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """Pieces that came for somebody who waited."""

    account: str
    item_id: int
    place: str
    pcs: int


class Receipts:
    """The book of receipts that are still to come.

    Args:
        hub: the hub.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def open(self, item_ref: str, *, pcs: int, expected_on: date, source: str | None = None, note: str | None = None) -> int | None:
        """Announce a receipt, so that buyers may wait for it; its id, nothing where there is no such item, or it is in several bases.

        Args:
            item_ref: «Ид» of the item in 1C.
            pcs: so many may be promised.
            expected_on: the day that buyers are told.
            source: the 1C base, where several have it.
            note: for people.
        """
        wanted = select(item.c.item_id).where(item.c.item_ref == item_ref, ~item.c.is_bundle, ~item.c.is_umbrella)
        with self._hub.engine.begin() as connection:
            found = connection.scalars(wanted if source is None else wanted.where(item.c.source == source)).all()
            if len(found) != 1:
                return None
            row = {"item_id": found[0], "pcs": pcs, "expected_on": expected_on, "note": note, "opened_at": self._hub.clock.now()}
            return int(connection.execute(insert(receipt).values(row).returning(receipt.c.receipt_id)).scalar_one())

    def close(self, receipt_id: int) -> bool:
        """Promise nothing more of a receipt; what is promised stays so. False where it is not open."""
        is_open = (receipt.c.receipt_id == receipt_id, receipt.c.closed_at.is_(None))
        with self._hub.engine.begin() as connection:
            return connection.execute(update(receipt).where(*is_open).values(closed_at=self._hub.clock.now())).rowcount == 1

    def list(self, today: date) -> Sequence[Receipt]:
        """Receipts that are open, the earliest first."""
        query = (
            select(receipt, item.c.item_ref, item.c.article)
            .join(item, item.c.item_id == receipt.c.item_id)
            .where(receipt.c.closed_at.is_(None))
            .order_by(receipt.c.expected_on, receipt.c.receipt_id)
        )
        with self._hub.engine.begin() as connection:
            rows = connection.execute(query).all()
            raw = driver_of(connection)
            left = {one.receipt_id: one.free_pcs for one in expected_of(raw, {row.item_id for row in rows}, today, is_locked=False)}
        return [
            Receipt(
                receipt_id=row.receipt_id,
                item_ref=row.item_ref,
                article=row.article,
                pcs=row.pcs,
                free_pcs=left.get(row.receipt_id, 0),
                expected_on=row.expected_on,
                note=row.note,
            )
            for row in rows
        ]


def expected_of(raw: Driver, item_ids: Collection[int], today: date, *, is_locked: bool = True) -> list[Expected]:
    """What may yet be promised of these items; their receipts are locked, so that nobody promises the same, unless told not to."""
    rows = raw.execute(OPEN.format(lock="for update" if is_locked else ""), (sorted(item_ids),)).fetchall()
    return still_promised(
        [Expected(receipt_id=row[0], item_id=row[1], free_pcs=row[2], expected_on=row[3]) for row in rows],
        waiting_pcs={row[0]: row[4] for row in rows},
        gained_pcs={row[0]: row[5] for row in rows},
        today=today,
    )


def keep_promises(raw: Driver, at: datetime, promised: Iterable[tuple[str, Promised]]) -> None:
    """Remember what was promised to whom; their receipts are locked."""
    rows = list(promised)
    if rows:
        raw.execute(
            PROMISE,
            (
                at,
                [part.receipt_id for _, part in rows],
                [part.item_id for _, part in rows],
                [account for account, _ in rows],
                [part.pcs for _, part in rows],
                [part.promised_on for _, part in rows],
            ),
        )


def serve(connection: Connection, at: datetime, shelves: Collection[Shelf]) -> list[Served]:
    """Give what waits for these items its pieces, who ordered first comes first; to be called when a count is posted.

    Args:
        connection: the posting's transaction, which holds the pools of these shelves.
        at: now.
        shelves: items and places with more pieces than before.
    """
    w, b = backorder.c, ledger_balance.c
    waiting = connection.execute(
        select(backorder)
        .where(is_among(w.item_id, {item_id for item_id, _ in shelves}), w.ended_at.is_(None), w.served_pcs < w.pcs)
        .order_by(w.backorder_id)
        .with_for_update()
    ).all()
    if not waiting:
        return []
    wanted = sorted(shelf for shelf in shelves if shelf[0] in {row.item_id for row in waiting})
    rows = connection.execute(
        select(b.item_id, b.place, b.pcs)
        .where(b.account == POOL, b.pcs > 0, tuple_(b.item_id, b.place).in_(wanted))
        .order_by(b.item_id, b.place)
        .with_for_update()
    )
    free = {(row.item_id, row.place): row.pcs for row in rows}
    served: list[Served] = []
    for row in waiting:
        came = 0
        for shelf in (shelf for shelf in wanted if shelf[0] == row.item_id):
            pcs = min(row.pcs - row.served_pcs - came, free.get(shelf, 0))
            if pcs > 0:
                free[shelf] -= pcs
                came += pcs
                move(connection, at, [Movement(*shelf, POOL, row.account, pcs, REASON)], reference=f"backorder:{row.backorder_id}")
                served.append(Served(account=row.account, item_id=shelf[0], place=shelf[1], pcs=pcs))
        if came:
            after = row.served_pcs + came
            ended = {"ended_at": at} if after == row.pcs else {}
            connection.execute(update(backorder).where(w.backorder_id == row.backorder_id).values(served_pcs=after, **ended))
    if served:
        notify(connection)
    return served


def drop(connection: Connection, at: datetime, accounts: Collection[str]) -> None:
    """These no longer wait: what is promised to them and did not come may be promised to others."""
    if accounts:
        is_theirs = (backorder.c.account.in_(accounts), backorder.c.ended_at.is_(None))
        connection.execute(update(backorder).where(*is_theirs).values(ended_at=at))
