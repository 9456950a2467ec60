"""Who wants what, and when: a plan with a seed gives the same wishes in the same order, whatever the shops answer.

Wishes of a channel are a Poisson process; its rate is the sum of its items' and changes only where a promotion begins or ends.
"""

import heapq
import math
import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, count, pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

DAY_S = 86_400.0

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]

Outcome = Literal["wanted", "bought", "nothing_shown", "declined", "cancelled", "returned"]


class _Ordered(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Demand(_Ordered):
    """How many buyers a day want an item on a channel, and up to how many pieces each."""

    channel: str
    sku: str
    per_day: Annotated[float, Field(ge=0)]
    pcs_most: Annotated[int, Field(ge=1)] = 1


class Promotion(_Ordered):
    """A period, in the world's seconds from the beginning, in which more is wanted; promotions at once multiply."""

    from_s: Seconds
    to_s: Seconds
    factor: Annotated[float, Field(ge=0)]
    channel: str | None = Field(default=None, description="any where absent")
    skus: frozenset[str] | None = Field(default=None, description="all where absent")

    def raises(self, one: Demand, at_s: float) -> bool:
        """It is on, and for this item here."""
        is_here = self.channel in (None, one.channel) and (self.skus is None or one.sku in self.skus)
        return is_here and self.from_s <= at_s < self.to_s


class Plan(_Ordered):
    """Everything that buyers will want.

    Attributes:
        seed: of all dice.
        demand: rates per channel and item.
        promotions: periods with other rates.
        hot: how many items, chosen by the dice, are wanted ``hot_factor`` times as often on every channel at once.
        hot_factor: how much hotter.
        cancelled_share: of wishes that are cancelled, where they were bought.
        cancelled_after_s: on the average, in the world's seconds.
        returned_share: of the other wishes, those given back.
        returned_after_s: on the average.
    """

    seed: int = 0
    demand: tuple[Demand, ...]
    promotions: tuple[Promotion, ...] = ()
    hot: Annotated[int, Field(ge=0)] = 0
    hot_factor: Annotated[float, Field(ge=0)] = 10.0
    cancelled_share: Share = 0.0
    cancelled_after_s: Annotated[float, Field(gt=0)] = 3600.0
    returned_share: Share = 0.0
    returned_after_s: Annotated[float, Field(gt=0)] = 5 * DAY_S

    @property
    def channels(self) -> frozenset[str]:
        """Where anything is wanted."""
        return frozenset(one.channel for one in self.demand)

    @property
    def hot_skus(self) -> frozenset[str]:
        """What the dice have chosen."""
        skus = sorted({one.sku for one in self.demand})
        return frozenset(_dice(self.seed, "hot").sample(skus, min(self.hot, len(skus))))


@dataclass(kw_only=True, slots=True)
class Wish:
    """One buyer's wish and what came of it: when the buyer came, when the shop had answered, why it declined."""

    number: int
    channel: str
    sku: str
    pcs: int
    at: datetime
    cancels_at: datetime | None = None
    returns_at: datetime | None = None
    outcome: Outcome = "wanted"
    order_ref: str | None = None
    came_at: datetime | None = None
    served_at: datetime | None = None
    refusal: str | None = None


def wishes(plan: Plan, began_at: datetime) -> Iterator[Wish]:
    """All wishes of all channels, in the order of their instants; never ends while anything is wanted."""
    streams = [_wishes_on(plan, channel, began_at) for channel in sorted(plan.channels)]
    numbers = count(1)
    for wish in heapq.merge(*streams, key=lambda wish: (wish.at, wish.channel)):
        wish.number = next(numbers)
        yield wish


def _wishes_on(plan: Plan, channel: str, began_at: datetime) -> Iterator[Wish]:
    dice, rows = _dice(plan.seed, channel), [one for one in plan.demand if one.channel == channel]
    for from_s, to_s in pairwise(_edges(plan)):
        up_to = list(accumulate(_rates(plan, rows, from_s)))
        at_s = from_s
        while up_to[-1] > 0 and (at_s := at_s + dice.expovariate(up_to[-1])) < to_s:
            row = rows[min(bisect_right(up_to, dice.random() * up_to[-1]), len(rows) - 1)]
            yield _wish(plan, row, dice, began_at + timedelta(seconds=at_s))


def _wish(plan: Plan, row: Demand, dice: random.Random, at: datetime) -> Wish:
    """Every wish throws the same dice, so that the next one does not depend on what this one is like."""
    pcs, fate = dice.randint(1, row.pcs_most), dice.random()
    cancels_at = at + timedelta(seconds=dice.expovariate(1 / plan.cancelled_after_s))
    returns_at = at + timedelta(seconds=dice.expovariate(1 / plan.returned_after_s))
    is_cancelled = fate < plan.cancelled_share
    is_returned = not is_cancelled and fate < plan.cancelled_share + (1 - plan.cancelled_share) * plan.returned_share
    return Wish(
        number=0,
        channel=row.channel,
        sku=row.sku,
        pcs=pcs,
        at=at,
        cancels_at=cancels_at if is_cancelled else None,
        returns_at=returns_at if is_returned else None,
    )


def _edges(plan: Plan) -> list[float]:
    """Where rates may change, in seconds from the beginning."""
    return sorted({0.0, math.inf, *(edge for one in plan.promotions for edge in (one.from_s, one.to_s))})


def _rates(plan: Plan, rows: list[Demand], at_s: float) -> Iterator[float]:
    """Wishes a second, row by row, from this edge to the next."""
    hot, on = plan.hot_skus, [one for one in plan.promotions if one.from_s <= at_s < one.to_s]
    for row in rows:
        raised = math.prod(one.factor for one in on if one.raises(row, at_s))
        yield row.per_day / DAY_S * raised * (plan.hot_factor if row.sku in hot else 1.0)


def _dice(seed: int, whose: str) -> random.Random:
    return random.Random(f"{seed} {whose}")  # noqa: S311 - a repeatable world needs repeatable dice
