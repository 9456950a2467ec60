"""The hub's half of the offer model: nothing but calls of `tasks.rules.offer`, on real offers made of what the model remembers.

Only the order of instants matters to the rules, so every fact ("R is not over", "begun S after") is an instant on the right side of its
bound, and as close to it as can be. A rule is dropped by handing the real function what it would see if the rule did not exist.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tasks.rules import offer as rules
from tasks.rules.bounds import Bounds
from tasks.rules.offer import Offer, Reading, Stride, Wish, Withdrawn, Write
from tests.models.told import (
    EXPIRED,
    IS_OVER,
    LATEST,
    MADE,
    MAY_BE_UNSHOWN,
    MAY_RETURN,
    NOT_READ,
    NOTHING,
    OLDER,
    OVER,
    SENT,
    SINCE,
    Back,
    Kept,
)

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BOUNDS = Bounds(visible_s=30, effective_s=60, stale_s=10, restored_s=10_000)
KEPT_AT = NOW - 100 * SECOND
"""When the reading began that settling goes by."""

SOON, LONG_AGO, BEFORE_THAT = 1_000 * SECOND, 30_000 * SECOND, 40_000 * SECOND


class OfferHub:
    """The real rules, but the dropped one, on what the model remembers; every answer is kept."""

    def __init__(self, dropped: str | None = None, bounds: Bounds = BOUNDS) -> None:
        self.dropped = dropped
        self.bounds = bounds
        self.read = lru_cache(maxsize=None)(self._read)
        self.settled = lru_cache(maxsize=None)(self._settled)
        self.writes = lru_cache(maxsize=None)(self._writes)
        self.write = lru_cache(maxsize=None)(self._write)
        self.may_leave = lru_cache(maxsize=None)(self._may_leave)
        self.leave = lru_cache(maxsize=None)(self._leave)
        self.left = lru_cache(maxsize=None)(self._left)
        self.withdraw = lru_cache(maxsize=None)(self._withdraw)
        self.is_edited = lru_cache(maxsize=None)(self._is_edited)
        self.adopt = lru_cache(maxsize=None)(self._adopt)

    def connect(self, shown: int, reserved: int) -> Kept:
        """`rules.connect`; the reading is one made long after anything else."""
        return self._kept(Kept(), rules.connect(_reading(KEPT_AT, shown, reserved)))

    def _writes(self, kept: Kept, pool: int, most: int) -> tuple[int, ...]:
        """Every figure that may be written, whatever the allocation wants; `rules.decide` asks for nothing else."""
        offer = self._offer(kept)
        if self.dropped == "one unsettled write":
            offer = replace(offer, write=None, alive_until_at=None)
        if self.dropped == "what a withdrawn freeze overtook still lives":
            offer = replace(offer, alive_until_at=None)
        if self.dropped == "connecting grants nothing":
            offer = replace(offer, is_connecting=False)
        free = most if self.dropped == "the pool has it whole" else pool
        allowed = tuple(pcs for pcs in range(most + 1) if rules.may_write(offer, pcs, free))
        if self.dropped is None:
            for shown in (None, *range(most + 1)):
                for target in range(most + 1):
                    wish = Wish(target_pcs=target, pool_pcs=max(0, pool), shown_pcs=shown)
                    figure = rules.decide(offer, wish, NOW, Stride())
                    assert figure is None or figure in allowed, f"decides {figure} of {wish} for {kept}"
        return allowed

    def decides(self, kept: Kept, pool: int, target: int, shown: int | None) -> int | None:
        """`rules.decide`."""
        wish = Wish(target_pcs=target, pool_pcs=max(0, pool), shown_pcs=shown)
        return rules.decide(self._offer(kept), wish, NOW, Stride(grows_by=0, shrinks_by=0))

    def _write(self, kept: Kept, pcs: int) -> Kept:
        offer = self._offer(kept)
        after = rules.write(offer, pcs, NOW, self.bounds)
        if pcs and self.dropped == "all of it, not the difference":
            after = replace(after, exposed_pcs=max(offer.exposed_pcs, pcs))
        if pcs and self.dropped == "set aside before it leaves":
            after = replace(after, exposed_pcs=offer.exposed_pcs)
        if pcs == 0 and self.dropped == "a freeze leaves what it overtakes alive":
            after = replace(after, alive_until_at=None)
        made = self._kept(kept, after)
        return made._replace(backs=_tidy([back._replace(is_since_write=False) for back in made.backs], made))

    def _may_leave(self, kept: Kept) -> bool:
        offer = self._offer(kept)
        if self.dropped == "leaves in time" and kept.stage == EXPIRED and offer.write is not None:
            offer = replace(offer, write=replace(offer.write, leave_by_at=NOW))
        if self.dropped == "leaves once" and offer.write is not None:
            offer = replace(offer, write=replace(offer.write, sent_at=None, leave_by_at=NOW))
        return rules.may_leave(offer, NOW)

    def _leave(self, kept: Kept) -> Kept:
        return self._kept(kept, rules.leave(self._offer(kept), NOW, self.bounds))

    def _left(self, kept: Kept) -> Kept:
        after = self._kept(kept, rules.left(self._offer(kept), NOW, self.bounds))
        if self.dropped == "set aside before it leaves" and kept.pcs > 0:
            after = after._replace(exposed=after.exposed + kept.pcs)
        return after._replace(stage=OVER)

    def _withdraw(self, kept: Kept) -> Kept:
        return self._kept(kept, rules.withdraw(self._offer(kept)))

    def _read(self, kept: Kept, shown: int, reserved: int, age: int) -> tuple[Kept, bool]:
        """After a read-back, and whether it is kept now."""
        if self.dropped == "reserved is counted":
            reserved = 0
        if self.dropped == "S after sending" and age == OLDER and kept.stage in (SENT, OVER):
            age = 1
        offer = self._offer(kept, age)
        if self.dropped == "every positive write is dead first":
            offer = replace(offer, alive_until_at=None)
        if self.dropped == "equality proves nothing" and kept.pcs > 0:
            offer = replace(offer, exposed_before_pcs=min(offer.exposed_before_pcs, kept.pcs - 1))
        reading = _reading(NOW, shown, reserved)
        after = rules.read(offer, reading, self.bounds)
        if self.dropped == "a proof is judged with the poll" and rules.shows_write(offer, reading, self.bounds):
            after = replace(after, alive_until_at=None)
        if self.dropped == "all of it sold is judged with the poll" and offer.exposed_pcs == 0:
            after = replace(after, alive_until_at=None)
        if after.reading != reading:
            return self._kept(kept, after), False
        is_alive = after.alive_until_at is not None and age != LATEST
        backs = [back._replace(then=back.now) for back in kept.backs]
        new = self._kept(kept, after)._replace(is_proof=is_alive, is_polled=False)
        return new._replace(backs=_tidy(backs, new)), True

    def _settled(self, kept: Kept, known: int) -> tuple[Kept, int] | None:
        """The offer come to rest, and how many pieces it may still sell; None where nothing is known yet."""
        offer = self._settling(kept)
        reading = offer.reading
        if reading is None:
            return None
        is_polled = kept.is_polled or self.dropped == "a complete poll L later"
        polled_at = reading.ended_at + self.bounds.visible - (timedelta(0) if is_polled else SECOND)
        pcs = rules.settled_pcs(offer, poll_began_at=polled_at, known_open_pcs=known, bounds=self.bounds)
        if pcs is None:
            return None
        after = self._kept(kept, rules.settle(offer, pcs))
        return after._replace(backs=_tidy([back._replace(then=IS_OVER, is_since_write=False) for back in after.backs], after)), pcs

    def _is_edited(self, kept: Kept, shown: int) -> bool:
        return rules.is_edited(self._offer(kept), _reading(NOW, shown, 0), given_pcs=0)

    def _adopt(self, kept: Kept, shown: int) -> Kept:
        after = rules.adopt(self._offer(kept), _reading(NOW, shown, 0))
        if self.dropped == "what was edited is added":
            after = replace(after, exposed_pcs=shown)
        if self.dropped == "an edit is no proof":
            after = replace(after, exposed_before_pcs=kept.before)
        return self._kept(kept, after)

    def _settling(self, kept: Kept) -> Offer:
        """The offer at the moment of settling: cancellations stand as they stood when its reading began."""
        backs = kept.backs
        if self.dropped == "learned since is counted":
            backs = tuple(back for back in backs if back.then != SINCE)
        if self.dropped == "R is waited for":
            backs = tuple(back for back in backs if back.then == SINCE)
        if self.dropped == "S after R is waited for":
            backs = tuple(back for back in backs if back.then in (SINCE, MAY_RETURN))
        offer = self._offer(kept._replace(backs=tuple(back._replace(now=back.then) for back in backs)), LATEST, KEPT_AT)
        if self.dropped == "equality proves nothing" and kept.pcs > 0:
            offer = replace(offer, exposed_before_pcs=min(offer.exposed_before_pcs, kept.pcs - 1))
        if self.dropped == "every positive write is dead first":
            offer = replace(offer, alive_until_at=None)
        return offer

    def _offer(self, kept: Kept, age: int = OLDER, at: datetime = NOW) -> Offer:
        """What a read-back begun then would meet, were its figure of this age."""
        stale = self.bounds.stale
        has_old = any(back.is_since_write and back.now in (MAY_BE_UNSHOWN, IS_OVER) for back in kept.backs)
        made_at = NOW - (LONG_AGO if has_old else SOON)
        if self.dropped == "cancellations since are no proof":
            made_at = NOW + SECOND
        sent_at = NOW - stale + (SECOND if age == OLDER else timedelta(0))
        alive_until_at = NOW - stale + (timedelta(0) if age == LATEST else SECOND)
        began_at = None
        if kept.read != NOT_READ:
            began_at = KEPT_AT
            sent_at = KEPT_AT - stale
            alive_until_at = KEPT_AT - stale
            if kept.is_proof:
                alive_until_at = NOW - stale if age == LATEST else NOW - stale + SECOND
        write = None
        if kept.pcs != NOTHING:
            leave_by_at = NOW - SECOND if kept.stage == EXPIRED else NOW
            write = Write(pcs=kept.pcs, made_at=made_at, leave_by_at=leave_by_at, sent_at=sent_at if kept.stage in (SENT, OVER) else None)
        return Offer(
            exposed_pcs=kept.exposed,
            write=write,
            alive_until_at=alive_until_at if kept.is_alive else None,
            exposed_before_pcs=kept.before,
            reading=_reading(began_at, *kept.read) if began_at else None,
            withdrawn=tuple(self._withdrawn(back, at) for back in kept.backs),
            is_connecting=kept.is_connecting,
        )

    def _withdrawn(self, back: Back, at: datetime) -> Withdrawn:
        """Learned as long before ``at`` as its phase says, and after the write or before it as it was."""
        bounds = self.bounds
        if back.now == SINCE:
            return Withdrawn(pcs=1, learned_at=at + SECOND)
        if back.now == MAY_RETURN:
            return Withdrawn(pcs=1, learned_at=NOW - SOON + (SECOND if back.is_since_write else -SECOND))
        if back.now == MAY_BE_UNSHOWN:
            return Withdrawn(pcs=1, learned_at=at - bounds.restored - bounds.stale)
        return Withdrawn(pcs=1, learned_at=NOW - (LONG_AGO - SECOND if back.is_since_write else BEFORE_THAT))

    def _kept(self, kept: Kept, offer: Offer) -> Kept:
        """What the model remembers of an offer."""
        write = offer.write
        is_read = offer.reading is not None
        stage = MADE
        if write is not None:
            is_same = kept.pcs == write.pcs and kept.stage != MADE
            stage = (kept.stage if is_same else SENT) if write.sent_at is not None else (EXPIRED if write.leave_by_at < NOW else MADE)
        after = kept._replace(
            exposed=offer.exposed_pcs,
            pcs=write.pcs if write is not None else NOTHING,
            stage=stage,
            before=offer.exposed_before_pcs if write is not None and write.pcs > 0 else 0,
            is_alive=offer.alive_until_at is not None,
            read=(offer.reading.shown_pcs, offer.reading.reserved_pcs) if offer.reading is not None else NOT_READ,
            is_proof=kept.is_proof and is_read,
            is_polled=kept.is_polled and is_read,
            is_connecting=offer.is_connecting,
        )
        return after._replace(backs=_tidy(after.backs, after))


def learned(kept: Kept) -> Kept:
    """One cancellation more."""
    back = Back(then=SINCE if kept.read != NOT_READ else IS_OVER, is_since_write=kept.pcs > 0)
    return kept._replace(backs=_tidy([*kept.backs, back], kept))


def passed(kept: Kept, from_phase: int, to_phase: int, *, all_of_them: bool) -> Kept:
    """Time went by for the oldest cancellation of a phase, or for all of them."""
    backs = list(kept.backs)
    for index, back in enumerate(backs):
        if back.now == from_phase:
            backs[index] = back._replace(now=to_phase)
            if not all_of_them:
                break
    return kept._replace(backs=_tidy(backs, kept))


def _tidy(backs: Sequence[Back], kept: Kept) -> tuple[Back, ...]:
    """Without what can no longer matter."""
    is_read, is_positive = kept.read != NOT_READ, kept.pcs > 0
    same = (back._replace(then=back.then if is_read else IS_OVER, is_since_write=back.is_since_write and is_positive) for back in backs)
    return tuple(back for back in same if back != Back(now=IS_OVER))


def _reading(began_at: datetime, shown: int, reserved: int) -> Reading:
    return Reading(began_at=began_at, ended_at=began_at + SECOND, shown_pcs=shown, reserved_pcs=reserved)
