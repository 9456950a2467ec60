"""The book of offers: what every listing of a told channel may sell, moved step by step under the locks of its items (DESIGN §4).

The steps are `tasks.rules.offer`. One sender per channel (`Listings.only_sender`) calls the methods in this order: `open`, `advance`, and
for each figure that it sends `leave` before and `note_left` after the call.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import ARRAY, BigInteger, Text, bindparam, case, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from adapters.hub.hub import Hub
from adapters.hub.ledger_moves import lock_pools, move, notify
from adapters.hub.ledger_shortfall import judge_again
from adapters.hub.offer_rows import CONNECTING, Held, keep, load
from adapters.hub.offer_step import Edited, Step, Told
from adapters.hub.rows import rows_of
from adapters.hub.tables.offer import offer
from tasks.rules import offer as rules
from tasks.rules.bounds import Bounds
from tasks.rules.ledger import POOL
from tasks.rules.ledger_draw import Shelf

KNOWN = text("""
    with part as (
        select o.listing_id, o.warehouse_ref, (p ->> 0)::bigint as item_id, (p ->> 1)::bigint as qty
        from offer o join listing l using (listing_id) cross join jsonb_array_elements(o.recipe) p
        where l.channel = :channel
    ), held as (
        select account, item_id, sum(pcs)::bigint as pcs from ledger_balance
        where account like :accounts and account <> 'pool' group by account, item_id
    ), exposed as (
        select listing_id, warehouse_ref, min(coalesce(h.pcs, 0) / qty)::bigint as exposed_pcs
        from part p
        left join held h on h.item_id = p.item_id and h.account = 'exposure:' || :channel || ':' || listing_id || ':' || warehouse_ref
        group by listing_id, warehouse_ref
    )
    select o.listing_id, o.warehouse_ref, l.item_id, l.channel_sku, o.phase, e.exposed_pcs, o.write_pcs, o.sent_at, o.target_pcs,
        o.target_rule, o.moved_at, o.frozen_for, o.alive_until_at is not null as is_alive, l.lost_at is not null as is_lost,
        s.shown_pcs, s.shown_at as read_at, s.sent_at as told_at, s.refused_at, s.refused_reason, o.recipe::text as recipe
    from offer o join exposed e using (listing_id, warehouse_ref) join listing l using (listing_id)
    left join listing_stock s using (listing_id, warehouse_ref)
    order by o.listing_id, o.warehouse_ref
""")

OUTDATED = text("""
    select distinct (part ->> 0)::bigint from offer o
    join unnest(:listing_ids, :warehouses, :recipes) as w (listing_id, warehouse_ref, recipe) using (listing_id, warehouse_ref)
    cross join jsonb_array_elements(o.recipe) part
    where o.recipe <> cast(w.recipe as jsonb)
""").bindparams(
    bindparam("listing_ids", type_=ARRAY(BigInteger)), *(bindparam(name, type_=ARRAY(Text)) for name in ("warehouses", "recipes"))
)
"""Whoever gives pieces to an exposure holds the items of its recipe: a cancellation cannot come while the recipe changes."""

RENEW = text("""
    with due as (
        select o.listing_id, o.warehouse_ref, cast(w.recipe as jsonb) as recipe, w.promotion
        from offer o
        join unnest(:listing_ids, :warehouses, :recipes, :promotions) as w (listing_id, warehouse_ref, recipe, promotion)
            using (listing_id, warehouse_ref)
        where o.recipe <> cast(w.recipe as jsonb) and o.write_pcs is null and o.alive_until_at is null
            and not exists (
                select from ledger_balance b
                where b.account = 'exposure:' || :channel || ':' || o.listing_id || ':' || o.warehouse_ref and b.account <> 'pool'
            )
            and not exists (select from jsonb_array_elements(o.recipe) part where (part ->> 0)::bigint <> all (:locked))
        order by o.listing_id, o.warehouse_ref
        for update of o
    )
    update offer o set recipe = due.recipe, promotion = due.promotion, version = o.version + 1
    from due where due.listing_id = o.listing_id and due.warehouse_ref = o.warehouse_ref
