"""The channels' side of the quarantine: what a channel refused goes in, what it took since comes out."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, Text, cast, exists, literal, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from adapters.hub.hub import Hub
from adapters.hub.rows import rows_of
from adapters.hub.tables.journal import IS_OPEN, quarantine


class ChannelRefusals:
    """Refused rows of a channel: ``source`` is the channel's name, no feed stands behind them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def settle(self, channel: str, *, entity: str, keys: Sequence[str] | None, refused: pl.DataFrame) -> None:
        """Put refused rows in, and take out those of the same keys that are no longer refused for that reason.

        A row that a person dismissed stays dismissed as long as it comes again unchanged.

        Args:
            channel: its name.
            entity: ``listing``, ``stock``, ``card``, ``price``; ``goods`` and ``pricing`` are what our own rules do not let out.
            keys: what was decided upon just now, open rows of other keys stay; none: all there is.
            refused: `RowRefused` of this entity.
        """
        with self._hub.engine.begin() as connection:
            settle_rows(connection, self._hub.clock.now(), channel, entity=entity, keys=keys, refused=refused)


def settle_rows(
    connection: Connection, now: datetime, channel: str, *, entity: str, keys: Sequence[str] | None, refused: pl.DataFrame
) -> None:
    """`ChannelRefusals.settle` inside another book's transaction."""
    q = quarantine.c
    decided = rows_of(pl.DataFrame({"key": keys or []}, schema={"key": pl.String}), key=Text())
    is_decided = true() if keys is None else q.key.in_(select(decided.c.key))
    told = rows_of(refused, key=Text(), reason=Text(), sentence=Text(), payload=Text())
    of_channel = (q.source == channel, q.entity == entity)
    resolved = (
        update(quarantine)
        .where(*of_channel, q.state == "open", is_decided)
        .where(tuple_(q.key, q.reason).not_in(select(told.c.key, told.c.reason)))
        .values(state="resolved", closed_at=now)
    )
    payload = cast(told.c.payload, JSONB)
    is_dismissed = exists().where(*of_channel, q.state == "dismissed", q.key == told.c.key, q.reason == told.c.reason, q.payload == payload)
    seen = literal(now)
    put = insert(quarantine).from_select(
        ["source", "entity", "key", "reason", "sentence", "payload", "state", "first_seen_at", "last_seen_at"],
        select(literal(channel), literal(entity), told.c.key, told.c.reason, told.c.sentence, payload, literal("open"), seen, seen).where(
            ~is_dismissed
        ),
    )
    again = put.on_conflict_do_update(
        index_elements=[q.source, q.entity, q.key, q.reason],
        index_where=IS_OPEN,
        set_={
            "times": q.times + 1,
            "last_seen_at": now,
            "sentence": put.excluded.sentence,
            "payload": put.excluded.payload,
        },
    )
    connection.execute(resolved)
    connection.execute(again)
