"""The till: carts that come at the same moment are decided in one transaction, each on its own.

Whoever comes to an idle till is served at once; whoever comes while it is busy waits for that round only, and goes with everybody who
came meanwhile. So a hot item costs one lock per round and not one per buyer.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from anyio import CapacityLimiter, to_thread

from adapters.errors import Unavailable
from adapters.hub.holds import Busy, Cart, Held, Refused

LOG = logging.getLogger("utyug.gateway")
AT_ONCE = 100
PATIENCE_MS = 300
ALONE_PATIENCE_MS = 50


class Reserves(Protocol):
    """What a till needs of `adapters.hub.holds.Holds`."""

    def reserve(self, carts: Sequence[Cart], *, patience_ms: int = 0) -> list[Held | Refused]:
        """Decide carts in one transaction."""
        ...


class Till:
    """Decides carts together; an async context manager.

    Args:
        holds: the book they are decided in.
    """

    def __init__(self, holds: Reserves) -> None:
        self._holds = holds
        self._waiting: list[tuple[Cart, asyncio.Future[Held | Refused]]] = []
        self._has_come = asyncio.Event()
        self._thread = CapacityLimiter(1)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._work(), name="till")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for _, answer in self._waiting:
            answer.cancel()

    async def reserve(self, cart: Cart) -> Held | Refused:
        """What a cart gets.

        Raises:
            Unavailable: the hub does not answer, or somebody else holds these goods for longer than a buyer waits.
        """
        answer: asyncio.Future[Held | Refused] = asyncio.get_running_loop().create_future()
        self._waiting.append((cart, answer))
        self._has_come.set()
        return await answer

    async def _work(self) -> None:
        while True:
            await self._has_come.wait()
            batch = self._next()
            if not batch:
                self._has_come.clear()
                continue
            carts = [cart for cart, _ in batch]
            answers = await to_thread.run_sync(self._decide, carts, limiter=self._thread)
            for (_, waiting), answer in zip(batch, answers, strict=True):
                if waiting.done():
                    continue
                if isinstance(answer, Exception):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)

    def _next(self) -> list[tuple[Cart, "asyncio.Future[Held | Refused]"]]:
        """Carts for one round: those nobody waits for any more are forgotten, a second one of the same key waits for the next round."""
        self._waiting = [one for one in self._waiting if not one[1].done()]
        taken: dict[tuple[str, str], tuple[Cart, asyncio.Future[Held | Refused]]] = {}
        for cart, answer in self._waiting:
            if len(taken) < AT_ONCE:
                taken.setdefault((cart.channel, cart.key), (cart, answer))
        going = {id(answer) for _, answer in taken.values()}
        self._waiting = [one for one in self._waiting if id(one[1]) not in going]
        return list(taken.values())

    def _decide(self, carts: Sequence[Cart]) -> Sequence[Held | Refused | Exception]:
        """Decide together; where somebody holds goods of one of them, each alone, so that the others need not wait for those."""
        try:
            return self._holds.reserve(carts, patience_ms=PATIENCE_MS)
        except Busy as error:
            if len(carts) == 1:
                return [error]
        except Unavailable as error:
            return [error] * len(carts)
        except Exception as error:
            LOG.exception("defect at the till")
            return [error] * len(carts)
        return [answer for cart in carts for answer in self._decide_alone(cart)]

    def _decide_alone(self, cart: Cart) -> Sequence[Held | Refused | Exception]:
        try:
            return self._holds.reserve([cart], patience_ms=ALONE_PATIENCE_MS)
        except Exception as error:  # noqa: BLE001 - as above
            return [error]
