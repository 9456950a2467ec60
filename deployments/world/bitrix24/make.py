"""Bitrix24's room is furnished."""

from collections.abc import Iterable, Mapping

from fastapi import FastAPI

from deployments.world.bitrix24.books import Books, Stage
from deployments.world.bitrix24.calling import router
from deployments.world.bitrix24.control import control
from deployments.world.bitrix24.room import Knobs, Portal, Webhook
from deployments.world.clock import WorldClock
from deployments.world.room import furnish

STAGES = {
    "NEW": Stage(name="Новая"),
    "PREPARATION": Stage(name="Подготовка документов"),
    "EXECUTING": Stage(name="В работе"),
    "WON": Stage(name="Сделка успешна", semantics="S"),
    "LOSE": Stage(name="Сделка провалена", semantics="F"),
}


def furnish_bitrix24(
    world: FastAPI,
    *,
    clock: WorldClock,
    user_id: int,
    secret: str,
    user_fields: Mapping[int, Iterable[str]] | None = None,
    stages: Mapping[str, Stage] | None = None,
    knobs: Knobs | None = None,
) -> Portal:
    """A Bitrix24 portal at ``/bitrix24``, its control at ``/_control/bitrix24``.

    Args:
        world: where to.
        clock: the world's.
        user_id: whose webhook it is.
        secret: its code; the address is ``/bitrix24/rest/<user_id>/<secret>/<method>``.
        user_fields: fields that deals (2) and contacts (3) have beyond the vendor's own, such as ``ufCrm_1721244707107``.
        stages: of deals in the common pipeline, the first being that of a new deal.
        knobs: limits as documented, and the portal's zone.
    """
    books = Books(
        stages=dict(stages or STAGES),
        user_fields={type_id: frozenset(names) for type_id, names in (user_fields or {}).items()},
    )
    portal = Portal(clock=clock, books=books, hooks={(str(user_id), secret): Webhook()}, knobs=knobs or Knobs())
    furnish(world, "bitrix24", portal, router, control)
    return portal
