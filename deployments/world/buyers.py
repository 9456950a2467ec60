"""Buyers that live on the world's clock: they want what a plan says, take what a shop shows, and change their minds."""

import asyncio
import heapq
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any, Protocol

import httpx
from fastapi import FastAPI

from deployments.world.clock import WorldClock
from deployments.world.demand import Plan, Wish, wishes

KEPT = 100_000
LONGEST_S, SHORTEST_S = 60.0, 0.001


class Declined(Exception):
    """A shop sells nothing now and says why; nothing was ordered."""


class Sells(Protocol):
    """A shop where buyers buy. It sells only what it shows."""

    async def buy(self, sku: str, pcs: int) -> str | None:
        """The order's name; none where less is shown.

        Raises:
            Declined: the shop asked somebody and may not sell it.
        """

    async def cancel(self, order_ref: str) -> bool:
        """Whether it could still be cancelled."""

    async def give_back(self, order_ref: str) -> bool:
        """Whether it was taken back."""


def homes() -> Iterator[dict[str, str]]:
    """Who buys on a site, and where they live: a name, a phone and an address for each, as a checkout asks for them."""
    for number in count(1):
        yield {
            "first_name": ("Мария", "Игорь", "Ольга", "Тимур")[number % 4],
            "last_name": ("Белова", "Громов", "Зайцева", "Ахметов")[number % 4],
            "phone": f"+7913{number:07d}",
            "email": f"buyer{number}@example.com",
            "country": "RU",
            "city": "Новосибирск",
            "postcode": "630099",
            "address_1": f"Красный проспект, д. {number % 200 + 1}, кв. {number % 90 + 1}",
        }


class AtControl:
    """A shop by its room's own control, within the process: the same orders that a test would send.

    Args:
        world: whose rooms.
        room: which shop.
        homes: of its buyers, where the shop itself asks for an address.
    """

    def __init__(self, world: FastAPI, room: str, *, homes: Iterator[dict[str, str]] | None = None) -> None:
        self._homes = homes
        transport = httpx.ASGITransport(app=world)
        self._client = httpx.AsyncClient(transport=transport, base_url=f"http://world/_control/{room}", trust_env=False)

    async def buy(self, sku: str, pcs: int) -> str | None:
        """An order of what the room shows; goods that it does not know are not shown either.

        Raises:
            Declined: it shows enough and will not sell it.
        """
        home = {"buyer": next(self._homes)} if self._homes is not None else {}
        answer = await self._client.post("/orders", json={"sku": sku, "pcs": pcs, **home})
        if answer.status_code in (404, 409):
            detail = answer.json().get("detail")
            if isinstance(detail, dict):
                raise Declined(str(detail["reason"]))
            return None
        return str(answer.raise_for_status().json()["order_ref"])

    async def cancel(self, order_ref: str) -> bool:
        """The buyer's own cancellation."""
        return (await self._client.delete(f"/orders/{order_ref}")).is_success

    async def give_back(self, order_ref: str) -> bool:
        """A room that takes no returns leaves the goods with the buyer."""
        return (await self._client.post(f"/orders/{order_ref}/return")).is_success


