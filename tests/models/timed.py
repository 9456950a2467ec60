"""One listing of a told channel by the clock: the real offer with real instants, no fact translated.

`tests.models.offers` knows only what comes before what, and is wide; this knows how long everything takes, and is small. A tick is as
long as a write may take to leave; each of the bounds is a few ticks. What happens within a tick happens in any order. A bound lets
something happen up to its last tick and not in it, so that "at least so long after" is enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from tasks.rules import offer as rules
from tasks.rules.bounds import Bounds
from tasks.rules.offer import LEAVES_WITHIN, Offer, Reading, Withdrawn

TICK = LEAVES_WITHIN
NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
LONG_AGO = NOW - 8 * TICK


class Call(NamedTuple):
    """The call that carries a write, and whether its copy went out."""

    pcs: int
    is_out: bool = False


class State(NamedTuple):
    """Numbers in tuples are ticks: since a figure ceased to be ``shown``, since a copy went out, since an order was made or cancelled.

    ``unseen``: orders the hub does not know; ``lost``: known ones, cancelled without its knowledge; ``pending``: unlearned cancelled
    pieces that are not back on sale; ``learned``: learned ones that are not.
    """

    offer: Offer = Offer()
    polled_at: datetime | None = None
    site: int = 0
    known: int = 0
    cancels: int = 0
    shown: int = 0
    ceased: tuple[tuple[int, int], ...] = ()
    call: Call | None = None
    flying: tuple[tuple[int, int], ...] = ()
    unseen: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    pending: int = 0
    learned: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Clockwork:
    """The bounds in ticks; ``dropped``: a bound that the hub takes for nothing."""

    pieces: int = 1
    cancels: int = 0
    visible: int = 1
    effective: int = 1
    stale: int = 1
    restored: int = 1
    dropped: str | None = None

    @property
    def bounds(self) -> Bounds:
        """As the hub believes them."""
        ticks = {name: getattr(self, name) for name in ("visible", "effective", "stale", "restored")}
        if self.dropped is not None:
            ticks[self.dropped] = 0
        return Bounds(**{f"{name}_s": number * TICK.total_seconds() for name, number in ticks.items()})


class Model:
    """The steps of such a listing beside a site that takes from the pool."""

    def __init__(self, clockwork: Clockwork) -> None:
        self.clockwork = clockwork
        self.bounds = clockwork.bounds

    def start(self) -> State:
        """Nothing exposed."""
        return State(cancels=self.clockwork.cancels)

    def fault(self, state: State) -> str | None:
        """More living orders than pieces."""
        return "OVERSELL" if state.site + state.known + len(state.unseen) > self.clockwork.pieces else None

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Everything that may happen next."""
        for label, new in self._steps(state):
            yield label, _tidy(new)

    def _steps(self, state: State) -> Iterator[tuple[str, State]]:
        if self._may_tick(state):
            yield "tick", self._ticked(state)
        if self._pool(state) > 0:
            yield "site sells", state._replace(site=state.site + 1)
        yield from self._channel_steps(state)
        yield from self._order_steps(state)
        yield from self._write_steps(state)
        yield from self._read_steps(state)

    def _pool(self, state: State) -> int:
        return self.clockwork.pieces - state.site - state.offer.exposed_pcs - state.known - len(state.lost)

    def _may_tick(self, state: State) -> bool:
        """Whether nothing is due before."""
        is_going = state.call is not None and not state.call.is_out
        return not is_going and all(age + 1 < self.clockwork.effective for _, age in state.flying)

    def _ticked(self, state: State) -> State:
        clockwork = self.clockwork
        return state._replace(
            offer=_older(state.offer, self.bounds),
            polled_at=None if state.polled_at is None else max(LONG_AGO, state.polled_at - TICK),
            ceased=tuple((pcs, age + 1) for pcs, age in state.ceased if age + 1 < clockwork.stale),
            flying=tuple((pcs, age + 1) for pcs, age in state.flying),
            unseen=tuple(min(clockwork.visible, age + 1) for age in state.unseen),
            lost=tuple(min(clockwork.visible, age + 1) for age in state.lost),
            learned=tuple(age + 1 for age in state.learned if age + 1 <= clockwork.restored),
        )

    def _channel_steps(self, state: State) -> Iterator[tuple[str, State]]:
        if state.shown:
            yield "buyer", self._shows(state, state.shown - 1)._replace(unseen=(0, *state.unseen))
        for at, (pcs, _) in enumerate(state.flying):
            rest = state._replace(flying=(*state.flying[:at], *state.flying[at + 1 :]))
            yield f"{pcs} applies", self._shows(rest, pcs)
            yield f"{pcs} lost", rest
        if state.pending:
            yield "restored before it is learned", self._shows(state._replace(pending=state.pending - 1), state.shown + 1)
        if state.learned:
            yield "restored", self._shows(state._replace(learned=state.learned[:-1]), state.shown + 1)
        if state.known and state.cancels:
            lost = (0, *state.lost)
            yield "cancelled", state._replace(known=state.known - 1, lost=lost, pending=state.pending + 1, cancels=state.cancels - 1)

    def _shows(self, state: State, pcs: int) -> State:
        if pcs == state.shown:
            return state
        ceased = {figure: age for figure, age in state.ceased if figure != pcs}
        return state._replace(shown=pcs, ceased=tuple(sorted({**ceased, state.shown: 0}.items())) if self.clockwork.stale else ())

    def _order_steps(self, state: State) -> Iterator[tuple[str, State]]:
        """One order is seen, or everything that a poll begun now must show."""
        if state.unseen:
            yield "order seen", self._seen(state._replace(unseen=state.unseen[1:]))
        if state.lost:
            yield "cancellation seen", self._back(state, 0)
        is_old = any(age >= self.clockwork.visible for age in (*state.unseen, *state.lost))
        if (state.offer.reading is not None and state.polled_at is None) or is_old:
            polled = state._replace(polled_at=NOW)
            while polled.unseen and polled.unseen[-1] >= self.clockwork.visible:
                polled = self._seen(polled._replace(unseen=polled.unseen[:-1]))
            while polled.lost and polled.lost[-1] >= self.clockwork.visible:
                polled = self._back(polled, len(polled.lost) - 1)
            yield "complete poll", polled

    def _seen(self, state: State) -> State:
        exposed = max(0, state.offer.exposed_pcs - 1)
        return state._replace(known=state.known + 1, offer=replace(state.offer, exposed_pcs=exposed))

    def _back(self, state: State, at: int) -> State:
        offer = state.offer
        withdrawn = (*offer.withdrawn, Withdrawn(pcs=1, learned_at=NOW))
        state = state._replace(
            lost=(*state.lost[:at], *state.lost[at + 1 :]),
            offer=replace(offer, exposed_pcs=offer.exposed_pcs + 1, withdrawn=withdrawn),
        )
        if state.pending:
            state = state._replace(pending=state.pending - 1, learned=(0, *state.learned))
        return state

    def _write_steps(self, state: State) -> Iterator[tuple[str, State]]:
        offer = state.offer
        for pcs in range(1, self.clockwork.pieces + 1):
            if rules.may_write(offer, pcs, self._pool(state)):
                yield f"write {pcs}", state._replace(offer=rules.write(offer, pcs, NOW, self.bounds))
        if offer.write is not None and offer.write.pcs > 0:
            yield "write 0", state._replace(offer=rules.write(offer, 0, NOW, self.bounds))
            if rules.may_leave(offer, NOW) and state.call is None:
                yield "call begins", state._replace(offer=rules.leave(offer, NOW, self.bounds), call=Call(offer.write.pcs))
        if state.call is not None:
            yield from self._call_steps(state, state.call)

    def _call_steps(self, state: State, call: Call) -> Iterator[tuple[str, State]]:
        """The pace keeps a call waiting, for less than a write may take to leave."""
        if not call.is_out:
            yield "copy goes out", state._replace(call=call._replace(is_out=True), flying=(*state.flying, (call.pcs, 0)))
            yield "crash before it goes out", state._replace(call=None)
        else:
            yield "crash", state._replace(call=None)
            is_same = state.offer.write is not None and state.offer.write.sent_at is not None
            yield "call is over", state._replace(call=None, offer=rules.left(state.offer, NOW, self.bounds) if is_same else state.offer)

    def _read_steps(self, state: State) -> Iterator[tuple[str, State]]:
        for pcs in {state.shown, *(figure for figure, _ in state.ceased)}:
            offer = rules.read(state.offer, Reading(began_at=NOW, ended_at=NOW, shown_pcs=pcs), self.bounds)
            if offer != state.offer:
                yield f"read-back {pcs}", state._replace(offer=offer)
        settled = rules.settled_pcs(state.offer, poll_began_at=state.polled_at, known_open_pcs=0, bounds=self.bounds)
        if settled is not None:
            yield f"settled at {settled}", state._replace(offer=rules.settle(state.offer, settled))


