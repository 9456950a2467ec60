"""The channels' side of the quarantine: what a channel refused goes in, what it took since comes out."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from sqlalchemy import ARRAY, Connection, Text, bindparam, text

from adapters.hub.hub import Hub

TOLD = ("key", "reason", "sentence", "payload")

RESOLVE = text("""
    update quarantine q set state = 'resolved', closed_at = :now
    where q.source = :source and q.entity = :entity and q.state = 'open' and (:is_everything or q.key = any (:decided))
      and (q.key, q.reason) not in (select key, reason from unnest(:keys, :reasons) told (key, reason))
""").bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("decided", "keys", "reasons")))

PUT = text("""
    insert into quarantine (source, entity, key, reason, sentence, payload, state, first_seen_at, last_seen_at)
    select :source, :entity, told.key, told.reason, told.sentence, told.payload::jsonb, 'open', :now, :now
    from unnest(:keys, :reasons, :sentences, :payloads) told (key, reason, sentence, payload)
    where not exists (
        select from quarantine q
        where q.source = :source and q.entity = :entity and q.state = 'dismissed'
          and q.key = told.key and q.reason = told.reason and q.payload = told.payload::jsonb
    )
    on conflict (source, entity, key, reason) where state = 'open' do update
    set times = quarantine.times + 1, last_seen_at = excluded.last_seen_at, sentence = excluded.sentence, payload = excluded.payload
""").bindparams(*(bindparam(f"{name}s", type_=ARRAY(Text)) for name in TOLD))


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
        if keys is not None and not len(keys) and refused.is_empty():
            return
        with self._hub.engine.begin() as connection:
            settle_rows(connection, self._hub.clock.now(), channel, entity=entity, keys=keys, refused=refused)


def settle_rows(
    connection: Connection, now: datetime, channel: str, *, entity: str, keys: Sequence[str] | None, refused: pl.DataFrame
) -> None:
    """`ChannelRefusals.settle` inside another book's transaction."""
    of_channel = {"source": channel, "entity": entity, "now": now}
    told = {name: refused[name].to_list() for name in TOLD}
    if keys is None or len(keys):
        decided = {"is_everything": keys is None, "decided": sorted(set(keys or ()))}
        connection.execute(RESOLVE, {**of_channel, **decided, "keys": told["key"], "reasons": told["reason"]})
    if refused.height:
        connection.execute(PUT, {**of_channel, **{f"{name}s": values for name, values in told.items()}})