class Buyers:
    """One crowd for a world; begun and stopped by the control."""

    def __init__(self, clock: WorldClock, shops: Mapping[str, Sells]) -> None:
        self.clock, self.shops = clock, shops
        self._walk: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._forget()
        self._expect(iter(()))

    def start(self, plan: Plan) -> None:
        """Buyers of this plan come from now on; those before them are forgotten. By a clock that stands still, only to `catch_up`.

        Raises:
            KeyError: something is wanted where there is no shop.
            RuntimeError: there are buyers already.
        """
        if self.is_living:
            raise RuntimeError("there are buyers already")
        missing = plan.channels - self.shops.keys()
        if missing:
            raise KeyError(", ".join(sorted(missing)))
        self.began_at = self.clock.now()
        self._forget()
        self._expect(wishes(plan, self.began_at))
        self._walk = asyncio.create_task(self._live()) if self.clock.moves_by_itself else None

    async def stop(self) -> None:
        """Nobody comes any more; what was bought stays bought."""
        async with self._turn:
            walk, self._walk = self._walk, None
            self._expect(iter(()))
            if walk is not None:
                walk.cancel()
        await asyncio.gather(*filter(None, (walk,)), return_exceptions=True)

    @property
    def is_living(self) -> bool:
        """Somebody may still come."""
        if self.clock.moves_by_itself:
            return self._walk is not None and not self._walk.done()
        return self._next_at() is not None

    @property
    def failure(self) -> str | None:
        """What the crowd broke down of, if it did."""
        if self._walk is None or not self._walk.done() or self._walk.cancelled():
            return None
        broken = self._walk.exception()
        return repr(broken) if broken else None

    async def catch_up(self) -> int:
        """Everything whose time has come, in its order, the loop let go after each; how much that was."""
        done = 0
        while await self._carry_out_next():
            done += 1
            await asyncio.sleep(0)
        return done

    def totals(self) -> dict[str, Any]:
        """How many wishes there were on each channel, and what came of them."""
        channels = sorted({channel for channel, _ in self._counted})
        named = {channel: {what: number for (on, what), number in self._counted.items() if on == channel} for channel in channels}
        return {
            channel: {"wishes": 0, "sold": 0, "sold_pcs": 0, "refused": 0, "cancelled": 0, "returned": 0, **named[channel]}
            for channel in channels
        }

    def _forget(self) -> None:
        self.log: deque[Wish] = deque(maxlen=KEPT)
        self.latest_s = 0.0
        self._counted: Counter[tuple[str, str]] = Counter()

    def _expect(self, to_come: Iterator[Wish]) -> None:
        self._to_come = to_come
        self._next = next(to_come, None)
        self._afterwards: list[tuple[datetime, int, Wish]] = []

    def _next_at(self) -> datetime | None:
        after = self._afterwards[0][0] if self._afterwards else None
        wish = self._next.at if self._next else None
        return min((at for at in (after, wish) if at is not None), default=None)

    async def _carry_out_next(self) -> bool:
        """Whether anything was due. One at a time, so that who stops the crowd need not wait for all of it."""
        async with self._turn:
            at = self._next_at()
            if at is None or at > self.clock.now():
                return False
            if self._afterwards and self._afterwards[0][0] == at:
                await self._change_mind(heapq.heappop(self._afterwards)[2])
            else:
                await self._want()
            return True

    async def _live(self) -> None:
        while (at := self._next_at()) is not None:
            seconds = (at - self.clock.now()).total_seconds() / self.clock.speed
            await asyncio.sleep(min(max(seconds, SHORTEST_S), LONGEST_S))
            await self.catch_up()

    async def _want(self) -> None:
        wish, self._next = self._next, next(self._to_come, None)
        if wish is None:
            return
        self.log.append(wish)
        wish.came_at = self.clock.now()
        self.latest_s = max(self.latest_s, (wish.came_at - wish.at).total_seconds())
        try:
            wish.order_ref = await self.shops[wish.channel].buy(wish.sku, wish.pcs)
            wish.outcome = "bought" if wish.order_ref is not None else "nothing_shown"
        except Declined as declined:
            wish.outcome, wish.refusal = "declined", str(declined)
        wish.served_at = self.clock.now()
        self._counted[wish.channel, "wishes"] += 1
        self._counted[wish.channel, "sold" if wish.order_ref is not None else "refused"] += 1
        if wish.order_ref is None:
            return
        self._counted[wish.channel, "sold_pcs"] += wish.pcs
        after = wish.cancels_at or wish.returns_at
        if after is not None:
            heapq.heappush(self._afterwards, (after, wish.number, wish))

    async def _change_mind(self, wish: Wish) -> None:
        shop, order_ref = self.shops[wish.channel], wish.order_ref or ""
        if wish.cancels_at is not None and await shop.cancel(order_ref):
            wish.outcome = "cancelled"
        elif wish.cancels_at is None and await shop.give_back(order_ref):
            wish.outcome = "returned"
        else:
            return
        self._counted[wish.channel, wish.outcome] += 1
