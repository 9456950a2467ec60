"""The buyers of the worst hour, one crowd for each channel, and the record of what really happened, kept by those who did it."""

import heapq
import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx

from adapters.clock import Clock
from deployments.story.goods import Shelf
from deployments.world.demand import Wish
from tests.flows.cabinets import Cabinets

PARTED_EVERY = 3
"""Of so many orders of several pieces on a channel the first is split, if Ozon's, and the second loses a piece."""
RESERVES_EVERY = 6
"""Of those who get something on Ozon and Yandex Market, one reserves before he pays; of these each second one never pays."""
THINKS_S = (30.0, 600.0)
RESERVING = ("ozon", "ym")


@dataclass(kw_only=True)
class Record:
    """Pieces that live orders take. ``happened``: when, and pieces of things; what came back counts below zero."""

    shelf: Shelf
    live: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    happened: list[tuple[datetime, Counter[str]]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def sell(self, channel: str, ref: str, sku: str, pcs: int, at: datetime) -> None:
        """An order was made."""
        with self._turn:
            self.live[channel, ref] = (sku, pcs)
            self.happened.append((at, self.shelf.taken(sku, pcs)))

    def release(self, channel: str, ref: str, pcs: int, at: datetime) -> None:
        """An order takes so many pieces less."""
        with self._turn:
            sku, had = self.live[channel, ref]
            self.live[channel, ref] = (sku, had - pcs)
            self.happened.append((at, Counter({thing: -taken for thing, taken in self.shelf.taken(sku, pcs).items()})))

    def rename(self, channel: str, ref: str, new_ref: str, pcs: int) -> None:
        """Pieces of an order go under another name; the same buyer has them."""
        with self._turn:
            sku, had = self.live[channel, ref]
            self.live[channel, ref] = (sku, had - pcs)
            self.live[channel, new_ref] = (sku, pcs)

    def note(self, what: str) -> None:
        """Something that a test wants to have seen happen."""
        with self._turn:
            self.done[what] += 1

    def pcs(self, channel: str, ref: str) -> int:
        """What an order takes now."""
        return self.live[channel, ref][1]

    def oversold_pcs(self) -> int:
        """Pieces sold beyond what there was, each at the instant of its sale: a piece given back later does not undo it."""
        taken: Counter[str] = Counter()
        over = 0
        for _, moved in sorted(self.happened, key=lambda one: one[0]):
            for thing, pcs in moved.items():
                before = max(0, taken[thing] - self.shelf.pcs[thing])
                taken[thing] += pcs
                over += max(0, max(0, taken[thing] - self.shelf.pcs[thing]) - before)
        return over


@dataclass(kw_only=True)
class Crowd:
    """Everybody who buys on one channel; one after the other, as they come.

    Args:
        channel: where.
        cabinets: the world.
        clock: the shop's.
        wishes: of this channel, in the order of their instants.
        closes_at: nobody comes after it; who has not decided yet, decides then.
        record: where everything is written down.
        seed: of the dice.
    """

    channel: str
    cabinets: Cabinets
    clock: Clock
    wishes: Iterable[Wish]
    closes_at: datetime
    record: Record
    seed: int
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _served: int = 0
    _several: int = 0
    _later: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"{self.seed} {self.channel}")

    def act(self) -> None:
        """The hour of these buyers."""
        for wish in self.wishes:
            self._let_decide(until=wish.at)
            self.clock.sleep_until(wish.at)
            self._want(self._of_several(wish))
        self._let_decide(until=self.closes_at)
        for _, _, decide in self._later:
            decide()

    def _let_decide(self, *, until: datetime) -> None:
        while self._later and self._later[0][0] < until:
            at, _, decide = heapq.heappop(self._later)
            self.clock.sleep_until(at)
            decide()

    def _afterwards(self, decide: Callable[[], None], at: datetime | None = None) -> None:
        at = at or self.clock.now() + timedelta(seconds=self._dice.uniform(*THINKS_S))
        heapq.heappush(self._later, (at, next(self._numbers), decide))

    def _of_several(self, wish: Wish) -> Wish:
        """Until somebody got several pieces on Ozon, each who keeps his order tries: one order is to be split."""
        if self.channel != "ozon" or self._several or wish.cancels_at is not None:
            return wish
        return replace(wish, pcs=max(wish.pcs, 2))

    def _want(self, wish: Wish) -> None:
        if self.channel in RESERVING and self._served % RESERVES_EVERY == 1:
            self._reserve(wish)
            return
        told = self._order("POST", "/orders", json={"sku": wish.sku, "pcs": wish.pcs})
        if told is None:
            self.record.refused[self.channel] += 1
            return
        self._served += 1
        ref = str(told["order_ref"])
        self.record.sell(self.channel, ref, wish.sku, wish.pcs, self.clock.now())
        self._plan(wish, ref)

    def _plan(self, wish: Wish, ref: str) -> None:
        if wish.cancels_at is not None:
            self._afterwards(lambda: self._cancel(ref), wish.cancels_at)
        elif wish.pcs > 1:
            self._several += 1
            if self.channel == "ozon" and self._several % PARTED_EVERY == 1:
                self._afterwards(lambda: self._split(ref))
            elif self._several % PARTED_EVERY == 2:
                self._afterwards(lambda: self._cut(ref, wish.sku))

    def _reserve(self, wish: Wish) -> None:
        told = self._order("POST", "/reservations", json={"sku": wish.sku, "pcs": wish.pcs})
        if told is None:
            self.record.refused[self.channel] += 1
            return
        is_paid = self._served // RESERVES_EVERY % 2 == 0
        self._served += 1
        ref = str(told["reservation_ref"])
        self.record.sell(self.channel, ref, wish.sku, wish.pcs, self.clock.now())
        self._afterwards((lambda: self._pay(ref)) if is_paid else (lambda: self._abandon(ref)))

    def _pay(self, ref: str) -> None:
        told = self.cabinets.order(self.channel, "POST", f"/reservations/{ref}/pay")
        if told["order_ref"] != ref:
            self.record.rename(self.channel, ref, str(told["order_ref"]), self.record.pcs(self.channel, ref))
        self.record.note("paid late")

    def _abandon(self, ref: str) -> None:
        at = self.clock.now()
        self.cabinets.order(self.channel, "DELETE", f"/reservations/{ref}")
        self.record.release(self.channel, ref, self.record.pcs(self.channel, ref), at)
        self.record.note("never paid")

    def _cancel(self, ref: str) -> None:
        at = self.clock.now()
        self.cabinets.order(self.channel, "DELETE", f"/orders/{ref}")
        self.record.release(self.channel, ref, self.record.pcs(self.channel, ref), at)
        self.record.note("cancelled")

    def _cut(self, ref: str, sku: str) -> None:
        at = self.clock.now()
        self.cabinets.order(self.channel, "DELETE", f"/orders/{ref}/lines", json={"sku": sku, "pcs": 1})
        self.record.release(self.channel, ref, 1, at)
        self.record.note("cancelled in part")

    def _split(self, ref: str) -> None:
        (new_ref,) = self.cabinets.order(self.channel, "POST", f"/orders/{ref}/split", json={"parts": [1]})
        self.record.rename(self.channel, ref, str(new_ref), 1)
        self.record.note("split")

    def _order(self, method: str, path: str, **call: object) -> dict[str, object] | None:
        """None where the shop does not sell it."""
        try:
            told: dict[str, object] = self.cabinets.order(self.channel, method, path, **call)
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code != httpx.codes.CONFLICT:
                raise
            return None
        return told
