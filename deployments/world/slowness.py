"""How slow and how odd a shop is: orders seen late, figures shown late, read-backs of the past, cancelled pieces that come back late."""

import heapq
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Body, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

T = TypeVar("T")

EVER = datetime.min.replace(tzinfo=UTC)
STALEST_S = 3600.0

Seconds = Annotated[float, Field(ge=0)]


class Slowness(BaseModel):
    """All in the world's seconds.

    Attributes:
        order_visible_s: until a seller first sees an order.
        order_visible_spread_s: up to so much more, by the dice.
        stock_shown_s: until a write of stock that was taken has its effect.
        read_stale_s: so old is what a read-back of stock shows, figure and reserve of the same instant.
        restores_s: until a cancelled piece is on sale again.
        restores: whether it ever is, by itself.
        seed: of the dice.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_visible_s: Seconds = 0.0
    order_visible_spread_s: Seconds = 0.0
    stock_shown_s: Seconds = 0.0
    read_stale_s: Annotated[float, Field(ge=0, le=STALEST_S)] = 0.0
    restores_s: Seconds = 0.0
    restores: bool = True
    seed: int = 0

    def visible_at(self, now: datetime, order: object) -> datetime:
        """When an order made now is first seen; the dice of an order do not depend on other orders."""
        dice = random.Random(f"{self.seed} {order}")  # noqa: S311 - a repeatable world needs repeatable dice
        return now + timedelta(seconds=self.order_visible_s + self.order_visible_spread_s * dice.random())

    def shown_at(self, now: datetime) -> datetime:
        """When a write taken now has its effect."""
        return now + timedelta(seconds=self.stock_shown_s)

    def read_as_of(self, now: datetime) -> datetime:
        """The instant that a read-back made now shows."""
        return now - timedelta(seconds=self.read_stale_s)

    def restored_at(self, now: datetime) -> datetime | None:
        """When a piece cancelled now is on sale again; none is never."""
        return now + timedelta(seconds=self.restores_s) if self.restores else None


@dataclass(kw_only=True)
class Past(Generic[T]):
    """A figure and what it was; the last hour is kept."""

    rows: deque[tuple[datetime, T]] = field(default_factory=deque)

    def note(self, figure: T, at: datetime) -> None:
        """It is this from now on."""
        while len(self.rows) > 1 and at - self.rows[1][0] > timedelta(seconds=STALEST_S):
            self.rows.popleft()
        self.rows.append((at, figure))

    def as_of(self, at: datetime) -> T | None:
        """What it was at an instant; none where it was not there yet."""
        return next((figure for when, figure in reversed(self.rows) if when <= at), None)


@dataclass(kw_only=True)
class Later(Generic[T]):
    """What is to happen at instants to come."""

    waiting: list[tuple[datetime, int, T]] = field(default_factory=list)
    numbered: int = 0

    def put(self, what: T, at: datetime) -> None:
        """To happen then."""
        self.numbered += 1
        heapq.heappush(self.waiting, (at, self.numbered, what))

    def due(self, now: datetime) -> Iterator[tuple[datetime, T]]:
        """What has to happen by now, in its order, each with its own instant."""
        while self.waiting and self.waiting[0][0] <= now:
            at, _, what = heapq.heappop(self.waiting)
            yield at, what


def add_lags_control(control: APIRouter, *, never: frozenset[str] = frozenset()) -> None:
    """Add ``/lags`` to a shop's control; its books keep their ``slowness``.

    Args:
        control: the shop's.
        never: what such a shop cannot be slow at; an order for it is refused.
    """

    @control.get("/lags")
    async def read_lags(request: Request) -> dict[str, Any]:
        """How slow it is."""
        told: dict[str, Any] = request.app.state.room.books.slowness.model_dump(exclude=set(never))
        return told

    @control.put("/lags")
    async def set_lags(request: Request, told: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        """What is told changes, from now on; the rest stays."""
        books = request.app.state.room.books
        if barred := sorted(name for name in never & told.keys() if told[name]):
            raise HTTPException(422, f"such a shop has no {', '.join(barred)}")
        try:
            books.slowness = Slowness.model_validate({**books.slowness.model_dump(), **told})
        except ValidationError as wrong:
            raise HTTPException(422, wrong.errors(include_url=False, include_context=False, include_input=False)) from wrong
        return await read_lags(request)
