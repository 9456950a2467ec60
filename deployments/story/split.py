"""What a shop could sell that never moves a piece: shares of a soothsayer, who knows what every listing sells on the average hour.

A channel that sells by itself cannot be asked, so a piece shown on two of them can be sold twice. Whoever never lets that happen gives
each piece to one channel and loses the buyers who come elsewhere; what this costs is measured here, beside the two runs.
"""

import heapq
import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from deployments.story.goods import Shelf
from deployments.story.hours import Script
from deployments.world.demand import DAY_S, Plan, Wish, wishes

OPENS_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Any instant: the buyers come by seconds from the opening."""

Listing = tuple[str, str]
"""A good's code and its channel."""


def split_sold_pcs(shelf: Shelf, script: Script) -> int:
    """Pieces of things sold for good by the best shares that stay what they are; a cancelled piece goes back where it was sold."""
    closes_at = OPENS_AT + timedelta(seconds=script.lasts_s)
    left = best_split(shelf, script.plan, hours=script.lasts_s / 3600)
    sold: Counter[str] = Counter()
    leaving: list[tuple[datetime, int, Wish]] = []
    for wish in takewhile(lambda one: one.at < closes_at, wishes(script.plan, OPENS_AT)):
        while leaving and leaving[0][0] <= wish.at:
            _take(shelf, sold, left, heapq.heappop(leaving)[2], sign=-1)
        if left[wish.sku, wish.channel] >= wish.pcs:
            _take(shelf, sold, left, wish, sign=1)
            if wish.cancels_at is not None and wish.cancels_at < closes_at:
                heapq.heappush(leaving, (wish.cancels_at, wish.number, wish))
    for _, _, wish in leaving:
        _take(shelf, sold, left, wish, sign=-1)
    return sold.total()


def best_split(shelf: Shelf, plan: Plan, *, hours: float) -> Counter[Listing]:
    """Each piece to the listing that likeliest sells one more of it; a set's piece takes its parts."""
    per_hour = _per_hour(plan, hours)
    free, given = Counter(shelf.pcs), Counter[Listing]()
    queue = [(-_at_least(1, pcs), listing) for listing, pcs in per_hour.items()]
    heapq.heapify(queue)
    while queue:
        _, listing = heapq.heappop(queue)
        if shelf.makes(listing[0], free) > 0:
            free.subtract(shelf.taken(listing[0], 1))
            given[listing] += 1
            heapq.heappush(queue, (-_at_least(given[listing] + 1, per_hour[listing]), listing))
    return given


def _per_hour(plan: Plan, hours: float) -> dict[Listing, float]:
    """Pieces that are wanted of each listing, on the average, with what the promotions add."""
    wanted: defaultdict[Listing, float] = defaultdict(float)
    for one in plan.demand:
        added_s = sum((deal.factor - 1) * (deal.to_s - deal.from_s) for deal in plan.promotions if deal.raises(one, deal.from_s))
        mean_pcs = (1 + one.pcs_most) / 2
        wanted[one.sku, one.channel] += one.per_day * mean_pcs * (hours * 3600 + added_s) / DAY_S
    return wanted


def _at_least(pcs: int, mean: float) -> float:
    """That so many are wanted, where so many are on the average (Poisson)."""
    return 1 - sum(math.exp(-mean + number * math.log(mean) - math.lgamma(number + 1)) for number in range(pcs))


def _take(shelf: Shelf, sold: Counter[str], left: Counter[Listing], wish: Wish, *, sign: int) -> None:
    left[wish.sku, wish.channel] -= sign * wish.pcs
    for thing, pcs in shelf.taken(wish.sku, wish.pcs).items():
        sold[thing] += sign * pcs
