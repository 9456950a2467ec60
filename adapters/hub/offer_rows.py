"""Offers between the hub's tables and their rules: loaded under the locks of their items, written back with what they moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, BigInteger, Connection, Row, Text, bindparam, text

from adapters.hub.ledger_moves import Movement, lock_pools
from adapters.hub.order_rows import open_units
from tasks.rules.bounds import Bounds
from tasks.rules.ledger import POOL
from tasks.rules.ledger_draw import Shelf, free_at, shelves_at
from tasks.rules.offer import Offer, Reading, Withdrawn, Write, exposure_account

Key: TypeAlias = tuple[int, str]
"""A listing at a warehouse of its channel."""

LOAD = text("""
    select o.*, l.channel_sku from offer o join listing l using (listing_id)
    where l.channel = :channel and (o.listing_id, o.warehouse_ref) in (select * from unnest(:listing_ids, :warehouses))
    order by o.listing_id, o.warehouse_ref
    for update of o
""").bindparams(bindparam("listing_ids", type_=ARRAY(BigInteger)), bindparam("warehouses", type_=ARRAY(Text)))

PARTS = text("""
    select distinct (part ->> 0)::bigint from offer o cross join jsonb_array_elements(o.recipe) part
    where o.listing_id = any (:listing_ids)
""").bindparams(bindparam("listing_ids", type_=ARRAY(BigInteger)))

CONNECTING = text("""
    select (part ->> 0)::bigint as item_id, count(*) as listings
    from offer cross join lateral jsonb_array_elements(recipe) part where phase = 'connecting' group by 1
""")

HELD = text("select item_id, place, account, pcs from ledger_balance where account = any (:accounts)").bindparams(
    bindparam("accounts", type_=ARRAY(Text))
)

WITHDRAWN = text("""
    select w.listing_id, w.warehouse_ref, w.pcs, w.learned_at
    from withdrawal w join offer o using (listing_id, warehouse_ref)
    where w.listing_id = any (:listing_ids)
        and w.learned_at >= least(coalesce(o.read_began_at, :now), coalesce(o.moved_at, :now), :now) - make_interval(secs => :returns_s)
    order by w.learned_at, w.withdrawal_id
""").bindparams(bindparam("listing_ids", type_=ARRAY(BigInteger)))

GIVEN = text("""
    select from_account, item_id, sum(pcs)::bigint as pcs from ledger_movement
    where from_account = any (:accounts) and from_account like 'exposure:%' and at >= :since
    group by from_account, item_id
""").bindparams(bindparam("accounts", type_=ARRAY(Text)))

YIELDS = "yields"
"""Of `validation.quotas.QUOTA_RULES`."""

KEEP = text("""
    update offer set version = version + 1, phase = :phase, write_pcs = :write_pcs, leave_by_at = :leave_by_at, sent_at = :sent_at,
        alive_until_at = :alive_until_at, exposed_before = :exposed_before, read_began_at = :read_began_at, read_ended_at = :read_ended_at,
        read_pcs = :read_pcs, read_reserved_pcs = :read_reserved_pcs, moved_at = :moved_at, frozen_for = :frozen_for
    where listing_id = :listing_id and warehouse_ref = :warehouse_ref
