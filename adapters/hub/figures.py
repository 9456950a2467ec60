"""The book of figures: what a channel was last told, took, refused and showed of each listing's stock, per warehouse."""

import polars as pl
from sqlalchemy import Text, and_, case, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import BigInteger

from adapters.hub.hub import Hub
from adapters.hub.rows import rows_of
from adapters.hub.tables.listing import listing, listing_stock
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


class Figures:
    """One row per listing and warehouse of its channel."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def kept(self, channel: str) -> pl.DataFrame:
        """`StockKept` of every figure that was ever sent, refused or read there."""
        c = listing_stock.c
        decided_at = func.greatest(c.accepted_at, c.refused_at)
        is_open = and_(c.sent_at.is_not(None), func.coalesce(decided_at < c.sent_at, True))
        columns = [is_open.label(name) if name == "is_open" else c[name] for name in KEPT]
        of_channel = select(*columns).join(listing).where(listing.c.channel == channel)
        with self._hub.engine.begin() as connection:
            rows = connection.execute(of_channel).all()
        return StockKept.validate(pl.DataFrame(rows, schema=KEPT, orient="row"))

    def shown(self, channel: str) -> pl.DataFrame:
        """``listing_id, warehouse_ref, pcs``: what the channel showed when it was last read."""
        c = listing_stock.c
        query = select(c.listing_id, c.warehouse_ref, c.shown_pcs).join(listing).where(listing.c.channel == channel)
        with self._hub.engine.begin() as connection:
            rows = connection.execute(query.where(c.shown_at.is_not(None))).all()
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
        told = rows_of(shown, listing_id=BigInteger(), warehouse_ref=Text(), pcs=BigInteger(), reserved_pcs=BigInteger())
        put = insert(listing_stock).from_select(
            ["listing_id", "warehouse_ref", "shown_pcs", "reserved_pcs", "shown_at"],
            select(told.c.listing_id, told.c.warehouse_ref, told.c.pcs, told.c.reserved_pcs, literal(self._hub.clock.now())),
        )
        renewed = {name: put.excluded[name] for name in ("shown_pcs", "reserved_pcs", "shown_at")}
        with self._hub.engine.begin() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["listing_id", "warehouse_ref"], set_=renewed))
