"""The book of prices on channels: what each listing last took, refused and showed, per campaign."""

import polars as pl
from sqlalchemy import Text, case, literal, null, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import BigInteger

from adapters.hub.hub import Hub
from adapters.hub.rows import rows_of
from adapters.hub.tables.listing import listing, listing_price
from validation.prices import PriceRemembered

KEPT: dict[str, pl.DataType | type[pl.DataType]] = {
    "listing_id": pl.Int64,
    "campaign_ref": pl.String,
    "accepted_kopecks": pl.Int64,
    "accepted_at": pl.Datetime("us", "UTC"),
    "refused_kopecks": pl.Int64,
    "refused_at": pl.Datetime("us", "UTC"),
}


class PriceFigures:
    """One row per listing and campaign of its channel."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def kept(self, channel: str) -> pl.DataFrame:
        """`PriceRemembered` of every price that was ever sent, refused or read there."""
        of_channel = select(*(listing_price.c[name] for name in KEPT)).join(listing).where(listing.c.channel == channel)
        with self._hub.engine.begin() as connection:
            rows = connection.execute(of_channel).all()
        return PriceRemembered.validate(pl.DataFrame(rows, schema=KEPT, orient="row"))

    def note_sent(self, sent: pl.DataFrame) -> None:
        """Remember prices that were taken, shown already or not, and refused ones, so that neither is offered at once again.

        Args:
            sent: `PriceSent`, settled by read-back.
        """
        now = literal(self._hub.clock.now())
        told = rows_of(sent, listing_id=BigInteger(), campaign_ref=Text(), price_kopecks=BigInteger(), outcome=Text())
        kept, is_accepted, is_refused = listing_price.c, told.c.outcome.in_(["accepted", "pending"]), told.c.outcome == "refused"
        put = insert(listing_price).from_select(
            ["listing_id", "campaign_ref", "accepted_kopecks", "accepted_at", "refused_kopecks", "refused_at"],
            select(
                told.c.listing_id,
                told.c.campaign_ref,
                case((is_accepted, told.c.price_kopecks)),
                case((is_accepted, now)),
                case((is_refused, told.c.price_kopecks)),
                case((is_refused, now)),
            ).where(or_(is_accepted, is_refused)),
        )
        new = put.excluded
        renewed = {
            "accepted_kopecks": case((new.accepted_at.is_not(None), new.accepted_kopecks), else_=kept.accepted_kopecks),
            "accepted_at": case((new.accepted_at.is_not(None), new.accepted_at), else_=kept.accepted_at),
            "refused_kopecks": case((new.accepted_at.is_not(None), null()), else_=new.refused_kopecks),
            "refused_at": case((new.accepted_at.is_not(None), null()), else_=new.refused_at),
        }
        with self._hub.engine.begin() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["listing_id", "campaign_ref"], set_=renewed))

    def note_shown(self, shown: pl.DataFrame) -> None:
        """Remember what was read back.

        Args:
            shown: `PriceShown`.
        """
        told = rows_of(shown, listing_id=BigInteger(), campaign_ref=Text(), price_kopecks=BigInteger())
        put = insert(listing_price).from_select(
            ["listing_id", "campaign_ref", "shown_kopecks", "shown_at"],
            select(told.c.listing_id, told.c.campaign_ref, told.c.price_kopecks, literal(self._hub.clock.now())),
        )
        renewed = {name: put.excluded[name] for name in ("shown_kopecks", "shown_at")}
        with self._hub.engine.begin() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["listing_id", "campaign_ref"], set_=renewed))
