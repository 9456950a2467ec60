"""Carries pushes to their subscribers over HTTP, and wakes when something is due."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from fastapi import Request, Response

from deployments.world.pushes import Answer, Mail, Push
from deployments.world.room import Room

LONGEST_S, SHORTEST_S = 3600.0, 0.001
TRUST = httpx.create_ssl_context(trust_env=False)
"""Made once: it takes longer than a push."""


@dataclass(kw_only=True)
class PushingRoom(Room):
    """A room that tells subscribers what happens. ``outside`` stands for the network in a process of its own."""

    outside: httpx.AsyncBaseTransport | None = None
    postman: "Postman" = field(init=False)

    def __post_init__(self) -> None:
        self.postman = Postman(self)

    def mail(self) -> Mail:
        """Pushes, as of now."""
        raise NotImplementedError

    def letter(self, push: Push) -> dict[str, Any] | None:
        """What is posted, as httpx takes it; none where there is nothing to tell any more."""
        return {"json": push.body}

    def patience_s(self, push: Push) -> float:
        """How long an answer may take, of real time: the network is no faster than it is."""
        raise NotImplementedError

    def push_answered(self, push: Push, answer: Answer | None) -> None:
        """A try is over; none is no answer in time."""
        raise NotImplementedError

    def wakes_at(self) -> datetime | None:
        """When there is something to do."""
        return self.mail().next_at()

    def answered(self, request: Request, response: Response) -> None:  # noqa: ARG002 - every room's shape
        """The postman looks at what a call has brought."""
        self.postman.wake()

    def stirred(self) -> None:
        """And at what an order has."""
        self.postman.wake()


class Postman:
    """One for a room; begins with the first push, ends with the room's loop. Under a clock that stands still it waits to be told."""

    def __init__(self, room: PushingRoom) -> None:
        self._room = room
        self._wake = asyncio.Event()
        self._round = asyncio.Lock()
        self._walk: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Walk from now on."""
        if self._room.clock.moves_by_itself and (self._walk is None or self._walk.done()):
            self._wake = asyncio.Event()
            self._walk = asyncio.create_task(self._keep_walking())

    def wake(self) -> None:
        """Something may be due earlier than was thought."""
        if self._room.mail().waiting:
            self.begin()
        self._wake.set()

    async def deliver(self) -> int:
        """Try what is due, each push once; one subscriber does not wait for another. Returns how many tries there were."""
        tried: set[int] = set()
        async with self._round, httpx.AsyncClient(trust_env=False, verify=TRUST, transport=self._room.outside) as client:
            while due := [push for push in self._room.mail().due(self._room.clock.now()) if push.number not in tried]:
                tried.update(push.number for push in due)
                due.sort(key=lambda push: push.to)
                walks = [list(pushes) for _, pushes in itertools.groupby(due, key=lambda push: push.to)]
                await asyncio.gather(*(self._carry(client, pushes) for pushes in walks))
        return len(tried)

    async def _carry(self, client: httpx.AsyncClient, pushes: list[Push]) -> None:
        for told in pushes:
            push = self._room.mail().waiting.get(told.number)
            if push is None:
                continue
            letter = self._room.letter(push)
            if letter is None:
                self._room.mail().drop([push])
                continue
            push.is_leaving = True
            answer = await _try(client, push.url, self._room.patience_s(push), letter)
            waiting = self._room.mail().waiting.get(push.number)
            if waiting is not None:
                waiting.tries, waiting.is_leaving = waiting.tries + 1, False
                self._room.push_answered(waiting, answer)

    async def _keep_walking(self) -> None:
        while True:
            self._wake.clear()
            if not await self.deliver():
                await self._rest()

    async def _rest(self) -> None:
        nearest = self._room.wakes_at()
        seconds = LONGEST_S if nearest is None else (nearest - self._room.clock.now()).total_seconds() / self._room.clock.speed
        try:
            await asyncio.wait_for(self._wake.wait(), min(max(seconds, SHORTEST_S), LONGEST_S))
        except TimeoutError:
            return


async def _try(client: httpx.AsyncClient, url: str, patience_s: float, letter: dict[str, Any]) -> Answer | None:
    try:
        answer = await client.post(url, timeout=patience_s, **letter)
    except httpx.HTTPError:
        return None
    return Answer(status=answer.status_code, body=answer.content)