""")


@dataclass(kw_only=True)
class Held:
    """One listing while its items are locked.

    Args:
        key: the listing at a warehouse.
        sku: its code on the channel.
        account: where its exposure is.
        shelves: by item, what the warehouse draws on, in this order.
        everywhere: by item, all of its shelves.
        recipe: item → pieces of it in one of the listing.
        exposure: what the account holds, by item and place; moved as steps are taken.
        offer: as the rules see it.
        phase: new | connecting (it sold before us) | adopted (somebody else wrote there) | open.
        version: counts its changes.
        moved_at: when its figure was last changed.
        frozen_for: why nothing but 0 may be written.
        target_pcs: what the allocation wants; None: nobody knows what there is.
        yields: it wants less, because elsewhere nothing can be shown.
        open_pcs: of orders we know that the channel may keep pieces reserved for.
        given_pcs: what went out of the exposure lately, and an old figure may still show.
    """

    key: Key
    sku: str
    account: str
    shelves: dict[int, list[Shelf]]
    everywhere: dict[int, list[Shelf]]
    recipe: dict[int, int]
    exposure: dict[Shelf, int]
    offer: Offer
    phase: str
    version: int
    moved_at: datetime | None
    frozen_for: str | None
    target_pcs: int | None
    yields: bool
    open_pcs: int
    given_pcs: int
    movements: list[Movement] = field(default_factory=list)

    @property
    def is_counted(self) -> bool:
        """Whether 1C has ever counted every part where the warehouse draws on it; unknown is not zero, so the listing is left alone."""
        return all(self.shelves.values())

    def exposed_pcs(self) -> int:
        """What every part's account is enough for."""
        return min(self._of_item(item_id) // qty for item_id, qty in self.recipe.items())

    def pool_pcs(self, pools: Mapping[Shelf, int]) -> int:
        """How many of the listing the pools make at its places, less what other places of its items owe."""
        return min(self._free(pools, item_id) // qty for item_id, qty in self.recipe.items())

    def take(self, pools: dict[Shelf, int], pcs: int, reason: str, *, may_owe: bool = False) -> None:
        """Pieces of the listing out of the pools into its exposure; where they may be owed, the first place owes what lacks."""
        for item_id, qty in self.recipe.items():
            missing, shelves = pcs * qty, self.shelves[item_id]
            for shelf in shelves:
                missing -= self._move(pools, shelf, min(missing, max(0, pools[shelf])), reason)
            if missing and may_owe and shelves:
                self._move(pools, shelves[0], missing, reason)

    def give_back(self, pools: dict[Shelf, int], keeps_pcs: int, reason: str) -> None:
        """Out of each part's account back to the pool whatever is above so many of the listing."""
        for item_id, qty in self.recipe.items():
            surplus = self._of_item(item_id) - keeps_pcs * qty
            for shelf in sorted((one for one in self.exposure if one[0] == item_id), reverse=True):
                if surplus > 0:
                    surplus += self._move(pools, shelf, -min(surplus, self.exposure[shelf]), reason)

    def _free(self, pools: Mapping[Shelf, int], item_id: int) -> int:
        everywhere = {shelf: pools[shelf] for shelf in self.everywhere[item_id]}
        return sum(free_at(everywhere, self.shelves[item_id]).values())

    def _of_item(self, item_id: int) -> int:
        return sum(pcs for (one, _), pcs in self.exposure.items() if one == item_id)

    def _move(self, pools: dict[Shelf, int], shelf: Shelf, pcs: int, reason: str) -> int:
        """Into the exposure, or out of it where ``pcs`` is below zero."""
        if pcs:
            pools[shelf] -= pcs
            self.exposure[shelf] = self.exposure.get(shelf, 0) + pcs
            ends = (POOL, self.account) if pcs > 0 else (self.account, POOL)
            self.movements.append(Movement(*shelf, *ends, abs(pcs), reason))
        return pcs


def load(
    connection: Connection,
    now: datetime,
    *,
    channel: str,
    keys: Iterable[Key],
    places_of: Mapping[str, Sequence[str] | None],
    bounds: Bounds,
    shown_since: datetime | None = None,
) -> tuple[list[Held], dict[Shelf, int]]:
    """These listings with all that was learned of them, and the pools of their items, which stay locked.

    Args:
        connection: the caller's transaction.
        now: the shop's instant.
        channel: whose.
        keys: which.
        places_of: warehouse of the channel → 1C's places it draws on, None for all.
        bounds: of the channel.
        shown_since: what went out of an exposure since then may still be shown.
    """
    wanted = sorted(keys)
    ids = sorted({listing_id for listing_id, _ in wanted})
    pools = lock_pools(connection, set(connection.scalars(PARTS, {"listing_ids": ids})))
    asked = {"channel": channel, "listing_ids": [one for one, _ in wanted], "warehouses": [one for _, one in wanted]}
    rows = connection.execute(LOAD, asked).all()
    accounts = {(row.listing_id, row.warehouse_ref): exposure_account(channel, row.listing_id, row.warehouse_ref) for row in rows}
    held: dict[str, dict[Shelf, int]] = {}
    for row in connection.execute(HELD, {"accounts": list(accounts.values())}):
        held.setdefault(row.account, {})[row.item_id, row.place] = row.pcs
    withdrawn: dict[Key, list[Withdrawn]] = {}
    for row in connection.execute(WITHDRAWN, {"listing_ids": ids, "now": now, "returns_s": bounds.restored_s + bounds.stale_s}):
        withdrawn.setdefault((row.listing_id, row.warehouse_ref), []).append(Withdrawn(pcs=row.pcs, learned_at=row.learned_at))
    open_pcs = open_units(connection, channel, ids)
    told = connection.execute(GIVEN, {"accounts": list(accounts.values()), "since": shown_since or now})
    given = {(row.from_account, row.item_id): int(row.pcs) for row in told}
    shelves: dict[int, list[Shelf]] = {}
    for shelf in pools:
        shelves.setdefault(shelf[0], []).append(shelf)
    listings = []
    for row in rows:
        key = (row.listing_id, row.warehouse_ref)
        recipe = {int(item_id): int(qty) for item_id, qty in row.recipe}
        one = Held(
            key=key,
            sku=row.channel_sku,
            account=accounts[key],
            shelves={item_id: shelves_at(shelves.get(item_id, []), places_of.get(row.warehouse_ref, ())) for item_id in recipe},
            everywhere={item_id: shelves.get(item_id, []) for item_id in recipe},
            recipe=recipe,
            exposure=held.get(accounts[key], {}),
            offer=_offer(row, tuple(withdrawn.get(key, ()))),
            phase=row.phase,
            version=row.version,
            moved_at=row.moved_at,
            frozen_for=row.frozen_for,
            target_pcs=row.target_pcs,
            yields=row.target_rule == YIELDS,
            open_pcs=open_pcs.get(key, 0),
            given_pcs=max((-(-given.get((accounts[key], item_id), 0) // qty) for item_id, qty in recipe.items()), default=0),
        )
        one.offer = replace(one.offer, exposed_pcs=one.exposed_pcs())
        listings.append(one)
    return listings, pools


def keep(connection: Connection, changed: Sequence[Held]) -> None:
    """Write the listings back; each has a new version."""
    if changed:
        connection.execute(KEEP, [_row(one) for one in changed])


def _offer(row: Row[Any], withdrawn: tuple[Withdrawn, ...]) -> Offer:
    write = None
    if row.write_pcs is not None:
        write = Write(pcs=row.write_pcs, made_at=row.moved_at, leave_by_at=row.leave_by_at, sent_at=row.sent_at)
    reading = None
    if row.read_began_at is not None:
        reading = Reading(
            began_at=row.read_began_at, ended_at=row.read_ended_at, shown_pcs=row.read_pcs, reserved_pcs=row.read_reserved_pcs or 0
        )
    return Offer(
        write=write,
        alive_until_at=row.alive_until_at,
        exposed_before_pcs=row.exposed_before,
        reading=reading,
        withdrawn=withdrawn,
        is_connecting=row.phase != "open",
    )


def _row(one: Held) -> dict[str, Any]:
    write, reading = one.offer.write, one.offer.reading
    return {
        "listing_id": one.key[0],
        "warehouse_ref": one.key[1],
        "phase": one.phase,
        "write_pcs": write.pcs if write else None,
        "leave_by_at": write.leave_by_at if write else None,
        "sent_at": write.sent_at if write else None,
        "alive_until_at": one.offer.alive_until_at,
        "exposed_before": one.offer.exposed_before_pcs,
        "read_began_at": reading.began_at if reading else None,
        "read_ended_at": reading.ended_at if reading else None,
        "read_pcs": reading.shown_pcs if reading else None,
        "read_reserved_pcs": reading.reserved_pcs if reading else None,
        "moved_at": one.moved_at,
        "frozen_for": one.frozen_for,
    }
