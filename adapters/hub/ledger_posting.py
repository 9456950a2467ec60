"""1C's counts into the ledger: by whole sets of rows; only items that we ever promised are judged one by one.

A count is posted when the feed that wrote it is. One posting at a time: only a posting changes the sum of a place's accounts, so the
difference it computes cannot grow old. It never waits for a feed that is just being recorded: whatever that one writes over is its own
from then on, and the difference is left to its posting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, func, select, text, update

from adapters.hub.backorders import serve
from adapters.hub.ledger_moves import Movement, is_among, move, notify
from adapters.hub.ledger_rows import as_line, as_movements, keep_lines
from adapters.hub.ledger_shortfall import Judged, freeze
from adapters.hub.tables.inbox import IS_UNPOSTED, feed
from adapters.hub.tables.ledger import sold_line
from tasks.rules.ledger import Count, Line, Posted, post_count
from tasks.rules.ledger_draw import Shelf

POSTING_LOCK = 0x5574_7975_6702
SORT_MEMORY = "128MB"

PICK = text("""
    create temp table counted on commit drop as
    select item_id, place, pcs, formed_at, session_began_at, feed_id
    from stock_count where feed_id = any (cast(:feed_ids as bigint[]))
""")

COMPARE = text("""
    create temp table posting on commit drop as
    select c.*, c.pcs - coalesce(b.believed_pcs, 0) as gained_pcs, coalesce(b.believed_pcs, 0)::bigint as believed_pcs,
        coalesce(b.is_promised, false) or s.item_id is not null as is_watched
    from counted c
    left join (
        select item_id, place, sum(lb.pcs) as believed_pcs, bool_or(lb.account <> 'pool') as is_promised
        from ledger_balance lb join counted using (item_id, place)
        group by item_id, place
    ) b using (item_id, place)
    left join (select distinct item_id, place from sold_line) s using (item_id, place)
""")

LOCK = text("""
    select count(*) from (
        select from ledger_balance b join posting p using (item_id, place)
        where b.account = 'pool' and (p.gained_pcs <> 0 or p.is_watched)
        order by b.item_id, b.place
        for update of b
    ) locked
""")

WRITE_MOVEMENTS = text("""
    insert into ledger_movement (at, item_id, place, from_account, to_account, pcs, reason, reference)
    select :at, item_id, place,
        case when gained_pcs > 0 then 'onec' else 'pool' end, case when gained_pcs > 0 then 'pool' else 'onec' end,
        abs(gained_pcs), 'count', 'feed:' || feed_id
    from posting where gained_pcs <> 0 and not is_watched
    order by item_id, place
""")

ADD_TO_POOLS = text("""
    insert into ledger_balance (item_id, place, account, pcs)
    select item_id, place, 'pool', gained_pcs from posting where not is_watched
    order by item_id, place
    on conflict (item_id, place, account) do update set pcs = ledger_balance.pcs + excluded.pcs where excluded.pcs <> 0
""")

SUMS = text("""
    select count(distinct item_id) as items, count(*) as places,
        coalesce(sum(gained_pcs) filter (where gained_pcs > 0), 0)::bigint as moved_in,
        coalesce(-sum(gained_pcs) filter (where gained_pcs < 0), 0)::bigint as moved_out
    from posting
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """What a posting did: items and places counted, pieces into and out of the pools, places short, pieces that left `sold`."""

    items: int = 0
    places: int = 0
    moved_in: int = 0
    moved_out: int = 0
    shortfalls: int = 0
    released: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    """A watched place with its new count and what the rule made of it."""

    shelf: Shelf
    source: str
    feed_id: int
    posted: Posted
    changed: tuple[Line, ...]


