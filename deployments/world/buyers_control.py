"""Orders to the buyers: come, go, and tell what you wanted."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request

from deployments.world.buyers import Buyers, Sells
from deployments.world.clock import WorldClock
from deployments.world.demand import Plan

router = APIRouter()


@router.post("/start")
async def start(request: Request, plan: Plan) -> None:
    """Buyers of a plan come from now on."""
    try:
        _buyers(request).start(plan)
    except KeyError as missing:
        raise HTTPException(422, f"no shop: {missing.args[0]}") from None
    except RuntimeError as living:
        raise HTTPException(409, str(living)) from None


@router.post("/stop")
async def stop(request: Request) -> None:
    """Nobody comes any more."""
    await _buyers(request).stop()


@router.post("/catch_up")
async def catch_up(request: Request) -> int:
    """Everything whose time has come is carried out before the answer: how many wishes and changes of mind that were."""
    return await _buyers(request).catch_up()


@router.get("/totals")
async def read_totals(request: Request) -> dict[str, Any]:
    """What came of it all; ``latest_s`` is the most, in the world's seconds, that a buyer came late."""
    buyers = _buyers(request)
    return {"is_living": buyers.is_living, "failure": buyers.failure, "latest_s": buyers.latest_s, "channels": buyers.totals()}


@router.get("/wishes")
async def read_wishes(request: Request, after: int = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> list[dict[str, Any]]:
    """Wishes with what came of them, oldest first, those after a number."""
    return [asdict(wish) for wish in _buyers(request).log if wish.number > after][:limit]


def furnish_buyers(world: FastAPI, *, clock: WorldClock, shops: Mapping[str, Sells]) -> Buyers:
    """Buyers of a world, nobody yet; their control is ``/_control/buyers``.

    Args:
        world: whose.
        clock: the world's.
        shops: where they buy, by channel; `AtControl` is one.
    """
    buyers = Buyers(clock, shops)
    orders = FastAPI(openapi_url=None)
    orders.state.buyers = buyers
    orders.include_router(router)
    world.mount("/_control/buyers", orders)
    return buyers


def _buyers(request: Request) -> Buyers:
    buyers: Buyers = request.app.state.buyers
    return buyers
