"""What Ozon no longer has, or never had: v3 lists of postings, v1 stock by warehouse, v1 warehouses, v1 pictures, GET."""

from fastapi import APIRouter, Request, Response

from deployments.world.ozon.asking import NOT_FOUND, refused
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def no_method(request: Request) -> Response:
    """The documented words for a method that does not exist."""
    raise refused(NOT_FOUND, f"method is not allowed: {request.method}")
