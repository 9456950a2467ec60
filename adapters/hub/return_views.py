"""Returns for people: what rests where, what may come back, what is on its way."""

from datetime import datetime

import polars as pl
from sqlalchemy import text

from adapters.hub.hub import Hub
from tasks.rules.returns import account_of

RESTING = text("""
    select i.item_id, i.item_ref, coalesce(i.article, p.article, i.item_ref) as article, l.state, l.condition, l.decision,
        l.booked_at is not null as is_booked, sum(l.pcs * (part ->> 1)::bigint)::bigint as pcs
    from return_line l
    join sale_line s on s.order_id = l.order_id and s.line_ref = l.line_ref
    cross join jsonb_array_elements(case jsonb_typeof(s.recipe) when 'array' then s.recipe else '[]' end) part
    join item i on i.item_id = (part ->> 0)::bigint
    left join product p on p.source = i.source and p.product_ref = i.product_ref
    group by i.item_id, i.item_ref, 3, l.state, l.condition, l.decision, 7
    order by i.item_id
""")

RETURNABLE = text("""
    select coalesce(o.number, o.order_ref) as order_name, o.channel, o.order_ref, s.line_ref, s.channel_sku,
        coalesce(nullif(trim(i.article), ''), nullif(trim(p.article), ''), s.channel_sku) as article, coalesce(i.name, p.name) as name,
        s.pcs - s.cancelled_pcs as sold_pcs, coalesce(r.returned_pcs, 0) as returned_pcs,
        waits.awaited_pcs, o.placed_at
    from sale_order o
    join sale_line s using (order_id)
    left join returned_line r on r.order_id = s.order_id and r.line_ref = s.line_ref
    left join item i on i.item_id = s.item_id
    left join product p on p.source = i.source and p.product_ref = i.product_ref
    cross join lateral (
        select sum(l.pcs)::bigint as awaited_pcs from return_line l where l.order_id = s.order_id and l.line_ref = s.line_ref
            and (l.state in ('announced', 'coming', 'ready') or (l.state = 'received' and l.decision = 'ask'))
    ) waits
    where o.state in ('shipped', 'delivered', 'returned') and not o.is_by_channel and o.placed_at >= :since and s.pcs > s.cancelled_pcs
    order by waits.awaited_pcs is null, o.placed_at desc, o.order_id, s.line_ref
    limit :most
""")

AWAITED = text("""
    select l.return_id, o.channel, coalesce(o.number, o.order_ref) as order_name, s.channel_sku, l.pcs, l.state, l.condition, l.decision,
        r.opened_at, array_to_string(array(select t.source from return_teller t where t.return_line_id = l.return_line_id order by 1), ', ')
            as told_by
    from return_line l
    join goods_return r using (return_id)
    join sale_order o on o.order_id = l.order_id
    left join sale_line s on s.order_id = l.order_id and s.line_ref = l.line_ref
    where l.state in ('announced', 'coming', 'ready') or (l.state = 'received' and l.decision = 'ask')
    order by r.opened_at, l.return_line_id
    limit :most
""")

Shape = dict[str, pl.DataType | type[pl.DataType]]
AT = pl.Datetime("us", "UTC")
RESTS: Shape = {"item_id": pl.Int64, "item_ref": pl.String, "article": pl.String, "account": pl.String, "pcs": pl.Int64}
LINES: Shape = {
    "order_name": pl.String,
    "channel": pl.String,
    "order_ref": pl.String,
    "line_ref": pl.String,
    "channel_sku": pl.String,
    "article": pl.String,
    "name": pl.String,
    "sold_pcs": pl.Int64,
    "returned_pcs": pl.Int64,
    "awaited_pcs": pl.Int64,
    "placed_at": AT,
}
WAITS: Shape = {
    "return_id": pl.Int64,
    "channel": pl.String,
    "order_name": pl.String,
    "channel_sku": pl.String,
    "pcs": pl.Int64,
    "state": pl.String,
    "condition": pl.String,
    "decision": pl.String,
    "opened_at": AT,
    "told_by": pl.String,
}


class ReturnViews:
    """Questions about returns, for people."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def resting(self) -> pl.DataFrame:
        """Pieces that came back, or are on their way, and are not in 1C's free stock: columns of `RESTS`, one row per item and account.

        They are in none of the unit ledger's accounts, which hold what 1C calls free (`tasks.rules.returns.account_of`).
        """
        with self._hub.engine.begin() as connection:
            rows = connection.execute(RESTING).all()
        named = [
            (row.item_id, row.item_ref, row.article, account_of(row.state, row.condition, row.decision, is_booked=row.is_booked), row.pcs)
            for row in rows
        ]
        found = pl.DataFrame(named, schema=RESTS, orient="row").drop_nulls("account")
        return found.group_by("item_id", "item_ref", "article", "account", maintain_order=True).agg(pl.col("pcs").sum())

    def returnable(self, since: datetime, *, most: int = 2000) -> pl.DataFrame:
        """Lines of shipped orders placed since then, those that somebody says are coming back first: columns of `LINES`.

        ``awaited_pcs``: told of by somebody, and not decided upon.
        """
        with self._hub.engine.begin() as connection:
            rows = connection.execute(RETURNABLE, {"since": since, "most": most}).all()
        whole = [
            tuple(int(one) if name == "awaited_pcs" and one is not None else one for name, one in row._mapping.items()) for row in rows
        ]
        return pl.DataFrame(whole, schema=LINES, orient="row")

    def awaited(self, *, most: int = 200) -> pl.DataFrame:
        """Returns that are on their way or wait for a decision, the oldest first: columns of `WAITS`."""
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(AWAITED, {"most": most}).all(), schema=WAITS, orient="row")
