"""Orders about pushes, the same in every room that pushes by itself: what goes wrong with them, deliver them, what came of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from deployments.world.postman import PushingRoom
from deployments.world.pushes import Mischief, MischiefKind


class MischiefOrdered(BaseModel):
    """What goes wrong with the next pushes: lost, sent twice, ``seconds`` late, or ``times`` of them in reverse."""

    model_config = ConfigDict(extra="forbid")

    kind: MischiefKind
    times: Annotated[int, Field(ge=1)] = 1
    seconds: Annotated[float, Field(ge=0)] = 60.0


def add_push_control(control: APIRouter, at: str = "/push") -> None:
    """Add them to a room's control, at a path."""

    @control.post(f"{at}/mischief")
    async def order_mischief(request: Request, ordered: MischiefOrdered) -> None:
        """For pushes to come, first ordered first done."""
        _room(request).mail().mischief.append(Mischief(kind=ordered.kind, times=ordered.times, seconds=ordered.seconds))

    @control.get(f"{at}/pushes")
    async def read_pushes(request: Request) -> list[dict[str, Any]]:
        """What was to be pushed and what came of it, oldest first."""
        return [
            {"url": push.url, "tries": push.tries, "outcome": push.outcome, "next_at": push.next_at.isoformat(), "body": push.body}
            for push in _room(request).mail().log
        ]

    @control.post(f"{at}/deliver")
    async def deliver(request: Request) -> int:
        """Try what is due now, without waiting for the postman; how many tries there were."""
        return await _room(request).postman.deliver()


def _room(request: Request) -> PushingRoom:
    room: PushingRoom = request.app.state.room
    return room
