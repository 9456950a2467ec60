"""The book of figures: what a channel was last told, took, refused and showed of each listing's stock, per warehouse."""

import polars as pl
from sqlalchemy import ARRAY, Text, bindparam, case, literal, null, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import BigInteger

from adapters.hub.hub import Hub
from adapters.hub.rows import rows_of
from adapters.hub.tables.listing import listing_stock
from validation.stock import StockKept

KEPT: dict[str, pl.DataType | type[pl.DataType]] = {
    "listing_id": pl.Int64,
    "warehouse_ref": pl.String,
    "sent_pcs": pl.Int64,
    "sent_at": pl.Datetime("us", "UTC"),
    "is_open": pl.Boolean,
    "refused_pcs": pl.Int64,
    "refused_at": pl.Datetime("us", "UTC"),
    "refused_reason": pl.String,
}

OF_CHANNEL = text("""
    select s.listing_id, s.warehouse_ref, s.sent_pcs, s.sent_at,
        s.sent_at is not null and coalesce(greatest(s.accepted_at, s.refused_at) < s.sent_at, true) as is_open,
        s.refused_pcs, s.refused_at, s.refused_reason
    from listing_stock s join listing l using (listing_id)
    where l.channel = :channel
""")

SHOWN = text("""
    select s.listing_id, s.warehouse_ref, s.shown_pcs
    from listing_stock s join listing l using (listing_id)
    where l.channel = :channel and s.shown_at is not null
""")

NOTE_SHOWN = text("""
    insert into listing_stock (listing_id, warehouse_ref, shown_pcs, reserved_pcs, shown_at)
    select *, :now from unnest(:listing_id, :warehouse_ref, :pcs, :reserved_pcs)
    on conflict (listing_id, warehouse_ref) do update
    set shown_pcs = excluded.shown_pcs, reserved_pcs = excluded.reserved_pcs, shown_at = excluded.shown_at
""").bindparams(
    bindparam("listing_id", type_=ARRAY(BigInteger)),
    bindparam("warehouse_ref", type_=ARRAY(Text)),
    bindparam("pcs", type_=ARRAY(BigInteger)),
    bindparam("reserved_pcs", type_=ARRAY(BigInteger)),
)


class Figures:
    """One row per listing and warehouse of its channel."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def kept(self, channel: str) -> pl.DataFrame:
        """`StockKept` of every figure that was ever sent, refused or read there."""
        with self._hub.engine.begin() as connection:
            rows = connection.execute(OF_CHANNEL, {"channel": channel}).all()
        return StockKept.validate(pl.DataFrame(rows, schema=KEPT, orient="row"))

    def shown(self, channel: str) -> pl.DataFrame:
        """``listing_id, warehouse_ref, pcs``: what the channel showed when it was last read."""
        with self._hub.engine.begin() as connection:
            rows = connection.execute(SHOWN, {"channel": channel}).all()
        return pl.DataFrame(rows, schema={"listing_id": pl.Int64, "warehouse_ref": pl.String, "pcs": pl.Int64}, orient="row")

    def note_leaving(self, offered: pl.DataFrame) -> None:
        """Remember what is about to leave: after a crash it is taken for sent.

        Args:
            offered: `StockOffered`.
        """
        told = rows_of(offered, listing_id=BigInteger(), warehouse_ref=Text(), pcs=BigInteger())
        now = self._hub.clock.now()
        put = insert(listing_stock).from_select(
            ["listing_id", "warehouse_ref", "sent_pcs", "sent_at"],
            select(told.c.listing_id, told.c.warehouse_ref, told.c.pcs, literal(now)),
        )
        renewed = {"sent_pcs": put.excluded.sent_pcs, "sent_at": now}
        with self._hub.engine.begin() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["listing_id", "warehouse_ref"], set_=renewed))

    def note_sent(self, sent: pl.DataFrame) -> None:
        """Remember accepted figures, and refused ones so that growth is not offered at once again; what never left was not sent.

        Args:
            sent: `StockSent`, settled by read-back.
        """
        if sent.is_empty():
            return
        now = literal(self._hub.clock.now())
        told = rows_of(sent, listing_id=BigInteger(), warehouse_ref=Text(), pcs=BigInteger(), outcome=Text(), reason=Text())
        kept, is_accepted, is_refused = listing_stock.c, told.c.outcome == "accepted", told.c.outcome == "refused"
        is_decided = or_(is_accepted, is_refused)
        noted = (
            listing_stock.update()
            .where(kept.listing_id == told.c.listing_id, kept.warehouse_ref == told.c.warehouse_ref)
            .values(
                sent_at=case((told.c.outcome == "unsent", null()), else_=kept.sent_at),
                accepted_pcs=case((is_accepted, told.c.pcs), else_=kept.accepted_pcs),
                accepted_at=case((is_accepted, now), else_=kept.accepted_at),
                refused_pcs=case((is_refused, told.c.pcs), (is_decided, null()), else_=kept.refused_pcs),
                refused_at=case((is_refused, now), (is_decided, null()), else_=kept.refused_at),
                refused_reason=case((is_refused, told.c.reason), (is_decided, null()), else_=kept.refused_reason),
            )
        )
        with self._hub.engine.begin() as connection:
            connection.execute(noted)

    def note_shown(self, shown: pl.DataFrame) -> None:
        """Remember what was read back.

        Args:
            shown: `StockShown`.
        """
        if shown.is_empty():
            return
        columns = {name: shown[name].to_list() for name in ("listing_id", "warehouse_ref", "pcs", "reserved_pcs")}
        with self._hub.engine.begin() as connection:
            connection.execute(NOTE_SHOWN, {**columns, "now": self._hub.clock.now()})