""").bindparams(
    *(bindparam(name, type_=ARRAY(BigInteger)) for name in ("listing_ids", "locked")),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("warehouses", "recipes", "promotions")),
)

KEPT: dict[str, pl.DataType | type[pl.DataType]] = {
    "listing_id": pl.Int64,
    "warehouse_ref": pl.String,
    "item_id": pl.Int64,
    "channel_sku": pl.String,
    "phase": pl.String,
    "exposed_pcs": pl.Int64,
    "write_pcs": pl.Int64,
    "sent_at": pl.Datetime("us", "UTC"),
    "target_pcs": pl.Int64,
    "target_rule": pl.String,
    "moved_at": pl.Datetime("us", "UTC"),
    "frozen_for": pl.String,
    "is_alive": pl.Boolean,
    "is_lost": pl.Boolean,
    "shown_pcs": pl.Int64,
    "read_at": pl.Datetime("us", "UTC"),
    "told_at": pl.Datetime("us", "UTC"),
    "refused_at": pl.Datetime("us", "UTC"),
    "refused_reason": pl.String,
    "recipe": pl.String,
}
NO_BOUNDS = Bounds(visible_s=0, effective_s=0, stale_s=0, restored_s=0)
FIGURE = {"listing_id": pl.Int64, "warehouse_ref": pl.String, "pcs": pl.Int64, "version": pl.Int64}


@dataclass(frozen=True, kw_only=True, slots=True)
class Advanced:
    """What a look at a channel led to.

    Args:
        figures: ``listing_id, warehouse_ref, pcs, version``: figures whose pieces are set aside, to be sent now.
        settled: how many listings came to rest.
        edited: those that somebody else wrote to; each is frozen and connected anew.
        effective_s: seconds that writes provably needed until they took effect.
        ignored: listing, warehouse and figure of writes that came to rest without an effect.
    """

    figures: pl.DataFrame
    settled: int = 0
    edited: tuple[Edited, ...] = ()
    effective_s: tuple[float, ...] = ()
    ignored: tuple[tuple[int, str, int], ...] = ()


__all__ = ["Advanced", "Edited", "Offers", "Told"]


class Offers:
    """One row per listing of a told channel and warehouse."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def open(self, channel: str, wanted: pl.DataFrame) -> None:
        """Offers for listings that have none yet; another recipe where nothing stands exposed under the old one.

        Args:
            channel: the channel's name.
            wanted: ``listing_id, warehouse_ref, recipe, promotion``; the recipe is a JSON list of [item_id, pieces].
        """
        told = rows_of(wanted, listing_id=BigInteger(), warehouse_ref=Text(), recipe=Text(), promotion=Text())
        new = insert(offer).from_select(
            ["listing_id", "warehouse_ref", "phase", "recipe", "promotion"],
            select(told.c.listing_id, told.c.warehouse_ref, text("'new'"), cast(told.c.recipe, JSONB), told.c.promotion),
        )
        columns = {"listing_ids": "listing_id", "warehouses": "warehouse_ref", "recipes": "recipe", "promotions": "promotion"}
        with self._hub.engine.begin() as connection:
            connection.execute(new.on_conflict_do_nothing())
            asked: dict[str, Any] = {name: wanted[column].to_list() for name, column in columns.items()}
            outdated = set(connection.scalars(OUTDATED, {name: asked[name] for name in ("listing_ids", "warehouses", "recipes")}))
            if outdated:
                lock_pools(connection, outdated)
                connection.execute(RENEW, asked | {"channel": channel, "locked": sorted(outdated)})

    def known(self, channel: str) -> pl.DataFrame:
        """Every offer of the channel, one row per listing and warehouse; ``exposed_pcs`` in pieces of the listing."""
        with self._hub.engine.begin() as connection:
            rows = connection.execute(KNOWN, {"channel": channel, "accounts": f"exposure:{channel}:%"}).all()
        return pl.DataFrame(rows, schema=KEPT, orient="row")

    def advance(self, told: Told, seen: pl.DataFrame, *, began_at: datetime, ended_at: datetime) -> Advanced:
        """Take in what was read back, settle what can be settled, and set aside the pieces of new figures: one transaction.

        Args:
            told: the channel.
            seen: ``listing_id, warehouse_ref, shown_pcs, reserved_pcs, before_pcs, read_at, may_write, may_freeze``: what the channel shows
                (null: it sells without limit), what it showed when it was read before and when that was, and whether a positive figure or
                a 0 may be sent to it now.
            began_at: before the reading.
            ended_at: after it.
        """
        now = self._hub.clock.now()
        rows = {(row["listing_id"], row["warehouse_ref"]): row for row in seen.iter_rows(named=True)}
        with self._hub.engine.begin() as connection:
            since = began_at - told.bounds.stale
            listings, pools = load(
                connection, now, channel=told.channel, keys=rows, places_of=told.places_of, bounds=told.bounds, shown_since=since
            )
            poll_began_at = connection.scalar(
                text("select poll_began_at from channel_watch where channel = :channel"), {"channel": told.channel}
            )
            connecting = Counter({row.item_id: row.listings for row in connection.execute(CONNECTING)})
            step = Step(told=told, now=now, pools=pools, poll_began_at=poll_began_at, connecting=connecting)
            for one in sorted(listings, key=lambda one: one.phase != "new"):
                step.take(one, rows[one.key], began_at, ended_at)
            keep(connection, step.changed)
            moved = [movement for one in step.changed for movement in one.movements]
            move(connection, now, moved, reference=f"offer:{told.channel}", may_owe=True)
            judge_again(connection, now, {(one.item_id, one.place) for one in moved if one.to_account == POOL})
            if moved:
                notify(connection)
        return Advanced(
            figures=pl.DataFrame(step.figures, schema=FIGURE, orient="row"),
            settled=step.settled,
            edited=tuple(step.edited),
            effective_s=tuple(step.effective_s),
            ignored=tuple(step.ignored),
        )

    def close(self, channel: str, listing_ids: Sequence[int]) -> int:
        """Listings whose channel asks or mirrors now have no quota any more; returns how many pieces went back to the pool."""
        now = self._hub.clock.now()
        o, gone = offer.c, [0, *listing_ids]
        with self._hub.engine.begin() as connection:
            rows = connection.execute(select(o.listing_id, o.warehouse_ref).where(o.listing_id.in_(gone))).all()
            keys = [(row.listing_id, row.warehouse_ref) for row in rows]
            places: dict[str, Sequence[str] | None] = {warehouse_ref: None for _, warehouse_ref in keys}
            listings, pools = load(connection, now, channel=channel, keys=keys, places_of=places, bounds=NO_BOUNDS)
            for one in listings:
                one.give_back(pools, 0, "released")
            moved = [movement for one in listings for movement in one.movements]
            move(connection, now, moved, reference=f"offer:{channel}")
            connection.execute(delete(offer).where(o.listing_id.in_(gone)))
            if moved:
                notify(connection)
        return sum(one.pcs for one in moved)

    def leave(self, told: Told, figures: pl.DataFrame) -> pl.DataFrame:
        """Of these figures those that may leave now; each is remembered as sent before it is (`tasks.rules.offer.leave`).

        Args:
            told: the channel.
            figures: ``listing_id, warehouse_ref, pcs, version``.
        """
        now = self._hub.clock.now()
        rows = rows_of(figures, listing_id=BigInteger(), warehouse_ref=Text(), pcs=BigInteger(), version=BigInteger())
        o, leave_by_at = offer.c, now + rules.LEAVES_WITHIN
        is_same = (o.listing_id == rows.c.listing_id) & (o.warehouse_ref == rows.c.warehouse_ref) & (o.version == rows.c.version)
        in_time = (o.write_pcs == 0) | (o.sent_at.is_(None) & (o.leave_by_at >= now))
        alive_until_at = case((o.write_pcs == 0, o.alive_until_at), else_=leave_by_at + told.bounds.effective)
        sent = update(offer).where(is_same, o.write_pcs == rows.c.pcs, in_time)
        sent = sent.values(sent_at=now, leave_by_at=leave_by_at, alive_until_at=alive_until_at)
        due = select(o.listing_id).join(rows, is_same).order_by(o.listing_id, o.warehouse_ref).with_for_update(of=offer)
        with self._hub.engine.begin() as connection:
            connection.execute(select(func.count()).select_from(due.subquery()))
            left = connection.execute(sent.returning(o.listing_id, o.warehouse_ref)).all()
        allowed = pl.DataFrame(left, schema={"listing_id": pl.Int64, "warehouse_ref": pl.String}, orient="row")
        return figures.join(allowed, on=["listing_id", "warehouse_ref"], how="semi", maintain_order="left")

    def note_left(self, told: Told, outcomes: pl.DataFrame) -> None:
        """The calls are over: no copy leaves later. What provably never left gives its pieces back.

        Args:
            told: the channel.
            outcomes: ``listing_id, warehouse_ref, outcome``.
        """
        rows = {(row["listing_id"], row["warehouse_ref"]): row["outcome"] for row in outcomes.iter_rows(named=True)}
        if not rows:
            return
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            listings, pools = load(connection, now, channel=told.channel, keys=rows, places_of=told.places_of, bounds=told.bounds)
            for one in listings:
                if rows[one.key] == "unsent":
                    _withdraw(one, pools)
                else:
                    one.offer = rules.left(one.offer, now, told.bounds)
            keep(connection, listings)
            moved = [movement for one in listings for movement in one.movements]
            move(connection, now, moved, reference=f"offer:{told.channel}", may_owe=True)


def _withdraw(one: Held, pools: dict[Shelf, int]) -> None:
    before = one.offer.exposed_pcs
    one.offer = rules.withdraw(one.offer)
    if one.offer.exposed_pcs < before:
        one.give_back(pools, one.offer.exposed_pcs, "write_withdrawn")
