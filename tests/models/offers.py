"""DESIGN §4 as small as it can be and still break: a shelf with one item, a site that takes from the pool, and told channels.

The channels lie, refuse, lose, delay and repeat writes, show old figures, keep unpaid reservations that no list shows, put cancelled
pieces back on sale early or late, and are edited by hand; the hub crashes between any two steps. The hub's half is `OfferHub`.
"""

from collections.abc import Iterator

from tests.models.offer_hub import OfferHub, learned, passed
from tests.models.told import (
    EXPIRED,
    IS_OVER,
    LATEST,
    MADE,
    MAY_BE_UNSHOWN,
    MAY_RETURN,
    NEWER,
    NOT_READ,
    NOTHING,
    OLDER,
    OVER,
    SENT,
    Luck,
    Market,
    Side,
    State,
    is_covered,
    is_dead,
    orders,
    pool,
    reserved,
)

Step = tuple[str, Side, Luck]

COPIES = 2
"""Of one figure on its way at once."""


class Model:
    """The steps of a market, the hub obeying every rule but the dropped one."""

    def __init__(self, market: Market, *, dropped: str | None = None) -> None:
        self.market = market
        self.dropped = dropped
        self.hub = OfferHub(dropped)

    def start(self) -> State:
        """Nothing exposed, or what the market begins with."""
        sides = self.market.sides or (Side(),) * self.market.channels
        return State(self.market.pieces, self.market.site_sold, self.market.luck, sides)

    def oversold(self, state: State) -> str | None:
        """More living orders than pieces; what was lost from the shelf is excused."""
        return "OVERSELL" if orders(state) > self.market.pieces + self.market.luck.deliveries - state.luck.deliveries else None

    def uncovered(self, state: State) -> str | None:
        """An exposure that does not cover what it stands for; an edit is excused until it is read back."""
        return "EXPOSURE TOO SMALL" if any(not side.is_edited and not is_covered(side) for side in state.sides) else None

    def fault(self, state: State) -> str | None:
        """Either of both."""
        return self.oversold(state) or self.uncovered(state)

    def is_good(self, state: State) -> bool:
        """The first channel is at rest and shows what is wished of it: all that is left, or so much of it as the fixed target says.

        A target that would need a freeze to grow is met late: what is shown sells down first (rule 7).
        """
        side, left = state.sides[0], state.shelf - orders(state)
        hub = side.hub
        is_unseen = side.old or side.new or side.gone_old or side.gone_new or side.lost_old or side.lost_new
        if hub.pcs != NOTHING or hub.is_connecting or is_unseen or side.shown != hub.exposed:
            return False
        if self.market.target is None:
            return side.shown == left
        wanted = min(self.market.target, left)
        return side.shown == wanted or 0 < side.shown < wanted > pool(state)

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Everything that may happen next."""
        free = pool(state)
        connecting = sum(side.hub.is_connecting for side in state.sides) if self.dropped != "connecting closes the pool" else 0
        if self.market.has_site and free > 0 and not connecting:
            yield "site sells", state._replace(site=state.site + 1)
        if state.luck.shrinks and state.shelf:
            yield "shelf loses", state._replace(shelf=state.shelf - 1, luck=state.luck._replace(shrinks=state.luck.shrinks - 1))
        if state.luck.deliveries:
            yield "delivery", state._replace(shelf=state.shelf + 1, luck=state.luck._replace(deliveries=state.luck.deliveries - 1))
        for index, side in enumerate(state.sides):
            if index and side == state.sides[index - 1]:
                continue
            is_closed = connecting > side.hub.is_connecting
            for label, new, luck in self.side_steps(side, min(free, 0) if is_closed else free, state.luck):
                sides = tuple(sorted((*state.sides[:index], new, *state.sides[index + 1 :]))) if len(state.sides) > 1 else (new,)
                yield label, state._replace(sides=sides, luck=luck)

    def side_steps(self, side: Side, free: int, luck: Luck) -> Iterator[Step]:
        """Everything that may happen next to one channel, the pool having so many pieces for it."""
        for label, new in self._channel_steps(side):
            yield label, new, luck
        if luck.cancels:
            for label, new in self._cancellations(side):
                yield label, new, luck._replace(cancels=luck.cancels - 1)
        if luck.edits and side.hub.pcs == NOTHING:
            for pcs in range(side.shown + 1, self.market.pieces + 1):
                yield f"somebody edits to {pcs}", side._replace(shown=pcs, is_edited=True), luck._replace(edits=luck.edits - 1)
        for label, new in self._order_steps(side):
            yield label, new, luck
        for label, new in self._write_steps(side, free):
            yield label, new, luck
        for label, new in self._read_steps(side):
            yield label, new, luck

    def _channel_steps(self, side: Side) -> Iterator[tuple[str, Side]]:
        """What the channel and its buyers do by themselves."""
        market = self.market
        is_waiting = side.is_edited and not market.sells_while_edited
        if side.shown and not is_waiting:
            yield "buyer", side._replace(shown=side.shown - 1, new=side.new + 1)
            if market.leaves_unpaid:
                yield "buyer reserves", side._replace(shown=side.shown - 1, unpaid=side.unpaid + 1)
        if side.unpaid:
            yield "buyer pays", side._replace(unpaid=side.unpaid - 1, new=side.new + 1)
            yield "reservation abandoned", side._replace(unpaid=side.unpaid - 1, shown=side.shown + 1)
        for at, pcs in enumerate(side.flying):
            if at and pcs == side.flying[at - 1]:
                continue
            rest = (*side.flying[:at], *side.flying[at + 1 :])
            yield f"{pcs} applies", side._replace(shown=pcs, flying=rest)
            yield f"{pcs} lost", side._replace(flying=rest)
        if side.zeros:
            yield "0 applies", side._replace(shown=0, zeros=False)
            yield "0 lost", side._replace(zeros=False)
        if side.pending and (market.restores_unlearned or side.pending > side.lost_old + side.lost_new):
            yield "piece restored", side._replace(pending=side.pending - 1, shown=side.shown + 1)
        if any(back.now == MAY_RETURN for back in side.hub.backs):
            yield "R is over", self._restored_in_time(side)
        if market.reads_stale:
            yield from self._replica_steps(side)

    def _restored_in_time(self, side: Side) -> Side:
        """What was not put back on sale by then never will be."""
        phase = MAY_BE_UNSHOWN if self.market.reads_stale else IS_OVER
        hub = passed(side.hub, MAY_RETURN, phase, all_of_them=False)
        waiting = sum(back.now == MAY_RETURN for back in side.hub.backs) - 1
        unlearned = side.gone_old + side.gone_new + side.lost_old + side.lost_new
        return side._replace(pending=min(side.pending, waiting + unlearned), hub=hub)

    def _replica_steps(self, side: Side) -> Iterator[tuple[str, Side]]:
        age = LATEST if is_dead(side) else NEWER if side.hub.stage in (SENT, OVER) else OLDER
        hub = passed(side.hub, MAY_BE_UNSHOWN, IS_OVER, all_of_them=True)
        now = (side.shown, reserved(side) if self.market.leaves_unpaid else 0)
        if side.replica != now or side.age != age or hub != side.hub:
            yield "replica catches up", side._replace(replica=now, age=age, hub=hub)

    def _cancellations(self, side: Side) -> Iterator[tuple[str, Side]]:
        if side.known:
            yield "known order cancelled", side._replace(known=side.known - 1, lost_new=side.lost_new + 1, pending=side.pending + 1)
        if self.market.cancels_unseen and side.old:
            yield "old unseen order cancelled", side._replace(old=side.old - 1, gone_old=side.gone_old + 1, pending=side.pending + 1)
        if self.market.cancels_unseen and side.new:
            yield "unseen order cancelled", side._replace(new=side.new - 1, gone_new=side.gone_new + 1, pending=side.pending + 1)

    def _order_steps(self, side: Side) -> Iterator[tuple[str, Side]]:
        """Orders and cancellations are seen, one by one or in a complete poll."""
        if side.old:
            yield "old order seen", self._seen(side._replace(old=side.old - 1), 1)
        if side.new:
            yield "order seen", self._seen(side._replace(new=side.new - 1), 1)
        if side.lost_old:
            yield "old cancellation seen", self._lost(side._replace(lost_old=side.lost_old - 1))
        if side.lost_new:
            yield "cancellation seen", self._lost(side._replace(lost_new=side.lost_new - 1))
        if side.gone_new and self.dropped != "all statuses":
            yield "cancelled order seen", self._gone(side._replace(gone_new=side.gone_new - 1))
        if side.hub.read != NOT_READ and not side.hub.is_polled:
            yield "complete poll", self._polled(side)

    def _polled(self, side: Side) -> Side:
        """Everything that was there when the reading ended is seen."""
        side = self._seen(side._replace(old=0), side.old)
        for _ in range(side.lost_old):
            side = self._lost(side._replace(lost_old=side.lost_old - 1))
        for _ in range(side.gone_old):
            side = side._replace(gone_old=side.gone_old - 1)
            if self.dropped != "all statuses":
                side = self._gone(side)
        return side._replace(hub=side.hub._replace(is_polled=True))

    def _seen(self, side: Side, pcs: int) -> Side:
        """Out of the exposure; while connecting, and what is beyond it, out of the pool."""
        from_exposure = min(pcs, side.hub.exposed)
        if side.hub.is_connecting and self.dropped != "old orders come from the pool":
            from_exposure = 0
        return side._replace(known=side.known + pcs, hub=side.hub._replace(exposed=side.hub.exposed - from_exposure))

    def _lost(self, side: Side) -> Side:
        """A known order turned out to be cancelled."""
        back = self.dropped != "cancelled pieces go to the exposure"
        return side._replace(hub=learned(side.hub._replace(exposed=side.hub.exposed + back)))

    def _gone(self, side: Side) -> Side:
        """An order first seen cancelled is a sale and a cancellation learned now."""
        side = self._seen(side, 1)
        return self._lost(side._replace(known=side.known - 1))

    def _write_steps(self, side: Side, free: int) -> Iterator[tuple[str, Side]]:
        hub = side.hub
        for pcs in self._wanted(side, free):
            if pcs or (hub.pcs != 0 and (hub.exposed or side.shown or hub.pcs > 0)):
                after = self.hub.write(hub, pcs)
                new = side if after.read == hub.read else self._unread(side)
                yield f"write {pcs}", new._replace(hub=after, age=OLDER if pcs else side.age)
        if hub.pcs == 0 and not side.zeros and self.hub.may_leave(hub):
            yield "0 leaves", side._replace(zeros=True, hub=self.hub.leave(hub))
        if hub.pcs > 0:
            yield from self._leaving(side)
        if hub.stage == SENT:
            yield from self._calls_over(side)
        if hub.pcs != NOTHING and hub.stage in (MADE, EXPIRED) and self.market.expires:
            yield "withdrawn", side._replace(hub=self.hub.withdraw(hub))
            if hub.stage == MADE:
                yield "too late to leave", side._replace(hub=hub._replace(stage=EXPIRED))

    def _leaving(self, side: Side) -> Iterator[tuple[str, Side]]:
        hub = side.hub
        if self.hub.may_leave(hub) and side.flying.count(hub.pcs) < COPIES:
            sent = side._replace(hub=self.hub.leave(hub), age=OLDER)
            yield f"{hub.pcs} leaves", sent._replace(flying=tuple(sorted((*side.flying, hub.pcs))))
            if self.market.crashes:
                yield "crash before it leaves", sent

    def _calls_over(self, side: Side) -> Iterator[tuple[str, Side]]:
        hub = side.hub
        yield "call is over", side._replace(hub=self.hub.left(hub))
        if self.market.refuses and hub.pcs in side.flying:
            flying = list(side.flying)
            flying.remove(hub.pcs)
            yield "refused", side._replace(flying=tuple(flying), hub=self.hub.left(hub))
            yield "never left", side._replace(flying=tuple(flying), hub=self.hub.withdraw(hub))
        if self.dropped == "withdrawn only where it never left":
            yield "taken for unsent", side._replace(hub=self.hub.withdraw(hub))

    def _wanted(self, side: Side, free: int) -> tuple[int, ...]:
        """Every figure that may be written; or only what the allocation's fixed wish leads to."""
        target = self.market.target
        if target is None:
            return self.hub.writes(side.hub, free, self.market.pieces)
        figure = self.hub.decides(side.hub, free, target, side.shown)
        return () if figure is None else (figure,)

    def _read_steps(self, side: Side) -> Iterator[tuple[str, Side]]:
        hub = side.hub
        if side.is_edited and self.hub.is_edited(hub, side.shown):
            yield (
                f"read-back {side.shown} adopted",
                self._unread(side._replace(is_edited=False))._replace(hub=self.hub.adopt(hub, side.shown)),
            )
            return
        seen, age = self._shown(side)
        after, is_kept = self.hub.read(hub, *seen, age)
        if is_kept or after != hub:
            new = self._unread(side)
            if is_kept:
                new = new._replace(old=new.new, new=0, gone_old=new.gone_new, gone_new=0, lost_old=new.lost_new, lost_new=0)
            yield f"read-back {seen[0]}", new._replace(hub=after)
        settled = self.hub.settled(hub, side.known + side.lost_old + side.lost_new)
        if settled is not None:
            after, pcs = settled
            yield f"settled at {pcs}", self._unread(side)._replace(hub=after)

    def _shown(self, side: Side) -> tuple[tuple[int, int], int]:
        """What a read-back shows, and how old it may be."""
        if not self.market.reads_stale:
            kept = reserved(side) if self.market.leaves_unpaid and self.market.shows_reserved else 0
            age = LATEST if is_dead(side) else NEWER if side.hub.stage in (SENT, OVER) else OLDER
            return (side.shown, kept), age
        if self.dropped == "shown and reserved are of one moment":
            return (side.shown, side.replica[1]), side.age
        is_late = self.dropped == "S after the last write is dead" and is_dead(side)
        return side.replica, LATEST if is_late else side.age

    def _unread(self, side: Side) -> Side:
        """No reading is kept: before and after it are the same."""
        return side._replace(
            old=0,
            new=side.new + side.old,
            gone_old=0,
            gone_new=side.gone_new + side.gone_old,
            lost_old=0,
            lost_new=side.lost_new + side.lost_old,
        )


def is_routine(label: str) -> bool:
    """What the hub and an honest channel do, without a buyer, a person or bad luck."""
    luck = ("buyer", "sells", "cancelled", "lost", "refused", "crash", "edits", "loses", "delivery", "never left", "too late", "abandoned")
    return not any(word in label for word in luck)
