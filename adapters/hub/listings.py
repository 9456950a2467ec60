"""The book of listings: which item is which code on a channel."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import polars as pl
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Select, Text, and_, bindparam, cast, delete, exists, func, literal, not_, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import BigInteger

from adapters.hub.codes import codes_on, is_there
from adapters.hub.hub import Hub
from adapters.hub.locks import LOCK, TRY_LOCK, UNLOCK
from adapters.hub.rows import rows_of
from adapters.hub.tables.catalog import item
from adapters.hub.tables.ledger import ledger_balance
from adapters.hub.tables.listing import listing, listing_search
from tasks.rules.ledger import POOL
from validation.listings import ListingKept

SENDER_WAITS = "30s"
SEARCH_AGAIN_AFTER = timedelta(hours=1)
"""A code that was not on the channel is not looked for sooner."""

Columns = dict[str, pl.DataType | type[pl.DataType]]
KEPT: Columns = {
    "listing_id": pl.Int64,
    "item_id": pl.Int64,
    "item_ref": pl.String,
    "channel_sku": pl.String,
    "refs": pl.String,
    "is_live": pl.Boolean,
}

OFFERED = (
    select(
        listing.c.listing_id,
        listing.c.item_id,
        item.c.item_ref,
        listing.c.channel_sku,
        cast(listing.c.refs, Text).label("refs"),
        is_there(item).label("is_live"),
    )
    .join(item, item.c.item_id == listing.c.item_id)
    .where(listing.c.channel == bindparam("channel"), listing.c.lost_at.is_(None))
    .order_by(listing.c.listing_id)
)
"""Made once: it takes longer to build than to run."""


class Listings:
    """One row per item and channel."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    @contextmanager
    def only_sender(self, channel: str, what: str = "stock") -> Iterator[bool]:
        """True for one caller at a time per channel, false for whoever has waited too long; over when the block or the process ends."""
        key = {"key": f"sender:{channel}:{what}"}
        with self._hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            is_only = _locked(connection, key)
            try:
                yield is_only
            finally:
                if is_only:
                    connection.execute(UNLOCK, key)

    def unmatched(self, channel: str, *, limit: int = 5000) -> pl.DataFrame:
        """Items to be looked for on the channel: ``item_id, item_ref, channel_sku``; those never looked for come first.

        The code is the one under which a card was sent there, else the item's article, else its product's, and an article only where it
        belongs to exactly one live item: a repeated one would sell one thing for another. An umbrella row is not a thing on a shelf.
        Left out: items already listed, items looked for a short while ago under the same code (unless a card of ours must appear
        there), and codes that another live item holds there.
        """
        live = codes_on(channel)
        holder = item.alias("holder")
        held = select(listing.c.item_id, listing.c.channel_sku).where(listing.c.channel == channel, listing.c.lost_at.is_(None))
        held_items = held.subquery("held_items")
        held_codes = held.join(holder, holder.c.item_id == listing.c.item_id).where(is_there(holder)).subquery("held_codes")
        searched = and_(
            listing_search.c.channel == channel,
            listing_search.c.item_id == live.c.item_id,
            listing_search.c.channel_sku == live.c.channel_sku,
        )
        query = (
            select(live.c.item_id, live.c.item_ref, live.c.channel_sku)
            .outerjoin(listing_search, searched)
            .where(~exists().where(held_items.c.item_id == live.c.item_id))
            .where(~exists().where(held_codes.c.channel_sku == live.c.channel_sku))
            .where(or_(live.c.is_made, func.coalesce(listing_search.c.searched_at < self._hub.clock.now() - SEARCH_AGAIN_AFTER, True)))
            .order_by(listing_search.c.searched_at.asc().nulls_first(), live.c.item_id)
            .limit(limit)
        )
        return self._read(query, {"item_id": pl.Int64, "item_ref": pl.String, "channel_sku": pl.String})

    def save_matches(self, channel: str, searched: pl.DataFrame, found: pl.DataFrame) -> int:
        """Remember what was looked for and what was found; the number of new listings.

        A code whose former item left 1C passes to the item that carries it now; a lost listing that is found again comes back. Either
        waits until nothing of the old listing can be sold any more.

        Args:
            channel: the channel's name.
            searched: as `unmatched` gave it.
            found: `ListingFound`.
        """
        now = self._hub.clock.now()
        asked = rows_of(searched, item_id=BigInteger(), channel_sku=Text())
        matched = rows_of(searched.join(found, on="channel_sku"), item_id=BigInteger(), channel_sku=Text(), refs=Text())
        holder = item.alias("holder")
        exposed = exists().where(
            ledger_balance.c.account.like(func.concat("exposure:", channel, ":", listing.c.listing_id, ":%")),
            ledger_balance.c.account != POOL,
        )
        is_free = and_(or_(listing.c.lost_at.is_not(None), not_(is_there(holder))), ~exposed)
        is_meant = or_(listing.c.item_id == matched.c.item_id, listing.c.channel_sku == matched.c.channel_sku)
        left = delete(listing).where(listing.c.channel == channel, listing.c.item_id == holder.c.item_id, is_meant, is_free)
        new = insert(listing).from_select(
            ["channel", "item_id", "channel_sku", "refs", "matched_at"],
            select(literal(channel), matched.c.item_id, matched.c.channel_sku, cast(matched.c.refs, JSONB), literal(now)),
        )
        sought = insert(listing_search).from_select(
            ["channel", "item_id", "channel_sku", "searched_at"],
            select(literal(channel), asked.c.item_id, asked.c.channel_sku, literal(now)),
        )
        renewed = {"channel_sku": sought.excluded.channel_sku, "searched_at": sought.excluded.searched_at}
        with self._hub.engine.begin() as connection:
            connection.execute(sought.on_conflict_do_update(index_elements=["channel", "item_id"], set_=renewed))
            connection.execute(left)
            saved = connection.execute(new.on_conflict_do_nothing().returning(listing.c.listing_id))
            return len(saved.all())

    def offered(self, channel: str) -> pl.DataFrame:
        """`ListingKept`: every listing of the channel that is still there, in its order of matching."""
        return ListingKept.validate(self._read(OFFERED, KEPT, channel=channel))

    def note_lost(self, listings: pl.DataFrame) -> None:
        """The channel no longer has these: they are offered nothing and looked for anew at once.

        Args:
            listings: ``listing_id``.
        """
        if listings.is_empty():
            return
        told = rows_of(listings, listing_id=BigInteger())
        lost = update(listing).where(listing.c.listing_id == told.c.listing_id).values(lost_at=self._hub.clock.now())
        returned = lost.returning(listing.c.channel, listing.c.item_id)
        with self._hub.engine.begin() as connection:
            gone = connection.execute(returned).all()
            for channel in {row.channel for row in gone}:
                ids = [row.item_id for row in gone if row.channel == channel]
                forgotten = delete(listing_search).where(listing_search.c.channel == channel, listing_search.c.item_id.in_(ids))
                connection.execute(forgotten)

    def _read(self, query: Select[Any], schema: Columns, **named: str) -> pl.DataFrame:
        with self._hub.engine.begin() as connection:
            return pl.DataFrame(connection.execute(query, named).all(), schema=schema, orient="row")


def _locked(connection: Connection, key: dict[str, str]) -> bool:
    if connection.execute(TRY_LOCK, key).scalar_one():
        return True
    connection.execute(text(f"set lock_timeout = '{SENDER_WAITS}'"))
    try:
        connection.execute(LOCK, key)
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        return False
    finally:
        connection.execute(text("reset lock_timeout"))
    return True