def post_counts(connection: Connection, at: datetime, feed_id: int | None) -> Posting:
    """`Ledger.post_counts` inside a transaction."""
    connection.execute(select(func.pg_advisory_xact_lock(POSTING_LOCK)))
    connection.execute(text(f"set local work_mem = '{SORT_MEMORY}'"))
    feed_ids = _unposted(connection, feed_id)
    if not feed_ids:
        return Posting()
    connection.execute(PICK, {"feed_ids": feed_ids})
    connection.execute(text("analyze counted"))
    connection.execute(COMPARE)
    connection.execute(text("analyze posting"))
    connection.execute(LOCK)
    connection.execute(WRITE_MOVEMENTS, {"at": at})
    connection.execute(ADD_TO_POOLS)
    judged = _judge_watched(connection)
    _settle(connection, at, judged)
    serve(connection, at, _counted(connection))
    sums = connection.execute(SUMS).one()
    connection.execute(update(feed).where(is_among(feed.c.feed_id, feed_ids)).values(posted_at=at))
    if sums.places:
        notify(connection)
    return Posting(
        items=sums.items,
        places=sums.places,
        moved_in=sums.moved_in,
        moved_out=sums.moved_out,
        shortfalls=sum(one.posted.shortfall_pcs > 0 for one in judged),
        released=_left_pcs(judged),
    )


def _counted(connection: Connection) -> set[Shelf]:
    """Places counted now whose items somebody waits for."""
    waited = text("select distinct p.item_id, p.place from posting p join backorder b using (item_id) where b.ended_at is null")
    return {(row.item_id, row.place) for row in connection.execute(waited)}


def _unposted(connection: Connection, feed_id: int | None) -> list[int]:
    query = select(feed.c.feed_id).where(IS_UNPOSTED)
    return list(connection.scalars(query if feed_id is None else query.where(feed.c.feed_id == feed_id)))


def _judge_watched(connection: Connection) -> list[_Counted]:
    rows = connection.execute(
        text("""
            select p.*, i.source, coalesce(b.pcs, 0) as pool_pcs
            from posting p join item i using (item_id)
            left join ledger_balance b on b.item_id = p.item_id and b.place = p.place and b.account = 'pool'
            where p.is_watched
        """)
    ).all()
    lines = _lines(connection, {(row.item_id, row.place) for row in rows})
    return [
        _judge(
            (row.item_id, row.place),
            lines.get((row.item_id, row.place), []),
            Count(place=row.place, pcs=row.pcs, formed_at=row.formed_at, session_began_at=row.session_began_at),
            source=row.source,
            feed_id=row.feed_id,
            believed_pcs=row.believed_pcs,
            pool_pcs=row.pool_pcs,
        )
        for row in rows
    ]


def _judge(shelf: Shelf, lines: Sequence[Line], count: Count, *, source: str, feed_id: int, believed_pcs: int, pool_pcs: int) -> _Counted:
    posted = post_count(lines, count, believed_pcs=believed_pcs, pool_pcs=pool_pcs)
    changed = tuple(after for before, after in zip(lines, posted.lines, strict=True) if after != before)
    return _Counted(shelf=shelf, source=source, feed_id=feed_id, posted=posted, changed=changed)


def _lines(connection: Connection, shelves: set[Shelf]) -> Mapping[Shelf, list[Line]]:
    s = sold_line.c
    rows = connection.execute(
        select(sold_line)
        .where(is_among(s.item_id, {item_id for item_id, _ in shelves}), _is_waiting())
        .order_by(s.item_id, s.place, s.line_ref)
    )
    by_shelf = groupby(rows, key=lambda row: (row.item_id, row.place))
    return {shelf: [as_line(row) for row in group] for shelf, group in by_shelf}


def _settle(connection: Connection, at: datetime, judged: Sequence[_Counted]) -> None:
    for feed_id, group in groupby(sorted(judged, key=lambda one: one.feed_id), key=lambda one: one.feed_id):
        counted = list(group)
        movements: list[Movement] = []
        for one in counted:
            movements += as_movements(one.shelf[0], one.posted.moves)
        keep_lines(connection, at, [(one.shelf[0], line) for one in counted for line in one.changed], feed_id=feed_id)
        move(connection, at, movements, reference=f"feed:{feed_id}", may_owe=True)
    freeze(connection, at, [Judged(one.shelf, one.source, one.posted.shortfall_pcs) for one in judged])


def _left_pcs(judged: Sequence[_Counted]) -> int:
    return sum(move.pcs for one in judged for move in one.posted.moves if move.reason == "left_sold")


def _is_waiting() -> ColumnElement[bool]:
    s = sold_line.c
    is_live = s.cancelled_at.is_(None) & (s.left_pcs < s.pcs)
    return is_live | (s.cancelled_at.is_not(None) & s.released_at.is_(None))
