"""Ping, the seller, and what this room does not play."""

from datetime import timedelta, timezone

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.room import RoomRoute
from deployments.world.wildberries.answers import problem
from deployments.world.wildberries.room import SERVICES, cabinet_of

MOSCOW = timezone(timedelta(hours=3))

router = APIRouter(route_class=RoomRoute)
rest = APIRouter(route_class=RoomRoute)


@router.get("/{service}/ping")
async def ping(request: Request, service: str) -> Response:
    """Whether token and service suit each other; 3 calls in 30 seconds."""
    room = cabinet_of(request)
    if service not in SERVICES:
        raise problem(404, "Please consult the documentation", room.clock.now(), title="path not found")
    return JSONResponse({"TS": room.clock.now().astimezone(MOSCOW).isoformat(timespec="seconds"), "Status": "OK"})


@router.get("/common-api/api/v1/seller-info")
async def seller_info(request: Request) -> Response:
    """Whose cabinet it is."""
    room = cabinet_of(request)
    return JSONResponse({"name": room.seller_name, "sid": room.seller_ref, "tin": "7700000000", "tradeMark": "Утюг и Ко"})


@rest.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def no_path(request: Request, path: str) -> Response:
    """What this room does not play, and paths the vendor has switched off."""
    raise problem(404, f"Please consult the documentation: {path}", cabinet_of(request).clock.now(), title="path not found")
