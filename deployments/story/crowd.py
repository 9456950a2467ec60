"""The buyers of an hour, and what really happened: the story's own record, kept by those who bought and cancelled."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

import httpx

from deployments.story.stage import Stage
from deployments.story.time import Bell
from deployments.world.demand import Plan, Wish, wishes


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """An order as a buyer got it."""

    channel: str
    order_ref: str
    sku: str
    pcs: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """Pieces of a good that an order no longer takes; ``is_by_seller``: the shop took its word back for lack of stock."""

    sale: Sale
    pcs: int
    at: datetime
    is_by_seller: bool


@dataclass(kw_only=True)
class Record:
    """What happened, in its order; only one actor writes at a time."""

    happened: list[Sale | Release] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)

    @property
    def sales(self) -> list[Sale]:
        """Orders."""
        return [one for one in self.happened if isinstance(one, Sale)]

    @property
    def releases(self) -> list[Release]:
        """Cancellations."""
        return [one for one in self.happened if isinstance(one, Release)]

    def live_pcs(self, sale: Sale) -> int:
        """What an order still takes."""
        return sale.pcs - sum(one.pcs for one in self.releases if one.sale is sale)


@dataclass(kw_only=True)
class Crowd:
    """Buyers of a plan on a stage.

    Args:
        stage: where.
        plan: what they want.
        opens_at: from when.
        closes_at: until when.
        record: where it is written down.
        bells: by channel, what is rung when something happened there.
    """

    stage: Stage
    plan: Plan
    opens_at: datetime
    closes_at: datetime
    record: Record
    bells: dict[str, list[Bell]]

    def act(self) -> None:
        """The hour of the buyers."""
        leaving: list[tuple[datetime, int, Sale]] = []
        for wish in self._coming():
            self._let_go(leaving, until=wish.at)
            self.stage.clock.sleep_until(wish.at)
            sale = self._want(wish)
            if sale is not None and wish.cancels_at is not None:
                heapq.heappush(leaving, (wish.cancels_at, wish.number, sale))
        self._let_go(leaving, until=self.closes_at)

    def _coming(self) -> Iterator[Wish]:
        return takewhile(lambda wish: wish.at < self.closes_at, wishes(self.plan, self.opens_at))

    def _want(self, wish: Wish) -> Sale | None:
        self.record.wishes.append(wish)
        wish.came_at = self.stage.clock.now()
        answer = self.stage.order(wish.channel, "POST", "/orders", {"sku": wish.sku, "pcs": wish.pcs})
        if answer.status_code == httpx.codes.CONFLICT:
            wish.outcome = "nothing_shown"
            return None
        wish.outcome, wish.order_ref = "bought", str(answer.json()["order_ref"])
        sale = Sale(channel=wish.channel, order_ref=wish.order_ref, sku=wish.sku, pcs=wish.pcs, at=wish.came_at)
        self._write(sale, wish.channel)
        return sale

    def _let_go(self, leaving: list[tuple[datetime, int, Sale]], *, until: datetime) -> None:
        """Those who change their mind by then; one whose order the shop has cancelled meanwhile has nothing to cancel."""
        while leaving and leaving[0][0] < until:
            at, _, sale = heapq.heappop(leaving)
            self.stage.clock.sleep_until(at)
            left_pcs = self.record.live_pcs(sale)
            if not left_pcs:
                continue
            answer = self.stage.order(sale.channel, "DELETE", f"/orders/{sale.order_ref}")
            if answer.status_code != httpx.codes.CONFLICT:
                self._write(Release(sale=sale, pcs=left_pcs, at=self.stage.clock.now(), is_by_seller=False), sale.channel)

    def _write(self, what: Sale | Release, channel: str) -> None:
        self.record.happened.append(what)
        for bell in self.bells.get(channel, []):
            bell.ring()
