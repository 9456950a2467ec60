"""What happened to an order's parcels and to what came back of it, one row per event, for people."""

import polars as pl
from sqlalchemy import Connection, text

from adapters.hub.shipment_planning import ENTITY, PART
from tasks.rules.return_rules import DOCUMENT, REFUND

PARCELS = text("""
    with ours as (select * from shipment where order_id = :order_id)
    select at, number, what, said, more, pcs::bigint as pcs from (
        select h.planned_at as at, h.number, 'planned' as what, h.target as said, null as more,
            (select sum(l.pcs) from shipment_line l where l.shipment_id = h.shipment_id) as pcs
        from ours h
        union all select h.asked_at, h.number, 'given', h.target, h.tariff, null from ours h
        union all select h.booked_at, h.number, 'booked', h.target, h.tracking, null from ours h
        union all select h.handed_at, h.number, 'handed', null, null, null from ours h
        union all select h.settled_at, h.number, 'settled', h.state, null, null from ours h
        union all select e.at, h.number, 'track', coalesce(nullif(e.title, ''), e.code), nullif(e.city, ''), null
            from track_event e join ours h using (shipment_id)
        union all select e.withdrawn_at, h.number, 'withdrawn', coalesce(nullif(e.title, ''), e.code), nullif(e.city, ''), null
            from track_event e join ours h using (shipment_id)
        union all select l.fetched_at, h.number, 'label', l.kind, l.path, null
            from shipment_label l join ours h on h.number = l.subject where l.path is not null
        union all select max(m.entered_at), h.number, 'marked', null, null, count(*)
            from marking_code m join ours h using (shipment_id) group by h.number
        union all select case when o.told_version >= o.version then o.told_at else o.enqueued_at end, h.number,
            case when o.told_version >= o.version then 'part_told' when o.is_dead then 'part_stuck' else 'part_owed' end, o.target,
            case when o.told_version < o.version then o.sentence end, null
            from outbox o join ours h on h.number = o.subject where o.kind = :part
        union all select q.first_seen_at, h.number, 'asked', q.sentence, null, null
            from quarantine q join ours h on h.number = q.key where q.entity = :entity
        union all select q.closed_at, h.number, 'answered', q.sentence, null, null
            from quarantine q join ours h on h.number = q.key where q.entity = :entity
    ) happened
    where at is not null
    order by at, number, array_position(array[
        'planned', 'asked', 'marked', 'answered', 'given', 'booked', 'label', 'part_owed', 'part_stuck', 'part_told', 'handed', 'track',
        'withdrawn', 'settled'
    ], what)
""")

RETURNS = text("""
    with ours as (select * from goods_return where order_id = :order_id),
    papers as (
        select o.*, r.return_id from outbox o join ours r on r.return_id::text = split_part(o.subject, '-', 1)
        where o.kind in (:document, :refund)
    )
    select at, number, what, said, more, pcs::bigint as pcs from (
        select t.first_seen_at as at, (
                select min(l.return_id) from return_teller tt join return_line l using (return_line_id)
                where tt.source = t.source and tt.return_ref = t.return_ref and l.order_id = t.order_id and l.line_ref = t.line_ref
            )::text as number, 'told' as what, t.source as said, concat_ws(': ', t.state, t.reason) as more, t.pcs::numeric as pcs
        from return_telling t where t.order_id = :order_id
        union all select l.received_at, l.return_id::text, 'received', l.condition, l.decision, l.pcs
            from return_line l join ours r using (return_id) where l.state = 'received'
        union all select r.documented_at, r.return_id::text, 'documented', null, null, null from ours r
        union all select case when p.told_version >= p.version then p.told_at else p.enqueued_at end, p.return_id::text,
            p.kind || case when p.told_version >= p.version then '_told' when p.is_dead then '_stuck' else '_owed' end,
            p.target, case when p.told_version >= p.version then p.foreign_ref else p.sentence end, null
            from papers p
        union all select l.booked_at, l.return_id::text, 'booked_in', null, null, sum(l.pcs)
            from return_line l join ours r using (return_id) group by l.booked_at, l.return_id
    ) happened
    where at is not null
    order by at, number, array_position(array['told', 'received', 'documented', 'return_owed', 'return_told', 'refund_owed'], what), what
""")

HAPPENED: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.Datetime("us", "UTC"),
    "number": pl.String,
    "what": pl.String,
    "said": pl.String,
    "more": pl.String,
    "pcs": pl.Int64,
}


def parcels_of(connection: Connection, order_id: int) -> pl.DataFrame:
    """Columns of `HAPPENED`, the oldest first; ``number`` is ours of the shipment.

    ``what``: planned, asked, answered, marked, given (to its carrier), booked, label, handed, track, withdrawn (the carrier no longer says
    so), settled; part_told, part_owed and part_stuck: the channel that sold it.
    """
    asked = {"order_id": order_id, "part": PART, "entity": ENTITY}
    return pl.DataFrame(connection.execute(PARCELS, asked).all(), schema=HAPPENED, orient="row")


def returns_of(connection: Connection, order_id: int) -> pl.DataFrame:
    """Columns of `HAPPENED`, the oldest first; ``number`` is the return's, none where a telling was of nothing in the end.

    ``what``: told (``said``: by whom), received, documented, booked_in (by 1C); return_told, return_owed and return_stuck: its document;
    refund_told, refund_owed and refund_stuck: the money.
    """
    asked = {"order_id": order_id, "document": DOCUMENT, "refund": REFUND}
    return pl.DataFrame(connection.execute(RETURNS, asked).all(), schema=HAPPENED, orient="row")
