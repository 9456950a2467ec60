"""What the allocation of quotas reads of the hub, and the targets it leaves there."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl
from sqlalchemy import ARRAY, BigInteger, Text, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.rows import rows_of
from adapters.hub.tables.journal import cursor
from adapters.hub.tables.ledger import ledger_movement
from adapters.hub.tables.offer import offer
from validation.quotas import ListingSold, SupplyKept

SUPPLY = text("""
    with place as (select * from unnest(:places, :shelves) as p (place, shelf_ref))
    select b.item_id, coalesce(place.shelf_ref, '') as shelf_ref,
        case when i.is_deleted or i.is_absent or bool_or(f.item_id is not null) then 0 else sum(b.pcs) end::bigint as sellable_pcs,
        case when i.is_deleted or i.is_absent or bool_or(f.item_id is not null) then 0
            else coalesce(sum(b.pcs) filter (where b.account = 'pool'), 0) end::bigint as pool_pcs
    from ledger_balance b
    join item i using (item_id)
    left join place using (place)
    left join shortfall f on f.item_id = b.item_id and f.place = b.place
    where (b.account = 'pool' or b.account like 'exposure:%') and not i.is_umbrella
        and (place.place is not null or cardinality(:places) = 0)
    group by b.item_id, i.is_deleted, i.is_absent, coalesce(place.shelf_ref, '')
    order by b.item_id, shelf_ref
""").bindparams(bindparam("places", type_=ARRAY(Text)), bindparam("shelves", type_=ARRAY(Text)))

SOLD = text("""
    select l.listing_id, least(o.placed_at, o.seen_at) as sold_at, s.pcs - s.cancelled_pcs as pcs
    from sale_line s join sale_order o using (order_id)
    join listing l on l.channel = o.channel and l.channel_sku = s.channel_sku
    where o.seen_at >= :since and o.placed_at >= :since and not o.is_by_channel
        and s.state in ('sold', 'apart') and s.pcs > s.cancelled_pcs
""")

SUPPLIED = {"item_id": pl.Int64, "shelf_ref": pl.String, "sellable_pcs": pl.Int64, "pool_pcs": pl.Int64}
SALES: dict[str, pl.DataType | type[pl.DataType]] = {
    "listing_id": pl.Int64,
    "sold_at": pl.Datetime("us", "UTC"),
    "pcs": pl.Int64,
}
SYSTEM, ENTITY = "hub", "quotas"


class Quotas:
    """The allocation's side of the ledger and of the offers."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def news(self, *, at_least_every: timedelta) -> int | None:
        """The newest movement of the ledger, where the targets were set without knowing it or long ago; None where they are new."""
        noted = select(cursor.c.value, cursor.c.moved_at).where(cursor.c.system == SYSTEM, cursor.c.entity == ENTITY)
        with self._hub.engine.begin() as connection:
            newest: int = connection.scalar(select(func.coalesce(func.max(ledger_movement.c.movement_id), 0))) or 0
            known = connection.execute(noted).first()
        is_new = known is not None and known.value == newest and known.moved_at > self._hub.clock.now() - at_least_every
        return None if is_new else newest

    def supply(self, shelf_of: Mapping[str, str]) -> pl.DataFrame:
        """`SupplyKept`: what is in pools and exposures, nothing of what is deleted, absent or short.

        Args:
            shelf_of: 1C's place → the shelf it belongs to; empty: all places are one shelf without a name.
        """
        asked = {"places": list(shelf_of), "shelves": list(shelf_of.values())}
        with self._hub.engine.begin() as connection:
            return SupplyKept.validate(pl.DataFrame(connection.execute(SUPPLY, asked).all(), schema=SUPPLIED, orient="row"))

    def sold(self, since: datetime) -> pl.DataFrame:
        """`ListingSold`: live pieces of orders placed and first seen since then.

        Those of before we were connected are among them; what a channel ships from its own store says nothing of ours.
        """
        with self._hub.engine.begin() as connection:
            return ListingSold.validate(pl.DataFrame(connection.execute(SOLD, {"since": since}).all(), schema=SALES, orient="row"))

    def set_targets(self, targets: pl.DataFrame, *, movement_id: int) -> None:
        """Leave the targets with their offers, which are locked in key order as everywhere: channels' senders hold theirs meanwhile.

        Args:
            targets: `QuotaSet`; what is wanted of an offer that is not among them nobody knows.
            movement_id: the newest movement that was known when they were set.
        """
        now = self._hub.clock.now()
        told = rows_of(targets, listing_id=BigInteger(), warehouse_ref=Text(), target_pcs=BigInteger(), rule=Text())
        o = offer.c
        is_same = (o.listing_id == told.c.listing_id) & (o.warehouse_ref == told.c.warehouse_ref)
        is_news = (o.target_pcs.is_distinct_from(told.c.target_pcs)) | (o.target_rule.is_distinct_from(told.c.rule))
        due = select(o.listing_id).join(told, is_same).where(is_news).order_by(o.listing_id, o.warehouse_ref).with_for_update(of=offer)
        locked = select(func.count()).select_from(due.subquery())
        renewed = update(offer).where(is_same, is_news).values(target_pcs=told.c.target_pcs, target_rule=told.c.rule, target_at=now)
        noted = {"value": movement_id, "moved_at": now}
        placed = insert(cursor).values(system=SYSTEM, entity=ENTITY, **noted)
        with self._hub.engine.begin() as connection:
            connection.execute(locked)
            connection.execute(renewed)
            connection.execute(placed.on_conflict_do_update(index_elements=["system", "entity"], set_=noted))
