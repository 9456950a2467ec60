"""One look at a channel's listings, one after the other, over the same locked pools."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.hub.offer_rows import Held
from tasks.rules import offer as rules
from tasks.rules.bounds import Bounds, took_s
from tasks.rules.ledger_draw import Shelf


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A told channel as its offers need to know it.

    Args:
        channel: its name.
        bounds: what its guarantee stands on.
        places_of: warehouse of the channel → 1C's places it draws on, None for all.
        dwell: the shortest time between two positive figures of a listing.
        stride: differences too small to act on.
    """

    channel: str
    bounds: Bounds
    places_of: Mapping[str, Sequence[str] | None]
    dwell: timedelta = timedelta(0)
    stride: rules.Stride = field(default_factory=rules.Stride)


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """A listing that shows more than it was ever allowed."""

    channel_sku: str
    shown_pcs: int
    exposed_pcs: int


@dataclass(kw_only=True)
class Step:
    """One look at a channel's listings, one after the other, over the same pools.

    Args:
        told: the channel.
        now: the shop's instant.
        pools: of all their items, locked; moved as steps are taken.
        poll_began_at: of the newest poll of orders in every state whose orders are all recorded.
        connecting: item → listings that sold it before us, whose orders of that time are not all known: its pool holds less than it says,
            so that nobody is given anything of it.
    """

    told: Told
    now: datetime
    pools: dict[Shelf, int]
    poll_began_at: datetime | None
    connecting: Counter[int]

    def __post_init__(self) -> None:
        self.changed: list[Held] = []
        self.figures: list[tuple[int, str, int, int]] = []
        self.edited: list[Edited] = []
        self.effective_s: list[float] = []
        self.ignored: list[tuple[int, str, int]] = []
        self.settled = 0

    def take(self, one: Held, row: Mapping[str, Any], began_at: datetime, ended_at: datetime) -> None:
        """Everything that a look at one listing leads to."""
        if not one.is_counted:
            return
        shown_pcs, before = row["shown_pcs"], (one.offer, one.phase, one.frozen_for)
        if shown_pcs is None:
            self._limit(one, row)
            return
        reading = rules.Reading(began_at=began_at, ended_at=ended_at, shown_pcs=int(shown_pcs), reserved_pcs=int(row["reserved_pcs"] or 0))
        if one.phase == "new":
            self._connect(one, reading)
        elif rules.is_edited(one.offer, reading, given_pcs=one.given_pcs):
            self._adopt(one, reading)
        else:
            self._note_effect(one, reading, row)
            one.offer = rules.read(one.offer, reading, self.told.bounds)
        self._settle(one)
        figure = self._decide(one, int(shown_pcs), row)
        if figure is not None:
            self._write(one, figure)
        if (one.offer, one.phase, one.frozen_for) != before or one.movements:
            self.changed.append(one)

    def _limit(self, one: Held, row: Mapping[str, Any]) -> None:
        """Nobody manages the listing's stock there, so it sells without end: a 0 comes first, and what it shows then can be gone by."""
        if one.target_pcs is not None and row["may_freeze"]:
            self._write(one, 0)
            self.changed.append(one)

    def _connect(self, one: Held, reading: rules.Reading) -> None:
        one.offer, one.phase = rules.connect(reading), "connecting"
        self.connecting.update(one.recipe.keys())
        one.take(self.pools, one.offer.exposed_pcs, "connected", may_owe=True)

    def _adopt(self, one: Held, reading: rules.Reading) -> None:
        """More is shown than was ever allowed: all of it is exposed, whoever brought that about.

        A cancellation that we have not heard of yet explains as much as we know orders; then the next poll tells, and nobody is alarmed.
        """
        is_explained = reading.shown_pcs <= one.offer.exposed_pcs + one.given_pcs + one.open_pcs
        if not is_explained:
            self.edited.append(Edited(channel_sku=one.sku, shown_pcs=reading.shown_pcs, exposed_pcs=one.offer.exposed_pcs))
            one.frozen_for = "edited"
        one.offer, one.phase = rules.adopt(one.offer, reading), "adopted"
        one.take(self.pools, reading.shown_pcs, "edited", may_owe=True)

    def _note_effect(self, one: Held, reading: rules.Reading, row: Mapping[str, Any]) -> None:
        """How long a write that shows now for certain has surely taken.

        The read-back before this one showed less, and by more than pieces that came back on sale can explain: the write had not taken
        effect S before it.
        """
        write, read_at = one.offer.write, row.get("read_at")
        if write is None or not rules.shows_write(one.offer, reading, self.told.bounds):
            return
        came_back = one.open_pcs + sum(back.pcs for back in one.offer.withdrawn)
        was_missing = reading.shown_pcs - (row.get("before_pcs") or 0) > came_back
        is_late = read_at is not None and read_at > write.leave_by_at and was_missing
        self.effective_s.append(took_s(write.leave_by_at, read_at - self.told.bounds.stale) if is_late and read_at else 0.0)

    def _settle(self, one: Held) -> None:
        pcs = rules.settled_pcs(one.offer, poll_began_at=self.poll_began_at, known_open_pcs=one.open_pcs, bounds=self.told.bounds)
        if pcs is None:
            return
        if one.phase == "connecting":
            self.connecting.subtract(one.recipe.keys())
        self.settled += one.offer.write is not None or one.phase != "open"
        if one.offer.write is not None and rules.was_ignored(one.offer, pcs):
            self.ignored.append((*one.key, one.offer.write.pcs))
        one.give_back(self.pools, pcs, "settled")
        one.offer, one.phase, one.frozen_for = rules.settle(one.offer, pcs), "open", None

    def _decide(self, one: Held, shown_pcs: int, row: Mapping[str, Any]) -> int | None:
        if one.target_pcs is None:
            return None
        target_pcs = 0 if one.frozen_for is not None else one.target_pcs
        moves_at = one.moved_at + self.told.dwell if one.moved_at is not None and shown_pcs else None
        pool_pcs = one.pool_pcs(self.pools)
        wish = rules.Wish(target_pcs=target_pcs, pool_pcs=pool_pcs, shown_pcs=shown_pcs, moves_at=moves_at, yields=one.yields)
        figure = rules.decide(one.offer, wish, self.now, self.told.stride)
        if figure is None or not row["may_freeze" if figure == 0 else "may_write"]:
            return None
        if figure > 0 and any(self.connecting[item_id] for item_id in one.recipe):
            return None
        return figure if rules.may_write(one.offer, figure, wish.pool_pcs) else None

    def _write(self, one: Held, pcs: int) -> None:
        one.offer, one.moved_at = rules.write(one.offer, pcs, self.now, self.told.bounds), self.now
        one.take(self.pools, pcs, "offered")
        self.figures.append((*one.key, pcs, one.version + 1))
