"""Where blocking work is done, so that the gateway answers everybody while somebody's file is being stored."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import sqlalchemy.exc
from anyio import CapacityLimiter, to_thread

Given = TypeVarTuple("Given")
Made = TypeVar("Made")

HUB_AWAY = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError)
QUICK = 10
HEAVY = 5


class Threads:
    """Two pools: short questions to the hub never wait behind megabytes. Together they stay below the hub's connections."""

    def __init__(self) -> None:
        self._quick = CapacityLimiter(QUICK)
        self._heavy = CapacityLimiter(HEAVY)

    async def quick(self, do: Callable[[*Given], Made], *given: *Given) -> Made:
        """Run a short question to the hub."""
        return await to_thread.run_sync(do, *given, limiter=self._quick)

    async def heavy(self, do: Callable[[*Given], Made], *given: *Given) -> Made:
        """Run work that grows with a file's size."""
        return await to_thread.run_sync(do, *given, limiter=self._heavy)
