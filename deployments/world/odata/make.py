"""1C's OData room is furnished."""

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter, FastAPI

from deployments.world.clock import WorldClock
from deployments.world.odata import reading, writing
from deployments.world.odata.books import Base, Books, User
from deployments.world.odata.configurations import CONFIGURATIONS
from deployments.world.odata.control import control
from deployments.world.odata.room import Habits, Published
from deployments.world.room import furnish

BASES: Mapping[str, Literal["ut", "unf"]] = {"ut": "ut", "unf": "unf"}


def furnish_odata(
    world: FastAPI,
    *,
    clock: WorldClock,
    login: str,
    password: str,
    bases: Mapping[str, Literal["ut", "unf"]] | None = None,
    habits: Habits | None = None,
) -> Published:
    """1C at ``/odata/<base>/odata/standard.odata``, its control at ``/_control/odata``.

    Args:
        world: where to.
        clock: the world's.
        login: of a user who may do everything, in every base.
        password: theirs.
        bases: published name → configuration; one of each by default, ``ut`` and ``unf``.
        habits: how long sessions take and how many there are, and what no source tells for certain.
    """
    opened = {
        name: Base(
            configuration=CONFIGURATIONS[configuration],
            users={login: User(password=password)},
            enabled=set(CONFIGURATIONS[configuration].shapes),
        )
        for name, configuration in (bases or BASES).items()
    }
    router = APIRouter()
    router.include_router(reading.router)
    router.include_router(writing.router)
    room = Published(clock=clock, books=Books(bases=opened), habits=habits or Habits())
    furnish(world, "odata", room, router, control)
    return room
