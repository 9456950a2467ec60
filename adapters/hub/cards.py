"""The book of cards: which code was issued to an item on a channel, and what its card was told there."""

import polars as pl
from sqlalchemy import Boolean, Text, and_, case, cast, exists, func, literal, null, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import BigInteger

from adapters.hub.hub import Hub
from adapters.hub.rows import rows_of
from adapters.hub.tables.listing import card, listing
from validation.assortment import CodeIssued
from validation.listings import CardKept, CardPending

KEPT: dict[str, pl.DataType | type[pl.DataType]] = {
    "item_id": pl.Int64,
    "channel_sku": pl.String,
    "refs": pl.String,
    "is_ours": pl.Boolean,
    "sent_hash": pl.String,
    "accepted_hash": pl.String,
    "refused_hash": pl.String,
    "refused_at": pl.Datetime("us", "UTC"),
    "task_ref": pl.String,
}
PENDING: dict[str, pl.DataType | type[pl.DataType]] = {
    "item_id": pl.Int64,
    "channel_sku": pl.String,
    "task_ref": pl.String,
    "sent_at": pl.Datetime("us", "UTC"),
}


class Cards:
    """One row per channel and item that ever had a code there; no row is ever deleted."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def issued(self, channel: str) -> pl.DataFrame:
        """`CodeIssued`: codes that belong to an item for ever: issued by us, or found there under its article."""
        ours = select(card.c.item_id, card.c.channel_sku).where(card.c.channel == channel)
        found = select(listing.c.item_id, listing.c.channel_sku).where(listing.c.channel == channel)
        found = found.where(listing.c.item_id.not_in(select(card.c.item_id).where(card.c.channel == channel)))
        with self._hub.engine.begin() as connection:
            rows = connection.execute(union(ours, found)).all()
        return CodeIssued.validate(pl.DataFrame(rows, schema={"item_id": pl.Int64, "code": pl.String}, orient="row"))

    def issue(self, channel: str, codes: pl.DataFrame) -> int:
        """Give items their codes for ever; how many are new.

        Args:
            channel: its name.
            codes: `CodeIssued`.
        """
        told = rows_of(codes, item_id=BigInteger(), code=Text())
        given = select(literal(channel), told.c.item_id, told.c.code, literal(self._hub.clock.now()))
        put = insert(card).from_select(["channel", "item_id", "channel_sku", "issued_at"], given).on_conflict_do_nothing()
        with self._hub.engine.begin() as connection:
            return len(connection.execute(put.returning(card.c.item_id)).all())

    def kept(self, channel: str) -> pl.DataFrame:
        """`CardKept`: every code with what its card was told, and the channel's own ids where there is a card."""
        there = listing.outerjoin(card, (card.c.channel == listing.c.channel) & (card.c.item_id == listing.c.item_id), full=True)
        named = {"item_id": func.coalesce(card.c.item_id, listing.c.item_id), "refs": case((listing.c.lost_at.is_(None), listing.c.refs))}
        query = (
            select(
                named["item_id"].label("item_id"),
                func.coalesce(listing.c.channel_sku, card.c.channel_sku).label("channel_sku"),
                cast(named["refs"], Text).label("refs"),
                func.coalesce(card.c.is_ours, literal(False, Boolean())).label("is_ours"),
                *(card.c[name] for name in ("sent_hash", "accepted_hash", "refused_hash", "refused_at", "task_ref")),
            )
            .select_from(there)
            .where(func.coalesce(card.c.channel, listing.c.channel) == channel)
            .order_by("item_id")
        )
        with self._hub.engine.begin() as connection:
            return CardKept.validate(pl.DataFrame(connection.execute(query).all(), schema=KEPT, orient="row"))

    def note_leaving(self, channel: str, cards: pl.DataFrame) -> None:
        """Remember what is about to leave; a card that is not there yet becomes ours.

        Args:
            channel: its name.
            cards: `CardWanted`.
        """
        told = rows_of(cards.with_columns(is_new=pl.col("refs").is_null()), item_id=BigInteger(), content_hash=Text(), is_new=Boolean())
        noted = card.update().where(card.c.channel == channel, card.c.item_id == told.c.item_id)
        with self._hub.engine.begin() as connection:
            connection.execute(
                noted.values(
                    sent_hash=told.c.content_hash,
                    sent_at=self._hub.clock.now(),
                    task_ref=null(),
                    is_ours=card.c.is_ours | told.c.is_new,
                )
            )

    def note_sent(self, channel: str, sent: pl.DataFrame) -> None:
        """Remember what became of cards: taken, refused, or to be asked about later.

        A card that was refused or never left, and is not there, is not ours: whoever makes it then need not fear to be written over.

        Args:
            channel: its name.
            sent: `CardSent`.
        """
        told = rows_of(sent, item_id=BigInteger(), outcome=Text(), task_ref=Text())
        now, outcome = literal(self._hub.clock.now()), told.c.outcome
        is_accepted, is_refused = outcome == "accepted", outcome == "refused"
        there = exists().where(listing.c.channel == channel, listing.c.item_id == card.c.item_id, listing.c.lost_at.is_(None))
        was_not_made = and_(outcome.in_(["refused", "unsent"]), card.c.accepted_at.is_(None), ~there)
        noted = card.update().where(card.c.channel == channel, card.c.item_id == told.c.item_id)
        with self._hub.engine.begin() as connection:
            connection.execute(
                noted.values(
                    is_ours=and_(card.c.is_ours, ~was_not_made),
                    task_ref=case((outcome == "pending", told.c.task_ref), else_=null()),
                    accepted_hash=case((is_accepted, card.c.sent_hash), else_=card.c.accepted_hash),
                    accepted_at=case((is_accepted, now), else_=card.c.accepted_at),
                    refused_hash=case((is_refused, card.c.sent_hash), (is_accepted, null()), else_=card.c.refused_hash),
                    refused_at=case((is_refused, now), (is_accepted, null()), else_=card.c.refused_at),
                )
            )

    def pending(self, channel: str) -> pl.DataFrame:
        """`CardPending`: cards whose fate the channel has not told."""
        columns = [card.c[name] for name in PENDING]
        query = select(*columns).where(card.c.channel == channel, card.c.task_ref.is_not(None)).order_by(card.c.item_id)
        with self._hub.engine.begin() as connection:
            return CardPending.validate(pl.DataFrame(connection.execute(query).all(), schema=PENDING, orient="row"))
