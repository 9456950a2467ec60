"""CDEK's room is furnished."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI

from deployments.world.cdek import access, agreements, calculator, intakes, locations, orders, prints, returns, webhooks
from deployments.world.cdek.books import Books
from deployments.world.cdek.control import control
from deployments.world.cdek.directory import CITIES, POINTS, City, Directory, Point
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.room import CdekRoom
from deployments.world.clock import WorldClock
from deployments.world.room import furnish


def furnish_cdek(
    world: FastAPI,
    *,
    clock: WorldClock,
    account: str,
    secret: str,
    knobs: Knobs | None = None,
    cities: Iterable[City] = CITIES,
    points: Iterable[Point] = POINTS,
) -> CdekRoom:
    """A contract with CDEK at ``/cdek``, its control at ``/_control/cdek``.

    Args:
        world: where to.
        clock: the world's.
        account: the contract's account, ``client_id``.
        secret: its secure password, ``client_secret``.
        knobs: what CDEK leaves open.
        cities: the directory's rows.
        points: offices and lockers.
    """
    room = CdekRoom(
        clock=clock, books=Books(directory=Directory.of(cities, points)), account=account, secret=secret, knobs=knobs or Knobs()
    )
    router = APIRouter()
    for part in (access, returns, orders, prints, intakes, agreements, locations, calculator, webhooks):
        router.include_router(part.router)
    furnish(world, "cdek", room, router, control)
    return room
