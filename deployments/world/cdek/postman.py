"""Carries pushes to their subscribers over HTTP, and wakes when something is due."""

import asyncio
import itertools
from typing import TYPE_CHECKING

import httpx

from deployments.world.cdek.pushes import Push

if TYPE_CHECKING:
    from deployments.world.cdek.room import CdekRoom

LONGEST_S = 3600.0


class Postman:
    """One for a room; begins with the first subscription, ends with the room's loop."""

    def __init__(self, room: "CdekRoom") -> None:
        self._room = room
        self._wake = asyncio.Event()
        self._round = asyncio.Lock()
        self._walk: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Walk from now on."""
        if self._walk is None or self._walk.done():
            self._walk = asyncio.create_task(self._keep_walking())

    def wake(self) -> None:
        """Something may be due earlier than was thought."""
        self._wake.set()

    async def deliver(self) -> int:
        """Try what is due; one subscription does not wait for another. Returns how many tries there were."""
        async with self._round, httpx.AsyncClient(timeout=self._room.knobs.push_timeout_s, trust_env=False) as client:
            due = sorted(self._room.settled().post.due(self._room.clock.now()), key=lambda push: push.subscription)
            walks = [list(pushes) for _, pushes in itertools.groupby(due, key=lambda push: push.subscription)]
            await asyncio.gather(*(self._carry(client, pushes) for pushes in walks))
        return len(due)

    async def _carry(self, client: httpx.AsyncClient, pushes: list[Push]) -> None:
        for push in pushes:
            if push.outcome == "waiting":
                status = await _try(client, push)
                self._room.books.post.answered(push.number, status, self._room.clock.now())

    async def _keep_walking(self) -> None:
        while True:
            self._wake.clear()
            if not await self.deliver():
                await self._rest()

    async def _rest(self) -> None:
        books, now = self._room.books, self._room.clock.now()
        nearest = min((at for at in (books.post.next_at(), books.next_due_at()) if at is not None), default=None)
        seconds = LONGEST_S if nearest is None else (nearest - now).total_seconds() / self._room.clock.speed
        try:
            await asyncio.wait_for(self._wake.wait(), min(max(seconds, 0.0), LONGEST_S))
        except TimeoutError:
            return


async def _try(client: httpx.AsyncClient, push: Push) -> int | None:
    """The status of the answer; none where there was none."""
    try:
        return (await client.post(push.url, json=push.body)).status_code
    except httpx.HTTPError:
        return None
