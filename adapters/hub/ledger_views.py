"""What the ledger tells: free pieces, the reasons of a number, and whether every piece is accounted for."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Connection, text

FREE = text("""
    select i.item_id, i.item_ref, i.article,
        case when i.is_deleted or i.is_absent or bool_or(f.item_id is not null) then 0 else greatest(sum(b.pcs), 0) end::bigint as pcs
    from item i
    join ledger_balance b on b.item_id = i.item_id and b.account = 'pool'
    left join shortfall f on f.item_id = b.item_id and f.place = b.place
    where not i.is_umbrella and not i.is_bundle
        and (cast(:places as text[]) is null or b.place = any (cast(:places as text[])))
    group by i.item_id
    order by i.item_id
""")

ACCOUNTS = text("""
    select i.item_id, i.item_ref, b.place, b.account, b.pcs
    from item i join ledger_balance b using (item_id)
    where i.item_ref = :item_ref and (cast(:source as text) is null or i.source = :source)
    order by i.item_id, b.place, b.account
""")

MOVEMENTS = text("""
    select m.at, m.item_id, m.place, m.from_account, m.to_account, m.pcs, m.reason, m.reference
    from item i join ledger_movement m using (item_id)
    where i.item_ref = :item_ref and (cast(:source as text) is null or i.source = :source)
    order by m.movement_id desc limit :limit
""")

UNCOUNTED = text("""
    select item_id, place, null as account, 'count' as fault, c.pcs as expected_pcs, coalesce(b.pcs, 0)::bigint as found_pcs
    from stock_count c
    full join (select item_id, place, sum(pcs) as pcs from ledger_balance group by item_id, place) b using (item_id, place)
    left join feed f on f.feed_id = c.feed_id and f.state = 'recorded' and f.posted_at is null
    where f.feed_id is null and coalesce(c.pcs, 0) <> coalesce(b.pcs, 0)
    order by item_id, place
""")

UNMOVED = text("""
    with moved as (
        select item_id, place, account, sum(pcs) as pcs from (
            select item_id, place, to_account as account, pcs from ledger_movement
            union all
            select item_id, place, from_account, -pcs from ledger_movement
        ) both_ends
        where account <> 'onec'
        group by item_id, place, account
    )
    select item_id, place, account, 'movements' as fault, coalesce(m.pcs, 0)::bigint as expected_pcs, coalesce(b.pcs, 0) as found_pcs
    from moved m full join ledger_balance b using (item_id, place, account)
    where coalesce(m.pcs, 0) <> coalesce(b.pcs, 0)
    order by item_id, place, account
""")

UNSOLD = text("""
    with kept as (
        select item_id, place, 'sold:' || line_ref as account,
            case when cancelled_at is null then pcs - left_pcs else 0 end as pcs
        from sold_line
    ), sold as (
        select item_id, place, account, pcs from ledger_balance where account like 'sold:%'
    )
    select item_id, place, account, 'lines' as fault, coalesce(k.pcs, 0) as expected_pcs, coalesce(b.pcs, 0) as found_pcs
    from kept k full join sold b using (item_id, place, account)
    where coalesce(k.pcs, 0) <> coalesce(b.pcs, 0)
    order by item_id, place, account
""")

ACCOUNT = {"item_id": pl.Int64, "item_ref": pl.String, "place": pl.String, "account": pl.String, "pcs": pl.Int64}

MOVEMENT: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.Datetime("us", "UTC"),
    "item_id": pl.Int64,
    "place": pl.String,
    "from_account": pl.String,
    "to_account": pl.String,
    "pcs": pl.Int64,
    "reason": pl.String,
    "reference": pl.String,
}

VIOLATION = {
    "item_id": pl.Int64,
    "place": pl.String,
    "account": pl.String,
    "fault": pl.String,
    "expected_pcs": pl.Int64,
    "found_pcs": pl.Int64,
}


class Why(NamedTuple):
    """``accounts``: one row per place and account; ``movements``: the newest first."""

    accounts: pl.DataFrame
    movements: pl.DataFrame


def free_by_item(connection: Connection, places: Sequence[str] | None) -> pl.DataFrame:
    """`Ledger.free_by_item` inside a transaction."""
    wanted = None if places is None else list(places)
    schema = {"item_id": pl.Int64, "item_ref": pl.String, "article": pl.String, "pcs": pl.Int64}
    return pl.DataFrame(connection.execute(FREE, {"places": wanted}).all(), schema=schema, orient="row")


def why(connection: Connection, item_ref: str, source: str | None, limit: int) -> Why:
    """`Ledger.why` inside a transaction."""
    asked: dict[str, Any] = {"item_ref": item_ref, "source": source, "limit": limit}
    return Why(
        pl.DataFrame(connection.execute(ACCOUNTS, asked).all(), schema=ACCOUNT, orient="row"),
        pl.DataFrame(connection.execute(MOVEMENTS, asked).all(), schema=MOVEMENT, orient="row"),
    )


def check_conservation(connection: Connection) -> pl.DataFrame:
    """`Ledger.check_conservation` inside a transaction: all three questions of one snapshot."""
    connection.execute(text("set transaction isolation level repeatable read, read only"))
    found = [row for question in (UNCOUNTED, UNMOVED, UNSOLD) for row in connection.execute(question)]
    return pl.DataFrame(found, schema=VIOLATION, orient="row")
