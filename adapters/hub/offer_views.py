"""What `utyug why` asks of the offers: every listing of an item, alone or as a part of a bundle, and how its number came about."""

import polars as pl
from sqlalchemy import text

from adapters.hub.hub import Hub

FOUND = text("""
    select distinct i.item_id, i.item_ref, coalesce(i.article, p.article) as article, coalesce(i.name, p.name) as name
    from item i
    left join product p on p.source = i.source and p.product_ref = i.product_ref
    left join listing l on l.item_id = i.item_id
    where i.item_ref = :sku or i.article = :sku or p.article = :sku or l.channel_sku = :sku or i.barcode = :sku
    order by i.item_id
""")

OFFERS = text("""
    select l.channel, l.channel_sku, o.warehouse_ref, l.listing_id, o.phase, o.target_pcs, o.target_rule, o.target_at, o.write_pcs,
        o.sent_at, o.leave_by_at, o.alive_until_at, o.read_pcs, o.read_began_at, o.frozen_for, o.moved_at,
        s.shown_pcs, s.shown_at, s.reserved_pcs,
        s.refused_reason, o.recipe::text as recipe, w.poll_began_at,
        coalesce(b.pcs, 0)::bigint as exposed_pcs, l.item_id <> :item_id as is_bundle
    from offer o
    join listing l using (listing_id)
    left join listing_stock s using (listing_id, warehouse_ref)
    left join channel_watch w using (channel)
    left join lateral (
        select sum(pcs) as pcs from ledger_balance
        where item_id = :item_id and account = 'exposure:' || l.channel || ':' || o.listing_id || ':' || o.warehouse_ref
    ) b on true
    where (l.item_id = :item_id or o.recipe @> jsonb_build_array(jsonb_build_array(cast(:item_id as bigint))))
        and (cast(:channel as text) is null or l.channel = :channel)
    order by l.channel, o.warehouse_ref, l.listing_id
""")
AT = pl.Datetime("us", "UTC")
ITEM = {"item_id": pl.Int64, "item_ref": pl.String, "article": pl.String, "name": pl.String}
OFFER: dict[str, pl.DataType | type[pl.DataType]] = {
    "channel": pl.String,
    "channel_sku": pl.String,
    "warehouse_ref": pl.String,
    "listing_id": pl.Int64,
    "phase": pl.String,
    "target_pcs": pl.Int64,
    "target_rule": pl.String,
    "target_at": AT,
    "write_pcs": pl.Int64,
    "sent_at": AT,
    "leave_by_at": AT,
    "alive_until_at": AT,
    "read_pcs": pl.Int64,
    "read_began_at": AT,
    "frozen_for": pl.String,
    "moved_at": AT,
    "shown_pcs": pl.Int64,
    "shown_at": AT,
    "reserved_pcs": pl.Int64,
    "refused_reason": pl.String,
    "recipe": pl.String,
    "poll_began_at": AT,
    "exposed_pcs": pl.Int64,
    "is_bundle": pl.Boolean,
}


class OfferViews:
    """Questions about numbers, for people."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def items(self, sku: str) -> pl.DataFrame:
        """``item_id, item_ref, article, name`` of the items that a person may mean: by article, code on a channel, barcode or 1C's Ид."""
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(FOUND, {"sku": sku}).all(), schema=ITEM, orient="row")

    def offers(self, item_id: int, channel: str | None = None) -> pl.DataFrame:
        """One row per listing and warehouse that may sell the item; ``exposed_pcs`` in pieces of the item."""
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(OFFERS, {"item_id": item_id, "channel": channel}).all(), schema=OFFER, orient="row")