def _older(offer: Offer, bounds: Bounds) -> Offer:
    """The offer a tick later, without cancellations that nothing asks about any more."""
    write, reading = offer.write, offer.reading
    if write is not None:
        sent_at = None if write.sent_at is None else _earlier(write.sent_at)
        write = replace(write, made_at=_earlier(write.made_at), leave_by_at=_earlier(write.leave_by_at), sent_at=sent_at)
    if reading is not None:
        reading = replace(reading, began_at=_earlier(reading.began_at), ended_at=_earlier(reading.ended_at))
    read_at = NOW if reading is None else reading.began_at
    made_at = NOW if write is None else write.made_at
    kept_from = min(read_at - bounds.restored - bounds.stale, made_at)
    withdrawn = tuple(replace(one, learned_at=_earlier(one.learned_at)) for one in offer.withdrawn)
    return replace(
        offer,
        write=write,
        reading=reading,
        alive_until_at=None if offer.alive_until_at is None else _earlier(offer.alive_until_at),
        withdrawn=tuple(one for one in withdrawn if one.learned_at >= kept_from),
    )


def _tidy(state: State) -> State:
    """Without what no rule asks about any more."""
    offer, write, reading = state.offer, state.offer.write, state.offer.reading
    is_positive = write is not None and write.pcs > 0
    if write is not None:
        write = replace(
            write,
            made_at=write.made_at if is_positive and offer.withdrawn else LONG_AGO,
            leave_by_at=write.leave_by_at if is_positive and write.sent_at is None else LONG_AGO,
            sent_at=write.sent_at if is_positive else None,
        )
    offer = replace(offer, write=write, exposed_before_pcs=offer.exposed_before_pcs if is_positive else 0)
    is_after = reading is not None and state.polled_at is not None and state.polled_at > reading.ended_at
    return state._replace(offer=offer, polled_at=state.polled_at if is_after else None)


def _earlier(instant: datetime) -> datetime:
    return max(LONG_AGO, instant - TICK)
