"""The quarantine's side of looking for codes on a channel: which articles keep items off it, for as long as they do."""

from typing import Any

import polars as pl
from sqlalchemy import CTE, Select, Text, Update, and_, distinct, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, insert

from adapters.hub.codes import live_codes
from adapters.hub.hub import Hub
from adapters.hub.rows import rows_of
from adapters.hub.tables.catalog import item, product
from adapters.hub.tables.journal import IS_OPEN, quarantine
from adapters.hub.tables.listing import card, listing
from validation.reasons import sentence_of

SHARED = "variants_share_article"
GONE = "listing_is_gone"
SHOWN = 50
"""Variants of one product that a row names."""


class Unlisted:
    """Refused rows of a channel whose entity is ``listing`` and whose key is a code."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def restate(self, channel: str, *, searched: pl.DataFrame, refused: pl.DataFrame) -> None:
        """Bring the channel's rows in line with the codes that live items go by now.

        An article that variants of one product share is a row while they do, unless each has a card of its own there under another
        code, or one was sent. Any other row leaves when no single item goes by its code any more and it was issued to none, or when the
        code was looked for just now and not refused so again; a card that is gone stays told until it is found.

        Args:
            channel: its name.
            searched: what was looked for just now: ``channel_sku``.
            refused: `RowRefused` of that search.
        """
        live = select(live_codes()).cte("live_code")
        shared = _shared(live, channel).cte("shared")
        q, now = quarantine.c, literal(self._hub.clock.now())
        of_channel = and_(q.source == channel, q.entity == "listing")
        told = select(q.key, q.payload).where(of_channel, q.state.in_(["open", "dismissed"]), q.reason == SHARED)
        put = insert(quarantine).from_select(
            ["source", "entity", "key", "reason", "sentence", "payload", "state", "first_seen_at", "last_seen_at"],
            select(
                literal(channel),
                literal("listing"),
                shared.c.key,
                literal(SHARED),
                literal(sentence_of(SHARED)),
                shared.c.payload,
                literal("open"),
                now,
                now,
            ).where(tuple_(shared.c.key, shared.c.payload).not_in(told)),
        )
        renewed = {"payload": put.excluded.payload, "last_seen_at": put.excluded.last_seen_at, "times": q.times + 1}
        restated = put.on_conflict_do_update(index_elements=[q.source, q.entity, q.key, q.reason], index_where=IS_OPEN, set_=renewed)
        over = _over(live, shared, channel, searched=searched, refused=refused).where(of_channel).values(state="resolved", closed_at=now)
        with self._hub.engine.begin() as connection:
            connection.execute(restated.add_cte(over.cte("over")))


def _shared(live: CTE, channel: str) -> Select[tuple[str, Any]]:
    """Codes that several variants of one product go by, of which one at least has no card.

    A code of different products is `adapters.hub.findings`' to tell.
    """
    of_item = and_(product.c.source == item.c.source, product.c.product_ref == item.c.product_ref)
    variant = func.jsonb_build_object("item_ref", item.c.item_ref, "name", func.coalesce(item.c.name, product.c.name), type_=JSONB)
    listed = select(listing.c.item_id).where(listing.c.channel == channel, listing.c.lost_at.is_(None))
    has_card = item.c.item_id.in_(listed.union(select(card.c.item_id).where(card.c.channel == channel, card.c.sent_at.is_not(None))))
    variants = func.array_agg(aggregate_order_by(variant, item.c.item_ref), type_=ARRAY(JSONB))[1:SHOWN]
    payload = func.jsonb_build_object("article", live.c.channel_sku, "times", func.count(), "items", variants, type_=JSONB)
    return (
        select(live.c.channel_sku.label("key"), payload.label("payload"))
        .join(item, item.c.item_id == live.c.item_id)
        .outerjoin(product, of_item)
        .where(live.c.bearers > 1)
        .group_by(live.c.channel_sku)
        .having(func.count(distinct(tuple_(item.c.source, item.c.product_ref))) == 1, ~func.bool_and(has_card))
    )


def _over(live: CTE, shared: CTE, channel: str, *, searched: pl.DataFrame, refused: pl.DataFrame) -> Update:
    """Rows that nothing shows any more. A set within ``in`` is hashed once; ``exists`` would walk it for every row."""
    q = quarantine.c
    asked = rows_of(searched, channel_sku=Text())
    told = rows_of(refused, key=Text(), reason=Text())
    is_shared = q.key.in_(select(shared.c.key))
    issued = select(card.c.channel_sku).where(card.c.channel == channel)
    is_gone_by = q.key.in_(select(live.c.channel_sku).where(live.c.bearers == 1).union(issued))
    is_asked = q.key.in_(select(asked.c.channel_sku))
    is_told = tuple_(q.key, q.reason).in_(select(told.c.key, told.c.reason))
    is_cleared = and_(q.reason != GONE, is_asked, ~is_told)
    is_over = or_(and_(q.reason == SHARED, ~is_shared), and_(q.reason != SHARED, or_(~is_gone_by, is_cleared)))
    return update(quarantine).where(q.state == "open", is_over)
